/* What may be deleted for good, and deleting it. */
#pragma once

#include "../db.h"

struct garbage_wish {
    int64_t now, older_than;                             /* ms; 0: of any age */
    struct text_list run_ids, experiment_ids, model_ids; /* empty: all that are deleted */
};

struct garbage_item {
    const char *id, *artifact_uri;
    int64_t active_runs; /* of an experiment */
};

struct garbage {
    struct garbage_item *runs, *models, *experiments;
    size_t run_count, model_count, experiment_count;
};

/* Deleted runs, models and experiments that are old enough, or those that are named:
 * INVALID_PARAMETER_VALUE if one of these is active or too young. The deleted runs of
 * an experiment that goes go with it. */
int garbage_find(struct db *, const struct garbage_wish *, struct garbage *) MUST_CHECK;

/* Each in transactions of its own, many rows in several; what is active stays. */
int garbage_delete_run(struct db *, const char *run_id) MUST_CHECK;
int garbage_delete_model(struct db *, const char *model_id) MUST_CHECK;
int garbage_delete_experiment(struct db *, const char *experiment_id) MUST_CHECK;
