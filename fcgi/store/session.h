/* A connection of an administrator's command: one at a time for each database,
 * and its statements never keep others waiting for long. */
#pragma once

#include <stdio.h>

#include "config.h"
#include "db.h"

struct session {
    struct error err;
    struct db db;
};

/* All return -1 after one line on standard error. */
int session_open(struct session *, const struct config *) MUST_CHECK;
int session_close(struct session *, int result);
/* Waits for another migration, adoption or release of this database to end. */
int session_lock(struct session *, const struct config *, FILE *out) MUST_CHECK;
int session_complain(const struct session *, const char *doing);

/* Executes a statement that changes a table. It needs the table for itself for a
 * moment, and everybody who comes after it waits as long as it waits: so it gives
 * way after some seconds, and tries again. -1 without a line: see err and
 * db_error_number(). */
int session_change(struct session *, const char *sql, size_t length, FILE *out) MUST_CHECK;
