#include "summary.h"

#include "rows.h"

static const struct field summary_columns[] = {
    COLUMN(experiment_summary, experiment_id),
    COLUMN(experiment_summary, name),
    COLUMN(experiment_summary, lifecycle_stage),
    COLUMN(experiment_summary, creation_time),
    COLUMN(experiment_summary, runs),
    COLUMN(experiment_summary, running),
    COLUMN(experiment_summary, failed),
    COLUMN(experiment_summary, activity),
    FIELDS_END,
};

static const char *stages(enum view_type view)
{
    switch (view) {
    case VIEW_ACTIVE_ONLY:
        return "lifecycle_stage = 'active'";
    case VIEW_DELETED_ONLY:
        return "lifecycle_stage = 'deleted'";
    case VIEW_ALL:
        break;
    }
    return "lifecycle_stage IN ('active', 'deleted')";
}

static void add_which(struct sql *sql, const struct summary_search *search)
{
    struct value *ids = arena_array(sql->mem, struct value, search->experiment_count);

    sql_add(sql, stages(search->view));
    if (!search->experiment_count)
        return;
    for (size_t i = 0; i < search->experiment_count; i++)
        ids[i] = integer(search->experiment_ids[i]);
    sql_add(sql, " AND experiment_id IN ");
    sql_add_set(sql, ids, search->experiment_count);
}

/* Of each experiment with runs, from one index: cairn_runs_status, or for a few
 * experiments cairn_runs_page. */
static void add_counts(struct sql *sql, const struct summary_search *search)
{
    sql_add(sql, "SELECT experiment_id, COUNT(*) AS runs,"
                 "       COUNT(CASE WHEN status = 'RUNNING' THEN 1 END) AS running,"
                 "       COUNT(CASE WHEN status = 'FAILED' THEN 1 END) AS failed,"
                 "       MAX(GREATEST(COALESCE(start_time, 0), COALESCE(end_time, 0))) AS activity"
                 "  FROM runs WHERE ");
    add_which(sql, search);
    sql_add(sql, " GROUP BY experiment_id");
}

static const char count_active[] =
    "SELECT COUNT(*) AS n FROM experiments WHERE lifecycle_stage = 'active'";
static const char count_deleted[] =
    "SELECT COUNT(*) AS n FROM experiments WHERE lifecycle_stage = 'deleted'";
static const char count_all[] = "SELECT COUNT(*) AS n FROM experiments";

static int count_experiments(struct db *db, enum view_type view, int64_t *total)
{
    struct rows *rows;
    int failed = view == VIEW_ACTIVE_ONLY    ? db_select(db, &rows, count_active)
                 : view == VIEW_DELETED_ONLY ? db_select(db, &rows, count_deleted)
                                             : db_select(db, &rows, count_all);

    return failed < 0 ? -1 : rows_count(rows, total);
}

int summary_read(struct db *db, const struct summary_search *search,
                 struct experiment_summary **found, size_t *count, int64_t *total)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    if (count_experiments(db, search->view, total) < 0)
        return -1;
    sql_add(&sql, "SELECT e.experiment_id, e.name, e.lifecycle_stage, e.creation_time,"
                  "       COALESCE(s.runs, 0) AS runs, COALESCE(s.running, 0) AS running,"
                  "       COALESCE(s.failed, 0) AS failed,"
                  "       GREATEST(COALESCE(s.activity, 0), COALESCE(e.last_update_time, 0),"
                  "                COALESCE(e.creation_time, 0)) AS activity"
                  "  FROM (SELECT * FROM experiments WHERE workspace = 'default' AND ");
    add_which(&sql, search);
    sql_add(&sql, ") e LEFT JOIN (");
    add_counts(&sql, search);
    sql_add(&sql,
            ") s ON s.experiment_id = e.experiment_id"
            " ORDER BY activity DESC, e.experiment_id DESC LIMIT ?",
            integer(search->limit));
    if (sql_select(db, &rows, "select_summary", &sql) < 0)
        return -1;
    return rows_collect(db, rows, summary_columns, sizeof(**found), (void **)found, count);
}

int summary_tags(struct db *db, const struct experiment_summary *experiments, size_t count,
                 struct experiment_tag **tags, size_t *tag_count)
{
    struct value *ids = arena_array(db->mem, struct value, count);

    *tag_count = 0;
    *tags = NULL;
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = integer(experiments[i].experiment_id);
    return rows_of_ids(db, "select_summary_tags",
                       "SELECT experiment_id, `key`, LEFT(value, 200) AS value"
                       "  FROM experiment_tags WHERE experiment_id IN ",
                       ids, count,
                       " AND (`key` NOT LIKE 'mlflow.%' OR `key` IN ('mlflow.note.content',"
                       "      'mlflow.experiment.primaryMetric.name'))"
                       " ORDER BY experiment_id, `key`",
                       experiment_tag_columns, sizeof(**tags), (void **)tags, tag_count);
}

static const struct field activity_columns[] = {
    COLUMN(run_activity, run_uuid),
    COLUMN(run_activity, key),
    COLUMN(run_activity, value),
    COLUMN(run_activity, is_nan),
    COLUMN(run_activity, step),
    COLUMN(run_activity, last),
    FIELDS_END,
};

int summary_activity_read(struct db *db, const struct text_list *run_ids,
                          struct run_activity **found, size_t *count)
{
    struct value *ids = arena_array(db->mem, struct value, run_ids->count);

    *count = 0;
    *found = NULL;
    if (!run_ids->count)
        return 0;
    for (size_t i = 0; i < run_ids->count; i++)
        ids[i] = text(run_ids->items[i]);
    return rows_of_ids(
        db, "select_activity",
        "SELECT run_uuid, `key`, value, is_nan, step, last FROM ("
        "SELECT m.run_uuid, m.`key`, m.value, m.is_nan, m.step,"
        "       MAX(m.timestamp) OVER (PARTITION BY m.run_uuid) AS last,"
        "       ROW_NUMBER() OVER (PARTITION BY m.run_uuid"
        "           ORDER BY t.value IS NULL, m.`key` LIKE 'system/%', m.step DESC,"
        "                    m.timestamp DESC, m.`key`) AS place"
        "  FROM latest_metrics m JOIN runs r ON r.run_uuid = m.run_uuid"
        "  LEFT JOIN experiment_tags t ON t.experiment_id = r.experiment_id"
        "       AND t.`key` = 'mlflow.experiment.primaryMetric.name' AND t.value = m.`key`"
        " WHERE m.run_uuid IN ",
        ids, run_ids->count, ") q WHERE place = 1", activity_columns, sizeof(**found),
        (void **)found, count);
}
