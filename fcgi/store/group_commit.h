/* Group commit: single metrics that several workers have to write at the same moment are
 * written by one of them in one transaction. The others wait, and answer when it has
 * committed: what is acknowledged is committed here as well. It is only ever a shorter
 * way: whatever goes wrong (the writer is killed, or is stuck; a value of the group is
 * refused), each goes back to write its own value alone. So a value may be written twice,
 * which makes no difference to metrics.
 *
 * Knows nothing of SQL: who writes is told by the caller. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

enum {
    GROUP_MOST = 16, /* values of one transaction */
    GROUP_ID = 32,   /* bytes of a run's id */
    GROUP_KEY = 1000,
};

struct group_point {
    char run_id[GROUP_ID + 1], key[GROUP_KEY + 1];
    double value;
    int64_t timestamp, step;
};

struct group; /* memory shared by all workers */
struct group_seat;

/* Before the workers are forked. NULL: there is no memory for it. */
struct group *group_create(void);
void group_free(struct group *);

/* A worker's place in it, which a worker that died leaves to the next. NULL: all are
 * taken, then it works alone. */
struct group_seat *group_sit(struct group *);
void group_leave(struct group_seat *);

/* Whether the ids and keys fit into a point. */
bool group_fits(const char *run_id, const char *key);

/* Writes the points and commits, all or nothing: 0, or -1. */
typedef int group_write(void *context, const struct group_point *const *points, size_t count);

/* True: the point is committed, by this worker with write or by another with its own.
 * False: nobody says so, write it alone. Waits a quarter of a second at most for others. */
bool group_commit(struct group_seat *, const struct group_point *, group_write *,
                  void *context) MUST_CHECK;

/* For who left write by a jump: others lead from now on, and nobody waits for it. */
void group_abandon(struct group_seat *);
