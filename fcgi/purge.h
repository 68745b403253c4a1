/* Deleting for good what is deleted: a run, a logged model, an experiment, and its
 * artifacts. What `cairn gc` and the trash of the pages do to each. */
#pragma once

#include "artifacts/artifacts.h"
#include "store/garbage.h"

struct purge {
    struct db *db;
    const struct config *config;
    bool has_checksums; /* the database has the table of recorded digests */
};

/* Where the artifacts at uri are: 1, or 0 if that is not in this server's stores, where
 * they stay. */
int purge_locate(const struct purge *, const char *uri, struct artifact_store *,
                 const char **path) MUST_CHECK;

/* Artifacts first and then the rows that name them, so that whoever is interrupted finds
 * what is left. Where runs that moved to other experiments have artifacts in the directory of
 * an experiment, the directory stays: `cairn gc --orphans` knows what of it is whose. *total: the
 * artifacts that were removed. rows as for garbage_delete(). 0: it is gone; 1: there is more of it,
 * call again; 2: it stays, for it is not deleted any more, or is an experiment that has runs. */
enum purged {
    PURGED = 0,
    PURGED_PART = 1,
    PURGED_NOT = 2,
};
int purge_item(const struct purge *, enum garbage_kind, const struct garbage_item *,
               struct artifact_total *, int64_t *rows) MUST_CHECK;
