/* Logged models: a row, its params, tags and metrics, and the page of a search. */
#pragma once

#include "../db.h"
#include "../search/logged_models.h"
#include "experiments.h"
#include "run_data.h"

struct logged_model {
    const char *model_id;
    int64_t experiment_id;
    const char *name, *artifact_location;
    int64_t created, updated; /* ms since the epoch */
    int64_t status;           /* of enum LoggedModelStatus in MLflow's protocol */
    const char *lifecycle_stage, *model_type, *source_run_id, *status_message;
};

enum {
    MODEL_PENDING = 1
};

int logged_model_insert(struct db *, const struct logged_model *) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is none, or a deleted one and these are not wanted. */
int logged_model_by_id(struct db *, const char *model_id, bool deleted_too,
                       struct logged_model *) MUST_CHECK;
/* Those of the models that are there, and not deleted, in no order. */
int logged_models_by_ids(struct db *, const struct text_list *ids, struct logged_model **,
                         size_t *count) MUST_CHECK;
/* Deleted ones too. RESOURCE_DOES_NOT_EXIST if there is none. */
int logged_model_set_status(struct db *, const char *model_id, int64_t status,
                            int64_t now) MUST_CHECK;
int logged_model_set_deleted(struct db *, const char *model_id, int64_t now) MUST_CHECK;

/* BAD_REQUEST if the model has one of the params. */
int logged_model_params_insert(struct db *, const struct logged_model *, const struct key_value *,
                               size_t count) MUST_CHECK;
/* Sets the tags; the last of equal keys counts. */
int logged_model_tags_put(struct db *, const struct logged_model *, const struct key_value *,
                          size_t count) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is no such tag. */
int logged_model_tag_remove(struct db *, const struct logged_model *, const char *key) MUST_CHECK;

struct model_metric {
    const char *model_id, *key;
    struct opt_real value;
    int64_t timestamp, step;
    const char *run_id, *dataset_name, *dataset_digest;
};

/* What belongs to models, each list sorted by model, then by key. */
struct model_data {
    struct owned_pair *params, *tags;
    struct model_metric *metrics;
    size_t param_count, tag_count, metric_count;
};
int logged_model_data(struct db *, const struct logged_model *, size_t count,
                      struct model_data *) MUST_CHECK;

struct model_search {
    const int64_t *experiment_ids;
    size_t experiment_count; /* 0: no model is found */
    const char *filter;
    const struct model_dataset *datasets; /* of metrics; all when there are none */
    size_t dataset_count;
    const struct model_order *order_by;
    size_t order_count;
    int64_t max_results, offset;
};
/* At most max_results + 1 models: one more tells that there is a next page. */
int logged_model_search_rows(struct db *, const struct model_search *, struct logged_model **,
                             size_t *count) MUST_CHECK;
