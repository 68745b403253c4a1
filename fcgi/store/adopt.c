#include "store/adopt.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "store/layout.h"
#include "store/migrate.h"
#include "store/migrations.h"

enum {
    ONLINE_LOG_TOO_BIG = 1799,
    DISK_FULL = 1114,
    SHORTEST_ESTIMATE = 2, /* seconds; below, the server's own overhead counts more */
};

/* A command at work. */
struct work {
    struct session session;
    const struct config *config;
    const char *command;
    enum layout to;
    bool dry_run;
    FILE *out;
    struct installed state;
    struct layout_plan plan;
};

static double megabytes(int64_t bytes)
{
    return (double)bytes / 1e6;
}

static int read_state(struct work *w)
{
    struct session *s = &w->session;

    if (!w->dry_run && session_lock(s, w->config, w->out) < 0)
        return -1;
    if (installed_read(&s->db, &w->state) < 0 || installed_refuse(&s->db, &w->state) < 0)
        return session_complain(s, "");
    if (!w->state.revision) {
        (void)fail(&s->db, INVALID_STATE,
                   "The database `%s` has no complete schema of MLflow's: run `cairn db migrate`.",
                   w->state.database);
        return session_complain(s, "");
    }
    if (layout_plan(&s->db, w->to, &w->plan) < 0)
        return session_complain(s, "");
    (void)fprintf(w->out, "database `%s` on %s, MLflow's schema at %s\n", w->state.database,
                  w->state.server, w->state.revision);
    return 0;
}

static void print_changes(const struct work *w)
{
    for (size_t i = 0; i < w->plan.count; i++) {
        const struct layout_change *c = &w->plan.changes[i];

        (void)fprintf(w->out,
                      "%s change %s: about %" PRId64 " rows, %.1f MB and %.1f MB of indexes\n",
                      w->dry_run ? "would" : "will", c->table, c->rows, megabytes(c->data),
                      megabytes(c->indexes));
        (void)fprintf(w->out, "    %s\n", c->sql);
    }
}

static void print_estimate(const struct work *w)
{
    int64_t now = 0, after = 0, largest = 0;
    double time;

    for (size_t i = 0; i < w->plan.count; i++) {
        const struct layout_change *c = &w->plan.changes[i];

        now += c->data + c->indexes;
        after += c->after;
        if (c->copies && c->after > largest)
            largest = c->after;
    }
    if (now == 0)
        return;
    (void)fprintf(
        w->out,
        "size: %.1f MB now, about %.1f MB then; free space for about %.1f MB is needed, and"
        " as much in the server's tmpdir\n",
        megabytes(now), megabytes(after), megabytes(largest));
    time = w->plan.rate > 0 ? (double)after / w->plan.rate : 0;
    if (time < SHORTEST_ESTIMATE)
        (void)fputs("time: some seconds, an estimate\n", w->out);
    else
        (void)fprintf(w->out,
                      "time: about %.0f s, an estimate: rows were just sorted at %.1f MB/s here;"
                      " half or three times of it would be no surprise\n",
                      time, w->plan.rate / 1e6);
    (void)fputs(w->to == LAYOUT_CAIRN ? "Cairn and MLflow may go on meanwhile.\n"
                                      : "MLflow may go on meanwhile; stop Cairn, which starts no"
                                        " worker on a database that is given back.\n",
                w->out);
}

static int change_failed(const struct work *w, const struct layout_change *c)
{
    const struct session *s = &w->session;
    unsigned error = db_error_number((struct db *)&s->db);
    const char *hint = "";

    if (error == ONLINE_LOG_TOO_BIG)
        hint = ": too much was written meanwhile; set innodb_online_alter_log_max_size higher";
    if (error == DISK_FULL)
        hint = ": give the server's data directory and tmpdir more space";
    (void)fprintf(stderr,
                  "cairn: %s, which is as it was: %s%s; run `cairn db %s` again to go on from"
                  " here\n",
                  c->table, s->err.detail ? s->err.detail : s->err.message, hint, w->command);
    return -1;
}

static int apply_changes(struct work *w)
{
    for (size_t i = 0; i < w->plan.count; i++) {
        const struct layout_change *c = &w->plan.changes[i];
        int64_t start = now_ms();

        (void)fprintf(w->out, "changing %s\n", c->table);
        (void)fflush(w->out);
        if (session_change(&w->session, c->sql, strlen(c->sql), w->out) < 0)
            return change_failed(w, c);
        (void)fprintf(w->out, "done %s (%" PRId64 " ms)\n", c->table, now_ms() - start);
        (void)fflush(w->out);
    }
    return 0;
}

static int adopt(struct work *w)
{
    if (read_state(w) < 0)
        return -1;
    if (w->plan.count == 0 && migrate_pending(&w->state) == 0) {
        (void)fputs("nothing to do: the tables are in Cairn's order\n", w->out);
        return 0;
    }
    print_changes(w);
    migrate_plan(&w->state, w->dry_run, w->out);
    print_estimate(w);
    if (w->dry_run)
        return 1;
    if (apply_changes(w) < 0 || migrate_apply(&w->session, w->config, &w->state, w->out) < 0)
        return -1;
    (void)fputs("adopted: Cairn and MLflow 3.17.2 can both serve this database;"
                " `cairn db release` gives it back\n",
                w->out);
    return 0;
}

/* Tables that the migrations make for Cairn alone, in the order in which they are
 * made. The first one is the record of migrations. */
static const char *cairn_table(struct arena *mem, size_t n)
{
    static const char create[] = "CREATE TABLE cairn_";

    for (const struct migration *m = migrations; m->area; m++) {
        struct migration_statement statement;
        size_t at = 0;

        while (migration_next(m, &at, &statement)) {
            char title[160];

            migration_title(&statement, title, sizeof(title));
            if (!strncmp(title, create, strlen(create)) && n-- == 0)
                return arena_strdup(mem, title + strlen("CREATE TABLE "));
        }
    }
    return NULL;
}

/* As long as a part is missing the database says so itself: to those who serve,
 * and to `cairn db migrate`, which would make it whole again. */
static const char update_unfinished[] =
    "UPDATE cairn_migrations SET finished = NULL WHERE area = 'cairn' AND number > 1";

static int mark_unfinished(struct work *w)
{
    struct session *s = &w->session;

    if (!w->state.has_record)
        return 0;
    if (db_exec(&s->db, update_unfinished) < 0 || db_commit(&s->db) < 0)
        return session_complain(s, "cairn_migrations");
    return 0;
}

static size_t cairn_tables(struct arena *mem)
{
    size_t n = 0;

    while (cairn_table(mem, n))
        n++;
    return n;
}

static int drop_tables(struct work *w)
{
    struct arena *mem = w->session.db.mem;

    for (size_t n = cairn_tables(mem); n-- > 0;) {
        const char *table = cairn_table(mem, n);
        const char *sql = arena_printf(mem, "DROP TABLE IF EXISTS %s", table);

        if (session_change(&w->session, sql, strlen(sql), w->out) < 0)
            return session_complain(&w->session, table);
        (void)fprintf(w->out, "dropped %s\n", table);
    }
    return 0;
}

static void print_drops(const struct work *w)
{
    struct arena *mem = w->session.db.mem;

    for (size_t n = cairn_tables(mem); w->state.has_record && n-- > 0;)
        (void)fprintf(w->out, "%s drop the table %s\n", w->dry_run ? "would" : "will",
                      cairn_table(mem, n));
}

static int release(struct work *w)
{
    if (read_state(w) < 0)
        return -1;
    if (w->plan.count == 0 && !w->state.has_record) {
        (void)fputs("nothing to do: the schema is MLflow's own\n", w->out);
        return 0;
    }
    print_changes(w);
    print_drops(w);
    print_estimate(w);
    if (w->dry_run)
        return 1;
    if (mark_unfinished(w) < 0 || apply_changes(w) < 0 || drop_tables(w) < 0)
        return -1;
    (void)fputs("released: the schema is MLflow's own, as `mlflow db upgrade` makes it\n", w->out);
    return 0;
}

static int work(struct work *w, int (*command)(struct work *))
{
    if (session_open(&w->session, w->config) < 0)
        return session_close(&w->session, -1);
    return session_close(&w->session, command(w));
}

int adopt_run(const struct config *config, bool dry_run, FILE *out)
{
    struct work w = {
        .config = config, .command = "adopt", .to = LAYOUT_CAIRN, .dry_run = dry_run, .out = out
    };

    return work(&w, adopt);
}

int release_run(const struct config *config, bool dry_run, FILE *out)
{
    struct work w = {
        .config = config, .command = "release", .to = LAYOUT_MLFLOW, .dry_run = dry_run, .out = out
    };

    return work(&w, release);
}
