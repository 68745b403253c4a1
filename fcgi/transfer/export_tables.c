/* Rows of ours as rows of an SQLite database of MLflow's: its tables have our columns. */
#include <inttypes.h>
#include <string.h>

#include "../store/rows.h"
#include "sqlite_target.h"

enum {
    MOST_COLUMNS = 32,
    ROWS_AT_ONCE = 50000, /* of a transaction */
    MOST_TOLD = 5         /* rows of a table */
};

static const struct table {
    const char *name, *condition;
    bool is_more;
} tables[] = {
    { "experiments", "experiment_id = ?", false },
#define TABLE(name, condition) { #name, condition, false },
#define MORE(name, condition)  { #name, condition, true },
#include "tables.def"
#undef TABLE
#undef MORE
};
enum {
    TABLES = sizeof(tables) / sizeof(*tables)
};

/* A table being copied. */
struct copying {
    sqlite3 *to;
    sqlite3_stmt *insert;
    const struct table *table;
    const char *columns[MOST_COLUMNS];
    bool bytes[MOST_COLUMNS]; /* no text */
    size_t width, in_transaction, told;
    int64_t written;
};

int target_fail(struct transfer *t, sqlite3 *to)
{
    return fail(t, INTERNAL_ERROR, "%s", sqlite3_errmsg(to));
}

int target_exec(struct transfer *t, sqlite3 *to, const char *sql)
{
    return sqlite3_exec(to, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : target_fail(t, to);
}

int target_prepare(struct transfer *t, sqlite3 *to, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(to, sql, -1, statement, NULL) == SQLITE_OK ? 0 : target_fail(t, to);
}

/* Generated columns are made again by the database. */
static int read_columns(struct transfer *t, struct copying *c)
{
    enum {
        NAME = 1,
        TYPE = 2,
        HIDDEN = 6
    };
    sqlite3_stmt *row;
    int step;

    if (target_prepare(t, c->to, arena_printf(t->mem, "PRAGMA table_xinfo('%s')", c->table->name),
                       &row) < 0)
        return -1;
    while ((step = sqlite3_step(row)) == SQLITE_ROW && c->width < MOST_COLUMNS) {
        if (sqlite3_column_int(row, HIDDEN))
            continue;
        c->bytes[c->width] = !strcmp((const char *)sqlite3_column_text(row, TYPE), "BLOB");
        c->columns[c->width++] = arena_strdup(t->mem, (const char *)sqlite3_column_text(row, NAME));
    }
    (void)sqlite3_finalize(row);
    return step == SQLITE_DONE ? 0 : target_fail(t, c->to);
}

/* Two experiments may share a row, and it is written once. */
static int prepare_insert(struct transfer *t, struct copying *c, bool all)
{
    struct sql sql = sql_new(t->mem);

    sql_add(&sql, arena_printf(t->mem, "INSERT INTO \"%s\" (\"", c->table->name));
    for (size_t i = 0; i < c->width; i++) {
        sql_add(&sql, i ? "\", \"" : "");
        sql_add(&sql, c->columns[i]);
    }
    sql_add(&sql, "\") VALUES (?");
    for (size_t i = 1; i < c->width; i++)
        sql_add(&sql, ", ?");
    sql_add(&sql, all ? ")" : ") ON CONFLICT DO NOTHING");
    return target_prepare(t, c->to, sql.text, &c->insert);
}

/* The condition, with the experiment's id for each ? of it. */
static void add_condition(struct sql *sql, const struct table *table, const char *experiment_id)
{
    if (!experiment_id)
        return;
    sql_add(sql, " WHERE ");
    sql_add(sql, table->condition);
    for (const char *mark = table->condition; (mark = strchr(mark, '?')); mark++)
        sql_add(sql, "", text(experiment_id));
}

static int select_rows(struct transfer *t, const struct copying *c, const char *experiment_id,
                       struct rows **rows)
{
    struct sql sql = sql_new(t->mem);

    for (size_t i = 0; i < c->width; i++) {
        sql_add(&sql, i ? ", `" : "SELECT `");
        sql_add(&sql, c->columns[i]);
        sql_add(&sql, "`");
    }
    sql_add(&sql, arena_printf(t->mem, " FROM `%s`", c->table->name));
    add_condition(&sql, c->table, experiment_id);
    return sql_select(&t->db, rows, "export_table", &sql);
}

static void bind(const struct copying *c, int column, const struct value *v)
{
    switch (v->type) {
    case VALUE_INT:
        (void)sqlite3_bind_int64(c->insert, column + 1, v->i);
        break;
    case VALUE_REAL:
        (void)sqlite3_bind_double(c->insert, column + 1, v->r);
        break;
    case VALUE_TEXT:
        if (c->bytes[column])
            (void)sqlite3_bind_blob64(c->insert, column + 1, v->text.s, v->text.length,
                                      SQLITE_STATIC);
        else
            (void)sqlite3_bind_text64(c->insert, column + 1, v->text.s, v->text.length,
                                      SQLITE_STATIC, SQLITE_UTF8);
        break;
    case VALUE_NULL:
    case VALUE_END:
        (void)sqlite3_bind_null(c->insert, column + 1);
        break;
    }
}

static void tell_row(struct transfer *t, struct copying *c, const struct value *row)
{
    const char *shown = row->type == VALUE_TEXT ? row->text.s : "?";

    if (row->type == VALUE_INT)
        shown = arena_printf(t->mem, "%" PRId64, row->i);
    if (c->told++ < MOST_TOLD)
        transfer_problem(t, c->table->name, shown);
    else
        t->problems++;
}

/* A row that breaks a rule of its table is told and passed by; -1: the file is in no
 * state to take more. */
static int write_row(struct transfer *t, struct copying *c, const struct value *row)
{
    int step;

    for (size_t i = 0; i < c->width; i++)
        bind(c, (int)i, &row[i]);
    step = sqlite3_step(c->insert);
    if (step == SQLITE_DONE)
        c->written += sqlite3_changes(c->to);
    else
        (void)target_fail(t, c->to);
    (void)sqlite3_reset(c->insert);
    if (step != SQLITE_DONE && step != SQLITE_CONSTRAINT)
        return -1;
    if (step == SQLITE_CONSTRAINT)
        tell_row(t, c, row);
    progress_step(&t->progress, 1);
    if (++c->in_transaction < ROWS_AT_ONCE)
        return 0;
    c->in_transaction = 0;
    return target_exec(t, c->to, "COMMIT; BEGIN");
}

static int write_rows(struct transfer *t, struct copying *c, struct rows *rows)
{
    struct value *row = arena_array(t->mem, struct value, c->width);
    struct arena_mark mark = arena_mark(t->mem);
    int more;

    while ((more = db_next_values(rows, row, c->width)) > 0) {
        if (write_row(t, c, row) < 0)
            return -1;
        arena_release(t->mem, mark);
    }
    return more;
}

static void count_written(struct transfer *t, const struct copying *c)
{
    const struct {
        const char *table;
        int64_t *count;
    } counts[] = {
        { "experiments", &t->counts.experiments },
        { "runs", &t->counts.runs },
        { "logged_models", &t->counts.models },
    };

    t->counts.rows += c->written;
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        if (!strcmp(counts[i].table, c->table->name))
            *counts[i].count += c->written;
}

static int copy_some(struct transfer *t, struct copying *c, const char *experiment_id)
{
    struct rows *rows;
    int failed;

    if (select_rows(t, c, experiment_id, &rows) < 0)
        return -1;
    failed = write_rows(t, c, rows);
    db_finish(rows);
    return failed;
}

static int copy_table(struct transfer *t, sqlite3 *to, const struct table *table,
                      const struct text_list *ids)
{
    struct copying c = { .to = to, .table = table };
    int failed;

    if (read_columns(t, &c) < 0 || prepare_insert(t, &c, !ids->count) < 0)
        return -1;
    failed = target_exec(t, to, "BEGIN");
    if (!failed && !ids->count)
        failed = copy_some(t, &c, NULL);
    for (size_t i = 0; !failed && i < ids->count; i++)
        failed = copy_some(t, &c, ids->items[i]);
    (void)sqlite3_finalize(c.insert);
    count_written(t, &c);
    return failed || target_exec(t, to, "COMMIT") < 0 ? -1 : 0;
}

static bool is_chosen(const struct table *table, const struct text_list *ids)
{
    return ids->count ? table->condition != NULL : !table->is_more;
}

int export_rows(struct transfer *t, sqlite3 *to, const struct text_list *ids)
{
    for (size_t i = 0; i < TABLES; i++) {
        struct arena_mark mark = arena_mark(t->mem);

        if (!is_chosen(&tables[i], ids))
            continue;
        if (copy_table(t, to, &tables[i], ids) < 0) {
            transfer_problem(t, "table", tables[i].name);
            return -1;
        }
        arena_release(t->mem, mark);
    }
    return 0;
}

static int count_some(struct transfer *t, const struct table *table, const char *experiment_id,
                      int64_t *total)
{
    struct sql sql = sql_new(t->mem);
    struct rows *rows;
    int64_t found;

    sql_add(&sql, arena_printf(t->mem, "SELECT COUNT(*) AS n FROM `%s`", table->name));
    add_condition(&sql, table, experiment_id);
    if (sql_select(&t->db, &rows, "export_count", &sql) < 0 || rows_count(rows, &found) < 0)
        return -1;
    *total += found;
    return 0;
}

int export_count_rows(struct transfer *t, const struct text_list *ids, int64_t *total)
{
    for (size_t i = 0; i < TABLES; i++) {
        if (!is_chosen(&tables[i], ids))
            continue;
        if (!ids->count && count_some(t, &tables[i], NULL, total) < 0)
            return -1;
        for (size_t k = 0; k < ids->count; k++)
            if (count_some(t, &tables[i], ids->items[k], total) < 0)
                return -1;
    }
    return 0;
}
