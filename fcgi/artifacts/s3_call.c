/* Signed requests: those that a worker sends, and those that nginx or a client will. */
#include <string.h>
#include <time.h>

#include "s3.h"
#include "xml.h"

static struct s3_signing signing_of(const struct artifact_store *store,
                                    const struct s3_credentials *keys)
{
    return (struct s3_signing){ keys, s3_region(store), "s3", (int64_t)time(NULL) };
}

static const char *path_of(const struct artifact_store *store, const struct s3_service *service,
                           const char *key)
{
    return s3_encode(store->mem, arena_printf(store->mem, "%s/%s", service->bucket_path, key));
}

static int fail_signing(const struct artifact_store *store)
{
    store->err->detail = "the library of ciphers has no SHA-256";
    return fail(store, INTERNAL_ERROR, "The request to the artifact store cannot be signed.");
}

static const char *payload_of(const struct artifact_store *store, const struct s3_ask *ask)
{
    return ask->body ? s3_sha256(store->mem, ask->body, ask->length) : S3_EMPTY;
}

enum {
    OWN_HEADERS = 5 /* host, date, payload, token, authorization */
};

/* Adds the headers of the signature; then signs all of them. */
static int sign(const struct artifact_store *store, const struct s3_service *service,
                struct s3_request *rq)
{
    struct s3_credentials keys;
    struct s3_signing signing;
    struct http_header *headers = rq->headers;
    const char *authorization;

    if (s3_credentials(store, &keys) < 0)
        return -1;
    signing = signing_of(store, &keys);
    headers[rq->header_count++] = (struct http_header){ "host", service->host };
    headers[rq->header_count++] =
        (struct http_header){ "x-amz-date", s3_date(store->mem, signing.now) };
    headers[rq->header_count++] = (struct http_header){ "x-amz-content-sha256", rq->payload };
    if (*keys.session_token)
        headers[rq->header_count++] =
            (struct http_header){ "x-amz-security-token",
                                  arena_strdup(store->mem, keys.session_token) };
    authorization = rq->payload ? s3_authorization(store->mem, &signing, rq) : NULL;
    if (!authorization)
        return fail_signing(store);
    headers[rq->header_count++] = (struct http_header){ "authorization", authorization };
    return 0;
}

static int send_once(const struct artifact_store *store, const struct s3_ask *ask,
                     struct http_reply *reply)
{
    struct http_header headers[S3_HEADERS + OWN_HEADERS];
    struct s3_request rq = { .method = ask->method, .headers = headers };
    struct s3_service service;
    struct http_call call = { 0 };

    if (s3_service_of(store, &service) < 0)
        return -1;
    memcpy(headers, ask->headers, ask->header_count * sizeof(*headers));
    rq.header_count = ask->header_count;
    rq.path = path_of(store, &service, ask->key);
    rq.query = s3_query(store->mem, ask->query, ask->query_count);
    rq.payload = payload_of(store, ask);
    if (sign(store, &service, &rq) < 0)
        return -1;
    call = (struct http_call){
        .method = ask->method,
        .url = arena_printf(store->mem, "%s://%s%s%s%s", service.scheme, service.host, rq.path,
                            *rq.query ? "?" : "", rq.query),
        .headers = headers,
        .header_count = rq.header_count,
        .body = ask->body,
        .length = ask->length,
        .seconds = ask->seconds,
        .sink = ask->sink,
        .context = ask->context,
    };
    return http_send(store, &call, reply);
}

/* Keys were withdrawn or ran out before their time. */
static bool are_old_keys(const char *code)
{
    static const char *const codes[] = { "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
                                         "InvalidAccessKeyId" };

    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        if (!strcmp(code, codes[i]))
            return true;
    return false;
}

int s3_send(const struct artifact_store *store, const struct s3_ask *ask, struct http_reply *reply)
{
    if (send_once(store, ask, reply) < 0)
        return -1;
    if ((reply->status != 400 && reply->status != 403) || *store->config->s3_access_key ||
        !are_old_keys(s3_error_code(store, reply)))
        return 0;
    s3_credentials_forget();
    return send_once(store, ask, reply);
}

/* ------------------------------------------------------------------------ refusals */

struct refusal {
    const char *code, *message, *region;
};

static void take_refusal(void *context, const char *path, const char *text)
{
    struct refusal *r = context;

    if (!strcmp(path, "Error/Code"))
        r->code = text;
    else if (!strcmp(path, "Error/Message"))
        r->message = text;
    else if (!strcmp(path, "Error/Region"))
        r->region = text;
}

/* Of the XML in a reply no more than this goes into the log: the rest repeats what was
 * signed. */
static struct refusal refusal_of(const struct artifact_store *store, const struct http_reply *reply)
{
    const char *region = http_value(reply, "x-amz-bucket-region");
    struct refusal r = { "", "", region ? region : "" };

    if (reply->length && xml_read(store->mem, reply->body, reply->length, take_refusal, &r) < 0)
        r.code = "";
    return r;
}

const char *s3_error_code(const struct artifact_store *store, const struct http_reply *reply)
{
    return refusal_of(store, reply).code;
}

static const struct meaning {
    const char *code;
    enum error_code error;
    const char *message; /* NULL: the store's */
} meanings[] = {
    { "NoSuchKey", ERROR_RESOURCE_DOES_NOT_EXIST, "No such artifact." },
    { "NoSuchUpload", ERROR_RESOURCE_DOES_NOT_EXIST, "No such upload." },
    { "AccessDenied", ERROR_PERMISSION_DENIED, "The artifact store denies this server access." },
    { "NoSuchBucket", ERROR_INVALID_STATE,
      "The artifact store is not set up as it should be: there is no such bucket." },
    { "InvalidPart", ERROR_INVALID_PARAMETER_VALUE, NULL },
    { "InvalidPartOrder", ERROR_INVALID_PARAMETER_VALUE, NULL },
    { "EntityTooSmall", ERROR_INVALID_PARAMETER_VALUE, NULL },
    { "EntityTooLarge", ERROR_INVALID_PARAMETER_VALUE, NULL },
    { "KeyTooLongError", ERROR_INVALID_PARAMETER_VALUE, "Invalid path" },
    { "SlowDown", ERROR_TEMPORARILY_UNAVAILABLE, "The artifact store is not available now." },
    { "InternalError", ERROR_TEMPORARILY_UNAVAILABLE, "The artifact store is not available now." },
    { "RequestTimeout", ERROR_TEMPORARILY_UNAVAILABLE, "The artifact store is not available now." },
    { "OperationAborted", ERROR_TEMPORARILY_UNAVAILABLE,
      "The artifact store is not available now." },
};

static int fail_refused(const struct artifact_store *store, const struct refusal *r, int status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (!strcmp(meanings[i].code, r->code))
            return error_set(store->err, meanings[i].error, "%s",
                             meanings[i].message ? meanings[i].message : r->message);
    if (status >= 500 || status == 429)
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store is not available now.");
    if (status == 403 && !*r->code)
        return fail(store, PERMISSION_DENIED, "The artifact store denies this server access.");
    return fail(store, INVALID_STATE,
                "The artifact store does not take this server's requests: see the server's log.");
}

int s3_refused(const struct artifact_store *store, const struct s3_ask *ask,
               const struct http_reply *reply)
{
    const struct refusal r = refusal_of(store, reply);

    store->err->detail = arena_printf(store->mem, "S3 %s %s/%s: %d %s %.200s%s%s", ask->method,
                                      store->bucket, ask->key, reply->status, r.code, r.message,
                                      *r.region ? "; the bucket is in " : "", r.region);
    return fail_refused(store, &r, reply->status);
}

/* --------------------------------------------------- requests that others will send */

int s3_hand_over(const struct artifact_store *store, const char *method, const char *path,
                 struct artifact_transfer *transfer)
{
    static const struct {
        const char *header, *name;
    } names[] = {
        { "host", "X-Store-Host" },
        { "authorization", "X-Store-Auth" },
        { "x-amz-date", "X-Store-Amz-Date" },
        { "x-amz-content-sha256", "X-Store-Amz-Sha" },
        { "x-amz-security-token", "X-Store-Amz-Token" },
    };
    struct http_header headers[OWN_HEADERS];
    struct s3_request rq = {
        .method = method, .headers = headers, .query = "", .payload = S3_UNSIGNED
    };
    struct s3_service service;

    if (s3_service_of(store, &service) < 0)
        return -1;
    rq.path = path_of(store, &service, artifact_key(store, path));
    if (sign(store, &service, &rq) < 0)
        return -1;
    transfer_header(transfer, "X-Store-Uri", rq.path);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        for (size_t k = 0; k < rq.header_count; k++)
            if (!strcmp(headers[k].name, names[i].header))
                transfer_header(transfer, names[i].name, headers[k].value);
    return 0;
}

int s3_presign(const struct artifact_store *store, const struct s3_ask *ask, int64_t seconds,
               const char **url)
{
    struct http_header headers[S3_HEADERS + 1];
    struct s3_request rq = { .method = ask->method, .headers = headers, .payload = S3_UNSIGNED };
    struct s3_credentials keys;
    struct s3_signing signing;
    struct s3_service service;
    const char *query;

    if (s3_service_of(store, &service) < 0 || s3_credentials(store, &keys) < 0)
        return -1;
    signing = signing_of(store, &keys);
    memcpy(headers, ask->headers, ask->header_count * sizeof(*headers));
    rq.header_count = ask->header_count;
    headers[rq.header_count++] = (struct http_header){ "host", service.host };
    rq.path = path_of(store, &service, ask->key);
    query = s3_presigned_query(store->mem, &signing, &rq, ask->query, ask->query_count, seconds);
    if (!query)
        return fail_signing(store);
    *url = arena_printf(store->mem, "%s://%s%s?%s", service.scheme, service.host, rq.path, query);
    return 0;
}
