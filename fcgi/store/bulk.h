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
struct bulk {
    enum bulk_operation operation;
    struct key_value tag;  /* of BULK_SET_TAG and, its key, of BULK_DELETE_TAG */
    int64_t experiment_id; /* where BULK_MOVE moves to */
    const char *status;    /* of BULK_SET_STATUS */
    int64_t now;           /* ms since the epoch */
};

/* The ids of all runs that a search finds, sorted. */
int bulk_find(struct db *, const struct run_search *, const char ***ids, size_t *count) MUST_CHECK;

/* Does it to the runs, in the transaction of the request: all of them or none. What is
 * as it should be already stays so. A run that ends by BULK_SET_STATUS ends now, if it
 * has no end yet. */
int bulk_apply(struct db *, const struct bulk *, const char *const *ids, size_t count) MUST_CHECK;
