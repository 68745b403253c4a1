#include "conditions.h"

static const char *number_sign(enum comparator comparator)
{
    static const char *const signs[] = {
        [CMP_EQ] = "=",
        [CMP_NE] = "!=",
        [CMP_LT] = "<",
        [CMP_LE] = "<=",
        [CMP_GT] = ">",
        [CMP_GE] = ">=",
        [CMP_IN] = "IN",
        [CMP_NOT_IN] = "NOT IN",
        [CMP_BETWEEN] = "BETWEEN",
        [CMP_NOT_BETWEEN] = "NOT BETWEEN",
    };

    return signs[comparator];
}

void number_condition(struct sql *sql, const char *column, const struct comparison *c)
{
    sql_printf(sql, "%s %s ", column, number_sign(c->comparator));
    if (c->comparator == CMP_IN || c->comparator == CMP_NOT_IN)
        sql_add_list(sql, c->values, c->count);
    else
        sql_add_values(sql, c->count == 2 ? "? AND ?" : "?", c->values);
}

/* The comparators that are not MLflow's: what stands around the column. Case matters: REGEXP has it
 * from the collation, which both MariaDB and MySQL understand; MySQL has no patterns on binary
 * texts. */
static const struct {
    const char *before, *after;
} around[] = {
    [CMP_NOT_LIKE] = { "BINARY ", " NOT LIKE ?" },
    [CMP_NOT_ILIKE] = { "lower(", ") NOT LIKE lower(?)" },
    [CMP_REGEXP] = { "CONVERT(", " USING utf8mb4) COLLATE utf8mb4_bin REGEXP ?" },
    [CMP_NOT_REGEXP] = { "CONVERT(", " USING utf8mb4) COLLATE utf8mb4_bin NOT REGEXP ?" },
    [CMP_BETWEEN] = { "BINARY ", " BETWEEN ? AND ?" },
    [CMP_NOT_BETWEEN] = { "BINARY ", " NOT BETWEEN ? AND ?" },
};

/* MySQL looks at a pattern when it has a text for it, if ever. The first condition has it
 * refuse one that is none where nothing is found, too. */
static void add_text_of_ours(struct sql *sql, const char *column, const struct comparison *c)
{
    bool pattern = c->comparator == CMP_REGEXP || c->comparator == CMP_NOT_REGEXP;

    if (pattern)
        sql_add_values(sql, "(('' REGEXP ?) IS NOT NULL AND ", c->values);
    sql_printf(sql, "%s%s", around[c->comparator].before, column);
    sql_add_values(sql, around[c->comparator].after, c->values);
    if (pattern)
        sql_printf(sql, ")");
}

/* The column's collation ignores case, MLflow's comparisons do not. The plain
 * comparison stands first, for only that one can use an index. */
void text_condition(struct sql *sql, const char *column, const struct comparison *c)
{
    struct value twice[] = { c->values[0], c->values[0], { .type = VALUE_END } };
    struct arena *mem = sql->mem;

    switch (c->comparator) {
    case CMP_EQ:
        sql_add_values(sql, arena_printf(mem, "(%s = ? AND BINARY %s = ?)", column, column), twice);
        return;
    case CMP_NE:
        sql_add_values(sql, arena_printf(mem, "(%s != ? OR BINARY %s != ?)", column, column),
                       twice);
        return;
    case CMP_LIKE:
        sql_add_values(sql, arena_printf(mem, "(%s LIKE ? AND BINARY %s LIKE ?)", column, column),
                       twice);
        return;
    case CMP_ILIKE:
        sql_add_values(sql, arena_printf(mem, "lower(%s) LIKE lower(?)", column), twice + 1);
        return;
    case CMP_IN:
        sql_printf(sql, "(%s IN ", column);
        sql_add_list(sql, c->values, c->count);
        sql_printf(sql, " AND BINARY %s IN ", column);
        sql_add_list(sql, c->values, c->count);
        sql_printf(sql, ")");
        return;
    case CMP_NOT_IN:
        sql_printf(sql, "BINARY %s NOT IN ", column);
        sql_add_list(sql, c->values, c->count);
        return;
    case CMP_NOT_LIKE:
    case CMP_NOT_ILIKE:
    case CMP_REGEXP:
    case CMP_NOT_REGEXP:
    case CMP_BETWEEN:
    case CMP_NOT_BETWEEN:
        add_text_of_ours(sql, column, c);
        return;
    case CMP_UNKNOWN:
    case CMP_LT:
    case CMP_LE:
    case CMP_GT:
    case CMP_GE:
    case CMP_IS_NULL:
    case CMP_IS_NOT_NULL:
        return; /* refused before */
    }
}

static const char *alias(enum search_what what)
{
    switch (what) {
    case SEARCH_RUNS:
        return "r";
    case SEARCH_EXPERIMENTS:
        return "e";
    }
    return "";
}

static void add_exists(struct sql *sql, const struct subject *subject, enum entity entity)
{
    const struct entity_values *v = values_of(subject->what, entity);

    sql_printf(sql, "EXISTS (SELECT 1 FROM %s x%s WHERE x.%s = %s.%s AND ", v->table,
               subject->probing ? " FORCE INDEX (PRIMARY)" : "", v->owner, alias(subject->what),
               v->owner);
}

/* A key is told from others by its case; IS NULL and ORDER BY do not, as in MLflow. */
static void add_key(struct sql *sql, const char *key)
{
    sql_add(sql, "x.`key` = ? AND BINARY x.`key` = ? AND ", text(key), text(key));
}

void exists_open(struct sql *sql, const struct subject *subject, enum entity entity,
                 const char *key)
{
    add_exists(sql, subject, entity);
    add_key(sql, key);
}

/* NaN is kept as 0 with is_nan set; it is unequal to everything, and nothing else. */
void metric_condition(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    exists_open(sql, subject, ENTITY_METRIC, c->id.key);
    sql_printf(sql, c->comparator == CMP_NE ? "(" : "x.is_nan = 0 AND ");
    number_condition(sql, "x.value", c);
    sql_printf(sql, c->comparator == CMP_NE ? " OR x.is_nan = 1))" : ")");
}

void keyed_condition(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    if (c->comparator == CMP_IS_NULL)
        sql_printf(sql, "NOT ");
    add_exists(sql, subject, c->id.entity);
    if (c->comparator == CMP_IS_NULL || c->comparator == CMP_IS_NOT_NULL) {
        sql_add(sql, "x.`key` = ?)", text(c->id.key));
        return;
    }
    add_key(sql, c->id.key);
    text_condition(sql, "x.value", c);
    sql_printf(sql, ")");
}
