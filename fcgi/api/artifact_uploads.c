/* Uploads that are not a plain PUT: small files from pages, and the ways of object
 * stores, which a local disk does not have. Semantics: mlflow/server/handlers.py. */
#include <string.h>
#include <strings.h>

#include "../artifacts/artifacts.h"
#include "../json_in.h"
#include "../store/logged_models.h"
#include "../store/runs.h"
#include "endpoints.h"
#include "fragments.h"
#include "quota.h"

enum {
    LARGEST_FROM_PAGE = 10 * 1024 * 1024,
    LONGEST_LIFE = 604800, /* seconds: what cloud stores sign for */
    DEFAULT_LIFE = 900,
};

static struct artifact_store store_of(struct request *rq)
{
    return artifact_store_of(rq->err, rq->mem, rq->config);
}

struct artifact_upload_in {
    const char *run_uuid, *path;
};
static const struct field artifact_upload_fields[] = {
    UNCHECKED(artifact_upload_in, run_uuid, "The run; needed, in the query."),
    UNCHECKED(artifact_upload_in, path, "The file's path; needed, in the query."),
    FIELDS_END,
};
INPUT(artifact_upload);

/* The query: the body is the file. */
static int read_upload(struct request *rq, struct artifact_upload_in *in)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    bool any;
    const json_t *query = json_in_query(&ctx, rq->query, artifact_upload_fields, &any);

    if (!query || fields_read(&ctx, artifact_upload_fields, query, in) < 0)
        return -1;
    if (!in->run_uuid || !*in->run_uuid)
        return fail(rq, INVALID_PARAMETER_VALUE, "Request must specify run_uuid.");
    if (!in->path || !*in->path)
        return fail(rq, INVALID_PARAMETER_VALUE, "Request must specify path.");
    return 0;
}

static bool has_type(const struct request *rq, const char *type)
{
    return !strncasecmp(rq->content_type, type, strlen(type));
}

/* A form is no file: MLflow's framework takes it for itself. */
static int check_data(struct request *rq)
{
    bool is_form =
        has_type(rq, "application/x-www-form-urlencoded") || has_type(rq, "multipart/form-data");

    if (rq->body_length > LARGEST_FROM_PAGE)
        return fail(rq, INVALID_PARAMETER_VALUE, "Artifact size is too large. Max size is 10MB.");
    if (!rq->body_length || is_form)
        return fail(rq, INVALID_PARAMETER_VALUE, "Request must specify data.");
    return 0;
}

int artifact_upload(struct request *rq)
{
    struct artifact_store store = store_of(rq);
    struct artifact_upload_in in = { 0 };
    struct run run = { 0 };
    const char *root, *full;
    int found;

    if (read_upload(rq, &in) < 0 || artifact_path_check(&store, &in.path) < 0 ||
        check_data(rq) < 0 || run_by_id(rq->db, in.run_uuid, &run) < 0)
        return -1;
    found = artifact_locate(&store, run.artifact_uri ? run.artifact_uri : "", &store, &root);
    if (found < 0)
        return -1;
    if (!found)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "These artifacts are at '%s', which this server does not write.",
                    run.artifact_uri);
    full = *root ? arena_printf(rq->mem, "%s/%s", root, in.path) : in.path;
    if (artifact_path_check(&store, &full) < 0 ||
        quota_take(rq, &store, full, (int64_t)rq->body_length) < 0 ||
        artifact_write(&store, full, rq->body, rq->body_length) < 0)
        return -1;
    return quota_keep(rq);
}

/* Multipart uploads */

struct multipart_create_in {
    const char *path;
    struct opt_int num_parts;
};
static const struct field multipart_create_fields[] = {
    REQUIRED(multipart_create_in, path, "Name of the file."),
    OPTIONAL(multipart_create_in, num_parts, "Number of parts."),
    FIELDS_END,
};
INPUT(multipart_create);

static int refuse_multipart(struct request *rq, const char *what)
{
    return fail(rq, NOT_IMPLEMENTED,
                "Multipart %s is not supported for the current artifact repository", what);
}

/* MLflow looks at the path before it looks at the body; here the body is read first. */
static int refuse_upload(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *path = request_member(rq, "artifact_path");

    return artifact_path_check(&store, &path) < 0 ? -1 : refuse_multipart(rq, "upload");
}

int multipart_create(struct request *rq)
{
    return refuse_upload(rq);
}

struct multipart_part {
    struct opt_int part_number;
    const char *etag, *url;
};
static const struct field multipart_part_fields[] = {
    UNCHECKED(multipart_part, part_number, "From 1."),
    UNCHECKED(multipart_part, etag, "Of the part."),
    UNCHECKED(multipart_part, url, "Of the part."),
    FIELDS_END,
};
struct multipart_complete_in {
    const char *path, *upload_id;
    struct list parts;
};
static const struct field multipart_complete_fields[] = {
    REQUIRED(multipart_complete_in, path, "Name of the file."),
    OPTIONAL(multipart_complete_in, upload_id, "The upload."),
    LIST(multipart_complete_in, parts, multipart_part, multipart_part_fields, FIELD_REQUIRED,
         "What was sent."),
    FIELDS_END,
};
INPUT(multipart_complete);

int multipart_complete(struct request *rq)
{
    return refuse_upload(rq);
}

struct multipart_abort_in {
    const char *path, *upload_id;
};
static const struct field multipart_abort_fields[] = {
    REQUIRED(multipart_abort_in, path, "Name of the file."),
    OPTIONAL(multipart_abort_in, upload_id, "The upload."),
    FIELDS_END,
};
INPUT(multipart_abort);

int multipart_abort(struct request *rq)
{
    return refuse_upload(rq);
}

NO_INPUT(artifact_presigned);
int artifact_presigned(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *path = request_member(rq, "artifact_path");

    return artifact_path_check(&store, &path) < 0 ? -1 : refuse_multipart(rq, "download");
}

/* Presigned URLs of a run's own store. */

/* The scheme of uri if requests for it come to this server anyway. */
static const char *proxied_scheme(struct arena *mem, const char *uri)
{
    static const char *const schemes[] = { "http", "https", "mlflow-artifacts" };

    for (size_t i = 0; uri && i < sizeof(schemes) / sizeof(*schemes); i++)
        if (!strncasecmp(uri, schemes[i], strlen(schemes[i])) && uri[strlen(schemes[i])] == ':')
            return arena_strdup(mem, schemes[i]);
    return NULL;
}

struct presigned_upload_in {
    const char *run_id, *model_id, *path;
    struct opt_int expiration;
};
static const struct field presigned_upload_fields[] = {
    OPTIONAL(presigned_upload_in, run_id, "The run, or"),
    OPTIONAL(presigned_upload_in, model_id, "the logged model."),
    REQUIRED(presigned_upload_in, path, "Path of the file."),
    OPTIONAL(presigned_upload_in, expiration, "Seconds."),
    FIELDS_END,
};
INPUT(presigned_upload);

static int find_owner(struct request *rq, const struct presigned_upload_in *in, const char **uri)
{
    struct logged_model model = { 0 };
    struct run run = { 0 };

    if (in->run_id && *in->run_id) {
        if (run_by_id(rq->db, in->run_id, &run) < 0)
            return -1;
        *uri = run.artifact_uri;
        return 0;
    }
    if (logged_model_by_id(rq->db, in->model_id, false, &model) < 0)
        return -1;
    *uri = model.artifact_location;
    return 0;
}

int presigned_upload(struct request *rq)
{
    const struct presigned_upload_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    const char *path = in->path, *uri = NULL, *scheme;

    if ((in->run_id && *in->run_id) == (in->model_id && *in->model_id))
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Exactly one of run_id and model_id must be provided.");
    if (artifact_path_check(&store, &path) < 0 || find_owner(rq, in, &uri) < 0)
        return -1;
    scheme = proxied_scheme(rq->mem, uri);
    if (scheme)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Presigned upload is not supported for proxied artifact storage (artifact URI "
                    "scheme: %s). This endpoint requires a direct cloud storage artifact URI.",
                    scheme);
    return fail(rq, NOT_IMPLEMENTED,
                "Presigned upload is not supported for the current artifact repository");
}

struct presigned_download_in {
    const char *run_id, *path;
    struct opt_int expiration;
};
static const struct field presigned_download_fields[] = {
    REQUIRED(presigned_download_in, run_id, "The run."),
    REQUIRED(presigned_download_in, path, "Path of the file."),
    WITH_DEFAULT(presigned_download_in, expiration, DEFAULT_LIFE, "Seconds, at most a week."),
    FIELDS_END,
};
INPUT(presigned_download);

int presigned_download(struct request *rq)
{
    const struct presigned_download_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    const char *path = in->path, *scheme;
    struct run run = { 0 };

    if (artifact_path_check(&store, &path) < 0)
        return -1;
    if (in->expiration.value < 1 || in->expiration.value > LONGEST_LIFE)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "expiration must be between 1 and %d seconds (got %lld).", LONGEST_LIFE,
                    (long long)in->expiration.value);
    if (run_by_id(rq->db, in->run_id, &run) < 0)
        return -1;
    scheme = proxied_scheme(rq->mem, run.artifact_uri);
    if (scheme)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Presigned download is not supported for runs with proxied artifact storage "
                    "(artifact URI scheme: %s). This endpoint requires a run with a direct cloud "
                    "storage artifact URI.",
                    scheme);
    return fail(rq, NOT_IMPLEMENTED,
                "Presigned download is not supported for the current artifact repository");
}
