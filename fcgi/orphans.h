/* Files in the artifact store that belong to nothing in the database: of runs, models
 * and traces that somebody else removed, or that never came to be. */
#pragma once

#include <stdio.h>

#include "artifacts/artifacts.h"
#include "db.h"

struct orphans_wish {
    bool delete;
    int64_t before; /* ms since the epoch: younger files stay */
};

/* Says what there is, directory by directory, and removes it if that is wished. What is
 * below the location of an experiment is the experiment's, but for the directories of
 * runs, models and traces that are not there. */
int orphans_collect(struct db *, const struct artifact_store *, const struct orphans_wish *,
                    FILE *out) MUST_CHECK;
