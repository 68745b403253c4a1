/* Metrics: all their values, and the latest of each run. */
#pragma once

#include "../db.h"
#include "run_data.h"

struct metric {
    const char *key;
    double value; /* as sent: may be NaN or infinite */
    int64_t timestamp, step;
    const char *model_id, *dataset_name, *dataset_digest; /* NULL or "" for none */
};

/* Logs the values and moves the run's latest values on. A value that is there
 * already is none the worse for being sent again. BAD_REQUEST if a key differs
 * from one of the run's in case or trailing blanks only. */
int metrics_insert(struct db *, const struct run *, const struct metric *, size_t count) MUST_CHECK;

struct metric_point {
    const char *run_uuid, *key;
    double value;
    int64_t timestamp, step, is_nan;
};
extern const struct field metric_point_columns[];

/* The values of one metric by timestamp, step, value. limit < 0: all. Read the
 * rows with metric_point_columns. */
int metric_history_rows(struct db *, const char *run_id, const char *key, int64_t limit,
                        int64_t offset, struct rows **) MUST_CHECK;
/* The same of several runs, by run first. */
int metric_history_rows_of(struct db *, const struct text_list *run_ids, const char *key,
                           int64_t limit, struct rows **) MUST_CHECK;

/* At most max_results values of the metric, spread evenly over all of them in the
 * order step, timestamp, value; the last one is always among them
 * (mlflow's _sample_rows_with_window_functions). steps: NULL, or first and last. */
int metric_sample(struct db *, const char *run_id, const char *key, const int64_t *steps,
                  int64_t max_results, struct metric_point **, size_t *count) MUST_CHECK;
