#include "test.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "store/migrations.h"

static struct migration of(const char *sql)
{
    return (struct migration){ .area = "x", .sql = sql, .end = sql + strlen(sql) };
}

/* The statements, each with a bar behind it. */
static const char *split(const char *sql)
{
    static char all[1024];
    struct migration m = of(sql);
    struct migration_statement statement;
    size_t at = 0, length = 0;

    while (migration_next(&m, &at, &statement))
        length += (size_t)snprintf(all + length, sizeof(all) - length, "%.*s|",
                                   (int)statement.length, statement.sql);
    all[length] = '\0';
    return all;
}

static void empty_lines_separate_statements(void **state)
{
    (void)state;
    assert_string_equal(split("A;\n\nB\n  C;\n"), "A;|B\n  C;|");
    assert_string_equal(split("\n\nA;\n\n\n\nB;\n\n\n"), "A;|B;|");
    assert_string_equal(split("A;\n\nB;"), "A;|B;|");
    assert_string_equal(split(""), "");
    assert_string_equal(split("\n\n"), "");
}

static void semicolons_alone_do_not(void **state)
{
    (void)state;
    assert_string_equal(split("BEGIN\n  A;\n  B;\nEND;\n\nC;\n"), "BEGIN\n  A;\n  B;\nEND;|C;|");
}

static void comments_above_are_left_out(void **state)
{
    (void)state;
    assert_string_equal(split("-- one\n\n-- two\n-- three\nA, -- in it\nB;\n\n-- last\n"),
                        "A, -- in it\nB;|");
    assert_string_equal(split("-- nothing else\n"), "");
    assert_string_equal(split("A;\n\n-- no newline"), "A;|");
}

static void a_title_is_the_beginning(void **state)
{
    static const char *const titles[][2] = {
        { "CREATE TABLE IF NOT EXISTS runs (\n    a INT\n);", "CREATE TABLE runs" },
        { "CREATE INDEX i\n    ON t (a);", "CREATE INDEX i" },
        { "INSERT INTO t (a) VALUES (1);", "INSERT INTO t" },
        { "DROP TABLE t;", "DROP TABLE t" },
    };
    char title[64];

    (void)state;
    for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
        struct migration_statement statement = { titles[i][0], strlen(titles[i][0]) };

        migration_title(&statement, title, sizeof(title));
        assert_string_equal(title, titles[i][1]);
    }
}

static void a_long_title_is_cut(void **state)
{
    struct migration_statement statement = { "CREATE TABLE IF NOT EXISTS abc (", 32 };
    char title[8];

    (void)state;
    migration_title(&statement, title, sizeof(title));
    assert_string_equal(title, "CREATE ");
}

/* Repeatable by its own words, or by an error that says that it was done. */
static int is_repeatable(const struct migration_statement *s)
{
    static const char *const ways[] = { "CREATE TABLE IF NOT EXISTS ", "CREATE INDEX ",
                                        "CREATE TRIGGER ", "INSERT INTO " };

    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (!strncmp(s->sql, ways[i], strlen(ways[i])))
            return i < 3 || memmem(s->sql, s->length, "WHERE NOT EXISTS", 16) != NULL;
    return 0;
}

/* The server's defaults must not decide what a table is. */
static int is_explicit(const struct migration_statement *s)
{
    static const char options[] =
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;";

    return strncmp(s->sql, "CREATE TABLE", 12) != 0 ||
           memmem(s->sql, s->length, options, strlen(options)) != NULL;
}

static void assert_in_file(const struct migration *m, const struct migration_statement *s, int good)
{
    if (!good)
        print_error("%s: %.60s\n", m->file, s->sql);
    assert_true(good);
}

static void every_statement_of_ours_is_whole_and_may_run_twice(void **state)
{
    int tables = 0;

    (void)state;
    for (const struct migration *m = migrations; m->area; m++) {
        struct migration_statement s;
        size_t at = 0;

        assert_in_range(m->number, 1, 9999);
        assert_true(m->end > m->sql);
        while (migration_next(m, &at, &s)) {
            assert_int_equal(s.sql[s.length - 1], ';');
            assert_true(isupper((unsigned char)s.sql[0]));
            assert_in_file(m, &s, is_repeatable(&s));
            tables += !strncmp(s.sql, "CREATE TABLE", 12);
            assert_in_file(m, &s, is_explicit(&s));
        }
    }
    assert_int_equal(tables, 65 + 4);
}

static void numbers_ascend_without_gaps(void **state)
{
    static const char *const areas[] = { "mlflow", "cairn" };

    (void)state;
    for (int i = 0; i < 2; i++) {
        int last = 0;

        for (const struct migration *m = migrations; m->area; m++)
            if (!strcmp(m->area, areas[i]))
                assert_int_equal(m->number, ++last);
        assert_true(last > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_lines_separate_statements),
        cmocka_unit_test(semicolons_alone_do_not),
        cmocka_unit_test(comments_above_are_left_out),
        cmocka_unit_test(a_title_is_the_beginning),
        cmocka_unit_test(a_long_title_is_cut),
        cmocka_unit_test(every_statement_of_ours_is_whole_and_may_run_twice),
        cmocka_unit_test(numbers_ascend_without_gaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
