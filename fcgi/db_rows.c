/* Results: from the cells of a row to the members of a struct. */
#include <assert.h>
#include <string.h>

#include "db_internal.h"

/* Compares the SELECT list with the fields, by name and in order. */
static int check_columns(struct rows *rows, const struct field *fields)
{
    MYSQL_RES *metadata = mysql_stmt_result_metadata(rows->statement);
    const MYSQL_FIELD *columns;
    unsigned i = 0;

    if (!metadata)
        return statement_fail(rows->db, rows->name, rows->statement);
    columns = mysql_fetch_fields(metadata);
    rows->columns = mysql_num_fields(metadata);
    assert(rows->columns <= COLUMNS);
    while (i < rows->columns && fields[i].type != FIELD_END &&
           !strcmp(columns[i].name, fields[i].name))
        i++;
    mysql_free_result(metadata);
    if (i != rows->columns || fields[i].type != FIELD_END)
        return fail(rows->db, INTERNAL_ERROR, "%s: its columns are not its fields.", rows->name);
    return 0;
}

static void bind_cell(struct rows *rows, unsigned column, enum enum_field_types type)
{
    MYSQL_BIND *bind = &rows->binds[column];
    struct cell *cell = &rows->cells[column];

    memset(bind, 0, sizeof(*bind));
    bind->is_null = &cell->null;
    bind->length = &cell->length;
    bind->error = &cell->truncated;
    bind->buffer_type = type;
    if (type == MYSQL_TYPE_STRING) {
        bind->buffer = cell->small;
        bind->buffer_length = CELL;
    } else if (type == MYSQL_TYPE_DOUBLE) {
        bind->buffer = &cell->real;
    } else {
        bind->buffer = &cell->integer;
    }
}

static int bind_end(struct rows *rows, const struct field *fields)
{
    rows->fields = fields;
    if (mysql_stmt_bind_result(rows->statement, rows->binds))
        return statement_fail(rows->db, rows->name, rows->statement);
    return 0;
}

static int bind_columns(struct rows *rows, const struct field *fields)
{
    if (check_columns(rows, fields) < 0)
        return -1;
    for (unsigned i = 0; i < rows->columns; i++) {
        enum field_type type = fields[i].type;
        bool is_real = type == FIELD_REAL || type == FIELD_OPT_REAL;

        bind_cell(rows, i,
                  type == FIELD_TEXT ? MYSQL_TYPE_STRING
                  : is_real          ? MYSQL_TYPE_DOUBLE
                                     : MYSQL_TYPE_LONGLONG);
    }
    return bind_end(rows, fields);
}

static int copy_text(struct rows *rows, unsigned column, const char **into)
{
    struct cell *cell = &rows->cells[column];
    MYSQL_BIND again = rows->binds[column];
    char *copy;

    *into = NULL;
    if (cell->null)
        return 0;
    if (cell->length <= CELL) {
        *into = arena_strndup(rows->db->mem, cell->small, cell->length);
        return 0;
    }
    copy = arena_alloc(rows->db->mem, cell->length + 1);
    again.buffer = copy;
    again.buffer_length = cell->length;
    if (mysql_stmt_fetch_column(rows->statement, &again, column, 0))
        return statement_fail(rows->db, rows->name, rows->statement);
    *into = copy;
    return 0;
}

/* What a column of the database is read as. */
static enum enum_field_types type_of(const MYSQL_FIELD *column)
{
    switch (column->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
        return MYSQL_TYPE_LONGLONG;
    case MYSQL_TYPE_DOUBLE:
        return MYSQL_TYPE_DOUBLE;
    default: /* FLOAT too: as a text it has the digits that it was given */
        return MYSQL_TYPE_STRING;
    }
}

static int bind_any(struct rows *rows, size_t count)
{
    static const struct field none[] = { FIELDS_END };
    MYSQL_RES *metadata = mysql_stmt_result_metadata(rows->statement);
    const MYSQL_FIELD *columns;

    if (!metadata)
        return statement_fail(rows->db, rows->name, rows->statement);
    columns = mysql_fetch_fields(metadata);
    rows->columns = mysql_num_fields(metadata);
    assert(rows->columns == count && count <= COLUMNS);
    for (unsigned i = 0; i < rows->columns; i++)
        bind_cell(rows, i, type_of(&columns[i]));
    mysql_free_result(metadata);
    return bind_end(rows, none);
}

static int copy_cell(struct rows *rows, unsigned column, void *at)
{
    const struct cell *cell = &rows->cells[column];

    switch (rows->fields[column].type) {
    case FIELD_TEXT:
        return copy_text(rows, column, at);
    case FIELD_INT:
        *(int64_t *)at = cell->null ? 0 : cell->integer;
        break;
    case FIELD_REAL:
        *(double *)at = cell->null ? 0 : cell->real;
        break;
    case FIELD_OPT_INT:
        *(struct opt_int *)at =
            (struct opt_int){ .value = cell->null ? 0 : cell->integer, .set = !cell->null };
        break;
    case FIELD_OPT_REAL:
        *(struct opt_real *)at =
            (struct opt_real){ .value = cell->null ? 0 : cell->real, .set = !cell->null };
        break;
    case FIELD_OPT_BOOL:
        *(struct opt_bool *)at =
            (struct opt_bool){ .value = !cell->null && cell->integer, .set = !cell->null };
        break;
    case FIELD_OPT_INT32:
    case FIELD_OPT_ENUM:
    case FIELD_TEXT_LIST:
    case FIELD_OBJECT:
    case FIELD_LIST:
    case FIELD_END:
        return fail(rows->db, INTERNAL_ERROR, "%s: a column of a type that rows do not have.",
                    rows->name);
    }
    return 0;
}

/* 1: a row, 0: no more, -1: failed. */
static int fetch(struct rows *rows)
{
    int status = mysql_stmt_fetch(rows->statement);

    if (status == MYSQL_NO_DATA) {
        if (!rows->rest_count)
            db_finish(rows);
        return 0;
    }
    if (status && status != MYSQL_DATA_TRUNCATED)
        return statement_fail(rows->db, rows->name, rows->statement);
    return 1;
}

int db_next(struct rows *rows, const struct field *fields, void *into)
{
    int found;

    if (!rows->fields && bind_columns(rows, fields) < 0)
        return -1;
    assert(rows->fields == fields);
    found = fetch(rows);
    for (unsigned i = 0; found > 0 && i < rows->columns; i++)
        if (copy_cell(rows, i, (char *)into + fields[i].offset) < 0)
            return -1;
    return found;
}

int db_next_values(struct rows *rows, struct value *values, size_t count)
{
    const char *s;
    int found;

    if (!rows->fields && bind_any(rows, count) < 0)
        return -1;
    found = fetch(rows);
    for (unsigned i = 0; found > 0 && i < rows->columns; i++) {
        const struct cell *cell = &rows->cells[i];

        if (cell->null) {
            values[i] = null();
        } else if (rows->binds[i].buffer_type == MYSQL_TYPE_LONGLONG) {
            values[i] = integer(cell->integer);
        } else if (rows->binds[i].buffer_type == MYSQL_TYPE_DOUBLE) {
            values[i] = real(cell->real);
        } else {
            if (copy_text(rows, i, &s) < 0)
                return -1;
            values[i] = text_n(s, cell->length);
        }
    }
    return found;
}

/* The other results of a block, and what it says at its end. */
static void skip_rest(struct rows *rows)
{
    while (mysql_stmt_next_result(rows->statement) == 0)
        (void)mysql_stmt_free_result(rows->statement);
}

void db_finish(struct rows *rows)
{
    if (!rows->db || !rows->db->connection->open_rows)
        return;
    (void)mysql_stmt_free_result(rows->statement);
    if (rows->in_block)
        skip_rest(rows);
    rows->db->connection->open_rows = false;
}

static int next_of_block(struct rows *rows)
{
    (void)mysql_stmt_free_result(rows->statement);
    if (mysql_stmt_next_result(rows->statement))
        return statement_fail(rows->db, rows->name, rows->statement);
    rows->fields = NULL;
    rows->rest_count--;
    return 0;
}

int db_next_select(struct rows *rows)
{
    const struct sql *next = rows->rest;
    size_t left = rows->rest_count;

    assert(left > 0);
    if (rows->in_block)
        return next_of_block(rows);
    if (sql_select(rows->db, &rows, rows->name, next) < 0)
        return -1;
    rows->rest = next + 1;
    rows->rest_count = left - 1;
    return 0;
}
