/* The artifact store on local disk. Paths are relative to artifact_root and were
 * decoded once; every step of them is opened without following links, so that
 * none leads out, whatever anybody does to the tree meanwhile. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../config.h"
#include "../error.h"
#include "../fields.h"

struct artifact_store {
    struct error *err;
    struct arena *mem;
    const struct config *config;
};

struct artifact {
    const char *name; /* the last step of its path */
    bool is_dir;
    int64_t size; /* bytes; 0 for directories */
};

/* Refuses what is no relative path below the root: INVALID_PARAMETER_VALUE
 * "Invalid path". *path loses a slash at its end. "" is the root. */
int artifact_path_check(const struct artifact_store *, const char **path) MUST_CHECK;

/* What is at path: 1 found, 0 nothing. */
int artifact_find(const struct artifact_store *, const char *path, struct artifact *) MUST_CHECK;

/* The entries of a directory, sorted by name; none if path is no directory. */
int artifact_entries(const struct artifact_store *, const char *path, struct artifact **,
                     size_t *count) MUST_CHECK;

/* Makes the file that nginx put into stage_dir ("" for an empty file) the artifact
 * at path, replacing one. On return it is on disk: file, directories and names
 * are synced before. */
int artifact_place(const struct artifact_store *, const char *path,
                   const char *body_file) MUST_CHECK;

struct artifact_total {
    int64_t files, bytes;
};
/* All files at and below path. */
int artifact_count(const struct artifact_store *, const char *path,
                   struct artifact_total *) MUST_CHECK;

/* The same for bytes that a worker has: small files only. */
int artifact_write(const struct artifact_store *, const char *path, const char *bytes,
                   size_t length) MUST_CHECK;

/* Removes a file or a tree; what is not there is no failure. */
int artifact_remove(const struct artifact_store *, const char *path) MUST_CHECK;

/* The path below artifact_root that an artifact URI names, or NULL if this store
 * does not hold it. */
const char *artifact_path_of_uri(const struct artifact_store *, const char *uri);

/* Content-Type by name, as MLflow gives it: text files of many kinds as
 * text/plain (mlflow/server/handlers.py _response_with_file_attachment_headers). */
const char *artifact_type(const char *name);
