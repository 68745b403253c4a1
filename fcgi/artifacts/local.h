/* What the files of the local store share. */
#pragma once

#include "ops.h"

/* Fails with what the disk said in errno, as the client is to know it. */
int local_fail(const struct artifact_store *, const char *what, const char *path);

/* Opens the directory name, not through a link. -1 with errno. */
int local_open_directory(int at, const char *name) MUST_CHECK;

/* Removes a file, a link itself, or a directory with all that is in it. What is not
 * there is no failure. -1 with errno. */
int local_remove_tree(int at, const char *name);

/* Brings these bytes of a file to the disk ahead of its fsync, which alone tells whether
 * they arrived: a piece at a time, and of all workers together one piece. */
void local_write_out(const struct artifact_store *, int fd, int64_t offset, int64_t size);

/* Opens what nginx staged. -1 with errno. */
int local_open_staged(const struct artifact_store *, const char *body_file) MUST_CHECK;

/* The file gets the name path in the store, replacing one; directories are made. All
 * names are on disk when this returns. -1 with errno. */
int local_move_in(const struct artifact_store *, const char *path, const char *file) MUST_CHECK;

/* Uploads in parts: see artifacts.h. */
int local_upload_begin(const struct artifact_store *, const char *path, const char *base,
                       struct upload *) MUST_CHECK;
int local_upload_part(const struct artifact_store *, const char *id, int64_t number,
                      const char *body_file, const char **etag) MUST_CHECK;
int local_upload_size(const struct artifact_store *, const char *id, int64_t *bytes) MUST_CHECK;
int local_upload_complete(const struct artifact_store *, const char *path,
                          const struct upload *) MUST_CHECK;
int local_upload_abort(const struct artifact_store *, const char *path, const char *id) MUST_CHECK;
