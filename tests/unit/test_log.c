/* The log: one line per call, whatever the values hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static FILE *capture;
static int saved;

static int set_up(void **state)
{
    (void)state;
    saved = dup(STDERR_FILENO);
    capture = tmpfile();
    return capture && dup2(fileno(capture), STDERR_FILENO) >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    (void)log_set_level("info");
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    return fclose(capture);
}

/* What was logged since set_up(). */
static const char *logged(void)
{
    static char text[32768];

    rewind(capture);
    text[fread(text, 1, sizeof(text) - 1, capture)] = '\0';
    return text;
}

static void a_line_has_time_level_pid_and_the_tail(void **state)
{
    char level[16], tail[64];
    int year, month, day, hour, minute, second, ms;
    long pid;

    (void)state;
    log_line(LOG_WARN, "event=%s n=%d", "x", 3);
    assert_int_equal(sscanf(logged(),
                            "time=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ level=%15s pid=%ld %63[^\n]", &year,
                            &month, &day, &hour, &minute, &second, &ms, level, &pid, tail),
                     10);
    assert_string_equal(level, "warn");
    assert_int_equal(pid, getpid());
    assert_string_equal(tail, "event=x n=3");
}

static void lines_above_the_level_are_dropped(void **state)
{
    (void)state;
    assert_int_equal(log_set_level("error"), 0);
    log_line(LOG_WARN, "event=quiet");
    log_line(LOG_ERROR, "event=loud");
    assert_int_equal(log_set_level("debug"), 0);
    log_line(LOG_DEBUG, "event=detail");
    assert_null(strstr(logged(), "quiet"));
    assert_non_null(strstr(logged(), "event=loud\n"));
    assert_non_null(strstr(logged(), "event=detail\n"));
    assert_int_equal(log_set_level("louder"), -1);
}

static void a_value_cannot_begin_another_line(void **state)
{
    const char *text;

    (void)state;
    log_line(LOG_INFO, "event=%s", "a\nlevel=error\rx\033[2J");
    text = logged();
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\r'));
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
    char *value = calloc(1, 20001);
    const char *text;

    (void)state;
    assert_non_null(value);
    memset(value, 'x', 20000);
    log_line(LOG_INFO, "event=%s", value);
    log_line(LOG_INFO, "event=next");
    free(value);
    text = strchr(logged(), '\n');
    assert_non_null(text);
    assert_true(text - logged() < 8192);
    assert_memory_equal(text + 1, "time=", 5);
}

static void values_are_quoted_when_they_must_be(void **state)
{
    static const struct {
        const char *value, *quoted;
    } cases[] = {
        { "plain/1.2", "plain/1.2" },
        { "", "\"\"" },
        { NULL, "\"\"" },
        { "two words", "\"two words\"" },
        { "a=b", "\"a=b\"" },
        { "say \"x\"", "\"say \\\"x\\\"\"" },
        { "a\\b", "\"a\\\\b\"" },
        { "l1\nl2\t\r", "\"l1\\nl2\\t\\r\"" },
        { "\x01\x7f", "\"\\x01\\x7f\"" },
        { "h\xc3\xa9", "h\xc3\xa9" },
    };
    char buffer[64];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(log_quote(buffer, sizeof(buffer), cases[i].value), cases[i].quoted);
}

static void a_quoted_value_is_cut_to_fit(void **state)
{
    char buffer[64];

    (void)state;
    assert_string_equal(log_quote(buffer, 8, "abcdefghij"), "\"abcde\"");
    assert_string_equal(log_quote(buffer, 8, "abcd\nefgh"), "\"abcd\"");
    assert_string_equal(log_quote(buffer, 8, "abcd\xc3\xa9xyz"), "\"abcd\"");
    assert_string_equal(log_quote(buffer, 8, "abc\xc3\xa9xyz"), "\"abc\xc3\xa9\"");
    assert_string_equal(log_quote(buffer, 3, "abc"), "\"\"");
    assert_string_equal(log_quote(buffer, 2, "abc"), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_time_level_pid_and_the_tail), TEST(lines_above_the_level_are_dropped),
        TEST(a_value_cannot_begin_another_line),      TEST(a_long_line_is_cut_and_still_ends),
        TEST(values_are_quoted_when_they_must_be),    TEST(a_quoted_value_is_cut_to_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
