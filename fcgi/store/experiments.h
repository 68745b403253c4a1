/* Experiments and their tags in the database. */
#pragma once

#include "../db.h"
#include "validate.h"

struct experiment {
    int64_t experiment_id;
    const char *name, *artifact_location, *lifecycle_stage;
    struct opt_int last_update_time, creation_time; /* ms since the epoch */
};

enum view_type {
    VIEW_ACTIVE_ONLY = 1,
    VIEW_DELETED_ONLY = 2,
    VIEW_ALL = 3,
};

/* A tag of an experiment, as read for many at once. */
struct experiment_tag {
    int64_t experiment_id;
    const char *key, *value;
};
extern const struct field experiment_tag_columns[];

/* Fills e->experiment_id, and e->artifact_location if it is NULL: root/<id>.
 * RESOURCE_ALREADY_EXISTS if the name is taken, also by a deleted one. */
int experiment_insert(struct db *, struct experiment *e, const char *root) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is none, whatever its stage. */
int experiment_by_id(struct db *, int64_t id, struct experiment *) MUST_CHECK;
int experiment_by_name(struct db *, const char *name, struct experiment *) MUST_CHECK;
/* INVALID_PARAMETER_VALUE unless the experiment exists and is active. */
int experiment_must_be_active(struct db *, int64_t id, struct experiment *) MUST_CHECK;
/* INVALID_STATE if it is deleted; RESOURCE_ALREADY_EXISTS if the name is taken. */
int experiment_rename(struct db *, int64_t id, const char *name, int64_t now) MUST_CHECK;
/* Active to deleted or back, and all its runs with it. */
int experiment_set_deleted(struct db *, int64_t id, bool deleted, int64_t now) MUST_CHECK;
int experiment_tag_put(struct db *, int64_t id, const struct key_value *) MUST_CHECK;
/* RESOURCE_DOES_NOT_EXIST if there is no such tag. */
int experiment_tag_remove(struct db *, int64_t id, const char *key) MUST_CHECK;

struct experiment_search {
    const char *filter;
    const struct text_list *order_by;
    enum view_type view;
    int64_t max_results, offset;
};
/* At most max_results + 1 experiments: one more tells that there is a next page. */
int experiment_search_rows(struct db *, const struct experiment_search *, struct experiment **,
                           size_t *count) MUST_CHECK;

/* The tags of the experiments, ordered by experiment and key. */
int experiment_tags(struct db *, const struct experiment *, size_t count, struct experiment_tag **,
                    size_t *tag_count) MUST_CHECK;
