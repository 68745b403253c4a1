#include "search_reading.h"

/* The offset in decimal, or the text of the error. */
static const char *read_token(const char *token)
{
    int64_t offset = -1;

    error_clear(&err);
    if (page_token_read(&cx, token, &offset) == 0)
        return arena_printf(mem, "%" PRId64, offset);
    assert_int_equal(err.code, ERROR_INVALID_PARAMETER_VALUE);
    return err.message;
}

#define TOKEN(token, expected) assert_string_equal(read_token(token), expected)

static void what_is_written_can_be_read(void **state)
{
    static const int64_t offsets[] = { 1, 2, 10, 999, 50000, INT64_MAX };

    (void)state;
    assert_string_equal(page_token_write(mem, 2), "eyJvZmZzZXQiOiAyfQ==");
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
        TOKEN(page_token_write(mem, offsets[i]), arena_printf(mem, "%" PRId64, offsets[i]));
}

static void no_token_is_the_first_page(void **state)
{
    (void)state;
    TOKEN(NULL, "0");
    TOKEN("", "0");
}

static void base64_is_read_as_python_reads_it(void **state)
{
    (void)state;
    TOKEN("eyJv ZmZz\nZXQi*OiAyfQ==", "2");
    TOKEN("eyJvZmZzZXQiOiAyfQ==eyJv", "2");
    TOKEN("eyJvZmZzZXQiOiAyfQ=", "Invalid page token, could not base64-decode");
    TOKEN("eyJvZmZzZXQiOiAyfQ", "Invalid page token, could not base64-decode");
    TOKEN("xx", "Invalid page token, could not base64-decode");
    TOKEN("*", "Invalid page token, decoded value=b''");
    TOKEN("eHg=", "Invalid page token, decoded value=b'xx'");
    TOKEN("J/8KIg==", "Invalid page token, decoded value=b'\\'\\xff\\n\"'");
}

static void offsets_are_what_python_takes_for_integers(void **state)
{
    (void)state;
    TOKEN("eyJvZmZzZXQiOiAwfQ==", "Invalid page token, parsed value={'offset': 0}");
    TOKEN("eyJvZmZzZXQiOiAiIDdfMCAifQ==", "70"); /* " 7_0 " */
    TOKEN("eyJvZmZzZXQiOiAyLjl9", "2");          /* 2.9 */
    TOKEN("eyJvZmZzZXQiOiAieCJ9", "Invalid page token, not stringable x");
    TOKEN("eyJvZmZzZXQiOiAtMX0=", "Invalid page token, parsed value={'offset': -1}");
    TOKEN("eyJhIjogW3RydWUsIG51bGwsIDEuMF0sICJvZmZzZXQiOiAiIn0=",
          "Invalid page token, parsed value={'a': [True, None, 1.0], 'offset': ''}");
    TOKEN("WzFd", "Invalid page token, parsed value=[1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(no_token_is_the_first_page),
        cmocka_unit_test(base64_is_read_as_python_reads_it),
        cmocka_unit_test(offsets_are_what_python_takes_for_integers),
    };

    (void)filtered;
    return cmocka_run_group_tests(tests, reading_setup, reading_teardown);
}
