/* What the server says of itself. */
#include <string.h>

#include "../artifacts/artifacts.h"
#include "endpoints.h"

/* The MLflow release whose protocol and schema these are. */
static const char mlflow_version[] = "3.17.2";

static int reply_text(struct request *rq, const char *type, const char *text)
{
    rq->reply_type = type;
    out_raw(&rq->out, text, strlen(text));
    return 0;
}

NO_INPUT(server_health);
int server_health(struct request *rq)
{
    return reply_text(rq, "text/plain; charset=utf-8", "OK");
}

NO_INPUT(server_version);
int server_version(struct request *rq)
{
    return reply_text(rq, "text/html; charset=utf-8", mlflow_version);
}

NO_INPUT(server_info);
int server_info(struct request *rq)
{
    const struct artifact_store store = artifact_store_of(rq->err, rq->mem, rq->config);
    struct out *out = &rq->out;

    out_object(out, NULL);
    out_text(out, "store_type", "SqlStore");
    out_bool(out, "workspaces_enabled", false);
    out_bool(out, "trace_archival_enabled", false);
    out_bool(out, "multipart_uploads_enabled", artifact_has_uploads(&store));
    out_bool(out, "multipart_downloads_enabled",
             rq->config->serve_artifacts && artifact_has_presigned(&store));
    out_bool(out, "presigned_upload_run_id_supported", true);
    out_bool(out, "presigned_upload_model_id_supported", true);
    out_object(out, "features_enabled");
    out_bool(out, "gateway", false);
    out_end(out);
    out_end(out);
    return 0;
}
