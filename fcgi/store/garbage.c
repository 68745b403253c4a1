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
        if (k == count && wish->gone_is_fine)
            continue;
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
    if (wish->limit && !ids->count) /* what stays takes nobody's place */
        sql_add(&sql, " HAVING active_runs = 0 LIMIT ?", integer(wish->limit));
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
    " WHERE experiment_id = ? AND lifecycle_stage = 'deleted' LIMIT ?";

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
        if (wish->limit && g->run_count >= (size_t)wish->limit)
            break;
        if (db_select(db, &rows, select_runs_of, text(g->experiments[i].id),
                      integer(wish->limit ? wish->limit : INT64_MAX)) < 0 ||
            rows_collect(db, rows, candidate_columns, sizeof(*found), (void **)&found, &count) < 0)
            return -1;
        add_candidates(db, found, count, &g->runs, &g->run_count);
    }
    return 0;
}

/* What is to be deleted stays locked from its lock to its last row, unless it has so many
 * rows that they go in several transactions. */
static const char lock_run[] =
    "SELECT run_uuid AS id FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'deleted' FOR UPDATE";
static const char lock_model[] = "SELECT model_id AS id FROM logged_models WHERE model_id = ?"
                                 "   AND lifecycle_stage = 'deleted' FOR UPDATE";
static const char lock_experiment[] =
    "SELECT CAST(experiment_id AS CHAR) AS id FROM experiments WHERE experiment_id = ?"
    "   AND lifecycle_stage = 'deleted'"
    "   AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.experiment_id = experiments.experiment_id)"
    "   FOR UPDATE";

int garbage_lock(struct db *db, enum garbage_kind kind, const char *id)
{
    static const struct field columns[] = { COLUMN(candidate, id), FIELDS_END };
    struct candidate found;
    struct rows *rows;
    int locked = -1;

    switch (kind) {
    case GARBAGE_RUN:
        locked = db_select(db, &rows, lock_run, text(id));
        break;
    case GARBAGE_MODEL:
        locked = db_select(db, &rows, lock_model, text(id));
        break;
    case GARBAGE_EXPERIMENT:
        locked = db_select(db, &rows, lock_experiment, text(id));
        break;
    }
    if (locked < 0)
        return -1;
    locked = db_next(rows, columns, &found);
    db_finish(rows);
    return locked;
}

/* Runs move to other experiments, and their models with them; their artifacts do not. */
static const char select_guest[] =
    "SELECT run_uuid AS id FROM runs"
    " WHERE experiment_id <> ? AND LEFT(artifact_uri, CHAR_LENGTH(?)) = ?"
    " UNION ALL "
    "SELECT model_id AS id FROM logged_models"
    " WHERE experiment_id <> ? AND LEFT(artifact_location, CHAR_LENGTH(?)) = ? LIMIT 1";

int garbage_has_guests(struct db *db, const struct garbage_item *experiment)
{
    static const struct field columns[] = { COLUMN(candidate, id), FIELDS_END };
    const char *uri = experiment->artifact_uri ? experiment->artifact_uri : "";
    size_t length = strlen(uri);
    struct candidate found;
    struct value id = text(experiment->id), home;
    struct rows *rows;
    int more;

    while (length && uri[length - 1] == '/')
        length--;
    home = text(arena_printf(db->mem, "%.*s/", (int)length, uri));
    if (db_select(db, &rows, select_guest, id, home, home, id, home, home) < 0)
        return -1;
    more = db_next(rows, columns, &found);
    db_finish(rows);
    return more;
}

/* Runs one statement until it finds nothing more, or rows are used up: 1 then. */
static int repeat(struct db *db, const char *sql, const char *id, int64_t *rows)
{
    for (;;) {
        const struct value values[] = { text(id), integer(ROWS_AT_ONCE), { .type = VALUE_END } };
        int64_t gone = db_exec_values(db, "delete_garbage", sql, values);

        if (gone < 0)
            return -1;
        if (rows)
            *rows -= gone;
        if (gone < ROWS_AT_ONCE)
            return 0;
        if (db_commit(db) < 0)
            return -1;
        if (rows && *rows <= 0)
            return 1;
    }
}

static const char *const of_run[] = {
    "DELETE FROM metrics WHERE run_uuid = ? LIMIT ?",
    "DELETE FROM latest_metrics WHERE run_uuid = ? LIMIT ?",
    "DELETE FROM params WHERE run_uuid = ? LIMIT ?",
    "DELETE FROM tags WHERE run_uuid = ? LIMIT ?",
    "DELETE FROM logged_model_metrics WHERE run_id = ? LIMIT ?",
    ("DELETE FROM input_tags WHERE input_uuid IN (SELECT input_uuid FROM inputs"
     " WHERE destination_type = 'RUN' AND destination_id = ?) LIMIT ?"),
    "DELETE FROM inputs WHERE destination_type = 'RUN' AND destination_id = ? LIMIT ?",
    ("DELETE FROM inputs WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = ?"
     " LIMIT ?"),
    "DELETE FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'deleted' LIMIT ?",
    NULL,
};
static const char *const of_model[] = {
    "DELETE FROM logged_model_metrics WHERE model_id = ? LIMIT ?",
    /* params and tags go with it */
    "DELETE FROM logged_models WHERE model_id = ? AND lifecycle_stage = 'deleted' LIMIT ?",
    NULL,
};
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
    NULL,
};

static int delete_rows(struct db *db, const char *const *statements, const char *id, int64_t *rows)
{
    for (; *statements; statements++) {
        int more = repeat(db, *statements, id, rows);

        if (more) {
            if (more < 0)
                db_rollback(db);
            return more;
        }
    }
    return db_commit(db);
}

int garbage_delete(struct db *db, enum garbage_kind kind, const char *id, int64_t *rows)
{
    switch (kind) {
    case GARBAGE_RUN:
        return delete_rows(db, of_run, id, rows);
    case GARBAGE_MODEL:
        return delete_rows(db, of_model, id, rows);
    case GARBAGE_EXPERIMENT:
        return delete_rows(db, of_experiment, id, rows);
    }
    return -1;
}

static int count_rows(struct db *db, const struct sql *sql, int64_t *count)
{
    struct rows *rows;

    return sql_select(db, &rows, "count_garbage", sql) < 0 ? -1 : rows_count(rows, count);
}

static void add_set(struct sql *sql, const char *before, const struct text_list *ids)
{
    struct value *values = arena_array(sql->mem, struct value, ids->count + 1);

    for (size_t i = 0; i < ids->count; i++)
        values[i] = text(ids->items[i]);
    if (!ids->count)
        values[0] = null(); /* IN (NULL): none */
    sql_add(sql, before);
    sql_add_set(sql, values, ids->count ? ids->count : 1);
}

/* What can go: not experiments with active runs. */
#define ACTIVE_RUN                                                                                 \
    "EXISTS (SELECT 1 FROM runs a WHERE a.experiment_id = e.experiment_id"                         \
    "           AND a.lifecycle_stage = 'active')"
#define GOING " AND NOT " ACTIVE_RUN

int garbage_count(struct db *db, const struct garbage_wish *wish, struct garbage_count *count)
{
    bool named = wish->run_ids.count || wish->experiment_ids.count || wish->model_ids.count;
    struct sql runs = sql_new(db->mem), models = sql_new(db->mem), experiments = sql_new(db->mem),
               staying = sql_new(db->mem);

    sql_add(&staying, "SELECT COUNT(*) AS n FROM experiments e WHERE e.lifecycle_stage = 'deleted'"
                      " AND " ACTIVE_RUN);
    sql_add(&runs, "SELECT COUNT(*) AS n FROM runs r WHERE r.lifecycle_stage = 'deleted'");
    sql_add(&models,
            "SELECT COUNT(*) AS n FROM logged_models m WHERE m.lifecycle_stage = 'deleted'");
    sql_add(&experiments,
            "SELECT COUNT(*) AS n FROM experiments e WHERE e.lifecycle_stage = 'deleted'" GOING);
    if (named) {
        add_set(&runs, " AND (r.run_uuid IN ", &wish->run_ids);
        add_set(&runs,
                " OR r.experiment_id IN (SELECT e.experiment_id FROM experiments e"
                " WHERE e.lifecycle_stage = 'deleted'" GOING " AND e.experiment_id IN ",
                &wish->experiment_ids);
        sql_add(&runs, "))");
        add_set(&models, " AND m.model_id IN ", &wish->model_ids);
        add_set(&experiments, " AND e.experiment_id IN ", &wish->experiment_ids);
        add_set(&staying, " AND e.experiment_id IN ", &wish->experiment_ids);
    }
    return count_rows(db, &runs, &count->runs) < 0 || count_rows(db, &models, &count->models) < 0 ||
                   count_rows(db, &experiments, &count->experiments) < 0 ||
                   count_rows(db, &staying, &count->staying) < 0
               ? -1
               : 0;
}
