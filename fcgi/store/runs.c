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
static const char select_run_stage[] =
    "SELECT run_uuid, lifecycle_stage, experiment_id FROM runs WHERE run_uuid = ?";

int run_must_be_active(struct db *db, const char *run_id, struct run *run)
{
    struct stage stage = { 0 };
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_run_stage, text(run_id)) < 0)
        return -1;
    found = db_next(rows, stage_columns, &stage);
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

/* A search, taken apart into what several queries are made of. */
struct page {
    const struct run_search *search;
    struct sql where, joins, order;
};

static void add_where(struct sql *sql, const struct run_search *search, const struct sql *filter)
{
    struct value *ids = arena_array(sql->mem, struct value, search->experiment_count);

    for (size_t i = 0; i < search->experiment_count; i++)
        ids[i] = integer(search->experiment_ids[i]);
    sql_add(sql, search->everywhere ? " WHERE 1" : " WHERE r.experiment_id IN ");
    if (!search->everywhere)
        sql_add_set(sql, ids, search->experiment_count);
    sql_add(sql, stage_clause(search->view));
    sql_append(sql, filter);
}

/* The rows of the ids that inner finds. The wide rows of runs are read for the page
 * alone: sorting and skipping is done on what an index holds. */
static int select_page(struct db *db, const char *name, const struct page *page,
                       const struct sql *inner, struct run **runs, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql, "SELECT r.run_uuid, r.experiment_id, r.name, r.user_id, r.status, r.start_time,"
                  "       r.end_time, r.artifact_uri, r.lifecycle_stage FROM (");
    sql_append(&sql, inner);
    sql_add(&sql, ") p JOIN runs r ON r.run_uuid = p.run_uuid");
    sql_append(&sql, &page->joins);
    sql_add(&sql, " ORDER BY ");
    sql_append(&sql, &page->order);
    if (sql_select(db, &rows, name, &sql) < 0)
        return -1;
    return rows_collect(db, rows, run_columns, sizeof(**runs), (void **)runs, count);
}

static int select_by_order(struct db *db, const struct page *page, struct run **runs, size_t *count)
{
    struct sql inner = sql_new(db->mem);

    sql_add(&inner, "SELECT r.run_uuid FROM runs r");
    sql_append(&inner, &page->joins);
    sql_append(&inner, &page->where);
    sql_add(&inner, " ORDER BY ");
    sql_append(&inner, &page->order);
    sql_add(&inner, " LIMIT ? OFFSET ?", integer(page->search->max_results + 1),
            integer(page->search->offset));
    return select_page(db, "search_runs", page, &inner, runs, count);
}

struct bound {
    struct opt_real value;
};
static const struct field bound_columns[] = { COLUMN(bound, value), FIELDS_END };

/* The value behind so many of the metric's values, whoever's they are; not set if
 * there are no more. */
static int value_behind(struct db *db, const char *metric, bool descending, int64_t entries,
                        struct bound *bound)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;
    int more;

    *bound = (struct bound){ 0 };
    sql_add(&sql,
            "SELECT value FROM latest_metrics FORCE INDEX (cairn_latest_metrics_value)"
            " WHERE `key` = ? AND is_nan = 0 ORDER BY value",
            text(metric));
    sql_add(&sql, descending ? " DESC LIMIT 1 OFFSET ?" : " LIMIT 1 OFFSET ?", integer(entries));
    if (sql_select(db, &rows, "select_value_behind", &sql) < 0)
        return -1;
    more = db_next(rows, bound_columns, bound);
    db_finish(rows);
    return more < 0 ? -1 : 0;
}

/* The page by the index of values, without sorting all runs: of its first entries
 * those of the experiment are sorted, and none of equal value is left behind. Finds
 * less than a full page where runs without the metric or with NaN belong to it, or
 * where most entries are those of other experiments: then it was in vain. */
static int select_among(struct db *db, const struct page *page, const char *metric, bool descending,
                        int64_t entries, struct run **runs, size_t *count)
{
    struct sql inner = sql_new(db->mem);
    struct bound bound;

    if (value_behind(db, metric, descending, entries, &bound) < 0)
        return -1;
    sql_add(&inner, "SELECT r.run_uuid"
                    " FROM latest_metrics o0 FORCE INDEX (cairn_latest_metrics_value)"
                    " STRAIGHT_JOIN runs r ON r.run_uuid = o0.run_uuid");
    sql_append(&inner, &page->where);
    sql_add(&inner, " AND o0.`key` = ? AND o0.is_nan = 0", text(metric));
    if (bound.value.set) /* as a value: compared with a sub-select, it is no range of the index */
        sql_add(&inner, descending ? " AND o0.value > ?" : " AND o0.value < ?",
                real(bound.value.value));
    sql_add(&inner, " ORDER BY ");
    sql_append(&inner, &page->order);
    sql_add(&inner, " LIMIT ? OFFSET ?", integer(page->search->max_results + 1),
            integer(page->search->offset));
    return select_page(db, "search_runs_by_metric", page, &inner, runs, count);
}

/* Looks at few entries, then at more. Every experiment may have this metric: what is
 * looked at in vain must cost less than sorting the runs of this one. */
static int select_by_metric(struct db *db, const struct page *page, const char *metric,
                            bool descending, struct run **runs, size_t *count)
{
    enum {
        MOST = 5000,
    };
    int64_t end = page->search->offset + page->search->max_results + 1;

    for (int64_t entries = 2 * end; entries <= MOST; entries *= 8) {
        if (select_among(db, page, metric, descending, entries, runs, count) < 0)
            return -1;
        if (*count > (size_t)page->search->max_results)
            return 0;
    }
    *count = 0;
    return 0;
}

struct counted {
    int64_t n;
};
static const struct field counted_columns[] = { COLUMN(counted, n), FIELDS_END };

/* Whether so many runs are searched that sorting them all is worth avoiding. */
static int is_large(struct db *db, const struct run_search *search, bool *large)
{
    enum {
        LARGE = 2000
    };
    struct sql sql = sql_new(db->mem), nothing = sql_new(db->mem);
    struct counted counted = { 0 };
    struct rows *rows;
    int more;

    sql_add(&sql, "SELECT COUNT(*) AS n FROM (SELECT 1 FROM runs r");
    add_where(&sql, search, &nothing);
    sql_add(&sql, " LIMIT ?) q", integer(LARGE));
    if (sql_select(db, &rows, "count_runs", &sql) < 0)
        return -1;
    more = db_next(rows, counted_columns, &counted);
    db_finish(rows);
    *large = counted.n >= LARGE;
    return more < 0 ? -1 : 0;
}

int run_search_rows(struct db *db, const struct run_search *search, struct run **runs,
                    size_t *count)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql filter = sql_new(db->mem);
    struct page page = { search, sql_new(db->mem), sql_new(db->mem), sql_new(db->mem) };
    bool descending = false, large = false;
    const char *metric;

    *count = 0;
    if (search_filter(&ctx, SEARCH_RUNS, search->filter, &filter) < 0 ||
        search_order(&ctx, SEARCH_RUNS, search->order_by, &page.joins, &page.order) < 0)
        return -1;
    if (!search->experiment_count && !search->everywhere)
        return 0;
    add_where(&page.where, search, &filter);
    metric = search_order_metric(&ctx, search->order_by, &descending);
    if (metric && is_large(db, search, &large) < 0)
        return -1;
    if (large) {
        if (select_by_metric(db, &page, metric, descending, runs, count) < 0)
            return -1;
        if (*count > (size_t)search->max_results)
            return 0;
    }
    return select_by_order(db, &page, runs, count);
}

int run_search_where(struct db *db, const struct run_search *search, struct sql *sql)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql filter = sql_new(db->mem);

    if (search_filter(&ctx, SEARCH_RUNS, search->filter, &filter) < 0)
        return -1;
    if (search->experiment_count || search->everywhere)
        add_where(sql, search, &filter);
    else
        sql_add(sql, " WHERE 0");
    return 0;
}

int run_search_count(struct db *db, const struct run_search *search, int64_t *total)
{
    struct sql sql = sql_new(db->mem);
    struct counted counted = { 0 };
    struct rows *rows;
    int more;

    sql_add(&sql, "SELECT COUNT(*) AS n FROM runs r");
    if (run_search_where(db, search, &sql) < 0 ||
        sql_select(db, &rows, "count_found_runs", &sql) < 0)
        return -1;
    more = db_next(rows, counted_columns, &counted);
    db_finish(rows);
    *total = counted.n;
    return more < 0 ? -1 : 0;
}
