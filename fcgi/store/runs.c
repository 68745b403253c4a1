#include "runs.h"

#include <string.h>

#include "../search/search.h"
#include "rows.h"

static const struct field run_columns[] = {
    COLUMN(run, run_uuid),
    COLUMN(run, experiment_id),
    COLUMN(run, name),
    COLUMN(run, user_id),
    COLUMN(run, status),
    COLUMN(run, start_time),
    COLUMN(run, end_time),
    COLUMN(run, artifact_uri),
    COLUMN(run, lifecycle_stage),
    FIELDS_END,
};

#define SELECT_RUN                                                                                 \
    "SELECT r.run_uuid, r.experiment_id, r.name, r.user_id, r.status, r.start_time,"               \
    "       r.end_time, r.artifact_uri, r.lifecycle_stage"                                         \
    "  FROM runs r"

static const char select_run[] = SELECT_RUN " WHERE r.run_uuid = ?";
static const char select_run_for_update[] = SELECT_RUN " WHERE r.run_uuid = ? FOR UPDATE";

static const char insert_run[] =
    "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status,"
    "                  start_time, end_time, deleted_time, source_version, lifecycle_stage,"
    "                  artifact_uri, experiment_id)"
    " VALUES (?, ?, 'UNKNOWN', '', '', ?, ?, ?, NULL, NULL, '', 'active', ?, ?)";

int run_insert(struct db *db, const struct run *run)
{
    return db_exec(db, insert_run, text(run->run_uuid), text(run->name), text(run->user_id),
                   text(run->status), optional(run->start_time), text(run->artifact_uri),
                   integer(run->experiment_id)) < 0
               ? -1
               : 0;
}

static int read_run(struct db *db, const char *sql, const char *run_id, struct run *run)
{
    const struct value key[] = { text(run_id), { .type = VALUE_END } };
    struct rows *rows;
    int found;

    if (db_select_values(db, &rows, "select_run", sql, key) < 0)
        return -1;
    found = db_next(rows, run_columns, run);
    db_finish(rows);
    if (found == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "Run with id=%s not found", run_id);
    return found < 0 ? -1 : 0;
}

static int check_active(struct db *db, const struct run *run)
{
    if (run->lifecycle_stage && !strcmp(run->lifecycle_stage, "active"))
        return 0;
    return fail(db, INVALID_PARAMETER_VALUE,
                "The run %s must be in the 'active' state. Current state is %s.", run->run_uuid,
                run->lifecycle_stage ? run->lifecycle_stage : "unknown");
}

int run_by_id(struct db *db, const char *run_id, struct run *run)
{
    return read_run(db, select_run, run_id, run);
}

int run_must_be_active(struct db *db, const char *run_id, struct run *run)
{
    return read_run(db, select_run, run_id, run) < 0 ? -1 : check_active(db, run);
}

int run_lock_active(struct db *db, const char *run_id, struct run *run)
{
    return read_run(db, select_run_for_update, run_id, run) < 0 ? -1 : check_active(db, run);
}

static const char update_run[] =
    "UPDATE runs SET status = ?, end_time = ?, name = ? WHERE run_uuid = ?";

int run_write(struct db *db, const struct run *run)
{
    return db_exec(db, update_run, text(run->status), optional(run->end_time), text(run->name),
                   text(run->run_uuid)) < 0
               ? -1
               : 0;
}

static const char update_run_stage[] =
    "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_uuid = ?";

int run_set_deleted(struct db *db, const char *run_id, bool deleted, int64_t now)
{
    int64_t found = db_exec(db, update_run_stage, text(deleted ? "deleted" : "active"),
                            deleted ? integer(now) : null(), text(run_id));

    if (found == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "Run with id=%s not found", run_id);
    return found < 0 ? -1 : 0;
}

static const char *stage_clause(enum view_type view)
{
    switch (view) {
    case VIEW_ACTIVE_ONLY:
        return " AND r.lifecycle_stage = 'active'";
    case VIEW_DELETED_ONLY:
        return " AND r.lifecycle_stage = 'deleted'";
    case VIEW_ALL:
        break;
    }
    return " AND r.lifecycle_stage IN ('active', 'deleted')";
}

static void add_experiments(struct sql *sql, const struct run_search *search)
{
    struct value *ids = arena_array(sql->mem, struct value, search->experiment_count);

    for (size_t i = 0; i < search->experiment_count; i++)
        ids[i] = integer(search->experiment_ids[i]);
    sql_add(sql, " WHERE r.experiment_id IN ");
    sql_add_list(sql, ids, search->experiment_count);
}

int run_search_rows(struct db *db, const struct run_search *search, struct run **runs,
                    size_t *count)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql sql = sql_new(db->mem), filter = sql_new(db->mem), joins = sql_new(db->mem),
               order = sql_new(db->mem);
    struct rows *rows;

    *count = 0;
    if (search_filter(&ctx, SEARCH_RUNS, search->filter, &filter) < 0 ||
        search_order(&ctx, SEARCH_RUNS, search->order_by, &joins, &order) < 0)
        return -1;
    if (!search->experiment_count)
        return 0;
    sql_add(&sql, SELECT_RUN);
    sql_append(&sql, &joins);
    add_experiments(&sql, search);
    sql_add(&sql, stage_clause(search->view));
    sql_append(&sql, &filter);
    sql_add(&sql, " ORDER BY ");
    sql_append(&sql, &order);
    sql_add(&sql, " LIMIT ? OFFSET ?", integer(search->max_results + 1), integer(search->offset));
    if (sql_select(db, &rows, "search_runs", &sql) < 0)
        return -1;
    return rows_collect(db, rows, run_columns, sizeof(**runs), (void **)runs, count);
}
