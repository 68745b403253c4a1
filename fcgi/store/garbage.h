/* What may be deleted for good, and deleting it. */
#pragma once

#include "../db.h"

struct garbage_wish {
    int64_t now, older_than;                             /* ms; 0: of any age */
    struct text_list run_ids, experiment_ids, model_ids; /* empty: all that are deleted */
    bool gone_is_fine; /* what is named and not there is left out */
    int64_t limit;     /* about so many of each kind; 0: all */
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

enum garbage_kind {
    GARBAGE_RUN = 1,
    GARBAGE_MODEL,
    GARBAGE_EXPERIMENT,
};

/* 1: it is deleted, and nobody restores it before the transaction ends; 0: it is active,
 * or gone, or an experiment that has runs. */
int garbage_lock(struct db *, enum garbage_kind, const char *id) MUST_CHECK;

/* Whether the artifacts of runs or models of other experiments lie where this one's do. */
int garbage_has_guests(struct db *, const struct garbage_item *experiment) MUST_CHECK;

/* Commits, in several transactions if there are many rows. What is active stays. rows: how
 * many rows may still go, NULL for any number; 1: it was not enough, call again. */
int garbage_delete(struct db *, enum garbage_kind, const char *id, int64_t *rows) MUST_CHECK;

/* How much of what is wished can go, whatever its age. */
struct garbage_count {
    int64_t runs, models, experiments;
    int64_t staying; /* experiments that are deleted and have active runs */
};
int garbage_count(struct db *, const struct garbage_wish *, struct garbage_count *) MUST_CHECK;
