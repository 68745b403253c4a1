/* Artifacts: what is where. The bytes are nginx's: it stores the body of an upload
 * before a worker hears of it, and sends the file that a worker names.
 * Semantics: mlflow/server/artifact_router.py, server/handlers.py. */
#include "../artifacts/artifacts.h"

#include <string.h>

#include "../store/logged_models.h"
#include "../store/runs.h"
#include "checksums.h"
#include "endpoints.h"
#include "fragments.h"
#include "quota.h"

static void write_files(struct out *out, const char *prefix, struct arena *mem,
                        const struct artifact *files, size_t count)
{
    if (!count)
        return;
    out_array(out, "files");
    for (size_t i = 0; i < count; i++) {
        out_object(out, NULL);
        out_text(out, "path",
                 *prefix ? arena_printf(mem, "%s/%s", prefix, files[i].name) : files[i].name);
        out_bool(out, "is_dir", files[i].is_dir);
        if (files[i].size) /* an empty file has none, as MLflow shows it */
            out_int(out, "file_size", files[i].size);
        out_end(out);
    }
    out_end(out);
}

/* A directory below the artifacts at uri: of a run, of a model. */
static int reply_list(struct request *rq, struct artifact_store *store, const char *uri,
                      const char *path)
{
    struct artifact *files;
    const char *full = "";
    size_t count;

    if (artifacts_find(rq, store, uri, path, "read", &full) < 0 ||
        artifact_entries(store, full, &files, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_text(&rq->out, "root_uri", uri);
    write_files(&rq->out, path, rq->mem, files, count);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

struct artifact_list_in {
    const char *run_id, *path, *page_token;
};
static const struct field artifact_list_fields[] = {
    REQUIRED_RUN_ID(artifact_list_in),
    OPTIONAL(artifact_list_in, path, "A directory of the run's; its root when absent."),
    OPTIONAL(artifact_list_in, page_token, "Ignored: all are listed."),
    FIELDS_END,
};
INPUT(artifact_list);

int artifact_list(struct request *rq)
{
    const struct artifact_list_in *in = rq->in;
    struct artifact_store store = store_of(rq);
    const char *path = in->path ? in->path : "";
    struct run run = { 0 };

    if (artifact_path_read(&store, &path) < 0 || run_by_id(rq->db, in->run_id, &run) < 0)
        return -1;
    return reply_list(rq, &store, run.artifact_uri, path);
}

struct logged_model_artifact_list_in {
    const char *artifact_directory_path, *page_token;
};
static const struct field logged_model_artifact_list_fields[] = {
    OPTIONAL(logged_model_artifact_list_in, artifact_directory_path,
             "A directory of the model's; its root when absent."),
    UNCHECKED(logged_model_artifact_list_in, page_token, "Ignored: all are listed."),
    FIELDS_END,
};
INPUT(logged_model_artifact_list);

int logged_model_artifact_list(struct request *rq)
{
    const struct logged_model_artifact_list_in *in = rq->in;
    struct artifact_store store = store_of(rq);
    const char *path = in->artifact_directory_path ? in->artifact_directory_path : "";
    struct logged_model model = { 0 };

    if (artifact_path_read(&store, &path) < 0 ||
        logged_model_by_id(rq->db, request_member(rq, "model_id"), false, &model) < 0)
        return -1;
    return reply_list(rq, &store, model.artifact_location, path);
}

struct artifact_store_list_in {
    const char *path;
};
static const struct field artifact_store_list_fields[] = {
    OPTIONAL(artifact_store_list_in, path, "A directory; the root when absent."),
    FIELDS_END,
};
INPUT(artifact_store_list);

int artifact_store_list(struct request *rq)
{
    const struct artifact_store_list_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    const char *path = in->path ? in->path : "";
    struct artifact *files;
    size_t count;

    if (artifact_path_read(&store, &path) < 0 || artifact_entries(&store, path, &files, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_files(&rq->out, "", rq->mem, files, count);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

/* Tells nginx what it needs to know. */
static int reply_transfer(struct request *rq, const struct artifact_transfer *transfer)
{
    for (size_t i = 0; i < transfer->count; i++)
        reply_header(rq, transfer->headers[i].name, transfer->headers[i].value);
    return 0;
}

/* Lets nginx send the file: its bytes never pass through a worker. */
static int send_artifact(struct request *rq, const struct artifact_store *store, const char *path)
{
    struct artifact_transfer transfer = {
        .range = rq->range,
        .if_none_match = rq->if_none_match,
        .if_modified_since = rq->if_modified_since,
    };
    struct artifact artifact;
    int found = artifact_find(store, path, &artifact);

    if (found < 0)
        return -1;
    if (!found)
        return fail(rq, RESOURCE_DOES_NOT_EXIST, "No such artifact: '%s'", path);
    if (artifact.is_dir)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Artifact path refers to a directory, not a file: '%s'", path);
    transfer.size = artifact.size;
    if (artifact_send(store, path, &transfer) < 0)
        return -1;
    rq->reply_type = artifact_type(artifact.name);
    reply_header(rq, "Content-Disposition", attachment(rq->mem, artifact.name));
    return reply_transfer(rq, &transfer);
}

NO_INPUT(artifact_get);
int artifact_get(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *path = request_member(rq, "artifact_path");

    return artifact_path_read(&store, &path) < 0 ? -1 : send_artifact(rq, &store, path);
}

struct artifact_get_of_run_in {
    const char *run_id, *path;
};
static const struct field artifact_get_of_run_fields[] = {
    REQUIRED_RUN_ID(artifact_get_of_run_in),
    REQUIRED(artifact_get_of_run_in, path, "A file of the run's."),
    FIELDS_END,
};
INPUT(artifact_get_of_run);

int artifact_get_of_run(struct request *rq)
{
    const struct artifact_get_of_run_in *in = rq->in;
    struct artifact_store store = store_of(rq);
    const char *path = in->path, *full = "";
    struct run run = { 0 };

    if (artifact_path_read(&store, &path) < 0 || run_by_id(rq->db, in->run_id, &run) < 0 ||
        artifacts_find(rq, &store, run.artifact_uri, path, "read", &full) < 0)
        return -1;
    return send_artifact(rq, &store, full);
}

struct logged_model_artifact_get_in {
    const char *artifact_file_path;
};
static const struct field logged_model_artifact_get_fields[] = {
    UNCHECKED(logged_model_artifact_get_in, artifact_file_path, "A file of the model's; needed."),
    FIELDS_END,
};
INPUT(logged_model_artifact_get);

int logged_model_artifact_get(struct request *rq)
{
    const struct logged_model_artifact_get_in *in = rq->in;
    struct artifact_store store = store_of(rq);
    const char *path = in->artifact_file_path, *full = "";
    struct logged_model model = { 0 };

    if (!path || !*path)
        return fail(rq, BAD_REQUEST,
                    "Request must include the \"artifact_file_path\" query parameter.");
    if (artifact_path_read(&store, &path) < 0 ||
        logged_model_by_id(rq->db, request_member(rq, "model_id"), false, &model) < 0 ||
        artifacts_find(rq, &store, model.artifact_location, path, "read", &full) < 0)
        return -1;
    return send_artifact(rq, &store, full);
}

/* The staged file is gone once it is in place. */
static int place(struct request *rq, const struct artifact_store *store, const char *path)
{
    if (upload_checksum_begin(rq, store, path) < 0 ||
        (!rq->placed && artifact_place(store, path, rq->body_file) < 0))
        return -1;
    rq->placed = true;
    return upload_checksum_end(rq, store, path);
}

/* Either nginx has the upload in a file, or it waits to be told where to send it. Anything
 * else would look like an empty file. */
static int receive(struct request *rq, const struct artifact_store *store, const char *path)
{
    struct artifact_transfer transfer = { .length = rq->upload_length };

    if (artifact_is_remote(store) ? rq->upload_length < 0 : !rq->body_file)
        return fail(rq, INVALID_STATE,
                    "nginx is set up for another kind of artifact store: see ops/nginx-conf.");
    if (!rq->placed && quota_take_upload(rq, store, path) < 0)
        return -1;
    if (!artifact_is_remote(store))
        return place(rq, store, path) < 0 ? -1 : quota_keep(rq);
    return artifact_receive(store, path, &transfer) < 0 || quota_keep(rq) < 0
               ? -1
               : reply_transfer(rq, &transfer);
}

NO_INPUT(artifact_put);
int artifact_put(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *path = request_member(rq, "artifact_path");

    if (!*path || path[strlen(path) - 1] == '/')
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Artifact path must include a filename (cannot end with '/').");
    if (artifact_path_read(&store, &path) < 0)
        return -1;
    return receive(rq, &store, path);
}

NO_INPUT(artifact_delete);
int artifact_delete(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *path = request_member(rq, "artifact_path");

    if (artifact_path_read(&store, &path) < 0 || quota_give(rq, &store, path) < 0 ||
        upload_checksum_forget(rq, &store, path) < 0 || artifact_remove(&store, path) < 0 ||
        quota_keep(rq) < 0)
        return -1;
    return reply_empty(rq);
}
