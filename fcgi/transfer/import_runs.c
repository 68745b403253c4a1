/* A run or a logged model of the file store: its row, its edges, its files. */
#include <inttypes.h>
#include <string.h>

#include "../id.h"
#include "file_store.h"
#include "files.h"

static struct fields_ctx ctx_of(struct transfer *t)
{
    return (struct fields_ctx){ t->err, t->mem };
}
static int put_edge(struct transfer *t, const char *source_type, const char *source_id,
                    const char *destination_type, const char *destination_id, int64_t step)
{
    static const char *const columns[] = { "input_uuid",       "source_type",    "source_id",
                                           "destination_type", "destination_id", "step" };
    const struct value row[] = { text(id_hex(t->mem)),   text(source_type),    text(source_id),
                                 text(destination_type), text(destination_id), integer(step) };

    return transfer_insert(&t->db, "inputs", columns, 6, row, 1);
}

static const char *uuid_of_dataset(const struct source *of, const char *directory)
{
    for (size_t i = 0; i < of->dataset_count; i++)
        if (!strcmp(of->datasets[i].directory, directory))
            return of->datasets[i].uuid;
    return NULL;
}

static int put_dataset_input(struct transfer *t, const struct item *item, const char *path,
                             const struct meta *meta, const char *directory)
{
    const char *uuid = uuid_of_dataset(item->of, directory);
    const struct meta *tags = meta_map(meta, "tags");

    if (!uuid)
        return fail(t, INVALID_PARAMETER_VALUE, "%s: there is no dataset %s.", path, directory);
    if (put_edge(t, "DATASET", uuid, "RUN", item->id, 0) < 0)
        return -1;
    for (size_t i = 0; tags && i < tags->count; i++)
        if (transfer_input_tag(&t->db, uuid, item->id, tags->items[i].key,
                               tags->items[i].value ? tags->items[i].value : "") < 0)
            return -1;
    return 0;
}

static int import_edge(struct transfer *t, const struct item *item, const char *path)
{
    struct fields_ctx ctx = ctx_of(t);
    const char *type, *source;
    struct meta meta;

    if (meta_read(&ctx, path, &meta) < 0)
        return -1;
    type = meta_text(&meta, "source_type");
    source = meta_text(&meta, "source_id");
    if (!type || !source)
        return fail(t, INVALID_PARAMETER_VALUE, "%s says nothing of its source.", path);
    if (t->dry_run)
        return 0;
    if (!strcmp(type, "DATASET"))
        return put_dataset_input(t, item, path, &meta, source);
    if (!strcmp(type, "MODEL"))
        return put_edge(t, "RUN_INPUT", item->id, "MODEL_INPUT", source, 0);
    if (!strcmp(type, "RUN_OUTPUT"))
        return put_edge(t, "RUN_OUTPUT", item->id, "MODEL_OUTPUT", source,
                        meta_int(&meta, "step").value);
    return fail(t, INVALID_PARAMETER_VALUE, "%s: %s is no kind of source.", path, type);
}

static int import_edges(struct transfer *t, const struct item *item, const char *kind)
{
    struct fields_ctx ctx = ctx_of(t);
    const char *directory = arena_printf(t->mem, "%s/%s", item->path, kind);
    struct text_list names;

    if (files_directories(&ctx, directory, &names) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++)
        if (import_edge(t, item,
                        arena_printf(t->mem, "%s/%s/meta.yaml", directory, names.items[i])) < 0)
            return -1;
    return 0;
}

/* The name of a number of MLflow's enum, or the text that is there instead. */
static const char *enum_text(const struct meta *meta, const char *key, const char *const *names,
                             size_t count, const char *fallback)
{
    struct opt_int number = meta_int(meta, key);
    const char *text = meta_text(meta, key);

    if (!number.set)
        return text && *text ? text : fallback;
    return number.value > 0 && (size_t)number.value < count ? names[number.value] : fallback;
}

static const char *status_of(const struct meta *meta)
{
    static const char *const names[] = {
        "", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"
    };

    return enum_text(meta, "status", names, 6, "RUNNING");
}

static const char *source_type_of(const struct meta *meta)
{
    static const char *const names[] = { "", "NOTEBOOK", "JOB", "PROJECT", "LOCAL" };

    return enum_text(meta, "source_type", names, 5, "UNKNOWN");
}

static int put_run_row(struct transfer *t, const struct item *item)
{
    static const char *const columns[] = {
        "run_uuid",        "name",         "source_type",   "source_name",  "entry_point_name",
        "user_id",         "status",       "start_time",    "end_time",     "source_version",
        "lifecycle_stage", "artifact_uri", "experiment_id", "deleted_time",
    };
    const struct meta *m = &item->meta;
    const struct value row[] = {
        text(item->id),
        text(text_or(meta_text(m, "run_name"), meta_text(m, "name"))),
        text(source_type_of(m)),
        text(text_or(meta_text(m, "source_name"), "")),
        text(text_or(meta_text(m, "entry_point_name"), "")),
        text(meta_text(m, "user_id")),
        text(status_of(m)),
        optional(meta_int(m, "start_time")),
        optional(meta_int(m, "end_time")),
        text(text_or(meta_text(m, "source_version"), "")),
        text(text_or(meta_text(m, "lifecycle_stage"), "active")),
        text(item->artifact_uri),
        integer(item->of->id),
        optional(meta_int(m, "deleted_time")),
    };

    return transfer_insert(&t->db, "runs", columns, sizeof(row) / sizeof(*row), row, 1);
}

static int put_run(struct transfer *t, void *what)
{
    struct item *item = what;

    item->counts = (struct transfer_counts){ 0 };
    if ((!t->dry_run && put_run_row(t, item) < 0) || import_run_keys(t, item) < 0 ||
        import_edges(t, item, "inputs") < 0 || import_edges(t, item, "outputs") < 0)
        return -1;
    return 0;
}

static void add_counts(struct transfer *t, const struct transfer_counts *counts)
{
    t->counts.params += counts->params;
    t->counts.tags += counts->tags;
    t->counts.points += counts->points;
}

/* Files first: a run that is in the database is complete. */
int import_run_files(struct transfer *t, const struct source *of, const char *name)
{
    struct fields_ctx ctx = ctx_of(t);
    struct item item = { .of = of, .path = arena_printf(t->mem, "%s/%s", of->path, name) };
    const char *source;

    if (meta_read(&ctx, arena_printf(t->mem, "%s/meta.yaml", item.path), &item.meta) < 0)
        return t->err->code == ERROR_NOT_FOUND ? 0 : -1; /* no run */
    item.id = text_or(meta_text(&item.meta, "run_id"), meta_text(&item.meta, "run_uuid"));
    if (!item.id || strcmp(item.id, name) != 0)
        return fail(t, INVALID_PARAMETER_VALUE, "its meta.yaml is that of run %s.",
                    item.id ? item.id : "(none)");
    item.artifact_uri = meta_text(&item.meta, "artifact_uri");
    source =
        import_source_of(t, item.artifact_uri, arena_printf(t->mem, "%s/artifacts", item.path));
    if (import_artifacts(t, source,
                         arena_printf(t->mem, "%" PRId64 "/%s/artifacts", of->id, item.id),
                         &item.artifact_uri) < 0 ||
        transfer_transaction(t, put_run, &item) < 0)
        return -1;
    t->counts.runs++;
    add_counts(t, &item.counts);
    return 0;
}

static int put_model_row(struct transfer *t, const struct item *item)
{
    static const char *const columns[] = {
        "model_id",
        "experiment_id",
        "name",
        "artifact_location",
        "creation_timestamp_ms",
        "last_updated_timestamp_ms",
        "status",
        "lifecycle_stage",
        "model_type",
        "source_run_id",
        "status_message",
    };
    static const struct enum_name names[] = {
        { "PENDING", 1 }, { "READY", 2 }, { "FAILED", 3 }, { NULL, 0 }
    };
    const struct meta *m = &item->meta;
    struct opt_int status = meta_int(m, "status");
    const struct enum_name *named = names;
    const char *word = meta_text(m, "status");
    struct value row[11];

    while (!status.set && word && named->name && strcmp(named->name, word) != 0)
        named++;
    row[0] = text(item->id);
    row[1] = integer(item->of->id);
    row[2] = text(text_or(meta_text(m, "name"), ""));
    row[3] = text(text_or(item->artifact_uri, ""));
    row[4] = integer(meta_int(m, "creation_timestamp").value);
    row[5] = integer(meta_int(m, "last_updated_timestamp").value);
    row[6] = integer(status.set ? status.value : named->number);
    row[7] = text(text_or(meta_text(m, "lifecycle_stage"), "active"));
    row[8] = text(meta_text(m, "model_type"));
    row[9] = text(meta_text(m, "source_run_id"));
    row[10] = text(meta_text(m, "status_message"));
    return transfer_insert(&t->db, "logged_models", columns, 11, row, 1);
}

static int put_model(struct transfer *t, void *what)
{
    struct item *item = what;

    item->counts = (struct transfer_counts){ 0 };
    if (!t->dry_run && put_model_row(t, item) < 0)
        return -1;
    return import_model_keys(t, item);
}

int import_model_files(struct transfer *t, const struct source *of, const char *name)
{
    struct fields_ctx ctx = ctx_of(t);
    struct item item = { .of = of, .path = arena_printf(t->mem, "%s/models/%s", of->path, name) };
    const char *source;

    if (meta_read(&ctx, arena_printf(t->mem, "%s/meta.yaml", item.path), &item.meta) < 0)
        return t->err->code == ERROR_NOT_FOUND ? 0 : -1;
    item.id = text_or(meta_text(&item.meta, "model_id"), name);
    item.artifact_uri = meta_text(&item.meta, "artifact_location");
    source =
        import_source_of(t, item.artifact_uri, arena_printf(t->mem, "%s/artifacts", item.path));
    if (import_artifacts(t, source,
                         arena_printf(t->mem, "%" PRId64 "/models/%s/artifacts", of->id, item.id),
                         &item.artifact_uri) < 0 ||
        transfer_transaction(t, put_model, &item) < 0)
        return -1;
    t->counts.models++;
    add_counts(t, &item.counts);
    return 0;
}
