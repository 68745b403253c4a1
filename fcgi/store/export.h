/* Reading all that experiments hold, for writing it elsewhere. */
#pragma once

#include "../db.h"

struct stored_experiment {
    int64_t experiment_id;
    const char *name, *artifact_location, *lifecycle_stage, *workspace;
    struct opt_int creation_time, last_update_time;
};
/* Those named, or all; INVALID_PARAMETER_VALUE if one is not there. */
int export_experiments(struct db *, const struct text_list *ids, struct stored_experiment **,
                       size_t *count) MUST_CHECK;

/* Deleted ones too. */
int export_run_ids(struct db *, int64_t experiment_id, struct text_list *) MUST_CHECK;
int export_model_ids(struct db *, int64_t experiment_id, struct text_list *) MUST_CHECK;

struct stored_run {
    const char *run_uuid, *name, *source_type, *source_name, *entry_point_name, *user_id, *status;
    struct opt_int start_time, end_time;
    const char *source_version, *lifecycle_stage, *artifact_uri;
    struct opt_int deleted_time;
};
/* RESOURCE_DOES_NOT_EXIST if it went meanwhile. */
int export_run(struct db *, const char *run_id, struct stored_run *) MUST_CHECK;

struct stored_point {
    const char *key;
    double value;
    int64_t timestamp, step, is_nan;
};
extern const struct field stored_point_columns[];
/* All values of a run, by metric, then by time. Read with stored_point_columns. */
int export_points(struct db *, const char *run_id, struct rows **) MUST_CHECK;

/* The names that a file store gives to datasets and inputs: MD5 of a and b. */
int export_md5(struct db *, const char *a, const char *b, const char **hex) MUST_CHECK;

struct left_behind {
    int64_t traces, registered_models;
};
/* What a file store gets nothing of. */
int export_left_behind(struct db *, struct left_behind *) MUST_CHECK;
