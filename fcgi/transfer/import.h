/* `cairn import`: what an `mlruns` directory or an SQLite mlflow.db holds, put into the
 * server's database and artifact store: ids, times, values and stages as they are. */
#pragma once

#include <stdio.h>

#include "../store/transfer.h"
#include "transfer.h"

/* words: PATH, --artifacts copy|link|none, --artifact-root DIR, --dry-run. Safe to
 * interrupt and to repeat: what is here already stays as it is. 0 all is here, 1 some
 * of it is not, as said on standard error, 2 for words it does not know. */
int import_run(const struct config *, int argc, char **argv, FILE *out);

/* The two kinds of stores. -1: ended early, as said. */
int import_files(struct transfer *) MUST_CHECK;
int import_sqlite(struct transfer *) MUST_CHECK;

/* The place here of an experiment of the source; says so if its id is another. NULL for
 * the location means that its artifacts come here. */
int import_experiment(struct transfer *, const struct foreign_experiment *, const char *location,
                      int64_t *id) MUST_CHECK;

/* The local directory that a URI of the source means, if its files are to be taken
 * along; NULL: they are elsewhere. own: where the store keeps the files of this thing;
 * they are there when a store has been moved, or its experiment is in the trash. NULL:
 * there is no such place. */
const char *import_source_of(struct transfer *, const char *uri, const char *own);
/* Brings the files of source to mlflow-artifacts:/path, which becomes *uri. source NULL:
 * nothing happens, *uri stays. */
int import_artifacts(struct transfer *, const char *source, const char *path,
                     const char **uri) MUST_CHECK;
