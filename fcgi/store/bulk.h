/* One change to many runs: what the UI does to a selection. */
#pragma once

#include "runs.h"
#include "validate.h"

enum bulk_operation {
    BULK_DELETE = 1,
    BULK_RESTORE,
    BULK_SET_TAG,
    BULK_DELETE_TAG,
    BULK_MOVE,
    BULK_SET_STATUS,
};
/* What one run gets, or had, of its own: the value of a tag, a status, an experiment. */
struct bulk_value {
    const char *run_id, *value; /* no value: there is no such tag */
    struct opt_int end_time;    /* of BULK_SET_STATUS */
};
extern const struct field bulk_value_fields[];

struct bulk {
    enum bulk_operation operation;
    struct key_value tag;  /* of BULK_SET_TAG and, its key, of BULK_DELETE_TAG */
    int64_t experiment_id; /* where BULK_MOVE moves to */
    const char *status;    /* of BULK_SET_STATUS */
    int64_t now;           /* ms since the epoch */
    /* Of BULK_SET_TAG and BULK_SET_STATUS: one for each run, in their order, or NULL. */
    const struct bulk_value *each;
};

/* The ids of all runs that a search finds, sorted. */
int bulk_find(struct db *, const struct run_search *, const char ***ids, size_t *count) MUST_CHECK;

/* Does it to the runs, in the transaction of the request: all of them or none. What is
 * as it should be already stays so. A run that ends by BULK_SET_STATUS ends now, if it
 * has no end yet. */
int bulk_apply(struct db *, const struct bulk *, const char *const *ids, size_t count) MUST_CHECK;

/* What the runs that bulk_apply will change are now, so that it can be undone. It is
 * kept for as many as that much memory holds; *count is 0 for more. */
int bulk_before(struct db *, const struct bulk *, const char *const *ids, size_t id_count,
                struct bulk_value **, size_t *count) MUST_CHECK;
