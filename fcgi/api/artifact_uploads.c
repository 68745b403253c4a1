/* Small files that a page uploads. Semantics: mlflow/server/handlers.py. */
#include <string.h>
#include <strings.h>

#include "../artifacts/artifacts.h"
#include "../json_in.h"
#include "../store/runs.h"
#include "checksums.h"
#include "endpoints.h"
#include "fragments.h"
#include "quota.h"

enum {
    LARGEST_FROM_PAGE = 10 * 1024 * 1024
};

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
    const char *full = "";

    if (read_upload(rq, &in) < 0 || artifact_path_read(&store, &in.path) < 0 ||
        check_data(rq) < 0 || run_by_id(rq->db, in.run_uuid, &run) < 0)
        return -1;
    if (artifacts_find(rq, &store, run.artifact_uri, in.path, "write", &full) < 0 ||
        quota_take(rq, &store, full, (int64_t)rq->body_length) < 0 ||
        upload_checksum_begin(rq, &store, full) < 0 ||
        artifact_write(&store, full, rq->body, rq->body_length) < 0 ||
        upload_checksum_end(rq, &store, full) < 0)
        return -1;
    return quota_keep(rq);
}
