/* Metrics: all their values, and the latest of each run. */
#pragma once

#include "../db.h"
#include "group_commit.h"
#include "run_data.h"

struct metric {
    const char *key;
    double value; /* as sent: may be NaN or infinite */
    int64_t timestamp, step;
    const char *model_id, *dataset_name, *dataset_digest; /* NULL or "" for none */
};

/* Logs the values and moves the run's latest values on. A value that is there
 * already is none the worse for being sent again. BAD_REQUEST if a key differs
 * from one of the run's in case or trailing blanks only. last: nothing is written after
 * them, so that they may be committed at once. */
int metrics_insert(struct db *, const struct run *, const struct metric *, size_t count,
                   bool last) MUST_CHECK;

/* One value of no model, when the run is most likely there: 1 logged, 0 the run is not
 * there or not active (ask run_must_be_active for the words), -1 failed as above. The
 * last thing that the request writes: it may be committed at once. */
int metric_insert(struct db *, const char *run_id, const struct metric *) MUST_CHECK;
/* The same where other workers may be writing at the same moment: together with them. */
int metric_insert_grouped(struct db *, struct group_seat *, const char *run_id,
                          const struct metric *) MUST_CHECK;

struct metric_point {
    double value;
    int64_t timestamp, step, is_nan;
};
extern const struct field metric_point_columns[];

/* The name of the metric as the run has it: names are found without regard to case.
 * NULL if the run has none. */
int metric_stored_key(struct db *, const char *run_id, const char *key,
                      const char **stored) MUST_CHECK;

/* The values of one metric by step, timestamp, value: as they lie, nothing is sorted. */
int metric_points(struct db *, const char *run_id, const char *key, struct rows **) MUST_CHECK;
/* By timestamp, step, value, which the database has to sort. limit < 0: all. Read both
 * with metric_point_columns. */
int metric_points_sorted(struct db *, const char *run_id, const char *key, int64_t limit,
                         int64_t offset, struct rows **) MUST_CHECK;

/* FROM and ON of a SELECT of all values of a metric, m: the cheapest way to read many. As
 * they lie, which with Cairn's key is by step, timestamp, value, but nobody promises. */
void metric_add_from(struct sql *, const char *run_id, const char *key);

struct metric_point_of_run {
    const char *run_uuid, *key;
    double value;
    int64_t timestamp, step, is_nan;
};
extern const struct field metric_point_of_run_columns[];
/* The values of several runs by run, timestamp, step, value; at most limit. Read with
 * metric_point_of_run_columns. */
int metric_points_of_runs(struct db *, const struct text_list *run_ids, const char *key,
                          int64_t limit, struct rows **) MUST_CHECK;

/* At most max_results values of the metric, spread evenly over all of them in the
 * order step, timestamp, value; the last one is always among them
 * (mlflow's _sample_rows_with_window_functions). steps: NULL, or first and last. */
int metric_sample(struct db *, const char *run_id, const char *key, const int64_t *steps,
                  int64_t max_results, struct metric_point **, size_t *count) MUST_CHECK;
