/* `cairn export`: experiments as a file store or an SQLite database of MLflow's, artifacts
 * and all. */
#pragma once

#include <stdio.h>

#include "transfer.h"

/* words: DIR, --experiment-ids 1,2, --artifacts copy|link|none, --format files|sqlite. Safe
 * to repeat: what is in DIR is written anew; an experiment of another name with the same
 * id, or a database that was written to since, is left alone. 0 all is there, 1 some of it is not,
 * as said on standard error, 2 for words it does not know. */
int export_run_command(const struct config *, int argc, char **argv, FILE *out);

/* Into t->path. -1: ended early, as said. */
int export_files(struct transfer *) MUST_CHECK;
/* To t->path/mlflow.db, whole or not at all, and t->path/mlartifacts. */
int export_sqlite(struct transfer *) MUST_CHECK;
