/* Logged models: what a run trained, with params, tags and metrics of its own.
 * Semantics: mlflow/server/handlers.py, store/tracking/sqlalchemy_store.py,
 * utils/search_logged_model_utils.py. */
#include "../store/logged_models.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "../id.h"
#include "../store/run_data.h"
#include "endpoints.h"
#include "fragments.h"

static const struct enum_name model_status_names[] = {
    { "LOGGED_MODEL_STATUS_UNSPECIFIED", 0 },
    { "LOGGED_MODEL_PENDING", MODEL_PENDING },
    { "LOGGED_MODEL_READY", 2 },
    { "LOGGED_MODEL_UPLOAD_FAILED", 3 },
    { NULL, 0 },
};

static void text_unless_empty(struct out *out, const char *key, const char *value)
{
    if (value && *value)
        out_text(out, key, value);
}

static void write_metrics(struct out *out, const struct model_metric *metrics, size_t count)
{
    if (!count)
        return;
    out_array(out, "metrics");
    for (size_t i = 0; i < count; i++) {
        out_object(out, NULL);
        out_text(out, "key", metrics[i].key);
        out_real(out, "value", metrics[i].value.value);
        out_int(out, "timestamp", metrics[i].timestamp);
        out_int(out, "step", metrics[i].step);
        text_unless_empty(out, "dataset_name", metrics[i].dataset_name);
        text_unless_empty(out, "dataset_digest", metrics[i].dataset_digest);
        out_text(out, "model_id", metrics[i].model_id);
        text_unless_empty(out, "run_id", metrics[i].run_id);
        out_end(out);
    }
    out_end(out);
}

static void write_info(struct out *out, const struct logged_model *m, const struct model_data *data)
{
    const struct owned_pair *tags;
    size_t n;

    out_object(out, "info");
    out_text(out, "model_id", m->model_id);
    out_int_text(out, "experiment_id", m->experiment_id);
    out_text(out, "name", m->name);
    out_int(out, "creation_timestamp_ms", m->created);
    out_int(out, "last_updated_timestamp_ms", m->updated);
    out_text(out, "artifact_uri", m->artifact_location);
    for (const struct enum_name *s = model_status_names; s->name; s++)
        if (s->number == m->status)
            out_text(out, "status", s->name);
    out_text_if(out, "model_type", m->model_type);
    out_text_if(out, "source_run_id", m->source_run_id);
    out_text_if(out, "status_message", m->status_message);
    tags = PART_OF(data, tags, tag_count, m->model_id, &n);
    write_pairs(out, "tags", tags, n);
    out_end(out);
}

static void write_model(struct out *out, const char *key, const struct logged_model *m,
                        const struct model_data *data)
{
    const struct model_metric *metrics;
    const struct owned_pair *params;
    size_t n;

    out_object(out, key);
    write_info(out, m, data);
    out_object(out, "data");
    params = PART_OF(data, params, param_count, m->model_id, &n);
    write_pairs(out, "params", params, n);
    metrics = PART_OF(data, metrics, metric_count, m->model_id, &n);
    write_metrics(out, metrics, n);
    out_end(out);
    out_end(out);
}

int write_logged_models(struct request *rq, const struct text_list *ids)
{
    struct logged_model *models;
    struct model_data none = { 0 };
    size_t count;

    if (logged_models_by_ids(rq->db, ids, &models, &count) < 0)
        return -1;
    out_array(&rq->out, "models");
    for (size_t i = 0; i < count; i++) {
        out_object(&rq->out, NULL);
        write_info(&rq->out, &models[i], &none);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    return 0;
}

static int reply_model(struct request *rq, const char *model_id, bool deleted_too)
{
    struct logged_model model = { 0 };
    struct model_data data;

    if (logged_model_by_id(rq->db, model_id, deleted_too, &model) < 0 ||
        logged_model_data(rq->db, &model, 1, &data) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_model(&rq->out, "model", &model, &data);
    out_end(&rq->out);
    return 0;
}

struct logged_model_create_in {
    const char *experiment_id, *name, *model_type, *source_run_id;
    struct list params, tags;
};
static const struct field logged_model_create_fields[] = {
    REQUIRED(logged_model_create_in, experiment_id, "The experiment that the model belongs to."),
    OPTIONAL(logged_model_create_in, name, "The server makes a name when absent."),
    OPTIONAL(logged_model_create_in, model_type, "A word of the client's."),
    OPTIONAL(logged_model_create_in, source_run_id, "The run that makes the model."),
    LIST(logged_model_create_in, params, key_value, key_value_fields, FIELD_CHECKED,
         "Params of the model."),
    LIST(logged_model_create_in, tags, key_value, key_value_fields, FIELD_CHECKED,
         "Tags of the model."),
    FIELDS_END,
};
INPUT(logged_model_create);

static int check_name(struct request *rq, const char *name)
{
    if (!name[strcspn(name, "/:.%\"'")])
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "Invalid model name (%s) provided. Model name must be a non-empty string and "
                "cannot contain the following characters: ('/', ':', '.', '%%', '\"', \"'\")",
                python_repr(rq->mem, name));
}

/* Absent texts are empty ones. */
static struct key_value *filled(const struct list *pairs)
{
    struct key_value *items = pairs->items;

    for (size_t i = 0; i < pairs->count; i++) {
        items[i].key = items[i].key ? items[i].key : "";
        items[i].value = items[i].value ? items[i].value : "";
    }
    return items;
}

int logged_model_create(struct request *rq)
{
    const struct logged_model_create_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };
    struct logged_model model = {
        .model_id = arena_printf(rq->mem, "m-%s", id_hex(rq->mem)),
        .name = in->name && *in->name ? in->name : id_name(rq->mem),
        .created = now_ms(),
        .status = MODEL_PENDING,
        .model_type = in->model_type ? in->model_type : "",
        .source_run_id = in->source_run_id ? in->source_run_id : "",
    };

    if (check_name(rq, model.name) < 0 ||
        parse_experiment_id(&ctx, in->experiment_id, &model.experiment_id) < 0 ||
        experiment_must_be_active(rq->db, model.experiment_id, &e) < 0)
        return -1;
    model.updated = model.created;
    model.artifact_location =
        uri_append(rq->mem, e.artifact_location ? e.artifact_location : "",
                   arena_printf(rq->mem, "models/%s/artifacts", model.model_id));
    if (logged_model_insert(rq->db, &model) < 0 ||
        logged_model_params_insert(rq->db, &model, filled(&in->params), in->params.count) < 0 ||
        logged_model_tags_put(rq->db, &model, filled(&in->tags), in->tags.count) < 0)
        return -1;
    return reply_model(rq, model.model_id, false);
}

struct logged_model_get_in {
    const char *allow_deleted;
};
static const struct field logged_model_get_fields[] = {
    UNCHECKED(logged_model_get_in, allow_deleted, "true: deleted ones are shown too."),
    FIELDS_END,
};
INPUT(logged_model_get);

int logged_model_get(struct request *rq)
{
    const struct logged_model_get_in *in = rq->in;

    return reply_model(rq, request_member(rq, "model_id"),
                       in->allow_deleted && !strcasecmp(in->allow_deleted, "true"));
}

struct logged_model_finalize_in {
    const char *model_id;
    struct opt_enum status;
};
static const struct field logged_model_finalize_fields[] = {
    REQUIRED(logged_model_finalize_in, model_id, "As in the path."),
    FIELD(logged_model_finalize_in, status, .flags = FIELD_REQUIRED | FIELD_CHECKED,
          .names = model_status_names, .doc = "What became of the model."),
    FIELDS_END,
};
INPUT(logged_model_finalize);

/* MLflow has the id twice and looks at one of them; here both must agree, for
 * permission is asked for the one in the path. */
static int check_id(struct request *rq, const char *model_id)
{
    if (!strcmp(model_id, request_member(rq, "model_id")))
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "The model_id of the request, '%s', is not that of its path, '%s'.", model_id,
                request_member(rq, "model_id"));
}

int logged_model_finalize(struct request *rq)
{
    const struct logged_model_finalize_in *in = rq->in;

    if (check_id(rq, in->model_id) < 0 ||
        logged_model_set_status(rq->db, in->model_id, in->status.value, now_ms()) < 0)
        return -1;
    return reply_model(rq, in->model_id, true);
}

NO_INPUT(logged_model_delete);
int logged_model_delete(struct request *rq)
{
    if (logged_model_set_deleted(rq->db, request_member(rq, "model_id"), now_ms()) < 0)
        return -1;
    return reply_empty(rq);
}

struct logged_model_params_in {
    const char *model_id;
    struct list params;
};
static const struct field logged_model_params_fields[] = {
    REQUIRED(logged_model_params_in, model_id, "As in the path."),
    LIST(logged_model_params_in, params, key_value, key_value_fields, FIELD_CHECKED,
         "Params, each of them new."),
    FIELDS_END,
};
INPUT(logged_model_params);

int logged_model_params(struct request *rq)
{
    const struct logged_model_params_in *in = rq->in;
    struct logged_model model = { 0 };

    if (check_id(rq, in->model_id) < 0 ||
        logged_model_by_id(rq->db, in->model_id, true, &model) < 0 ||
        logged_model_params_insert(rq->db, &model, filled(&in->params), in->params.count) < 0)
        return -1;
    return reply_empty(rq);
}

struct logged_model_tags_set_in {
    struct list tags;
};
static const struct field logged_model_tags_set_fields[] = {
    LIST(logged_model_tags_set_in, tags, key_value, key_value_fields, FIELD_CHECKED,
         "Tags to set."),
    FIELDS_END,
};
INPUT(logged_model_tags_set);

int logged_model_tags_set(struct request *rq)
{
    const struct logged_model_tags_set_in *in = rq->in;
    struct logged_model model = { 0 };

    if (logged_model_by_id(rq->db, request_member(rq, "model_id"), true, &model) < 0 ||
        logged_model_tags_put(rq->db, &model, filled(&in->tags), in->tags.count) < 0)
        return -1;
    return reply_empty(rq);
}

NO_INPUT(logged_model_tag_delete);
int logged_model_tag_delete(struct request *rq)
{
    struct logged_model model = { 0 };

    if (logged_model_by_id(rq->db, request_member(rq, "model_id"), true, &model) < 0 ||
        logged_model_tag_remove(rq->db, &model, request_member(rq, "tag_key")) < 0)
        return -1;
    return reply_empty(rq);
}

struct logged_model_search_in {
    struct text_list experiment_ids;
    const char *filter;
    struct list datasets, order_by;
    struct opt_int32 max_results;
    const char *page_token;
};
static const struct field model_dataset_fields[] = {
    UNCHECKED(model_dataset, dataset_name, "Name of the dataset."),
    UNCHECKED(model_dataset, dataset_digest, "Its digest; absent: metrics without one."),
    FIELDS_END,
};
static const struct field model_order_fields[] = {
    UNCHECKED(model_order, field_name, "An attribute, or metrics.<key>."),
    UNCHECKED(model_order, ascending, "true when absent."),
    UNCHECKED(model_order, dataset_name, "Of a metric: those of this dataset alone."),
    UNCHECKED(model_order, dataset_digest, "Of a metric: those of this digest alone."),
    FIELDS_END,
};
static const struct field logged_model_search_fields[] = {
    FIELD(logged_model_search_in, experiment_ids,
          .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST,
          .doc = "The experiments to search."),
    OPTIONAL(logged_model_search_in, filter, "Clauses joined by AND."),
    LIST(logged_model_search_in, datasets, model_dataset, model_dataset_fields, FIELD_CHECKED,
         "Models with metrics on these datasets."),
    WITH_DEFAULT(logged_model_search_in, max_results, 50, "Models of a page."),
    LIST(logged_model_search_in, order_by, model_order, model_order_fields, FIELD_CHECKED,
         "The newest first when absent."),
    OPTIONAL(logged_model_search_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(logged_model_search);

static int check_search(struct request *rq, const struct logged_model_search_in *in)
{
    const struct model_dataset *datasets = in->datasets.items;

    for (size_t i = 0; i < in->datasets.count; i++)
        if (!datasets[i].dataset_name || !*datasets[i].dataset_name)
            return fail(rq, INVALID_PARAMETER_VALUE,
                        "`dataset_name` in the `datasets` clause must be specified.");
    if (in->max_results.value < 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId32
                    " for parameter 'max_results' supplied. It must be a positive integer",
                    in->max_results.value);
    return 0;
}

/* Some at a time: a model may have any number of metrics. */
static int write_page(struct request *rq, const struct logged_model *models, size_t count)
{
    enum {
        AT_ONCE = 100
    };

    if (count)
        out_array(&rq->out, "models");
    for (size_t i = 0; i < count; i += AT_ONCE) {
        size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;
        struct arena_mark mark = arena_mark(rq->mem);
        struct model_data data;

        if (logged_model_data(rq->db, models + i, n, &data) < 0)
            return -1;
        for (size_t k = i; k < i + n; k++)
            write_model(&rq->out, NULL, &models[k], &data);
        arena_release(rq->mem, mark);
    }
    if (count)
        out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

int logged_model_search(struct request *rq)
{
    const struct logged_model_search_in *in = rq->in;
    const struct search_ctx ctx = { rq->err, rq->mem };
    struct model_page page = { &in->experiment_ids, in->filter, in->order_by.items,
                               in->order_by.count, 0 };
    int64_t *ids = NULL, max_results = in->max_results.value ? in->max_results.value : 50;
    struct logged_model *models;
    size_t count;
    bool more;

    if (check_search(rq, in) < 0 ||
        (in->page_token && *in->page_token && model_token_read(&ctx, in->page_token, &page) < 0) ||
        read_experiment_ids(rq, &in->experiment_ids, &ids) < 0 ||
        logged_model_search_rows(rq->db,
                                 &(struct model_search){
                                     .experiment_ids = ids,
                                     .experiment_count = in->experiment_ids.count,
                                     .filter = in->filter,
                                     .datasets = in->datasets.items,
                                     .dataset_count = in->datasets.count,
                                     .order_by = in->order_by.items,
                                     .order_count = in->order_by.count,
                                     .max_results = max_results,
                                     .offset = page.offset,
                                 },
                                 &models, &count) < 0)
        return -1;
    more = count > (size_t)max_results;
    out_object(&rq->out, NULL);
    if (write_page(rq, models, count - more) < 0)
        return -1;
    page.offset += max_results;
    if (more)
        out_text(&rq->out, "next_page_token", model_token_write(rq->mem, &page));
    out_end(&rq->out);
    return 0;
}
