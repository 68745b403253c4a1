/* Tags of runs. */
#pragma once

#include "../db.h"
#include "runs.h"
#include "validate.h"

extern const char run_name_tag[]; /* "mlflow.runName": it is the run's name */

/* Sets the tags; the last of equal keys counts. Setting mlflow.runName renames
 * the run. */
int tags_put(struct db *, const struct run *, const struct key_value *, size_t count) MUST_CHECK;
/* The statement that writes tags of a new run, as they are. */
void tags_add_insert(struct sql *, const char *run_id, const struct key_value *, size_t count);
/* RESOURCE_DOES_NOT_EXIST if there is no such tag. */
int tag_remove(struct db *, const char *run_id, const char *key) MUST_CHECK;
/* *value is NULL if there is no such tag. */
int tag_value(struct db *, const char *run_id, const char *key, const char **value) MUST_CHECK;
