/* What receiving parts and making a file of them have in common. */
#pragma once

#include "local.h"
#include "part_table.h"

/* Always returns -1. */
int part_no_upload(const struct artifact_store *);

/* The file, in the upload's directory, of a part that is not in data. */
const char *part_file_name(struct arena *, int number);

/* Copies a range within the kernel, sharing blocks where the file system can. -1 with
 * errno. */
int part_copy(const struct artifact_store *, int from, int64_t from_at, int to, int64_t to_at,
              int64_t size) MUST_CHECK;

/* -1 with errno. */
int part_open_data(const struct part_table *) MUST_CHECK;
