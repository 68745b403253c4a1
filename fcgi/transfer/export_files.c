/* Writes the file store that import_files.c reads. */
#include "export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../artifacts/artifacts.h"
#include "../store/experiments.h"
#include "file_target.h"
#include "files.h"
#include "meta.h"

static struct fields_ctx ctx_of(struct transfer *t)
{
    return (struct fields_ctx){ t->err, t->mem };
}
static const char *id_text(struct transfer *t, int64_t id)
{
    return arena_printf(t->mem, "%" PRId64, id);
}
static int export_each(struct transfer *t, struct target *to, const struct text_list *ids,
                       const char *what,
                       int (*export)(struct transfer *, struct target *, const char *))
{
    for (size_t i = 0; i < ids->count; i++) {
        struct arena_mark mark = arena_mark(t->mem);

        error_clear(t->err);
        if (export(t, to, ids->items[i]) < 0) {
            transfer_problem(t, what, ids->items[i]);
            if (transfer_is_over(t))
                return -1;
        }
        db_rollback(&t->db); /* the next one as it is by then */
        arena_release(t->mem, mark);
        progress_step(&t->progress, 1);
    }
    return 0;
}

/* What is there already must be an earlier export of the same; it may have gone to the
 * trash since, or come back. */
static int take_place(struct transfer *t, const struct target *to, const char *other)
{
    struct fields_ctx ctx = ctx_of(t);
    struct meta meta;
    const char *name;

    if (files_is_directory(other) && !files_is_directory(to->path) && rename(other, to->path) < 0)
        return fail(t, INTERNAL_ERROR, "%s: %s", other, strerror(errno));
    if (!files_is_directory(to->path))
        return files_make_directory(&ctx, to->path);
    if (meta_read(&ctx, arena_printf(t->mem, "%s/meta.yaml", to->path), &meta) < 0)
        return t->err->code == ERROR_NOT_FOUND ? 0 : -1;
    name = meta_text(&meta, "name");
    if (name && strcmp(name, to->experiment->name) != 0)
        return fail(t, INVALID_PARAMETER_VALUE,
                    "%s holds another experiment, '%s'. Export to another directory.", to->path,
                    name);
    return 0;
}

static int write_experiment(struct transfer *t, const struct target *to)
{
    const struct stored_experiment *e = to->experiment;
    struct artifact_store store = artifact_store_of(t->err, t->mem, t->config);
    struct fields_ctx ctx = ctx_of(t);
    struct meta meta = meta_new(t->mem, 8);
    const char *location = e->artifact_location, *path;
    int found = location && t->artifacts != ARTIFACTS_NONE
                    ? artifact_locate(&store, location, &store, &path)
                    : 0;

    if (found < 0)
        return -1;
    if (found)
        location = to->uri;
    meta_put_text(&meta, "artifact_location", location);
    meta_put_int(&meta, t->mem, "creation_time", e->creation_time);
    meta_put_text(&meta, "experiment_id", id_text(t, e->experiment_id));
    meta_put_int(&meta, t->mem, "last_update_time", e->last_update_time);
    meta_put_text(&meta, "lifecycle_stage", e->lifecycle_stage);
    meta_put_text(&meta, "name", e->name);
    return meta_write(&ctx, arena_printf(t->mem, "%s/meta.yaml", to->path), &meta);
}

static int begin_experiment(struct transfer *t, struct target *to)
{
    const struct experiment key = { .experiment_id = to->experiment->experiment_id };
    bool deleted =
        to->experiment->lifecycle_stage && !strcmp(to->experiment->lifecycle_stage, "deleted");
    const char *id = id_text(t, key.experiment_id),
               *trashed = arena_printf(t->mem, "%s/.trash/%s", t->path, id);
    struct experiment_tag *tags;
    size_t count;

    to->uri = arena_printf(t->mem, "%s/%s", t->path, id);
    to->path = deleted ? trashed : to->uri;
    if (to->experiment->workspace && strcmp(to->experiment->workspace, "default") != 0)
        return fail(t, INVALID_PARAMETER_VALUE, "a file store has no workspaces; it is in '%s'.",
                    to->experiment->workspace);
    if (take_place(t, to, deleted ? to->uri : trashed) < 0 || write_experiment(t, to) < 0 ||
        experiment_tags(&t->db, &key, 1, &tags, &count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (export_pair(t, arena_printf(t->mem, "%s/tags", to->path), tags[i].key, tags[i].value) <
            0)
            return -1;
    return 0;
}

static int export_experiment(struct transfer *t, struct target *to)
{
    if (begin_experiment(t, to) < 0) {
        transfer_problem(t, "experiment", id_text(t, to->experiment->experiment_id));
        return transfer_is_over(t) ? -1 : 0;
    }
    t->counts.experiments++;
    if (export_each(t, to, &to->runs, "run", export_run_files) < 0)
        return -1;
    return export_each(t, to, &to->models, "logged model", export_model_files);
}

int export_files(struct transfer *t)
{
    struct stored_experiment *experiments;
    struct target *targets;
    int64_t total = 0;
    size_t count;

    if (export_experiments(&t->db, &t->experiment_ids, &experiments, &count) < 0) {
        transfer_problem(t, "export", t->path);
        return -1;
    }
    targets = arena_array(t->mem, struct target, count);
    for (size_t i = 0; i < count; i++) {
        targets[i].experiment = &experiments[i];
        if (export_run_ids(&t->db, experiments[i].experiment_id, &targets[i].runs) < 0 ||
            export_model_ids(&t->db, experiments[i].experiment_id, &targets[i].models) < 0) {
            transfer_problem(t, "experiment", experiments[i].name);
            return -1;
        }
        total += (int64_t)(targets[i].runs.count + targets[i].models.count);
    }
    progress_begin(&t->progress, t->name, "runs and models", total);
    for (size_t i = 0; i < count; i++)
        if (export_experiment(t, &targets[i]) < 0)
            return -1;
    return 0;
}
