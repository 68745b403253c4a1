/* Deletion from Azure's Blob service: a blob, or all below a path, many in one request. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../id.h"
#include "azure.h"

enum {
    MOST_AT_ONCE = 256, /* Azure's limit */
    BATCH_SECONDS = 40
};

/* Versions of it that somebody kept would keep it. */
static const struct http_header with_snapshots = { "x-ms-delete-snapshots", "include" };

static int remove_blob(const struct artifact_store *store, const char *key)
{
    const struct azure_call call = {
        .method = "DELETE",
        .key = key,
        .headers = &with_snapshots,
        .count = 1,
    };
    struct arena_mark mark = arena_mark(store->mem);
    struct http_reply reply;

    if (azure_send(store, &call, &reply) < 0)
        return -1;
    arena_release(store->mem, mark);
    return 0;
}

/* The first keys below a prefix. */
struct keys {
    const struct artifact_store *store;
    const char *prefix;
    const char *all[MOST_AT_ONCE];
    size_t count;
};

static int collect(void *context, const char *path, const struct artifact *artifact)
{
    struct keys *keys = context;

    if (artifact->is_dir) /* of a hierarchical namespace: it may stay, empty */
        return 0;
    keys->all[keys->count++] = arena_printf(keys->store->mem, "%s%s", keys->prefix, path);
    return keys->count == MOST_AT_ONCE ? -1 : 0;
}

/* A deletion as a part of a batch: a request of its own, and signed like one. */
static const char *part(const struct artifact_store *store, const struct azure_account *account,
                        const char *boundary, size_t number, const char *key)
{
    const struct http_header headers[] = {
        { "x-ms-date", azure_date(store->mem, time(NULL)) },
        with_snapshots,
    };
    const struct azure_request rq = {
        .method = "DELETE",
        .path = azure_path(store, account, key),
        .headers = headers,
        .count = 2,
    };
    const char *authorization = azure_authorization(store->mem, account->name, account->key, &rq);

    return arena_printf(
        store->mem,
        "--%s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
        "Content-ID: %zu\r\n\r\nDELETE %s%s%s HTTP/1.1\r\n%s: %s\r\n%s: %s\r\n%s%s%s"
        "Content-Length: 0\r\n\r\n",
        boundary, number, rq.path, *account->sas ? "?" : "", account->sas, headers[0].name,
        headers[0].value, headers[1].name, headers[1].value, authorization ? "Authorization: " : "",
        authorization ? authorization : "", authorization ? "\r\n" : "");
}

static const char *batch(const struct artifact_store *store, const struct azure_account *account,
                         const char *boundary, const struct keys *keys)
{
    const char *parts[MOST_AT_ONCE], *end = arena_printf(store->mem, "--%s--\r\n", boundary);
    size_t length = strlen(end);
    char *body, *to;

    for (size_t i = 0; i < keys->count; i++) {
        parts[i] = part(store, account, boundary, i, keys->all[i]);
        length += strlen(parts[i]);
    }
    to = body = arena_alloc(store->mem, length + 1);
    for (size_t i = 0; i < keys->count; i++)
        to = stpcpy(to, parts[i]);
    (void)stpcpy(to, end);
    return body;
}

/* How many parts of the answer say that the blob is gone. */
static size_t count_gone(const char *body)
{
    static const char line[] = "HTTP/1.1 ";
    size_t count = 0;

    while ((body = strstr(body, line))) {
        body += strlen(line);
        count += !strncmp(body, "202", 3) || !strncmp(body, "404", 3);
    }
    return count;
}

/* Whether one request has removed them all. Accounts of some kinds take no batches, and of
 * a part that failed the answer says little: the deletions one by one, which follow then,
 * say why. */
static bool remove_at_once(const struct artifact_store *store, const struct keys *keys)
{
    struct error ignored = { .mem = store->mem };
    struct artifact_store quiet = *store;
    const char *boundary = arena_printf(store->mem, "batch_%s", id_hex(store->mem));
    struct azure_call call = {
        .method = "POST",
        .query = "restype=container&comp=batch",
        .content_type = arena_printf(store->mem, "multipart/mixed; boundary=%s", boundary),
        .seconds = BATCH_SECONDS,
    };
    struct azure_account account;
    struct http_reply reply;

    quiet.err = &ignored;
    if (keys->count < 2 || azure_account_of(&quiet, &account) < 0)
        return false;
    call.body = batch(&quiet, &account, boundary, keys);
    call.length = strlen(call.body);
    return azure_send(&quiet, &call, &reply) > 0 && count_gone(reply.body) == keys->count;
}

static int remove_keys(const struct artifact_store *store, const struct keys *keys)
{
    if (remove_at_once(store, keys))
        return 0;
    for (size_t i = 0; i < keys->count; i++)
        if (remove_blob(store, keys->all[i]) < 0)
            return -1;
    return 0;
}

/* What was removed is listed no more, so that each turn finds the next ones. */
static int remove_below(const struct artifact_store *store, const char *prefix)
{
    const struct azure_listing listing = { .prefix = prefix, .deep = true, .keep = true };
    struct keys *keys = arena_new(store->mem, struct keys);
    bool full = true;

    while (full) {
        struct arena_mark mark = arena_mark(store->mem);

        *keys = (struct keys){ .store = store, .prefix = prefix };
        full = azure_list(store, &listing, collect, keys) < 0;
        if (full && keys->count < MOST_AT_ONCE)
            return -1;
        if (remove_keys(store, keys) < 0)
            return -1;
        arena_release(store->mem, mark);
    }
    return 0;
}

int azure_remove(const struct artifact_store *store, const char *path)
{
    if (remove_blob(store, artifact_key(store, path)) < 0)
        return -1;
    return remove_below(store, azure_below(store, path));
}
