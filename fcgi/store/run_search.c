/* The page of a search. Which way the database takes to it is decided here where the
 * choice matters: sorting all runs of an experiment for a page of them, or walking
 * along an index until the page is full. */
#include <string.h>

#include "../search/search.h"
#include "rows.h"
#include "runs.h"

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
    struct sql probe; /* where, for a walk */
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

static int select_number(struct db *db, const char *name, const struct sql *sql,
                         struct opt_int *number)
{
    struct rows *rows;

    return sql_select(db, &rows, name, sql) < 0 ? -1 : rows_number(rows, number);
}

/* --------------------------------------------------------------------- levels of a tree */

/* Names a parent, and not the run itself. */
#define NAMES_PARENT "t.`key` = '" PARENT_TAG "' AND t.value <> t.run_uuid"

/* Whether any run is below another one, in whatever experiment: one look at an index. */
static int any_nested(struct db *db, bool *nested)
{
    struct sql sql = sql_new(db->mem);
    struct opt_int number;

    sql_add(&sql, "SELECT COUNT(*) AS n FROM (SELECT 1 FROM tags t"
                  " WHERE t.`key` = '" PARENT_TAG "' LIMIT 1) q");
    if (select_number(db, "select_any_nested", &sql, &number) < 0)
        return -1;
    *nested = number.value > 0;
    return 0;
}

/* The parent is looked for by the same search: below one that it does not find nothing
 * would be seen. Its conditions are on r, which is the parent inside of the brackets. */
static void add_roots(struct sql *sql, const struct run_search *search, bool probing)
{
    struct sql found = sql_new(sql->mem);

    sql_append(&found, sql);
    sql_add(sql, probing ? " AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.run_uuid = r.run_uuid"
                           " AND " NAMES_PARENT " AND EXISTS (SELECT 1 FROM runs r"
                         : " AND r.run_uuid NOT IN (SELECT t.run_uuid FROM tags t"
                           " JOIN runs r ON r.run_uuid = t.value");
    add_where(sql, search, &found);
    sql_add(sql, probing ? " AND r.run_uuid = t.value))" : " AND " NAMES_PARENT ")");
}

static void add_children(struct sql *sql, const struct run_search *search)
{
    sql_add(sql,
            " AND r.run_uuid IN (SELECT t.run_uuid FROM tags t WHERE " NAMES_PARENT
            " AND t.value = ?)",
            text(search->parent));
}

/* Adds to the filter of a search, and to its probe if there is one, what keeps it to its
 * level. */
static int add_level(struct db *db, const struct run_search *search, struct sql *filter,
                     struct sql *probe)
{
    bool nested = false;

    if (search->level == TREE_ROOTS && any_nested(db, &nested) < 0)
        return -1;
    if (search->level == TREE_CHILDREN) {
        add_children(filter, search);
        if (probe)
            add_children(probe, search);
    } else if (nested) {
        add_roots(filter, search, false);
        if (probe)
            add_roots(probe, search, true);
    }
    return 0;
}

struct family {
    const char *run_uuid;
    int64_t children;
};
static const struct field family_columns[] = {
    COLUMN(family, run_uuid),
    COLUMN(family, children),
    FIELDS_END,
};

int run_search_children(struct db *db, const struct run_search *search, const struct run *runs,
                        size_t count, int64_t *children)
{
    struct run_search whole = *search;
    struct value *ids = arena_array(db->mem, struct value, count);
    struct sql sql = sql_new(db->mem);
    struct family *families;
    size_t family_count;
    struct rows *rows;

    memset(children, 0, count * sizeof(*children));
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = text(runs[i].run_uuid);
    whole.level = TREE_NONE;
    sql_add(&sql, "SELECT t.value AS run_uuid, COUNT(*) AS children"
                  "  FROM tags t JOIN runs r ON r.run_uuid = t.run_uuid");
    if (run_search_where(db, &whole, &sql) < 0)
        return -1;
    sql_add(&sql, " AND " NAMES_PARENT " AND t.value IN ");
    sql_add_set(&sql, ids, count);
    sql_add(&sql, " GROUP BY t.value");
    if (sql_select(db, &rows, "count_children", &sql) < 0 ||
        rows_collect(db, rows, family_columns, sizeof(*families), (void **)&families,
                     &family_count) < 0)
        return -1;
    for (size_t f = 0; f < family_count; f++)
        for (size_t i = 0; i < count; i++)
            if (!strcmp(families[f].run_uuid, runs[i].run_uuid))
                children[i] = families[f].children;
    return 0;
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

/* Whether so many runs are searched that sorting them all is worth avoiding. */
static int is_large(struct db *db, const struct run_search *search, bool *large)
{
    enum {
        LARGE = 2000
    };
    struct sql sql = sql_new(db->mem), nothing = sql_new(db->mem);
    struct opt_int number;

    sql_add(&sql, "SELECT COUNT(*) AS n FROM (SELECT 1 FROM runs r");
    add_where(&sql, search, &nothing);
    sql_add(&sql, " LIMIT ?) q", integer(LARGE));
    if (select_number(db, "count_runs", &sql, &number) < 0)
        return -1;
    *large = number.value >= LARGE;
    return 0;
}

/* The runs of one experiment in one stage lie in an index in the order of their start. */
#define FROM_PAGE_INDEX " FROM runs r FORCE INDEX (cairn_runs_page)"

static bool can_walk(const struct page *page)
{
    const struct run_search *search = page->search;

    return search->experiment_count == 1 && !search->everywhere && search->view != VIEW_ALL &&
           page->probe.length && !strcmp(page->order.text, "r.start_time DESC, r.run_uuid");
}

/* How many of the latest runs the filter finds, of so many. */
static int sample(struct db *db, const struct page *page, int64_t entries, int64_t *found)
{
    struct sql sql = sql_new(db->mem), nothing = sql_new(db->mem);
    struct opt_int number;

    sql_add(&sql, "SELECT COUNT(*) AS n FROM (SELECT r.run_uuid" FROM_PAGE_INDEX);
    add_where(&sql, page->search, &nothing);
    sql_add(&sql,
            " ORDER BY r.start_time DESC, r.run_uuid LIMIT ?) p"
            " STRAIGHT_JOIN runs r ON r.run_uuid = p.run_uuid WHERE 1",
            integer(entries));
    sql_append(&sql, &page->probe);
    if (select_number(db, "sample_runs", &sql, &number) < 0)
        return -1;
    *found = number.value;
    return 0;
}

/* The start of the run behind so many; not set if there are no more that have one. */
static int start_behind(struct db *db, const struct page *page, int64_t entries,
                        struct opt_int *start)
{
    struct sql sql = sql_new(db->mem), nothing = sql_new(db->mem);

    sql_add(&sql, "SELECT r.start_time AS n" FROM_PAGE_INDEX);
    add_where(&sql, page->search, &nothing);
    sql_add(&sql, " ORDER BY r.start_time DESC LIMIT 1 OFFSET ?", integer(entries));
    return select_number(db, "select_start_behind", &sql, start);
}

/* The page by a walk along the runs, latest first, if many of them match: left alone,
 * the database would collect all that match and sort them. A sample of the latest runs
 * tells how far the walk has to go; no page is found where it would be too far, or where
 * it is not full at the end of twice that way. */
static int select_by_walk(struct db *db, const struct page *page, struct run **runs, size_t *count)
{
    enum {
        SAMPLE = 100,
        LEAST = 3,
        FARTHEST = 20000,
    };
    int64_t end = page->search->offset + page->search->max_results + 1, found, entries;
    struct sql inner = sql_new(db->mem);
    struct opt_int start;

    if (sample(db, page, SAMPLE, &found) < 0)
        return -1;
    if (found < LEAST || end > FARTHEST * found / (INT64_C(2) * SAMPLE))
        return 0;
    entries = INT64_C(2) * SAMPLE * end / found;
    if (start_behind(db, page, entries, &start) < 0)
        return -1;
    if (!start.set) /* few runs: sorting is cheap */
        return 0;
    sql_add(&inner, "SELECT r.run_uuid" FROM_PAGE_INDEX);
    add_where(&inner, page->search, &page->probe);
    /* all that started then or before are left out: none of the same time is torn off */
    sql_add(&inner, " AND r.start_time > ? ORDER BY r.start_time DESC, r.run_uuid LIMIT ? OFFSET ?",
            integer(start.value), integer(page->search->max_results + 1),
            integer(page->search->offset));
    return select_page(db, "search_runs_by_walk", page, &inner, runs, count);
}

/* The roots of a tree in the same order, however few of the runs they are: each run on
 * the way is looked at once, and none behind the page. Left alone, the database would
 * look at all runs, and sort what remains. */
static int select_roots_by_walk(struct db *db, const struct page *page, struct run **runs,
                                size_t *count)
{
    struct sql inner = sql_new(db->mem);

    sql_add(&inner, "SELECT r.run_uuid" FROM_PAGE_INDEX);
    add_where(&inner, page->search, &page->probe);
    sql_add(&inner, " ORDER BY r.start_time DESC, r.run_uuid LIMIT ? OFFSET ?",
            integer(page->search->max_results + 1), integer(page->search->offset));
    return select_page(db, "search_roots_by_walk", page, &inner, runs, count);
}

int run_search_rows(struct db *db, const struct run_search *search, struct run **runs,
                    size_t *count)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql filter = sql_new(db->mem);
    struct page page = { search, sql_new(db->mem), sql_new(db->mem), sql_new(db->mem),
                         sql_new(db->mem) };
    bool descending = false, large = false;
    const char *metric;

    *count = 0;
    if (search_filter(&ctx, SEARCH_RUNS, search->filter, &filter) < 0 ||
        search_filter_probing(&ctx, SEARCH_RUNS, search->filter, &page.probe) < 0 ||
        add_level(db, search, &filter, &page.probe) < 0 ||
        search_order(&ctx, SEARCH_RUNS, search->order_by, &page.joins, &page.order) < 0)
        return -1;
    if (!search->experiment_count && !search->everywhere)
        return 0;
    add_where(&page.where, search, &filter);
    metric = search_order_metric(&ctx, search->order_by, &descending);
    if (metric && is_large(db, search, &large) < 0)
        return -1;
    if (large && select_by_metric(db, &page, metric, descending, runs, count) < 0)
        return -1;
    if (can_walk(&page) && search->level == TREE_ROOTS && (!search->filter || !*search->filter))
        return select_roots_by_walk(db, &page, runs, count);
    if (can_walk(&page) && select_by_walk(db, &page, runs, count) < 0)
        return -1;
    if (*count > (size_t)search->max_results) /* a full page, and one more */
        return 0;
    return select_by_order(db, &page, runs, count);
}

int run_search_where(struct db *db, const struct run_search *search, struct sql *sql)
{
    const struct search_ctx ctx = { db->err, db->mem };
    struct sql filter = sql_new(db->mem);

    if (search_filter(&ctx, SEARCH_RUNS, search->filter, &filter) < 0 ||
        add_level(db, search, &filter, NULL) < 0)
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
    struct opt_int number;

    sql_add(&sql, "SELECT COUNT(*) AS n FROM runs r");
    if (run_search_where(db, search, &sql) < 0 ||
        select_number(db, "count_found_runs", &sql, &number) < 0)
        return -1;
    *total = number.value;
    return 0;
}
