/* An expression as conditions of a WHERE. Each comparison with something that is
 * kept in a table of its own is an EXISTS: a semi-join, which the database may
 * enter from either side, and which never multiplies rows. */
#include <math.h>
#include <string.h>

#include "../out.h"
#include "parser.h"
#include "python.h"
#include "superset.h"

static const enum comparator numeric[] = { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };
static const enum comparator textual[] = {
    CMP_EQ, CMP_NE, CMP_LIKE, CMP_ILIKE, CMP_IN, CMP_NOT_IN
};
static const enum comparator keyed[] = { CMP_EQ,    CMP_NE,      CMP_LIKE,
                                         CMP_ILIKE, CMP_IS_NULL, CMP_IS_NOT_NULL };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool among(enum comparator comparator, const enum comparator *set, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (set[i] == comparator)
            return true;
    return false;
}

/* MLflow forgets the last quote in some of these texts, which is why it is an
 * argument. */
static int comparator_refuse(const struct search_ctx *cx, const struct comparison *c,
                             const enum comparator *set, size_t count, const char *quote)
{
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid comparator '%s' not one of '%s%s", c->sign,
                comparators_text(cx->mem, set, count), quote);
}

static int run_comparator_check(const struct search_ctx *cx, const struct comparison *c)
{
    switch (c->id.entity) {
    case ENTITY_METRIC:
        return among(c->comparator, numeric, COUNT(numeric))
                   ? 0
                   : comparator_refuse(cx, c, numeric, COUNT(numeric), "");
    case ENTITY_PARAM:
    case ENTITY_TAG:
        return among(c->comparator, keyed, COUNT(keyed))
                   ? 0
                   : comparator_refuse(cx, c, keyed, COUNT(keyed),
                                       c->id.entity == ENTITY_PARAM ? "'" : "");
    case ENTITY_DATASET:
        return among(c->comparator, textual, COUNT(textual))
                   ? 0
                   : comparator_refuse(cx, c, textual, COUNT(textual), "");
    case ENTITY_ATTRIBUTE:
        break;
    }
    if (c->id.attribute->type == ATTRIBUTE_NUMBER)
        return among(c->comparator, numeric, COUNT(numeric))
                   ? 0
                   : comparator_refuse(cx, c, textual, COUNT(textual), "");
    return among(c->comparator, textual, COUNT(textual))
               ? 0
               : comparator_refuse(cx, c, textual, COUNT(textual), "'");
}

static int experiment_ids_read(const struct search_ctx *cx, struct comparison *c)
{
    struct value *ids = arena_array(cx->mem, struct value, c->count + 1);

    for (size_t i = 0; i < c->count; i++) {
        int64_t id;

        if (python_int(c->values[i].text.s, &id) < 0)
            return fail(cx, INVALID_PARAMETER_VALUE,
                        "Invalid experiment ID '%s'. Experiment ID must be a valid integer.",
                        c->values[i].text.s);
        ids[i] = integer(id);
    }
    ids[c->count].type = VALUE_END;
    c->values = ids;
    return 0;
}

static int experiment_number_check(const struct search_ctx *cx, const struct comparison *c)
{
    char number[32];

    if (!among(c->comparator, numeric, COUNT(numeric)))
        return comparator_refuse(cx, c, textual, COUNT(textual), "");
    if (!c->is_float)
        return 0;
    number[real_repr(number, c->values->r)] = '\0';
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid value for numeric attribute '%s': '%s'",
                c->id.key, number);
}

static int experiment_comparator_check(const struct search_ctx *cx, struct comparison *c)
{
    bool listed = c->comparator == CMP_IN || c->comparator == CMP_NOT_IN;

    if (c->id.entity == ENTITY_TAG)
        return among(c->comparator, keyed, COUNT(keyed))
                   ? 0
                   : fail(cx, INVALID_PARAMETER_VALUE, "Invalid comparator for tag: %s", c->sign);
    switch (c->id.attribute->type) {
    case ATTRIBUTE_ID:
        return c->comparator == CMP_EQ || c->comparator == CMP_NE || listed
                   ? experiment_ids_read(cx, c)
                   : fail(cx, INVALID_PARAMETER_VALUE, "Invalid comparator for experiment_id: %s",
                          c->sign);
    case ATTRIBUTE_NUMBER:
        return experiment_number_check(cx, c);
    case ATTRIBUTE_TEXT:
        break;
    }
    return among(c->comparator, textual, COUNT(textual))
               ? 0
               : comparator_refuse(cx, c, textual, COUNT(textual), "'");
}

/* Conditions. Fragments consist of the program's own words and the columns of
 * attributes.def alone. */

#define add(sql, ...) sql_add_values((sql), arena_printf((sql)->mem, __VA_ARGS__), nothing)

static const struct value nothing[] = { { .type = VALUE_END } };

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
    add(sql, "%s %s ", column, number_sign(c->comparator));
    if (c->comparator == CMP_IN || c->comparator == CMP_NOT_IN)
        sql_add_list(sql, c->values, c->count);
    else
        sql_add_values(sql, c->count == 2 ? "? AND ?" : "?", c->values);
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
        add(sql, "(%s IN ", column);
        sql_add_list(sql, c->values, c->count);
        add(sql, " AND BINARY %s IN ", column);
        sql_add_list(sql, c->values, c->count);
        add(sql, ")");
        return;
    case CMP_NOT_IN:
        add(sql, "BINARY %s NOT IN ", column);
        sql_add_list(sql, c->values, c->count);
        return;
    case CMP_NOT_LIKE:
    case CMP_NOT_ILIKE:
    case CMP_REGEXP:
    case CMP_NOT_REGEXP:
    case CMP_BETWEEN:
    case CMP_NOT_BETWEEN:
        superset_text_condition(sql, column, c);
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

    add(sql, "EXISTS (SELECT 1 FROM %s x%s WHERE x.%s = %s.%s AND ", v->table,
        subject->probing ? " FORCE INDEX (PRIMARY)" : "", v->owner, alias(subject->what), v->owner);
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
    add(sql, c->comparator == CMP_NE ? "(" : "x.is_nan = 0 AND ");
    number_condition(sql, "x.value", c);
    add(sql, c->comparator == CMP_NE ? " OR x.is_nan = 1))" : ")");
}

static void add_keyed(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    if (c->comparator == CMP_IS_NULL)
        add(sql, "NOT ");
    add_exists(sql, subject, c->id.entity);
    if (c->comparator == CMP_IS_NULL || c->comparator == CMP_IS_NOT_NULL) {
        sql_add(sql, "x.`key` = ?)", text(c->id.key));
        return;
    }
    add_key(sql, c->id.key);
    text_condition(sql, "x.value", c);
    add(sql, ")");
}

/* Runs of MLflow before 1.30 have their name in this tag alone. */
static void add_run_name(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    exists_open(sql, subject, ENTITY_TAG, "mlflow.runName");
    text_condition(sql, "x.value", c);
    add(sql, ")");
}

static void add_dataset(struct sql *sql, const struct comparison *c)
{
    add(sql, "EXISTS (SELECT 1 FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id");
    if (!strncmp(c->id.attribute->column, "c.", 2))
        add(sql, " JOIN input_tags c ON c.input_uuid = i.input_uuid"
                 " AND c.name = 'mlflow.data.context'");
    add(sql, " WHERE i.destination_type = 'RUN' AND i.destination_id = r.run_uuid AND ");
    text_condition(sql, c->id.attribute->column, c);
    add(sql, ")");
}

static void add_comparison(struct sql *sql, const struct subject *subject,
                           const struct comparison *c)
{
    if (superset_condition(sql, subject, c))
        return;
    switch (c->id.entity) {
    case ENTITY_METRIC:
        if (c->id.dotted)
            dotted_condition(sql, subject, c);
        else
            metric_condition(sql, subject, c);
        return;
    case ENTITY_PARAM:
    case ENTITY_TAG:
        add_keyed(sql, subject, c);
        return;
    case ENTITY_DATASET:
        add_dataset(sql, c);
        return;
    case ENTITY_ATTRIBUTE:
        break;
    }
    if (c->id.attribute->uses & ATTRIBUTE_VIA_TAG)
        add_run_name(sql, subject, c);
    else if (c->id.attribute->type == ATTRIBUTE_TEXT)
        text_condition(sql, c->id.attribute->column, c);
    else
        number_condition(sql, c->id.attribute->column, c);
}

int comparison_check(const struct search_ctx *cx, enum search_what what, struct comparison *c)
{
    bool listed = c->comparator == CMP_IN || c->comparator == CMP_NOT_IN;
    const struct value *v = c->values;

    switch (what) {
    case SEARCH_RUNS:
        if (run_comparator_check(cx, c) < 0)
            return -1;
        break;
    case SEARCH_EXPERIMENTS:
        if (experiment_comparator_check(cx, c) < 0)
            return -1;
        break;
    }
    /* 1e400 is infinity to Python, which has no way into the database. */
    if (c->count && v->type == VALUE_REAL && isinf(v->r))
        return fail(cx, INVALID_PARAMETER_VALUE, "The number compared with %s '%s' is too large.",
                    entity_name(c->id.entity), c->id.key);
    if (c->count > 1 && !listed)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Invalid comparator '%s' for a list of values. Use IN or NOT IN.", c->sign);
    return 0;
}

/* Of a NOT's item, unknown is as good as false: what has no end_time is not found by
 * end_time > 5, and found by NOT end_time > 5. */
static void add_expr(struct sql *sql, const struct subject *subject, const struct expr *e)
{
    if (e->kind == EXPR_COMPARISON) {
        add_comparison(sql, subject, &e->comparison);
        return;
    }
    for (size_t i = 0; i < e->count; i++) {
        add(sql, "%s", !i ? "(" : e->kind == EXPR_OR ? ") OR (" : ") AND (");
        add_expr(sql, subject, &e->items[i]);
    }
    add(sql, e->kind == EXPR_NOT ? ") IS NOT TRUE" : ")");
}

/* As MLflow has it. */
static int filter_read(const struct search_ctx *cx, enum search_what what, const char *filter,
                       struct expr *all)
{
    if (filter_parse(cx, what, filter, all) < 0)
        return -1;
    for (size_t i = 0; i < all->count; i++)
        if (comparison_check(cx, what, &all->items[i].comparison) < 0)
            return -1;
    return 0;
}

static int add_filter(const struct search_ctx *cx, const struct subject *subject,
                      const char *filter, struct sql *sql)
{
    struct expr all;

    if (filter_read(cx, subject->what, filter, &all) < 0) {
        if (!superset_parse(cx, subject->what, filter, &all))
            return -1; /* with MLflow's words */
        error_clear(cx->err);
    }
    for (size_t i = 0; i < all.count; i++) {
        add(sql, " AND (");
        add_expr(sql, subject, &all.items[i]);
        add(sql, ")");
    }
    return 0;
}

int search_filter(const struct search_ctx *cx, enum search_what what, const char *filter,
                  struct sql *sql)
{
    return add_filter(cx, &(struct subject){ what, false }, filter, sql);
}

int search_filter_probing(const struct search_ctx *cx, enum search_what what, const char *filter,
                          struct sql *sql)
{
    return add_filter(cx, &(struct subject){ what, true }, filter, sql);
}
