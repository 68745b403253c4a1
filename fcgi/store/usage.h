/* How much is stored in each directory of the artifact store: what the quotas are held
 * against. A directory has a row from its first upload under a quota. */
#pragma once

#include "../db.h"

struct usage {
    int64_t bytes, files;
};

/* What a directory holds: 1, and nobody else changes it before the transaction ends;
 * 0 if it has no row. */
int usage_lock(struct db *, const char *directory, struct usage *) MUST_CHECK;

/* Gives the directory a row if it has none, and commits. */
int usage_begin(struct db *, const char *directory, const struct usage *, int64_t now) MUST_CHECK;

/* Adds to a row what may be negative; nothing falls below 0. */
int usage_add(struct db *, const char *directory, const struct usage *more) MUST_CHECK;

/* Replaces what a row says by what was counted; without files the row goes. */
int usage_set(struct db *, const char *directory, const struct usage *, int64_t now) MUST_CHECK;

/* All directories that have a row. */
int usage_directories(struct db *, struct text_list *directories) MUST_CHECK;

/* Forgets all that was counted. */
int usage_forget(struct db *) MUST_CHECK;
