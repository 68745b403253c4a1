/* Directories and small files, read and written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../error.h"
#include "../fields.h"

/* Names in a directory, sorted; a directory that is not there has none. */
int files_directories(const struct fields_ctx *, const char *path, struct text_list *) MUST_CHECK;
/* All regular files below it, as paths relative to it: keys that hold slashes. */
int files_below(const struct fields_ctx *, const char *path, struct text_list *) MUST_CHECK;
bool files_is_directory(const char *path);

/* The whole of a text. INVALID_PARAMETER_VALUE if it is not UTF-8 or holds a zero. */
int files_read(const struct fields_ctx *, const char *path, const char **text) MUST_CHECK;

/* The directory, and those above it. */
int files_make_directory(const struct fields_ctx *, const char *path) MUST_CHECK;
/* root/key, with the directories that slashes in key make. INVALID_PARAMETER_VALUE if
 * key is no name of a file below root. */
int files_path_of_key(const struct fields_ctx *, const char *root, const char *key,
                      const char **path) MUST_CHECK;
int files_write(const struct fields_ctx *, const char *path, const char *text) MUST_CHECK;
