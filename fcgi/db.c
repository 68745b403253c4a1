#include "db.h"

#include <assert.h>
#include <inttypes.h>
#include <mysql.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"

/* my_bool in MariaDB and old MySQL, bool in MySQL 8. */
typedef __typeof__(*((MYSQL_BIND *)0)->is_null) db_bool;

enum {
    STATEMENTS = 128, /* prepared at most, per connection */
    COLUMNS = 32,
    CELL = 512,           /* bytes read at once; longer cells are fetched again */
    CLIENT_ERRORS = 2000, /* numbers from here on are the client library's: no connection */
    IDLE_CHECK = 30,      /* seconds after which a connection is asked whether it lives */

    /* Numbers of errors (mysqld_error.h, errmsg.h); both clients share them. */
    DUPLICATE_ENTRY = 1062,
    LOCK_WAIT_TIMEOUT = 1205,
    OUT_OF_RANGE = 1264,
    DATA_TOO_LONG = 1406,
    LOCK_DEADLOCK = 1213,
    NO_REFERENCED_ROW = 1452,
    TOO_MANY_STATEMENTS = 1461,
    SIGNALLED = 1644,
    CHECK_VIOLATED_MYSQL = 3819,
    CHECK_VIOLATED_MARIADB = 4025,
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

struct value integer(int64_t i)
{
    return (struct value){ .type = VALUE_INT, .i = i };
}

struct value real(double r)
{
    return (struct value){ .type = VALUE_REAL, .r = r };
}

struct value text_n(const char *s, unsigned long length)
{
    return (struct value){ .type = VALUE_TEXT, .text = { .s = s, .length = length } };
}

struct value text(const char *s)
{
    return s ? text_n(s, strlen(s)) : null();
}

struct value null(void)
{
    return (struct value){ .type = VALUE_NULL };
}

struct value optional(struct opt_int o)
{
    return o.set ? integer(o.value) : null();
}

int db_open(struct db *db, const struct config *config)
{
    db->connection = calloc(1, sizeof(*db->connection));
    if (!db->connection)
        return fail(db, INTERNAL_ERROR, "Out of memory.");
    db->connection->config = config;
    return 0;
}

static void forget_statements(struct db_connection *c)
{
    for (size_t i = 0; i < c->statement_count; i++) {
        (void)mysql_stmt_close(c->statements[i].handle);
        free(c->statements[i].sql);
    }
    c->statement_count = 0;
    c->open_rows = false;
}

static void disconnect(struct db_connection *c)
{
    forget_statements(c);
    if (c->mysql)
        mysql_close(c->mysql);
    c->mysql = NULL;
    c->in_transaction = false;
    c->reads = false;
}

void db_close(struct db *db)
{
    if (!db->connection)
        return;
    disconnect(db->connection);
    free(db->connection);
    db->connection = NULL;
    mysql_library_end();
}

static bool is_lost(unsigned error)
{
    /* Client errors (2000 ff.) mean that the connection cannot be used; the
     * others are a server that goes down, and Galera's "not prepared". */
    return (error >= 2000 && error < 3000) || error == 1053 || error == 1047 || error == 1040 ||
           error == 1927 || error == 1152;
}

/* A REGEXP's pattern was refused: MariaDB has one number for it, MySQL many. */
static bool is_pattern(unsigned error)
{
    return error == 1139 || (error >= 3684 && error <= 3700) || error == 3887;
}

/* Notes the database's words and turns them into the client's error. */
static int db_fail(struct db *db, const char *name, unsigned error, const char *words)
{
    struct db_connection *c = db->connection;

    c->error = error;
    (void)snprintf(c->error_text, sizeof(c->error_text), "%s", words);
    db->err->detail = arena_printf(db->mem, "%s: %u %s", name, error, words);
    if (is_lost(error)) {
        disconnect(c);
        return fail(db, TEMPORARILY_UNAVAILABLE,
                    "The database cannot be reached. Try again in a moment.");
    }
    if (error == LOCK_DEADLOCK || error == LOCK_WAIT_TIMEOUT)
        return fail(db, TEMPORARILY_UNAVAILABLE,
                    "The database is busy with conflicting writes. Try again in a moment.");
    if (is_pattern(error))
        return fail(db, INVALID_PARAMETER_VALUE, "Invalid regular expression: %s", words);
    if (error == DATA_TOO_LONG || error == OUT_OF_RANGE)
        return fail(db, BAD_REQUEST, "%s", words);
    return fail(db, BAD_REQUEST, "The database refused the values of this request.");
}

static int connection_fail(struct db *db, const char *name)
{
    return db_fail(db, name, mysql_errno(db->connection->mysql),
                   mysql_error(db->connection->mysql));
}

/* What goes wrong while rows arrive is noted on the connection, not on the statement. */
static int statement_fail(struct db *db, const char *name, MYSQL_STMT *statement)
{
    unsigned error = mysql_stmt_errno(statement);

    return error ? db_fail(db, name, error, mysql_stmt_error(statement))
                 : connection_fail(db, name);
}

static const char session_setup[] =
    "SET SESSION autocommit = 0,"
    "            sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION',"
    "            time_zone = '+00:00',"
    "            innodb_lock_wait_timeout = 20";
/* READ COMMITTED: no gap locks, so that parallel loggers do not deadlock, and
 * every statement sees what was committed before it. */
static const char session_isolation[] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

static int run_text(struct db *db, const char *name, const char *sql)
{
    if (mysql_real_query(db->connection->mysql, sql, strlen(sql)))
        return connection_fail(db, name);
    return 0;
}

static int db_connect(struct db *db)
{
    struct db_connection *c = db->connection;
    const struct config *config = c->config;
    unsigned timeout = (unsigned)config->db_connect_timeout;
    bool local = config->db_socket[0] != '\0';

    c->mysql = mysql_init(NULL);
    if (!c->mysql)
        return fail(db, INTERNAL_ERROR, "Out of memory.");
    (void)mysql_options(c->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
    (void)mysql_options(c->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(c->mysql, local ? NULL : config->db_host,
                            config->db_user[0] ? config->db_user : NULL,
                            config->db_password[0] ? config->db_password : NULL, config->db_name,
                            local ? 0 : (unsigned)config->db_port, local ? config->db_socket : NULL,
                            CLIENT_MULTI_STATEMENTS | CLIENT_FOUND_ROWS)) {
        (void)connection_fail(db, "connect");
        disconnect(c);
        return fail(db, TEMPORARILY_UNAVAILABLE,
                    "The database cannot be reached. Try again in a moment.");
    }
    if (run_text(db, "session_isolation", session_isolation) < 0 ||
        run_text(db, "session_setup", session_setup) < 0) {
        disconnect(c);
        return -1;
    }
    c->last_used = time(NULL);
    return 0;
}

/* A server that went away closed the socket: something to read where nothing was
 * asked. Costs no round trip, so it is done before every request. */
static bool is_closed(MYSQL *mysql)
{
#ifdef MARIADB_PACKAGE_VERSION
    struct pollfd pollfd = { .fd = mysql_get_socket(mysql), .events = POLLIN };
#else
    struct pollfd pollfd = { .fd = mysql->net.fd, .events = POLLIN };
#endif

    return poll(&pollfd, 1, 0) != 0;
}

int db_ready(struct db *db)
{
    struct db_connection *c = db->connection;
    time_t now = time(NULL);

    c->error = 0;
    if (c->mysql &&
        (is_closed(c->mysql) || (now - c->last_used >= IDLE_CHECK && mysql_ping(c->mysql))))
        disconnect(c);
    c->last_used = now;
    return c->mysql ? 0 : db_connect(db);
}

int db_reads(struct db *db, bool reads)
{
    struct db_connection *c = db->connection;

    if (!c->mysql || c->reads == reads)
        return 0;
    if (mysql_autocommit(c->mysql, reads))
        return connection_fail(db, "autocommit");
    c->reads = reads;
    return 0;
}

int db_commit(struct db *db)
{
    struct db_connection *c = db->connection;

    db_finish(&c->rows);
    if (!c->mysql)
        return fail(db, TEMPORARILY_UNAVAILABLE, "The connection to the database was lost.");
    if (!c->in_transaction)
        return 0;
    if (mysql_commit(c->mysql))
        return connection_fail(db, "commit");
    c->in_transaction = false;
    return 0;
}

void db_rollback(struct db *db)
{
    struct db_connection *c = db->connection;

    if (!c->mysql)
        return;
    db_finish(&c->rows);
    if (c->mysql && c->in_transaction && mysql_rollback(c->mysql))
        disconnect(c);
    c->in_transaction = false;
}

static struct statement *least_used(struct db_connection *c)
{
    struct statement *oldest = &c->statements[0];

    for (size_t i = 1; i < c->statement_count; i++)
        if (c->statements[i].used < oldest->used)
            oldest = &c->statements[i];
    (void)mysql_stmt_close(oldest->handle);
    free(oldest->sql);
    return oldest;
}

static MYSQL_STMT *prepare(struct db *db, const char *name, const char *sql, size_t length)
{
    struct db_connection *c = db->connection;
    MYSQL_STMT *handle = mysql_stmt_init(c->mysql);
    int failed = handle ? mysql_stmt_prepare(handle, sql, length) : 1;

    if (failed && handle && mysql_stmt_errno(handle) == TOO_MANY_STATEMENTS) {
        forget_statements(c); /* ours count among them */
        failed = mysql_stmt_prepare(handle, sql, length);
    }
    if (!failed)
        return handle;
    if (handle)
        (void)statement_fail(db, name, handle);
    else
        (void)connection_fail(db, name);
    if (handle)
        (void)mysql_stmt_close(handle);
    return NULL;
}

static MYSQL_STMT *prepared(struct db *db, const char *name, const char *sql)
{
    struct db_connection *c = db->connection;
    size_t length = strlen(sql);
    struct statement *place;
    MYSQL_STMT *handle;

    for (size_t i = 0; i < c->statement_count; i++)
        if (c->statements[i].length == length && !memcmp(c->statements[i].sql, sql, length)) {
            c->statements[i].used = ++c->clock;
            return c->statements[i].handle;
        }
    handle = prepare(db, name, sql, length);
    if (!handle)
        return NULL;
    place = c->statement_count < STATEMENTS ? &c->statements[c->statement_count++] : least_used(c);
    *place = (struct statement){ strdup(sql), length, handle, ++c->clock };
    return handle;
}

/* The linker's names for the ends of the section. */
extern const struct db_statement __start_db_statements[]; /* NOLINT(bugprone-reserved-identifier) */
extern const struct db_statement __stop_db_statements[];  /* NOLINT(bugprone-reserved-identifier) */

static bool is_listed_before(const struct db_statement *s)
{
    for (const struct db_statement *other = __start_db_statements; other < s; other++)
        if (other->sql == s->sql)
            return true;
    return false;
}

/* 1: refused, as said. */
static int statement_check(struct db *db, const struct db_statement *s, FILE *out)
{
    struct db_connection *c = db->connection;
    MYSQL_STMT *handle = mysql_stmt_init(c->mysql);
    int failed = !handle || mysql_stmt_prepare(handle, s->sql, strlen(s->sql));

    if (failed && (!handle || mysql_stmt_errno(handle) >= CLIENT_ERRORS))
        failed = connection_fail(db, s->name);
    else if (failed)
        (void)fprintf(out, "statement %s: %s\n", s->name, mysql_stmt_error(handle));
    if (handle)
        (void)mysql_stmt_close(handle);
    return failed;
}

int db_statements_check(struct db *db, FILE *out)
{
    int refused = 0;

    db_finish(&db->connection->rows);
    for (const struct db_statement *s = __start_db_statements; s < __stop_db_statements; s++) {
        int failed = is_listed_before(s) ? 0 : statement_check(db, s, out);

        if (failed < 0)
            return -1;
        refused += failed;
    }
    return refused;
}

static void bind_value(MYSQL_BIND *bind, const struct value *value)
{
    switch (value->type) {
    case VALUE_INT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)&value->i;
        break;
    case VALUE_REAL:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = (void *)&value->r;
        break;
    case VALUE_TEXT:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer = (void *)value->text.s;
        bind->buffer_length = value->text.length;
        bind->length = (unsigned long *)&value->text.length;
        break;
    case VALUE_NULL:
    case VALUE_END:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    }
}

/* Binds and executes; the handle, or NULL. */
static MYSQL_STMT *execute(struct db *db, const char *name, const char *sql,
                           const struct value *values)
{
    struct db_connection *c = db->connection;
    size_t count = 0;
    MYSQL_BIND *binds;
    MYSQL_STMT *statement;

    db_finish(&c->rows);
    /* Whoever goes on after a failure has dealt with it. */
    error_clear(db->err);
    c->error = 0;
    if (!c->mysql) {
        (void)fail(db, TEMPORARILY_UNAVAILABLE, "The connection to the database was lost.");
        return NULL;
    }
    statement = prepared(db, name, sql);
    if (!statement)
        return NULL;
    while (values[count].type != VALUE_END)
        count++;
    assert(count == mysql_stmt_param_count(statement));
    binds = arena_array(db->mem, MYSQL_BIND, count + 1);
    for (size_t i = 0; i < count; i++)
        bind_value(&binds[i], &values[i]);
    c->in_transaction = !c->reads;
    if ((count && mysql_stmt_bind_param(statement, binds)) || mysql_stmt_execute(statement)) {
        (void)statement_fail(db, name, statement);
        return NULL;
    }
    return statement;
}

int64_t db_exec_values(struct db *db, const char *name, const char *sql, const struct value *values)
{
    MYSQL_STMT *statement = execute(db, name, sql, values);

    if (!statement)
        return -1;
    db->connection->last_insert_id = (int64_t)mysql_stmt_insert_id(statement);
    return (int64_t)mysql_stmt_affected_rows(statement);
}

int db_select_values(struct db *db, struct rows **rows, const char *name, const char *sql,
                     const struct value *values)
{
    struct db_connection *c = db->connection;
    MYSQL_STMT *statement = execute(db, name, sql, values);

    if (!statement)
        return -1;
    c->rows.db = db;
    c->rows.statement = statement;
    c->rows.name = name;
    c->rows.fields = NULL;
    c->open_rows = true;
    *rows = &c->rows;
    return 0;
}

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

void db_finish(struct rows *rows)
{
    if (!rows->db || !rows->db->connection->open_rows)
        return;
    (void)mysql_stmt_free_result(rows->statement);
    rows->db->connection->open_rows = false;
}

int64_t db_last_insert_id(struct db *db)
{
    return db->connection->last_insert_id;
}

bool db_is_duplicate(struct db *db)
{
    return db->connection->error == DUPLICATE_ENTRY;
}

bool db_is_deadlock(struct db *db)
{
    return db->connection->error == LOCK_DEADLOCK || db->connection->error == LOCK_WAIT_TIMEOUT;
}

bool db_is_check(struct db *db)
{
    return db->connection->error == CHECK_VIOLATED_MARIADB ||
           db->connection->error == CHECK_VIOLATED_MYSQL;
}

bool db_is_stopped(struct db *db)
{
    return db->connection->error == SIGNALLED;
}

bool db_is_reference(struct db *db)
{
    return db->connection->error == NO_REFERENCED_ROW;
}

unsigned db_error_number(struct db *db)
{
    return db->connection->error;
}

const char *db_error_text(struct db *db)
{
    return db->connection->error_text;
}

int db_script(struct db *db, const char *sql, unsigned long length)
{
    MYSQL *mysql = db->connection->mysql;
    int more = 0;

    db_finish(&db->connection->rows);
    if (!mysql)
        return fail(db, TEMPORARILY_UNAVAILABLE, "There is no connection to the database.");
    if (mysql_real_query(mysql, sql, length))
        return connection_fail(db, "script");
    db->connection->in_transaction = true;
    do {
        MYSQL_RES *result = mysql_store_result(mysql);

        if (result)
            mysql_free_result(result);
        more = mysql_next_result(mysql);
    } while (more == 0);
    return more > 0 ? connection_fail(db, "script") : 0;
}

struct sql sql_new(struct arena *mem)
{
    struct sql sql = { .mem = mem, .capacity = 512, .room = 16 };

    sql.text = arena_alloc(mem, sql.capacity);
    sql.values = arena_array(mem, struct value, sql.room);
    return sql;
}

static void sql_put(struct sql *sql, const char *fragment, size_t length)
{
    if (sql->length + length + 1 > sql->capacity) {
        size_t capacity = (sql->length + length + 1) * 2;

        sql->text = arena_grow(sql->mem, sql->text, sql->length + 1, capacity);
        sql->capacity = capacity;
    }
    memcpy(sql->text + sql->length, fragment, length);
    sql->length += length;
    sql->text[sql->length] = '\0';
}

static void sql_put_value(struct sql *sql, const struct value *value)
{
    if (sql->count + 2 > sql->room) {
        sql->values = arena_grow(sql->mem, sql->values, sql->room * sizeof(*value),
                                 2 * sql->room * sizeof(*value));
        sql->room *= 2;
    }
    sql->values[sql->count++] = *value;
    sql->values[sql->count] = (struct value){ .type = VALUE_END };
}

void sql_add_values(struct sql *sql, const char *fragment, const struct value *values)
{
    sql_put(sql, fragment, strlen(fragment));
    for (; values->type != VALUE_END; values++)
        sql_put_value(sql, values);
}

void sql_add_list(struct sql *sql, const struct value *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sql_put(sql, i ? ",?" : "(?", 2);
        sql_put_value(sql, &values[i]);
    }
    sql_put(sql, ")", 1);
}

void sql_add_set(struct sql *sql, const struct value *values, size_t n)
{
    enum {
        LONG = 1024 /* a statement has 65535 values at most: no room to round up to */
    };
    size_t length = n > LONG ? n : 1;

    assert(n);
    while (length < n)
        length *= 2;
    for (size_t i = 0; i < length; i++) {
        sql_put(sql, i ? ",?" : "(?", 2);
        sql_put_value(sql, &values[i < n ? i : n - 1]);
    }
    sql_put(sql, ")", 1);
}

void sql_append(struct sql *sql, const struct sql *other)
{
    sql_put(sql, other->text, other->length);
    for (size_t i = 0; i < other->count; i++)
        sql_put_value(sql, &other->values[i]);
}

int64_t sql_exec(struct db *db, const char *name, const struct sql *sql)
{
    return db_exec_values(db, name, sql->text, sql->values);
}

bool db_has_blocks(struct db *db)
{
    enum {
        PREPARES_BLOCKS = 100602
    };
    MYSQL *mysql = db->connection->mysql;

    return mysql && strstr(mysql_get_server_info(mysql), "MariaDB") &&
           mysql_get_server_version(mysql) >= PREPARES_BLOCKS;
}

int db_block(struct db *db, const char *name, const struct sql *sql)
{
    struct db_connection *c = db->connection;

    if (!execute(db, name, sql->text, sql->values))
        return -1;
    /* told by the server: what it says it has committed needs no commit */
    c->in_transaction = (c->mysql->server_status & SERVER_STATUS_IN_TRANS) != 0;
    return 0;
}

int sql_select(struct db *db, struct rows **rows, const char *name, const struct sql *sql)
{
    return db_select_values(db, rows, name, sql->text, sql->values);
}
