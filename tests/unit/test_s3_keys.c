/* Where the keys for S3 come from, which wins, and when they are fetched anew; against a
 * child that plays the services which give them. The clock is ours. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "artifacts/ops.h"
#include "artifacts/s3_credentials.h"
#include "artifacts/s3_sources.h"

static struct arena *mem;
static struct error err;
static struct config config;
static struct artifact_store store;
static struct s3_credentials keys;
static char directory[64], base[64];
static int64_t now = 1800000000; /* 2027-01-15T08:00:00Z */

/* The linker puts it in the place of time(). */
time_t __wrap_time(time_t *at);
time_t __wrap_time(time_t *at)
{
    if (at)
        *at = (time_t)now;
    return (time_t)now;
}

static int set_up(void **state)
{
    static const char *const variables[] = {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_STS",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "MLFLOW_S3_ENDPOINT_URL",
        "MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
        (void)unsetenv(variables[i]);
    (void)setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    (void)snprintf(directory, sizeof(directory), "/tmp/cairn-test-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    (void)setenv("HOME", directory, 1);
    mem = arena_create(0);
    err = (struct error){ .mem = mem };
    config = (struct config){
        .request_timeout = 4,
        .s3_endpoint = "",
        .s3_region = "",
        .s3_addressing = "auto",
        .s3_access_key = "",
        .s3_secret_key = "",
        .s3_session_token = "",
        .s3_credentials_file = "",
        .s3_profile = "",
    };
    store = (struct artifact_store){
        .err = &err,
        .mem = mem,
        .config = &config,
        .ops = &artifact_s3,
        .bucket = "bucket",
        .host = "",
        .prefix = "pre fix",
    };
    s3_credentials_forget();
    return 0;
}

static int tear_down(void **state)
{
    char command[100];

    (void)state;
    arena_destroy(mem);
    (void)snprintf(command, sizeof(command), "rm -r %s", directory);
    return system(command);
}

static const char *make_file(const char *name, const char *text)
{
    const char *path = arena_printf(mem, "%s/%s", directory, name);
    FILE *to = fopen(path, "w");

    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
    return path;
}

static void set(const char *variable, const char *value)
{
    assert_int_equal(setenv(variable, value, 1), 0);
}

static void assert_keys(const char *access_key, const char *secret_key, const char *token)
{
    int found = s3_credentials(&store, &keys);

    if (found < 0)
        print_error("%s (%s)\n", err.message, err.detail ? err.detail : "no detail");
    assert_int_equal(found, 0);
    assert_string_equal(keys.access_key, access_key);
    assert_string_equal(keys.secret_key, secret_key);
    assert_string_equal(keys.session_token, token);
}

static void assert_no_keys(enum error_code code, const char *detail)
{
    error_clear(&err);
    assert_int_equal(s3_credentials(&store, &keys), -1);
    assert_int_equal(err.code, code);
    if (!detail)
        return;
    assert_non_null(err.detail);
    if (!strstr(err.detail, detail))
        assert_string_equal(err.detail, detail); /* shows both */
}

/* ------------------------------------------------------------ a child that answers */

struct step {
    const char *first, *second; /* both are in the request; NULL: nothing is asked of it */
    int status;
    const char *body;
};

static int answer_one(int listener, const struct step *step)
{
    char request[8192] = "", reply[8192];
    int s = accept(listener, NULL, NULL), length, ok;
    size_t had = 0;
    ssize_t n;

    /* The body may come after the headers. */
    do {
        n = recv(s, request + had, sizeof(request) - had - 1, 0);
        had += n > 0 ? (size_t)n : 0;
        request[had] = '\0';
        ok = (!step->first || strstr(request, step->first)) &&
             (!step->second || strstr(request, step->second));
    } while (n > 0 && !ok);
    if (!ok)
        fprintf(stderr, "expected %s and %s in:\n%s\n", step->first, step->second, request);
    length = snprintf(reply, sizeof(reply),
                      "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                      step->status, strlen(step->body), step->body);
    (void)send(s, reply, (size_t)length, MSG_NOSIGNAL);
    (void)close(s);
    return ok ? 0 : -1;
}

/* One connection for each step; the child's exit status is 0 if all were as expected. base
 * becomes where it listens. */
static pid_t play(const struct step *steps, size_t count)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    pid_t child;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(base, sizeof(base), "http://127.0.0.1:%d", ntohs(address.sin_port));
    child = fork();
    if (child == 0) {
        int failed = 0;

        (void)alarm(30);
        for (size_t i = 0; i < count; i++)
            failed |= answer_one(listener, &steps[i]);
        _exit(failed ? 1 : 0);
    }
    (void)close(listener);
    return child;
}

#define PLAY(...)                                                                                  \
    play((const struct step[]){ __VA_ARGS__ },                                                     \
         sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step))

static void assert_played(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#define JSON(access_key, expires)                                                                  \
    "{\"Code\": \"Success\", \"AccessKeyId\": \"" access_key                                       \
    "\", \"SecretAccessKey\": \"s/+\", \"Token\": \"t\", \"Expiration\": \"" expires "\"}"

/* ------------------------------------------------------------------ which of them wins */

static void settings_win(void **state)
{
    (void)state;
    set("AWS_ACCESS_KEY_ID", "env");
    set("AWS_SECRET_ACCESS_KEY", "env secret");
    set("AWS_SESSION_TOKEN", "env token");
    assert_keys("env", "env secret", "env token");
    config.s3_access_key = "own";
    config.s3_secret_key = "own secret";
    assert_keys("own", "own secret", "");
    config.s3_session_token = "own token";
    assert_keys("own", "own secret", "own token");
}

static void a_profile_is_read(void **state)
{
    (void)state;
    set("AWS_SHARED_CREDENTIALS_FILE",
        make_file("credentials",
                  "; old = x\n# comment\n\n[default]\r\naws_access_key_id = def\r\n"
                  "aws_secret_access_key=a=b+c/d\n[ team ]\n aws_access_key_id=indented\n"
                  "AWS_ACCESS_KEY_ID\t=\tteam \naws_secret_access_key = x\n"
                  "aws_session_token = tok\n[teams]\naws_access_key_id = wrong\n"));
    assert_keys("def", "a=b+c/d", "");
    s3_credentials_forget();
    set("AWS_PROFILE", "team");
    assert_keys("team", "x", "tok");
    s3_credentials_forget();
    config.s3_profile = "default";
    set("AWS_ACCESS_KEY_ID", "env");
    set("AWS_SECRET_ACCESS_KEY", "env");
    assert_keys("def", "a=b+c/d", "");
    s3_credentials_forget();
    config.s3_profile = "none";
    assert_no_keys(ERROR_INVALID_STATE, "no keys of profile none in");
}

static void the_config_file_has_profiles_and_the_region(void **state)
{
    (void)state;
    assert_string_equal(s3_region(&store), "us-east-1");
    set("AWS_CONFIG_FILE",
        make_file("config", "[default]\nregion = eu-west-3\n[profile team]\nregion=ap-south-1\n"
                            "aws_access_key_id = c\naws_secret_access_key = d\n"
                            "s3 =\n  region = wrong\n"));
    assert_string_equal(s3_region(&store), "eu-west-3");
    set("AWS_PROFILE", "team");
    assert_string_equal(s3_region(&store), "ap-south-1");
    assert_keys("c", "d", "");
    set("AWS_REGION", "r1");
    assert_string_equal(s3_region(&store), "r1");
    set("AWS_DEFAULT_REGION", "r2");
    assert_string_equal(s3_region(&store), "r2");
    config.s3_region = "r3";
    assert_string_equal(s3_region(&store), "r3");
}

static void files_are_read_again_after_a_while(void **state)
{
    (void)state;
    set("AWS_SHARED_CREDENTIALS_FILE",
        make_file("f", "[default]\naws_access_key_id=1\naws_secret_access_key=1\n"));
    assert_keys("1", "1", "");
    (void)make_file("f", "[default]\naws_access_key_id=2\naws_secret_access_key=2\n");
    assert_keys("1", "1", "");
    now += 301;
    assert_keys("2", "2", "");
}

static void without_any_that_is_said(void **state)
{
    (void)state;
    assert_no_keys(ERROR_INVALID_STATE, NULL);
    assert_non_null(strstr(err.message, "no keys for S3"));
}

/* --------------------------------------------------------------- those that end */

static const char assumed[] =
    "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
    "<AssumeRoleWithWebIdentityResult><Credentials><SessionToken>to/k+n==</SessionToken>"
    "<SecretAccessKey>sec</SecretAccessKey><Expiration>2027-01-15T09:00:00Z</Expiration>"
    "<AccessKeyId>ASIA1</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>"
    "</AssumeRoleWithWebIdentityResponse>";

static void use_web_identity(void)
{
    now = 1800000000;
    set("AWS_WEB_IDENTITY_TOKEN_FILE", make_file("token", "e.y/J+\n"));
    set("AWS_ROLE_ARN", "arn:aws:iam::1:role/x");
    set("AWS_ENDPOINT_URL_STS", base);
}

static void a_web_identity_gets_keys(void **state)
{
    pid_t child = PLAY({ "POST / HTTP/1.1\r\n",
                         "\r\n\r\nAction=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1"
                         "%3Arole%2Fx&RoleSessionName=cairn&Version=2011-06-15&WebIdentityToken="
                         "e.y%2FJ%2B",
                         200, assumed });

    (void)state;
    use_web_identity();
    assert_keys("ASIA1", "sec", "to/k+n==");
    assert_played(child);
    now += 2000; /* nobody answers any more, and nobody is asked */
    assert_keys("ASIA1", "sec", "to/k+n==");
}

static void keys_are_fetched_anew_before_they_end(void **state)
{
    pid_t child = PLAY({ NULL, NULL, 200, assumed });

    (void)state;
    use_web_identity();
    assert_keys("ASIA1", "sec", "to/k+n==");
    assert_played(child);
    /* 15 minutes before their end nobody answers: they serve on, and it is tried again. */
    now += 2701;
    assert_keys("ASIA1", "sec", "to/k+n==");
    child = PLAY({ "AssumeRole", NULL, 503, "busy" },
                 { "AssumeRole", NULL, 200,
                   "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>"
                   "<Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>z"
                   "</SecretAccessKey><Expiration>2027-01-15T10:00:00Z</Expiration>"
                   "</Credentials></AssumeRoleWithWebIdentityResult>"
                   "</AssumeRoleWithWebIdentityResponse>" });
    set("AWS_ENDPOINT_URL_STS", base);
    now += 30;
    assert_keys("ASIA1", "sec", "to/k+n=="); /* not yet again */
    now += 31;
    assert_keys("ASIA1", "sec", "to/k+n=="); /* 503 */
    now += 61;
    assert_keys("ASIA2", "z", "");
    assert_played(child);
}

static void keys_that_ended_are_not_used(void **state)
{
    pid_t child = PLAY({ NULL, NULL, 200, assumed }, { NULL, NULL, 500, "<html>" });

    (void)state;
    use_web_identity();
    assert_keys("ASIA1", "sec", "to/k+n==");
    now += 3600;
    assert_no_keys(ERROR_TEMPORARILY_UNAVAILABLE, "the token service: 500");
    assert_played(child);
}

static void a_role_that_is_refused_is_for_good(void **state)
{
    pid_t child = PLAY({ NULL, NULL, 403,
                         "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message>"
                         "</Error></ErrorResponse>" });

    (void)state;
    use_web_identity();
    assert_no_keys(ERROR_INVALID_STATE, "the token service: 403 AccessDenied");
    assert_played(child);
    set("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent");
    assert_no_keys(ERROR_TEMPORARILY_UNAVAILABLE, "/nonexistent");
}

static void a_container_gives_keys(void **state)
{
    pid_t child = PLAY({ "GET /v2/x HTTP/1.1\r\n", "Authorization: secret\r\n", 200,
                         JSON("CONT", "2027-01-15T14:00:00.123Z") });

    (void)state;
    now = 1800000000;
    set("AWS_CONTAINER_CREDENTIALS_FULL_URI", arena_printf(mem, "%s/v2/x", base));
    set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", make_file("auth", "secret\n"));
    assert_keys("CONT", "s/+", "t");
    assert_played(child);
    now += INT64_C(4) * 3600;
    assert_keys("CONT", "s/+", "t");
}

static void keys_do_not_travel_in_the_open(void **state)
{
    static const char *const urls[] = {
        "http://example.com/x",
        "http://127.0.0.1@example.com/x",
        "http://169.254.170.2.evil.com/",
        "http://localhost.evil.com/",
        "ftp://localhost/",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        set("AWS_CONTAINER_CREDENTIALS_FULL_URI", urls[i]);
        assert_no_keys(ERROR_INVALID_STATE,
                       i + 1 < sizeof(urls) / sizeof(*urls) ? "must not be asked" : NULL);
    }
}

static void an_instance_gives_keys(void **state)
{
    pid_t child = PLAY({ "PUT /latest/api/token HTTP/1.1\r\n",
                         "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n", 200, "session==" },
                       { "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\n",
                         "X-aws-ec2-metadata-token: session==\r\n", 200, "my-role\n" },
                       { "GET /latest/meta-data/iam/security-credentials/my-role HTTP/1.1\r\n",
                         "X-aws-ec2-metadata-token: session==\r\n", 200,
                         JSON("INST", "2027-01-15T14:00:00Z") });

    (void)state;
    now = 1800000000;
    set("AWS_EC2_METADATA_DISABLED", "false");
    set("AWS_EC2_METADATA_SERVICE_ENDPOINT", arena_printf(mem, "%s/", base));
    assert_keys("INST", "s/+", "t");
    assert_played(child);
}

static void an_instance_without_a_role_has_none(void **state)
{
    pid_t child = PLAY({ "PUT ", NULL, 200, "s" }, { "GET ", NULL, 404, "" });

    (void)state;
    set("AWS_EC2_METADATA_DISABLED", "false");
    set("AWS_EC2_METADATA_SERVICE_ENDPOINT", base);
    assert_no_keys(ERROR_INVALID_STATE, NULL);
    assert_played(child);
    /* And where nothing answers is no instance. */
    assert_no_keys(ERROR_INVALID_STATE, NULL);
}

/* ---------------------------------------------------------------- what is done with them */

static const char *header(const struct artifact_transfer *transfer, const char *name)
{
    for (size_t i = 0; i < transfer->count; i++)
        if (!strcmp(transfer->headers[i].name, name))
            return transfer->headers[i].value;
    return NULL;
}

static void nginx_is_told_all_that_is_signed(void **state)
{
    struct artifact_transfer transfer = { 0 };
    const char *url;

    (void)state;
    now = 1369353600;
    config.s3_endpoint = "https://s3.example.org:9000/";
    config.s3_access_key = "AK";
    config.s3_secret_key = "SK";
    assert_int_equal(artifact_send(&store, "a b/%+?é", &transfer), 0);
    assert_string_equal(header(&transfer, "X-Accel-Redirect"), "/_store");
    assert_string_equal(header(&transfer, "X-Store-Host"), "s3.example.org:9000");
    assert_string_equal(header(&transfer, "X-Store-Uri"),
                        "/bucket/pre%20fix/a%20b/%25%2B%3F%C3%A9");
    assert_string_equal(header(&transfer, "X-Store-Amz-Date"), "20130524T000000Z");
    assert_string_equal(header(&transfer, "X-Store-Amz-Sha"), "UNSIGNED-PAYLOAD");
    assert_null(header(&transfer, "X-Store-Amz-Token"));
    assert_non_null(strstr(header(&transfer, "X-Store-Auth"),
                           "Credential=AK/20130524/us-east-1/s3/aws4_request, "
                           "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="));
    config.s3_session_token = "to/k";
    config.s3_addressing = "virtual";
    transfer = (struct artifact_transfer){ 0 };
    assert_int_equal(artifact_send(&store, "a", &transfer), 0);
    assert_string_equal(header(&transfer, "X-Store-Host"), "bucket.s3.example.org:9000");
    assert_string_equal(header(&transfer, "X-Store-Uri"), "/pre%20fix/a");
    assert_string_equal(header(&transfer, "X-Store-Amz-Token"), "to/k");
    assert_non_null(strstr(header(&transfer, "X-Store-Auth"), ";x-amz-security-token, "));
    assert_int_equal(artifact_presign(&store, false, "a", 60, &url, &transfer), 0);
    assert_int_equal(strncmp(url, "https://bucket.s3.example.org:9000/pre%20fix/a?", 47), 0);
    assert_non_null(strstr(url, "&X-Amz-Expires=60&X-Amz-Security-Token=to%2Fk&"));
}

static void assert_at(const char *scheme_and_host)
{
    assert_string_equal(artifact_s3.endpoint(&store), scheme_and_host);
}

static void the_service_is_found(void **state)
{
    (void)state;
    config.s3_region = "eu-west-1";
    assert_at("https://bucket.s3.eu-west-1.amazonaws.com");
    store.bucket = "with.dot";
    assert_at("https://s3.eu-west-1.amazonaws.com");
    store.bucket = "bucket";
    config.s3_region = "cn-north-1";
    config.s3_addressing = "path";
    assert_at("https://s3.cn-north-1.amazonaws.com.cn");
    set("AWS_ENDPOINT_URL", "http://one");
    assert_at("http://one");
    set("AWS_ENDPOINT_URL_S3", "http://two:1");
    assert_at("http://two:1");
    set("MLFLOW_S3_ENDPOINT_URL", "https://three/");
    assert_at("https://three");
    config.s3_endpoint = "http://[::1]:4";
    assert_at("http://[::1]:4");
    config.s3_addressing = "auto";
    config.s3_endpoint = "http://four";
    assert_at("http://four");
    set("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", "virtual");
    assert_at("http://bucket.four");
}

static void keys_that_the_store_knows_to_have_ended_are_replaced(void **state)
{
    static const char listing[] =
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>pre fix/a</Key>"
        "<Size>7</Size><LastModified>2027-01-15T08:00:00.5Z</LastModified></Contents>"
        "</ListBucketResult>";
    pid_t child = PLAY({ "GET /keys", NULL, 200, JSON("OLD", "2027-01-16T08:00:00Z") },
                       { "GET /bucket/?", "Credential=OLD/", 403,
                         "<Error><Code>ExpiredToken</Code><Message>x</Message></Error>" },
                       { "GET /keys", NULL, 200, JSON("NEW", "2027-01-16T08:00:00Z") },
                       { "&prefix=pre%20fix%2F ", "x-amz-security-token: t\r\n", 200, listing });
    struct artifact *entries;
    size_t count;

    (void)state;
    now = 1800000000;
    config.s3_endpoint = base;
    set("AWS_CONTAINER_CREDENTIALS_FULL_URI", arena_printf(mem, "%s/keys", base));
    assert_int_equal(artifact_entries(&store, "", &entries, &count), 0);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].name, "a");
    assert_int_equal(entries[0].size, 7);
    assert_int_equal(entries[0].modified, 1800000000000 + 5);
    assert_played(child);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(settings_win),
        TEST(a_profile_is_read),
        TEST(the_config_file_has_profiles_and_the_region),
        TEST(files_are_read_again_after_a_while),
        TEST(without_any_that_is_said),
        TEST(a_web_identity_gets_keys),
        TEST(keys_are_fetched_anew_before_they_end),
        TEST(keys_that_ended_are_not_used),
        TEST(a_role_that_is_refused_is_for_good),
        TEST(a_container_gives_keys),
        TEST(keys_do_not_travel_in_the_open),
        TEST(an_instance_gives_keys),
        TEST(an_instance_without_a_role_has_none),
        TEST(nginx_is_told_all_that_is_signed),
        TEST(the_service_is_found),
        TEST(keys_that_the_store_knows_to_have_ended_are_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
