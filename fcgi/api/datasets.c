/* What runs read and make: datasets, and models as their inputs and outputs.
 * Semantics: mlflow/server/handlers.py, store/tracking/sqlalchemy_store.py,
 * utils/validation.py. */
#include "../store/datasets.h"

#include "endpoints.h"
#include "fragments.h"

enum {
    LIMIT_DATASET_NAME = 500,
    LIMIT_DATASET_DIGEST = 36,
    LIMIT_DATASET_SOURCE = 65535,
    LIMIT_DATASET_SCHEMA = 1048575,
    LIMIT_DATASET_PROFILE = 16777215,
    LIMIT_INPUT_TAG_KEY = 255,
    LIMIT_INPUT_TAG_VALUE = 500,
    SEARCHED_EXPERIMENTS = 20,
};

static const struct field dataset_fields[] = {
    UNCHECKED(dataset, name, "Name; with the digest, unique in the experiment."),
    UNCHECKED(dataset, digest, "Hash of the data."),
    UNCHECKED(dataset, source_type, "Kind of the source."),
    UNCHECKED(dataset, source, "Where the data are from."),
    UNCHECKED(dataset, schema, "Columns, as JSON."),
    UNCHECKED(dataset, profile, "Statistics, as JSON."),
    FIELDS_END,
};
static const struct field dataset_input_fields[] = {
    LIST(dataset_input, tags, key_value, key_value_fields, 0, "Such as mlflow.data.context."),
    OBJECT(dataset_input, dataset, dataset_fields, "The dataset."),
    FIELDS_END,
};
static const struct field model_input_fields[] = {
    UNCHECKED(model_edge, model_id, "The logged model."),
    FIELDS_END,
};
static const struct field model_output_fields[] = {
    UNCHECKED(model_edge, model_id, "The logged model."),
    UNCHECKED(model_edge, step, "Step of the training that made it; 0 when absent."),
    FIELDS_END,
};

struct inputs_log_in {
    const char *run_id;
    struct list datasets, models;
};
static const struct field inputs_log_fields[] = {
    REQUIRED(inputs_log_in, run_id, "The run."),
    LIST(inputs_log_in, datasets, dataset_input, dataset_input_fields, FIELD_CHECKED,
         "What the run reads."),
    LIST(inputs_log_in, models, model_edge, model_input_fields, FIELD_CHECKED,
         "Models that the run reads."),
    FIELDS_END,
};
INPUT(inputs_log);

/* What is absent is stored as empty, as MLflow stores it. */
static void fill(const char **text)
{
    if (!*text)
        *text = "";
}

static int check_dataset(struct request *rq, struct dataset *d)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };

    fill(&d->name);
    fill(&d->digest);
    fill(&d->source_type);
    fill(&d->source);
    if (validate_length(&ctx, "name", LIMIT_DATASET_NAME, d->name) < 0 ||
        validate_length(&ctx, "digest", LIMIT_DATASET_DIGEST, d->digest) < 0 ||
        validate_length(&ctx, "source", LIMIT_DATASET_SOURCE, d->source) < 0 ||
        (d->schema && validate_length(&ctx, "schema", LIMIT_DATASET_SCHEMA, d->schema) < 0) ||
        (d->profile && validate_length(&ctx, "profile", LIMIT_DATASET_PROFILE, d->profile) < 0))
        return -1;
    return 0;
}

static int check_input(struct request *rq, struct dataset_input *input)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct key_value *tags = input->tags.items;

    if (check_dataset(rq, &input->dataset) < 0)
        return -1;
    for (size_t i = 0; i < input->tags.count; i++) {
        fill(&tags[i].key);
        fill(&tags[i].value);
        if (validate_length(&ctx, "key", LIMIT_INPUT_TAG_KEY, tags[i].key) < 0 ||
            validate_length(&ctx, "value", LIMIT_INPUT_TAG_VALUE, tags[i].value) < 0)
            return -1;
    }
    return 0;
}

static void fill_models(const struct list *models)
{
    struct model_edge *items = models->items;

    for (size_t i = 0; i < models->count; i++)
        fill(&items[i].model_id);
}

int inputs_log(struct request *rq)
{
    const struct inputs_log_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct dataset_input *datasets = in->datasets.items;
    struct run run = { 0 };

    if (validate_run_id(&ctx, in->run_id) < 0)
        return -1;
    for (size_t i = 0; i < in->datasets.count; i++)
        if (check_input(rq, &datasets[i]) < 0)
            return -1;
    fill_models(&in->models);
    if (run_must_be_active(rq->db, in->run_id, &run) < 0 ||
        run_add_datasets(rq->db, &run, datasets, in->datasets.count) < 0 ||
        run_add_model_inputs(rq->db, &run, in->models.items, in->models.count) < 0)
        return -1;
    return reply_empty(rq);
}

struct outputs_log_in {
    const char *run_id;
    struct list models;
};
static const struct field outputs_log_fields[] = {
    REQUIRED(outputs_log_in, run_id, "The run."),
    LIST(outputs_log_in, models, model_edge, model_output_fields, FIELD_REQUIRED | FIELD_CHECKED,
         "Models that the run made."),
    FIELDS_END,
};
INPUT(outputs_log);

int outputs_log(struct request *rq)
{
    const struct outputs_log_in *in = rq->in;
    struct run run = { 0 };

    fill_models(&in->models);
    if (run_must_be_active(rq->db, in->run_id, &run) < 0 ||
        run_add_model_outputs(rq->db, &run, in->models.items, in->models.count) < 0)
        return -1;
    return reply_empty(rq);
}

struct dataset_search_in {
    struct text_list experiment_ids;
};
static const struct field dataset_search_fields[] = {
    UNCHECKED(dataset_search_in, experiment_ids, "1 to 20 experiments."),
    FIELDS_END,
};
INPUT(dataset_search);

static int read_experiments(struct request *rq, const struct text_list *texts, int64_t **ids)
{
    if (!texts->count)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "SearchDatasets request must specify at least one experiment_id.");
    if (texts->count > SEARCHED_EXPERIMENTS)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "SearchDatasets request cannot specify more than %d experiment_ids. Received "
                    "%zu experiment_ids.",
                    SEARCHED_EXPERIMENTS, texts->count);
    return read_experiment_ids(rq, texts, ids);
}

int dataset_search(struct request *rq)
{
    const struct dataset_search_in *in = rq->in;
    struct dataset_summary *found;
    int64_t *ids = NULL;
    size_t count;

    if (read_experiments(rq, &in->experiment_ids, &ids) < 0 ||
        dataset_summaries(rq->db, ids, in->experiment_ids.count, &found, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    if (count)
        out_array(&rq->out, "dataset_summaries");
    for (size_t i = 0; i < count; i++) {
        out_object(&rq->out, NULL);
        out_int_text(&rq->out, "experiment_id", found[i].experiment_id);
        out_text(&rq->out, "name", found[i].name);
        out_text(&rq->out, "digest", found[i].digest);
        if (found[i].context && *found[i].context)
            out_text(&rq->out, "context", found[i].context);
        out_end(&rq->out);
    }
    if (count)
        out_end(&rq->out);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}
