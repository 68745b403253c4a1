#include "logged_models.h"

#include "rows.h"

static const struct field model_columns[] = {
    COLUMN(logged_model, model_id),       COLUMN(logged_model, experiment_id),
    COLUMN(logged_model, name),           COLUMN(logged_model, artifact_location),
    COLUMN(logged_model, created),        COLUMN(logged_model, updated),
    COLUMN(logged_model, status),         COLUMN(logged_model, lifecycle_stage),
    COLUMN(logged_model, model_type),     COLUMN(logged_model, source_run_id),
    COLUMN(logged_model, status_message), FIELDS_END,
};

#define SELECT_MODEL                                                                               \
    "SELECT m.model_id, m.experiment_id, m.name, m.artifact_location,"                             \
    "       m.creation_timestamp_ms AS created, m.last_updated_timestamp_ms AS updated, m.status," \
    "       m.lifecycle_stage, m.model_type, m.source_run_id, m.status_message"                    \
    "  FROM logged_models m"

static const char insert_model[] =
    "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,"
    "                           creation_timestamp_ms, last_updated_timestamp_ms, status,"
    "                           lifecycle_stage, model_type, source_run_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)";

int logged_model_insert(struct db *db, const struct logged_model *m)
{
    return db_exec(db, insert_model, text(m->model_id), integer(m->experiment_id), text(m->name),
                   text(m->artifact_location), integer(m->created), integer(m->updated),
                   integer(m->status), text(m->model_type), text(m->source_run_id)) < 0
               ? -1
               : 0;
}

static int fail_missing(struct db *db, const char *model_id)
{
    return fail(db, RESOURCE_DOES_NOT_EXIST, "Logged model with ID '%s' not found.", model_id);
}

static const char select_model[] = SELECT_MODEL " WHERE m.model_id = ?";
static const char select_undeleted_model[] =
    SELECT_MODEL " WHERE m.model_id = ? AND m.lifecycle_stage != 'deleted'";

int logged_model_by_id(struct db *db, const char *model_id, bool deleted_too,
                       struct logged_model *model)
{
    struct rows *rows;
    int found = deleted_too ? db_select(db, &rows, select_model, text(model_id))
                            : db_select(db, &rows, select_undeleted_model, text(model_id));

    if (found < 0)
        return -1;
    found = db_next(rows, model_columns, model);
    db_finish(rows);
    if (found == 0)
        return fail_missing(db, model_id);
    return found < 0 ? -1 : 0;
}

int logged_models_by_ids(struct db *db, const struct text_list *texts, struct logged_model **models,
                         size_t *count)
{
    struct value *ids = arena_array(db->mem, struct value, texts->count);

    *models = NULL;
    *count = 0;
    if (!texts->count)
        return 0;
    for (size_t i = 0; i < texts->count; i++)
        ids[i] = text(texts->items[i]);
    return rows_of_ids(db, "select_models_of_run", SELECT_MODEL " WHERE m.model_id IN ", ids,
                       texts->count, " AND m.lifecycle_stage != 'deleted'", model_columns,
                       sizeof(**models), (void **)models, count);
}

static const char update_model_status[] =
    "UPDATE logged_models SET status = ?, last_updated_timestamp_ms = ? WHERE model_id = ?";

int logged_model_set_status(struct db *db, const char *model_id, int64_t status, int64_t now)
{
    int64_t found = db_exec(db, update_model_status, integer(status), integer(now), text(model_id));

    if (found == 0)
        return fail_missing(db, model_id);
    return found < 0 ? -1 : 0;
}

static const char update_model_stage[] =
    "UPDATE logged_models SET lifecycle_stage = 'deleted', last_updated_timestamp_ms = ?"
    " WHERE model_id = ?";

int logged_model_set_deleted(struct db *db, const char *model_id, int64_t now)
{
    int64_t found = db_exec(db, update_model_stage, integer(now), text(model_id));

    if (found == 0)
        return fail_missing(db, model_id);
    return found < 0 ? -1 : 0;
}

static void add_pairs(struct sql *sql, const struct logged_model *model,
                      const struct key_value *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sql_add(sql, i ? ", (?, ?, ?, ?)" : "(?, ?, ?, ?)", text(model->model_id),
                integer(model->experiment_id), text(pairs[i].key), text(pairs[i].value));
}

int logged_model_params_insert(struct db *db, const struct logged_model *model,
                               const struct key_value *params, size_t count)
{
    struct sql sql = sql_new(db->mem);

    if (!count)
        return 0;
    sql_add(&sql, "INSERT INTO logged_model_params (model_id, experiment_id, param_key,"
                  "                                 param_value) VALUES ");
    add_pairs(&sql, model, params, count);
    if (sql_exec(db, "insert_model_params", &sql) >= 0)
        return 0;
    return db_is_duplicate(db)
               ? fail(db, BAD_REQUEST,
                      "One of these params is there already, or twice in this request: params of "
                      "a logged model are written once.")
               : -1;
}

int logged_model_tags_put(struct db *db, const struct logged_model *model,
                          const struct key_value *tags, size_t count)
{
    struct sql sql = sql_new(db->mem);

    if (!count)
        return 0;
    sql_add(&sql, "INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value)"
                  " VALUES ");
    add_pairs(&sql, model, tags, count);
    sql_add(&sql, " ON DUPLICATE KEY UPDATE tag_value = VALUES(tag_value)");
    return sql_exec(db, "upsert_model_tags", &sql) < 0 ? -1 : 0;
}

static const char delete_model_tag[] =
    "DELETE FROM logged_model_tags WHERE model_id = ? AND tag_key = ?";

int logged_model_tag_remove(struct db *db, const struct logged_model *model, const char *key)
{
    int64_t gone = db_exec(db, delete_model_tag, text(model->model_id), text(key));

    if (gone == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "No tag with key %s found for model with ID '%s'.",
                    python_repr(db->mem, key), model->model_id);
    return gone < 0 ? -1 : 0;
}

static const struct field pair_columns[] = {
    COLUMN(owned_pair, id),
    COLUMN(owned_pair, key),
    COLUMN(owned_pair, value),
    FIELDS_END,
};
static const struct field metric_columns[] = {
    COLUMN(model_metric, model_id),
    COLUMN(model_metric, key),
    COLUMN(model_metric, value),
    COLUMN(model_metric, timestamp),
    COLUMN(model_metric, step),
    COLUMN(model_metric, run_id),
    COLUMN(model_metric, dataset_name),
    COLUMN(model_metric, dataset_digest),
    FIELDS_END,
};

int logged_model_data(struct db *db, const struct logged_model *models, size_t count,
                      struct model_data *d)
{
    struct value *ids = arena_array(db->mem, struct value, count);

    *d = (struct model_data){ 0 };
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = text(models[i].model_id);
    if (rows_of_ids(db, "select_model_params",
                    "SELECT model_id AS id, param_key AS `key`, param_value AS value"
                    "  FROM logged_model_params WHERE model_id IN ",
                    ids, count, " ORDER BY model_id, param_key", pair_columns, sizeof(*d->params),
                    (void **)&d->params, &d->param_count) < 0 ||
        rows_of_ids(db, "select_model_tags",
                    "SELECT model_id AS id, tag_key AS `key`, tag_value AS value"
                    "  FROM logged_model_tags WHERE model_id IN ",
                    ids, count, " ORDER BY model_id, tag_key", pair_columns, sizeof(*d->tags),
                    (void **)&d->tags, &d->tag_count) < 0)
        return -1;
    return rows_of_ids(db, "select_model_metrics",
                       "SELECT model_id, metric_name AS `key`, metric_value AS value,"
                       "       metric_timestamp_ms AS timestamp, metric_step AS step, run_id,"
                       "       dataset_name, dataset_digest"
                       "  FROM logged_model_metrics WHERE model_id IN ",
                       ids, count,
                       " ORDER BY model_id, metric_name, metric_timestamp_ms, metric_step, run_id",
                       metric_columns, sizeof(*d->metrics), (void **)&d->metrics, &d->metric_count);
}

static void add_experiments(struct sql *sql, const struct model_search *search)
{
    struct value *ids = arena_array(sql->mem, struct value, search->experiment_count);

    for (size_t i = 0; i < search->experiment_count; i++)
        ids[i] = integer(search->experiment_ids[i]);
    sql_add(sql, " WHERE m.lifecycle_stage != 'deleted' AND m.experiment_id IN ");
    sql_add_list(sql, ids, search->experiment_count);
}

int logged_model_search_rows(struct db *db, const struct model_search *search,
                             struct logged_model **models, size_t *count)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql sql = sql_new(db->mem), filter = sql_new(db->mem), order = sql_new(db->mem);
    struct rows *rows;

    *count = 0;
    if (model_filter(&ctx, search->filter, search->datasets, search->dataset_count, &filter) < 0 ||
        model_order_by(&ctx, search->order_by, search->order_count, &order) < 0)
        return -1;
    if (!search->experiment_count)
        return 0;
    sql_add(&sql, SELECT_MODEL);
    add_experiments(&sql, search);
    sql_append(&sql, &filter);
    sql_add(&sql, " ORDER BY ");
    sql_append(&sql, &order);
    sql_add(&sql, " LIMIT ? OFFSET ?", integer(search->max_results + 1), integer(search->offset));
    if (sql_select(db, &rows, "search_logged_models", &sql) < 0)
        return -1;
    return rows_collect(db, rows, model_columns, sizeof(**models), (void **)models, count);
}
