#include "superset_sql.h"

#include "direction.h"

/* Points of the metric's series lie side by side: the primary key of metrics begins
 * with run and key. Which point is the first or the last of a step is as for the
 * latest value of a metric: by step, time, value. */
static void series_value(struct sql *sql, enum aggregate aggregate, const char *key, int64_t step)
{
    static const char *const selected[] = {
        [AGGREGATE_MIN] = "MIN(x.value)",     [AGGREGATE_MAX] = "MAX(x.value)",
        [AGGREGATE_FIRST] = "x.value",        [AGGREGATE_STEP] = "x.value",
        [AGGREGATE_COUNT] = "COUNT(x.value)",
    };

    sql_printf(sql, "(SELECT %s FROM metrics x WHERE x.run_uuid = r.run_uuid AND ",
               selected[aggregate]);
    sql_add(sql, "x.`key` = ? AND BINARY x.`key` = ? AND x.is_nan = 0", text(key), text(key));
    if (aggregate == AGGREGATE_FIRST)
        sql_printf(sql, " ORDER BY x.step, x.timestamp, x.value LIMIT 1");
    if (aggregate == AGGREGATE_STEP)
        sql_add(sql, " AND x.step = ? ORDER BY x.timestamp DESC, x.value DESC LIMIT 1",
                integer(step));
    sql_printf(sql, ")");
}

/* Each run's experiment says which one it is. */
static void best_value(struct sql *sql, const char *key)
{
    sql_printf(sql, "(CASE WHEN ");
    minimized_condition(sql, key);
    sql_printf(sql, " THEN ");
    series_value(sql, AGGREGATE_MIN, key, 0);
    sql_printf(sql, " ELSE ");
    series_value(sql, AGGREGATE_MAX, key, 0);
    sql_printf(sql, " END)");
}

void aggregate_value(struct sql *sql, const struct identifier *id)
{
    if (id->aggregate == AGGREGATE_BEST)
        best_value(sql, id->key);
    else
        series_value(sql, id->aggregate, id->key, id->step);
}

/* No points are no value here, or a count would find every run without the metric, where
 * MLflow finds none. */
void dotted_value(struct sql *sql, const struct identifier *id)
{
    sql_printf(sql, id->dotted == AGGREGATE_COUNT ? "NULLIF(" : "");
    if (id->dotted == AGGREGATE_BEST)
        best_value(sql, id->series);
    else
        series_value(sql, id->dotted, id->series, 0);
    sql_printf(sql, id->dotted == AGGREGATE_COUNT ? ", 0)" : "");
}

void dotted_condition(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    sql_printf(sql, "(");
    metric_condition(sql, subject, c);
    sql_printf(sql, " OR (NOT ");
    exists_open(sql, subject, ENTITY_METRIC, c->id.key);
    sql_printf(sql, "TRUE) AND ");
    dotted_value(sql, &c->id);
    number_condition(sql, "", c);
    sql_printf(sql, "))");
}

/* Params are texts. Those that are no numbers are not compared. (CAST AS DOUBLE is for
 * MySQL since 8.0.17 only.) */
static void add_numeric_param(struct sql *sql, const struct subject *subject,
                              const struct comparison *c)
{
    static const char number[] = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$";

    exists_open(sql, subject, ENTITY_PARAM, c->id.key);
    sql_add(sql, "x.value REGEXP ? AND ", text(number));
    number_condition(sql, "(x.value + 0E0)", c);
    sql_printf(sql, ")");
}

static void add_of_experiment(struct sql *sql, const struct comparison *c)
{
    sql_printf(sql,
               "EXISTS (SELECT 1 FROM experiments e WHERE e.experiment_id = r.experiment_id AND ");
    text_condition(sql, c->id.attribute->column, c);
    sql_printf(sql, ")");
}

bool superset_condition(struct sql *sql, const struct subject *subject, const struct comparison *c)
{
    if (c->id.aggregate) {
        aggregate_value(sql, &c->id);
        number_condition(sql, "", c);
    } else if (c->id.entity == ENTITY_PARAM && c->count && c->values->type != VALUE_TEXT) {
        add_numeric_param(sql, subject, c);
    } else if (c->id.attribute && (c->id.attribute->uses & ATTRIBUTE_VIA_EXPERIMENT)) {
        add_of_experiment(sql, c);
    } else {
        return false;
    }
    return true;
}
