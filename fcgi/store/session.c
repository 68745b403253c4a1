#include "store/session.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum {
    LOCK_WAIT = 60,  /* seconds for another migration to end */
    LOCK_TRIES = 40, /* for a table that others use: about ten minutes */
    DUPLICATE_TRIES = 3,
    LONGEST_PAUSE = 10,

    UNKNOWN_DATABASE = 1049,
    DUPLICATE_ENTRY = 1062,
    LOCK_WAIT_TIMEOUT = 1205,
    DEADLOCK = 1213,
    NOT_SUPPORTED = 1235,
};

int session_complain(const struct session *s, const char *doing)
{
    (void)fprintf(stderr, "cairn: %s%s%s\n", doing, *doing ? ": " : "",
                  s->err.detail ? s->err.detail : s->err.message);
    return -1;
}

static int no_connection(const struct config *config, struct db *db)
{
    bool local = config->db_socket[0] != '\0';
    bool missing = db_error_number(db) == UNKNOWN_DATABASE;

    (void)fprintf(stderr, "cairn: no connection to the database `%s` on %s: %s%s\n",
                  config->db_name, local ? config->db_socket : config->db_host, db_error_text(db),
                  missing ? "; create it first, as sql/grants.sql shows" : "");
    return -1;
}

int session_open(struct session *s, const struct config *config)
{
    memset(s, 0, sizeof(*s));
    s->db.mem = s->err.mem = arena_create(0);
    s->db.err = &s->err;
    if (db_open(&s->db, config) < 0)
        return session_complain(s, "");
    if (db_ready(&s->db) < 0)
        return no_connection(config, &s->db);
    return 0;
}

int session_close(struct session *s, int result)
{
    db_close(&s->db);
    arena_destroy(s->err.mem);
    return result;
}

static const char lock_name[] = "SELECT CONCAT('cairn-migrate-', MD5(DATABASE())) AS name";
static const char get_lock[] = "SELECT GET_LOCK(?, ?) AS value";

/* Held until the connection ends, and that is after its last statement: the
 * server finishes what a killed migration had begun before the next one starts. */
int session_lock(struct session *s, const struct config *config, FILE *out)
{
    struct locked {
        struct opt_int value;
        const char *name;
    } locked = { 0 };
    static const struct field name[] = { COLUMN(locked, name), FIELDS_END };
    static const struct field value[] = { COLUMN(locked, value), FIELDS_END };
    struct rows *rows;

    if (db_select(&s->db, &rows, lock_name) < 0 || db_next(rows, name, &locked) < 0)
        return session_complain(s, "");
    db_finish(rows);
    for (int64_t wait = 0; wait <= LOCK_WAIT; wait += LOCK_WAIT) {
        if (db_select(&s->db, &rows, get_lock, text(locked.name), integer(wait)) < 0 ||
            db_next(rows, value, &locked) < 0)
            break;
        db_finish(rows);
        if (locked.value.set && locked.value.value == 1)
            return 0;
        if (wait == 0)
            (void)fprintf(out, "another migration of `%s` runs; waiting up to %d s\n",
                          config->db_name, LOCK_WAIT);
        (void)fflush(out);
    }
    if (db_error_number(&s->db) == NOT_SUPPORTED) { /* Galera has no such locks */
        (void)fprintf(out,
                      "this server has no locks by name: make sure that no other migration"
                      " of `%s` runs\n",
                      config->db_name);
        error_clear(&s->err);
        return 0;
    }
    if (s->err.code != ERROR_NONE)
        return session_complain(s, "");
    (void)fprintf(stderr, "cairn: another migration of `%s` still runs; nothing was done\n",
                  config->db_name);
    return -1;
}

/* How often a statement with this error is worth trying. */
static int tries(unsigned error)
{
    if (error == LOCK_WAIT_TIMEOUT || error == DEADLOCK)
        return LOCK_TRIES;
    /* MySQL's manual, "Online DDL limitations": a row that was inserted and rolled
     * back meanwhile may look like a duplicate at the end. */
    return error == DUPLICATE_ENTRY ? DUPLICATE_TRIES : 1;
}

/* Shorter than what clients and workers wait for a reply. */
static const char give_way[] = "SET SESSION lock_wait_timeout = 5";

int session_change(struct session *s, const char *sql, size_t length, FILE *out)
{
    if (db_exec(&s->db, give_way) < 0)
        return -1;
    for (int try = 1;; try++) {
        if (db_script(&s->db, sql, length) == 0)
            return db_commit(&s->db);
        if (try >= tries(db_error_number(&s->db)))
            return -1;
        (void)fprintf(out, "    waiting: others are in the way (%s); trying again, %d of %d\n",
                      db_error_text(&s->db), try, tries(db_error_number(&s->db)) - 1);
        (void)fflush(out);
        error_clear(&s->err);
        (void)sleep(try < LONGEST_PAUSE ? (unsigned)try : LONGEST_PAUSE);
    }
}
