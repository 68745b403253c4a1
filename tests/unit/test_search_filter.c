#include "search_reading.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS(filter, expected) assert_string_equal(filtered(SEARCH_RUNS, filter), expected)
#define EXPERIMENTS(filter, expected)                                                              \
    assert_string_equal(filtered(SEARCH_EXPERIMENTS, filter), expected)

#define OF_RUN   " x WHERE x.run_uuid = r.run_uuid AND "
#define KEY(key) "x.`key` = '" key "' AND BINARY x.`key` = '" key "' AND "

static void no_filter_adds_nothing(void **state)
{
    (void)state;
    RUNS(NULL, "");
    RUNS("", "");
    RUNS("AND", "");
    RUNS("  ", "Invalid filter '  '. Could not be parsed.");
}

static void metrics_compare_numbers(void **state)
{
    (void)state;
    RUNS("metrics.m > 0.5", " AND (EXISTS (SELECT 1 FROM latest_metrics" OF_RUN KEY(
                                "m") "x.is_nan = 0 AND x.value > 0.5))");
    RUNS("metric.`a b`!=-1", " AND (EXISTS (SELECT 1 FROM latest_metrics" OF_RUN KEY(
                                 "a b") "(x.value != -1 OR x.is_nan = 1)))");
    RUNS("metrics.m > '0'", "Expected numeric value type for metric. Found '0'");
    RUNS("metrics.m > (0)", "Expected numeric value type for metric. Found (0)");
    RUNS("metrics.m LIKE 1", "Invalid comparator 'LIKE' not one of "
                             "'{'=', '!=', '<', '<=', '>', '>='}");
    RUNS("metrics.m < 1e400", "The number compared with metric 'm' is too large.");
    RUNS("metrics.m IS NULL",
         "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'm'");
}

static void keys_are_written_in_many_ways(void **state)
{
    static const char *const ways[] = {
        "metrics.a = 1",   "metric.a=1",      "metrics.`a` = 1",       "metrics.\"a\" = 1",
        "metrics.'a' = 1", "`metrics`.a = 1", "AND metrics.a = 1 and", "metrics.a = 1\nAND",
    };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        RUNS(ways[i], " AND (EXISTS (SELECT 1 FROM latest_metrics" OF_RUN KEY(
                          "a") "x.is_nan = 0 AND x.value = 1))");
    RUNS("metrics.a.b/c = 1",
         "Invalid comparison clause. Expected 'Identifier' found 'metrics.a.b/c'");
    RUNS("\"metrics\".a = 1", "Invalid entity type '\"metrics\"'. Valid values are "
                              "['metric', 'parameter', 'tag', 'attribute', 'dataset']");
    RUNS("metrics.f(x)[0] = 1", " AND (EXISTS (SELECT 1 FROM latest_metrics" OF_RUN KEY(
                                    "f(x)[0]") "x.is_nan = 0 AND x.value = 1))");
}

static void params_and_tags_compare_texts(void **state)
{
    (void)state;
    RUNS("params.p = 'it''s'", " AND (EXISTS (SELECT 1 FROM params" OF_RUN KEY(
                                   "p") "(x.value = 'it''s' AND BINARY x.value = 'it''s')))");
    RUNS("tags.mlflow.user ilike \"R%\"", " AND (EXISTS (SELECT 1 FROM tags" OF_RUN KEY(
                                              "mlflow.user") "lower(x.value) LIKE lower('R%')))");
    RUNS("params.p IS NULL", " AND (NOT EXISTS (SELECT 1 FROM params" OF_RUN "x.`key` = 'p'))");
    RUNS("tag.t is not null", " AND (EXISTS (SELECT 1 FROM tags" OF_RUN "x.`key` = 't'))");
    RUNS("params.p = (1)",
         "Expected a quoted string value for parameter (e.g. 'my-value'). Got value (1)");
    RUNS("tags.p = ('1')",
         "Expected a quoted string value for tag (e.g. 'my-value'). Got value ('1')");
    RUNS("params.p = x", "Parameter value is either not quoted or unidentified quote types used "
                         "for string value x. Use either single or double quotes.");
    RUNS("params.p > '1'", "Invalid comparator '>' not one of "
                           "'{'=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'}'");
    RUNS("tags.p > '1'", "Invalid comparator '>' not one of "
                         "'{'=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'}");
}

static void attributes_are_columns(void **state)
{
    (void)state;
    RUNS("status = 'F'", " AND ((r.status = 'F' AND BINARY r.status = 'F'))");
    RUNS("attr.`user_id` != 'u'", " AND ((r.user_id != 'u' OR BINARY r.user_id != 'u'))");
    RUNS("run.artifact_uri like 'x%'",
         " AND ((r.artifact_uri LIKE 'x%' AND BINARY r.artifact_uri LIKE 'x%'))");
    RUNS("Created >= 5", " AND (r.start_time >= 5)");
    RUNS("end_time < 1.5", " AND (r.end_time < 1.5)");
    RUNS("start_time < 99999999999999999999", " AND (r.start_time < 1e+20)");
    RUNS("`Run name` = 'n'", " AND (EXISTS (SELECT 1 FROM tags" OF_RUN KEY(
                                 "mlflow.runName") "(x.value = 'n' AND BINARY x.value = 'n')))");
    RUNS("start_time > '1'", "Expected numeric value type for numeric attribute: start_time. "
                             "Found '1'");
    RUNS("start_time LIKE 1", "Invalid comparator 'LIKE' not one of "
                              "'{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}");
    RUNS("status < 'x'", "Invalid comparator '<' not one of "
                         "'{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'");
    RUNS("foo = 'x'", "Invalid attribute key 'foo' specified. Valid keys are "
                      "'{'run_id', 'run_name', 'status', 'user_id', 'artifact_uri', 'start_time', "
                      "'end_time', 'created', 'Created', 'run name', 'Run name', 'Run Name'}'");
}

static void lists_are_pythons(void **state)
{
    (void)state;
    RUNS("run_id in ('a', \"b\", 'c' 'd',)",
         " AND ((r.run_uuid IN ('a','b','cd') AND BINARY r.run_uuid IN ('a','b','cd')))");
    RUNS("run_id NOT IN ('\\x41\\n', r'\\n', '\\u65e5\\q')",
         " AND (BINARY r.run_uuid NOT IN ('A\n','\\n','日\\q'))");
    RUNS("run_id = ('a')", " AND ((r.run_uuid = 'a' AND BINARY r.run_uuid = 'a'))");
    RUNS("run_id = ('a','b')", "Invalid comparator '=' for a list of values. Use IN or NOT IN.");
    RUNS("run_id IN ()", "While parsing a list in the query, expected a non-empty list of string "
                         "values, but got empty list");
    RUNS("run_id IN (1, -2.50, None, 'it''s', \"it's\", b'x', ('a',))",
         "While parsing a list in the query, expected string value, punctuation, or whitespace, "
         "but got different type in list: (1, -2.5, None, 'its', \"it's\", b'x', ('a',))");
    RUNS("run_id IN ('a', b)", "While parsing a list in the query, expected a non-empty list of "
                               "string values, but got ill-formed list.");
    RUNS("run_id IN ('a',,'b')", "While parsing a list in the query, expected a non-empty list of "
                                 "string values, but got ill-formed list.");
    RUNS("status = ('a')", "Only ['run_id'] attributes support comparison with a list of quoted "
                           "string values.");
}

static void datasets_are_found_through_inputs(void **state)
{
    static const char from[] =
        " AND (EXISTS (SELECT 1 FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
        "%s WHERE i.destination_type = 'RUN' AND i.destination_id = r.run_uuid AND %s))";

    (void)state;
    RUNS("dataset.name = 'n'",
         arena_printf(mem, from, "", "(d.name = 'n' AND BINARY d.name = 'n')"));
    RUNS("datasets.context NOT IN ('n')",
         arena_printf(mem, from,
                      " JOIN input_tags c ON c.input_uuid = i.input_uuid"
                      " AND c.name = 'mlflow.data.context'",
                      "BINARY c.value NOT IN ('n')"));
    RUNS("dataset.foo = 'n'",
         "Invalid dataset key 'foo' specified. Valid keys are '{'name', 'digest', 'context'}'");
    RUNS("dataset.name = 1", "Expected a quoted string value for dataset attributes. Got value 1");
}

static void what_is_no_comparison_is_named(void **state)
{
    (void)state;
    RUNS("metrics.m > 0 OR WHEN", "Invalid clause(s) in filter string: 'OR', 'WHEN'");
    RUNS("(metrics.m > 0;)", "Invalid clause(s) in filter string: '(metrics.m > 0;)'");
    RUNS("metrics.m between 1 and x",
         "Invalid clause(s) in filter string: 'metrics.m', 'between', '1', 'x'");
    RUNS("metrics.m > 0 foo", "Invalid clause(s) in filter string: 'metrics.m > 0 foo'");
    RUNS("a = 1, b = 2", "Invalid clause(s) in filter string: 'a = 1, b = 2'");
    RUNS("a = b = c", "Invalid comparison clause. Expected 'Identifier' found 'a = b'");
    RUNS("0 < metrics.m", "Invalid comparison clause. Expected 'Identifier' found '0'");
    RUNS("status = 'x' /* c */ AND", "Invalid comparison clause. Expected 3 tokens found 4");
    RUNS("metrics.m > 0 -- c", "Invalid clause(s) in filter string: '-- c'");
    RUNS("user = 'x'", "Invalid clause(s) in filter string: 'user', '=', ''x''");
    RUNS("x = '\xE6\x97\xA5'; \"y\"\n",
         "Search filter contained multiple expression 'x = \\'\xE6\x97\xA5\\'; \"y\"\\n'. "
         "Provide AND-ed expression list.");
}

static void experiments_have_a_stricter_language(void **state)
{
    (void)state;
    EXPERIMENTS("name = 'a' AND tags.t LIKE 'v'",
                " AND ((e.name = 'a' AND BINARY e.name = 'a'))"
                " AND (EXISTS (SELECT 1 FROM experiment_tags x"
                " WHERE x.experiment_id = e.experiment_id AND " KEY(
                    "t") "(x.value LIKE 'v' AND BINARY x.value LIKE 'v')))");
    EXPERIMENTS("experiment_id IN ('1', ' +2_0 ')", " AND (e.experiment_id IN (1,20))");
    EXPERIMENTS("experiment_id != '007'", " AND (e.experiment_id != 7)");
    EXPERIMENTS("creation_time > 5", " AND (e.creation_time > 5)");
    EXPERIMENTS("experiment_id = 'x'",
                "Invalid experiment ID 'x'. Experiment ID must be a valid integer.");
    EXPERIMENTS("experiment_id in ('1')", "Invalid comparator for experiment_id: in");
    EXPERIMENTS("name like 'a'", "Invalid comparator 'like' not one of "
                                 "'{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}'");
    EXPERIMENTS("tags.t like 'a'", "Invalid comparator for tag: like");
    EXPERIMENTS("creation_time > 1e22",
                "Invalid value for numeric attribute 'creation_time': '1e+22'");
    EXPERIMENTS("attributes.name = 'a'", "Invalid entity type 'attributes'. Valid entity types "
                                         "are ('attribute', 'tag', 'tags')");
    EXPERIMENTS("name = 'a' OR x", "Invalid clause(s) in filter string: OR, x");
    EXPERIMENTS("name IS NULL",
                "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'");
}

/* n times s */
static const char *repeated(const char *s, size_t n)
{
    size_t length = strlen(s);
    char *all = arena_alloc(mem, n * length + 1);

    for (size_t i = 0; i < n * length; i++)
        all[i] = s[i % length];
    return all;
}

static void filters_have_limits(void **state)
{
    const char *many = repeated("end_time=1 ", 1001), *deep = repeated("(", 101);

    (void)state;
    RUNS(many, "A filter has at most 1000 comparisons.");
    assert_memory_equal(filtered(SEARCH_RUNS, many + strlen("end_time=1 ")), " AND (r.", 8);
    RUNS(repeated(" ", 65537), "A filter has at most 65536 bytes.");
    assert_memory_equal(filtered(SEARCH_RUNS, repeated(" ", 10001)), "Error on parsing filter", 23);
    assert_memory_equal(filtered(SEARCH_RUNS, arena_printf(mem, "%s%s", deep, repeated(")", 101))),
                        "Error on parsing filter", 23);
    assert_memory_equal(filtered(SEARCH_RUNS, deep), "Invalid clause(s)", 17);
    assert_memory_equal(filtered(SEARCH_RUNS, repeated("=+", 4000)), "Invalid clause(s)", 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_filter_adds_nothing),
        cmocka_unit_test(metrics_compare_numbers),
        cmocka_unit_test(keys_are_written_in_many_ways),
        cmocka_unit_test(params_and_tags_compare_texts),
        cmocka_unit_test(attributes_are_columns),
        cmocka_unit_test(lists_are_pythons),
        cmocka_unit_test(datasets_are_found_through_inputs),
        cmocka_unit_test(what_is_no_comparison_is_named),
        cmocka_unit_test(experiments_have_a_stricter_language),
        cmocka_unit_test(filters_have_limits),
    };

    return cmocka_run_group_tests(tests, reading_setup, reading_teardown);
}
