/* Artifacts as one file: the one reply whose bytes pass through a worker, so it has workers
 * of its own. All other replies are complete before their first byte is sent, and say
 * how long they are. An archive cannot: it may be larger than any memory or disk here,
 * and its length depends on how well texts compress. So everything that can be refused
 * is refused first, as JSON; what fails later cuts the reply, and a client can tell:
 * the chunked body has no end, and the archive has no manifest.sha256, which is its
 * last entry (and a zip has no directory). */
#include "../artifacts/archive.h"

#include <string.h>

#include "../store/logged_models.h"
#include "../store/runs.h"
#include "endpoints.h"
#include "fragments.h"

enum {
    MOST_SELECTED = 1000,
    LIST_SHARE = 4, /* of request_memory, for the list of files */
};

struct archive_get_in {
    const char *run_id, *format;
    struct text_list path;
};
static const struct field archive_get_fields[] = {
    REQUIRED_RUN_ID(archive_get_in),
    OPTIONAL(archive_get_in, path,
             "A file or a folder; may be given several times. All there is when absent."),
    OPTIONAL(archive_get_in, format, "zip (the default) or tar."),
    FIELDS_END,
};
INPUT(archive_get);

struct archive_get_of_model_in {
    const char *format;
    struct text_list path;
};
static const struct field archive_get_of_model_fields[] = {
    OPTIONAL(archive_get_of_model_in, path,
             "A file or a folder; may be given several times. All there is when absent."),
    OPTIONAL(archive_get_of_model_in, format, "zip (the default) or tar."),
    FIELDS_END,
};
INPUT(archive_get_of_model);

static int check_paths(struct request *rq, const struct artifact_store *store,
                       const struct text_list *paths)
{
    if (paths->count > MOST_SELECTED)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "At most %d paths can be selected for one archive; these are %zu. Select the "
                    "folder that holds them.",
                    MOST_SELECTED, paths->count);
    for (size_t i = 0; i < paths->count; i++)
        if (artifact_path_read(store, &paths->items[i]) < 0)
            return -1;
    return 0;
}

static int read_format(struct request *rq, const char *name, enum pack_format *format)
{
    *format = name && !strcmp(name, "tar") ? PACK_TAR : PACK_ZIP;
    if (!name || !*name || !strcmp(name, "zip") || !strcmp(name, "tar"))
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "Invalid value '%s' for parameter 'format' supplied: it is zip or tar.", name);
}

/* What was selected must be there. All there is may be nothing. */
static int add_selected(struct request *rq, struct pack *pack, const char *path, bool list)
{
    struct artifact artifact;
    const char *full =
        *path && *pack->root ? arena_printf(rq->mem, "%s/%s", pack->root, path) : path;
    int found = *path ? artifact_find(pack->store, full, &artifact) : 1;

    if (found < 0)
        return -1;
    if (!found)
        return fail(rq, RESOURCE_DOES_NOT_EXIST, "No such artifact: '%s'", path);
    return list ? pack_add(pack, path) : 0;
}

static int write_pack(struct request *rq, reply_sink *sink, void *to)
{
    return pack_write(rq->streamed, sink, to);
}

/* The last step of the one path that was selected, or the name of what all is of: as
 * the name of a file. */
static const char *archive_name(struct request *rq, const struct text_list *paths,
                                const char *owner, enum pack_format format)
{
    const char *path = paths->count == 1 && *paths->items[0] ? paths->items[0] : NULL;
    const char *slash = path ? strrchr(path, '/') : NULL;
    char *name = arena_strdup(rq->mem, slash ? slash + 1 : path ? path : owner);

    for (char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '/' || *c == '\\')
            *c = '_';
    return arena_printf(rq->mem, "%s.%s", *name ? name : "artifacts",
                        format == PACK_TAR ? "tar" : "zip");
}

/* HEAD looks at what was selected and lists nothing. */
static int reply_archive(struct request *rq, struct artifact_store *store, const char *uri,
                         const char *owner, const struct text_list *paths, enum pack_format format)
{
    static const char *const all[] = { "" };
    bool list = strcmp(rq->method_name, "HEAD") != 0;
    struct pack *pack = arena_new(rq->mem, struct pack);
    size_t count = paths->count ? paths->count : 1;

    *pack = (struct pack){
        .store = store,
        .mem = request_spare(rq),
        .most = (size_t)rq->config->request_memory / LIST_SHARE,
        .format = format,
    };
    if (artifacts_find(rq, store, uri, "", "read", &pack->root) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (add_selected(rq, pack, paths->count ? paths->items[i] : all[0], list) < 0)
            return -1;
    pack_close(pack);
    rq->rows = (int64_t)pack->count;
    rq->reply_type = format == PACK_TAR ? "application/x-tar" : "application/zip";
    reply_header(rq, "Content-Disposition",
                 attachment(rq->mem, archive_name(rq, paths, owner, format)));
    reply_header(rq, "Cache-Control", "no-store");
    rq->streamed = pack;
    rq->stream = write_pack;
    return 0;
}

/* The store of the request, as long as the request. */
static struct artifact_store *open_store(struct request *rq)
{
    struct artifact_store *store = arena_new(rq->mem, struct artifact_store);

    *store = artifact_store_of(rq->err, rq->mem, rq->config);
    return store;
}

int archive_get(struct request *rq)
{
    const struct archive_get_in *in = rq->in;
    struct artifact_store *store = open_store(rq);
    enum pack_format format;
    struct run run = { 0 };

    if (check_paths(rq, store, &in->path) < 0 || read_format(rq, in->format, &format) < 0 ||
        run_by_id(rq->db, in->run_id, &run) < 0)
        return -1;
    return reply_archive(rq, store, run.artifact_uri,
                         run.name && *run.name ? run.name : run.run_uuid, &in->path, format);
}

int archive_get_of_model(struct request *rq)
{
    const struct archive_get_of_model_in *in = rq->in;
    struct artifact_store *store = open_store(rq);
    struct logged_model model = { 0 };
    enum pack_format format;

    if (check_paths(rq, store, &in->path) < 0 || read_format(rq, in->format, &format) < 0 ||
        logged_model_by_id(rq->db, request_member(rq, "model_id"), false, &model) < 0)
        return -1;
    return reply_archive(rq, store, model.artifact_location, model.name, &in->path, format);
}
