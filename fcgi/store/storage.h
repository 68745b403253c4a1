/* What there is that stores something: experiments, their runs, metrics. Pages go on after
 * the last id, so that a long list can be walked while it changes. */
#pragma once

#include "../db.h"

struct stored_experiment {
    int64_t experiment_id;
    const char *name, *artifact_location, *lifecycle_stage;
    int64_t runs;
    struct opt_int bytes, files, counted; /* as quotas have it, of the directory of its id */
};
int storage_experiments(struct db *, int64_t after, int64_t limit, struct stored_experiment **,
                        size_t *count) MUST_CHECK;
int storage_experiments_count(struct db *, int64_t *total) MUST_CHECK;

struct stored_run {
    const char *run_uuid, *name, *artifact_uri, *lifecycle_stage;
    struct opt_int start_time;
};
int storage_runs(struct db *, int64_t experiment_id, const char *after, int64_t limit,
                 struct stored_run **, size_t *count) MUST_CHECK;
int storage_runs_count(struct db *, int64_t experiment_id, int64_t *total) MUST_CHECK;
/* At most limit of those that are deleted: where their artifacts are, no more. */
int storage_deleted_runs(struct db *, int64_t experiment_id, int64_t limit, struct stored_run **,
                         size_t *count) MUST_CHECK;

struct stored_series {
    const char *key;
    int64_t points;
};
/* The metrics of a run that have most points, and the sum of all. */
int storage_series(struct db *, const char *run_id, int64_t limit, struct stored_series **,
                   size_t *count, struct stored_series *sum) MUST_CHECK;
