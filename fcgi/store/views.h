/* Saved views of a table of runs. Those of an experiment are tags of it, so that they go
 * where it goes: to MLflow, into an export, with the experiment. Those of several
 * experiments, and links, have a table: scope, not set, means these. */
#pragma once

#include "../db.h"

enum {
    VIEW_ID = 12,            /* hexadecimal digits */
    VIEW_STATE_MOST = 16000, /* in JSON and with a name it still is a tag */
};

struct saved_view {
    const char *view_id;
    const char *name; /* NULL: a link */
    const char *state;
    int64_t created, updated; /* ms since the epoch */
};

/* Those that have a name, oldest first. *standard is the id of the experiment's default
 * view, NULL if it has none. */
int views_list(struct db *, struct opt_int scope, struct saved_view **, size_t *count,
               const char **standard) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is none. A link is that of
 * any experiment. */
int view_by_id(struct db *, struct opt_int scope, const char *view_id,
               struct saved_view *) MUST_CHECK;
/* Makes it, or replaces the one of that id. */
int view_put(struct db *, struct opt_int scope, const struct saved_view *) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is none. Of a default view the experiment has none then. */
int view_remove(struct db *, struct opt_int scope, const char *view_id) MUST_CHECK;
/* Keeps the links that were made or shared last. */
int view_links_prune(struct db *, int64_t most) MUST_CHECK;
/* The view that the experiment opens with; NULL: none. */
int view_set_standard(struct db *, int64_t experiment_id, const char *view_id) MUST_CHECK;
