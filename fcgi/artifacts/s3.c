/* Amazon S3, and what speaks as it does. A directory is what keys go through. */
#include "s3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    PAGE = 1000 /* what S3 gives at most */
};

/* s3://BUCKET/PREFIX; a bucket's name can be a part of a path and nothing more. */
static bool open_uri(struct artifact_store *store, const char *uri)
{
    size_t length, rest;

    uri += strlen("s3://");
    length = strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
    if (length < 3 || length > 255 || uri[0] == '.' || strpbrk(uri, "?#"))
        return false;
    if (uri[length] && uri[length] != '/')
        return false;
    store->bucket = arena_strndup(store->mem, uri, length);
    uri += length;
    uri += strspn(uri, "/");
    for (rest = strlen(uri); rest && uri[rest - 1] == '/';)
        rest--;
    store->prefix = arena_strndup(store->mem, uri, rest);
    return true;
}

/* What the keys of a directory begin with. */
static const char *prefix_of(const struct artifact_store *store, const char *path)
{
    const char *key = artifact_key(store, path);

    return *key ? arena_printf(store->mem, "%s/", key) : "";
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Tue, 24 Nov 2026 12:00:00 GMT in milliseconds; 0 if it is not that. */
static int64_t read_date(const char *text)
{
    struct tm tm = { 0 };

    return text && strptime(text, "%a, %d %b %Y %H:%M:%S", &tm) ? (int64_t)timegm(&tm) * 1000 : 0;
}

/* Whether keys go through path. */
static int is_directory(const struct artifact_store *store, const char *path)
{
    struct s3_page page = { 0 };

    /* Two: the first may be the mark of the directory itself, which is no entry. */
    if (s3_list(store, prefix_of(store, path), true, 2, &page) < 0)
        return -1;
    return page.count > 0;
}

static int head(const struct artifact_store *store, const char *path, struct s3_ask *ask,
                struct http_reply *reply)
{
    *ask = (struct s3_ask){ .method = "HEAD", .key = artifact_key(store, path) };
    return s3_send(store, ask, reply);
}

static int find(const struct artifact_store *store, const char *path, struct artifact *artifact)
{
    struct s3_ask ask;
    struct http_reply reply = { .status = 404 };
    const char *length;
    int found;

    *artifact = (struct artifact){ .name = name_of(path), .is_dir = true };
    if (!*path)
        return 1;
    if (head(store, path, &ask, &reply) < 0)
        return -1;
    if (reply.status != 200) {
        found = is_directory(store, path);
        /* A refused HEAD says nothing of why; the listing did, or got new keys. */
        if (found || reply.status == 404)
            return found;
        if (head(store, path, &ask, &reply) < 0)
            return -1;
    }
    if (reply.status == 404)
        return 0;
    if (reply.status != 200)
        return s3_refused(store, &ask, &reply);
    length = http_value(&reply, "Content-Length");
    artifact->is_dir = false;
    artifact->size = length ? strtoll(length, NULL, 10) : 0;
    artifact->modified = read_date(http_value(&reply, "Last-Modified"));
    return 1;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct artifact *)a)->name, ((const struct artifact *)b)->name);
}

static int entries(const struct artifact_store *store, const char *path, struct artifact **entries,
                   size_t *count)
{
    const char *prefix = prefix_of(store, path);
    struct s3_page page = { 0 };
    size_t room = 0;

    *entries = NULL;
    *count = 0;
    do {
        if (s3_list(store, prefix, true, PAGE, &page) < 0)
            return -1;
        if (!page.count)
            continue;
        if (*count + page.count > room) {
            room = 2 * (*count + page.count);
            *entries = arena_grow(store->mem, *entries, *count * sizeof(**entries),
                                  room * sizeof(**entries));
        }
        memcpy(*entries + *count, page.entries, page.count * sizeof(**entries));
        *count += page.count;
    } while (page.more);
    if (*count)
        qsort(*entries, *count, sizeof(**entries), by_name);
    return 0;
}

static int visit_page(const struct s3_page *page, artifact_visit *visit, void *context)
{
    for (size_t i = 0; i < page->count; i++) {
        struct artifact artifact = page->entries[i];

        artifact.name = name_of(artifact.name);
        if (visit(context, page->entries[i].name, &artifact) < 0)
            return -1;
    }
    return 0;
}

static int walk(const struct artifact_store *store, const char *path, artifact_visit *visit,
                void *context)
{
    const char *prefix = prefix_of(store, path);
    struct s3_page page = { 0 };
    struct artifact artifact;
    int found = *path ? find(store, path, &artifact) : 1;

    if (found < 0)
        return -1;
    if (found && *path && !artifact.is_dir && visit(context, "", &artifact) < 0)
        return -1;
    do {
        struct arena_mark mark = arena_mark(store->mem);

        if (s3_list(store, prefix, false, PAGE, &page) < 0 || visit_page(&page, visit, context) < 0)
            return -1;
        arena_release(store->mem, mark);
    } while (page.more);
    return 0;
}

static int read_file(const struct artifact_store *store, const char *path, artifact_sink *sink,
                     void *context)
{
    struct arena_mark mark = arena_mark(store->mem);
    const struct s3_ask ask = {
        .method = "GET", .key = artifact_key(store, path), .sink = sink, .context = context
    };
    struct http_reply reply;

    if (s3_send(store, &ask, &reply) < 0)
        return -1;
    if (reply.status == 404 && strcmp(s3_error_code(store, &reply), "NoSuchBucket") != 0)
        return fail(store, RESOURCE_DOES_NOT_EXIST, "No such artifact: '%s'", path);
    if (reply.status != 200)
        return s3_refused(store, &ask, &reply);
    arena_release(store->mem, mark);
    return 0;
}

static int write_file(const struct artifact_store *store, const char *path, const char *bytes,
                      size_t length)
{
    const struct s3_ask ask = {
        .method = "PUT",
        .key = artifact_key(store, path),
        .headers = { { "content-type", artifact_guessed_type(path) } },
        .header_count = 1,
        .body = bytes,
        .length = length,
    };
    struct http_reply reply;

    if (s3_send(store, &ask, &reply) < 0)
        return -1;
    return reply.status == 200 ? 0 : s3_refused(store, &ask, &reply);
}

static int send(const struct artifact_store *store, const char *path,
                struct artifact_transfer *transfer)
{
    transfer_header(transfer, "X-Accel-Redirect", "/_store");
    return s3_hand_over(store, "GET", path, transfer);
}

/* Of one PUT, at Amazon; others take more. */
static const int64_t largest_object = 5LL << 30;

static int receive(const struct artifact_store *store, const char *path,
                   struct artifact_transfer *transfer)
{
    struct s3_service service;

    if (s3_service_of(store, &service) < 0)
        return -1;
    if (service.amazon && transfer->length > largest_object)
        return fail(store, REQUEST_TOO_LARGE,
                    "Amazon S3 takes files of more than 5 GiB in parts only: let the client use "
                    "multipart uploads (MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD=true).");
    return s3_hand_over(store, "PUT", path, transfer);
}

/* A browser that is sent there saves the file under its name, and does not show it. */
static const char *attachment(struct arena *mem, const char *name)
{
    char *quoted = arena_alloc(mem, 2 * strlen(name) + 1), *to = quoted;

    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
            return arena_printf(mem, "attachment; filename*=UTF-8''%s", s3_encode(mem, name));
        if (*c == '"' || *c == '\\')
            *to++ = '\\';
        *to++ = *c;
    }
    return arena_printf(mem, "attachment; filename=\"%s\"", quoted);
}

static int presign(const struct artifact_store *store, bool put, const char *path, int64_t seconds,
                   const char **url, struct artifact_transfer *headers)
{
    struct s3_ask ask = { .method = put ? "PUT" : "GET", .key = artifact_key(store, path) };

    if (put) {
        const char *type = artifact_guessed_type(path);

        ask.headers[ask.header_count++] = (struct http_header){ "content-type", type };
        transfer_header(headers, "Content-Type", type);
    } else {
        ask.query[ask.query_count++] = (struct s3_param){ "response-content-disposition",
                                                          attachment(store->mem, name_of(path)) };
    }
    return s3_presign(store, &ask, seconds, url);
}

const struct artifact_ops artifact_s3 = {
    .kind = "S3",
    .open = open_uri,
    .check = s3_check,
    .endpoint = s3_endpoint,
    .find = find,
    .entries = entries,
    .walk = walk,
    .read = read_file,
    .write = write_file,
    .remove = s3_remove,
    .send = send,
    .receive = receive,
    .upload_begin = s3_upload_begin,
    .upload_complete = s3_upload_complete,
    .upload_abort = s3_upload_abort,
    .presign = presign,
};
