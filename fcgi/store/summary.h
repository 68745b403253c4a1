/* What is going on: experiments with the numbers of their runs, and when runs were last
 * heard of. */
#pragma once

#include "experiments.h"

struct summary_search {
    enum view_type view;
    const int64_t *experiment_ids; /* of these alone, if there are any */
    size_t experiment_count;
    int64_t limit;
};

/* An experiment, and its runs of the stages that are searched. */
struct experiment_summary {
    int64_t experiment_id;
    const char *name, *lifecycle_stage;
    struct opt_int creation_time;
    int64_t runs, running, failed;
    int64_t activity; /* when a run last started or ended, or the experiment was changed */
};
/* The last active first. total: of all that there are, whatever the limit. */
int summary_read(struct db *, const struct summary_search *, struct experiment_summary **,
                 size_t *count, int64_t *total) MUST_CHECK;

/* What is worth showing in a list of the tags of the experiments: those of people, and of
 * MLflow's own the notes and the primary metric; long values are cut. */
int summary_tags(struct db *, const struct experiment_summary *, size_t count,
                 struct experiment_tag **, size_t *tag_count) MUST_CHECK;

/* A run with metrics: when the last one was logged, and the one that says most of the run:
 * the primary metric of its experiment, or else the one that has come furthest. */
struct run_activity {
    const char *run_uuid, *key;
    double value;
    int64_t is_nan, step, last;
};
int summary_activity_read(struct db *, const struct text_list *run_ids, struct run_activity **,
                          size_t *count) MUST_CHECK;
