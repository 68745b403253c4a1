#include "groups.h"

#include <string.h>

/* The value of a run, as something that is equal only to itself; of a text that is to be
 * a number and is none, NULL. */
static int add_value(struct db *db, struct column *column, const char *alias, size_t i,
                     struct sql *sql)
{
    static const char number[] = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$";
    bool cast = column->numbers && (column->kind == COLUMN_PARAM || column->kind == COLUMN_TAG);
    struct sql value = sql_new(db->mem);

    if (column_add(db, column, &value) < 0)
        return -1;
    if (cast) {
        sql_printf(sql, ", IF(");
        sql_append(sql, &value);
        sql_add(sql, " REGEXP ?, ", text(number));
        sql_append(sql, &value);
        sql_printf(sql, " + 0E0, NULL)");
    } else {
        sql_printf(sql, column->numbers ? ", " : ", CONVERT(");
        sql_append(sql, &value);
        sql_printf(sql, column->numbers ? "" : " USING utf8mb4) COLLATE utf8mb4_bin");
    }
    sql_printf(sql, " AS %s%zu", alias, i);
    return 0;
}

/* One row a run. With a limit, the database makes a table of it, and does not look for
 * each value as often as something is computed from it. */
static int add_runs(struct db *db, struct group_query *q, const struct run_search *search,
                    struct sql *sql)
{
    sql_printf(sql, " FROM (SELECT r.run_uuid");
    for (size_t i = 0; i < q->by_count; i++)
        if (add_value(db, &q->by[i], "g", i, sql) < 0)
            return -1;
    for (size_t i = 0; i < q->column_count; i++)
        if (add_value(db, &q->columns[i], "c", i, sql) < 0)
            return -1;
    sql_printf(sql, " FROM runs r");
    if (run_search_where(db, search, sql) < 0)
        return -1;
    sql_printf(sql, " LIMIT 9223372036854775807) q");
    return 0;
}

/* Infinite metrics are kept as the largest doubles, whose sums are no numbers. */
static void add_mean(struct sql *sql, const struct column *column, size_t i)
{
    if (column->numbers)
        sql_printf(sql, "AVG(IF(ABS(q.c%zu) < 1e300, q.c%zu, NULL))", i, i);
    else
        sql_printf(sql, "NULL");
}

static void add_stat(struct sql *sql, const struct column *column, size_t i)
{
    sql_printf(sql, ", COUNT(q.c%zu), ", i);
    add_mean(sql, column, i);
    if (column->numbers)
        sql_printf(sql, ", STDDEV_SAMP(IF(ABS(q.c%zu) < 1e150, q.c%zu, NULL))", i, i);
    else
        sql_printf(sql, ", NULL");
    sql_printf(sql, ", MIN(q.c%zu), MAX(q.c%zu)", i, i);
}

static void add_ordered(struct sql *sql, const struct group_query *q)
{
    size_t i = q->order_column;

    if (q->order == GROUP_BY_MEAN)
        add_mean(sql, &q->columns[i], i);
    else
        sql_printf(sql, q->order == GROUP_BY_MIN ? "MIN(q.c%zu)" : "MAX(q.c%zu)", i);
}

static void add_keys(struct sql *sql, const struct group_query *q)
{
    for (size_t i = 0; i < q->by_count; i++)
        sql_printf(sql, "%sq.g%zu", i ? ", " : "", i);
}

static void add_order(struct sql *sql, const struct group_query *q)
{
    const char *direction = q->descending ? "DESC" : "ASC";

    if (!q->by_count)
        return;
    sql_printf(sql, " ORDER BY ");
    if (q->order == GROUP_BY_RUNS) {
        sql_printf(sql, "runs %s, ", direction);
    } else if (q->order != GROUP_BY_KEYS) {
        add_ordered(sql, q);
        sql_printf(sql, " IS NULL, ");
        add_ordered(sql, q);
        sql_printf(sql, " %s, ", direction);
    }
    for (size_t i = 0; i < q->by_count; i++)
        sql_printf(sql, "%sq.g%zu %s", i ? ", " : "", i,
                   q->order == GROUP_BY_KEYS ? direction : "ASC");
}

static void add_best(struct sql *sql, const struct group_query *q)
{
    sql_printf(sql, ", SUBSTRING(GROUP_CONCAT(IF(q.c%d IS NULL, NULL, q.run_uuid)", q->best);
    sql_printf(sql, " ORDER BY q.c%d %s, q.run_uuid SEPARATOR ''), 1, 32)", q->best,
               q->best_is_least ? "ASC" : "DESC");
}

static int build(struct db *db, struct group_query *q, const struct run_search *search,
                 struct sql *sql)
{
    struct sql from = sql_new(db->mem);

    if (add_runs(db, q, search, &from) < 0) /* now it is known which columns are numbers */
        return -1;
    sql_printf(sql, "SELECT COUNT(*) AS runs, COUNT(*) OVER ()");
    for (size_t i = 0; i < q->by_count; i++)
        sql_printf(sql, ", q.g%zu", i);
    for (size_t i = 0; i < q->column_count; i++)
        add_stat(sql, &q->columns[i], i);
    if (q->best >= 0)
        add_best(sql, q);
    sql_append(sql, &from);
    if (q->by_count) {
        sql_printf(sql, " GROUP BY ");
        add_keys(sql, q);
    }
    add_order(sql, q);
    sql_add(sql, " LIMIT ? OFFSET ?", integer(q->limit), integer(q->offset));
    return 0;
}

static void take(struct db *db, const struct group_query *q, const struct value *v, struct group *g)
{
    *g = (struct group){ .stats = arena_array(db->mem, struct group_stat, q->column_count) };
    g->runs = v[0].i;
    v += 2;
    for (size_t i = 0; i < q->by_count; i++)
        g->values[i] = *v++;
    for (size_t i = 0; i < q->column_count; i++, v += 5)
        g->stats[i] = (struct group_stat){ v[0].i, v[1], v[2], v[3], v[4] };
    if (q->best >= 0 && v->type == VALUE_TEXT && v->text.length == 32)
        g->best = v->text.s;
}

int groups_read(struct db *db, struct group_query *q, const struct run_search *search,
                struct group **groups, size_t *count, int64_t *total)
{
    size_t width = 2 + q->by_count + 5 * q->column_count + (q->best >= 0);
    struct value values[2 + GROUPS_BY + 5 * GROUPS_COLUMNS + 1];
    struct sql sql = sql_new(db->mem);
    struct rows *rows;
    int more;

    *count = 0;
    *total = 0;
    *groups = arena_array(db->mem, struct group, (size_t)q->limit);
    if (build(db, q, search, &sql) < 0 || sql_select(db, &rows, "select_groups", &sql) < 0)
        return -1;
    while ((more = db_next_values(rows, values, width)) > 0) {
        *total = values[1].i;
        take(db, q, values, &(*groups)[(*count)++]);
    }
    return more;
}
