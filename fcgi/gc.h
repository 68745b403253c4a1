/* `cairn gc`: what was deleted long enough ago is deleted for good, as `mlflow gc`
 * does (mlflow/cli): runs, experiments, logged models, and their artifacts. What is
 * active is never touched. */
#pragma once

#include <stdio.h>

#include "arena.h"
#include "config.h"

/* words: --older-than 30d12h, --run-ids a,b, --experiment-ids 1,2,
 * --logged-model-ids m-…, --delete; --orphans instead takes files that belong to nothing
 * (orphans.h), --recount counts anew what quotas are held against, as --delete does at
 * its end. Without --delete it only says what it would
 * delete, and how much that is. Safe to interrupt: artifacts go before the rows that
 * name them, so the next call finds what is left. 0 done, 1 failed with one line on
 * standard error, 2 for words it does not know. */
int gc_run(const struct config *, int argc, char **argv, FILE *out);
