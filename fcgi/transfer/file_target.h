/* The parts of the file store's export: the walk over experiments (export_files.c), a
 * run or a model (export_runs.c). */
#pragma once

#include "../store/export.h"
#include "transfer.h"

/* An experiment being exported. */
struct target {
    const struct stored_experiment *experiment;
    const char *path; /* of its directory, which may be in the trash */
    const char *uri;  /* of it as it is when it is not */
    struct text_list runs, models;
};

/* A run or a model, as a directory below that of its experiment. */
int export_run_files(struct transfer *, struct target *, const char *run_id) MUST_CHECK;
int export_model_files(struct transfer *, struct target *, const char *model_id) MUST_CHECK;

/* directory/key with the value as its text. */
int export_pair(struct transfer *, const char *directory, const char *key,
                const char *value) MUST_CHECK;
