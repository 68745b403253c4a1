#include "grid.h"

#include <stdlib.h>
#include <string.h>

#include "../search/direction.h"
#include "rows.h"

static const struct value *ids_of(struct db *db, const struct run *runs, size_t count)
{
    struct value *ids = arena_array(db->mem, struct value, count);

    for (size_t i = 0; i < count; i++)
        ids[i] = text(runs[i].run_uuid);
    return ids;
}

/* ---------------------------------------------------------- from a row to its cells */

struct place {
    const char *run_uuid;
    size_t index;
};

static int by_run(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->run_uuid, ((const struct place *)b)->run_uuid);
}

static struct place *places_of(struct db *db, const struct run *runs, size_t count)
{
    struct place *places = arena_array(db->mem, struct place, count);

    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){ runs[i].run_uuid, i };
    qsort(places, count, sizeof(*places), by_run);
    return places;
}

struct grid {
    struct db *db;
    const struct value *ids;
    size_t run_count;
    const struct place *places;
    const struct grid_column *columns;
    size_t column_count;
    struct grid_cell *cells;
};

/* The place of a run's id; the database may spell it in other letters than asked for. */
static const struct place *place_of(const struct grid *g, const char *run_uuid)
{
    const struct place wanted = { run_uuid, 0 };

    return bsearch(&wanted, g->places, g->run_count, sizeof(*g->places), by_run);
}

/* The keys of the columns that a statement reads; 0 if there are none. */
static size_t keys_of(const struct grid *g, bool (*reads)(const struct grid_column *),
                      struct value **keys)
{
    size_t count = 0;

    *keys = arena_array(g->db->mem, struct value, g->column_count);
    for (size_t c = 0; c < g->column_count; c++)
        if (reads(&g->columns[c]))
            (*keys)[count++] = text(g->columns[c].key);
    return count;
}

static void set_cell(const struct grid *g, size_t column, const char *run_uuid,
                     struct grid_cell cell)
{
    const struct place *place = place_of(g, run_uuid);

    cell.set = true;
    if (place)
        g->cells[column * g->run_count + place->index] = cell;
}

/* -------------------------------------------------------------------- latest metrics */

struct latest {
    const char *run_uuid, *key;
    double value;
    int64_t is_nan;
};
static const struct field latest_columns[] = {
    COLUMN(latest, run_uuid), COLUMN(latest, key), COLUMN(latest, value),
    COLUMN(latest, is_nan),   FIELDS_END,
};

static bool is_latest(const struct grid_column *c)
{
    return c->kind == GRID_METRIC && c->value == GRID_LATEST;
}

static int read_latest(const struct grid *g)
{
    struct sql sql = sql_new(g->db->mem);
    struct latest row = { 0 };
    struct value *keys;
    size_t count = keys_of(g, is_latest, &keys);
    struct rows *rows;
    int more;

    if (!count)
        return 0;
    sql_add(&sql, "SELECT run_uuid, `key`, value, is_nan FROM latest_metrics WHERE run_uuid IN ");
    sql_add_set(&sql, g->ids, g->run_count);
    sql_add(&sql, " AND `key` IN ");
    sql_add_set(&sql, keys, count);
    if (sql_select(g->db, &rows, "select_grid_latest", &sql) < 0)
        return -1;
    while ((more = db_next(rows, latest_columns, &row)) > 0)
        for (size_t c = 0; c < g->column_count; c++)
            if (is_latest(&g->columns[c]) && !strcmp(g->columns[c].key, row.key))
                set_cell(g, c, row.run_uuid,
                         (struct grid_cell){ .number = row.value, .is_nan = row.is_nan });
    return more;
}

/* ------------------------------------------------------------ metrics over all points */

struct summary {
    const char *run_uuid, *key;
    struct opt_real low, high;
    int64_t points;
};
static const struct field summary_columns[] = {
    COLUMN(summary, run_uuid), COLUMN(summary, key),    COLUMN(summary, low),
    COLUMN(summary, high),     COLUMN(summary, points), FIELDS_END,
};

static bool is_summary(const struct grid_column *c)
{
    return c->kind == GRID_METRIC &&
           (c->value == GRID_MIN || c->value == GRID_MAX || c->value == GRID_POINTS);
}

static void set_summary(const struct grid *g, size_t c, const struct summary *row)
{
    const struct opt_real *end = g->columns[c].value == GRID_MIN ? &row->low : &row->high;

    if (g->columns[c].value == GRID_POINTS)
        set_cell(g, c, row->run_uuid, (struct grid_cell){ .number = (double)row->points });
    else if (end->set)
        set_cell(g, c, row->run_uuid, (struct grid_cell){ .number = end->value });
}

static int read_summaries(const struct grid *g)
{
    struct sql sql = sql_new(g->db->mem);
    struct summary row = { 0 };
    struct value *keys;
    size_t count = keys_of(g, is_summary, &keys);
    struct rows *rows;
    int more;

    if (!count)
        return 0;
    sql_add(&sql, "SELECT run_uuid, `key`, MIN(IF(is_nan, NULL, value)) AS low,"
                  "       MAX(IF(is_nan, NULL, value)) AS high, COUNT(*) AS points"
                  "  FROM metrics WHERE run_uuid IN ");
    sql_add_set(&sql, g->ids, g->run_count);
    sql_add(&sql, " AND `key` IN ");
    sql_add_set(&sql, keys, count);
    sql_add(&sql, " GROUP BY run_uuid, `key`");
    if (sql_select(g->db, &rows, "select_grid_summaries", &sql) < 0)
        return -1;
    while ((more = db_next(rows, summary_columns, &row)) > 0)
        for (size_t c = 0; c < g->column_count; c++)
            if (is_summary(&g->columns[c]) && !strcmp(g->columns[c].key, row.key))
                set_summary(g, c, &row);
    return more;
}

struct best {
    const char *run_uuid;
    struct opt_real value;
};
static const struct field best_columns[] = {
    COLUMN(best, run_uuid),
    COLUMN(best, value),
    FIELDS_END,
};

/* The experiment of the run says which end of its values it is. */
void grid_add_best(struct sql *sql, const char *key)
{
    sql_add(sql, "(CASE WHEN ");
    minimized_condition(sql, key);
    sql_add(sql,
            " THEN (SELECT MIN(x.value) FROM metrics x"
            "        WHERE x.run_uuid = r.run_uuid AND x.`key` = ? AND x.is_nan = 0)"
            " ELSE (SELECT MAX(x.value) FROM metrics x"
            "        WHERE x.run_uuid = r.run_uuid AND x.`key` = ? AND x.is_nan = 0) END)",
            text(key), text(key));
}

static int read_best(const struct grid *g, size_t c)
{
    struct sql sql = sql_new(g->db->mem);
    struct best row = { 0 };
    struct rows *rows;
    int more;

    sql_add(&sql, "SELECT r.run_uuid, ");
    grid_add_best(&sql, g->columns[c].key);
    sql_add(&sql, " AS value FROM runs r WHERE r.run_uuid IN ");
    sql_add_set(&sql, g->ids, g->run_count);
    if (sql_select(g->db, &rows, "select_grid_best", &sql) < 0)
        return -1;
    while ((more = db_next(rows, best_columns, &row)) > 0)
        if (row.value.set)
            set_cell(g, c, row.run_uuid, (struct grid_cell){ .number = row.value.value });
    return more;
}

/* The last value of one step, for one column. */
static int read_step(const struct grid *g, size_t c)
{
    struct sql sql = sql_new(g->db->mem);
    struct latest row = { 0 };
    struct rows *rows;
    int more;

    sql_add(&sql, "SELECT run_uuid, `key`, value, is_nan FROM metrics WHERE run_uuid IN ");
    sql_add_set(&sql, g->ids, g->run_count);
    sql_add(&sql, " AND `key` = ? AND step = ? ORDER BY run_uuid, timestamp, value",
            text(g->columns[c].key), integer(g->columns[c].step));
    if (sql_select(g->db, &rows, "select_grid_step", &sql) < 0)
        return -1;
    while ((more = db_next(rows, latest_columns, &row)) > 0)
        set_cell(g, c, row.run_uuid,
                 (struct grid_cell){ .number = row.value, .is_nan = row.is_nan });
    return more;
}

/* What is read column by column. */
static int read_singly(const struct grid *g)
{
    for (size_t c = 0; c < g->column_count; c++) {
        const struct grid_column *column = &g->columns[c];

        if (column->kind != GRID_METRIC)
            continue;
        if ((column->value == GRID_AT && read_step(g, c) < 0) ||
            (column->value == GRID_BEST && read_best(g, c) < 0))
            return -1;
    }
    return 0;
}

/* --------------------------------------------------------------------- params and tags */

struct pair {
    const char *run_uuid, *key, *value;
};
static const struct field pair_columns[] = {
    COLUMN(pair, run_uuid),
    COLUMN(pair, key),
    COLUMN(pair, value),
    FIELDS_END,
};

static bool is_param(const struct grid_column *c)
{
    return c->kind == GRID_PARAM;
}

static bool is_tag(const struct grid_column *c)
{
    return c->kind == GRID_TAG;
}

static int read_pairs(const struct grid *g, const char *head,
                      bool (*reads)(const struct grid_column *))
{
    struct sql sql = sql_new(g->db->mem);
    struct pair row = { 0 };
    struct value *keys;
    size_t count = keys_of(g, reads, &keys);
    struct rows *rows;
    int more;

    if (!count)
        return 0;
    sql_add(&sql, head);
    sql_add_set(&sql, g->ids, g->run_count);
    sql_add(&sql, " AND `key` IN ");
    sql_add_set(&sql, keys, count);
    if (sql_select(g->db, &rows, "select_grid_pairs", &sql) < 0)
        return -1;
    while ((more = db_next(rows, pair_columns, &row)) > 0)
        for (size_t c = 0; c < g->column_count; c++)
            if (reads(&g->columns[c]) && !strcmp(g->columns[c].key, row.key))
                set_cell(g, c, row.run_uuid, (struct grid_cell){ .text = row.value });
    return more;
}

int grid_read(struct db *db, const struct run *runs, size_t run_count,
              const struct grid_column *columns, size_t column_count, struct grid_cell *cells)
{
    const struct grid g = {
        .db = db,
        .ids = ids_of(db, runs, run_count),
        .run_count = run_count,
        .places = places_of(db, runs, run_count),
        .columns = columns,
        .column_count = column_count,
        .cells = cells,
    };

    memset(cells, 0, run_count * column_count * sizeof(*cells));
    if (!run_count)
        return 0;
    if (read_latest(&g) < 0 || read_summaries(&g) < 0 || read_singly(&g) < 0)
        return -1;
    if (read_pairs(&g, "SELECT run_uuid, `key`, value FROM params WHERE run_uuid IN ", is_param) <
        0)
        return -1;
    return read_pairs(&g, "SELECT run_uuid, `key`, value FROM tags WHERE run_uuid IN ", is_tag);
}

/* ------------------------------------------------------------------------------- keys */

static const struct field key_columns[] = {
    COLUMN(grid_key, key), COLUMN(grid_key, runs), COLUMN(grid_key, values),
    COLUMN(grid_key, low), COLUMN(grid_key, high), FIELDS_END,
};

int grid_keys_read(struct db *db, enum grid_kind kind, const struct run *runs, size_t run_count,
                   struct grid_key **keys, size_t *count)
{
    static const char *const heads[] = {
        [GRID_METRIC] = "SELECT `key`, COUNT(*) AS runs, COUNT(DISTINCT value) AS `values`,"
                        "       MIN(IF(is_nan, NULL, value)) AS low,"
                        "       MAX(IF(is_nan, NULL, value)) AS high"
                        "  FROM latest_metrics WHERE run_uuid IN ",
        [GRID_PARAM] =
            "SELECT `key`, COUNT(*) AS runs, COUNT(DISTINCT value) AS `values`,"
            "       NULL + 0e0 AS low, NULL + 0e0 AS high FROM params WHERE run_uuid IN ",
        [GRID_TAG] = "SELECT `key`, COUNT(*) AS runs, COUNT(DISTINCT value) AS `values`,"
                     "       NULL + 0e0 AS low, NULL + 0e0 AS high FROM tags WHERE run_uuid IN ",
    };

    *count = 0;
    *keys = NULL;
    if (!run_count)
        return 0;
    return rows_of_ids(db, "select_grid_keys", heads[kind], ids_of(db, runs, run_count), run_count,
                       " GROUP BY `key` ORDER BY `key`", key_columns, sizeof(**keys), (void **)keys,
                       count);
}

/* ----------------------------------------------------------------------------- facets */

static const struct field facet_columns[] = {
    COLUMN(grid_facet, value),
    COLUMN(grid_facet, runs),
    FIELDS_END,
};

int grid_facets_read(struct db *db, enum grid_kind kind, const char *key,
                     const struct run_search *search, int64_t limit, struct grid_facet **facets,
                     size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql, kind == GRID_PARAM ? "SELECT v.value, COUNT(*) AS runs FROM params v"
                                     : "SELECT v.value, COUNT(*) AS runs FROM tags v");
    sql_add(&sql, " JOIN runs r ON r.run_uuid = v.run_uuid");
    if (run_search_where(db, search, &sql) < 0)
        return -1;
    sql_add(&sql, " AND v.`key` = ? GROUP BY v.value ORDER BY runs DESC, v.value LIMIT ?",
            text(key), integer(limit));
    if (sql_select(db, &rows, "select_grid_facets", &sql) < 0)
        return -1;
    return rows_collect(db, rows, facet_columns, sizeof(**facets), (void **)facets, count);
}

/* -------------------------------------------------------------------------- revisions */

struct revision {
    const char *run_uuid;
    int64_t revision;
};
static const struct field revision_columns[] = {
    COLUMN(revision, run_uuid),
    COLUMN(revision, revision),
    FIELDS_END,
};

/* XOR and SUM of checksums do not care for the order of rows. Nothing is kept for it,
 * so it is right whoever wrote: another server, or MLflow's. */
#define REVISION_OF(columns, table)                                                                \
    "SELECT run_uuid, CAST(BIT_XOR(CRC32(CONCAT_WS(CHAR(0), " columns ")))"                        \
    "       + COUNT(*) * 4294967296 AS SIGNED) AS revision FROM " table " WHERE run_uuid IN "

static const char *const revisions_of[] = {
    REVISION_OF("name, status, start_time, end_time, lifecycle_stage, experiment_id", "runs"),
    REVISION_OF("`key`, value, step, timestamp, is_nan", "latest_metrics"),
    REVISION_OF("`key`, value", "params"),
    REVISION_OF("`key`, value", "tags"),
};

int grid_revisions(struct db *db, const struct run *runs, size_t run_count, int64_t *revisions)
{
    const struct grid g = { .db = db,
                            .run_count = run_count,
                            .places = places_of(db, runs, run_count) };

    memset(revisions, 0, run_count * sizeof(*revisions));
    for (size_t i = 0; run_count && i < sizeof(revisions_of) / sizeof(*revisions_of); i++) {
        struct revision *rows;
        size_t count;

        if (rows_of_ids(db, "select_grid_revisions", revisions_of[i], ids_of(db, runs, run_count),
                        run_count, " GROUP BY run_uuid", revision_columns, sizeof(*rows),
                        (void **)&rows, &count) < 0)
            return -1;
        for (size_t r = 0; r < count; r++) {
            const struct place *place = place_of(&g, rows[r].run_uuid);

            if (place) /* multiplied, so that two equal changes do not undo each other */
                revisions[place->index] =
                    (revisions[place->index] * 31 + rows[r].revision) & INT64_C(0x1fffffffffffff);
        }
    }
    return 0;
}
