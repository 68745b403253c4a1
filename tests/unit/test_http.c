/* Requests to stores, against a child that answers with given bytes; their XML. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artifacts/http.h"
#include "artifacts/xml.h"

static struct arena *mem;
static struct error err;
static struct config config;
static struct artifact_store store;
static char url[100];

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(0);
    err = (struct error){ .mem = mem };
    config = (struct config){ .request_timeout = 4 };
    store = (struct artifact_store){ .err = &err, .mem = mem, .config = &config };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(mem);
    return 0;
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/a%%2Bb?x=1&secret",
                   ntohs(address.sin_port));
    return listener;
}

/* A child that takes one connection, expects each of the requests to hold the words, and
 * gives the reply to each. Its exit status is 0 if all went well. */
static pid_t answer(const char *words, const char *reply, int requests)
{
    int listener = listen_somewhere();
    pid_t child = fork();

    if (child == 0) {
        char request[4096];
        int s = accept(listener, NULL, NULL), ok = 1;

        while (ok && requests--) {
            ssize_t n = recv(s, request, sizeof(request) - 1, 0);

            request[n > 0 ? n : 0] = '\0';
            ok = strstr(request, words) && !strstr(request, "Expect:") &&
                 send(s, reply, strlen(reply), MSG_NOSIGNAL) == (ssize_t)strlen(reply);
            if (!ok)
                fprintf(stderr, "%s", request);
        }
        (void)shutdown(s, SHUT_WR);
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

static void status_headers_and_body_come_back(void **state)
{
    const struct http_call call = { .method = "GET", .url = url };
    struct http_reply reply;
    pid_t child =
        answer("GET /a%2Bb?x=1&secret HTTP/1.1\r\n",
               "HTTP/1.1 404 Not Found\r\nETag:  \"x\" \r\nContent-Length: 5\r\n\r\nhallo", 1);

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), 0);
    assert_int_equal(reply.status, 404);
    assert_string_equal(http_value(&reply, "etag"), "\"x\"");
    assert_null(http_value(&reply, "x"));
    assert_string_equal(reply.body, "hallo");
    assert_int_equal(reply.length, 5);
    assert_asked(child);
}

static void a_body_is_sent_with_its_headers(void **state)
{
    static const struct http_header headers[] = { { "Content-Type", "text/x" }, { "x-a", "b" } };
    const struct http_call call = {
        .method = "PUT", .url = url, .headers = headers, .header_count = 2, .body = "", .length = 0
    };
    struct http_reply reply;
    pid_t child = answer("Content-Type: text/x\r\nx-a: b\r\nContent-Length: 0\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), 0);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "");
    assert_asked(child);
}

static void the_connection_is_used_again(void **state)
{
    const struct http_call call = { .method = "HEAD", .url = url };
    struct http_reply reply;
    pid_t child = answer("HEAD ", "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", 3);

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(http_send(&store, &call, &reply), 0);
        assert_string_equal(http_value(&reply, "Content-Length"), "12345");
    }
    assert_asked(child);
}

static void a_redirect_is_not_followed(void **state)
{
    const struct http_call call = { .method = "GET", .url = url };
    struct http_reply reply;
    pid_t child = answer("GET ",
                         "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
                         "Content-Length: 0\r\n\r\n",
                         1);

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), 0);
    assert_int_equal(reply.status, 302);
    assert_asked(child);
}

static void proxies_of_the_environment_are_not_used(void **state)
{
    const struct http_call call = { .method = "GET", .url = url };
    struct http_reply reply;
    pid_t child = answer("GET /a", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1);

    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(http_send(&store, &call, &reply), 0);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_asked(child);
}

static int append(void *context, const char *bytes, size_t length)
{
    char *text = context;

    strncat(text, bytes, length);
    return strlen(text) > 10 ? -1 : 0;
}

static void a_sink_gets_what_was_asked_for_and_no_error(void **state)
{
    char text[100] = "";
    const struct http_call call = { .method = "GET", .url = url, .sink = append, .context = text };
    struct http_reply reply;
    pid_t child = answer("GET ", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 1);

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), 0);
    assert_string_equal(text, "");
    assert_string_equal(reply.body, "no");
    assert_asked(child);
    child = answer("GET ", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nja", 1);
    assert_int_equal(http_send(&store, &call, &reply), 0);
    assert_string_equal(text, "ja");
    assert_asked(child);
}

static void a_sink_can_stop(void **state)
{
    char text[100] = "";
    const struct http_call call = { .method = "GET", .url = url, .sink = append, .context = text };
    struct http_reply reply;
    pid_t child = answer("GET ", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n123456789012", 1);

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), -1);
    assert_int_equal(err.code, ERROR_NONE);
    assert_asked(child);
}

static void no_reply_is_told_without_the_query(void **state)
{
    const struct http_call call = { .method = "GET", .url = url };
    struct http_reply reply;

    (void)state;
    assert_int_equal(close(listen_somewhere()), 0);
    assert_int_equal(http_send(&store, &call, &reply), -1);
    assert_int_equal(err.code, ERROR_TEMPORARILY_UNAVAILABLE);
    assert_non_null(strstr(err.detail, "GET 127.0.0.1:"));
    assert_null(strstr(err.detail, "secret"));
}

static void a_reply_that_is_cut_is_no_reply(void **state)
{
    const struct http_call call = { .method = "GET", .url = url };
    struct http_reply reply;
    pid_t child = answer("GET ", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n123", 1);

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), -1);
    assert_int_equal(err.code, ERROR_TEMPORARILY_UNAVAILABLE);
    assert_asked(child);
}

/* Nobody accepts: the kernel connects, and no byte comes. */
static void a_store_that_hangs_is_not_waited_for(void **state)
{
    const struct http_call call = { .method = "GET", .url = url, .seconds = 1 };
    struct http_reply reply;
    int listener = listen_somewhere();

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), -1);
    assert_int_equal(err.code, ERROR_TEMPORARILY_UNAVAILABLE);
    assert_int_equal(close(listener), 0);
}

static void other_schemes_are_for_ever_wrong(void **state)
{
    const struct http_call call = { .method = "GET", .url = "file:///etc/passwd" };
    struct http_reply reply;

    (void)state;
    assert_int_equal(http_send(&store, &call, &reply), -1);
    assert_int_equal(err.code, ERROR_INVALID_STATE);
}

static void write_down(void *context, const char *path, const char *text)
{
    const char **seen = context;

    *seen = arena_printf(mem, "%s%s=%s\n", *seen, path, text);
}

static int read_xml(const char **seen, const char *document)
{
    *seen = "";
    return xml_read(mem, document, strlen(document), write_down, (void *)seen);
}

static void elements_come_with_path_and_text(void **state)
{
    const char *seen = "";

    (void)state;
    assert_int_equal(
        read_xml(&seen, "<?xml version=\"1.0\"?><List xmlns=\"urn:x\"><d:Key xmlns:d='d'>a &amp; "
                        "b&#x27;&lt;</d:Key><Some a='b'><Size>1</Size></Some><Empty/></List>"),
        0);
    assert_string_equal(seen,
                        "List/Key=a & b'<\nList/Some/Size=1\nList/Some=\nList/Empty=\nList=\n");
    /* The parser is used again, after a failure too. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(read_xml(&seen, "<a><b>"), -1);
        assert_int_equal(read_xml(&seen, "<a>x</a>"), 0);
        assert_string_equal(seen, "a=x\n");
    }
}

static void what_is_no_reply_is_refused(void **state)
{
    static const char *const documents[] = {
        "",
        "hello",
        "<a>",
        "<a></b>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<a>&b;</a>",
        ("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a>"
         "</a></a></a></a></a></a></a>"),
    };
    const char *seen = "";

    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        assert_int_equal(read_xml(&seen, documents[i]), -1);
        assert_null(strstr(seen, "root:"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_headers_and_body_come_back),
        TEST(a_body_is_sent_with_its_headers),
        TEST(the_connection_is_used_again),
        TEST(a_redirect_is_not_followed),
        TEST(proxies_of_the_environment_are_not_used),
        TEST(a_sink_gets_what_was_asked_for_and_no_error),
        TEST(a_sink_can_stop),
        TEST(no_reply_is_told_without_the_query),
        TEST(a_reply_that_is_cut_is_no_reply),
        TEST(a_store_that_hangs_is_not_waited_for),
        TEST(other_schemes_are_for_ever_wrong),
        TEST(elements_come_with_path_and_text),
        TEST(what_is_no_reply_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
