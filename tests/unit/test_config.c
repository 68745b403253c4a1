/* The settings: where they come from, which one wins, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"

static char directory[64], file[100], said[16384];

static void write_file(const char *path, const char *text)
{
    FILE *to = fopen(path, "w");

    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

/* Loads with the flags (ends with NULL); what is said on standard error is in said. */
static int load(struct config *c, int *argc, char **argv)
{
    int saved = dup(STDERR_FILENO), result;
    FILE *capture = tmpfile();
    size_t length;

    assert_non_null(capture);
    assert_true(dup2(fileno(capture), STDERR_FILENO) >= 0);
    result = config_load(c, argc, argv);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    rewind(capture);
    length = fread(said, 1, sizeof(said) - 1, capture);
    said[length] = '\0';
    (void)fclose(capture);
    return result;
}

#define LOAD(c, ...)                                                                               \
    ({                                                                                             \
        char *argv_[] = { (char *)"cairn", ##__VA_ARGS__, NULL };                                  \
        int argc_ = (int)(sizeof(argv_) / sizeof(*argv_)) - 1;                                     \
        load((c), &argc_, argv_);                                                                  \
    })

/* One line, and these words are in it. */
static void assert_said(const char *words)
{
    if (!strstr(said, words))
        fail_msg("expected \"%s\" in: %s", words, said);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static int set_up(void **state)
{
    static const char *const names[] = {
        "CAIRN_CONFIG",  "CAIRN_RUN_DIR", "CAIRN_DB_PORT",
        "CAIRN_DB_PROT", "CAIRN_TEST_X",  "CAIRN_URL",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)unsetenv(names[i]);
    (void)snprintf(directory, sizeof(directory), "/tmp/cairn-test-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    (void)snprintf(file, sizeof(file), "%s/c", directory);
    return 0;
}

static int tear_down(void **state)
{
    char password[120];

    (void)state;
    (void)snprintf(password, sizeof(password), "%s/password", directory);
    (void)unlink(file);
    (void)unlink(password);
    return rmdir(directory);
}

static void without_anything_the_defaults_hold(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(LOAD(&c), 0);
    assert_string_equal(c.run_dir, "/run/cairn");
    assert_int_equal(c.ingest_workers, 8);
    assert_int_equal(c.max_body, 64 << 20);
    assert_string_equal(c.db_password, "");
    assert_string_equal(said, "");
}

static void the_file_is_read(void **state)
{
    struct config c;

    (void)state;
    write_file(file, "# a comment\n\n  run_dir = /tmp/with blanks and = \n"
                     "query_workers=3\r\n\t# another\nlog_level = debug");
    assert_int_equal(LOAD(&c, (char *)"--config", file), 0);
    assert_string_equal(c.run_dir, "/tmp/with blanks and =");
    assert_int_equal(c.query_workers, 3);
    assert_string_equal(c.log_level, "debug");
}

static void the_environment_wins_over_the_file_and_flags_over_both(void **state)
{
    struct config c;

    (void)state;
    write_file(file, "run_dir = /a\ndb_port = 1\nbacklog = 7\n");
    (void)setenv("CAIRN_CONFIG", file, 1);
    (void)setenv("CAIRN_RUN_DIR", "/b", 1);
    (void)setenv("CAIRN_DB_PORT", "2", 1);
    assert_int_equal(LOAD(&c, (char *)"--db_port=3"), 0);
    assert_int_equal(c.backlog, 7);
    assert_string_equal(c.run_dir, "/b");
    assert_int_equal(c.db_port, 3);
}

static void the_file_of_the_flag_wins_over_that_of_the_environment(void **state)
{
    struct config c;
    char flag[150];

    (void)state;
    write_file(file, "backlog = 7\n");
    (void)setenv("CAIRN_CONFIG", "/nonexistent", 1);
    (void)snprintf(flag, sizeof(flag), "--config=%s", file);
    assert_int_equal(LOAD(&c, flag), 0);
    assert_int_equal(c.backlog, 7);
}

static void flags_are_taken_out_and_other_words_stay(void **state)
{
    struct config c;
    char *argv[] = { (char *)"cairn",       (char *)"db", (char *)"--db_port=3", (char *)"migrate",
                     (char *)"--config",    file,         (char *)"--dry-run",   (char *)"--",
                     (char *)"--db_port=4", NULL };
    int argc = 9;

    (void)state;
    write_file(file, "");
    assert_int_equal(load(&c, &argc, argv), 0);
    assert_int_equal(argc, 6);
    assert_string_equal(argv[1], "db");
    assert_string_equal(argv[2], "migrate");
    assert_string_equal(argv[3], "--dry-run");
    assert_string_equal(argv[4], "--");
    assert_string_equal(argv[5], "--db_port=4");
    assert_null(argv[6]);
    assert_int_equal(c.db_port, 3);
}

static void unknown_names_are_refused_wherever_they_stand(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(LOAD(&c, (char *)"--db_prot=3"), -1);
    assert_said("--db_prot: unknown setting");
    assert_int_equal(LOAD(&c, (char *)"--con=3"), -1);
    assert_said("--con: unknown setting");
    write_file(file, "\ndb_prot = 3\n");
    assert_int_equal(LOAD(&c, (char *)"--config", file), -1);
    assert_said("/c:2: unknown setting \"db_prot\"");
    (void)setenv("CAIRN_DB_PROT", "3", 1);
    assert_int_equal(LOAD(&c), -1);
    assert_said("CAIRN_DB_PROT: unknown setting");
}

static void names_for_scripts_and_tests_are_no_settings(void **state)
{
    struct config c;

    (void)state;
    (void)setenv("CAIRN_TEST_X", "1", 1);
    (void)setenv("CAIRN_URL", "http://x", 1);
    assert_int_equal(LOAD(&c), 0);
}

static void a_line_that_is_wrong_is_named(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        { "run_dir\n", "/c:1: expected \"name = value\"" },
        { "db_port = 1\n\ndb_port = 2\n", "/c:3: db_port is already set in line 1" },
        { "run_dir = /x # here\n", "/c:1: a comment must stand on a line of its own" },
        { "run_dir =\n", "/c:1: run_dir must not be empty" },
        { "= 3\n", "/c:1: unknown setting \"\"" },
        { "db_port = 33O6\n", "/c:1: db_port must be a whole number, not \"33O6\"" },
        { "db_port = -1\n", "db_port must be a whole number" },
        { "db_port = \n", "db_port must be a whole number" },
        { "db_port = 99999999999999999999\n", "db_port must be a whole number" },
        { "db_port = 65536\n", "db_port must be between 1 and 65535, not 65536" },
        { "ingest_workers = 0\n", "ingest_workers must be between 1 and 1000, not 0" },
        { "serve_artifacts = true\n", "serve_artifacts must be yes or no, not \"true\"" },
        { "serve_artifacts = no\nartifacts_only = yes\n", "artifacts_only: there is nothing left" },
        { "log_level = loud\n", "log_level cannot be \"loud\"" },
        { "socket_mode = 0680\n", "socket_mode must be octal" },
        { "socket_mode = 1777\n", "socket_mode must be octal" },
        { "request_memory = 1048576\n", "request_memory: must be at least four times max_body" },
        { "run_dir = "
          "/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxx\n",
          "run_dir is too long" },
    };
    struct config c;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(file, cases[i].text);
        assert_int_equal(LOAD(&c, (char *)"--config", file), -1);
        assert_said(cases[i].said);
    }
}

static void every_number_has_bounds(void **state)
{
    static const struct {
        const char *name, *type;
    } settings[] = {
#define CONFIG(name_, type_, ...) { #name_, #type_ },
#include "config.def"
#undef CONFIG
    };
    struct config c;

    (void)state;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        char flag[100];

        if (strcmp(settings[i].type, "INT") != 0)
            continue;
        (void)snprintf(flag, sizeof(flag), "--%s=9223372036854775807", settings[i].name);
        assert_int_equal(LOAD(&c, flag), -1);
        assert_said("must be between");
    }
}

static void a_zero_byte_in_the_file_is_refused(void **state)
{
    struct config c;
    FILE *to = fopen(file, "w");

    (void)state;
    assert_non_null(to);
    assert_int_equal(fwrite("run_dir = /a\0b\n", 1, 15, to), 15);
    assert_int_equal(fclose(to), 0);
    assert_int_equal(LOAD(&c, (char *)"--config", file), -1);
    assert_said("/c:1: the line holds a zero byte");
}

static void a_file_that_is_not_there_is_refused(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(LOAD(&c, (char *)"--config", (char *)"/nonexistent"), -1);
    assert_said("/nonexistent: cannot be read: No such file");
    assert_int_equal(LOAD(&c, (char *)"--config"), -1);
    assert_said("--config: needs the name of a file");
    assert_int_equal(LOAD(&c, (char *)"--config", directory), -1);
    assert_said("cannot be read: Is a directory");
}

static void a_setting_without_a_value_is_refused(void **state)
{
    struct config c;

    (void)state;
    assert_int_equal(LOAD(&c, (char *)"--run_dir", (char *)"/x"), -1);
    assert_said("--run_dir: needs a value");
}

static void the_password_may_stand_in_a_file(void **state)
{
    struct config c;
    char path[120], flag[160];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/password", directory);
    (void)snprintf(flag, sizeof(flag), "--db_password_file=%s", path);
    write_file(path, "s3cret #1 \nsecond line\n");
    assert_int_equal(LOAD(&c, flag), 0);
    assert_string_equal(c.db_password, "s3cret #1 ");
    assert_int_equal(LOAD(&c, flag, (char *)"--db_password=x"), -1);
    assert_said("db_password is set as well");
    write_file(path, "");
    assert_int_equal(LOAD(&c, flag), -1);
    assert_said("holds no password");
    assert_int_equal(LOAD(&c, (char *)"--db_password_file=/nonexistent"), -1);
    assert_said("/nonexistent cannot be read");
}

static void a_dump_hides_secrets_and_can_be_read_again(void **state)
{
    struct config c, again;
    FILE *to;

    (void)state;
    assert_int_equal(LOAD(&c, (char *)"--db_password=s3cret", (char *)"--backlog=9"), 0);
    to = fopen(file, "w+");
    assert_non_null(to);
    config_dump(&c, to);
    rewind(to);
    said[fread(said, 1, sizeof(said) - 1, to)] = '\0';
    assert_int_equal(fclose(to), 0);
    assert_null(strstr(said, "s3cret"));
    assert_non_null(strstr(said, "db_password = ****"));
    assert_int_equal(LOAD(&again, (char *)"--config", file), 0);
    assert_int_equal(again.backlog, 9);
    assert_string_equal(again.artifact_root, c.artifact_root);
}

static void the_default_root_is_where_clients_find_the_artifacts(void **state)
{
    char *direct = (char *)"--serve_artifacts=no", *bucket = (char *)"--artifacts_destination=/b";
    struct config c;

    (void)state;
    assert_int_equal(LOAD(&c), 0);
    assert_true(c.serve_artifacts);
    assert_string_equal(c.default_artifact_root, "mlflow-artifacts:/");
    assert_int_equal(LOAD(&c, bucket), 0);
    assert_string_equal(c.default_artifact_root, "mlflow-artifacts:/");
    assert_int_equal(LOAD(&c, direct, (char *)"--artifact_root=/a"), 0);
    assert_false(c.serve_artifacts);
    assert_string_equal(c.default_artifact_root, "/a");
    assert_int_equal(LOAD(&c, direct, bucket), 0);
    assert_string_equal(c.default_artifact_root, "/b");
    assert_int_equal(LOAD(&c, direct, bucket, (char *)"--default_artifact_root=s3://c"), 0);
    assert_string_equal(c.default_artifact_root, "s3://c");
}

static void texts_of_an_older_load_stay(void **state)
{
    struct config c, later;

    (void)state;
    assert_int_equal(LOAD(&c, (char *)"--run_dir=/one"), 0);
    assert_int_equal(LOAD(&later, (char *)"--run_dir=/two"), 0);
    assert_string_equal(c.run_dir, "/one");
    assert_string_equal(later.run_dir, "/two");
}

static void every_setting_is_in_the_help(void **state)
{
    static const char *const names[] = {
#define CONFIG(name, ...) #name,
#include "config.def"
#undef CONFIG
    };
    FILE *to = fopen(file, "w+");

    (void)state;
    assert_non_null(to);
    config_help(to);
    rewind(to);
    said[fread(said, 1, sizeof(said) - 1, to)] = '\0';
    (void)fclose(to);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(strstr(said, names[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_anything_the_defaults_hold),
        TEST(the_file_is_read),
        TEST(the_environment_wins_over_the_file_and_flags_over_both),
        TEST(the_file_of_the_flag_wins_over_that_of_the_environment),
        TEST(flags_are_taken_out_and_other_words_stay),
        TEST(unknown_names_are_refused_wherever_they_stand),
        TEST(names_for_scripts_and_tests_are_no_settings),
        TEST(a_line_that_is_wrong_is_named),
        TEST(every_number_has_bounds),
        TEST(a_zero_byte_in_the_file_is_refused),
        TEST(a_file_that_is_not_there_is_refused),
        TEST(a_setting_without_a_value_is_refused),
        TEST(the_password_may_stand_in_a_file),
        TEST(a_dump_hides_secrets_and_can_be_read_again),
        TEST(the_default_root_is_where_clients_find_the_artifacts),
        TEST(texts_of_an_older_load_stay),
        TEST(every_setting_is_in_the_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
