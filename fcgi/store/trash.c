#include "trash.h"

#include "rows.h"

static const struct field experiment_columns[] = {
    COLUMN(trashed_experiment, experiment_id),
    COLUMN(trashed_experiment, name),
    COLUMN(trashed_experiment, artifact_location),
    COLUMN(trashed_experiment, gone_time),
    COLUMN(trashed_experiment, runs),
    COLUMN(trashed_experiment, active_runs),
    FIELDS_END,
};
static const struct field run_row_columns[] = {
    COLUMN(trashed_run, run_uuid),      COLUMN(trashed_run, name),
    COLUMN(trashed_run, experiment_id), COLUMN(trashed_run, experiment_name),
    COLUMN(trashed_run, user_id),       COLUMN(trashed_run, status),
    COLUMN(trashed_run, artifact_uri),  COLUMN(trashed_run, start_time),
    COLUMN(trashed_run, deleted_time),  FIELDS_END,
};

#define RUNS_OF(stage)                                                                             \
    "(SELECT COUNT(*) FROM runs r WHERE r.experiment_id = e.experiment_id"                         \
    "    AND r.lifecycle_stage = '" stage "')"

static const char select_experiments[] =
    "SELECT e.experiment_id, e.name, e.artifact_location, e.last_update_time AS gone_time,"
    "       " RUNS_OF("deleted") " AS runs, " RUNS_OF(
        "active") " AS active_runs"
                  "  FROM experiments e WHERE e.lifecycle_stage = 'deleted'"
                  " ORDER BY e.last_update_time DESC, e.experiment_id DESC LIMIT ? OFFSET ?";

int trash_experiments(struct db *db, int64_t offset, int64_t limit,
                      struct trashed_experiment **found, size_t *count)
{
    struct rows *rows;

    if (db_select(db, &rows, select_experiments, integer(limit), integer(offset)) < 0)
        return -1;
    return rows_collect(db, rows, experiment_columns, sizeof(**found), (void **)found, count);
}

#define DELETED_RUNS                                                                               \
    "  FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id"                        \
    " WHERE e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'deleted'"

static const char select_runs[] =
    "SELECT r.run_uuid, r.name, r.experiment_id, e.name AS experiment_name, r.user_id, r.status,"
    "       r.artifact_uri, r.start_time, r.deleted_time" DELETED_RUNS
    " ORDER BY r.deleted_time DESC, r.run_uuid LIMIT ? OFFSET ?";

int trash_runs(struct db *db, int64_t offset, int64_t limit, struct trashed_run **found,
               size_t *count)
{
    struct rows *rows;

    if (db_select(db, &rows, select_runs, integer(limit), integer(offset)) < 0)
        return -1;
    return rows_collect(db, rows, run_row_columns, sizeof(**found), (void **)found, count);
}

static const char count_experiments[] =
    "SELECT COUNT(*) AS n FROM experiments WHERE lifecycle_stage = 'deleted'";
static const char count_runs[] = "SELECT COUNT(*) AS n" DELETED_RUNS;

int trash_experiments_count(struct db *db, int64_t *total)
{
    struct rows *rows;

    return db_select(db, &rows, count_experiments) < 0 ? -1 : rows_count(rows, total);
}

int trash_runs_count(struct db *db, int64_t *total)
{
    struct rows *rows;

    return db_select(db, &rows, count_runs) < 0 ? -1 : rows_count(rows, total);
}

int trash_restore_runs(struct db *db, const struct text_list *ids, int64_t *restored)
{
    struct sql sql = sql_new(db->mem);
    struct value *values = arena_array(db->mem, struct value, ids->count);

    sql_add(&sql, "UPDATE runs r JOIN experiments e ON e.experiment_id = r.experiment_id"
                  "   SET r.lifecycle_stage = 'active', r.deleted_time = NULL"
                  " WHERE r.lifecycle_stage = 'deleted' AND e.lifecycle_stage = 'active'");
    for (size_t i = 0; i < ids->count; i++)
        values[i] = text(ids->items[i]);
    if (ids->count) {
        sql_add(&sql, " AND r.run_uuid IN ");
        sql_add_set(&sql, values, ids->count);
    }
    *restored = sql_exec(db, "restore_runs", &sql);
    return *restored < 0 ? -1 : 0;
}

static const char select_experiment_ids[] =
    "SELECT experiment_id FROM experiments WHERE lifecycle_stage = 'deleted'";

int trash_experiment_ids(struct db *db, int64_t **ids, size_t *count)
{
    static const struct field columns[] = { COLUMN(trashed_experiment, experiment_id), FIELDS_END };
    struct trashed_experiment *found;
    struct rows *rows;

    if (db_select(db, &rows, select_experiment_ids) < 0 ||
        rows_collect(db, rows, columns, sizeof(*found), (void **)&found, count) < 0)
        return -1;
    *ids = arena_array(db->mem, int64_t, *count);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = found[i].experiment_id;
    return 0;
}
