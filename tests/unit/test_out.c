#include "test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

static struct out out;

static const char *written(void)
{
    static char copy[4096];

    assert_true(out.length < sizeof(copy));
    memcpy(copy, out.data, out.length);
    copy[out.length] = '\0';
    return copy;
}

static void commas_stand_between_members(void **state)
{
    (void)state;
    out_clear(&out);
    out_object(&out, NULL);
    out_array(&out, "empty");
    out_end(&out);
    out_array(&out, "list");
    out_int(&out, NULL, INT64_MIN);
    out_object(&out, NULL);
    out_end(&out);
    out_bool(&out, NULL, true);
    out_null(&out, NULL);
    out_end(&out);
    out_int_text(&out, "id", 12);
    out_text_if(&out, "absent", NULL);
    out_end(&out);
    assert_string_equal(
        written(), "{\"empty\":[],\"list\":[-9223372036854775808,{},true,null],\"id\":\"12\"}");
}

static void texts_are_escaped(void **state)
{
    (void)state;
    out_clear(&out);
    out_text_n(&out, NULL, "a\"b\\c\n\t\x01\x7f\0/é", 13);
    assert_string_equal(written(), "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\\u0000/é\"");
}

static void numbers_are_written_as_python_does(void **state)
{
    static const struct {
        double value;
        const char *repr;
    } cases[] = {
        { 0, "0.0" },
        { -0.0, "-0.0" },
        { 1, "1.0" },
        { -17, "-17.0" },
        { 0.1, "0.1" },
        { 1.5, "1.5" },
        { 1.0 / 3, "0.3333333333333333" },
        { 2.0 / 3, "0.6666666666666666" },
        { 0.9811320754716981, "0.9811320754716981" },
        { 1e15, "1000000000000000.0" },
        { 123456789012345680.0, "1.2345678901234568e+17" },
        { 1e16, "1e+16" },
        { 1e22, "1e+22" },
        { 1e300, "1e+300" },
        { 0.0001, "0.0001" },
        { 0.00001, "1e-05" },
        { 0.000123, "0.000123" },
        { 1.25e-7, "1.25e-07" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { -DBL_MAX, "-1.7976931348623157e+308" },
        { 5e-324, "5e-324" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { 1795425216025.5, "1795425216025.5" },
        { NAN, "nan" },
        { INFINITY, "inf" },
        { -INFINITY, "-inf" },
    };
    char buffer[40];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int length = real_repr(buffer, cases[i].value);

        assert_string_equal(buffer, cases[i].repr);
        assert_int_equal(length, strlen(cases[i].repr));
    }
}

static void every_number_reads_back(void **state)
{
    uint64_t bits = 88172645463325252ULL;
    char buffer[40];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        double value;

        bits ^= bits << 13; /* xorshift64 */
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        (void)real_repr(buffer, value);
        assert_true(strtod(buffer, NULL) == value);
    }
}

static void what_is_no_number_is_a_text(void **state)
{
    (void)state;
    out_clear(&out);
    out_array(&out, NULL);
    out_real(&out, NULL, NAN);
    out_real(&out, NULL, -INFINITY);
    out_real(&out, NULL, 0.5);
    out_end(&out);
    assert_string_equal(written(), "[\"NaN\",\"-Infinity\",0.5]");
}

static int free_out(void **state)
{
    (void)state;
    out_free(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_members),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(numbers_are_written_as_python_does),
        cmocka_unit_test(every_number_reads_back),
        cmocka_unit_test(what_is_no_number_is_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, free_out);
}
