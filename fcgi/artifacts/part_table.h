/* An upload in parts that is under way on disk: a directory stage_dir/parts/ID that
 * holds "data", the file to be; a part under its number, when its place in data is not
 * known yet; and "table", which says of each part where it is. Workers are processes of
 * their own, so that the table is also what they lock: a part while it is received, all
 * of it to end the upload. A lock goes with its process. Functions return -1 with errno. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../arena.h"
#include "../error.h"

enum {
    PART_NONE, /* nothing, or half of it */
    PART_DATA, /* in data, at offset */
    PART_FILE, /* in a file of its own */
};

/* 64 bytes each, so that none lies in two sectors. */
struct part_entry {
    int64_t size, offset;
    int32_t state, unused;
    char etag[40];
};

struct part_table {
    int dir, file;
    const char *destination; /* the file's path, and that of the store before it */
    int count;
    bool placed;       /* data is at its destination, or about to be */
    int64_t part_size; /* of all parts but the last; 0: not known; -1: they differ */
};

/* Makes the directory of a new upload, on disk when this returns. */
int part_table_create(struct arena *, const char *stage_dir, const char *id, int count,
                      const char *destination) MUST_CHECK;

/* 1, or 0: there is no such upload, whatever id is. */
int part_table_open(struct arena *, const char *stage_dir, const char *id,
                    struct part_table *) MUST_CHECK;
void part_table_close(struct part_table *);

/* Waits for a part (from 1), or for the whole table (0), and reads part_size and placed
 * anew. 1, or 0: the upload was removed meanwhile. Closing the table unlocks it. */
int part_table_lock(struct part_table *, int number) MUST_CHECK;

int part_table_read(const struct part_table *, int number, struct part_entry *) MUST_CHECK;
/* On disk when this returns. */
int part_table_write(const struct part_table *, int number, const struct part_entry *) MUST_CHECK;
int part_table_set_placed(struct part_table *, bool);
int part_table_set_size(struct part_table *, int64_t part_size) MUST_CHECK;
/* The size of the parts but the last: that of the one that comes first. */
int part_table_agree_on_size(struct part_table *, int64_t size) MUST_CHECK;

/* Locks the whole table if nobody has a lock on any of it: 1, or 0. */
int part_table_try_lock(struct part_table *) MUST_CHECK;

/* Removes the upload, which is locked whole. */
int part_table_remove(struct part_table *, const char *stage_dir, const char *id) MUST_CHECK;
