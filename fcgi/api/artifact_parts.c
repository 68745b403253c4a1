/* Multipart uploads. Clients send parts with a plain PUT to the URLs that they are
 * given, without saying who they are: to a store of the network, or, when the artifacts
 * are on a local disk, to this server. Semantics: mlflow/server/handlers.py,
 * mlflow/store/artifact/http_artifact_repo.py. */
#include <stdlib.h>
#include <string.h>

#include "../artifacts/artifacts.h"
#include "checksums.h"
#include "endpoints.h"
#include "fragments.h"
#include "quota.h"

/* The last step of a client's own path, which may be one of Windows. */
static const char *base_name(const char *path)
{
    const char *name = path;

    for (const char *c = path; *c; c++)
        if (*c == '/' || *c == '\\')
            name = c + 1;
    return name;
}

/* The artifact: the URL has its directory, the body the client's path of the file. */
static int read_path(struct request *rq, const struct artifact_store *store, const char *file,
                     const char **path)
{
    const char *directory = request_member(rq, "artifact_path"), *name = base_name(file);

    if (artifact_path_read(store, &directory) < 0)
        return -1;
    if (!artifact_has_uploads(store))
        return fail(rq, NOT_IMPLEMENTED,
                    "Multipart upload is not supported for the current artifact repository");
    if (!*name)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Artifact path must include a filename (cannot end with '/').");
    *path = *directory ? arena_printf(rq->mem, "%s/%s", directory, name) : name;
    return artifact_path_read(store, path);
}

/* How the client reaches this server: nginx has checked that the host is ours. */
static int read_base(struct request *rq, const char **base)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";

    if (!*rq->host || rq->host[strspn(rq->host, allowed)])
        return fail(rq, INVALID_PARAMETER_VALUE, "Invalid Host header");
    *base = arena_printf(rq->mem, "%s://%s", strcmp(rq->scheme, "https") == 0 ? "https" : "http",
                         rq->host);
    return 0;
}

struct multipart_create_in {
    const char *path;
    struct opt_int num_parts;
};
static const struct field multipart_create_fields[] = {
    REQUIRED(multipart_create_in, path, "The client's file; its name is used."),
    OPTIONAL(multipart_create_in, num_parts, "Number of parts, at most 10000."),
    FIELDS_END,
};
INPUT(multipart_create);

static void write_part(struct out *out, const struct upload_part *part)
{
    out_object(out, NULL);
    out_text(out, "url", part->url);
    out_int(out, "part_number", part->number);
    if (part->send.count) {
        out_object(out, "headers");
        for (size_t i = 0; i < part->send.count; i++)
            out_text(out, part->send.headers[i].name, part->send.headers[i].value);
        out_end(out);
    }
    out_end(out);
}

static void write_upload(struct out *out, const struct upload *upload)
{
    out_object(out, NULL);
    out_text_if(out, "upload_id", upload->id);
    out_array(out, "credentials");
    for (size_t i = 0; i < upload->count; i++)
        write_part(out, &upload->parts[i]);
    out_end(out);
    out_end(out);
}

int multipart_create(struct request *rq)
{
    const struct multipart_create_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    struct upload upload = { .count = (size_t)in->num_parts.value };
    const char *path = "", *base = "";

    if (read_path(rq, &store, in->path, &path) < 0 || read_base(rq, &base) < 0)
        return -1;
    if (in->num_parts.value < 1 || in->num_parts.value > UPLOAD_MOST_PARTS)
        return fail(rq, INVALID_PARAMETER_VALUE, "num_parts must be between 1 and %d (got %lld).",
                    UPLOAD_MOST_PARTS, (long long)in->num_parts.value);
    if (artifact_upload_begin(&store, path, base, &upload) < 0)
        return -1;
    write_upload(&rq->out, &upload);
    rq->rows = (int64_t)upload.count;
    return 0;
}

NO_INPUT(multipart_part);
int multipart_part(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *number = request_member(rq, "part_number"), *etag;
    size_t digits = strspn(number, "0123456789");

    if (!digits || number[digits] || digits > strlen("10000"))
        return fail(rq, INVALID_PARAMETER_VALUE, "Invalid part number");
    if (!rq->body_file) /* a URL that nginx did not take for one of a part */
        return fail(rq, INVALID_PARAMETER_VALUE, "Invalid path");
    if (!artifact_has_uploads(&store))
        return fail(rq, RESOURCE_DOES_NOT_EXIST, "No such upload.");
    if (artifact_upload_part(&store, request_member(rq, "upload_id"), strtol(number, NULL, 10),
                             rq->body_file, &etag) < 0)
        return -1;
    reply_header(rq, "ETag", etag);
    return 0;
}

struct multipart_part_sent {
    struct opt_int part_number;
    const char *etag, *url;
};
static const struct field multipart_part_sent_fields[] = {
    UNCHECKED(multipart_part_sent, part_number, "From 1."),
    UNCHECKED(multipart_part_sent, etag, "What the store answered."),
    UNCHECKED(multipart_part_sent, url, "Where it was sent."),
    FIELDS_END,
};
struct multipart_complete_in {
    const char *path, *upload_id;
    struct list parts;
};
static const struct field multipart_complete_fields[] = {
    REQUIRED(multipart_complete_in, path, "The client's file; its name is used."),
    OPTIONAL(multipart_complete_in, upload_id, "The upload."),
    LIST(multipart_complete_in, parts, multipart_part_sent, multipart_part_sent_fields,
         FIELD_REQUIRED, "What was sent, in order."),
    FIELDS_END,
};
INPUT(multipart_complete);

/* A number that cannot be one of a part becomes 0, which is none. */
static int part_number(int64_t number)
{
    return number >= 1 && number <= UPLOAD_MOST_PARTS ? (int)number : 0;
}

static struct upload read_upload(struct request *rq, const struct multipart_complete_in *in)
{
    const struct multipart_part_sent *sent = in->parts.items;
    struct upload upload = { .id = in->upload_id ? in->upload_id : "", .count = in->parts.count };

    upload.parts = arena_array(rq->mem, struct upload_part, upload.count);
    for (size_t i = 0; i < upload.count; i++) {
        upload.parts[i].number = part_number(sent[i].part_number.value);
        upload.parts[i].etag = sent[i].etag;
        upload.parts[i].url = sent[i].url;
    }
    return upload;
}

/* What went to a store of the network is counted by the next recount: how much it was, the
 * store says when it is there. */
static int complete(struct request *rq, const struct artifact_store *store, const char *path,
                    const struct upload *upload)
{
    int64_t bytes;

    if (artifact_is_remote(store))
        return artifact_upload_complete(store, path, upload);
    if (!rq->placed && (artifact_upload_size(store, upload->id, &bytes) < 0 ||
                        quota_take(rq, store, path, bytes) < 0))
        return -1;
    if (upload_checksum_begin(rq, store, path) < 0 ||
        (!rq->placed && artifact_upload_complete(store, path, upload) < 0))
        return -1;
    rq->placed = true;
    return upload_checksum_end(rq, store, path) < 0 ? -1 : quota_keep(rq);
}

int multipart_complete(struct request *rq)
{
    const struct multipart_complete_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    struct upload upload;
    const char *path = "";

    if (read_path(rq, &store, in->path, &path) < 0)
        return -1;
    upload = read_upload(rq, in);
    return complete(rq, &store, path, &upload) < 0 ? -1 : reply_empty(rq);
}

struct multipart_abort_in {
    const char *path, *upload_id;
};
static const struct field multipart_abort_fields[] = {
    REQUIRED(multipart_abort_in, path, "The client's file; its name is used."),
    OPTIONAL(multipart_abort_in, upload_id, "The upload."),
    FIELDS_END,
};
INPUT(multipart_abort);

int multipart_abort(struct request *rq)
{
    const struct multipart_abort_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    const char *path = "";

    if (read_path(rq, &store, in->path, &path) < 0 ||
        artifact_upload_abort(&store, path, in->upload_id ? in->upload_id : "") < 0)
        return -1;
    return reply_empty(rq);
}
