/* What belongs to runs, read for a page of them at once: latest metrics, params,
 * tags, dataset inputs, models. */
#pragma once

#include "../db.h"
#include "runs.h"

struct run_metric {
    const char *run_uuid, *key;
    double value; /* 0 if is_nan */
    int64_t timestamp, step, is_nan;
};

/* A param or a tag of the run, or the logged model, that has this id. */
struct owned_pair {
    const char *id, *key, *value;
};

struct run_dataset {
    const char *run_uuid, *dataset_uuid, *name, *digest;
    const char *dataset_source_type, *dataset_source, *dataset_schema, *dataset_profile;
    const char *tag_name, *tag_value; /* one row per tag; NULL for none */
};

struct run_model {
    const char *run_uuid, *model_id;
    int64_t step;
};

/* Each list is sorted by run, then as MLflow shows it: by key. */
struct run_data {
    struct run_metric *metrics;
    struct owned_pair *params, *tags;
    struct run_dataset *datasets;
    struct run_model *model_inputs, *model_outputs;
    size_t metric_count, param_count, tag_count, dataset_count, model_input_count,
        model_output_count;
};

/* with_model_inputs: MLflow's search leaves them out. */
int run_data_read(struct db *, const struct run *, size_t count, bool with_model_inputs,
                  struct run_data *) MUST_CHECK;

/* A run and its data, model inputs among it. Fails if there is no such run. */
int run_data_by_id(struct db *, const char *run_id, struct run *, struct run_data *) MUST_CHECK;

/* The part of a list that belongs to a run: items are size bytes each and begin
 * with the id of the run, or of the model. Returns its first item; *count its length. */
const void *run_part(const void *items, size_t item_count, size_t size, const char *run_uuid,
                     size_t *count);
#define PART_OF(data, list, list_count, id, count)                                                 \
    run_part((data)->list, (data)->list_count, sizeof(*(data)->list), (id), (count))
