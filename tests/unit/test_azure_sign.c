/* Signatures of Azure's Blob service: the strings to sign are those of Microsoft's
 * documentation ("Authorize with Shared Key", "Create a service SAS"); the signatures of
 * them, with the public key of Microsoft's emulator, were made by azure-storage-blob
 * 12.31.1. */
#include <string.h>

#include "artifacts/azure_sign.h"
#include "test.h"

static const char key[] = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
                          "K1SZFPTOtr/KBHBeksoGMGw==";

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

static const struct http_header of_2015[] = {
    { "x-ms-version", "2015-02-21" },
    { "x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT" },
};

static void test_a_request_as_documented(void **state)
{
    const struct azure_request rq = {
        .method = "GET",
        .path = "/mycontainer",
        .query = "comp=metadata&restype=container&timeout=20",
        .headers = of_2015,
        .count = 2,
    };

    (void)state;
    assert_string_equal(azure_string_to_sign(mem, "myaccount", &rq),
                        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\n"
                        "x-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\n"
                        "restype:container\ntimeout:20");
    assert_string_equal(azure_authorization(mem, "myaccount", key, &rq),
                        "SharedKey myaccount:1u9lui2jDxj0+fpbHjQ5m5NnastJRSYM+PSmfi8TXx4=");
}

/* The resource alone: what follows the headers. */
static const char *resource(const char *path, const char *query)
{
    const struct azure_request rq = { .method = "GET", .path = path, .query = query };

    return strstr(azure_string_to_sign(mem, "myaccount", &rq), "/myaccount");
}

static void test_the_canonicalized_resource(void **state)
{
    (void)state;
    assert_string_equal(resource("/mycontainer", "restype=container&comp=list&include=snapshots"
                                                 "&include=metadata&include=uncommittedblobs"),
                        "/myaccount/mycontainer\ncomp:list\n"
                        "include:metadata,snapshots,uncommittedblobs\nrestype:container");
    assert_string_equal(resource("/mycontainer/myblob", NULL), "/myaccount/mycontainer/myblob");
    assert_string_equal(resource("/mycontainer/myblob", ""), "/myaccount/mycontainer/myblob");
    /* The path stays as it is sent, parameters are decoded, names in lower case. */
    assert_string_equal(resource("/c/a%20b/%C3%BC", "Prefix=a%2Fb%20&X"),
                        "/myaccount/c/a%20b/%C3%BC\nprefix:a/b \nx:");
    /* The emulator has the account in its paths. */
    assert_string_equal(resource("/myaccount/c/x", NULL), "/myaccount/myaccount/c/x");
}

static void test_each_header_has_its_line(void **state)
{
    static const struct http_header blob[] = {
        { "x-ms-version", AZURE_VERSION },
        { "x-ms-date", "d" },
        { "x-ms-blob-type", "BlockBlob" },
    };
    const struct azure_request rq = {
        .method = "PUT",
        .path = "/c/x",
        .length = 11,
        .content_type = "text/plain; charset=UTF-8",
        .range = "bytes=0-5",
        .if_modified_since = "ms",
        .if_match = "m",
        .if_none_match = "nm",
        .if_unmodified_since = "us",
        .headers = blob,
        .count = 3,
    };

    (void)state;
    assert_string_equal(azure_string_to_sign(mem, "a", &rq),
                        "PUT\n\n\n11\n\ntext/plain; charset=UTF-8\n\nms\nm\nnm\nus\nbytes=0-5\n"
                        "x-ms-blob-type:BlockBlob\nx-ms-date:d\nx-ms-version:2021-12-02\n/a/c/x");
}

static void test_a_range_is_signed(void **state)
{
    static const struct http_header headers[] = {
        { "x-ms-date", "Tue, 24 Nov 2026 01:50:00 GMT" },
        { "x-ms-version", "2021-12-02" },
    };
    const struct azure_request rq = {
        .method = "GET",
        .path = "/mycontainer/a%20b",
        .range = "bytes=0-99",
        .headers = headers,
        .count = 2,
    };

    (void)state;
    assert_string_equal(azure_authorization(mem, "myaccount", key, &rq),
                        "SharedKey myaccount:cjoS42yWMkNwHN8Bt0JhNXlYwa0BsfiMCSXftsbB0Qw=");
}

static const struct {
    struct azure_grant grant;
    const char *query;
} grants[] = {
    { { "devstoreaccount1", "mlflow", "a/b c/ü.bin", "r", 1795485605, NULL },
      "sv=2021-12-02&sr=b&sp=r&se=2026-11-24T02%3A00%3A05Z&"
      "sig=3pfDLIXYHX5Hjkqv7qVKurp7Ta68%2FXjhO%2BwnCbEhzjA%3D" },
    { { "devstoreaccount1", "mlflow", "model.pkl", "cw", 1795485605, "https" },
      "sv=2021-12-02&sr=b&sp=cw&se=2026-11-24T02%3A00%3A05Z&spr=https&"
      "sig=ZfVE9uv4Zir2QanxqIRO4nmcmHHI5i%2Bo9wI0IlSNAxE%3D" },
    { { "devstoreaccount1", "mlflow", "x", "r", 1795485605, "https,http" },
      "sv=2021-12-02&sr=b&sp=r&se=2026-11-24T02%3A00%3A05Z&spr=https%2Chttp&"
      "sig=98RVTSGKyOs4CfgB0AjVtvk6bJkEdMdETEZYuhq%2FoPY%3D" },
};

static void test_a_grant_in_a_url(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(grants) / sizeof(*grants); i++)
        assert_string_equal(azure_sas(mem, key, &grants[i].grant), grants[i].query);
}

static void test_a_key_that_is_none(void **state)
{
    static const char *const bad[] = { "", "abc", "ab c", "====", "a===", "ab=c", "Zm9v\n" };
    const struct azure_request rq = { .method = "GET", .path = "/" };
    char *longest = arena_alloc(mem, 4001);

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_null(azure_authorization(mem, "a", bad[i], &rq));
        assert_null(azure_sas(mem, bad[i], &grants[0].grant));
    }
    memset(longest, 'A', 4000);
    assert_null(azure_authorization(mem, "a", longest, &rq));
    assert_non_null(azure_authorization(mem, "a", "Zm9vYg==", &rq));
}

static void test_a_date(void **state)
{
    (void)state;
    assert_string_equal(azure_date(mem, 1435361952), "Fri, 26 Jun 2015 23:39:12 GMT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_as_documented),
        cmocka_unit_test(test_the_canonicalized_resource),
        cmocka_unit_test(test_each_header_has_its_line),
        cmocka_unit_test(test_a_range_is_signed),
        cmocka_unit_test(test_a_grant_in_a_url),
        cmocka_unit_test(test_a_key_that_is_none),
        cmocka_unit_test(test_a_date),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
