/* An expression as conditions of a WHERE. Each comparison with something that is
 * kept in a table of its own is an EXISTS: a semi-join, which the database may
 * enter from either side, and which never multiplies rows. */
#include <string.h>

#include "comparators.h"
#include "superset.h"
#include "superset_sql.h"

/* Runs of MLflow before 1.30 have their name in this tag alone. */
static void add_run_name(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    exists_open(sql, subject, ENTITY_TAG, "mlflow.runName");
    text_condition(sql, "x.value", c);
    sql_printf(sql, ")");
}

static void add_dataset(struct sql *sql, const struct comparison *c)
{
    sql_printf(sql,
               "EXISTS (SELECT 1 FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id");
    if (!strncmp(c->id.attribute->column, "c.", 2))
        sql_printf(sql, " JOIN input_tags c ON c.input_uuid = i.input_uuid"
                        " AND c.name = 'mlflow.data.context'");
    sql_printf(sql, " WHERE i.destination_type = 'RUN' AND i.destination_id = r.run_uuid AND ");
    text_condition(sql, c->id.attribute->column, c);
    sql_printf(sql, ")");
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
        keyed_condition(sql, subject, c);
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

/* Of a NOT's item, unknown is as good as false: what has no end_time is not found by
 * end_time > 5, and found by NOT end_time > 5. */
static void add_expr(struct sql *sql, const struct subject *subject, const struct expr *e)
{
    if (e->kind == EXPR_COMPARISON) {
        add_comparison(sql, subject, &e->comparison);
        return;
    }
    for (size_t i = 0; i < e->count; i++) {
        sql_printf(sql, "%s", !i ? "(" : e->kind == EXPR_OR ? ") OR (" : ") AND (");
        add_expr(sql, subject, &e->items[i]);
    }
    sql_printf(sql, e->kind == EXPR_NOT ? ") IS NOT TRUE" : ")");
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
        sql_printf(sql, " AND (");
        add_expr(sql, subject, &all.items[i]);
        sql_printf(sql, ")");
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
