/* What `cairn import` and `cairn export` share: the words of the call, the database,
 * what went wrong, what was counted. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "../config.h"
#include "../db.h"
#include "progress.h"

enum artifact_mode {
    ARTIFACTS_COPY,
    ARTIFACTS_LINK, /* hard links where the file system allows it */
    ARTIFACTS_NONE, /* they stay where they are, and so do their URIs */
};

/* An experiment of the source and the one it became. */
struct moved_experiment {
    const char *from;
    int64_t to;
};

struct transfer_counts {
    int64_t experiments, runs, params, tags, points, datasets, models, rows, files, bytes;
};

struct transfer {
    const struct config *config;
    const char *name; /* of the command, for messages */
    FILE *out;
    bool dry_run, sqlite; /* sqlite: the format of an export */
    enum artifact_mode artifacts;
    const char *path;                /* what is read, or written: absolute, without links */
    struct text_list roots;          /* directories whose files are taken along */
    const char *artifact_root;       /* what mlflow-artifacts:/ was; NULL: not told */
    struct text_list experiment_ids; /* of an export; empty: all */

    struct arena *mem;  /* given back after each run */
    struct arena *keep; /* as long as the call */
    struct error error, *err;
    struct db db;
    struct progress progress;
    struct transfer_counts counts;
    struct moved_experiment *moved;
    size_t moved_count;
    size_t problems;
};

/* Opens the database: its schema must be the one this binary knows, and no other
 * import may run. Says so if not. */
int transfer_open(struct transfer *, const struct config *, const char *name, FILE *out) MUST_CHECK;
void transfer_close(struct transfer *);

/* One line about what could not be done; the rest goes on, the exit status tells. */
void transfer_problem(struct transfer *, const char *what, const char *id);
/* The last failure ends everything: the database is gone. */
bool transfer_is_over(const struct transfer *);

/* Does one thing as one transaction, again if the database chose it as the victim of
 * a deadlock. On failure nothing of it is there. */
int transfer_transaction(struct transfer *, int (*step)(struct transfer *, void *),
                         void *) MUST_CHECK;

/* -1: one line on standard error, exit status 2. */
int transfer_usage(const struct transfer *, const char *what, const char *word);

/* The word behind --artifacts; as transfer_usage if it is none. */
int transfer_read_artifacts(struct transfer *, const char *value) MUST_CHECK;
