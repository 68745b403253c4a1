/* Where things of a source come from and go to: experiments, and the files of runs. */
#pragma once

#include "../store/transfer.h"
#include "transfer.h"

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
