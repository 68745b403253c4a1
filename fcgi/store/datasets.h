/* The edges of runs: datasets that they read, models that they read and made. */
#pragma once

#include "../db.h"
#include "runs.h"

struct dataset {
    const char *name, *digest, *source_type, *source;
    const char *schema, *profile; /* NULL for none */
};

struct dataset_input {
    struct list tags; /* of struct key_value */
    struct dataset dataset;
};

struct model_edge {
    const char *model_id;
    struct opt_int step; /* of an output */
};

/* Connects the datasets with the run. One that the experiment has already, by name
 * and digest, is taken as it is; one that the run has already keeps its tags. */
int run_add_datasets(struct db *, const struct run *, const struct dataset_input *,
                     size_t count) MUST_CHECK;
int run_add_model_inputs(struct db *, const struct run *, const struct model_edge *,
                         size_t count) MUST_CHECK;
/* BAD_REQUEST if the run has one of them already. */
int run_add_model_outputs(struct db *, const struct run *, const struct model_edge *,
                          size_t count) MUST_CHECK;

struct dataset_summary {
    int64_t experiment_id;
    const char *name, *digest, *context; /* of the input; NULL for none */
};
/* What the runs of the experiments read, each dataset once for each context. */
int dataset_summaries(struct db *, const int64_t *experiment_ids, size_t id_count,
                      struct dataset_summary **, size_t *count) MUST_CHECK;
