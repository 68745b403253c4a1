/* Writes the SQLite database of MLflow's that import_sqlite.c reads, and its artifacts.
 * All rows are of one moment. The file is mlflow.db.part until it is complete. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../store/export.h"
#include "../store/migrations.h"
#include "export.h"
#include "files.h"
#include "sqlite_target.h"

struct names {
    const char *database, *part, *mark;
};

static struct names names_of(struct transfer *t)
{
    return (struct names){
        .database = arena_printf(t->keep, "%s/mlflow.db", t->path),
        .part = arena_printf(t->keep, "%s/mlflow.db.part", t->path),
        /* What the file was like when it was written: size and time. */
        .mark = arena_printf(t->keep, "%s/.mlflow.db.exported", t->path),
    };
}

static const char *likeness(struct transfer *t, const struct stat *file)
{
    return arena_printf(t->mem, "%" PRId64 " %" PRId64 ".%09ld\n", (int64_t)file->st_size,
                        (int64_t)file->st_mtim.tv_sec, file->st_mtim.tv_nsec);
}

static bool is_there(const char *path)
{
    struct stat file;

    return lstat(path, &file) == 0;
}

/* Only an earlier export, which nobody has written to since, makes room. */
static int check_place(struct transfer *t, const struct names *names)
{
    const struct fields_ctx ctx = { t->err, t->mem };
    const char *mark = "";
    struct stat file;

    if (lstat(names->database, &file) < 0 && errno == ENOENT)
        return 0;
    if (files_read(&ctx, names->mark, &mark) == 0 && S_ISREG(file.st_mode) &&
        !strcmp(mark, likeness(t, &file)) &&
        !is_there(arena_printf(t->mem, "%s-wal", names->database)) &&
        !is_there(arena_printf(t->mem, "%s-journal", names->database)))
        return 0;
    error_clear(t->err);
    return fail(t, INVALID_PARAMETER_VALUE,
                "it is there already, and is no export of Cairn's or was written to since. Move it "
                "away, or export to another directory.");
}

/* Tables first, for rows go faster into tables without indexes. */
static int run_schema(struct transfer *t, sqlite3 *to, bool tables)
{
    static const char create[] = "CREATE TABLE ";
    struct migration_statement s;

    for (const struct migration *m = sqlite_schema; m->area; m++)
        for (size_t at = 0; migration_next(m, &at, &s);)
            if (!strncmp(s.sql, create, strlen(create)) == tables &&
                target_exec(t, to, arena_strndup(t->mem, s.sql, s.length)) < 0)
                return -1;
    return 0;
}

/* One state of the database for all that is read, whoever writes meanwhile. */
static int begin_snapshot(struct transfer *t)
{
    static const char level[] = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                      begin[] = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

    db_rollback(&t->db);
    return db_script(&t->db, level, strlen(level)) < 0 ||
                   db_script(&t->db, begin, strlen(begin)) < 0
               ? -1
               : 0;
}

/* The ids as they are in the database; none: all experiments. */
static int find_experiments(struct transfer *t, struct text_list *ids)
{
    struct stored_experiment *experiments;
    size_t count;

    *ids = (struct text_list){ 0 };
    if (!t->experiment_ids.count)
        return 0;
    if (export_experiments(&t->db, &t->experiment_ids, &experiments, &count) < 0)
        return -1;
    ids->items = arena_array(t->keep, const char *, count);
    for (; ids->count < count; ids->count++)
        ids->items[ids->count] =
            arena_printf(t->keep, "%" PRId64, experiments[ids->count].experiment_id);
    return 0;
}

/* Deletes the rows of one table that refer to rows which are not there. 1: did, 0: there
 * are none, -1: failed. */
static int drop_from_table(struct transfer *t, sqlite3 *to)
{
    const char *table = NULL;
    sqlite3_stmt *row;
    int step;

    if (target_prepare(t, to, "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1", &row) < 0)
        return -1;
    step = sqlite3_step(row);
    if (step == SQLITE_ROW)
        table = arena_strdup(t->mem, (const char *)sqlite3_column_text(row, 0));
    (void)sqlite3_finalize(row);
    if (!table)
        return step == SQLITE_DONE ? 0 : target_fail(t, to);
    if (target_exec(t, to,
                    arena_printf(t->mem,
                                 "DELETE FROM \"%s\" WHERE rowid IN"
                                 " (SELECT \"rowid\" FROM pragma_foreign_key_check('%s'))",
                                 table, table)) < 0)
        return -1;
    return sqlite3_changes(to) ? 1 : fail(t, INTERNAL_ERROR, "%s refers to nothing.", table);
}

/* Some experiments' rows may refer to runs and models of others. */
static int drop_dangling(struct transfer *t, sqlite3 *to)
{
    int64_t dropped = 0;
    int more;

    while ((more = drop_from_table(t, to)) > 0)
        dropped += sqlite3_changes(to);
    t->counts.rows -= dropped;
    if (dropped) {
        progress_clear(&t->progress);
        fprintf(t->out,
                "Not exported: %" PRId64 " rows that refer to what other experiments have.\n",
                dropped);
    }
    return more;
}

static int fill(struct transfer *t, sqlite3 *to)
{
    struct text_list ids;
    int64_t total = 0;

    if (target_exec(t, to,
                    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                    " PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -131072") < 0 ||
        run_schema(t, to, true) < 0 || begin_snapshot(t) < 0 || find_experiments(t, &ids) < 0 ||
        export_count_rows(t, &ids, &total) < 0)
        return -1;
    progress_begin(&t->progress, t->name, "rows", total);
    if (export_rows(t, to, &ids) < 0)
        return -1;
    db_rollback(&t->db); /* copying files may take long, and needs no snapshot */
    if (run_schema(t, to, false) < 0 || (ids.count && drop_dangling(t, to) < 0))
        return -1;
    return export_row_artifacts(t, to);
}

static int fail_errno(struct transfer *t, const char *path)
{
    return fail(t, INTERNAL_ERROR, "%s: %s", path, strerror(errno));
}

static int sync_path(struct transfer *t, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), failed = fd < 0 || fsync(fd) < 0;

    if (failed)
        (void)fail_errno(t, path);
    if (fd >= 0)
        close(fd);
    return failed ? -1 : 0;
}

/* The mark before the name: whoever is killed in between leaves a file that no later
 * export takes for its own. */
static int finish(struct transfer *t, const struct names *names)
{
    const struct fields_ctx ctx = { t->err, t->mem };
    struct stat file;

    if (sync_path(t, names->part) < 0)
        return -1;
    if (stat(names->part, &file) < 0)
        return fail_errno(t, names->part);
    if (files_write(&ctx, names->mark, likeness(t, &file)) < 0)
        return -1;
    if (rename(names->part, names->database) < 0)
        return fail_errno(t, names->database);
    return sync_path(t, t->path);
}

static int write_database(struct transfer *t, const struct names *names)
{
    sqlite3 *to = NULL;
    int failed;

    if (unlink(names->part) < 0 && errno != ENOENT)
        return fail_errno(t, names->part);
    failed = sqlite3_open_v2(names->part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
                     SQLITE_OK
                 ? target_fail(t, to)
                 : fill(t, to);
    if (sqlite3_close(to) != SQLITE_OK && !failed)
        failed = target_fail(t, to);
    return failed ? -1 : finish(t, names);
}

int export_sqlite(struct transfer *t)
{
    struct names names = names_of(t);

    if (check_place(t, &names) == 0 && write_database(t, &names) == 0)
        return 0;
    transfer_problem(t, "database", names.database);
    return -1;
}
