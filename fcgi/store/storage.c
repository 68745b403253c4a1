#include "storage.h"

#include "rows.h"

static const struct field experiment_columns[] = {
    COLUMN(stored_experiment, experiment_id),
    COLUMN(stored_experiment, name),
    COLUMN(stored_experiment, artifact_location),
    COLUMN(stored_experiment, lifecycle_stage),
    COLUMN(stored_experiment, runs),
    COLUMN(stored_experiment, bytes),
    COLUMN(stored_experiment, files),
    COLUMN(stored_experiment, counted),
    FIELDS_END,
};

static const char select_experiments[] =
    "SELECT e.experiment_id, e.name, e.artifact_location, e.lifecycle_stage,"
    "       (SELECT COUNT(*) FROM runs r WHERE r.experiment_id = e.experiment_id) AS runs,"
    "       u.bytes, u.files, u.counted"
    "  FROM experiments e LEFT JOIN cairn_usage u"
    "       ON u.directory = CAST(CAST(e.experiment_id AS CHAR) AS BINARY)"
    " WHERE e.experiment_id > ? ORDER BY e.experiment_id LIMIT ?";

int storage_experiments(struct db *db, int64_t after, int64_t limit,
                        struct stored_experiment **found, size_t *count)
{
    struct rows *rows;

    if (db_select(db, &rows, select_experiments, integer(after), integer(limit)) < 0)
        return -1;
    return rows_collect(db, rows, experiment_columns, sizeof(**found), (void **)found, count);
}

static const char count_experiments[] = "SELECT COUNT(*) AS n FROM experiments";
static const char count_runs[] = "SELECT COUNT(*) AS n FROM runs WHERE experiment_id = ?";

int storage_experiments_count(struct db *db, int64_t *total)
{
    struct rows *rows;

    return db_select(db, &rows, count_experiments) < 0 ? -1 : rows_count(rows, total);
}

int storage_runs_count(struct db *db, int64_t experiment_id, int64_t *total)
{
    struct rows *rows;

    return db_select(db, &rows, count_runs, integer(experiment_id)) < 0 ? -1
                                                                        : rows_count(rows, total);
}

static const struct field run_row_columns[] = {
    COLUMN(stored_run, run_uuid),     COLUMN(stored_run, name),
    COLUMN(stored_run, artifact_uri), COLUMN(stored_run, lifecycle_stage),
    COLUMN(stored_run, start_time),   FIELDS_END,
};

#define SELECT_RUNS                                                                                \
    "SELECT run_uuid, name, artifact_uri, lifecycle_stage, start_time FROM runs"                   \
    " WHERE experiment_id = ?"

static const char select_runs[] = SELECT_RUNS " AND run_uuid > ? ORDER BY run_uuid LIMIT ?";
static const char select_deleted_runs[] =
    SELECT_RUNS " AND lifecycle_stage = 'deleted' ORDER BY run_uuid LIMIT ?";

int storage_runs(struct db *db, int64_t experiment_id, const char *after, int64_t limit,
                 struct stored_run **found, size_t *count)
{
    struct rows *rows;

    if (db_select(db, &rows, select_runs, integer(experiment_id), text(after), integer(limit)) < 0)
        return -1;
    return rows_collect(db, rows, run_row_columns, sizeof(**found), (void **)found, count);
}

int storage_deleted_runs(struct db *db, int64_t experiment_id, int64_t limit,
                         struct stored_run **found, size_t *count)
{
    struct rows *rows;

    if (db_select(db, &rows, select_deleted_runs, integer(experiment_id), integer(limit)) < 0)
        return -1;
    return rows_collect(db, rows, run_row_columns, sizeof(**found), (void **)found, count);
}

static const char select_series[] =
    "SELECT `key`, COUNT(*) AS points FROM metrics WHERE run_uuid = ?"
    " GROUP BY `key` ORDER BY points DESC, `key`";

int storage_series(struct db *db, const char *run_id, int64_t limit, struct stored_series **series,
                   size_t *count, struct stored_series *sum)
{
    static const struct field columns[] = { COLUMN(stored_series, key),
                                            COLUMN(stored_series, points), FIELDS_END };
    struct rows *rows;

    if (db_select(db, &rows, select_series, text(run_id)) < 0 ||
        rows_collect(db, rows, columns, sizeof(**series), (void **)series, count) < 0)
        return -1;
    *sum = (struct stored_series){ 0 };
    for (size_t i = 0; i < *count; i++)
        sum->points += (*series)[i].points;
    if (*count > (size_t)limit)
        *count = (size_t)limit;
    return 0;
}
