#include "experiments.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../search/search.h"
#include "rows.h"

static const struct field experiment_columns[] = {
    COLUMN(experiment, experiment_id),
    COLUMN(experiment, name),
    COLUMN(experiment, artifact_location),
    COLUMN(experiment, lifecycle_stage),
    COLUMN(experiment, last_update_time),
    COLUMN(experiment, creation_time),
    FIELDS_END,
};

#define SELECT_EXPERIMENT                                                                          \
    "SELECT e.experiment_id, e.name, e.artifact_location, e.lifecycle_stage,"                      \
    "       e.last_update_time, e.creation_time"                                                   \
    "  FROM experiments e"

static const char select_experiment[] = SELECT_EXPERIMENT " WHERE e.experiment_id = ?";
static const char select_experiment_by_name[] =
    SELECT_EXPERIMENT " WHERE e.workspace = 'default' AND e.name = ?";

/* 1: found, 0: not, -1: failed. */
static int find(struct db *db, const char *sql, struct value key, struct experiment *e)
{
    struct rows *rows;
    int found;

    if (db_select_values(db, &rows, "select_experiment", sql,
                         (const struct value[]){ key, { .type = VALUE_END } }) < 0)
        return -1;
    found = db_next(rows, experiment_columns, e);
    db_finish(rows);
    return found;
}

int experiment_by_id(struct db *db, int64_t id, struct experiment *e)
{
    int found = find(db, select_experiment, integer(id), e);

    if (found == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=%" PRId64 " exists", id);
    return found < 0 ? -1 : 0;
}

int experiment_by_name(struct db *db, const char *name, struct experiment *e)
{
    int found = find(db, select_experiment_by_name, text(name), e);

    if (found == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "Could not find experiment with name '%s'", name);
    return found < 0 ? -1 : 0;
}

int experiment_must_be_active(struct db *db, int64_t id, struct experiment *e)
{
    if (experiment_by_id(db, id, e) < 0)
        return -1;
    if (strcmp(e->lifecycle_stage, "active") != 0)
        return fail(db, INVALID_PARAMETER_VALUE,
                    "The experiment %" PRId64
                    " must be in the 'active' state. Current state is %s.",
                    id, e->lifecycle_stage);
    return 0;
}

static const char insert_experiment[] =
    "INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time,"
    "                         last_update_time, workspace)"
    " VALUES (?, ?, 'active', ?, ?, 'default')";
static const char update_artifact_location[] =
    "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?";

int experiment_insert(struct db *db, struct experiment *e, const char *root)
{
    if (db_exec(db, insert_experiment, text(e->name),
                text(e->artifact_location ? e->artifact_location : ""), optional(e->creation_time),
                optional(e->creation_time)) < 0)
        return db_is_duplicate(db)
                   ? fail(db, RESOURCE_ALREADY_EXISTS,
                          "Experiment(name=%s) already exists. Error: a deleted experiment keeps "
                          "its name until it is permanently deleted.",
                          e->name)
                   : -1;
    e->experiment_id = db_last_insert_id(db);
    if (e->artifact_location)
        return 0;
    e->artifact_location =
        uri_append(db->mem, root, arena_printf(db->mem, "%" PRId64, e->experiment_id));
    return db_exec(db, update_artifact_location, text(e->artifact_location),
                   integer(e->experiment_id)) < 0
               ? -1
               : 0;
}

static const char update_experiment_name[] =
    "UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = ?";

int experiment_rename(struct db *db, int64_t id, const char *name, int64_t now)
{
    struct experiment e = { 0 };

    if (experiment_by_id(db, id, &e) < 0)
        return -1;
    if (strcmp(e.lifecycle_stage, "active") != 0)
        return fail(db, INVALID_STATE, "Cannot rename a non-active experiment.");
    if (db_exec(db, update_experiment_name, text(name), integer(now), integer(id)) >= 0)
        return 0;
    return db_is_duplicate(db)
               ? fail(db, RESOURCE_ALREADY_EXISTS, "Experiment(name=%s) already exists.", name)
               : -1;
}

static const char update_experiment_stage[] =
    "UPDATE experiments SET lifecycle_stage = ?, last_update_time = ?"
    " WHERE experiment_id = ? AND lifecycle_stage = ?";
static const char update_runs_stage[] =
    "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = ?";

int experiment_set_deleted(struct db *db, int64_t id, bool deleted, int64_t now)
{
    const char *to = deleted ? "deleted" : "active", *from = deleted ? "active" : "deleted";
    int64_t changed =
        db_exec(db, update_experiment_stage, text(to), integer(now), integer(id), text(from));

    if (changed == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=%" PRId64 " exists", id);
    if (changed < 0 ||
        db_exec(db, update_runs_stage, text(to), deleted ? integer(now) : null(), integer(id)) < 0)
        return -1;
    return 0;
}

static const char upsert_experiment_tag[] =
    "INSERT INTO experiment_tags (experiment_id, `key`, value) VALUES (?, ?, ?)"
    " ON DUPLICATE KEY UPDATE `key` = VALUES(`key`), value = VALUES(value)";

int experiment_tag_put(struct db *db, int64_t id, const struct key_value *tag)
{
    return db_exec(db, upsert_experiment_tag, integer(id), text(tag->key), text(tag->value)) < 0
               ? -1
               : 0;
}

static const char delete_experiment_tag[] =
    "DELETE FROM experiment_tags WHERE experiment_id = ? AND `key` = ?";

int experiment_tag_remove(struct db *db, int64_t id, const char *key)
{
    int64_t gone = db_exec(db, delete_experiment_tag, integer(id), text(key));

    if (gone == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST,
                    "No tag with name: %s in experiment with id %" PRId64, key, id);
    return gone < 0 ? -1 : 0;
}

static const char *stage_clause(enum view_type view)
{
    switch (view) {
    case VIEW_ACTIVE_ONLY:
        return " AND e.lifecycle_stage = 'active'";
    case VIEW_DELETED_ONLY:
        return " AND e.lifecycle_stage = 'deleted'";
    case VIEW_ALL:
        break;
    }
    return "";
}

int experiment_search_rows(struct db *db, const struct experiment_search *search,
                           struct experiment **found, size_t *count)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql sql = sql_new(db->mem), filter = sql_new(db->mem), joins = sql_new(db->mem),
               order = sql_new(db->mem);
    struct rows *rows;

    if (search_filter(&ctx, SEARCH_EXPERIMENTS, search->filter, &filter) < 0 ||
        search_order(&ctx, SEARCH_EXPERIMENTS, search->order_by, &joins, &order) < 0)
        return -1;
    sql_add(&sql, SELECT_EXPERIMENT);
    sql_append(&sql, &joins);
    sql_add(&sql, " WHERE e.workspace = 'default'");
    sql_add(&sql, stage_clause(search->view));
    sql_append(&sql, &filter);
    sql_add(&sql, " ORDER BY ");
    sql_append(&sql, &order);
    sql_add(&sql, " LIMIT ? OFFSET ?", integer(search->max_results + 1), integer(search->offset));
    if (sql_select(db, &rows, "search_experiments", &sql) < 0)
        return -1;
    return rows_collect(db, rows, experiment_columns, sizeof(**found), (void **)found, count);
}

const struct field experiment_tag_columns[] = {
    COLUMN(experiment_tag, experiment_id),
    COLUMN(experiment_tag, key),
    COLUMN(experiment_tag, value),
    FIELDS_END,
};

int experiment_tags(struct db *db, const struct experiment *experiments, size_t count,
                    struct experiment_tag **tags, size_t *tag_count)
{
    struct sql sql = sql_new(db->mem);
    struct value *ids = arena_array(db->mem, struct value, count);
    struct rows *rows;

    *tag_count = 0;
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = integer(experiments[i].experiment_id);
    sql_add(&sql,
            "SELECT experiment_id, `key`, value FROM experiment_tags WHERE experiment_id IN ");
    sql_add_set(&sql, ids, count);
    sql_add(&sql, " ORDER BY experiment_id, `key`");
    if (sql_select(db, &rows, "select_experiment_tags", &sql) < 0)
        return -1;
    return rows_collect(db, rows, experiment_tag_columns, sizeof(**tags), (void **)tags, tag_count);
}
