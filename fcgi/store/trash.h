/* What is deleted and can be restored, page by page. */
#pragma once

#include "../db.h"

struct trashed_experiment {
    int64_t experiment_id;
    const char *name, *artifact_location;
    struct opt_int gone_time;  /* ms: its last change */
    int64_t runs, active_runs; /* deleted ones; those that somebody restored */
};

struct trashed_run {
    const char *run_uuid, *name;
    int64_t experiment_id;
    const char *experiment_name, *user_id, *status, *artifact_uri;
    struct opt_int start_time, deleted_time; /* ms */
};

/* Last deleted first. */
int trash_experiments(struct db *, int64_t offset, int64_t limit, struct trashed_experiment **,
                      size_t *count) MUST_CHECK;
int trash_experiments_count(struct db *, int64_t *total) MUST_CHECK;

/* Of experiments that are active: the runs of a deleted one go with it, and come back with it. */
int trash_runs(struct db *, int64_t offset, int64_t limit, struct trashed_run **,
               size_t *count) MUST_CHECK;
int trash_runs_count(struct db *, int64_t *total) MUST_CHECK;

/* Restores runs of active experiments, these or (no ids) all that are deleted; *restored: how many.
 */
int trash_restore_runs(struct db *, const struct text_list *ids, int64_t *restored) MUST_CHECK;
/* The ids of all deleted experiments. */
int trash_experiment_ids(struct db *, int64_t **ids, size_t *count) MUST_CHECK;
