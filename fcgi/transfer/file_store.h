/* The parts of the file store's import: the walk over experiments (import_files.c),
 * a run or a model (import_runs.c), what is a file for each name (import_keys.c). */
#pragma once

#include "import_place.h"
#include "meta.h"

/* -1: ended early, as said. */
int import_files(struct transfer *) MUST_CHECK;

struct source_dataset {
    const char *directory, *uuid;
};

/* An experiment being imported. */
struct source {
    const char *path, *from;
    int64_t id; /* here */
    struct source_dataset *datasets;
    size_t dataset_count;
};

/* One run or model, being put into the database. */
struct item {
    const struct source *of;
    const char *path, *id, *artifact_uri;
    struct meta meta;
    struct transfer_counts counts;
};

/* The run or model in the directory of that name; a directory without meta.yaml is
 * passed by. On failure nothing of it is in the database. */
int import_run_files(struct transfer *, const struct source *, const char *name) MUST_CHECK;
int import_model_files(struct transfer *, const struct source *, const char *name) MUST_CHECK;

/* The files below a directory: their paths are keys, their texts the values. */
int import_read_pairs(struct transfer *, const char *directory, struct text_list *keys,
                      const char ***texts) MUST_CHECK;
/* Params, tags and metrics of an item, counted in its counts. */
int import_run_keys(struct transfer *, struct item *) MUST_CHECK;
int import_model_keys(struct transfer *, struct item *) MUST_CHECK;

static inline const char *text_or(const char *text, const char *other)
{
    return text ? text : other;
}
