/* What a training job sends: metrics, params, tags, one by one or in batches.
 * Semantics: mlflow/server/handlers.py, store/tracking/sqlalchemy_store.py,
 * utils/validation.py. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../store/metrics.h"
#include "../store/params.h"
#include "../store/tags.h"
#include "endpoints.h"
#include "fragments.h"

struct metric_log_in {
    const char *run_id, *key;
    struct opt_real value;
    struct opt_int timestamp, step;
    const char *model_id, *dataset_name, *dataset_digest;
};
static const struct field metric_log_fields[] = {
    REQUIRED_RUN_ID(metric_log_in),
    REQUIRED(metric_log_in, key, "Name of the metric."),
    REQUIRED(metric_log_in, value, "A number, or NaN, Infinity, -Infinity as a string."),
    REQUIRED(metric_log_in, timestamp, "ms since the epoch."),
    OPTIONAL(metric_log_in, step, "0 when absent."),
    OPTIONAL(metric_log_in, model_id, "The logged model that the value is about."),
    OPTIONAL(metric_log_in, dataset_name, "The dataset that it was computed on."),
    OPTIONAL(metric_log_in, dataset_digest, "The dataset's digest."),
    FIELDS_END,
};
INPUT(metric_log);

/* Python's str() of a float: Infinity is inf. */
static const char *python_real(struct arena *mem, double value)
{
    char repr[40];

    (void)real_repr(repr, value);
    return arena_strdup(mem, repr);
}

/* Of a dataset both its name and its digest are told, or none of them. */
static int check_dataset(struct request *rq, const struct metric_log_in *m)
{
    bool named = m->dataset_name && *m->dataset_name;
    bool digested = m->dataset_digest && *m->dataset_digest;

    if (named == digested)
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "Both dataset_name and dataset_digest must be provided if one is provided");
}

static int check_metric(struct request *rq, const struct metric_log_in *m, const char *at)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const char *dot = *at ? "." : "";

    if (validate_name(&ctx, m->key, *at ? arena_printf(rq->mem, "%s.name", at) : "name") < 0)
        return -1;
    if (m->timestamp.value < 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId64
                    " for parameter '%s%stimestamp' supplied: metric '%s' (value=%s). Timestamp "
                    "must be a nonnegative long (64-bit integer) ",
                    m->timestamp.value, at, dot, m->key, python_real(rq->mem, m->value.value));
    return validate_length(&ctx, "Metric name", LIMIT_KEY, m->key);
}

static struct metric metric_of(const struct metric_log_in *in)
{
    return (struct metric){
        .key = in->key,
        .value = in->value.value,
        .timestamp = in->timestamp.value,
        .step = in->step.value,
        .model_id = in->model_id,
        .dataset_name = in->dataset_name,
        .dataset_digest = in->dataset_digest,
    };
}

int metric_log(struct request *rq)
{
    const struct metric_log_in *in = rq->in;
    const struct metric metric = metric_of(in);
    bool of_model = metric.model_id && *metric.model_id;
    struct run run = { 0 };
    int logged = 0;

    if (check_dataset(rq, in) < 0 || check_metric(rq, in, "") < 0)
        return -1;
    if (!of_model) /* the call that training jobs make most: no round trip more than needed */
        logged = metric_insert_grouped(rq->db, rq->seat, in->run_id, &metric);
    if (logged == 0 && (run_must_be_active(rq->db, in->run_id, &run) < 0 ||
                        metrics_insert(rq->db, &run, &metric, 1, true) < 0))
        return -1;
    return logged < 0 ? -1 : reply_empty(rq);
}

struct param_log_in {
    const char *run_id, *key, *value;
};
static const struct field param_log_fields[] = {
    REQUIRED_RUN_ID(param_log_in),
    REQUIRED(param_log_in, key, "Name of the param."),
    OPTIONAL(param_log_in, value, "Its value; longer than 6000 characters is cut."),
    FIELDS_END,
};
INPUT(param_log);

int param_log(struct request *rq)
{
    const struct param_log_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct key_value param = { in->key, in->value };
    struct run run = { 0 };

    if (validate_param(&ctx, &param, "") < 0 || run_must_be_active(rq->db, in->run_id, &run) < 0 ||
        param_insert(rq->db, run.run_uuid, &param) < 0)
        return -1;
    return reply_empty(rq);
}

struct tag_set_in {
    const char *run_id, *key, *value;
};
static const struct field tag_set_fields[] = {
    REQUIRED_RUN_ID(tag_set_in),
    REQUIRED(tag_set_in, key, "Name of the tag; mlflow.runName renames the run."),
    OPTIONAL(tag_set_in, value, "Its value; longer than 8000 characters is cut."),
    FIELDS_END,
};
INPUT(tag_set);

/* Renaming writes the run's row: lock it first, not after its children, which
 * hold it too; two loggers would wait for each other. */
static int find_run(struct request *rq, const char *run_id, const struct key_value *tags,
                    size_t count, struct run *run)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(tags[i].key, run_name_tag))
            return run_lock_active(rq->db, run_id, run);
    return run_hold_active(rq->db, run_id, run);
}

int tag_set(struct request *rq)
{
    const struct tag_set_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct key_value tag = { in->key, in->value };
    struct run run = { 0 };

    if (validate_tag(&ctx, &tag, "") < 0 || find_run(rq, in->run_id, &tag, 1, &run) < 0 ||
        tags_put(rq->db, &run, &tag, 1) < 0)
        return -1;
    return reply_empty(rq);
}

struct tag_delete_in {
    const char *run_id, *key;
};
static const struct field tag_delete_fields[] = {
    REQUIRED(tag_delete_in, run_id, "The run."),
    REQUIRED(tag_delete_in, key, "Name of the tag."),
    FIELDS_END,
};
INPUT(tag_delete);

int tag_delete(struct request *rq)
{
    const struct tag_delete_in *in = rq->in;
    struct run run = { 0 };

    if (run_must_be_active(rq->db, in->run_id, &run) < 0 ||
        tag_remove(rq->db, run.run_uuid, in->key) < 0)
        return -1;
    return reply_empty(rq);
}

struct batch_log_in {
    const char *run_id;
    struct list metrics, params, tags;
};
static const struct field batch_metric_fields[] = {
    FIELD(metric_log_in, key, .flags = FIELD_REQUIRED, .doc = "Name of the metric."),
    FIELD(metric_log_in, value, .flags = FIELD_REQUIRED, .doc = "Its value."),
    FIELD(metric_log_in, timestamp, .flags = FIELD_REQUIRED, .doc = "ms since the epoch."),
    UNCHECKED(metric_log_in, step, "0 when absent."),
    UNCHECKED(metric_log_in, dataset_name, "The dataset that it was computed on."),
    UNCHECKED(metric_log_in, dataset_digest, "The dataset's digest."),
    UNCHECKED(metric_log_in, model_id, "The logged model that the value is about."),
    UNCHECKED(metric_log_in, run_id, "Ignored: the request names the run."),
    FIELDS_END,
};
static const struct field batch_pair_fields[] = {
    FIELD(key_value, key, .flags = FIELD_REQUIRED, .doc = "The name."),
    UNCHECKED(key_value, value, "The value."),
    FIELDS_END,
};
static const struct field batch_log_fields[] = {
    FIELD(batch_log_in, run_id, .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST,
          .doc = "The run."),
    LIST(batch_log_in, metrics, metric_log_in, batch_metric_fields, FIELD_CHECKED, "At most 1000."),
    LIST(batch_log_in, params, key_value, batch_pair_fields, FIELD_CHECKED, "At most 100."),
    LIST(batch_log_in, tags, key_value, batch_pair_fields, FIELD_CHECKED, "At most 100."),
    FIELDS_END,
};
INPUT(batch_log);

static int check_limit(struct request *rq, const char *entities, size_t limit, size_t count)
{
    if (count <= limit)
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "A batch logging request can contain at most %zu %s. Got %zu %s. Please split up "
                "%s across multiple requests and try again.",
                limit, entities, count, entities, entities);
}

static int check_unique(struct request *rq, const struct key_value *params, size_t count)
{
    const char *twice = "";

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(params[i].key, params[k].key)) {
                twice = arena_printf(rq->mem, "%s%s%s", twice, *twice ? ", " : "",
                                     python_repr(rq->mem, params[i].key));
                break;
            }
    if (!*twice)
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "Duplicate parameter keys have been submitted: [%s]. Please ensure the request "
                "contains only one param value per param key.",
                twice);
}

static int check_pairs(struct request *rq, const char *name, const struct list *list,
                       int (*validate)(const struct fields_ctx *, struct key_value *, const char *))
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct key_value *pairs = list->items;

    /* where it is in the request is written down only if it is wrong */
    for (size_t i = 0; i < list->count; i++)
        if (validate(&ctx, &pairs[i], "") < 0) {
            error_clear(rq->err);
            return validate(&ctx, &pairs[i], arena_printf(rq->mem, "%s[%zu]", name, i));
        }
    return 0;
}

/* In MLflow's order: the data, the limits, the params' uniqueness. */
static int check_batch(struct request *rq, const struct batch_log_in *in)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const struct metric_log_in *metrics = in->metrics.items;
    size_t all = in->metrics.count + in->params.count + in->tags.count;

    for (size_t i = 0; i < in->metrics.count; i++)
        if (check_dataset(rq, &metrics[i]) < 0)
            return -1;
    if (validate_run_id(&ctx, in->run_id) < 0)
        return -1;
    for (size_t i = 0; i < in->metrics.count; i++)
        if (check_metric(rq, &metrics[i], "") < 0) {
            error_clear(rq->err);
            return check_metric(rq, &metrics[i], arena_printf(rq->mem, "metrics[%zu]", i));
        }
    if (check_pairs(rq, "params", &in->params, validate_param) < 0 ||
        check_pairs(rq, "tags", &in->tags, validate_tag) < 0 ||
        check_limit(rq, "metrics", LIMIT_BATCH_METRICS, in->metrics.count) < 0 ||
        check_limit(rq, "params", LIMIT_BATCH_PARAMS_TAGS, in->params.count) < 0 ||
        check_limit(rq, "tags", LIMIT_BATCH_PARAMS_TAGS, in->tags.count) < 0 ||
        check_limit(rq, "metrics, params, and tags", LIMIT_BATCH, all) < 0)
        return -1;
    return check_unique(rq, in->params.items, in->params.count);
}

int batch_log(struct request *rq)
{
    const struct batch_log_in *in = rq->in;
    const struct metric_log_in *sent = in->metrics.items;
    struct metric *metrics = arena_array(rq->mem, struct metric, in->metrics.count);
    struct run run = { 0 };

    if (check_batch(rq, in) < 0 ||
        find_run(rq, in->run_id, in->tags.items, in->tags.count, &run) < 0)
        return -1;
    for (size_t i = 0; i < in->metrics.count; i++)
        metrics[i] = metric_of(&sent[i]);
    if (params_insert(rq->db, &run, in->params.items, in->params.count) < 0 ||
        metrics_insert(rq->db, &run, metrics, in->metrics.count, !in->tags.count) < 0 ||
        tags_put(rq->db, &run, in->tags.items, in->tags.count) < 0)
        return -1;
    return reply_empty(rq);
}
