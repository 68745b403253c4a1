/* The parts of the export to SQLite: the file (export_sqlite.c), rows (export_tables.c),
 * artifacts (export_artifacts.c). */
#pragma once

#include <sqlite3.h>

#include "../artifacts/artifacts.h"
#include "transfer.h"

/* The failure is what SQLite says. */
int target_fail(struct transfer *, sqlite3 *);
int target_exec(struct transfer *, sqlite3 *, const char *sql) MUST_CHECK;
int target_prepare(struct transfer *, sqlite3 *, const char *sql, sqlite3_stmt **) MUST_CHECK;

/* How many rows there are to copy, for the bar. */
int export_count_rows(struct transfer *, const struct text_list *experiment_ids,
                      int64_t *) MUST_CHECK;
/* The rows of those experiments; all rows of the database if there are none. Rows that
 * cannot be written are told. -1: nothing more can. */
int export_rows(struct transfer *, sqlite3 *to, const struct text_list *experiment_ids) MUST_CHECK;

/* The files that URIs of the rows name, to DIR/mlartifacts; the URIs become those of a
 * server that has it as its destination. */
int export_row_artifacts(struct transfer *, sqlite3 *to) MUST_CHECK;

/* All files at path of the store, to the directory; counted. */
int export_tree(struct transfer *, const struct artifact_store *, const char *path,
                const char *directory) MUST_CHECK;
