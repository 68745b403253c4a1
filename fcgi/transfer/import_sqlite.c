/* The SQLite database of MLflow at the revision this binary knows: its tables have the
 * columns of ours, so rows are copied as they are; experiments are placed by name, and
 * their ids are put in wherever they stand. */
#include <stdlib.h>
#include <string.h>

#include "../store/migrate.h"
#include "sqlite_source.h"

static const char *const tables[] = {
#define TABLE(name, condition) #name,
#define MORE(name, condition)
#include "tables.def"
#undef TABLE
#undef MORE
};
enum {
    TABLES = sizeof(tables) / sizeof(*tables)
};
static struct opt_int cell_int(sqlite3_stmt *row, int column)
{
    return (struct opt_int){ .value = sqlite3_column_int64(row, column),
                             .set = sqlite3_column_type(row, column) != SQLITE_NULL };
}
static int import_one(struct transfer *t, sqlite3_stmt *row)
{
    struct foreign_experiment e = {
        .id = sqlite_text(t, row, 0),
        .name = sqlite_text(t, row, 1),
        .artifact_location = sqlite_text(t, row, 2),
        .lifecycle_stage = sqlite_text(t, row, 3),
        .creation_time = cell_int(row, 4),
        .last_update_time = cell_int(row, 5),
        .workspace = sqlite_text(t, row, 6),
    };
    const char *location = e.artifact_location ? e.artifact_location : "";
    int64_t id;

    if (!e.id || !e.name || !e.workspace)
        return fail(t, INVALID_PARAMETER_VALUE, "an experiment has no id, name or workspace.");
    if (import_source_of(t, location, NULL))
        location = NULL;
    if (import_experiment(t, &e, location, &id) == 0)
        return 0;
    transfer_problem(t, "experiment", e.id);
    return transfer_is_over(t) ? -1 : 0;
}

static int import_experiments(struct transfer *t, sqlite3 *from)
{
    sqlite3_stmt *row;
    int step;

    if (sqlite_prepare(
            t, from,
            "SELECT experiment_id, name, artifact_location, lifecycle_stage, creation_time,"
            " last_update_time, workspace FROM experiments ORDER BY experiment_id",
            &row) < 0)
        return -1;
    while ((step = sqlite3_step(row)) == SQLITE_ROW) {
        struct arena_mark mark = arena_mark(t->mem);

        if (import_one(t, row) < 0)
            break;
        arena_release(t->mem, mark);
    }
    (void)sqlite3_finalize(row);
    return step == SQLITE_DONE ? 0 : step == SQLITE_ROW ? -1 : sqlite_fail(t, from);
}

/* The first column of the first row; NULL if there is none. */
static const char *read_text(struct transfer *t, sqlite3 *from, const char *sql)
{
    const char *text = NULL;
    sqlite3_stmt *row;

    if (sqlite_prepare(t, from, sql, &row) < 0)
        return NULL;
    if (sqlite3_step(row) == SQLITE_ROW)
        text = sqlite_text(t, row, 0);
    (void)sqlite3_finalize(row);
    return text;
}

static int check_revision(struct transfer *t, sqlite3 *from)
{
    const char *revision = read_text(t, from, "SELECT version_num FROM alembic_version");

    if (!revision)
        return fail(t, INVALID_PARAMETER_VALUE, "it is no SQLite database of MLflow's.");
    if (strcmp(revision, MLFLOW_REVISION) != 0)
        return fail(t, INVALID_PARAMETER_VALUE,
                    "its schema is at revision %s, not %s. Run first, with MLflow 3.17.2: mlflow "
                    "db upgrade sqlite:///%s",
                    revision, MLFLOW_REVISION, t->path);
    return 0;
}

static int64_t count_rows(struct transfer *t, sqlite3 *from)
{
    int64_t total = 0;

    for (size_t i = 0; i < TABLES; i++) {
        const char *count =
            read_text(t, from, arena_printf(t->mem, "SELECT COUNT(*) FROM \"%s\"", tables[i]));

        total += count ? strtoll(count, NULL, 10) : 0;
    }
    return total;
}

static int import_tables(struct transfer *t, sqlite3 *from)
{
    for (size_t i = 0; i < TABLES; i++) {
        struct arena_mark mark = arena_mark(t->mem);

        error_clear(t->err);
        if (sqlite_copy_table(t, from, tables[i]) < 0) {
            transfer_problem(t, "table", tables[i]);
            if (transfer_is_over(t))
                return -1;
        }
        arena_release(t->mem, mark);
    }
    return 0;
}

static int import_database(struct transfer *t, sqlite3 *from)
{
    /* One state of it, whoever writes meanwhile. */
    if (check_revision(t, from) < 0 || sqlite3_exec(from, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        transfer_problem(t, "database", t->path);
        return -1;
    }
    progress_begin(&t->progress, t->name, "rows", count_rows(t, from));
    if (import_experiments(t, from) < 0) {
        transfer_problem(t, "database", t->path);
        return -1;
    }
    return import_tables(t, from);
}

int import_sqlite(struct transfer *t)
{
    sqlite3 *from = NULL;
    int failed;

    if (sqlite3_open_v2(t->path, &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        (void)sqlite_fail(t, from);
        transfer_problem(t, "database", t->path);
        failed = -1;
    } else {
        failed = import_database(t, from);
    }
    (void)sqlite3_close(from);
    return failed;
}
