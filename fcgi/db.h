/* The database: db.c and db_rows.c are the only files that know the client library.
 * One connection per worker; statements are prepared once per connection; values are
 * bound, never part of the text. Works with libmariadb and Oracle's libmysqlclient. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"
#include "config.h"
#include "error.h"
#include "fields.h"

/* A connection. err and mem are those of the request being served. */
struct db {
    struct error *err;
    struct arena *mem;
    struct db_connection *connection; /* opaque */
};

/* A value for a ? of a statement. Texts must stay until the call returns. */
struct value {
    enum {
        VALUE_END,
        VALUE_NULL,
        VALUE_INT,
        VALUE_REAL,
        VALUE_TEXT,
    } type;
    union {
        int64_t i;
        double r;
        struct {
            const char *s;
            unsigned long length;
        } text;
    };
};

struct value integer(int64_t);
struct value real(double);
/* NULL is SQL's NULL. */
struct value text(const char *);
struct value text_n(const char *, unsigned long length);
struct value null(void);
struct value optional(struct opt_int); /* NULL if not set */

/* Prepares the connection's struct; does not connect. */
int db_open(struct db *, const struct config *) MUST_CHECK;
void db_close(struct db *);

/* Between requests: connects if there is no connection, or if the old one died
 * while idle. -1 with TEMPORARILY_UNAVAILABLE when there is no database. */
int db_ready(struct db *) MUST_CHECK;

/* What the next statements are. Reads (true) need no transaction: each statement sees
 * what was committed before it, and there is nothing to end. Costs a round trip when
 * it differs from the last time; after db_ready(). A connection begins with writes. */
int db_reads(struct db *, bool) MUST_CHECK;

struct sql;

/* Transactions are implicit: the first statement opens one (autocommit is off,
 * READ COMMITTED). A lost connection while committing is an error, and never
 * repeated: whether the write took place is not known. */
int db_commit(struct db *) MUST_CHECK;
/* Never fails: a connection that cannot roll back is closed. */
void db_rollback(struct db *);

/* Statements. The C name of a constant statement is its name in logs; values
 * are a list of struct value: db_exec(db, insert_run, text(id), integer(now)).
 * db_exec returns the number of rows affected, or -1. */
#define db_exec(db, sql, ...)                                                                      \
    db_exec_values(                                                                                \
        (db), DB_STATEMENT(sql),                                                                   \
        (const struct value[]){ { .type = VALUE_END }, ##__VA_ARGS__, { .type = VALUE_END } } + 1)
#define db_select(db, rows, sql, ...)                                                              \
    db_select_values(                                                                              \
        (db), (rows), DB_STATEMENT(sql),                                                           \
        (const struct value[]){ { .type = VALUE_END }, ##__VA_ARGS__, { .type = VALUE_END } } + 1)

/* Several statements in one round trip, and the commit with them: a text that begins with
 * DB_BLOCK and ends with DB_BLOCK_END. MariaDB alone has them (db_has_blocks; else -1 as
 * of any text that is wrong). DB_BLOCK_STOP_UNLESS_ROWS ends a block unless the statement
 * before it wrote rows; db_is_stopped() tells so of the failure. */
#define DB_BLOCK                  "BEGIN NOT ATOMIC "
#define DB_BLOCK_STOP_UNLESS_ROWS "; IF ROW_COUNT() = 0 THEN SIGNAL SQLSTATE '45000'; END IF; "
#define DB_BLOCK_END              "; COMMIT; END"
bool db_is_mariadb(struct db *);
/* Older servers read CHECK constraints and forget them. */
bool db_has_checks(struct db *);
bool db_has_blocks(struct db *);
int db_block(struct db *, const char *name, const struct sql *) MUST_CHECK;
bool db_is_stopped(struct db *);

/* Whoever uses a constant statement puts it into a section of its own of the binary: that
 * is the list of all of them, and nobody has to keep it. As two arguments: name, text. */
struct db_statement {
    const char *name, *sql;
};
#define DB_STATEMENT(sql_)                                                                         \
    __extension__({                                                                                \
        static const struct db_statement db_statement_                                             \
            __attribute__((section("db_statements"), used)) = { #sql_, sql_ };                     \
        db_statement_.name;                                                                        \
    }),                                                                                            \
        (sql_)

/* Prepares all of them; prints a line for each that the database refuses and returns
 * their number; -1: the connection failed. */
int db_statements_check(struct db *, FILE *out) MUST_CHECK;

struct rows;
int64_t db_exec_values(struct db *, const char *name, const char *sql,
                       const struct value *) MUST_CHECK;
/* Rows are read as they arrive; the next statement on the connection ends them. */
int db_select_values(struct db *, struct rows **, const char *name, const char *sql,
                     const struct value *) MUST_CHECK;
/* The next row into *into: the columns of the SELECT list are the fields, in
 * order (checked at the first row). 1: a row, 0: no more, -1: failed. Texts are
 * put into db->mem. NULL leaves texts NULL and optional numbers unset. */
int db_next(struct rows *, const struct field *, void *into) MUST_CHECK;
/* The same for columns of any table: as many values, of the types that the database has
 * them in; what is neither a number nor NULL is its text, which may hold zeros. */
int db_next_values(struct rows *, struct value *, size_t count) MUST_CHECK;
/* Ends reading early. */
void db_finish(struct rows *);

int64_t db_last_insert_id(struct db *);

/* Of the last failure: a unique key was hit; the database rolled the transaction
 * back, so that it may be run again; a number was none of its column's type; a foreign key
 * refused. */
bool db_is_duplicate(struct db *);
bool db_is_deadlock(struct db *);
bool db_is_out_of_range(struct db *);
bool db_is_reference(struct db *);
unsigned db_error_number(struct db *);
const char *db_error_text(struct db *);

/* SQL that is put together: fragments and their values side by side. Text of
 * the client is only ever a value. */
struct sql {
    struct arena *mem;
    char *text;
    size_t length, capacity;
    struct value *values; /* ends with VALUE_END */
    size_t count, room;
};

struct sql sql_new(struct arena *);
/* Adds a fragment of the program's own text, and its values (VALUE_END ends). */
#define sql_add(sql, fragment, ...)                                                                \
    sql_add_values(                                                                                \
        (sql), (fragment),                                                                         \
        (const struct value[]){ { .type = VALUE_END }, ##__VA_ARGS__, { .type = VALUE_END } } + 1)
void sql_add_values(struct sql *, const char *fragment, const struct value *);
/* Adds a fragment without values. What is printed into it is the program's own, too: names
 * of tables, columns and aliases, numbers. */
void sql_printf(struct sql *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds "(?,?,?)" with n values. */
void sql_add_list(struct sql *, const struct value *, size_t n);
/* The same for IN, where a value may stand twice: the last one is repeated up to a
 * power of two, so that lists of all lengths make few statements to prepare. n > 0. */
void sql_add_set(struct sql *, const struct value *, size_t n);
/* Adds all of other, text and values. */
void sql_append(struct sql *, const struct sql *other);
int64_t sql_exec(struct db *, const char *name, const struct sql *) MUST_CHECK;
/* The last statement of the request: committed at once where the database has blocks. */
int sql_exec_last(struct db *, const char *name, const struct sql *) MUST_CHECK;
int sql_select(struct db *, struct rows **, const char *name, const struct sql *) MUST_CHECK;
/* Several SELECTs whose rows are read one after the other: one round trip where the
 * database has blocks. The first is open afterwards, db_next_select() goes on to the
 * next, of which there must be one; db_finish() ends them all. They stay until then. */
int sql_select_each(struct db *, struct rows **, const char *name, const struct sql *selects,
                    size_t count) MUST_CHECK;
int db_next_select(struct rows *) MUST_CHECK;

/* A text-protocol statement or several (migrations only): no values. Returns -1
 * with the database's words in err->detail. */
int db_script(struct db *, const char *sql, unsigned long length) MUST_CHECK;
