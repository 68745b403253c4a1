/* Runs in the database: the row itself, and the page of a search. */
#pragma once

#include "../db.h"
#include "experiments.h"
#include "validate.h"

/* The tag of a run that names the one it is a part of. */
#define PARENT_TAG "mlflow.parentRunId"

struct run {
    const char *run_uuid;
    int64_t experiment_id;
    const char *name, *user_id, *status;
    struct opt_int start_time, end_time; /* ms since the epoch */
    const char *artifact_uri, *lifecycle_stage;
    bool held; /* by this transaction: nobody deletes its row */
};

/* The columns of its row, as a SELECT list has them. */
extern const struct field run_columns[];

int run_insert(struct db *, const struct run *) MUST_CHECK;
/* A new run and its tags, at least one, as they are: the last thing that the request
 * writes, for it may be committed with them. */
int run_insert_last(struct db *, const struct run *, const struct key_value *tags,
                    size_t count) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is none, whatever its stage. */
int run_by_id(struct db *, const char *run_id, struct run *) MUST_CHECK;
/* The same in two parts, for those who read more along with it: adds the SELECT, and
 * takes the run from its rows, which are left open. */
void run_add_select(struct sql *, const char *run_id);
int run_take(struct db *, struct rows *, const char *run_id, struct run *) MUST_CHECK;
/* The runs that it is a part of, from the outermost to the parent; one that is not there
 * ends them, and so does a circle. */
int run_parents(struct db *, const char *run_id, struct run **, size_t *count) MUST_CHECK;
/* Whether an active run of the same experiment says that it is a part of this one. */
int run_has_children(struct db *, const struct run *, bool *has) MUST_CHECK;
/* The run's id, experiment and stage, no more; INVALID_PARAMETER_VALUE unless it is
 * active. Every call that logs asks this. */
int run_must_be_active(struct db *, const char *run_id, struct run *) MUST_CHECK;
/* The same, and holds the row till the end of the transaction, as a foreign key would. */
int run_hold_active(struct db *, const char *run_id, struct run *) MUST_CHECK;
/* Adds what goes before an INSERT of rows of the run: if it is held, the database need
 * not look at it again for each of them, which is a fifth of what 100 points cost. */
void run_add_before_insert(struct db *, struct sql *, const struct run *);
/* The whole row, locked till the end of the transaction; else as run_must_be_active. */
int run_lock_active(struct db *, const char *run_id, struct run *) MUST_CHECK;
/* Writes status, end_time and name of *run. */
int run_write(struct db *, const struct run *) MUST_CHECK;
int run_set_deleted(struct db *, const char *run_id, bool deleted, int64_t now) MUST_CHECK;

/* Which runs of a search stand at one level of the tree that nested runs make. A run is
 * below the one that its tag names if the search finds that one, too. */
enum tree_level {
    TREE_NONE, /* all of them, whatever is above them */
    TREE_ROOTS,
    TREE_CHILDREN, /* of run_search.parent */
};

struct run_search {
    const int64_t *experiment_ids;
    size_t experiment_count; /* 0: no run is found */
    bool everywhere;         /* in all experiments, whatever the ids are */
    const char *filter;
    const struct text_list *order_by;
    enum view_type view;
    enum tree_level level;
    const char *parent;
    int64_t max_results, offset;
};
/* At most max_results + 1 runs: one more tells that there is a next page. */
int run_search_rows(struct db *, const struct run_search *, struct run **,
                    size_t *count) MUST_CHECK;
/* All runs that the search finds, whatever its page. */
int run_search_count(struct db *, const struct run_search *, int64_t *total) MUST_CHECK;
/* How many of the runs that the search finds at any level stand right below each of these. */
int run_search_children(struct db *, const struct run_search *, const struct run *, size_t count,
                        int64_t *children) MUST_CHECK;
/* Adds the WHERE clause of the search to sql, whose FROM names runs by the alias r. */
int run_search_where(struct db *, const struct run_search *, struct sql *) MUST_CHECK;
