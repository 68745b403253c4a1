/* The doctor's question to a pool, against servers that answer well or badly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "probe.h"

static char directory[64], path[100];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof(directory), "/tmp/cairn-test-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    (void)snprintf(path, sizeof(path), "%s/s", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

/* A child that answers one request with these bytes, and checks that it asks for
 * /health. Its exit status is 0 if all went well. */
static pid_t answer_once(const unsigned char *reply, size_t length)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    pid_t child;

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    child = fork();
    if (child == 0) {
        char request[1024];
        int s = accept(listener, NULL, NULL);
        ssize_t n = recv(s, request, sizeof(request), 0);
        int ok = n > 0 && memmem(request, (size_t)n, "/health", 7) &&
                 (!length || send(s, reply, length, MSG_NOSIGNAL) == (ssize_t)length);

        (void)close(s);
        _exit(ok ? 0 : 1);
    }
    (void)close(listener);
    return child;
}

static void assert_asked(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static size_t stdout_record(unsigned char *to, const char *text)
{
    size_t length = strlen(text), padding = 3;
    const unsigned char header[] = {
        1, 6, 0, 1, 0, (unsigned char)length, (unsigned char)padding, 0
    };

    memcpy(to, header, sizeof(header));
    memset(to + sizeof(header), 0, length + padding);
    for (size_t i = 0; i < length; i++)
        to[sizeof(header) + i] = (unsigned char)text[i];
    return sizeof(header) + length + padding;
}

static void a_reply_of_200_is_good(void **state)
{
    unsigned char reply[300];
    char why[100];
    pid_t child = answer_once(reply, stdout_record(reply, "Status: 200 OK\r\n\r\nOK"));

    (void)state;
    assert_int_equal(probe(path, why, sizeof(why)), 0);
    assert_asked(child);
}

static void another_status_is_told(void **state)
{
    unsigned char reply[300];
    char why[100];
    pid_t child =
        answer_once(reply, stdout_record(reply, "Status: 503 Service Unavailable\r\n\r\n"));

    (void)state;
    assert_int_equal(probe(path, why, sizeof(why)), -1);
    assert_string_equal(why, "answers \"Status: 503 Service Unavailable\"");
    assert_asked(child);
}

static void a_reply_that_is_cut_is_told(void **state)
{
    unsigned char reply[300];
    char why[100];
    pid_t child = answer_once(reply, stdout_record(reply, "Status: 200 OK\r\n\r\nOK") - 10);

    (void)state;
    assert_int_equal(probe(path, why, sizeof(why)), -1);
    assert_string_equal(why, "Connection reset by peer");
    assert_asked(child);
}

static void a_worker_that_dies_is_told(void **state)
{
    char why[100];
    pid_t child = answer_once((const unsigned char *)"", 0);

    (void)state;
    assert_int_equal(probe(path, why, sizeof(why)), -1);
    assert_string_equal(why, "Connection reset by peer");
    assert_asked(child);
}

static void no_socket_is_told(void **state)
{
    char why[100];

    (void)state;
    assert_int_equal(probe(path, why, sizeof(why)), -1);
    assert_string_equal(why, "No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reply_of_200_is_good),      TEST(another_status_is_told),
        TEST(a_reply_that_is_cut_is_told), TEST(a_worker_that_dies_is_told),
        TEST(no_socket_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
