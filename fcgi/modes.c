#include "modes.h"

#include <string.h>

#include "api/endpoints.h"

static const char no_artifacts[] =
    "disabled due to the mlflow server running with `--no-serve-artifacts`. To enable artifacts "
    "server functionality, run `mlflow server` with `--serve-artifacts`";
static const char no_tracking[] =
    "disabled due to the mlflow server running in `--artifacts-only` mode. To enable tracking "
    "server functionality, run `mlflow server` without `--artifacts-only`";

/* A file itself is got and put through another framework of MLflow's. */
static const char no_file[] = "Artifact serving is disabled. "
                              "Run `mlflow server` with `--serve-artifacts` to enable.";

static bool is_artifact(const struct endpoint *e)
{
    return e->allow.verb != ALLOW_PUBLIC && e->allow.thing == THING_ARTIFACT;
}

/* What says something of the server or of the pages, and reads no store. */
static bool is_of_server(const struct endpoint *e)
{
    static const char *const names[] = {
        "gateway_proxy",       "gateway_proxy_post", "assistant_config",
        "assistant_providers", "telemetry_get",      "telemetry_post",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strcmp(e->name, names[i]))
            return true;
    return e->allow.verb == ALLOW_PUBLIC;
}

bool mode_refuses(const struct request *rq)
{
    if (is_artifact(rq->endpoint))
        return !rq->config->serve_artifacts;
    return rq->config->artifacts_only && !is_of_server(rq->endpoint);
}

/* The path as it was asked, its members in Flask's way of writing them. */
static const char *rule(const struct request *rq)
{
    const char *path = rq->endpoint->path;
    char *rule = arena_alloc(rq->mem, 2 * strlen(path) + sizeof("/ajax-")), *to = rule;

    if (!strncmp(rq->uri, "/ajax-api/", 10) && !strncmp(path, "/api/", 5)) {
        to = stpcpy(to, "/ajax-");
        path++;
    }
    for (; *path; path++)
        if (*path == '{')
            to = stpcpy(to, strcspn(path, ".") < strcspn(path, "}") ? "<path:" : "<");
        else if (*path == '}')
            *to++ = '>';
        else if (strncmp(path, "...}", 4) != 0)
            *to++ = *path;
        else
            path += 2;
    *to = '\0';
    return rule;
}

int mode_check(struct request *rq)
{
    const char *text;

    if (!mode_refuses(rq))
        return 0;
    rq->status = 503;
    /* MLflow gives no time, and its client asks again for four minutes. */
    reply_header(rq, "Retry-After", "1");
    if (!strcmp(rq->endpoint->name, "artifact_put") ||
        (!strcmp(rq->endpoint->name, "artifact_get") && strcmp(rq->method_name, "HEAD") != 0)) {
        text = arena_printf(rq->mem, "{\"detail\":\"%s\"}", no_file);
    } else {
        rq->reply_type = "text/html; charset=utf-8";
        text = arena_printf(rq->mem, "Endpoint: %s %s", rule(rq),
                            is_artifact(rq->endpoint) ? no_artifacts : no_tracking);
    }
    out_raw(&rq->out, text, strlen(text));
    return 1;
}
