#include "db.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"
#include "log.h"

enum {
    CLIENT_ERRORS = 2000,     /* numbers from here on are the client library's: no connection */
    SMALL_STATEMENT = 500000, /* bytes that every database takes at once */
    PER_VALUE = 12,           /* bytes of a value beside its text, at most */
    IDLE_CHECK = 30,          /* seconds after which a connection is asked whether it lives */

    /* Numbers of errors (mysqld_error.h, errmsg.h); both clients share them. */
    DISK_FULL = 1021,
    DUPLICATE_ENTRY = 1062,
    TABLE_FULL = 1114, /* for its table space cannot grow */
    PACKET_TOO_LARGE = 1153,
    LOCK_WAIT_TIMEOUT = 1205,
    OUT_OF_RANGE = 1264,
    DATA_TOO_LONG = 1406,
    LOCK_DEADLOCK = 1213,
    NO_REFERENCED_ROW = 1452,
    TOO_MANY_STATEMENTS = 1461,
    SIGNALLED = 1644,
};

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
    return error == 1139 || (error >= 3684 && error <= 3700) || error == 3887 || error == 13110;
}

/* Its own trouble, whatever the request says: files, memory, threads, limits of its users,
 * rights that were taken away, a replica that only reads, a statement that somebody ended.
 * Below 1000 are the operating system's. */
static bool is_trouble(unsigned error)
{
    static const unsigned short numbers[] = {
        1004, 1005, 1015, 1016, 1017, 1021, 1023, 1024, 1026, 1028, 1030, 1034,
        1037, 1041, 1044, 1045, 1049, 1114, 1135, 1142, 1143, 1146, 1180, 1194,
        1195, 1203, 1206, 1226, 1227, 1290, 1317, 1370, 1637, 1792, 1836, 1878,
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (numbers[i] == error)
            return true;
    return error < 1000;
}

static int fail_for_trouble(struct db *db, unsigned error, const char *words)
{
    if (error == DISK_FULL || error == TABLE_FULL || strstr(words, "No space left")) {
        db->err->detail =
            arena_printf(db->mem, "%s; make room on the disk of the database", db->err->detail);
        return fail(db, TEMPORARILY_UNAVAILABLE,
                    "The disk of the database is full. Try again when there is room.");
    }
    return fail(db, TEMPORARILY_UNAVAILABLE,
                "The database cannot do this at the moment; the server's log says why.");
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
    if (is_trouble(error))
        return fail_for_trouble(db, error, words);
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
int statement_fail(struct db *db, const char *name, MYSQL_STMT *statement)
{
    unsigned error = mysql_stmt_errno(statement);

    return error ? db_fail(db, name, error, mysql_stmt_error(statement))
                 : connection_fail(db, name);
}

/* A list of ids is looked up by its index: that needs no look at each of them beforehand,
 * which cost a fifth of a page of 100 runs. A single value keeps it, for values differ. */
static const char session_setup[] =
    "SET SESSION autocommit = 0,"
    "            sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION',"
    "            time_zone = '+00:00',"
    "            innodb_lock_wait_timeout = 20,"
    "            eq_range_index_dive_limit = 8";
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

/* In bytes; 0: it does not say. On a connection that is not gone on with. */
static uint64_t largest_packet(struct db *db)
{
    struct db_connection *c = db->connection;
    MYSQL_RES *result = NULL;
    MYSQL_ROW row = NULL;
    uint64_t most = 0;

    disconnect(c);
    if (db_connect(db) == 0 &&
        run_text(db, "largest_packet", "SELECT @@GLOBAL.max_allowed_packet") == 0)
        result = mysql_store_result(c->mysql);
    if (result)
        row = mysql_fetch_row(result);
    if (row && row[0])
        most = strtoull(row[0], NULL, 10);
    if (result)
        mysql_free_result(result);
    disconnect(c);
    return most;
}

/* A statement that is too large for the database costs the connection, and looks as if
 * the database had gone: but it would cost it the next time as well. */
static void explain_loss(struct db *db, const struct value *values)
{
    uint64_t bytes = 0, most;

    for (; values->type != VALUE_END; values++)
        bytes += PER_VALUE + (values->type == VALUE_TEXT ? values->text.length : 0);
    if (bytes < SMALL_STATEMENT)
        return;
    most = largest_packet(db);
    if (!most || bytes < most)
        return;
    db->connection->error = PACKET_TOO_LARGE;
    db->err->detail = arena_printf(
        db->mem, "max_allowed_packet of the database is %" PRIu64 "; set it to 64M there", most);
    (void)fail(db, REQUEST_TOO_LARGE,
               "The request has more data than the database takes at once "
               "(max_allowed_packet).");
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
        if (!c->mysql || c->error == PACKET_TOO_LARGE)
            explain_loss(db, values);
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
    c->rows.rest = NULL;
    c->rows.rest_count = 0;
    c->rows.in_block = false;
    c->open_rows = true;
    *rows = &c->rows;
    return 0;
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

bool db_is_out_of_range(struct db *db)
{
    return db->connection->error == OUT_OF_RANGE;
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

int64_t sql_exec(struct db *db, const char *name, const struct sql *sql)
{
    return db_exec_values(db, name, sql->text, sql->values);
}

bool db_is_mariadb(struct db *db)
{
    MYSQL *mysql = db->connection->mysql;

    return mysql && strstr(mysql_get_server_info(mysql), "MariaDB");
}

bool db_has_checks(struct db *db)
{
    enum {
        KEEPS_CHECKS = 80016
    };

    return db_is_mariadb(db) || mysql_get_server_version(db->connection->mysql) >= KEEPS_CHECKS;
}

bool db_has_blocks(struct db *db)
{
    enum {
        PREPARES_BLOCKS = 100602
    };

    return db_is_mariadb(db) && mysql_get_server_version(db->connection->mysql) >= PREPARES_BLOCKS;
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

int sql_exec_last(struct db *db, const char *name, const struct sql *sql)
{
    struct sql block = sql_new(db->mem);

    if (!db_has_blocks(db))
        return sql_exec(db, name, sql) < 0 ? -1 : 0;
    sql_add(&block, DB_BLOCK);
    sql_append(&block, sql);
    sql_add(&block, DB_BLOCK_END);
    return db_block(db, name, &block);
}

int sql_select_each(struct db *db, struct rows **rows, const char *name, const struct sql *selects,
                    size_t count)
{
    bool in_block = db_has_blocks(db);
    struct sql block = sql_new(db->mem);

    sql_add(&block, DB_BLOCK);
    for (size_t i = 0; in_block && i < count; i++) {
        sql_append(&block, &selects[i]);
        sql_add(&block, "; ");
    }
    sql_add(&block, "END");
    if (sql_select(db, rows, name, in_block ? &block : &selects[0]) < 0)
        return -1;
    (*rows)->rest = selects + 1;
    (*rows)->rest_count = count - 1;
    (*rows)->in_block = in_block;
    return 0;
}

int sql_select(struct db *db, struct rows **rows, const char *name, const struct sql *sql)
{
    return db_select_values(db, rows, name, sql->text, sql->values);
}
