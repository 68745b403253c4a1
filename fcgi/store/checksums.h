/* Digests of artifacts, as they were recorded at upload. The hash of a location is its key. */
#pragma once

#include "../db.h"

struct checksum {
    const char *path_hash, *location, *sha256;
    int64_t size;
};

/* Makes others who write to the location wait until this transaction ends. */
int checksum_hold(struct db *, const char *hash, const char *location, int64_t now) MUST_CHECK;
/* What the artifact is now; after checksum_hold(). */
int checksum_set(struct db *, const char *hash, int64_t size, const char *sha256,
                 int64_t now) MUST_CHECK;
/* Forgets the location and all below it. */
int checksum_forget(struct db *, const char *location) MUST_CHECK;

/* 1, or 0 if there is none. hold: waits for those who write to it, and makes others wait. */
int checksum_find(struct db *, const char *hash, bool hold, struct checksum *) MUST_CHECK;
/* At most limit rows whose hashes come after this one, in their order. */
int checksum_page(struct db *, const char *after, int64_t limit, struct checksum *,
                  size_t *count) MUST_CHECK;
/* Also tells whether the database has the table: -1 rows if not. */
int checksum_count(struct db *, int64_t *rows) MUST_CHECK;
