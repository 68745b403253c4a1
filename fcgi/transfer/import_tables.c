/* Rows of an SQLite database of MLflow's as rows of ours. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite_source.h"

enum {
    ROWS_AT_ONCE = 100,
    BYTES_AT_ONCE = 1 << 20, /* of texts: far below what the database takes in one packet */
    MOST_COLUMNS = 64,
    MOST_TOLD = 5 /* rows of a table */
};

/* A table being copied, and the rows of it that were read and not yet written. */
struct copying {
    sqlite3 *from;
    const char *table;
    const char *columns[MOST_COLUMNS];
    size_t width;
    int experiment; /* the column of its id; -1: none */
    struct value *rows;
    size_t count, bytes, told;
    int64_t last_from, last_to; /* the experiment of the row before, which is mostly the same */
};

int sqlite_fail(struct transfer *t, sqlite3 *from)
{
    return fail(t, INTERNAL_ERROR, "%s", sqlite3_errmsg(from));
}

int sqlite_prepare(struct transfer *t, sqlite3 *from, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(from, sql, -1, statement, NULL) == SQLITE_OK ? 0
                                                                           : sqlite_fail(t, from);
}

const char *sqlite_text(struct transfer *t, sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    return text ? arena_strndup(t->mem, (const char *)text,
                                (size_t)sqlite3_column_bytes(row, column))
                : NULL;
}
static struct value cell(struct transfer *t, sqlite3_stmt *row, int column)
{
    int length;
    char *copy;

    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        return integer(sqlite3_column_int64(row, column));
    case SQLITE_FLOAT:
        return real(sqlite3_column_double(row, column));
    case SQLITE_NULL:
        return null();
    default:
        length = sqlite3_column_bytes(row, column);
        copy = arena_alloc(t->mem, (size_t)length + 1);
        if (length)
            memcpy(copy, sqlite3_column_blob(row, column), (size_t)length);
        return text_n(copy, (unsigned long)length);
    }
}

/* Of the source's experiment; -1: it could not be placed. */
static int64_t moved_to(const struct transfer *t, const char *from)
{
    for (size_t i = 0; i < t->moved_count; i++)
        if (!strcmp(t->moved[i].from, from))
            return t->moved[i].to;
    return -1;
}

static int find_column(const struct copying *c, const char *name)
{
    for (size_t i = 0; i < c->width; i++)
        if (!strcmp(c->columns[i], name))
            return (int)i;
    return -1;
}

/* Generated columns are made again by the database. */
static int read_columns(struct transfer *t, struct copying *c)
{
    enum {
        NAME = 1,
        HIDDEN = 6
    };
    sqlite3_stmt *row;
    int step;

    if (sqlite_prepare(t, c->from, arena_printf(t->keep, "PRAGMA table_xinfo('%s')", c->table),
                       &row) < 0)
        return -1;
    while ((step = sqlite3_step(row)) == SQLITE_ROW && c->width < MOST_COLUMNS)
        if (!sqlite3_column_int(row, HIDDEN))
            c->columns[c->width++] =
                arena_strdup(t->keep, (const char *)sqlite3_column_text(row, NAME));
    (void)sqlite3_finalize(row);
    if (step != SQLITE_DONE)
        return sqlite_fail(t, c->from);
    c->experiment = find_column(c, "experiment_id");
    return c->width ? 0 : fail(t, NOT_FOUND, "the table is not there.");
}

static sqlite3_stmt *select_rows(struct transfer *t, struct copying *c)
{
    struct sql sql = sql_new(t->mem);
    sqlite3_stmt *row;

    for (size_t i = 0; i < c->width; i++) {
        sql_add(&sql, i ? ", \"" : "SELECT \"");
        sql_add(&sql, c->columns[i]);
        sql_add(&sql, "\"");
    }
    sql_add(&sql, arena_printf(t->mem, " FROM \"%s\"", c->table));
    return sqlite_prepare(t, c->from, sql.text, &row) < 0 ? NULL : row;
}

static int write_rows(struct transfer *t, void *what)
{
    const struct copying *c = what;

    return transfer_insert(&t->db, c->table, c->columns, c->width, c->rows, c->count);
}

static void tell_row(struct transfer *t, struct copying *c, const struct value *row)
{
    const char *shown = row->type == VALUE_TEXT ? row->text.s : "?";

    if (row->type == VALUE_INT)
        shown = arena_printf(t->mem, "%" PRId64, row->i);
    if (c->told++ < MOST_TOLD)
        transfer_problem(t, c->table, shown);
    else
        t->problems++;
}

/* Rows that cannot be written together are written one by one, to find the bad ones. */
static int flush(struct transfer *t, struct copying *c)
{
    struct copying one = *c;

    if (t->dry_run || !c->count || transfer_transaction(t, write_rows, c) == 0) {
        t->counts.rows += (int64_t)c->count;
        return 0;
    }
    one.count = 1;
    for (size_t i = 0; i < c->count; i++) {
        if (transfer_is_over(t))
            return -1;
        one.rows = c->rows + i * c->width;
        if (transfer_transaction(t, write_rows, &one) == 0)
            t->counts.rows++;
        else
            tell_row(t, c, one.rows);
    }
    return transfer_is_over(t) ? -1 : 0;
}

/* Where the files of a row are to be: the thing's path, the column of its URI. */
static int take_files(struct transfer *t, struct copying *c, struct value *row)
{
    bool is_run = !strcmp(c->table, "runs"), is_model = !strcmp(c->table, "logged_models");
    int uri_column = is_run ? find_column(c, "artifact_uri") : find_column(c, "artifact_location"),
        id_column = find_column(c, is_run ? "run_uuid" : "model_id");
    const char *uri, *source;

    if ((!is_run && !is_model) || uri_column < 0 || id_column < 0 || c->experiment < 0 ||
        row[uri_column].type != VALUE_TEXT || row[id_column].type != VALUE_TEXT)
        return 0;
    uri = row[uri_column].text.s;
    source = import_source_of(t, uri, NULL);
    if (import_artifacts(
            t, source,
            arena_printf(t->mem,
                         is_run ? "%" PRId64 "/%s/artifacts" : "%" PRId64 "/models/%s/artifacts",
                         row[c->experiment].i, row[id_column].text.s),
            &uri) < 0)
        return -1;
    row[uri_column] = text(uri);
    *(is_run ? &t->counts.runs : &t->counts.models) += 1;
    return 0;
}

static const char select_owner[] =
    "SELECT 0, experiment_id, run_uuid, artifact_uri FROM runs"
    " WHERE ?1 = artifact_uri OR substr(?1, 1, length(artifact_uri) + 1) = artifact_uri || '/'"
    " UNION ALL SELECT 1, experiment_id, model_id, artifact_location FROM logged_models"
    " WHERE ?1 = artifact_location"
    "    OR substr(?1, 1, length(artifact_location) + 1) = artifact_location || '/'";

/* A URI below that of a run or model whose files came here means what it did. */
static int move_uri(struct transfer *t, const struct copying *c, struct value *uri)
{
    sqlite3_stmt *row;

    if (uri->type != VALUE_TEXT || !import_source_of(t, uri->text.s, NULL))
        return 0;
    if (sqlite_prepare(t, c->from, select_owner, &row) < 0)
        return -1;
    (void)sqlite3_bind_text(row, 1, uri->text.s, (int)uri->text.length, SQLITE_STATIC);
    if (sqlite3_step(row) == SQLITE_ROW)
        *uri = text(arena_printf(
            t->mem, "mlflow-artifacts:/%" PRId64 "/%s%s/artifacts%s",
            moved_to(t, sqlite_text(t, row, 1)), sqlite3_column_int(row, 0) ? "models/" : "",
            sqlite_text(t, row, 2), uri->text.s + sqlite3_column_bytes(row, 3)));
    (void)sqlite3_finalize(row);
    return 0;
}

/* Versions of registered models name the files they were made of. */
static int move_version(struct transfer *t, const struct copying *c, struct value *row)
{
    int source = find_column(c, "source"), storage = find_column(c, "storage_location");

    if (strcmp(c->table, "model_versions") != 0 || source < 0 || storage < 0)
        return 0;
    return move_uri(t, c, &row[source]) < 0 || move_uri(t, c, &row[storage]) < 0 ? -1 : 0;
}

/* An edge may name an experiment as well. */
static void move_association(struct transfer *t, const struct copying *c, struct value *row)
{
    static const char *const ends[][2] = { { "source_type", "source_id" },
                                           { "destination_type", "destination_id" } };

    for (size_t i = 0; i < 2; i++) {
        int type = find_column(c, ends[i][0]), id = find_column(c, ends[i][1]);

        if (type >= 0 && id >= 0 && row[type].type == VALUE_TEXT && row[id].type == VALUE_TEXT &&
            !strcmp(row[type].text.s, "experiment"))
            row[id] = text(arena_printf(t->mem, "%" PRId64, moved_to(t, row[id].text.s)));
    }
}

/* The dataset is there under another uuid if the experiment had it already. */
static int move_dataset(struct transfer *t, const struct copying *c, struct value *uuid)
{
    const char *name = NULL, *digest = NULL, *found = NULL;
    int64_t experiment = -1;
    sqlite3_stmt *row;

    if (uuid->type != VALUE_TEXT || t->dry_run)
        return 0;
    if (sqlite_prepare(t, c->from,
                       "SELECT experiment_id, name, digest FROM datasets"
                       " WHERE dataset_uuid = ?",
                       &row) < 0)
        return -1;
    (void)sqlite3_bind_text(row, 1, uuid->text.s, (int)uuid->text.length, SQLITE_STATIC);
    if (sqlite3_step(row) == SQLITE_ROW) {
        experiment = moved_to(t, sqlite_text(t, row, 0));
        name = sqlite_text(t, row, 1);
        digest = sqlite_text(t, row, 2);
    }
    (void)sqlite3_finalize(row);
    if (experiment < 0 || !name || !digest) /* it names none */
        return 0;
    if (transfer_dataset_uuid(&t->db, experiment, name, digest, &found) < 0)
        return -1;
    *uuid = text(found);
    return 0;
}

static int move_datasets(struct transfer *t, const struct copying *c, struct value *row)
{
    int type = find_column(c, "source_type"), id = find_column(c, "source_id"),
        uuid = find_column(c, "dataset_uuid");

    if (!strcmp(c->table, "inputs") && type >= 0 && id >= 0 && row[type].type == VALUE_TEXT &&
        !strcmp(row[type].text.s, "DATASET"))
        return move_dataset(t, c, &row[id]);
    if (!strcmp(c->table, "logged_model_metrics") && uuid >= 0)
        return move_dataset(t, c, &row[uuid]);
    return 0;
}

/* Row as it is to be here. 1: it cannot be, its experiment is not; -1: failed. */
static int read_row(struct transfer *t, struct copying *c, sqlite3_stmt *from, struct value *row)
{
    for (size_t i = 0; i < c->width; i++) {
        row[i] = cell(t, from, (int)i);
        c->bytes += row[i].type == VALUE_TEXT ? row[i].text.length : sizeof(int64_t);
    }
    if (c->experiment >= 0 && row[c->experiment].type == VALUE_INT) {
        if (row[c->experiment].i != c->last_from) {
            c->last_from = row[c->experiment].i;
            c->last_to = moved_to(t, arena_printf(t->mem, "%" PRId64, c->last_from));
        }
        if (c->last_to < 0 && !t->dry_run)
            return 1;
        row[c->experiment] = integer(c->last_to);
    }
    if (!strcmp(c->table, "entity_associations"))
        move_association(t, c, row);
    if (move_datasets(t, c, row) < 0 || move_version(t, c, row) < 0)
        return -1;
    return take_files(t, c, row);
}

/* A row that fails to be read is told and passed by. */
static int add_row(struct transfer *t, struct copying *c, sqlite3_stmt *from)
{
    struct value *row = c->rows + c->count * c->width;
    int failed = read_row(t, c, from, row);

    if (failed > 0)
        failed = fail(t, INVALID_PARAMETER_VALUE, "its experiment could not be imported.");
    if (failed < 0)
        tell_row(t, c, row);
    else
        c->count++;
    progress_step(&t->progress, 1);
    return 0;
}

static int copy_rows(struct transfer *t, struct copying *c, sqlite3_stmt *from)
{
    int step = SQLITE_ROW;

    while (step == SQLITE_ROW) {
        struct arena_mark mark = arena_mark(t->mem);

        c->rows = arena_array(t->mem, struct value, ROWS_AT_ONCE * c->width);
        c->count = c->bytes = 0;
        while (c->count < ROWS_AT_ONCE && c->bytes < BYTES_AT_ONCE &&
               (step = sqlite3_step(from)) == SQLITE_ROW)
            if (add_row(t, c, from) < 0)
                return -1;
        if (flush(t, c) < 0)
            return -1;
        arena_release(t->mem, mark);
    }
    return step == SQLITE_DONE ? 0 : sqlite_fail(t, c->from);
}

int sqlite_copy_table(struct transfer *t, sqlite3 *from, const char *table)
{
    struct copying c = { .from = from, .table = table, .last_from = -1, .last_to = -1 };
    sqlite3_stmt *row;
    int failed;

    if (read_columns(t, &c) < 0)
        return -1;
    row = select_rows(t, &c);
    if (!row)
        return -1;
    failed = copy_rows(t, &c, row);
    (void)sqlite3_finalize(row);
    return failed;
}
