/* The file store: mlruns/<experiment>/<run>/{meta.yaml,params,metrics,tags,inputs,
 * outputs,artifacts} (mlflow/store/tracking/file_store.py). */
#include <inttypes.h>
#include <string.h>

#include "../id.h"
#include "file_store.h"
#include "files.h"

static struct fields_ctx ctx_of(struct transfer *t)
{
    return (struct fields_ctx){ t->err, t->mem };
}
static bool is_reserved(const char *name)
{
    return !strcmp(name, "tags") || !strcmp(name, "datasets") || !strcmp(name, "traces") ||
           !strcmp(name, "models");
}

static bool is_number(const char *name)
{
    return *name && !name[strspn(name, "0123456789")];
}
/* One after the other; what fails is told, and passed by. */
static int import_each(struct transfer *t, const struct source *of, const struct text_list *names,
                       const char *what,
                       int (*import)(struct transfer *, const struct source *, const char *))
{
    for (size_t i = 0; i < names->count; i++) {
        struct arena_mark mark = arena_mark(t->mem);

        error_clear(t->err);
        if (import(t, of, names->items[i]) < 0) {
            transfer_problem(t, what, names->items[i]);
            if (transfer_is_over(t))
                return -1;
        }
        arena_release(t->mem, mark);
        progress_step(&t->progress, 1);
    }
    return 0;
}

static int list_runs(struct transfer *t, const char *path, struct text_list *runs)
{
    struct fields_ctx ctx = ctx_of(t);
    size_t kept = 0;

    if (files_directories(&ctx, path, runs) < 0)
        return -1;
    for (size_t i = 0; i < runs->count; i++)
        if (!is_reserved(runs->items[i]))
            runs->items[kept++] = runs->items[i];
    runs->count = kept;
    return 0;
}

static int put_dataset(struct transfer *t, const struct source *of, const char *name,
                       struct source_dataset *dataset)
{
    static const char *const columns[] = {
        "dataset_uuid",        "experiment_id",  "name",           "digest",
        "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile",
    };
    struct fields_ctx ctx = ctx_of(t);
    struct meta m;

    if (meta_read(&ctx, arena_printf(t->mem, "%s/datasets/%s/meta.yaml", of->path, name), &m) < 0)
        return -1;
    dataset->directory = name;
    if (t->dry_run)
        return 0;
    /* A file store names equal datasets of two experiments alike. */
    const struct value row[] = {
        text(id_hex(t->mem)),
        integer(of->id),
        text(text_or(meta_text(&m, "name"), "")),
        text(text_or(meta_text(&m, "digest"), "")),
        text(text_or(meta_text(&m, "source_type"), "")),
        text(text_or(meta_text(&m, "source"), "")),
        text(meta_text(&m, "schema")),
        text(meta_text(&m, "profile")),
    };
    if (transfer_insert(&t->db, "datasets", columns, 8, row, 1) < 0)
        return -1;
    return transfer_dataset_uuid(&t->db, of->id, row[2].text.s, row[3].text.s, &dataset->uuid);
}

static int put_datasets(struct transfer *t, void *what)
{
    struct fields_ctx ctx = ctx_of(t);
    struct source *of = what;
    struct text_list names;

    of->dataset_count = 0;
    if (files_directories(&ctx, arena_printf(t->mem, "%s/datasets", of->path), &names) < 0)
        return -1;
    of->datasets = arena_array(t->mem, struct source_dataset, names.count);
    for (size_t i = 0; i < names.count; i++)
        if (put_dataset(t, of, names.items[i], &of->datasets[of->dataset_count++]) < 0)
            return -1;
    return 0;
}

static int put_experiment_tags(struct transfer *t, void *what)
{
    static const char *const columns[] = { "key", "value", "experiment_id" };
    const struct source *of = what;
    struct text_list keys;
    struct value *values;
    const char **texts;

    if (import_read_pairs(t, arena_printf(t->mem, "%s/tags", of->path), &keys, &texts) < 0)
        return -1;
    if (t->dry_run)
        return 0;
    values = arena_array(t->mem, struct value, 3 * keys.count);
    for (size_t i = 0; i < keys.count; i++) {
        values[3 * i] = text(keys.items[i]);
        values[3 * i + 1] = text(texts[i]);
        values[3 * i + 2] = integer(of->id);
    }
    return transfer_insert(&t->db, "experiment_tags", columns, 3, values, keys.count);
}

/* Its row and its tags; -1 failed, 1: no experiment. */
static int begin_experiment(struct transfer *t, struct source *of)
{
    struct fields_ctx ctx = ctx_of(t);
    struct foreign_experiment e = { .id = of->from, .workspace = "default" };
    const char *location;
    struct meta m;

    if (meta_read(&ctx, arena_printf(t->mem, "%s/meta.yaml", of->path), &m) < 0)
        return t->err->code == ERROR_NOT_FOUND ? 1 : -1;
    e.name = meta_text(&m, "name");
    if (!e.name)
        return fail(t, INVALID_PARAMETER_VALUE, "its meta.yaml holds no name.");
    e.lifecycle_stage = meta_text(&m, "lifecycle_stage");
    e.creation_time = meta_int(&m, "creation_time");
    e.last_update_time = meta_int(&m, "last_update_time");
    location = text_or(meta_text(&m, "artifact_location"), "");
    if (import_source_of(t, location, of->path))
        location = NULL;
    if (import_experiment(t, &e, location, &of->id) < 0 ||
        transfer_transaction(t, put_experiment_tags, of) < 0 ||
        transfer_transaction(t, put_datasets, of) < 0)
        return -1;
    t->counts.datasets += (int64_t)of->dataset_count;
    return 0;
}

static void say_ignored(struct transfer *t, const char *what, const char *path)
{
    struct fields_ctx ctx = ctx_of(t);
    struct text_list names;

    if (files_directories(&ctx, path, &names) < 0 || !names.count)
        return;
    progress_clear(&t->progress);
    fprintf(t->out, "%zu %s in %s are not imported.\n", names.count, what, path);
}

static int import_runs_of(struct transfer *t, struct source *of, struct text_list *runs)
{
    int begun = begin_experiment(t, of);

    if (begun)
        of->id = INT64_MIN; /* its models cannot go anywhere either */
    if (begun > 0)
        return 0;
    if (begun < 0) {
        transfer_problem(t, "experiment", of->from);
        return transfer_is_over(t) ? -1 : 0;
    }
    say_ignored(t, "traces", arena_printf(t->mem, "%s/traces", of->path));
    return import_each(t, of, runs, "run", import_run_files);
}

static int import_models_of(struct transfer *t, const struct source *of)
{
    struct fields_ctx ctx = ctx_of(t);
    struct text_list models;

    if (files_directories(&ctx, arena_printf(t->mem, "%s/models", of->path), &models) < 0)
        return -1;
    return import_each(t, of, &models, "logged model", import_model_files);
}

/* The experiments of mlruns and of its trash. */
static int find_sources(struct transfer *t, struct source **sources, size_t *count)
{
    struct fields_ctx ctx = ctx_of(t);
    const char *roots[] = { t->path, arena_printf(t->mem, "%s/.trash", t->path) };

    *count = 0;
    *sources = NULL;
    for (size_t r = 0; r < 2; r++) {
        struct text_list names;

        if (files_directories(&ctx, roots[r], &names) < 0)
            return -1;
        *sources = arena_grow(t->mem, *sources, *count * sizeof(**sources),
                              (*count + names.count) * sizeof(**sources));
        for (size_t i = 0; i < names.count; i++)
            if (is_number(names.items[i]))
                (*sources)[(*count)++] = (struct source){
                    .path = arena_printf(t->mem, "%s/%s", roots[r], names.items[i]),
                    .from = names.items[i],
                };
    }
    return *count ? 0
                  : fail(t, INVALID_PARAMETER_VALUE, "%s holds no experiments of a file store.",
                         t->path);
}

/* Models last: their metrics name runs, of other experiments too. */
static int import_sources(struct transfer *t, struct source *sources, size_t count)
{
    struct text_list *runs = arena_array(t->mem, struct text_list, count);
    int64_t total = 0;

    for (size_t i = 0; i < count; i++) {
        struct fields_ctx ctx = ctx_of(t);
        struct text_list models;

        if (list_runs(t, sources[i].path, &runs[i]) < 0 ||
            files_directories(&ctx, arena_printf(t->mem, "%s/models", sources[i].path), &models) <
                0)
            return -1;
        total += (int64_t)(runs[i].count + models.count);
    }
    progress_begin(&t->progress, t->name, "runs and models", total);
    for (size_t i = 0; i < count; i++)
        if (import_runs_of(t, &sources[i], &runs[i]) < 0)
            return -1;
    for (size_t i = 0; i < count; i++)
        if (sources[i].id != INT64_MIN && import_models_of(t, &sources[i]) < 0)
            return -1;
    return 0;
}

int import_files(struct transfer *t)
{
    struct source *sources;
    size_t count;

    if (find_sources(t, &sources, &count) < 0) {
        transfer_problem(t, "store", t->path);
        return -1;
    }
    say_ignored(t, "registered models", arena_printf(t->mem, "%s/models", t->path));
    return import_sources(t, sources, count);
}
