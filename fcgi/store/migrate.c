#include "store/migrate.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "store/installed.h"
#include "store/migrations.h"
#include "store/schema.h"

enum {
    LOCK_WAIT = 60, /* seconds for another migration to end */

    /* Errors that mean that a statement was executed before an interruption. */
    TABLE_EXISTS = 1050,
    INDEX_EXISTS = 1061,
    TRIGGER_EXISTS = 1359,

    UNKNOWN_DATABASE = 1049,
    NEEDS_SUPER = 1419,
    NOT_SUPPORTED = 1235,
};

struct session {
    struct error err;
    struct db db;
};

static int complain(const struct session *s, const char *doing)
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

static int session_open(struct session *s, const struct config *config)
{
    memset(s, 0, sizeof(*s));
    s->db.mem = s->err.mem = arena_create(0);
    s->db.err = &s->err;
    if (db_open(&s->db, config) < 0)
        return complain(s, "");
    if (db_ready(&s->db) < 0)
        return no_connection(config, &s->db);
    return 0;
}

static int session_close(struct session *s, int result)
{
    db_close(&s->db);
    arena_destroy(s->err.mem);
    return result;
}

static const char lock_name[] = "SELECT CONCAT('cairn-migrate-', MD5(DATABASE())) AS name";
static const char get_lock[] = "SELECT GET_LOCK(?, ?) AS value";

/* Held until the connection ends, and that is after its last statement: the
 * server finishes what a killed migration had begun before the next one starts. */
static int lock(struct session *s, const struct config *config, FILE *out)
{
    struct locked {
        struct opt_int value;
        const char *name;
    } locked = { 0 };
    static const struct field name[] = { COLUMN(locked, name), FIELDS_END };
    static const struct field value[] = { COLUMN(locked, value), FIELDS_END };
    struct rows *rows;

    if (db_select(&s->db, &rows, lock_name) < 0 || db_next(rows, name, &locked) < 0)
        return complain(s, "");
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
        return complain(s, "");
    (void)fprintf(stderr, "cairn: another migration of `%s` still runs; nothing was done\n",
                  config->db_name);
    return -1;
}

static void print_plan(const struct installed *s, bool dry_run, FILE *out)
{
    for (const struct migration *m = migrations; m->area; m++) {
        struct migration_statement statement;
        char title[160];
        size_t at = 0;

        if (!installed_lacks(s, m))
            continue;
        (void)fprintf(out, "%s %s %s\n", dry_run ? "would" : "will",
                      installed_row(s, m) ? "resume" : "apply", m->file);
        while (migration_next(m, &at, &statement)) {
            migration_title(&statement, title, sizeof(title));
            (void)fprintf(out, "    %s\n", title);
        }
    }
    (void)fflush(out);
}

static bool was_done(unsigned error)
{
    return error == TABLE_EXISTS || error == INDEX_EXISTS || error == TRIGGER_EXISTS;
}

static int statement_failed(const struct session *s, const struct migration *m,
                            const struct migration_statement *statement)
{
    char title[160];
    bool trigger = db_error_number((struct db *)&s->db) == NEEDS_SUPER;

    migration_title(statement, title, sizeof(title));
    (void)fprintf(stderr, "cairn: %s, %s: %s%s; run `cairn db migrate` again to go on from here\n",
                  m->file, title, s->err.detail ? s->err.detail : s->err.message,
                  trigger
                      ? ": set log_bin_trust_function_creators = ON in the server, or create the"
                        " trigger as a user with SUPER"
                      : "");
    return -1;
}

static int run_statements(struct session *s, const struct migration *m)
{
    struct migration_statement statement;
    size_t at = 0;

    while (migration_next(m, &at, &statement)) {
        if (db_script(&s->db, statement.sql, statement.length) < 0) {
            if (!was_done(db_error_number(&s->db)))
                return statement_failed(s, m, &statement);
            error_clear(&s->err);
        }
        if (db_commit(&s->db) < 0)
            return statement_failed(s, m, &statement);
    }
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char replace_started[] =
    "REPLACE INTO cairn_migrations (area, number, name, checksum, version, started)"
    " VALUES (?, ?, ?, SHA2(?, 256), ?, ?)";
static const char update_finished[] =
    "UPDATE cairn_migrations SET finished = ? WHERE area = ? AND number = ?";

static int record_started(struct session *s, const struct migration *m, int64_t when)
{
    if (db_exec(&s->db, replace_started, text(m->area), integer(m->number), text(m->name),
                text_n(m->sql, (unsigned long)(m->end - m->sql)), text(CAIRN_VERSION),
                integer(when)) < 0 ||
        db_commit(&s->db) < 0)
        return complain(s, m->file);
    return 0;
}

static int record_finished(struct session *s, const struct migration *m)
{
    if (db_exec(&s->db, update_finished, integer(now_ms()), text(m->area), integer(m->number)) <
            0 ||
        db_commit(&s->db) < 0)
        return complain(s, m->file);
    return 0;
}

static int apply(struct session *s, const struct migration *m, FILE *out)
{
    int64_t start = now_ms();
    bool makes_record = m == &migrations[0];

    if (!makes_record && record_started(s, m, start) < 0)
        return -1;
    if (run_statements(s, m) < 0)
        return -1;
    if (makes_record && record_started(s, m, start) < 0)
        return -1;
    if (record_finished(s, m) < 0)
        return -1;
    (void)fprintf(out, "done %s (%" PRId64 " ms)\n", m->file, now_ms() - start);
    (void)fflush(out);
    return 0;
}

static const char set_session[] =
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO'),"
    "            lock_wait_timeout = 60, @default_artifact_root = ?";

static int apply_pending(struct session *s, const struct config *config,
                         const struct installed *state, FILE *out)
{
    if (db_exec(&s->db, set_session, text(config->default_artifact_root)) < 0)
        return complain(s, "");
    for (const struct migration *m = migrations; m->area; m++)
        if (installed_lacks(state, m) && apply(s, m, out) < 0)
            return -1;
    return 0;
}

static int pending_count(const struct installed *s)
{
    int count = 0;

    for (const struct migration *m = migrations; m->area; m++)
        count += installed_lacks(s, m);
    return count;
}

static void print_origin(const struct installed *s, FILE *out)
{
    if (installed_by_mlflow(s) && !s->is_clustered)
        (void)fputs("The tables were made by MLflow and keep its order of keys: Cairn serves them"
                    " as they are, and MLflow can go on too.\nMoving them to Cairn's order is the"
                    " work of `cairn db adopt`, which comes with a later version.\n",
                    out);
}

static int run(struct session *s, const struct config *config, bool dry_run, FILE *out)
{
    struct installed state;

    if (!dry_run && lock(s, config, out) < 0)
        return -1;
    if (installed_read(&s->db, &state) < 0 || installed_refuse(&s->db, &state) < 0)
        return complain(s, "");
    (void)fprintf(out, "database `%s` on %s, %s %s\n", state.database, state.server,
                  state.revision ? "MLflow's schema at" : "no schema",
                  state.revision ? state.revision : "yet");
    print_origin(&state, out);
    if (pending_count(&state) == 0) {
        (void)fputs("nothing to do\n", out);
        return 0;
    }
    print_plan(&state, dry_run, out);
    return dry_run ? 1 : apply_pending(s, config, &state, out);
}

int migrate_run(const struct config *config, bool dry_run, FILE *out)
{
    struct session s;

    if (session_open(&s, config) < 0)
        return session_close(&s, -1);
    return session_close(&s, run(&s, config, dry_run, out));
}

static const char select_checksum[] = "SELECT SHA2(?, 256) AS checksum";

/* Has the file changed since it was applied? */
static int is_changed(struct session *s, const struct migration *m, const struct applied *a)
{
    static const struct field fields[] = { COLUMN(applied, checksum), FIELDS_END };
    struct applied now = { 0 };
    struct rows *rows;

    if (db_select(&s->db, &rows, select_checksum,
                  text_n(m->sql, (unsigned long)(m->end - m->sql))) < 0 ||
        db_next(rows, fields, &now) < 0)
        return complain(s, m->file);
    db_finish(rows);
    return strcmp(now.checksum, a->checksum) != 0;
}

static int print_migration(struct session *s, const struct installed *state,
                           const struct migration *m, FILE *out)
{
    const struct applied *a = installed_row(state, m);
    int changed = a ? is_changed(s, m, a) : 0;
    char when[32];
    time_t seconds;

    if (changed < 0)
        return -1;
    if (installed_lacks(state, m)) {
        (void)fprintf(out, "  %-28s %s\n", m->file, a ? "not finished" : "pending");
        return 1;
    }
    if (!a) {
        (void)fprintf(out, "  %-28s made by MLflow\n", m->file);
        return 0;
    }
    seconds = (time_t)(a->finished.value / 1000);
    (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", gmtime(&seconds));
    (void)fprintf(out, "  %-28s applied %s by Cairn %s%s\n", m->file, when, a->version,
                  changed ? ", from another text than this Cairn has" : "");
    return 0;
}

static int status(struct session *s, FILE *out)
{
    struct installed state;
    int result = 0;

    if (installed_read(&s->db, &state) < 0)
        return complain(s, "");
    (void)fprintf(out, "database  `%s` on %s\nschema    %s, this Cairn knows " MLFLOW_REVISION "\n",
                  state.database, state.server, state.revision ? state.revision : "none");
    if (state.revision)
        (void)fprintf(out, "keys      in %s order\n", state.is_clustered ? "Cairn's" : "MLflow's");
    if (installed_refuse(&s->db, &state) < 0)
        return complain(s, "");
    print_origin(&state, out);
    for (const struct migration *m = migrations; m->area; m++) {
        int pending = print_migration(s, &state, m, out);

        if (pending < 0)
            return -1;
        result |= pending;
    }
    if (result)
        (void)fputs("run `cairn db migrate`\n", out);
    return result;
}

int migrate_status(const struct config *config, FILE *out)
{
    struct session s;

    if (session_open(&s, config) < 0)
        return session_close(&s, -1);
    return session_close(&s, status(&s, out));
}

static int check(struct session *s, FILE *out)
{
    int differences;

    if (migrate_known(&s->db) < 0)
        return complain(s, "");
    differences = schema_compare(&s->db, out);
    if (differences < 0)
        return complain(s, "");
    if (differences)
        (void)fprintf(out, "%d differences\n", differences);
    else
        (void)fputs("the schema is what this Cairn expects\n", out);
    return differences ? 1 : 0;
}

int migrate_check(const struct config *config, FILE *out)
{
    struct session s;

    if (session_open(&s, config) < 0)
        return session_close(&s, -1);
    return session_close(&s, check(&s, out));
}
