/* `cairn import`: what an `mlruns` directory or an SQLite mlflow.db holds, put into the
 * server's database and artifact store: ids, times, values and stages as they are. */
#pragma once

#include <stdio.h>

#include "../config.h"

/* words: PATH, --artifacts copy|link|none, --artifact-root DIR, --dry-run. Safe to
 * interrupt and to repeat: what is here already stays as it is. 0 all is here, 1 some
 * of it is not, as said on standard error, 2 for words it does not know. */
int import_run(const struct config *, int argc, char **argv, FILE *out);
