/* What an upload or a deletion does to the recorded digests: nothing unless
 * artifact_checksums is set, and nothing for stores of the network, whose bytes do not
 * pass here. An upload first holds the row of its path, so that of two uploads to one
 * path the later one's digest and bytes stay; then the bytes are put in place; then they
 * are read back, and what was read is recorded. The answer comes after the commit. */
#pragma once

#include "../artifacts/artifacts.h"
#include "../request.h"

int upload_checksum_begin(struct request *, const struct artifact_store *,
                          const char *path) MUST_CHECK;
int upload_checksum_end(struct request *, const struct artifact_store *,
                        const char *path) MUST_CHECK;
/* Before path, and all below it, is removed. */
int upload_checksum_forget(struct request *, const struct artifact_store *,
                           const char *path) MUST_CHECK;
