/* What the file store has a file of its own for: params, tags and metrics. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../store/metrics.h"
#include "file_store.h"
#include "files.h"

enum {
    POINTS_AT_ONCE = 5000
};

static struct fields_ctx ctx_of(struct transfer *t)
{
    return (struct fields_ctx){ t->err, t->mem };
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

int import_read_pairs(struct transfer *t, const char *directory, struct text_list *keys,
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

    if (import_read_pairs(t, arena_printf(t->mem, "%s/%s", item->path, p->directory), &keys,
                          &texts) < 0)
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
    return metrics_insert(&t->db, &run, metrics, count, false);
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
int import_run_keys(struct transfer *t, struct item *item)
{
    if (import_pairs(t, item, &run_params, &item->counts.params) < 0 ||
        import_pairs(t, item, &run_tags, &item->counts.tags) < 0)
        return -1;
    return import_metrics(t, item, false, &item->counts.points);
}

int import_model_keys(struct transfer *t, struct item *item)
{
    if (import_pairs(t, item, &model_params, &item->counts.params) < 0 ||
        import_pairs(t, item, &model_tags, &item->counts.tags) < 0)
        return -1;
    return import_metrics(t, item, true, &item->counts.points);
}
