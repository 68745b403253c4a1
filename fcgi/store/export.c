#include "export.h"

#include "rows.h"

static const struct field experiment_columns[] = {
    COLUMN(stored_experiment, experiment_id),     COLUMN(stored_experiment, name),
    COLUMN(stored_experiment, artifact_location), COLUMN(stored_experiment, lifecycle_stage),
    COLUMN(stored_experiment, workspace),         COLUMN(stored_experiment, creation_time),
    COLUMN(stored_experiment, last_update_time),  FIELDS_END,
};

#define SELECT_EXPERIMENTS                                                                         \
    "SELECT experiment_id, name, artifact_location, lifecycle_stage, workspace, creation_time,"    \
    "       last_update_time FROM experiments"
static const char select_experiments[] = SELECT_EXPERIMENTS " ORDER BY experiment_id";
static const char select_experiment[] = SELECT_EXPERIMENTS " WHERE experiment_id = ?";

int export_experiments(struct db *db, const struct text_list *ids,
                       struct stored_experiment **experiments, size_t *count)
{
    struct rows *rows;

    if (!ids->count)
        return db_select(db, &rows, select_experiments) < 0
                   ? -1
                   : rows_collect(db, rows, experiment_columns, sizeof(**experiments),
                                  (void **)experiments, count);
    *experiments = arena_array(db->mem, struct stored_experiment, ids->count);
    for (*count = 0; *count < ids->count; ++*count) {
        int found = db_select(db, &rows, select_experiment, text(ids->items[*count]));

        if (found == 0)
            found = db_next(rows, experiment_columns, *experiments + *count);
        if (found == 0)
            return fail(db, INVALID_PARAMETER_VALUE, "There is no experiment with id %s.",
                        ids->items[*count]);
        if (found < 0)
            return -1;
        db_finish(rows);
    }
    return 0;
}

struct id {
    const char *id;
};
static const struct field id_columns[] = { COLUMN(id, id), FIELDS_END };
static const char select_run_ids[] =
    "SELECT run_uuid AS id FROM runs WHERE experiment_id = ? ORDER BY run_uuid";
static const char select_model_ids[] =
    "SELECT model_id AS id FROM logged_models WHERE experiment_id = ? ORDER BY model_id";

static int collect_ids(struct db *db, struct rows *rows, struct text_list *list)
{
    struct id *ids;
    size_t count;

    if (rows_collect(db, rows, id_columns, sizeof(*ids), (void **)&ids, &count) < 0)
        return -1;
    list->items = arena_array(db->mem, const char *, count);
    for (list->count = 0; list->count < count; list->count++)
        list->items[list->count] = ids[list->count].id;
    return 0;
}

int export_run_ids(struct db *db, int64_t experiment_id, struct text_list *list)
{
    struct rows *rows;

    if (db_select(db, &rows, select_run_ids, integer(experiment_id)) < 0)
        return -1;
    return collect_ids(db, rows, list);
}

int export_model_ids(struct db *db, int64_t experiment_id, struct text_list *list)
{
    struct rows *rows;

    if (db_select(db, &rows, select_model_ids, integer(experiment_id)) < 0)
        return -1;
    return collect_ids(db, rows, list);
}

static const struct field run_columns[] = {
    COLUMN(stored_run, run_uuid),         COLUMN(stored_run, name),
    COLUMN(stored_run, source_type),      COLUMN(stored_run, source_name),
    COLUMN(stored_run, entry_point_name), COLUMN(stored_run, user_id),
    COLUMN(stored_run, status),           COLUMN(stored_run, start_time),
    COLUMN(stored_run, end_time),         COLUMN(stored_run, source_version),
    COLUMN(stored_run, lifecycle_stage),  COLUMN(stored_run, artifact_uri),
    COLUMN(stored_run, deleted_time),     FIELDS_END,
};
static const char select_run[] =
    "SELECT run_uuid, name, source_type, source_name, entry_point_name, user_id, status,"
    "       start_time, end_time, source_version, lifecycle_stage, artifact_uri, deleted_time"
    "  FROM runs WHERE run_uuid = ?";

int export_run(struct db *db, const char *run_id, struct stored_run *run)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_run, text(run_id)) < 0)
        return -1;
    found = db_next(rows, run_columns, run);
    db_finish(rows);
    if (!found)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "it was deleted for good meanwhile.");
    return found < 0 ? -1 : 0;
}

const struct field stored_point_columns[] = {
    COLUMN(stored_point, key),  COLUMN(stored_point, value),  COLUMN(stored_point, timestamp),
    COLUMN(stored_point, step), COLUMN(stored_point, is_nan), FIELDS_END,
};
static const char select_points[] = "SELECT `key`, value, timestamp, step, is_nan FROM metrics"
                                    " WHERE run_uuid = ? ORDER BY `key`, timestamp, step, value";

int export_points(struct db *db, const char *run_id, struct rows **rows)
{
    return db_select(db, rows, select_points, text(run_id));
}

static const char select_md5[] = "SELECT MD5(CONCAT(?, ?)) AS id";

int export_md5(struct db *db, const char *a, const char *b, const char **hex)
{
    struct id id = { 0 };
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_md5, text(a), text(b)) < 0)
        return -1;
    found = db_next(rows, id_columns, &id);
    db_finish(rows);
    *hex = id.id;
    return found < 0 ? -1 : 0;
}

static const struct field left_columns[] = {
    COLUMN(left_behind, traces),
    COLUMN(left_behind, registered_models),
    FIELDS_END,
};
static const char select_left_behind[] =
    "SELECT (SELECT COUNT(*) FROM trace_info) AS traces,"
    "       (SELECT COUNT(*) FROM registered_models) AS registered_models";

int export_left_behind(struct db *db, struct left_behind *left)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_left_behind) < 0)
        return -1;
    found = db_next(rows, left_columns, left);
    db_finish(rows);
    return found < 0 ? -1 : 0;
}
