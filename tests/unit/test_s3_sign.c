/* Signatures against the examples that AWS publishes: those of "Signature Calculations
 * for the Authorization Header" and "Authenticating Requests: Using Query Parameters" in
 * the API reference of S3, and those of the test suite of Signature Version 4. */
#include "test.h"

#include <string.h>

#include "artifacts/s3_sign.h"

static struct arena *mem;

static int set_up(void **state)
{
    (void)state;
    mem = arena_create(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(mem);
    return 0;
}

static const struct s3_credentials of_s3 = { "AKIAIOSFODNN7EXAMPLE",
                                             "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "" };
/* 2013-05-24 00:00:00 */
static const struct s3_signing s3 = { &of_s3, "us-east-1", "s3", 1369353600 };

static const struct s3_credentials of_suite = { "AKIDEXAMPLE",
                                                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "" };
/* 2015-08-30 12:36:00 */
static const struct s3_signing suite = { &of_suite, "us-east-1", "service", 1440938160 };

static void assert_signed(const struct s3_signing *signing, struct s3_request *rq,
                          const char *names, const char *sum)
{
    const char *value = s3_authorization(mem, signing, rq);
    const char *end = arena_printf(mem, "SignedHeaders=%s, Signature=%s", names, sum);

    assert_non_null(value);
    assert_string_equal(strstr(value, "SignedHeaders"), end);
}

static void example_get_object(void **state)
{
    struct http_header headers[] = {
        { "x-amz-date", "20130524T000000Z" },
        { "host", "examplebucket.s3.amazonaws.com" },
        { "range", "bytes=0-9" },
        { "x-amz-content-sha256", S3_EMPTY },
    };
    struct s3_request rq = { "GET", "/test.txt", "", headers, 4, S3_EMPTY };

    (void)state;
    assert_signed(&s3, &rq, "host;range;x-amz-content-sha256;x-amz-date",
                  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    assert_string_equal(
        s3_authorization(mem, &s3, &rq),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void example_put_object(void **state)
{
    static const char body[] = "Welcome to Amazon S3.";
    const char *sum = s3_sha256(mem, body, strlen(body));
    struct http_header headers[] = {
        { "date", "Fri, 24 May 2013 00:00:00 GMT" },
        { "host", "examplebucket.s3.amazonaws.com" },
        { "x-amz-content-sha256", sum },
        { "x-amz-date", s3_date(mem, s3.now) },
        { "x-amz-storage-class", "REDUCED_REDUNDANCY" },
    };
    struct s3_request rq = { "PUT", s3_encode(mem, "/test$file.text"), "", headers, 5, sum };

    (void)state;
    assert_string_equal(sum, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
    assert_string_equal(rq.path, "/test%24file.text");
    assert_signed(&s3, &rq, "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void assert_bucket_get(const struct s3_param *params, size_t count, const char *query,
                              const char *sum)
{
    struct http_header headers[] = {
        { "host", "examplebucket.s3.amazonaws.com" },
        { "x-amz-content-sha256", S3_EMPTY },
        { "x-amz-date", "20130524T000000Z" },
    };
    struct s3_request rq = { "GET", "/", s3_query(mem, params, count), headers, 3, S3_EMPTY };

    assert_string_equal(rq.query, query);
    assert_signed(&s3, &rq, "host;x-amz-content-sha256;x-amz-date", sum);
}

static void example_get_lifecycle_and_list(void **state)
{
    static const struct s3_param lifecycle[] = { { "lifecycle", "" } };
    static const struct s3_param list[] = { { "prefix", "J" }, { "max-keys", "2" } };

    (void)state;
    assert_bucket_get(lifecycle, 1, "lifecycle=",
                      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    assert_bucket_get(list, 2, "max-keys=2&prefix=J",
                      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void example_presigned(void **state)
{
    struct http_header headers[] = { { "host", "examplebucket.s3.amazonaws.com" } };
    struct s3_request rq = { "GET", "/test.txt", NULL, headers, 1, S3_UNSIGNED };

    (void)state;
    assert_string_equal(
        s3_presigned_query(mem, &s3, &rq, NULL, 0, 86400),
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
        "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
        "X-Amz-SignedHeaders=host&X-Amz-Signature="
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

/* The token is a param like others, and signed. */
static void a_session_token_is_part_of_what_is_presigned(void **state)
{
    struct s3_credentials temporary = of_s3;
    const struct s3_signing signing = { &temporary, "us-east-1", "s3", 1369353600 };
    static const struct s3_param params[] = { { "uploadId", "a b" }, { "partNumber", "1" } };
    struct http_header headers[] = { { "host", "h" } };
    struct s3_request rq = { "PUT", "/k", NULL, headers, 1, S3_UNSIGNED };
    const char *query;

    (void)state;
    temporary.session_token = "to/k+n=";
    query = s3_presigned_query(mem, &signing, &rq, params, 2, 60);
    assert_non_null(strstr(query, "&X-Amz-Security-Token=to%2Fk%2Bn%3D&"));
    assert_non_null(strstr(query, "&partNumber=1&uploadId=a%20b&X-Amz-Signature="));
}

static void assert_suite(const char *method, const char *path, const char *query, const char *sum)
{
    struct http_header headers[] = { { "x-amz-date", s3_date(mem, suite.now) },
                                     { "host", "example.amazonaws.com" } };
    struct s3_request rq = { method, path, query, headers, 2, S3_EMPTY };

    assert_signed(&suite, &rq, "host;x-amz-date", sum);
}

static void suite_get_and_post(void **state)
{
    static const struct s3_param order[] = { { "Param2", "value2" }, { "Param1", "value1" } };

    (void)state;
    assert_suite("GET", "/", "",
                 "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    assert_suite("POST", "/", "",
                 "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    assert_suite("GET", "/", s3_query(mem, order, 2),
                 "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    assert_suite("GET", s3_encode(mem, "/\xe1\x88\xb4"), "",
                 "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
    assert_suite(
        "GET",
        s3_encode(mem, "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), "",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f");
}

/* post-sts-header-before: temporary keys. */
static void suite_session_token(void **state)
{
    static const char token[] =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmx"
        "fpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0K"
        "PkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZb"
        "qBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
    struct http_header headers[] = {
        { "x-amz-security-token", token },
        { "host", "example.amazonaws.com" },
        { "x-amz-date", "20150830T123600Z" },
    };
    struct s3_request rq = { "POST", "/", "", headers, 3, S3_EMPTY };

    (void)state;
    assert_signed(&suite, &rq, "host;x-amz-date;x-amz-security-token",
                  "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

static void every_other_byte_is_encoded_once(void **state)
{
    static const struct s3_param params[] = { { "a b", "+&=/%" }, { "A", "\xc3\xa9" } };

    (void)state;
    assert_string_equal(s3_encode(mem, "/a b/'\"%+?&=:@,;!*()~"),
                        "/a%20b/%27%22%25%2B%3F%26%3D%3A%40%2C%3B%21%2A%28%29~");
    assert_string_equal(s3_query(mem, params, 2), "A=%C3%A9&a%20b=%2B%26%3D%2F%25");
    assert_string_equal(s3_query(mem, NULL, 0), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(example_get_object),
        TEST(example_put_object),
        TEST(example_get_lifecycle_and_list),
        TEST(example_presigned),
        TEST(a_session_token_is_part_of_what_is_presigned),
        TEST(suite_get_and_post),
        TEST(suite_session_token),
        TEST(every_other_byte_is_encoded_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
