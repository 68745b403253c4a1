/* Rows that come from another store as they are, and reading all of one's own. */
#pragma once

#include <stdbool.h>

#include "../db.h"
#include "logged_models.h"
#include "runs.h"

/* One import at a time, until the connection ends. BAD_REQUEST if another one runs. */
int transfer_lock(struct db *) MUST_CHECK;

/* Inserts rows; one whose key is there already stays as it is there. Names of table
 * and columns are small letters, digits and _. INVALID_PARAMETER_VALUE if they are not,
 * or if a name, as of a param, is one that is there by collation only. values: row after
 * row. */
int transfer_insert(struct db *, const char *table, const char *const *columns, size_t column_count,
                    const struct value *values, size_t row_count) MUST_CHECK;

/* A metric's value as the columns of models' metrics hold it: no infinities, no NaN. */
struct value transfer_real(double);

/* An experiment as another store has it. */
struct foreign_experiment {
    const char *id, *name, *artifact_location, *lifecycle_stage, *workspace;
    struct opt_int creation_time, last_update_time;
};
/* The experiment here that it is, or becomes. The name decides, which is unique: an
 * experiment of that name is the same one. Else it is new, with its id if that is free
 * and no larger than the database takes, or with another. is_new tells. location is
 * its artifact location if it is new; NULL: mlflow-artifacts:/<id>. With dry_run
 * nothing is written, and the id of a new one that cannot keep its own is -1.
 * INVALID_PARAMETER_VALUE if a name here differs in case or trailing blanks only. */
int transfer_experiment(struct db *, const struct foreign_experiment *, const char *location,
                        bool dry_run, int64_t *id, bool *is_new) MUST_CHECK;

/* The dataset of that name and digest: its uuid here. NOT_FOUND if there is none. */
int transfer_dataset_uuid(struct db *, int64_t experiment_id, const char *name, const char *digest,
                          const char **uuid) MUST_CHECK;
/* Gives a tag to the edge from the dataset to the run. */
int transfer_input_tag(struct db *, const char *dataset_uuid, const char *run_id, const char *name,
                       const char *value) MUST_CHECK;
