/* `cairn doctor --artifacts`: are the artifacts what they were when they were uploaded? */
#pragma once

#include <stdio.h>

#include "config.h"

/* Words: --artifacts, --sample N. Reads what artifact_checksums recorded, all or N of it,
 * in little memory, and says what is missing, changed or, of all, not recorded. Returns
 * the exit status: 1 if something is missing or changed, or could not be looked at. */
int audit_run(const struct config *, int argc, char **argv, FILE *out);
