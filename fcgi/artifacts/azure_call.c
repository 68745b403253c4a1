/* A request to Azure's Blob service, and what its answer means. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "azure.h"

int64_t azure_time(const char *text)
{
    struct tm tm = { 0 };

    if (!text || !strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
        return 0;
    return (int64_t)timegm(&tm) * 1000;
}

/* Answers that another try may not get, whatever their status. */
static bool is_one_of(const char *code, const char *const *codes)
{
    for (; *codes; codes++)
        if (!strcasecmp(code, *codes))
            return true;
    return false;
}

static int fail_answer(const struct artifact_store *store, const struct azure_call *call,
                       const struct http_reply *reply, const char *code)
{
    static const char *const names[] = { "InvalidResourceName", "InvalidUri", "OutOfRangeInput",
                                         "InvalidInput",        "InvalidUrl", NULL };
    static const char *const parts[] = { "InvalidBlockList", "InvalidBlobOrBlock", "InvalidBlockId",
                                         NULL };

    store->err->detail =
        arena_printf(store->mem, "Azure Blob: %s %s/%s: %d %s", call->method, store->bucket,
                     call->key ? call->key : "", reply->status, *code ? code : "without a code");
    if (reply->status >= 500 || reply->status == 429 || reply->status == 408)
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store is busy.");
    if (reply->status == 400 && is_one_of(code, names))
        return fail(store, INVALID_PARAMETER_VALUE, "The artifact store takes no such name.");
    if (reply->status == 400 && is_one_of(code, parts))
        return fail(store, INVALID_PARAMETER_VALUE,
                    "The parts of this upload are not those that were sent.");
    return fail(store, INVALID_STATE,
                "The artifact store is not set up as it should be: see the server's log.");
}

enum {
    OWN_HEADERS = 2, /* date and version */
    MOST_HEADERS = 8
};

/* The URL; with a SAS its query tells who asks. */
static const char *url_of(const struct artifact_store *store, const struct azure_account *account,
                          const char *path, const char *query)
{
    bool both = *query && *account->sas;

    return arena_printf(store->mem, "%s%s%s%s%s%s", account->origin, path,
                        *query || *account->sas ? "?" : "", query, both ? "&" : "", account->sas);
}

/* Fills in headers: those of the call, the usual ones, and who asks. */
static size_t sign(const struct artifact_store *store, const struct azure_account *account,
                   const struct azure_call *call, const char *path, struct http_header *headers)
{
    struct azure_request rq = {
        .method = call->method,
        .path = path,
        .query = call->query,
        .length = (int64_t)call->length,
        .content_type = call->content_type,
        .headers = headers,
        .count = OWN_HEADERS + call->count,
    };
    const char *authorization;
    size_t count = rq.count;

    headers[0] = (struct http_header){ "x-ms-date", azure_date(store->mem, time(NULL)) };
    headers[1] = (struct http_header){ "x-ms-version", AZURE_VERSION };
    for (size_t i = 0; i < call->count; i++)
        headers[OWN_HEADERS + i] = call->headers[i];
    authorization = azure_authorization(store->mem, account->name, account->key, &rq);
    if (authorization)
        headers[count++] = (struct http_header){ "Authorization", authorization };
    if (call->content_type)
        headers[count++] = (struct http_header){ "Content-Type", call->content_type };
    return count;
}

int azure_send(const struct artifact_store *store, const struct azure_call *call,
               struct http_reply *reply)
{
    struct http_header headers[MOST_HEADERS];
    struct azure_account account;
    struct http_call http = { .method = call->method, .headers = headers };
    const char *path, *code;

    if (azure_account_of(store, &account) < 0)
        return -1;
    path = azure_path(store, &account, call->key);
    http.url = url_of(store, &account, path, call->query ? call->query : "");
    http.header_count = sign(store, &account, call, path, headers);
    http.body = call->body;
    http.length = call->length;
    http.seconds = call->seconds;
    http.sink = call->sink;
    http.context = call->context;
    if (http_send(store, &http, reply) < 0)
        return -1;
    if (reply->status / 100 == 2)
        return 1;
    code = http_value(reply, "x-ms-error-code");
    if (reply->status == 404 && call->key && (!code || !strcasecmp(code, "BlobNotFound")))
        return 0;
    return fail_answer(store, call, reply, code ? code : "");
}
