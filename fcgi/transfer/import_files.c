/* The file store: mlruns/<experiment>/<run>/{meta.yaml,params,metrics,tags,inputs,
 * outputs,artifacts} (mlflow/store/tracking/file_store.py). */
#include "import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../id.h"
#include "../store/metrics.h"
#include "files.h"
#include "meta.h"

enum {
    POINTS_AT_ONCE = 5000
};

struct source_dataset {
    const char *directory, *uuid;
};

/* An experiment being imported. */
struct source {
    const char *path, *from;
    int64_t id; /* here */
    struct source_dataset *datasets;
    size_t dataset_count;
};

/* One run or model, being put into the database. */
struct item {
    const struct source *of;
    const char *path, *id, *artifact_uri;
    struct meta meta;
    struct transfer_counts counts;
};

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

/* "pairs" are files: the name is the key, the text the value. */
struct pairs {
    const char *directory, *table, *key_column, *value_column, *id_column;
    bool with_experiment;
};
static const struct pairs run_params = { "params", "params", "key", "value", "run_uuid", false };
static const struct pairs run_tags = { "tags", "tags", "key", "value", "run_uuid", false };
static const struct pairs model_params = { "params",    "logged_model_params",
                                           "param_key", "param_value",
                                           "model_id",  true };
static const struct pairs model_tags = { "tags",      "logged_model_tags", "tag_key",
                                         "tag_value", "model_id",          true };

static int read_pairs(struct transfer *t, const char *directory, struct text_list *keys,
                      const char ***texts)
{
    struct fields_ctx ctx = ctx_of(t);

    if (files_below(&ctx, directory, keys) < 0)
        return -1;
    *texts = arena_array(t->mem, const char *, keys->count);
    for (size_t i = 0; i < keys->count; i++)
        if (files_read(&ctx, arena_printf(t->mem, "%s/%s", directory, keys->items[i]),
                       &(*texts)[i]) < 0)
            return -1;
    return 0;
}

static int import_pairs(struct transfer *t, const struct item *item, const struct pairs *p,
                        int64_t *count)
{
    const char *columns[] = { p->key_column, p->value_column, p->id_column, "experiment_id" };
    size_t width = p->with_experiment ? 4 : 3;
    struct text_list keys;
    struct value *values;
    const char **texts;

    if (read_pairs(t, arena_printf(t->mem, "%s/%s", item->path, p->directory), &keys, &texts) < 0)
        return -1;
    *count += (int64_t)keys.count;
    if (t->dry_run || !keys.count)
        return 0;
    values = arena_array(t->mem, struct value, keys.count * width);
    for (size_t i = 0; i < keys.count; i++) {
        struct value *row = values + i * width;

        row[0] = text(keys.items[i]);
        row[1] = text(texts[i]);
        row[2] = text(item->id);
        if (p->with_experiment)
            row[3] = integer(item->of->id);
    }
    return transfer_insert(&t->db, p->table, columns, width, values, keys.count);
}

/* A line of a metric: time, value, step; then, for models, the run; then the dataset. */
struct line {
    struct metric metric;
    const char *run_id;
};

static int fail_line(struct transfer *t, const char *path, const char *text)
{
    return fail(t, INVALID_PARAMETER_VALUE, "%s: '%s' is no line of a metric.", path, text);
}

static size_t split(char *text, char **words, size_t room)
{
    size_t count = 0;
    char *rest;

    for (char *word = strtok_r(text, " \r\n", &rest); word; word = strtok_r(NULL, " \r\n", &rest)) {
        if (count == room)
            return room + 1;
        words[count++] = word;
    }
    return count;
}

static bool read_whole(const char *word, int64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoll(word, &end, 10);
    return *word && !*end && !errno;
}

/* The words stay in the line; the dataset's and the run's are copied. */
static int read_line(struct transfer *t, const char *path, char *text, bool of_model,
                     struct line *line)
{
    const char *whole = arena_strdup(t->mem, text);
    size_t base = of_model ? 4 : 3, count;
    char *words[6], *end;

    count = split(text, words, 6);
    *line = (struct line){ 0 };
    /* The oldest stores had no steps. */
    if (count != base && count != base + 2 && (of_model || count != 2))
        return fail_line(t, path, whole);
    line->metric.value = strtod(words[1], &end);
    if (*end || !read_whole(words[0], &line->metric.timestamp) ||
        (count > 2 && !read_whole(words[2], &line->metric.step)))
        return fail_line(t, path, whole);
    if (of_model)
        line->run_id = arena_strdup(t->mem, words[3]);
    if (count == base + 2) {
        line->metric.dataset_name = arena_strdup(t->mem, words[base]);
        line->metric.dataset_digest = arena_strdup(t->mem, words[base + 1]);
    }
    return 0;
}

/* Reads lines until there are POINTS_AT_ONCE. -1 failed, 0 that was the end, 1 more. */
static int read_lines(struct transfer *t, FILE *file, const char *path, bool of_model,
                      struct line *lines, size_t *count)
{
    char *text = NULL;
    size_t room = 0;
    int more = 1;

    *count = 0;
    while (more > 0 && *count < POINTS_AT_ONCE) {
        if (getline(&text, &room, file) < 0)
            more = ferror(file) ? fail(t, INTERNAL_ERROR, "%s cannot be read.", path) : 0;
        else if (!text[strspn(text, " \r\n")])
            continue;
        else if (read_line(t, path, text, of_model, &lines[*count]) < 0)
            more = -1;
        else
            ++*count;
    }
    free(text);
    return more;
}

static int put_points(struct transfer *t, const struct item *item, const char *key,
                      const struct line *lines, size_t count)
{
    const struct run run = { .run_uuid = item->id, .experiment_id = item->of->id };
    struct metric *metrics = arena_array(t->mem, struct metric, count + 1);

    for (size_t i = 0; i < count; i++) {
        metrics[i] = lines[i].metric;
        metrics[i].key = key;
    }
    return metrics_insert(&t->db, &run, metrics, count);
}

static int put_model_points(struct transfer *t, const struct item *item, const char *key,
                            const struct line *lines, size_t count)
{
    static const char *const columns[] = {
        "model_id",      "metric_name", "metric_timestamp_ms", "metric_step",    "metric_value",
        "experiment_id", "run_id",      "dataset_name",        "dataset_digest",
    };
    enum {
        WIDTH = sizeof(columns) / sizeof(*columns)
    };
    struct value *values = arena_array(t->mem, struct value, count * WIDTH + 1);

    for (size_t i = 0; i < count; i++) {
        const struct metric *m = &lines[i].metric;
        const struct value row[WIDTH] = {
            text(item->id),          text(key),
            integer(m->timestamp),   integer(m->step),
            transfer_real(m->value), integer(item->of->id),
            text(lines[i].run_id),   text(m->dataset_name),
            text(m->dataset_digest),
        };

        memcpy(values + i * WIDTH, row, sizeof(row));
    }
    return transfer_insert(&t->db, "logged_model_metrics", columns, WIDTH, values, count);
}

static int import_metric(struct transfer *t, const struct item *item, const char *path,
                         const char *key, bool of_model, int64_t *points)
{
    FILE *file = fopen(path, "re");
    int more = 1;

    if (!file)
        return fail(t, INTERNAL_ERROR, "%s cannot be read: %s", path, strerror(errno));
    while (more > 0) {
        struct arena_mark mark = arena_mark(t->mem);
        struct line *lines = arena_array(t->mem, struct line, POINTS_AT_ONCE);
        size_t count;

        more = read_lines(t, file, path, of_model, lines, &count);
        if (more >= 0 && count && !t->dry_run &&
            (of_model ? put_model_points(t, item, key, lines, count)
                      : put_points(t, item, key, lines, count)) < 0)
            more = -1;
        *points += (int64_t)count;
        if (more >= 0)
            arena_release(t->mem, mark);
    }
    (void)fclose(file);
    return more;
}

static int import_metrics(struct transfer *t, const struct item *item, bool of_model,
                          int64_t *points)
{
    struct fields_ctx ctx = ctx_of(t);
    const char *directory = arena_printf(t->mem, "%s/metrics", item->path);
    struct text_list keys;

    if (files_below(&ctx, directory, &keys) < 0)
        return -1;
    for (size_t i = 0; i < keys.count; i++)
        if (import_metric(t, item, arena_printf(t->mem, "%s/%s", directory, keys.items[i]),
                          keys.items[i], of_model, points) < 0)
            return -1;
    return 0;
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

static const char *text_or(const char *text, const char *other)
{
    return text ? text : other;
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
    if ((!t->dry_run && put_run_row(t, item) < 0) ||
        import_pairs(t, item, &run_params, &item->counts.params) < 0 ||
        import_pairs(t, item, &run_tags, &item->counts.tags) < 0 ||
        import_metrics(t, item, false, &item->counts.points) < 0 ||
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
static int import_one_run(struct transfer *t, const struct source *of, const char *name)
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
    if ((!t->dry_run && put_model_row(t, item) < 0) ||
        import_pairs(t, item, &model_params, &item->counts.params) < 0 ||
        import_pairs(t, item, &model_tags, &item->counts.tags) < 0)
        return -1;
    return import_metrics(t, item, true, &item->counts.points);
}

static int import_one_model(struct transfer *t, const struct source *of, const char *name)
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

    if (read_pairs(t, arena_printf(t->mem, "%s/tags", of->path), &keys, &texts) < 0)
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
    return import_each(t, of, runs, "run", import_one_run);
}

static int import_models_of(struct transfer *t, const struct source *of)
{
    struct fields_ctx ctx = ctx_of(t);
    struct text_list models;

    if (files_directories(&ctx, arena_printf(t->mem, "%s/models", of->path), &models) < 0)
        return -1;
    return import_each(t, of, &models, "logged model", import_one_model);
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
