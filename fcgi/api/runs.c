/* Runs. Semantics: mlflow/server/handlers.py, store/tracking/sqlalchemy_store.py. */
#include "../store/runs.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../id.h"
#include "../search/search.h"
#include "../store/run_data.h"
#include "../store/tags.h"
#include "endpoints.h"
#include "fragments.h"

const struct enum_name run_status_names[] = {
    { "RUNNING", 1 }, { "SCHEDULED", 2 }, { "FINISHED", 3 },
    { "FAILED", 4 },  { "KILLED", 5 },    { NULL, 0 },
};

const char *run_status(int number)
{
    for (const struct enum_name *n = run_status_names; n->name; n++)
        if (n->number == number)
            return n->name;
    return "RUNNING";
}

static void write_info(struct out *out, const char *key, const struct run *run)
{
    out_object(out, key);
    out_text(out, "run_uuid", run->run_uuid);
    out_int_text(out, "experiment_id", run->experiment_id);
    out_text_if(out, "run_name", run->name);
    out_text_if(out, "user_id", run->user_id);
    out_text_if(out, "status", run->status);
    if (run->start_time.set)
        out_int(out, "start_time", run->start_time.value);
    if (run->end_time.set && run->end_time.value)
        out_int(out, "end_time", run->end_time.value);
    if (run->artifact_uri && *run->artifact_uri)
        out_text(out, "artifact_uri", run->artifact_uri);
    out_text_if(out, "lifecycle_stage", run->lifecycle_stage);
    out_text(out, "run_id", run->run_uuid);
    out_end(out);
}

static void write_metrics(struct out *out, const struct run_metric *metrics, size_t count)
{
    if (!count)
        return;
    out_array(out, "metrics");
    for (size_t i = 0; i < count; i++) {
        out_object(out, NULL);
        out_text(out, "key", metrics[i].key);
        out_real(out, "value", metrics[i].is_nan ? NAN : metrics[i].value);
        out_int(out, "timestamp", metrics[i].timestamp);
        out_int(out, "step", metrics[i].step);
        out_end(out);
    }
    out_end(out);
}

static void write_data(struct out *out, const struct run_data *data, const char *run_id)
{
    const struct run_metric *metrics;
    const struct owned_pair *pairs;
    size_t n;

    out_object(out, "data");
    metrics = PART_OF(data, metrics, metric_count, run_id, &n);
    write_metrics(out, metrics, n);
    pairs = PART_OF(data, params, param_count, run_id, &n);
    write_pairs(out, "params", pairs, n);
    pairs = PART_OF(data, tags, tag_count, run_id, &n);
    write_pairs(out, "tags", pairs, n);
    out_end(out);
}

/* The tags of one input, which are the first rows; returns how many they are. */
static size_t write_dataset_input(struct out *out, const struct run_dataset *rows, size_t count)
{
    size_t n = 1;

    while (n < count && !strcmp(rows[n].dataset_uuid, rows[0].dataset_uuid))
        n++;
    out_object(out, NULL);
    if (rows[0].tag_name)
        out_array(out, "tags");
    for (size_t i = 0; i < n && rows[0].tag_name; i++)
        write_pair(out, rows[i].tag_name, rows[i].tag_value);
    if (rows[0].tag_name)
        out_end(out);
    out_object(out, "dataset");
    out_text_if(out, "name", rows[0].name);
    out_text_if(out, "digest", rows[0].digest);
    out_text_if(out, "source_type", rows[0].dataset_source_type);
    out_text_if(out, "source", rows[0].dataset_source);
    if (rows[0].dataset_schema && *rows[0].dataset_schema)
        out_text(out, "schema", rows[0].dataset_schema);
    if (rows[0].dataset_profile && *rows[0].dataset_profile)
        out_text(out, "profile", rows[0].dataset_profile);
    out_end(out);
    out_end(out);
    return n;
}

static void write_models(struct out *out, const char *key, const struct run_model *models,
                         size_t count, bool with_step)
{
    if (!count)
        return;
    out_array(out, key);
    for (size_t i = 0; i < count; i++) {
        out_object(out, NULL);
        out_text(out, "model_id", models[i].model_id);
        if (with_step)
            out_int(out, "step", models[i].step);
        out_end(out);
    }
    out_end(out);
}

static void write_links(struct out *out, const struct run_data *data, const char *run_id)
{
    const struct run_dataset *datasets;
    const struct run_model *models;
    size_t n;

    out_object(out, "inputs");
    datasets = PART_OF(data, datasets, dataset_count, run_id, &n);
    if (n)
        out_array(out, "dataset_inputs");
    for (size_t i = 0; i < n;)
        i += write_dataset_input(out, datasets + i, n - i);
    if (n)
        out_end(out);
    models = PART_OF(data, model_inputs, model_input_count, run_id, &n);
    write_models(out, "model_inputs", models, n, false);
    out_end(out);
    out_object(out, "outputs");
    models = PART_OF(data, model_outputs, model_output_count, run_id, &n);
    write_models(out, "model_outputs", models, n, true);
    out_end(out);
}

static void write_run(struct out *out, const char *key, const struct run *run,
                      const struct run_data *data)
{
    out_object(out, key);
    write_info(out, "info", run);
    write_data(out, data, run->run_uuid);
    write_links(out, data, run->run_uuid);
    out_end(out);
}

struct run_create_in {
    const char *experiment_id, *user_id, *run_name;
    struct opt_int start_time;
    struct list tags;
};
static const struct field run_create_fields[] = {
    OPTIONAL(run_create_in, experiment_id, "The experiment that the run belongs to."),
    UNCHECKED(run_create_in, user_id, "Who runs it."),
    OPTIONAL(run_create_in, run_name, "The server makes a name when absent."),
    OPTIONAL(run_create_in, start_time, "ms since the epoch."),
    LIST(run_create_in, tags, key_value, key_value_fields, 0, "Tags of the run."),
    FIELDS_END,
};
INPUT(run_create);

/* The tags as they are stored: those of the request, and the run's name. */
static int name_run(struct request *rq, const struct run_create_in *in, struct run *run,
                    struct key_value **tags, size_t *count)
{
    const char *tag_name = NULL;

    *count = in->tags.count;
    *tags =
        arena_grow(rq->mem, in->tags.items, *count * sizeof(**tags), (*count + 1) * sizeof(**tags));
    for (size_t i = 0; i < *count; i++) {
        (*tags)[i].key = (*tags)[i].key ? (*tags)[i].key : "";
        (*tags)[i].value = (*tags)[i].value ? (*tags)[i].value : "";
        if (!strcmp((*tags)[i].key, run_name_tag) && !tag_name)
            tag_name = (*tags)[i].value;
    }
    run->name = in->run_name && *in->run_name ? in->run_name : NULL;
    if (run->name && tag_name && *tag_name && strcmp(run->name, tag_name) != 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
                    "different values (run_name='%s', mlflow.runName='%s').",
                    run->name, tag_name);
    if (!run->name)
        run->name = tag_name && *tag_name ? tag_name : id_name(rq->mem);
    if (!tag_name || !*tag_name)
        (*tags)[(*count)++] = (struct key_value){ run_name_tag, run->name };
    return 0;
}

static void write_new_run(struct out *out, const struct run *run, const struct key_value *tags,
                          size_t count)
{
    out_object(out, NULL);
    out_object(out, "run");
    write_info(out, "info", run);
    out_object(out, "data");
    out_array(out, "tags");
    for (size_t i = 0; i < count; i++)
        write_pair(out, tags[i].key, tags[i].value);
    out_end(out);
    out_end(out);
    out_object(out, "inputs");
    out_end(out);
    out_end(out);
    out_end(out);
}

int run_create(struct request *rq)
{
    const struct run_create_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };
    struct run run = {
        .run_uuid = id_hex(rq->mem),
        .user_id = in->user_id ? in->user_id : "",
        .status = "RUNNING",
        .start_time = { in->start_time.value, true },
        .lifecycle_stage = "active",
    };
    struct key_value *tags;
    size_t count;

    if (!in->experiment_id || !*in->experiment_id)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Missing value for required parameter 'experiment_id'. See the API docs for "
                    "more information about request parameters.");
    if (parse_experiment_id(&ctx, in->experiment_id, &run.experiment_id) < 0 ||
        experiment_must_be_active(rq->db, run.experiment_id, &e) < 0 ||
        name_run(rq, in, &run, &tags, &count) < 0)
        return -1;
    run.artifact_uri = uri_append(rq->mem, e.artifact_location ? e.artifact_location : "",
                                  arena_printf(rq->mem, "%s/artifacts", run.run_uuid));
    write_new_run(&rq->out, &run, tags, count);
    return run_insert_last(rq->db, &run, tags, count);
}

int reply_run(struct request *rq, const char *run_id)
{
    struct run run = { 0 };
    struct run_data data;

    if (run_data_by_id(rq->db, run_id, &run, &data) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_run(&rq->out, "run", &run, &data);
    out_end(&rq->out);
    return 0;
}

struct run_get_in {
    const char *run_id;
};
static const struct field run_get_fields[] = {
    REQUIRED_RUN_ID(run_get_in),
    FIELDS_END,
};
INPUT(run_get);

int run_get(struct request *rq)
{
    const struct run_get_in *in = rq->in;

    return reply_run(rq, in->run_id);
}

/* The models that went in and came out, as many as a page shows. */
static struct text_list model_ids(struct arena *mem, const struct run_data *data)
{
    enum {
        MOST = 100,
    };
    struct text_list ids = { .items = arena_array(mem, const char *, MOST) };

    for (size_t i = 0; i < data->model_output_count && ids.count < MOST; i++)
        ids.items[ids.count++] = data->model_outputs[i].model_id;
    for (size_t i = 0; i < data->model_input_count && ids.count < MOST; i++)
        ids.items[ids.count++] = data->model_inputs[i].model_id;
    return ids;
}

static int write_parents(struct request *rq, const char *run_id)
{
    struct run *parents;
    size_t count;

    if (run_parents(rq->db, run_id, &parents, &count) < 0)
        return -1;
    out_array(&rq->out, "parents");
    for (size_t i = 0; i < count; i++)
        write_info(&rq->out, NULL, &parents[i]);
    out_end(&rq->out);
    return 0;
}

struct run_around_in {
    const char *run_id;
};
static const struct field run_around_fields[] = {
    REQUIRED_RUN_ID(run_around_in),
    FIELDS_END,
};
INPUT(run_around);

int run_around(struct request *rq)
{
    const struct run_around_in *in = rq->in;
    struct run run = { 0 };
    struct run_data data;
    struct text_list models;
    bool children;

    if (run_data_by_id(rq->db, in->run_id, &run, &data) < 0 ||
        run_has_children(rq->db, &run, &children) < 0)
        return -1;
    models = model_ids(rq->mem, &data);
    out_object(&rq->out, NULL);
    write_run(&rq->out, "run", &run, &data);
    if (write_experiment_of(rq, run.experiment_id) < 0 || write_parents(rq, in->run_id) < 0 ||
        write_logged_models(rq, &models) < 0)
        return -1;
    out_bool(&rq->out, "has_children", children);
    out_end(&rq->out);
    return 0;
}

struct run_update_in {
    const char *run_id, *run_name;
    struct opt_enum status;
    struct opt_int end_time;
};
static const struct field run_update_fields[] = {
    REQUIRED_RUN_ID(run_update_in),
    ENUM(run_update_in, status, run_status_names, "Unchanged when absent."),
    OPTIONAL(run_update_in, end_time, "ms since the epoch; unchanged when absent."),
    OPTIONAL(run_update_in, run_name, "Unchanged when absent or empty."),
    FIELDS_END,
};
INPUT(run_update);

int run_update(struct request *rq)
{
    const struct run_update_in *in = rq->in;
    struct run run = { 0 };

    if (run_lock_active(rq->db, in->run_id, &run) < 0)
        return -1;
    if (in->status.set)
        run.status = run_status(in->status.value);
    if (in->end_time.set)
        run.end_time = in->end_time;
    if (in->run_name && *in->run_name)
        run.name = in->run_name;
    if (run_write(rq->db, &run) < 0)
        return -1;
    if (in->run_name && *in->run_name &&
        tags_put(rq->db, &run, &(struct key_value){ run_name_tag, run.name }, 1) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_info(&rq->out, "run_info", &run);
    out_end(&rq->out);
    return 0;
}

struct run_delete_in {
    const char *run_id;
};
static const struct field run_delete_fields[] = {
    REQUIRED(run_delete_in, run_id, "The run."),
    FIELDS_END,
};
INPUT(run_delete);

int run_delete(struct request *rq)
{
    const struct run_delete_in *in = rq->in;

    if (run_set_deleted(rq->db, in->run_id, true, now_ms()) < 0)
        return -1;
    return reply_empty(rq);
}

struct run_restore_in {
    const char *run_id;
};
static const struct field run_restore_fields[] = {
    REQUIRED(run_restore_in, run_id, "The run."),
    FIELDS_END,
};
INPUT(run_restore);

int run_restore(struct request *rq)
{
    const struct run_restore_in *in = rq->in;

    if (run_set_deleted(rq->db, in->run_id, false, now_ms()) < 0)
        return -1;
    return reply_empty(rq);
}

struct run_search_in {
    struct text_list experiment_ids;
    const char *filter;
    struct opt_enum run_view_type;
    struct opt_int32 max_results;
    struct text_list order_by;
    const char *page_token;
};
static const struct field run_search_fields[] = {
    OPTIONAL(run_search_in, experiment_ids, "The experiments to search; none finds nothing."),
    OPTIONAL(run_search_in, filter, "Clauses joined by AND."),
    ENUM(run_search_in, run_view_type, view_type_names, "Active ones when absent."),
    WITH_DEFAULT(run_search_in, max_results, 1000, "Runs of a page, 1 to 50000."),
    OPTIONAL(run_search_in, order_by, "Columns, each with ASC or DESC."),
    UNCHECKED(run_search_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(run_search);

/* Runs are read and written some at a time, so that a page of 50000 does not
 * lie in memory twice. */
static int write_page(struct request *rq, const struct run *runs, size_t count)
{
    enum {
        AT_ONCE = 500
    };

    if (!count)
        return 0;
    out_array(&rq->out, "runs");
    for (size_t i = 0; i < count; i += AT_ONCE) {
        size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;
        struct arena_mark mark = arena_mark(rq->mem);
        struct run_data data;

        if (run_data_read(rq->db, runs + i, n, false, &data) < 0)
            return -1;
        for (size_t k = i; k < i + n; k++)
            write_run(&rq->out, NULL, &runs[k], &data);
        arena_release(rq->mem, mark);
    }
    out_end(&rq->out);
    return 0;
}

int run_search(struct request *rq)
{
    const struct run_search_in *in = rq->in;
    const struct search_ctx ctx = { rq->err, rq->mem };
    int64_t *ids = NULL;
    struct run_search search = {
        .experiment_count = in->experiment_ids.count,
        .filter = in->filter,
        .order_by = &in->order_by,
        .view = in->run_view_type.set ? (enum view_type)in->run_view_type.value : VIEW_ACTIVE_ONLY,
        .max_results = in->max_results.value,
    };
    struct run *runs;
    size_t count;
    bool more;

    if (search.max_results > 50000)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId64
                    " for parameter 'max_results' supplied:  Hint: Value was of type 'int'. See "
                    "the API docs for more information about request parameters.",
                    search.max_results);
    if (check_max_results(rq, search.max_results) < 0 ||
        page_token_read(&ctx, in->page_token, &search.offset) < 0 ||
        read_experiment_ids(rq, &in->experiment_ids, &ids) < 0)
        return -1;
    search.experiment_ids = ids;
    if (run_search_rows(rq->db, &search, &runs, &count) < 0)
        return -1;
    more = count > (size_t)search.max_results;
    count -= more;
    out_object(&rq->out, NULL);
    if (write_page(rq, runs, count) < 0)
        return -1;
    if (more)
        out_text(&rq->out, "next_page_token",
                 page_token_write(rq->mem, search.offset + search.max_results));
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}
