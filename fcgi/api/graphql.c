/* /graphql: what MLflow's own page asks in GraphQL, answered by the REST handlers
 * of the same things, under the same rules. */
#include "../graphql/graphql.h"

#include <string.h>

#include "../auth.h"
#include "../json_in.h"
#include "endpoints.h"

static const struct endpoint *endpoint_named(const char *name)
{
    for (const struct endpoint *e = endpoints; e->name; e++)
        if (!strcmp(e->name, name))
            return e;
    return NULL;
}

/* What the endpoint answers to input, as a tree; NULL with the error set. */
static const json_t *ask(struct request *rq, const char *name, const json_t *input)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct request inner = *rq;
    const json_t *tree = NULL;

    inner.endpoint = endpoint_named(name);
    inner.out = (struct out){ 0 };
    inner.in = arena_alloc(rq->mem, inner.endpoint->input->size);
    inner.headers = NULL;
    inner.rows = 0;
    if (fields_read(&ctx, inner.endpoint->input->fields, input, inner.in) == 0 &&
        authorise(&inner) == 0 && inner.endpoint->handler(&inner) == 0)
        tree = json_in(rq->mem, inner.out.data, inner.out.length);
    out_free(&inner.out);
    return tree;
}

static const json_t *object_of(struct arena *mem, const char *key, const char *value)
{
    struct out out = { 0 };
    const json_t *tree;

    out_object(&out, NULL);
    out_text(&out, key, value ? value : "");
    out_end(&out);
    tree = json_in(mem, out.data, out.length);
    out_free(&out);
    return tree;
}

static const json_t *empty_object(struct arena *mem)
{
    return json_in(mem, "{}", 2);
}

/* The sampling's limits come from the query string there, which GraphQL has not:
 * its arguments do not count. */
static const json_t *without_limits(struct arena *mem, const json_t *input)
{
    struct out out = { 0 };
    const json_t *tree;

    out_object(&out, NULL);
    json_in_write(&out, "run_ids", json_object_get(input, "runIds"));
    json_in_write(&out, "metric_key", json_object_get(input, "metricKey"));
    out_end(&out);
    tree = json_in(mem, out.data, out.length);
    out_free(&out);
    return tree;
}

static const json_t *resolve_root(struct request *rq, const char *field, const json_t *arguments)
{
    static const struct {
        const char *field, *endpoint;
    } roots[] = {
        { "mlflowGetExperiment", "experiment_get" },
        { "mlflowGetRun", "run_get" },
        { "mlflowSearchRuns", "run_search" },
        { "mlflowListArtifacts", "artifact_list" },
        { "mlflowGetMetricHistoryBulkInterval", "metric_history_interval" },
        { "mlflowSearchDatasets", "dataset_search" },
        { "mlflowSearchModelVersions", "model_version_search" },
    };
    const json_t *input = json_object_get(arguments, "input");

    if (!strncmp(field, "test", 4))
        return object_of(rq->mem, "output",
                         json_string_value(json_object_get(arguments, "inputString")));
    if (!json_is_object(input)) {
        (void)fail(rq, INVALID_PARAMETER_VALUE, "The field '%s' needs the argument 'input'.",
                   field);
        return NULL;
    }
    if (!strcmp(field, "mlflowGetMetricHistoryBulkInterval"))
        input = without_limits(rq->mem, input);
    for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
        if (!strcmp(roots[i].field, field))
            return endpoint_named(roots[i].endpoint) ? ask(rq, roots[i].endpoint, input)
                                                     : empty_object(rq->mem);
    return empty_object(rq->mem);
}

/* The experiment of a run, and the model versions that came of it, are not in what
 * the run's handler says. */
static const json_t *resolve_of_run(struct request *rq, const char *field, const json_t *run)
{
    const json_t *info = json_object_get(run, "info");
    const char *run_id = json_string_value(json_object_get(info, "run_id")),
               *experiment_id = json_string_value(json_object_get(info, "experiment_id"));
    const json_t *reply;

    if (!strcmp(field, "experiment")) {
        reply = ask(rq, "experiment_get", object_of(rq->mem, "experiment_id", experiment_id));
        return reply ? json_object_get(reply, "experiment") : NULL;
    }
    if (!strcmp(field, "modelVersions") && endpoint_named("model_version_search")) {
        reply = ask(rq, "model_version_search",
                    object_of(rq->mem, "filter",
                              arena_printf(rq->mem, "run_id='%s'", run_id ? run_id : "")));
        return reply && json_object_get(reply, "model_versions")
                   ? json_object_get(reply, "model_versions")
                   : empty_object(rq->mem);
    }
    return empty_object(rq->mem);
}

static const json_t *resolve(struct gql_run *run, const struct gql_type *type,
                             const struct gql_field *field, const json_t *parent,
                             const json_t *arguments)
{
    struct request *rq = run->user;

    if (!strcmp(type->name, "Query") || !strcmp(type->name, "Mutation"))
        return resolve_root(rq, field->name, arguments);
    if (!strcmp(type->name, "MlflowRunExtension"))
        return resolve_of_run(rq, field->name, parent);
    /* A message that is not set is one with nothing set. */
    return empty_object(rq->mem);
}

static const struct gql_definition *choose(struct request *rq,
                                           const struct gql_definition *document, const char *name)
{
    const struct gql_definition *chosen = NULL;
    size_t operations = 0;

    for (const struct gql_definition *d = document; d; d = d->next) {
        if (!strcmp(d->kind, "fragment"))
            continue;
        operations++;
        if (!name || (d->name && !strcmp(d->name, name)))
            chosen = d;
    }
    if (!name && operations > 1) {
        (void)fail(rq, INVALID_PARAMETER_VALUE,
                   "Must provide operation name if query contains multiple operations.");
        return NULL;
    }
    if (!chosen)
        (void)fail(rq, INVALID_PARAMETER_VALUE,
                   name ? "Unknown operation named '%s'." : "Must provide an operation.", name);
    return chosen;
}

static int reply_errors(struct request *rq, bool with_null, const char *const *errors, size_t count)
{
    if (with_null)
        out_null(&rq->out, "data");
    if (count)
        out_array(&rq->out, "errors");
    else
        out_null(&rq->out, "errors");
    for (size_t i = 0; i < count; i++)
        out_text(&rq->out, NULL, errors[i]);
    if (count)
        out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}

NO_INPUT(graphql_query);
int graphql_query(struct request *rq)
{
    const json_t *body = json_in(rq->mem, rq->body, rq->body_length), *name;
    const char *text = json_string_value(json_object_get(body, "query"));
    struct gql_run run = { .ctx = { rq->err, rq->mem },
                           .variables = json_object_get(body, "variables"),
                           .out = &rq->out,
                           .user = rq,
                           .resolve = resolve };

    if (!text)
        return fail(rq, INVALID_PARAMETER_VALUE, "Must provide query string.");
    run.document = gql_parse(&run.ctx, text);
    if (!run.document)
        return -1;
    name = json_object_get(body, "operationName");
    run.operation = choose(rq, run.document, json_string_value(name));
    out_object(&rq->out, NULL);
    if (!run.operation || gql_check(&run.ctx, run.document, run.operation) < 0) {
        const char *message = rq->err->message;

        error_clear(rq->err);
        return reply_errors(rq, true, &message, 1);
    }
    gql_execute(&run, "data");
    return reply_errors(rq, false, run.errors, run.error_count);
}
