#include "runs.h"

#include <string.h>

#include "rows.h"
#include "tags.h"

const struct field run_columns[] = {
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

static void add_run(struct sql *sql, const struct run *run)
{
    sql_add(sql,
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, "
            "user_id, status,"
            "                  start_time, end_time, deleted_time, source_version, lifecycle_stage,"
            "                  artifact_uri, experiment_id)"
            " VALUES (?, ?, 'UNKNOWN', '', '', ?, ?, ?, NULL, NULL, '', 'active', ?, ?)",
            text(run->run_uuid), text(run->name), text(run->user_id), text(run->status),
            optional(run->start_time), text(run->artifact_uri), integer(run->experiment_id));
}

int run_insert(struct db *db, const struct run *run)
{
    struct sql sql = sql_new(db->mem);

    add_run(&sql, run);
    return sql_exec(db, "insert_run", &sql) < 0 ? -1 : 0;
}

int run_insert_last(struct db *db, const struct run *run, const struct key_value *tags,
                    size_t count)
{
    struct sql block = sql_new(db->mem), sql = sql_new(db->mem);

    if (!db_has_blocks(db)) {
        tags_add_insert(&sql, run->run_uuid, tags, count);
        return run_insert(db, run) < 0 || sql_exec(db, "insert_tags", &sql) < 0 ? -1 : 0;
    }
    sql_add(&block, DB_BLOCK);
    add_run(&block, run);
    sql_add(&block, "; ");
    tags_add_insert(&block, run->run_uuid, tags, count);
    sql_add(&block, DB_BLOCK_END);
    return db_block(db, "insert_run", &block);
}

int run_take(struct db *db, struct rows *rows, const char *run_id, struct run *run)
{
    int found = db_next(rows, run_columns, run);

    if (found <= 0)
        db_finish(rows);
    if (found == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "Run with id=%s not found", run_id);
    return found < 0 ? -1 : 0;
}

static int read_run(struct db *db, const char *sql, const char *run_id, struct run *run)
{
    const struct value key[] = { text(run_id), { .type = VALUE_END } };
    struct rows *rows;

    if (db_select_values(db, &rows, "select_run", sql, key) < 0 ||
        run_take(db, rows, run_id, run) < 0)
        return -1;
    db_finish(rows);
    return 0;
}

void run_add_select(struct sql *sql, const char *run_id)
{
    sql_add(sql, SELECT_RUN " WHERE r.run_uuid = ?", text(run_id));
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

static const char select_parent[] =
    SELECT_RUN " JOIN tags t ON t.value = r.run_uuid"
               " WHERE t.`key` = '" PARENT_TAG "' AND t.run_uuid = ?";

static int read_parent(struct db *db, const char *run_id, struct run *parent)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_parent, text(run_id)) < 0)
        return -1;
    found = db_next(rows, run_columns, parent);
    db_finish(rows);
    return found;
}

static bool is_among(const struct run *runs, size_t count, const char *run_id)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(runs[i].run_uuid, run_id))
            return true;
    return false;
}

int run_parents(struct db *db, const char *run_id, struct run **parents, size_t *count)
{
    enum {
        MOST = 20, /* deeper than anybody nests */
    };
    struct run *all = arena_array(db->mem, struct run, MOST);
    const char *below = run_id;
    size_t first = MOST;
    int found = 1;

    while (first > 0 && (found = read_parent(db, below, &all[first - 1])) > 0) {
        below = all[first - 1].run_uuid;
        if (!strcmp(below, run_id) || is_among(all + first, MOST - first, below))
            break;
        first--;
    }
    *parents = all + first;
    *count = MOST - first;
    return found < 0 ? -1 : 0;
}

static const char select_child[] =
    "SELECT 1 AS n FROM tags t JOIN runs r ON r.run_uuid = t.run_uuid"
    " WHERE t.`key` = '" PARENT_TAG "' AND t.value = ? AND r.experiment_id = ?"
    "   AND r.lifecycle_stage = 'active' LIMIT 1";

int run_has_children(struct db *db, const struct run *run, bool *has)
{
    struct opt_int one;
    struct rows *rows;

    if (db_select(db, &rows, select_child, text(run->run_uuid), integer(run->experiment_id)) < 0 ||
        rows_number(rows, &one) < 0)
        return -1;
    *has = one.set;
    return 0;
}

struct stage {
    const char *run_uuid, *lifecycle_stage;
    int64_t experiment_id;
};
static const struct field stage_columns[] = {
    COLUMN(stage, run_uuid),
    COLUMN(stage, lifecycle_stage),
    COLUMN(stage, experiment_id),
    FIELDS_END,
};

#define SELECT_STAGE "SELECT run_uuid, lifecycle_stage, experiment_id FROM runs WHERE run_uuid = ?"
static const char select_run_stage[] = SELECT_STAGE;
static const char select_run_stage_held[] = SELECT_STAGE " LOCK IN SHARE MODE";

static int take_stage(struct db *db, struct rows *rows, const char *run_id, struct run *run)
{
    struct stage stage = { 0 };
    int found = db_next(rows, stage_columns, &stage);

    db_finish(rows);
    if (found < 0)
        return -1;
    if (!found)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "Run with id=%s not found", run_id);
    *run = (struct run){ .run_uuid = stage.run_uuid,
                         .lifecycle_stage = stage.lifecycle_stage,
                         .experiment_id = stage.experiment_id };
    return check_active(db, run);
}

int run_must_be_active(struct db *db, const char *run_id, struct run *run)
{
    struct rows *rows;

    return db_select(db, &rows, select_run_stage, text(run_id)) < 0
               ? -1
               : take_stage(db, rows, run_id, run);
}

int run_hold_active(struct db *db, const char *run_id, struct run *run)
{
    struct rows *rows;

    if (db_select(db, &rows, select_run_stage_held, text(run_id)) < 0 ||
        take_stage(db, rows, run_id, run) < 0)
        return -1;
    run->held = true;
    return 0;
}

int run_lock_active(struct db *db, const char *run_id, struct run *run)
{
    if (read_run(db, select_run_for_update, run_id, run) < 0 || check_active(db, run) < 0)
        return -1;
    run->held = true;
    return 0;
}

void run_add_before_insert(struct db *db, struct sql *sql, const struct run *run)
{
    if (run->held && db_is_mariadb(db))
        sql_add(sql, "SET STATEMENT foreign_key_checks = 0 FOR ");
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
