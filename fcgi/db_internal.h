/* What the two halves of the database layer share: db.c (connections, statements) and
 * db_rows.c (results). Nobody else includes this. */
#pragma once

#include <mysql.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "db.h"

/* my_bool in MariaDB and old MySQL, bool in MySQL 8. */
typedef __typeof__(*((MYSQL_BIND *)0)->is_null) db_bool;

enum {
    STATEMENTS = 128, /* prepared at most, per connection */
    COLUMNS = 256,    /* of a result: 40 columns in groups are 208 */
    CELL = 512,       /* bytes read at once; longer cells are fetched again */
};

struct cell {
    char small[CELL];
    unsigned long length;
    db_bool null, truncated;
    long long integer;
    double real;
};

struct rows {
    struct db *db;
    MYSQL_STMT *statement;
    const char *name;
    const struct field *fields; /* those that the columns were compared with */
    const struct sql *rest;     /* the SELECTs that come after this one */
    size_t rest_count;
    bool in_block; /* the database has the rest already */
    unsigned columns;
    MYSQL_BIND binds[COLUMNS];
    struct cell cells[COLUMNS];
};

struct statement {
    char *sql; /* a copy */
    size_t length;
    MYSQL_STMT *handle;
    uint64_t used;
};

struct db_connection {
    const struct config *config;
    MYSQL *mysql; /* NULL: not connected */
    time_t last_used;
    uint64_t clock;
    int64_t last_insert_id;
    struct statement statements[STATEMENTS];
    size_t statement_count;
    struct rows rows; /* one result at a time */
    bool open_rows, in_transaction, reads;
    unsigned error;
    char error_text[512];
};

/* Fails with what the client library says of the statement. Always -1. */
int statement_fail(struct db *, const char *name, MYSQL_STMT *);
