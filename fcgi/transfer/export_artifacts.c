/* Artifacts of an export: trees of any store, and what the rows of a database name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "files.h"
#include "sqlite_target.h"

/* What a store of the network has, file by file. */
struct fetching {
    struct transfer *t;
    const struct artifact_store *store;
    const char *path, *directory;
    FILE *file;
};

static int write_piece(void *context, const char *bytes, size_t length)
{
    struct fetching *f = context;

    return fwrite(bytes, 1, length, f->file) == length
               ? 0
               : fail(f->t, INTERNAL_ERROR, "%s cannot be written: %s", f->directory,
                      strerror(errno));
}

/* The bytes at from, under another name until they are all on disk. */
static int fetch(struct fetching *f, const char *from, const char *to)
{
    const char *part = arena_printf(f->t->mem, "%s.cairn.part", to);
    int failed;

    f->file = fopen(part, "we");
    if (!f->file)
        return fail(f->t, INTERNAL_ERROR, "%s cannot be written: %s", part, strerror(errno));
    failed = artifact_read(f->store, from, write_piece, f);
    if (!failed && (fflush(f->file) != 0 || fsync(fileno(f->file)) < 0))
        failed = fail(f->t, INTERNAL_ERROR, "%s cannot be written: %s", part, strerror(errno));
    (void)fclose(f->file);
    if (!failed && rename(part, to) < 0)
        failed = fail(f->t, INTERNAL_ERROR, "%s cannot be written: %s", to, strerror(errno));
    if (failed)
        (void)unlink(part);
    return failed;
}

static int visit(void *context, const char *below, const struct artifact *artifact)
{
    struct fetching *f = context;
    const struct fields_ctx ctx = { f->t->err, f->t->mem };
    const char *from = *below ? arena_printf(f->t->mem, "%s/%s", f->path, below) : f->path, *to;

    if (files_path_of_key(&ctx, f->directory, *below ? below : artifact->name, &to) < 0 ||
        fetch(f, from, to) < 0)
        return -1;
    f->t->counts.files++;
    f->t->counts.bytes += artifact->size;
    return 0;
}

int export_tree(struct transfer *t, const struct artifact_store *store, const char *path,
                const char *directory)
{
    struct fetching f = { .t = t, .store = store, .path = path, .directory = directory };
    const struct fields_ctx ctx = { t->err, t->mem };
    struct copied copied = { 0 };
    const char *from;

    if (artifact_is_remote(store))
        return artifact_walk(store, path, visit, &f);
    from = arena_printf(t->mem, "%s/%s", store->prefix, path);
    if (!files_is_directory(from))
        return 0;
    if (copy_tree(&ctx, from, directory, t->artifacts == ARTIFACTS_LINK, false, &copied) < 0)
        return -1;
    t->counts.files += copied.files;
    t->counts.bytes += copied.bytes;
    return 0;
}

/* Where URIs of artifacts stand. Those of experiments are only where later ones go. */
static const struct holder {
    const char *table, *id, *column, *condition;
    bool has_files;
} holders[] = {
    { "experiments", "experiment_id", "artifact_location", "", false },
    { "runs", "run_uuid", "artifact_uri", "", true },
    { "logged_models", "model_id", "artifact_location", "", true },
    { "model_versions", "name", "source", "", true },
    { "model_versions", "name", "storage_location", "", true },
    { "trace_tags", "request_id", "value", " AND key = 'mlflow.artifactLocation'", true },
};

static int update_uri(struct transfer *t, sqlite3 *to, const struct holder *h, int64_t row,
                      const char *uri)
{
    sqlite3_stmt *update;
    int step;

    if (target_prepare(
            t, to,
            arena_printf(t->mem, "UPDATE %s SET %s = ? WHERE rowid = ?", h->table, h->column),
            &update) < 0)
        return -1;
    (void)sqlite3_bind_text(update, 1, uri, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(update, 2, row);
    step = sqlite3_step(update);
    (void)sqlite3_finalize(update);
    return step == SQLITE_DONE ? 0 : target_fail(t, to);
}

/* What this server does not hold stays where it is, and so does its URI. */
static int take_uri(struct transfer *t, sqlite3 *to, const struct holder *h, int64_t row,
                    const char *uri)
{
    struct artifact_store store = artifact_store_of(t->err, t->mem, t->config);
    const char *path, *moved;
    int found = artifact_locate(&store, uri, &store, &path);

    if (found <= 0)
        return found;
    if (*path && artifact_path_check(&store, &path) < 0)
        return -1;
    moved = arena_printf(t->mem, "mlflow-artifacts:/%s", path);
    if (strncmp(uri, "mlflow-artifacts:", strlen("mlflow-artifacts:")) != 0 &&
        update_uri(t, to, h, row, moved) < 0)
        return -1;
    if (!h->has_files || !*path)
        return 0;
    return export_tree(t, &store, path, arena_printf(t->mem, "%s/mlartifacts/%s", t->path, path));
}

static int take_uris(struct transfer *t, sqlite3 *to, const struct holder *h)
{
    sqlite3_stmt *row;
    int step, failed = 0;

    if (target_prepare(t, to,
                       arena_printf(t->mem, "SELECT rowid, %s, %s FROM %s WHERE %s IS NOT NULL%s",
                                    h->id, h->column, h->table, h->column, h->condition),
                       &row) < 0)
        return -1;
    while (!failed && (step = sqlite3_step(row)) == SQLITE_ROW) {
        struct arena_mark mark = arena_mark(t->mem);
        const char *id = arena_strdup(t->mem, (const char *)sqlite3_column_text(row, 1)),
                   *uri = arena_strdup(t->mem, (const char *)sqlite3_column_text(row, 2));

        error_clear(t->err);
        if (take_uri(t, to, h, sqlite3_column_int64(row, 0), uri) < 0)
            transfer_problem(t, arena_printf(t->mem, "artifacts of %s", h->table), id);
        arena_release(t->mem, mark);
    }
    (void)sqlite3_finalize(row);
    return step == SQLITE_DONE ? 0 : target_fail(t, to);
}

int export_row_artifacts(struct transfer *t, sqlite3 *to)
{
    const struct fields_ctx ctx = { t->err, t->mem };

    if (t->artifacts == ARTIFACTS_NONE)
        return 0;
    if (files_make_directory(&ctx, arena_printf(t->mem, "%s/mlartifacts", t->path)) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(holders) / sizeof(*holders); i++)
        if (take_uris(t, to, &holders[i]) < 0)
            return -1;
    return 0;
}
