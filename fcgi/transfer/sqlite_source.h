/* Reading MLflow's SQLite database, and copying its tables row by row. */
#pragma once

#include <sqlite3.h>

#include "import_place.h"

/* -1: ended early, as said. */
int import_sqlite(struct transfer *) MUST_CHECK;

/* The failure is what SQLite says. */
int sqlite_fail(struct transfer *, sqlite3 *);
int sqlite_prepare(struct transfer *, sqlite3 *, const char *sql, sqlite3_stmt **) MUST_CHECK;
/* A copy of the cell; NULL for NULL. */
const char *sqlite_text(struct transfer *, sqlite3_stmt *row, int column);

/* All rows of the table, with the ids that experiments and datasets have here; files of
 * runs and models as well. Rows that cannot be had are told. -1: nothing more can. */
int sqlite_copy_table(struct transfer *, sqlite3 *, const char *table) MUST_CHECK;
