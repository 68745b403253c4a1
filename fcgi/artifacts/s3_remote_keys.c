/* Temporary keys, from those who give them to a process: the token service to one with
 * a web identity, the agent of a container, the metadata of an instance. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "../json_in.h"
#include "../percent.h"
#include "s3_sources.h"
#include "xml.h"

enum {
    NEAR_SECONDS = 2 /* what answers is on this machine, or nothing does */
};

/* Whoever gives the keys answered badly, or not. A refusal is for good. */
static int fail_keys(const struct artifact_store *store, const char *who, int status,
                     const char *why)
{
    store->err->detail = arena_printf(store->mem, "keys for S3 of %s: %d %s", who, status, why);
    if (status >= 500 || status == 429 || !status)
        return fail(store, TEMPORARILY_UNAVAILABLE,
                    "The artifact store cannot be reached: there are no keys for it now.");
    return fail(store, INVALID_STATE,
                "The artifact store is not set up as it should be: this server gets no keys.");
}

/* 2026-11-24T12:00:00Z, with or without parts of a second. 0: it is no date. */
static int64_t read_date(const char *text)
{
    struct tm tm = { 0 };

    return text && strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? (int64_t)timegm(&tm) : 0;
}

/* ------------------------------------------------------------------ web identity */

struct assumed {
    struct s3_found *found;
    const char *error;
};

static void take_assumed(void *context, const char *path, const char *text)
{
    static const char credentials[] =
        "AssumeRoleWithWebIdentityResponse/AssumeRoleWithWebIdentityResult/Credentials/";
    struct assumed *a = context;
    struct s3_credentials *keys = &a->found->credentials;

    if (!strcmp(path, "ErrorResponse/Error/Code"))
        a->error = text;
    if (strncmp(path, credentials, strlen(credentials)) != 0)
        return;
    path += strlen(credentials);
    if (!strcmp(path, "AccessKeyId"))
        keys->access_key = text;
    else if (!strcmp(path, "SecretAccessKey"))
        keys->secret_key = text;
    else if (!strcmp(path, "SessionToken"))
        keys->session_token = text;
    else if (!strcmp(path, "Expiration"))
        a->found->expires = read_date(text);
}

static const char *token_service(const struct artifact_store *store)
{
    const char *url = s3_environment("AWS_ENDPOINT_URL_STS");
    const char *region = s3_region(store);

    if (*url)
        return url;
    return arena_printf(store->mem, "https://sts.%s.amazonaws.com%s/", region,
                        strncmp(region, "cn-", 3) ? "" : ".cn");
}

static const char *trimmed(struct arena *mem, const char *text)
{
    size_t length;

    text += strspn(text, " \t\r\n");
    for (length = strlen(text); length && strchr(" \t\r\n", text[length - 1]);)
        length--;
    return arena_strndup(mem, text, length);
}

static int assume_role(const struct artifact_store *store, const char *role, const char *token,
                       struct http_reply *reply)
{
    static const struct http_header form[] = {
        { "Content-Type", "application/x-www-form-urlencoded" },
    };
    const char *session = s3_environment("AWS_ROLE_SESSION_NAME");
    const struct s3_param params[] = {
        { "Action", "AssumeRoleWithWebIdentity" },
        { "Version", "2011-06-15" },
        { "RoleArn", role },
        { "RoleSessionName", *session ? session : "cairn" },
        { "WebIdentityToken", trimmed(store->mem, token) },
    };
    const char *body = s3_query(store->mem, params, sizeof(params) / sizeof(*params));
    const struct http_call call = {
        .method = "POST",
        .url = token_service(store),
        .headers = form,
        .header_count = 1,
        .body = body,
        .length = strlen(body),
    };

    return http_send(store, &call, reply);
}

int s3_web_identity(const struct artifact_store *store, struct s3_found *found)
{
    static const char who[] = "the token service";
    const char *path = s3_environment("AWS_WEB_IDENTITY_TOKEN_FILE");
    const char *role = s3_environment("AWS_ROLE_ARN"), *token;
    struct assumed assumed = { .found = found, .error = "without keys" };
    struct http_reply reply;

    if (!*path || !*role)
        return 0;
    token = s3_file(store->mem, path);
    if (!token) /* it is written anew, now and then */
        return fail_keys(store, path, 0, strerror(errno));
    if (assume_role(store, role, token, &reply) < 0)
        return -1;
    if (xml_read(store->mem, reply.body, reply.length, take_assumed, &assumed) < 0)
        assumed.error = "without XML";
    if (reply.status != 200 || !*found->credentials.access_key || !*found->credentials.secret_key)
        return fail_keys(store, who, reply.status, assumed.error);
    return 1;
}

/* --------------------------------------------------- of the container, of the instance */

static const char *member(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

/* The JSON that both of them answer with. */
static int read_keys(const struct artifact_store *store, const char *who,
                     const struct http_reply *reply, struct s3_found *found)
{
    const json_t *keys =
        reply->status == 200 ? json_in(store->mem, reply->body, reply->length) : NULL;

    if (!keys)
        return fail_keys(store, who, reply->status, "without keys");
    found->credentials = (struct s3_credentials){
        member(keys, "AccessKeyId"),
        member(keys, "SecretAccessKey"),
        member(keys, "Token"),
    };
    found->expires = read_date(member(keys, "Expiration"));
    if (!*found->credentials.access_key || !*found->credentials.secret_key)
        return fail_keys(store, who, reply->status, member(keys, "Code"));
    return 1;
}

/* The host of a URL, without its port. */
static const char *host_of(struct arena *mem, const char *url)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    return *host == '[' ? arena_strndup(mem, host, strcspn(host, "]") + 1)
                        : arena_strndup(mem, host, strcspn(host, ":/?"));
}

/* Keys travel in the open to this machine alone. */
static bool may_be_asked(struct arena *mem, const char *url)
{
    static const char *const hosts[] = {
        "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
    };
    const char *host = host_of(mem, url);

    if (!strncmp(url, "https://", 8) || !strncmp(host, "127.", 4))
        return !strchr(url, '@');
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        if (!strcmp(host, hosts[i]))
            return true;
    return false;
}

/* What the agent wants to see, "" for nothing. NULL: its file cannot be read. */
static const char *container_token(const struct artifact_store *store)
{
    const char *path = s3_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token =
        *path ? s3_file(store->mem, path) : s3_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");

    return token ? trimmed(store->mem, token) : NULL;
}

int s3_container(const struct artifact_store *store, struct s3_found *found)
{
    static const char who[] = "the container";
    const char *relative = s3_environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *url = s3_environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    const char *token = container_token(store);
    const struct http_header authorization = { "Authorization", token };
    struct http_call call = { .method = "GET", .seconds = NEAR_SECONDS };
    struct http_reply reply;

    if (*relative)
        url = arena_printf(store->mem, "http://169.254.170.2%s", relative);
    if (!*url)
        return 0;
    if (!may_be_asked(store->mem, url))
        return fail_keys(store, who, 400, "at a host that must not be asked");
    if (!token)
        return fail_keys(store, who, 0, "the token's file cannot be read");
    call.url = url;
    call.headers = &authorization;
    call.header_count = *token ? 1 : 0;
    return http_send(store, &call, &reply) < 0 ? -1 : read_keys(store, who, &reply, found);
}

static const char *instance_service(void)
{
    const char *url = s3_environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = s3_environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

    if (*url)
        return url;
    return strcasecmp(mode, "ipv6") ? "http://169.254.169.254" : "http://[fd00:ec2::254]";
}

static int ask_instance(const struct artifact_store *store, const char *method, const char *path,
                        struct http_header header, struct http_reply *reply)
{
    const char *service = instance_service();
    size_t length = strlen(service);
    const struct http_call call = {
        .method = method,
        .url = arena_printf(store->mem, "%.*s%s",
                            (int)(length && service[length - 1] == '/' ? length - 1 : length),
                            service, path),
        .headers = &header,
        .header_count = 1,
        .body = strcmp(method, "PUT") ? NULL : "",
        .seconds = NEAR_SECONDS,
    };

    return http_send(store, &call, reply);
}

/* Version 2: a session first. Nobody answers on a machine that is no instance. */
int s3_instance(const struct artifact_store *store, struct s3_found *found)
{
    static const char who[] = "the instance",
                      roles[] = "/latest/meta-data/iam/security-credentials/";
    const struct http_header lifetime = { "X-aws-ec2-metadata-token-ttl-seconds", "21600" };
    struct http_header session = { "X-aws-ec2-metadata-token", NULL };
    struct http_reply reply;
    const char *role;

    if (!strcasecmp(s3_environment("AWS_EC2_METADATA_DISABLED"), "true"))
        return 0;
    if (ask_instance(store, "PUT", "/latest/api/token", lifetime, &reply) < 0) {
        error_clear(store->err);
        return 0;
    }
    if (reply.status != 200)
        return fail_keys(store, who, reply.status, "without a session");
    session.value = trimmed(store->mem, reply.body);
    if (ask_instance(store, "GET", roles, session, &reply) < 0)
        return -1;
    if (reply.status == 404)
        return 0; /* it has no role */
    role = percent_encode(store->mem, trimmed(store->mem, reply.body), "-._~+=,@");
    if (reply.status != 200 || !*role)
        return fail_keys(store, who, reply.status, "without a role");
    if (ask_instance(store, "GET", arena_printf(store->mem, "%s%s", roles, role), session, &reply) <
        0)
        return -1;
    return read_keys(store, who, &reply, found);
}
