#include "doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "artifacts/artifacts.h"
#include "db.h"
#include "probe.h"
#include "run_dir.h"
#include "store/migrate.h"

enum {
    LEAST_SPACE = 256
}; /* MiB */

enum verdict {
    OK,
    WARN,
    FAIL,
};

struct report {
    const struct config *config;
    FILE *to;
    int failed;
};

__attribute__((format(printf, 4, 5))) static void say(struct report *r, enum verdict verdict,
                                                      const char *what, const char *format, ...)
{
    static const char *const words[] = { [OK] = "ok", [WARN] = "warn", [FAIL] = "FAIL" };
    va_list args;

    fprintf(r->to, "%-4s  %s: ", words[verdict], what);
    va_start(args, format);
    (void)vfprintf(r->to, format, args);
    va_end(args);
    (void)fputc('\n', r->to);
    r->failed += verdict == FAIL;
}

/* True if it can be used. */
static bool check_directory(struct report *r, const char *name, const char *path)
{
    struct stat at;

    if (stat(path, &at) < 0)
        say(r, FAIL, name, "%s: %s; create it, owned by the user that runs the server", path,
            strerror(errno));
    else if (!S_ISDIR(at.st_mode))
        say(r, FAIL, name, "%s is not a directory", path);
    else if (access(path, R_OK | W_OK | X_OK) < 0)
        say(r, FAIL, name, "%s cannot be written by user %ld; it belongs to user %ld, mode %03o",
            path, (long)geteuid(), (long)at.st_uid, at.st_mode & 0777);
    else {
        say(r, OK, name, "%s", path);
        return true;
    }
    return false;
}

static void check_space(struct report *r, const char *name, const char *path)
{
    struct statvfs fs;
    uint64_t free_mib;

    if (statvfs(path, &fs) < 0) {
        say(r, FAIL, name, "%s: %s", path, strerror(errno));
        return;
    }
    free_mib = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
    if (free_mib < LEAST_SPACE || (fs.f_files && fs.f_favail < 1000))
        say(r, FAIL, name, "%" PRIu64 " MiB and %" PRIu64 " files are free; make room on its disk",
            free_mib, (uint64_t)fs.f_favail);
    else if (fs.f_blocks && fs.f_bavail < fs.f_blocks / 20)
        say(r, WARN, name, "%" PRIu64 " MiB are free, less than 5 %%", free_mib);
    else
        say(r, OK, name, "%" PRIu64 " MiB are free", free_mib);
}

/* Nobody's file is asked for: who may look may do the rest, or is told at the first upload. */
static void check_store(struct report *r, const struct artifact_store *store)
{
    struct artifact artifact;

    if (artifact_find(store, "cairn-doctor", &artifact) < 0)
        say(r, FAIL, "artifacts", "%s (%s)", store->err->message,
            store->err->detail ? store->err->detail : "see the settings of the store");
    else
        say(r, OK, "artifacts", "%s answers", r->config->artifacts_destination);
}

static void check_root(struct report *r, const char *root)
{
    struct stat artifacts, stage;

    if (!check_directory(r, "artifact_root", root))
        return;
    check_space(r, "artifact_root", root);
    if (stat(root, &artifacts) == 0 && stat(r->config->stage_dir, &stage) == 0 &&
        artifacts.st_dev == stage.st_dev)
        say(r, OK, "stage_dir", "on the file system of artifact_root");
    else
        say(r, FAIL, "stage_dir",
            "must lie on the file system of artifact_root, for uploads are moved, not copied");
}

struct facts {
    const char *version;
    int64_t flush, binlog, sync_binlog, connections;
};

static const struct field facts_fields[] = {
    COLUMN(facts, version),     COLUMN(facts, flush),       COLUMN(facts, binlog),
    COLUMN(facts, sync_binlog), COLUMN(facts, connections), FIELDS_END,
};

static const char select_facts[] = "SELECT VERSION() AS version,"
                                   "       @@innodb_flush_log_at_trx_commit AS flush,"
                                   "       @@log_bin AS binlog, @@sync_binlog AS sync_binlog,"
                                   "       @@max_connections AS connections";

static int read_facts(struct db *db, struct facts *facts)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_facts) < 0)
        return -1;
    found = db_next(rows, facts_fields, facts);
    if (found > 0)
        db_finish(rows);
    return found > 0 ? 0 : -1;
}

static void check_directories(struct report *r)
{
    struct arena *mem = arena_create(0);
    struct error err = { .mem = mem };
    struct artifact_store store = artifact_store_of(&err, mem, r->config);

    (void)check_directory(r, "run_dir", r->config->run_dir);
    (void)check_directory(r, "stage_dir", r->config->stage_dir);
    if (artifact_is_remote(&store))
        check_store(r, &store);
    else
        check_root(r, store.prefix);
    arena_destroy(mem);
}

static void check_version(struct report *r, const char *version)
{
    bool mariadb = strstr(version, "MariaDB") != NULL;
    char *end;
    long major = strtol(version, &end, 10), minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

    if (mariadb ? major > 10 || (major == 10 && minor >= 5) : major >= 8)
        say(r, OK, "database", "%s%s", mariadb ? "" : "MySQL ", version);
    else
        say(r, FAIL, "database", "%s is too old; needed is MariaDB 10.5 or MySQL 8.0, or newer",
            version);
}

/* With a binary log, the server undoes after a crash what that log does not have. */
static void check_durability(struct report *r, const struct facts *facts)
{
    bool logs = facts->binlog != 0;
    const char *setting = facts->flush != 1                 ? "innodb_flush_log_at_trx_commit"
                          : logs && facts->sync_binlog != 1 ? "sync_binlog"
                                                            : NULL;

    if (setting)
        say(r, WARN, "durability",
            "%s is %" PRId64
            ": a crash of the database's machine can lose what was answered; set it to 1",
            setting, facts->flush != 1 ? facts->flush : facts->sync_binlog);
    else
        say(r, OK, "durability", "what was answered is on the disk");
}

static void check_facts(struct report *r, const struct facts *facts)
{
    const struct config *c = r->config;
    int64_t workers =
        c->ingest_workers + c->query_workers + c->artifact_workers + c->archive_workers;

    check_version(r, facts->version);
    check_durability(r, facts);
    if (facts->connections <= workers)
        say(r, FAIL, "connections",
            "max_connections is %" PRId64 " for %" PRId64 " workers; raise it, or run fewer",
            facts->connections, workers);
    else if (facts->connections <= 2 * workers)
        say(r, WARN, "connections",
            "max_connections is %" PRId64 " for %" PRId64 " workers, of which a reload has twice"
            " as many for a moment",
            facts->connections, workers);
    else
        say(r, OK, "connections", "%" PRId64 " for %" PRId64 " workers", facts->connections,
            workers);
}

static void check_database(struct report *r)
{
    struct arena *mem = arena_create(0);
    struct error err = { .mem = mem };
    struct db db = { .err = &err, .mem = mem };
    struct facts facts = { 0 };

    if (db_open(&db, r->config) < 0 || db_ready(&db) < 0) {
        say(r, FAIL, "database", "%s; see the settings db_…",
            err.detail ? err.detail : err.message);
    } else {
        if (read_facts(&db, &facts) < 0)
            say(r, FAIL, "database", "%s", err.detail ? err.detail : err.message);
        else
            check_facts(r, &facts);
        if (migrate_known(&db) < 0)
            say(r, FAIL, "schema", "%s", err.message);
        else
            say(r, OK, "schema", "MLflow's %s", MLFLOW_REVISION);
    }
    db_close(&db);
    arena_destroy(mem);
}

static void check_pools(struct report *r)
{
    static const char *const pools[] = { "ingest", "query", "artifact", "archive" };

    if (!run_dir_is_locked(r->config->run_dir)) {
        say(r, FAIL, "server", "does not run in %s; start it with \"cairn serve\"",
            r->config->run_dir);
        return;
    }
    for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
        char path[300], why[300];

        (void)snprintf(path, sizeof(path), "%s/%s.sock", r->config->run_dir, pools[i]);
        if (probe(path, why, sizeof(why)) == 0)
            say(r, OK, "server", "%s.sock answers", pools[i]);
        else if (!strcmp(pools[i], "archive")) /* long ones keep it busy */
            say(r, WARN, "server", "%s: %s: all its workers make archives, or see the log", path,
                why);
        else
            say(r, FAIL, "server", "%s: %s; see the server's log", path, why);
    }
}

int doctor(const struct config *config, FILE *to)
{
    struct report report = { .config = config, .to = to };

    say(&report, OK, "configuration", "no unknown setting, no value out of range");
    check_directories(&report);
    if (config->artifacts_only)
        say(&report, OK, "database", "not needed: artifacts_only is set");
    else
        check_database(&report);
    check_pools(&report);
    return report.failed;
}
