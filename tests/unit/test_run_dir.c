/* The run directory: one master, sockets with the right permissions, a whole pid file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "run_dir.h"

static char directory[128], path[256];
static struct config config;

/* A file of the directory; names to come are in one place. */
static const char *in_directory(const char *name)
{
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof(directory), "/tmp/cairn-test-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    config = (struct config){ .run_dir = directory, .socket_mode = "0660", .backlog = 4 };
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = { "cairn.lock", "query.sock", "artifact.sock", "pid" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)unlink(in_directory(names[i]));
    return rmdir(directory);
}

static int connects(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int s = socket(AF_UNIX, SOCK_STREAM, 0), result;

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.93s/%.13s", directory, name);
    result = connect(s, (struct sockaddr *)&address, sizeof(address));
    (void)close(s);
    return result == 0;
}

static void one_master_has_the_lock_as_long_as_it_lives(void **state)
{
    int lock;

    (void)state;
    assert_false(run_dir_is_locked(directory));
    lock = run_dir_lock(directory);
    assert_true(lock >= 0);
    assert_true(run_dir_is_locked(directory));
    assert_int_equal(run_dir_lock(directory), -1);
    (void)close(lock);
    assert_false(run_dir_is_locked(directory));
    lock = run_dir_lock(directory);
    assert_true(lock >= 0);
    (void)close(lock);
}

static void without_the_directory_there_is_no_lock(void **state)
{
    (void)state;
    assert_int_equal(run_dir_lock("/nonexistent"), -1);
    assert_false(run_dir_is_locked("/nonexistent"));
}

static void a_socket_has_its_mode_whatever_the_umask(void **state)
{
    struct stat at;
    mode_t old = umask(0);
    int listener = run_dir_listen(&config, "query");

    (void)state;
    assert_true(listener >= 0);
    assert_int_equal(stat(in_directory("query.sock"), &at), 0);
    assert_true(S_ISSOCK(at.st_mode));
    assert_int_equal(at.st_mode & 0777, 0660);
    assert_int_equal(umask(old), 0);
    assert_true(connects("query.sock"));
    (void)close(listener);
}

static void a_leftover_is_replaced(void **state)
{
    int old = run_dir_listen(&config, "query"), listener;

    (void)state;
    (void)close(old);
    assert_false(connects("query.sock"));
    listener = run_dir_listen(&config, "query");
    assert_true(listener >= 0);
    assert_true(connects("query.sock"));
    run_dir_unlink(&config, "query");
    assert_int_equal(access(in_directory("query.sock"), F_OK), -1);
    (void)close(listener);
}

static void the_longest_directory_holds_the_longest_socket(void **state)
{
    char outer[sizeof(directory)];
    size_t length = strlen(directory);
    int listener;

    (void)state;
    memcpy(outer, directory, sizeof(outer));
    directory[length] = '/';
    memset(directory + length + 1, 'x', 93 - length - 1);
    directory[93] = '\0';
    assert_int_equal(mkdir(directory, 0700), 0);
    listener = run_dir_listen(&config, "artifact");
    assert_true(listener >= 0);
    assert_true(connects("artifact.sock"));
    (void)close(listener);
    (void)unlink(in_directory("artifact.sock"));
    assert_int_equal(rmdir(directory), 0);
    memcpy(directory, outer, sizeof(outer));
}

static void the_pid_file_holds_the_pid(void **state)
{
    FILE *file;
    long pid = 0;

    (void)state;
    assert_int_equal(run_dir_write_pid(""), 0);
    assert_int_equal(run_dir_write_pid("/nonexistent/pid"), -1);
    assert_int_equal(run_dir_write_pid(in_directory("pid")), 0);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld\n", &pid), 1);
    (void)fclose(file);
    assert_int_equal(pid, getpid());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_master_has_the_lock_as_long_as_it_lives),
        TEST(without_the_directory_there_is_no_lock),
        TEST(a_socket_has_its_mode_whatever_the_umask),
        TEST(a_leftover_is_replaced),
        TEST(the_longest_directory_holds_the_longest_socket),
        TEST(the_pid_file_holds_the_pid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
