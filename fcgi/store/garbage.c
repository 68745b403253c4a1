#include "garbage.h"

#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum {
    ROWS_AT_ONCE = 10000
};

struct candidate {
    const char *id, *artifact_uri, *lifecycle_stage;
    struct opt_int deleted_time; /* ms */
    int64_t active_runs;
};
static const struct field candidate_columns[] = {
    COLUMN(candidate, id),
    COLUMN(candidate, artifact_uri),
    COLUMN(candidate, lifecycle_stage),
    COLUMN(candidate, deleted_time),
    COLUMN(candidate, active_runs),
    FIELDS_END,
};

/* What differs between the three kinds of things. */
struct kind {
    const char *name, *select, *id;
};
static const struct kind run_kind = {
    "Run",
    "SELECT run_uuid AS id, artifact_uri, lifecycle_stage, deleted_time, 0 AS active_runs FROM "
    "runs",
    "run_uuid",
};
static const struct kind model_kind = {
    "Logged model",
    "SELECT model_id AS id, artifact_location AS artifact_uri, lifecycle_stage,"
    "       last_updated_timestamp_ms AS deleted_time, 0 AS active_runs FROM logged_models",
    "model_id",
};
static const struct kind experiment_kind = {
    "Experiment",
    "SELECT CAST(experiment_id AS CHAR) AS id, artifact_location AS artifact_uri, lifecycle_stage,"
    "       last_update_time AS deleted_time,"
    "       (SELECT COUNT(*) FROM runs r WHERE r.experiment_id = experiments.experiment_id"
    "           AND r.lifecycle_stage = 'active') AS active_runs FROM experiments",
    "experiment_id",
};

static int check_named(struct db *db, const struct kind *kind, const struct garbage_wish *wish,
                       const struct text_list *ids, const struct candidate *found, size_t count)
{
    for (size_t i = 0; i < ids->count; i++) {
        size_t k = 0;

        while (k < count && strcasecmp(found[k].id, ids->items[i]) != 0)
            k++;
        if (k == count)
            return fail(db, RESOURCE_DOES_NOT_EXIST, "%s with id=%s not found", kind->name,
                        ids->items[i]);
        if (!found[k].lifecycle_stage || strcmp(found[k].lifecycle_stage, "deleted") != 0)
            return fail(db, INVALID_PARAMETER_VALUE,
                        "%s %s is not in `deleted` lifecycle stage. Only what is in `deleted` "
                        "lifecycle stage can be deleted.",
                        kind->name, ids->items[i]);
        if (wish->older_than && (!found[k].deleted_time.set ||
                                 found[k].deleted_time.value > wish->now - wish->older_than))
            return fail(db, INVALID_PARAMETER_VALUE, "%s %s is not older than the required age.",
                        kind->name, ids->items[i]);
    }
    return 0;
}

static void add_candidates(struct db *db, const struct candidate *found, size_t count,
                           struct garbage_item **items, size_t *item_count)
{
    *items = arena_grow(db->mem, *items, *item_count * sizeof(**items),
                        (*item_count + count) * sizeof(**items));
    for (size_t i = 0; i < count; i++) {
        bool there = false;

        for (size_t k = 0; k < *item_count && !there && *item_count < 1000; k++)
            there = !strcmp((*items)[k].id, found[i].id);
        if (!there)
            (*items)[(*item_count)++] =
                (struct garbage_item){ found[i].id, found[i].artifact_uri, found[i].active_runs };
    }
}

static int find(struct db *db, const struct kind *kind, const struct garbage_wish *wish,
                const struct text_list *ids, struct garbage_item **items, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct value *values = arena_array(db->mem, struct value, ids->count);
    struct candidate *found;
    struct rows *rows;
    size_t found_count;

    for (size_t i = 0; i < ids->count; i++)
        values[i] = text(ids->items[i]);
    sql_add(&sql, kind->select);
    if (ids->count) {
        sql_add(&sql, " WHERE ");
        sql_add(&sql, kind->id);
        sql_add(&sql, " IN ");
        sql_add_list(&sql, values, ids->count);
    } else {
        sql_add(&sql, " WHERE lifecycle_stage = 'deleted'");
    }
    if (sql_select(db, &rows, "select_garbage", &sql) < 0 ||
        rows_collect(db, rows, candidate_columns, sizeof(*found), (void **)&found, &found_count) <
            0 ||
        check_named(db, kind, wish, ids, found, found_count) < 0)
        return -1;
    if (!ids->count && wish->older_than) {
        size_t kept = 0;

        for (size_t i = 0; i < found_count; i++)
            if (found[i].deleted_time.set &&
                found[i].deleted_time.value <= wish->now - wish->older_than)
                found[kept++] = found[i];
        found_count = kept;
    }
    add_candidates(db, found, found_count, items, count);
    return 0;
}

static const char select_runs_of[] =
    "SELECT run_uuid AS id, artifact_uri, lifecycle_stage, deleted_time, 0 AS active_runs FROM runs"
    " WHERE experiment_id = ? AND lifecycle_stage = 'deleted'";

int garbage_find(struct db *db, const struct garbage_wish *wish, struct garbage *g)
{
    bool named = wish->run_ids.count || wish->experiment_ids.count || wish->model_ids.count;

    *g = (struct garbage){ 0 };
    /* Who names some things means these, and no others. */
    if (((!named || wish->run_ids.count) &&
         find(db, &run_kind, wish, &wish->run_ids, &g->runs, &g->run_count) < 0) ||
        ((!named || wish->model_ids.count) &&
         find(db, &model_kind, wish, &wish->model_ids, &g->models, &g->model_count) < 0) ||
        ((!named || wish->experiment_ids.count) &&
         find(db, &experiment_kind, wish, &wish->experiment_ids, &g->experiments,
              &g->experiment_count) < 0))
        return -1;
    for (size_t i = 0; i < g->experiment_count; i++) {
        struct candidate *found;
        struct rows *rows;
        size_t count;

        if (g->experiments[i].active_runs)
            continue;
        if (db_select(db, &rows, select_runs_of, text(g->experiments[i].id)) < 0 ||
            rows_collect(db, rows, candidate_columns, sizeof(*found), (void **)&found, &count) < 0)
            return -1;
        add_candidates(db, found, count, &g->runs, &g->run_count);
    }
    return 0;
}

/* Runs one statement until it finds nothing more; each time is a transaction. */
static int repeat(struct db *db, const char *name, const char *sql, const char *id)
{
    for (;;) {
        const struct value values[] = { text(id), integer(ROWS_AT_ONCE), { .type = VALUE_END } };
        int64_t gone = db_exec_values(db, name, sql, values);

        if (gone < 0) {
            db_rollback(db);
            return -1;
        }
        if (db_commit(db) < 0)
            return -1;
        if (gone < ROWS_AT_ONCE)
            return 0;
    }
}

static const char delete_run_row[] =
    "DELETE FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'deleted' LIMIT ?";

int garbage_delete_run(struct db *db, const char *run_id)
{
    static const char *const of_run[] = {
        "DELETE FROM metrics WHERE run_uuid = ? LIMIT ?",
        "DELETE FROM latest_metrics WHERE run_uuid = ? LIMIT ?",
        "DELETE FROM params WHERE run_uuid = ? LIMIT ?",
        "DELETE FROM tags WHERE run_uuid = ? LIMIT ?",
        "DELETE FROM logged_model_metrics WHERE run_id = ? LIMIT ?",
        "DELETE FROM input_tags WHERE input_uuid IN (SELECT input_uuid FROM inputs"
        " WHERE destination_type = 'RUN' AND destination_id = ?) LIMIT ?",
        "DELETE FROM inputs WHERE destination_type = 'RUN' AND destination_id = ? LIMIT ?",
        "DELETE FROM inputs WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = ?"
        " LIMIT ?",
    };

    for (size_t i = 0; i < sizeof(of_run) / sizeof(*of_run); i++)
        if (repeat(db, "delete_of_run", of_run[i], run_id) < 0)
            return -1;
    return repeat(db, "delete_run_row", delete_run_row, run_id);
}

int garbage_delete_model(struct db *db, const char *model_id)
{
    static const char delete_model_metrics[] =
        "DELETE FROM logged_model_metrics WHERE model_id = ? LIMIT ?";
    static const char delete_model[] = /* params and tags go with it */
        "DELETE FROM logged_models WHERE model_id = ? AND lifecycle_stage = 'deleted' LIMIT ?";

    if (repeat(db, "delete_model_metrics", delete_model_metrics, model_id) < 0)
        return -1;
    return repeat(db, "delete_model", delete_model, model_id);
}

int garbage_delete_experiment(struct db *db, const char *experiment_id)
{
    static const char *const of_experiment[] = {
        /* spans, tags, metadata and assessments go with their traces */
        "DELETE FROM trace_info WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM logged_model_metrics WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM logged_models WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM online_scoring_configs WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM experiment_tags WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM sql_trace_rollup_rebuild_queue WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM sql_trace_metric_daily_rollups WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM sql_span_cost_daily_rollups WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM sql_assessment_daily_rollups WHERE experiment_id = ? LIMIT ?",
        "DELETE FROM experiments WHERE experiment_id = ? AND lifecycle_stage = 'deleted' LIMIT ?",
    };

    for (size_t i = 0; i < sizeof(of_experiment) / sizeof(*of_experiment); i++)
        if (repeat(db, "delete_of_experiment", of_experiment[i], experiment_id) < 0)
            return -1;
    return 0;
}
