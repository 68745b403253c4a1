#include "store/migrate.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "store/migrations.h"
#include "store/schema.h"

enum {
    /* Errors that mean that a statement was executed before an interruption. */
    TABLE_EXISTS = 1050,
    INDEX_EXISTS = 1061,
    TRIGGER_EXISTS = 1359,

    NEEDS_SUPER = 1419,
};

void migrate_plan(const struct installed *s, bool dry_run, FILE *out)
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

static int run_statements(struct session *s, const struct migration *m, FILE *out)
{
    struct migration_statement statement;
    size_t at = 0;

    while (migration_next(m, &at, &statement)) {
        if (session_change(s, statement.sql, statement.length, out) == 0)
            continue;
        if (!was_done(db_error_number(&s->db)))
            return statement_failed(s, m, &statement);
        error_clear(&s->err);
    }
    return 0;
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
        return session_complain(s, m->file);
    return 0;
}

static int record_finished(struct session *s, const struct migration *m)
{
    if (db_exec(&s->db, update_finished, integer(now_ms()), text(m->area), integer(m->number)) <
            0 ||
        db_commit(&s->db) < 0)
        return session_complain(s, m->file);
    return 0;
}

static int apply(struct session *s, const struct migration *m, FILE *out)
{
    int64_t start = now_ms();
    bool makes_record = m == &migrations[0];

    if (!makes_record && record_started(s, m, start) < 0)
        return -1;
    if (run_statements(s, m, out) < 0)
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
    "            @default_artifact_root = ?";

int migrate_apply(struct session *s, const struct config *config, const struct installed *state,
                  FILE *out)
{
    if (db_exec(&s->db, set_session, text(config->default_artifact_root)) < 0)
        return session_complain(s, "");
    for (const struct migration *m = migrations; m->area; m++)
        if (installed_lacks(state, m) && apply(s, m, out) < 0)
            return -1;
    return 0;
}

int migrate_pending(const struct installed *s)
{
    int count = 0;

    for (const struct migration *m = migrations; m->area; m++)
        count += installed_lacks(s, m);
    return count;
}

static void print_origin(const struct installed *s, FILE *out)
{
    if (installed_by_mlflow(s) && !s->is_clustered)
        (void)fputs(
            "The tables were made by MLflow and keep its order of keys: Cairn serves them"
            " as they are, and MLflow can go on too.\n`cairn db adopt` moves them to Cairn's"
            " order, in which rows are found faster; --dry-run says how.\n",
            out);
}

static int run(struct session *s, const struct config *config, bool dry_run, FILE *out)
{
    struct installed state;

    if (!dry_run && session_lock(s, config, out) < 0)
        return -1;
    if (installed_read(&s->db, &state) < 0 || installed_refuse(&s->db, &state) < 0)
        return session_complain(s, "");
    (void)fprintf(out, "database `%s` on %s, %s %s\n", state.database, state.server,
                  state.revision ? "MLflow's schema at" : "no schema",
                  state.revision ? state.revision : "yet");
    print_origin(&state, out);
    if (migrate_pending(&state) == 0) {
        (void)fputs("nothing to do\n", out);
        return 0;
    }
    migrate_plan(&state, dry_run, out);
    return dry_run ? 1 : migrate_apply(s, config, &state, out);
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
        return session_complain(s, m->file);
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
        return session_complain(s, "");
    (void)fprintf(out, "database  `%s` on %s\nschema    %s, this Cairn knows " MLFLOW_REVISION "\n",
                  state.database, state.server, state.revision ? state.revision : "none");
    if (state.revision)
        (void)fprintf(out, "keys      in %s order\n", state.is_clustered ? "Cairn's" : "MLflow's");
    if (installed_refuse(&s->db, &state) < 0)
        return session_complain(s, "");
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

/* The tables first: what differs there says why a statement is refused. */
static int check(struct session *s, FILE *out)
{
    int differences, refused;

    if (migrate_known(&s->db) < 0)
        return session_complain(s, "");
    differences = schema_compare(&s->db, out);
    refused = differences < 0 ? -1 : db_statements_check(&s->db, out);
    if (refused < 0)
        return session_complain(s, "");
    if (differences)
        (void)fprintf(out, "%d differences\n", differences);
    if (refused)
        (void)fprintf(out, "%d of this Cairn's statements do not fit the schema\n", refused);
    if (!differences && !refused)
        (void)fputs("the schema is what this Cairn expects\n", out);
    return differences || refused ? 1 : 0;
}

int migrate_check(const struct config *config, FILE *out)
{
    struct session s;

    if (session_open(&s, config) < 0)
        return session_close(&s, -1);
    return session_close(&s, check(&s, out));
}
