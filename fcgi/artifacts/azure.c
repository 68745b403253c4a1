/* Azure Blob: a container of blobs. Directories are what keys go through. */
#include <stdlib.h>
#include <string.h>

#include "azure.h"

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The blob at path: 1, or 0 if there is none, or if it stands for a directory, as
 * accounts with hierarchical namespaces have them. */
static int find_blob(const struct artifact_store *store, const char *path,
                     struct artifact *artifact)
{
    const struct azure_call call = { .method = "HEAD", .key = artifact_key(store, path) };
    const char *length, *folder;
    struct http_reply reply;
    int found = *path ? azure_send(store, &call, &reply) : 0;

    if (found <= 0)
        return found;
    folder = http_value(&reply, "x-ms-meta-hdi_isfolder");
    length = http_value(&reply, "Content-Length");
    *artifact = (struct artifact){
        .name = name_of(path),
        .size = length ? strtoll(length, NULL, 10) : 0,
        .modified = azure_time(http_value(&reply, "Last-Modified")),
    };
    return folder && !strcmp(folder, "true") ? 0 : 1;
}

static int stop_at_first(void *context, const char *path, const struct artifact *artifact)
{
    bool *found = context;

    (void)path, (void)artifact;
    *found = true;
    return -1;
}

static int find(const struct artifact_store *store, const char *path, struct artifact *artifact)
{
    const struct azure_listing listing = { .prefix = azure_below(store, path),
                                           .deep = true,
                                           .page = 1 };
    int found = find_blob(store, path, artifact);
    bool is_dir = !*path;

    if (found)
        return found;
    if (!is_dir && azure_list(store, &listing, stop_at_first, &is_dir) < 0 && !is_dir)
        return -1;
    *artifact = (struct artifact){ .name = name_of(path), .is_dir = true };
    return is_dir;
}

struct collection {
    const struct artifact_store *store;
    struct artifact *all;
    size_t count, room;
};

static int collect(void *context, const char *path, const struct artifact *artifact)
{
    struct collection *c = context;

    if (!*path) /* a blob that stands for the directory itself */
        return 0;
    if (c->count == c->room) {
        size_t room = c->room ? 2 * c->room : 64;

        c->all =
            arena_grow(c->store->mem, c->all, c->count * sizeof(*c->all), room * sizeof(*c->all));
        c->room = room;
    }
    c->all[c->count++] = *artifact;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct artifact *)a)->name, ((const struct artifact *)b)->name);
}

static int entries(const struct artifact_store *store, const char *path, struct artifact **entries,
                   size_t *count)
{
    const struct azure_listing listing = { .prefix = azure_below(store, path), .keep = true };
    struct collection c = { .store = store };

    if (azure_list(store, &listing, collect, &c) < 0)
        return -1;
    if (c.count)
        qsort(c.all, c.count, sizeof(*c.all), by_name);
    *entries = c.all;
    *count = c.count;
    return 0;
}

struct walk {
    artifact_visit *visit;
    void *context;
};

static int visit_file(void *context, const char *path, const struct artifact *artifact)
{
    const struct walk *walk = context;

    /* Blobs that stand for directories are no files. */
    if (artifact->is_dir || !*path || path[strlen(path) - 1] == '/')
        return 0;
    return walk->visit(walk->context, path, artifact);
}

static int walk(const struct artifact_store *store, const char *path, artifact_visit *visit,
                void *context)
{
    const struct azure_listing listing = { .prefix = azure_below(store, path), .deep = true };
    struct walk walk = { visit, context };
    struct artifact artifact;
    int found = find_blob(store, path, &artifact);

    if (found < 0 || (found && visit(context, "", &artifact) < 0))
        return -1;
    return azure_list(store, &listing, visit_file, &walk);
}

static int read_blob(const struct artifact_store *store, const char *path, artifact_sink *sink,
                     void *context)
{
    const struct azure_call call = {
        .method = "GET",
        .key = artifact_key(store, path),
        .sink = sink,
        .context = context,
    };
    struct http_reply reply;
    int found = azure_send(store, &call, &reply);

    if (found < 0)
        return -1;
    return found ? 0 : fail(store, RESOURCE_DOES_NOT_EXIST, "No such artifact: '%s'", path);
}

static int write_blob(const struct artifact_store *store, const char *path, const char *bytes,
                      size_t length)
{
    static const struct http_header type = { "x-ms-blob-type", "BlockBlob" };
    const struct azure_call call = {
        .method = "PUT",
        .key = artifact_key(store, path),
        .headers = &type,
        .count = 1,
        .body = bytes,
        .length = length,
    };
    struct http_reply reply;
    int done = azure_send(store, &call, &reply);

    if (done < 0)
        return -1;
    return done ? 0 : fail(store, INVALID_STATE, "The artifact store does not take this file.");
}

const struct artifact_ops artifact_azure = {
    .kind = "Azure Blob",
    .open = azure_open,
    .check = azure_check,
    .endpoint = azure_endpoint,
    .secret_uri = azure_has_secret_uris,
    .find = find,
    .entries = entries,
    .walk = walk,
    .read = read_blob,
    .write = write_blob,
    .remove = azure_remove,
    .send = azure_send_file,
    .receive = azure_receive,
    .upload_begin = azure_upload_begin,
    .upload_complete = azure_upload_complete,
    .upload_abort = azure_upload_abort,
    .presign = azure_presign,
};
