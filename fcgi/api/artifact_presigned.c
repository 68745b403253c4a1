/* URLs with which a client reaches a store of the network without this server.
 * Semantics: mlflow/server/handlers.py, mlflow/store/artifact/s3_artifact_repo.py. */
#include <string.h>
#include <strings.h>

#include "../artifacts/artifacts.h"
#include "../store/logged_models.h"
#include "../store/runs.h"
#include "endpoints.h"
#include "fragments.h"

enum {
    LONGEST_LIFE = 604800, /* seconds: what cloud stores sign for */
    DOWNLOAD_LIFE = 300,
    UPLOAD_LIFE = 900,
};

/* A URL, the headers that go with it, and the size of what is there already. */
struct presigned {
    const char *url;
    struct artifact_transfer headers;
    struct artifact file;
};

static int presign(struct request *rq, const struct artifact_store *store, bool put,
                   const char *path, int64_t seconds, struct presigned *presigned)
{
    int found = put ? 1 : artifact_find(store, path, &presigned->file);

    if (found < 0)
        return -1;
    if (!found || presigned->file.is_dir)
        return fail(rq, RESOURCE_DOES_NOT_EXIST, "No such artifact: '%s'", path);
    return artifact_presign(store, put, path, seconds, &presigned->url, &presigned->headers);
}

static void write_headers(struct out *out, const struct artifact_transfer *headers)
{
    out_object(out, "headers");
    for (size_t i = 0; i < headers->count; i++)
        out_text(out, headers->headers[i].name, headers->headers[i].value);
    out_end(out);
}

NO_INPUT(artifact_presigned);
int artifact_presigned(struct request *rq)
{
    const struct artifact_store store = store_of(rq);
    const char *path = request_member(rq, "artifact_path");
    struct presigned presigned = { 0 };

    if (artifact_path_read(&store, &path) < 0)
        return -1;
    if (!artifact_has_presigned(&store))
        return fail(rq, NOT_IMPLEMENTED,
                    "Multipart download is not supported for the current artifact repository");
    if (presign(rq, &store, false, path, DOWNLOAD_LIFE, &presigned) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_text(&rq->out, "url", presigned.url);
    write_headers(&rq->out, &presigned.headers);
    out_int(&rq->out, "file_size", presigned.file.size);
    out_end(&rq->out);
    return 0;
}

/* ---------------------------------------------- of a run's or a model's own store */

/* The scheme of uri if requests for it come to this server anyway. */
static const char *proxied_scheme(struct arena *mem, const char *uri)
{
    static const char *const schemes[] = { "http", "https", "mlflow-artifacts" };

    for (size_t i = 0; uri && i < sizeof(schemes) / sizeof(*schemes); i++)
        if (!strncasecmp(uri, schemes[i], strlen(schemes[i])) && uri[strlen(schemes[i])] == ':')
            return arena_strdup(mem, schemes[i]);
    return NULL;
}

/* The store that holds path of the artifacts at uri, and its path there. */
static int find_store(struct request *rq, struct artifact_store *store, bool put, const char *uri,
                      const char **path)
{
    const char *root;
    int found = artifact_locate(store, uri ? uri : "", store, &root);

    if (found < 0)
        return -1;
    if (!found || !artifact_has_presigned(store))
        return fail(rq, NOT_IMPLEMENTED,
                    "Presigned %s is not supported for the current artifact repository",
                    put ? "upload" : "download");
    if (*root)
        *path = arena_printf(rq->mem, "%s/%s", root, *path);
    return artifact_path_check(store, path);
}

static int check_life(struct request *rq, int64_t seconds)
{
    if (seconds >= 1 && seconds <= LONGEST_LIFE)
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "expiration must be between 1 and %d seconds (got %lld).", LONGEST_LIFE,
                (long long)seconds);
}

static void write_presigned(struct out *out, bool put, const struct presigned *presigned)
{
    out_object(out, NULL);
    out_text(out, "presigned_url", presigned->url);
    if (presigned->headers.count)
        write_headers(out, &presigned->headers);
    if (!put)
        out_int(out, "file_size", presigned->file.size);
    out_end(out);
}

static int reply_presigned(struct request *rq, bool put, const char *uri, const char *path,
                           int64_t seconds)
{
    struct artifact_store store = store_of(rq);
    struct presigned presigned = { 0 };

    if (find_store(rq, &store, put, uri, &path) < 0 || check_life(rq, seconds) < 0 ||
        presign(rq, &store, put, path, seconds, &presigned) < 0)
        return -1;
    write_presigned(&rq->out, put, &presigned);
    return 0;
}

struct presigned_upload_in {
    const char *run_id, *model_id, *path;
    struct opt_int expiration;
};
static const struct field presigned_upload_fields[] = {
    OPTIONAL(presigned_upload_in, run_id, "The run, or"),
    OPTIONAL(presigned_upload_in, model_id, "the logged model."),
    REQUIRED(presigned_upload_in, path, "Path of the file."),
    WITH_DEFAULT(presigned_upload_in, expiration, UPLOAD_LIFE, "Seconds, at most a week."),
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
    if (artifact_path_read(&store, &path) < 0 || find_owner(rq, in, &uri) < 0)
        return -1;
    scheme = proxied_scheme(rq->mem, uri);
    if (scheme)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Presigned upload is not supported for proxied artifact storage (artifact URI "
                    "scheme: %s). This endpoint requires a direct cloud storage artifact URI.",
                    scheme);
    return reply_presigned(rq, true, uri, path, in->expiration.value);
}

struct presigned_download_in {
    const char *run_id, *path;
    struct opt_int expiration;
};
static const struct field presigned_download_fields[] = {
    REQUIRED(presigned_download_in, run_id, "The run."),
    REQUIRED(presigned_download_in, path, "Path of the file."),
    WITH_DEFAULT(presigned_download_in, expiration, DOWNLOAD_LIFE, "Seconds, at most a week."),
    FIELDS_END,
};
INPUT(presigned_download);

int presigned_download(struct request *rq)
{
    const struct presigned_download_in *in = rq->in;
    const struct artifact_store store = store_of(rq);
    const char *path = in->path, *scheme;
    struct run run = { 0 };

    if (artifact_path_read(&store, &path) < 0 || check_life(rq, in->expiration.value) < 0 ||
        run_by_id(rq->db, in->run_id, &run) < 0)
        return -1;
    scheme = proxied_scheme(rq->mem, run.artifact_uri);
    if (scheme)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Presigned download is not supported for runs with proxied artifact storage "
                    "(artifact URI scheme: %s). This endpoint requires a run with a direct cloud "
                    "storage artifact URI.",
                    scheme);
    return reply_presigned(rq, false, run.artifact_uri, path, in->expiration.value);
}
