/* A database of MLflow's in Cairn's layout, and back. `cairn db adopt|release`. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config.h"
#include "error.h"

/* Both print what they will do, how big it is and how long it may take, then do
 * it; or only print it, and return 1. 0: done, or nothing to do; -1: failed, one
 * line on standard error says why. Both servers may work meanwhile. Safe to
 * repeat, to interrupt anywhere, and to run twice at the same time. */
int adopt_run(const struct config *, bool dry_run, FILE *out) MUST_CHECK;
/* The schema as `mlflow db upgrade` makes it: nothing of Cairn's is left. */
int release_run(const struct config *, bool dry_run, FILE *out) MUST_CHECK;
