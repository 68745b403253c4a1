#include "column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a run has besides metrics, params and tags. */
static const struct {
    const char *name, *sql;
    bool is_number;
} attributes[] = {
    { "run_id", "r.run_uuid", false },  { "experiment_id", "r.experiment_id", false },
    { "run_name", "r.name", false },    { "user_id", "r.user_id", false },
    { "status", "r.status", false },    { "start_time", "r.start_time", true },
    { "end_time", "r.end_time", true }, { "duration", "r.end_time - r.start_time", true },
};

static int add_attribute(struct db *db, struct column *column, struct sql *sql)
{
    for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
        if (!strcmp(attributes[i].name, column->key)) {
            sql_add(sql, attributes[i].sql);
            column->numbers = column->numbers || attributes[i].is_number;
            return 0;
        }
    return fail(db, INVALID_PARAMETER_VALUE, "Runs have no attribute '%s'.", column->key);
}

static void add_metric(const struct column *column, struct sql *sql)
{
    const struct value key = text(column->key);

    switch (column->value) {
    case GRID_LATEST:
        sql_add(sql,
                "(SELECT IF(m.is_nan, NULL, m.value) FROM latest_metrics m"
                "  WHERE m.run_uuid = r.run_uuid AND m.`key` = ?)",
                key);
        break;
    case GRID_MIN:
        sql_add(sql,
                "(SELECT MIN(IF(m.is_nan, NULL, m.value)) FROM metrics m"
                "  WHERE m.run_uuid = r.run_uuid AND m.`key` = ?)",
                key);
        break;
    case GRID_MAX:
        sql_add(sql,
                "(SELECT MAX(IF(m.is_nan, NULL, m.value)) FROM metrics m"
                "  WHERE m.run_uuid = r.run_uuid AND m.`key` = ?)",
                key);
        break;
    case GRID_BEST:
        grid_add_best(sql, column->key);
        break;
    case GRID_POINTS:
        sql_add(sql,
                "(SELECT NULLIF(COUNT(*), 0) FROM metrics m"
                "  WHERE m.run_uuid = r.run_uuid AND m.`key` = ?)",
                key);
        break;
    case GRID_AT:
        sql_add(sql,
                "(SELECT IF(m.is_nan, NULL, m.value) FROM metrics m WHERE m.run_uuid = r.run_uuid"
                "    AND m.`key` = ? AND m.step = ? ORDER BY m.timestamp DESC, m.value DESC"
                "  LIMIT 1)",
                key, integer(column->step));
        break;
    }
}

int column_add(struct db *db, struct column *column, struct sql *sql)
{
    switch (column->kind) {
    case COLUMN_METRIC:
        column->numbers = true;
        add_metric(column, sql);
        return 0;
    case COLUMN_PARAM:
        sql_add(sql, "(SELECT p.value FROM params p WHERE p.run_uuid = r.run_uuid AND p.`key` = ?)",
                text(column->key));
        return 0;
    case COLUMN_TAG:
        sql_add(sql, "(SELECT t.value FROM tags t WHERE t.run_uuid = r.run_uuid AND t.`key` = ?)",
                text(column->key));
        return 0;
    case COLUMN_ATTRIBUTE:
        break;
    }
    return add_attribute(db, column, sql);
}

static void make_block(struct column_reader *in)
{
    for (size_t c = 0; c < in->count; c++)
        if (in->columns[c].numbers)
            in->block.numbers[c] = arena_array(in->db->mem, double, COLUMN_BLOCK);
        else
            in->block.texts[c] = arena_array(in->db->mem, const char *, COLUMN_BLOCK);
}

int column_open(struct column_reader *in, const struct run_search *search)
{
    struct sql sql = sql_new(in->db->mem);

    sql_add(&sql, "SELECT ");
    for (size_t c = 0; c < in->count; c++) {
        if (c)
            sql_add(&sql, ", ");
        if (column_add(in->db, &in->columns[c], &sql) < 0)
            return -1;
    }
    sql_add(&sql, " FROM runs r");
    if (run_search_where(in->db, search, &sql) < 0)
        return -1;
    make_block(in);
    return sql_select(in->db, &in->rows, "select_columns", &sql);
}

/* A text counts as a number if all of it is one, as the search of params has it. */
static double number_in(const char *text)
{
    char *end;
    double number;

    if (!*text || strpbrk(text, " \t\r\n\v\fxXpPnN")) /* neither hexadecimal nor NaN nor inf */
        return NAN;
    number = strtod(text, &end);
    return *end ? NAN : number;
}

static double number_of(const struct value *value)
{
    switch (value->type) {
    case VALUE_INT:
        return (double)value->i;
    case VALUE_REAL:
        return value->r;
    case VALUE_TEXT:
        return number_in(value->text.s);
    case VALUE_NULL:
    case VALUE_END:
        break;
    }
    return NAN;
}

static const char *text_of(struct column_reader *in, const struct value *value)
{
    if (value->type == VALUE_INT)
        return arena_printf(in->db->mem, "%lld", (long long)value->i);
    return value->type == VALUE_TEXT ? value->text.s : NULL;
}

static void take_row(struct column_reader *in, const struct value *values)
{
    size_t row = in->block.rows++;

    for (size_t c = 0; c < in->count; c++)
        if (in->columns[c].numbers)
            in->block.numbers[c][row] = number_of(&values[c]);
        else
            in->block.texts[c][row] = text_of(in, &values[c]);
}

int column_next(struct column_reader *in)
{
    struct value values[COLUMN_MOST];
    int more = 1;

    if (!in->rows) /* the last block was the last one */
        return 0;
    in->block.rows = 0;
    while (in->block.rows < COLUMN_BLOCK &&
           (more = db_next_values(in->rows, values, in->count)) > 0)
        take_row(in, values);
    if (more < 0)
        return -1;
    if (!more)
        in->rows = NULL;
    return in->block.rows > 0;
}
