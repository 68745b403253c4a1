#include "test.h"

#include <math.h>
#include <string.h>

#include "fields.h"
#include "json_in.h"

struct item {
    const char *key;
    struct opt_real value;
};
static const struct field item_fields[] = {
    FIELD(item, key, .flags = FIELD_REQUIRED),
    UNCHECKED(item, value, ""),
    FIELDS_END,
};

struct sample {
    const char *run_id, *experiment_name;
    struct opt_int max_results;
    struct opt_int32 small;
    struct opt_real real;
    struct opt_bool flag;
    struct opt_enum view_type;
    struct text_list order_by;
    struct list items;
};
static const struct enum_name views[] = { { "ACTIVE_ONLY", 1 }, { "ALL", 3 }, { NULL, 0 } };
static const struct field sample_fields[] = {
    FIELD(sample, run_id, .flags = FIELD_CHECKED | FIELD_RUN_UUID),
    OPTIONAL(sample, experiment_name, ""),
    WITH_DEFAULT(sample, max_results, 1000, ""),
    UNCHECKED(sample, small, ""),
    OPTIONAL(sample, real, ""),
    OPTIONAL(sample, flag, ""),
    ENUM(sample, view_type, views, ""),
    OPTIONAL(sample, order_by, ""),
    LIST(sample, items, item, item_fields, FIELD_CHECKED, ""),
    FIELDS_END,
};

static struct arena *mem;
static struct error err;
static struct sample in;

static int read_text(const char *json)
{
    const struct fields_ctx ctx = { &err, mem };
    const json_t *tree = json_in(mem, json, strlen(json));

    error_clear(&err);
    in = (struct sample){ 0 };
    assert_non_null(tree);
    return fields_read(&ctx, sample_fields, tree, &in);
}

static int read_query(const char *query)
{
    const struct fields_ctx ctx = { &err, mem };
    bool any;
    const json_t *tree;

    error_clear(&err);
    in = (struct sample){ 0 };
    tree = json_in_query(&ctx, query, sample_fields, &any);
    return tree ? fields_read(&ctx, sample_fields, tree, &in) : -1;
}

static void absent_numbers_have_their_defaults(void **state)
{
    (void)state;
    assert_int_equal(read_text("{}"), 0);
    assert_int_equal(in.max_results.value, 1000);
    assert_false(in.max_results.set);
    assert_null(in.experiment_name);
}

static void numbers_may_be_texts(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"max_results\":\"-12\",\"small\":3.0,\"real\":\"1e3\"}"), 0);
    assert_int_equal(in.max_results.value, -12);
    assert_int_equal(in.small.value, 3);
    assert_true(in.real.value == 1000);
    assert_int_equal(read_text("{\"max_results\":\"1.7e+12\",\"small\":\"2.0\"}"), 0);
    assert_int_equal(in.max_results.value, 1700000000000);
    assert_int_equal(in.small.value, 2);
    assert_int_equal(read_text("{\"real\":\"NaN\"}"), 0);
    assert_true(isnan(in.real.value));
    assert_int_equal(read_text("{\"real\":\"-Infinity\"}"), 0);
    assert_true(isinf(in.real.value));
}

static void reals_are_read_as_python_reads_them(void **state)
{
    static const char *const endless[] = { "inf", "+Inf", "INFINITY", "1e400", " Infinity\\t" };
    static const char *const none[] = { "nan", "NAN", "+nan", "-NaN", " NaN " };

    (void)state;
    for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
        assert_int_equal(read_text(arena_printf(mem, "{\"real\":\"%s\"}", endless[i])), 0);
        assert_true(in.real.value == INFINITY);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
        assert_int_equal(read_text(arena_printf(mem, "{\"real\":\"%s\"}", none[i])), 0);
        assert_true(isnan(in.real.value));
    }
    assert_int_equal(read_text("{\"real\":true}"), 0);
    assert_true(in.real.set && in.real.value == 1);
    assert_int_equal(read_text("{\"real\":false}"), 0);
    assert_true(in.real.set && in.real.value == 0);
    assert_int_equal(read_text("{\"real\":\" 1.5 \"}"), 0);
    assert_true(in.real.value == 1.5);
}

static void bare_words_of_python_are_numbers(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"real\":NaN,\"experiment_name\":\"a NaN \\\" Infinity\"}"), 0);
    assert_true(isnan(in.real.value));
    assert_string_equal(in.experiment_name, "a NaN \" Infinity");
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = {
        "{\"max_results\":\"x\"}",  "{\"max_results\":1.5}",
        "{\"max_results\":true}",   "{\"max_results\":\"\"}",
        "{\"max_results\":\"1 \"}", "{\"small\":3000000000}",
        "{\"small\":\"3e9\"}",      "{\"max_results\":\"1e99\"}",
        "{\"small\":\"1.5\"}",      "{\"max_results\":\"-9223372036854775809\"}",
        "{\"real\":\"abc\"}",       "{\"real\":\"0x10\"}",
        "{\"real\":\"1_0\"}",       "{\"flag\":\"true\"}",
        "{\"real\":\"\"}",          "{\"real\":\" \"}",
        "{\"real\":\"nan(1)\"}",    "{\"real\":\"1 2\"}",
        "{\"real\":\"-0X1p3\"}",    "{\"real\":\"infinit\"}",
        "{\"experiment_name\":7}",  "{\"order_by\":\"a\"}",
        "{\"order_by\":[1]}",       "{\"items\":{}}",
        "{\"items\":[7]}",          "{\"experiment_name\":\"a\\u0000b\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(read_text(bad[i]), -1);
        assert_int_equal(err.code, ERROR_INVALID_PARAMETER_VALUE);
    }
}

static void endless_numbers_do_no_harm(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"what\":123456789012345678901234567890,\"real\":1e5,"
                               "\"experiment_name\":\"\\ud83d\\ude00 1e999\"}"),
                     0);
    assert_true(in.real.value == 100000);
    assert_string_equal(in.experiment_name, "\U0001F600 1e999");
    assert_int_equal(read_text("{\"real\":100000000000000000000}"), 0);
    assert_true(in.real.value == 1e20);
    assert_int_equal(read_text("{\"real\":[-Infinity,1e999],\"what\":1}"), -1);
}

static void errors_have_mlflows_words(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"experiment_name\":{\"a\":[1,\"é\"]}}"), -1);
    assert_string_equal(err.message,
                        "Invalid value {\"a\":[1,\"\\u00e9\"]} for parameter 'experiment_name' "
                        "supplied:  Hint: Value was of type 'dict'. See the API docs for more "
                        "information about request parameters.");
    assert_int_equal(read_text("{\"items\":[{\"key\":\"a\"},{\"value\":1}]}"), -1);
    assert_string_equal(err.message,
                        "Missing value for required parameter 'items[1].key'. See the API docs for "
                        "more information about request parameters.");
}

static void two_spellings_are_one_member(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"experimentName\":\"x\",\"maxResults\":5}"), 0);
    assert_string_equal(in.experiment_name, "x");
    assert_int_equal(in.max_results.value, 5);
    assert_int_equal(read_text("{\"max_results\":5,\"maxResults\":5}"), -1);
    assert_string_equal(err.message,
                        "Request specifies both 'max_results' and 'maxResults'; provide "
                        "only one of them.");
}

static void the_old_name_of_a_run_counts(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"run_uuid\":\"u\"}"), 0);
    assert_string_equal(in.run_id, "u");
    assert_int_equal(read_text("{\"run_uuid\":\"u\",\"run_id\":\"i\"}"), 0);
    assert_string_equal(in.run_id, "i");
    assert_int_equal(read_text("{\"runUuid\":\"c\"}"), 0);
    assert_string_equal(in.run_id, "c");
    assert_int_equal(read_text("{\"runUuid\":\"c\",\"runId\":\"i\"}"), 0);
    assert_string_equal(in.run_id, "i");
    assert_int_equal(read_text("{\"run_id\":null,\"runUuid\":\"c\"}"), 0);
    assert_string_equal(in.run_id, "c");
    assert_int_equal(read_query("run_uuid=q"), 0);
    assert_string_equal(in.run_id, "q");
}

static void unknown_members_and_enums_are_ignored(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"what\":[{}],\"view_type\":\"BOGUS\"}"), 0);
    assert_false(in.view_type.set);
    assert_int_equal(read_text("{\"view_type\":\"ALL\"}"), 0);
    assert_int_equal(in.view_type.value, 3);
    assert_int_equal(read_text("{\"view_type\":1}"), 0);
    assert_int_equal(in.view_type.value, 1);
}

static void null_is_absent(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"experiment_name\":null,\"max_results\":null,\"items\":null}"),
                     0);
    assert_null(in.experiment_name);
    assert_false(in.max_results.set);
}

static void a_query_string_is_read_like_a_body(void **state)
{
    (void)state;
    assert_int_equal(
        read_query(
            "experiment_name=a+b%2Fc%C3%A9&max_results=7&order_by=x&order_by=y&flag=TRUE&&z"),
        0);
    assert_string_equal(in.experiment_name, "a b/cé");
    assert_int_equal(in.max_results.value, 7);
    assert_int_equal(in.order_by.count, 2);
    assert_string_equal(in.order_by.items[1], "y");
    assert_true(in.flag.value);
    assert_int_equal(read_query("flag=yes"), -1);
    assert_string_equal(err.message, "Invalid boolean value: yes, must be 'true' or 'false'.");
    assert_int_equal(read_query("experiment_name=%ff"), -1);
}

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(0);
    err.mem = mem;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_numbers_have_their_defaults),
        cmocka_unit_test(numbers_may_be_texts),
        cmocka_unit_test(reals_are_read_as_python_reads_them),
        cmocka_unit_test(bare_words_of_python_are_numbers),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(endless_numbers_do_no_harm),
        cmocka_unit_test(errors_have_mlflows_words),
        cmocka_unit_test(two_spellings_are_one_member),
        cmocka_unit_test(the_old_name_of_a_run_counts),
        cmocka_unit_test(unknown_members_and_enums_are_ignored),
        cmocka_unit_test(null_is_absent),
        cmocka_unit_test(a_query_string_is_read_like_a_body),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
