/* A run or a logged model as the file store has it. Its meta.yaml comes last: without
 * it, it is none. */
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../artifacts/artifacts.h"
#include "../out.h"
#include "../store/logged_models.h"
#include "../store/run_data.h"
#include "file_target.h"
#include "files.h"
#include "meta.h"
#include "sqlite_target.h"

static struct fields_ctx ctx_of(struct transfer *t)
{
    return (struct fields_ctx){ t->err, t->mem };
}
static const char *id_text(struct transfer *t, int64_t id)
{
    return arena_printf(t->mem, "%" PRId64, id);
}
int export_pair(struct transfer *t, const char *directory, const char *key, const char *value)
{
    struct fields_ctx ctx = ctx_of(t);
    const char *path;

    if (files_path_of_key(&ctx, directory, key, &path) < 0)
        return -1;
    return files_write(&ctx, path, value ? value : "");
}
/* The artifacts at *uri go to directory/artifacts, and *uri becomes what the file store
 * calls that; those that this server does not hold stay where they are. */
static int export_artifacts(struct transfer *t, const char *directory, const char *new_uri,
                            const char **uri)
{
    struct artifact_store store = artifact_store_of(t->err, t->mem, t->config);
    struct fields_ctx ctx = ctx_of(t);
    const char *path;
    int found =
        *uri && t->artifacts != ARTIFACTS_NONE ? artifact_locate(&store, *uri, &store, &path) : 0;

    if (found <= 0 || !*path)
        return found;
    if (artifact_path_check(&store, &path) < 0)
        return -1;
    *uri = new_uri;
    return files_make_directory(&ctx, directory) < 0 ? -1 : export_tree(t, &store, path, directory);
}

static const char *value_text(char *buffer, double value, bool is_nan)
{
    /* The database has no infinities: the largest double stands for them. */
    if (is_nan)
        return "nan";
    if (value == DBL_MAX || value == -DBL_MAX)
        return value > 0 ? "inf" : "-inf";
    (void)real_repr(buffer, value);
    return buffer;
}

/* The file of a metric, while its values go by. */
struct metric_file {
    const char *directory;
    char *key;
    FILE *file;
};

static int close_metric(struct transfer *t, struct metric_file *m)
{
    bool failed = m->file && (ferror(m->file) != 0) + (fclose(m->file) != 0);

    m->file = NULL;
    free(m->key);
    m->key = NULL;
    return failed
               ? fail(t, INTERNAL_ERROR, "%s cannot be written: %s", m->directory, strerror(errno))
               : 0;
}

static int open_metric(struct transfer *t, struct metric_file *m, const char *key)
{
    struct fields_ctx ctx = ctx_of(t);
    const char *path;

    if (m->file && !strcmp(m->key, key))
        return 0;
    if (close_metric(t, m) < 0 || files_path_of_key(&ctx, m->directory, key, &path) < 0)
        return -1;
    m->key = strdup(key);
    m->file = fopen(path, "we");
    return m->file && m->key
               ? 0
               : fail(t, INTERNAL_ERROR, "%s cannot be written: %s", path, strerror(errno));
}

static int write_points(struct transfer *t, struct rows *rows, struct metric_file *m)
{
    struct arena_mark mark = arena_mark(t->mem);
    struct stored_point p;
    char buffer[40];
    int more;

    while ((more = db_next(rows, stored_point_columns, &p)) > 0) {
        if (open_metric(t, m, p.key) < 0)
            return -1;
        fprintf(m->file, "%" PRId64 " %s %" PRId64 "\n", p.timestamp,
                value_text(buffer, p.value, p.is_nan), p.step);
        t->counts.points++;
        arena_release(t->mem, mark);
    }
    return more;
}

static int export_metrics(struct transfer *t, const char *directory, const char *run_id)
{
    struct metric_file m = { .directory = arena_printf(t->mem, "%s/metrics", directory) };
    struct fields_ctx ctx = ctx_of(t);
    struct rows *rows;
    int failed;

    if (files_make_directory(&ctx, m.directory) < 0 || export_points(&t->db, run_id, &rows) < 0)
        return -1;
    failed = write_points(t, rows, &m);
    db_finish(rows);
    if (failed) { /* that message counts */
        if (m.file)
            (void)fclose(m.file);
        free(m.key);
        return -1;
    }
    return close_metric(t, &m);
}

static int export_pairs(struct transfer *t, const char *directory, const struct owned_pair *pairs,
                        size_t count)
{
    struct fields_ctx ctx = ctx_of(t);

    if (files_make_directory(&ctx, directory) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (export_pair(t, directory, pairs[i].key, pairs[i].value) < 0)
            return -1;
    return 0;
}

static int write_edge(struct transfer *t, const char *directory, const char *types[2],
                      const char *id, struct meta *tags, const int64_t *step)
{
    struct fields_ctx ctx = ctx_of(t);
    struct meta meta = meta_new(t->mem, 6);

    if (files_make_directory(&ctx, directory) < 0)
        return -1;
    /* MLflow writes the source as the destination, and reads the one or the other. */
    meta_put_text(&meta, "destination_id", id);
    meta_put_text(&meta, "destination_type", types[1]);
    meta_put_text(&meta, "source_id", id);
    meta_put_text(&meta, "source_type", types[0]);
    if (step)
        meta_put_int(&meta, t->mem, "step", (struct opt_int){ *step, true });
    meta_put_map(&meta, "tags", tags);
    return meta_write(&ctx, arena_printf(t->mem, "%s/meta.yaml", directory), &meta);
}

static int write_dataset(struct transfer *t, const struct target *to, const char *id,
                         const struct run_dataset *d)
{
    const char *directory = arena_printf(t->mem, "%s/datasets/%s", to->path, id);
    struct fields_ctx ctx = ctx_of(t);
    struct meta meta = meta_new(t->mem, 6);

    if (files_make_directory(&ctx, directory) < 0)
        return -1;
    meta_put_text(&meta, "digest", d->digest);
    meta_put_text(&meta, "name", d->name);
    meta_put_text(&meta, "profile", d->dataset_profile);
    meta_put_text(&meta, "schema", d->dataset_schema);
    meta_put_text(&meta, "source", d->dataset_source);
    meta_put_text(&meta, "source_type", d->dataset_source_type);
    return meta_write(&ctx, arena_printf(t->mem, "%s/meta.yaml", directory), &meta);
}

/* rows: one for each tag of one input. */
static int export_dataset(struct transfer *t, const struct target *to, const char *directory,
                          const struct run_dataset *rows, size_t count)
{
    const char *types[] = { "DATASET", "RUN" }, *id, *input;
    struct meta tags = meta_new(t->mem, count);

    for (size_t i = 0; i < count; i++)
        if (rows[i].tag_name)
            meta_put_text(&tags, rows[i].tag_name, rows[i].tag_value);
    if (export_md5(&t->db, rows->name, rows->digest, &id) < 0 ||
        export_md5(&t->db, id, rows->run_uuid, &input) < 0 || write_dataset(t, to, id, rows) < 0)
        return -1;
    return write_edge(t, arena_printf(t->mem, "%s/inputs/%s", directory, input), types, id, &tags,
                      NULL);
}

static int export_edges(struct transfer *t, const struct target *to, const char *directory,
                        const struct run_data *data)
{
    const char *input_types[] = { "MODEL", "RUN" },
               *output_types[] = { "RUN_OUTPUT", "MODEL_OUTPUT" }, *id;
    struct meta none = meta_new(t->mem, 0);

    for (size_t i = 0, n; i < data->dataset_count; i += n) {
        for (n = 1; i + n < data->dataset_count &&
                    !strcmp(data->datasets[i].dataset_uuid, data->datasets[i + n].dataset_uuid);)
            n++;
        if (export_dataset(t, to, directory, data->datasets + i, n) < 0)
            return -1;
    }
    for (size_t i = 0; i < data->model_input_count; i++) {
        const struct run_model *m = &data->model_inputs[i];

        if (export_md5(&t->db, m->model_id, m->run_uuid, &id) < 0 ||
            write_edge(t, arena_printf(t->mem, "%s/inputs/%s", directory, id), input_types,
                       m->model_id, &none, NULL) < 0)
            return -1;
    }
    for (size_t i = 0; i < data->model_output_count; i++) {
        const struct run_model *m = &data->model_outputs[i];

        if (write_edge(t, arena_printf(t->mem, "%s/outputs/%s", directory, m->model_id),
                       output_types, m->model_id, &none, &m->step) < 0)
            return -1;
    }
    return 0;
}

static struct opt_int number_of(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 1; text && i < count; i++)
        if (!strcmp(names[i], text))
            return (struct opt_int){ (int64_t)i, true };
    return (struct opt_int){ 0 };
}

static int write_run_meta(struct transfer *t, const struct target *to, const char *directory,
                          const struct stored_run *r, const char *uri)
{
    static const char *const statuses[] = { "",         "RUNNING", "SCHEDULED",
                                            "FINISHED", "FAILED",  "KILLED" };
    static const char *const sources[] = { "", "NOTEBOOK", "JOB", "PROJECT", "LOCAL" };
    struct opt_int source = number_of(r->source_type, sources, 5);
    struct fields_ctx ctx = ctx_of(t);
    struct meta meta = meta_new(t->mem, 16);

    if (!source.set)
        source = (struct opt_int){ 1000, true }; /* UNKNOWN */
    meta_put_text(&meta, "artifact_uri", uri);
    if (r->deleted_time.set)
        meta_put_int(&meta, t->mem, "deleted_time", r->deleted_time);
    meta_put_int(&meta, t->mem, "end_time", r->end_time);
    meta_put_text(&meta, "entry_point_name", r->entry_point_name ? r->entry_point_name : "");
    meta_put_text(&meta, "experiment_id", id_text(t, to->experiment->experiment_id));
    meta_put_text(&meta, "lifecycle_stage", r->lifecycle_stage);
    meta_put_text(&meta, "run_id", r->run_uuid);
    meta_put_text(&meta, "run_name", r->name);
    meta_put_text(&meta, "source_name", r->source_name ? r->source_name : "");
    meta_put_int(&meta, t->mem, "source_type", source);
    meta_put_text(&meta, "source_version", r->source_version ? r->source_version : "");
    meta_put_int(&meta, t->mem, "start_time", r->start_time);
    meta_put_int(&meta, t->mem, "status", number_of(r->status, statuses, 6));
    meta_put_text(&meta, "user_id", r->user_id);
    return meta_write(&ctx, arena_printf(t->mem, "%s/meta.yaml", directory), &meta);
}

int export_run_files(struct transfer *t, struct target *to, const char *run_id)
{
    const char *directory = arena_printf(t->mem, "%s/%s", to->path, run_id), *uri;
    const struct run key = { .run_uuid = run_id, .experiment_id = to->experiment->experiment_id };
    struct fields_ctx ctx = ctx_of(t);
    struct run_data data;
    struct stored_run run = { 0 };

    if (files_make_directory(&ctx, directory) < 0 || export_run(&t->db, run_id, &run) < 0 ||
        run_data_read(&t->db, &key, 1, true, &data) < 0)
        return -1;
    uri = run.artifact_uri;
    if (export_pairs(t, arena_printf(t->mem, "%s/params", directory), data.params,
                     data.param_count) < 0 ||
        export_pairs(t, arena_printf(t->mem, "%s/tags", directory), data.tags, data.tag_count) <
            0 ||
        export_edges(t, to, directory, &data) < 0 || export_metrics(t, directory, run_id) < 0 ||
        export_artifacts(t, arena_printf(t->mem, "%s/artifacts", directory),
                         arena_printf(t->mem, "%s/%s/artifacts", to->uri, run_id), &uri) < 0 ||
        write_run_meta(t, to, directory, &run, uri) < 0)
        return -1;
    t->counts.runs++;
    t->counts.params += (int64_t)data.param_count;
    t->counts.tags += (int64_t)data.tag_count;
    return 0;
}

static int write_model_line(struct transfer *t, struct metric_file *file,
                            const struct model_metric *m)
{
    char buffer[40];

    if (m->dataset_name && (strchr(m->dataset_name, ' ') || strchr(m->dataset_digest, ' ')))
        return fail(t, INVALID_PARAMETER_VALUE,
                    "a metric of dataset '%s': a file store cannot hold blanks there.",
                    m->dataset_name);
    if (open_metric(t, file, m->key) < 0)
        return -1;
    fprintf(file->file, "%" PRId64 " %s %" PRId64 " %s", m->timestamp,
            value_text(buffer, m->value.value, !m->value.set), m->step, m->run_id);
    if (m->dataset_name && m->dataset_digest)
        fprintf(file->file, " %s %s", m->dataset_name, m->dataset_digest);
    fputc('\n', file->file);
    return 0;
}

static int export_model_metrics(struct transfer *t, const char *directory,
                                const struct model_data *data)
{
    struct metric_file file = { .directory = arena_printf(t->mem, "%s/metrics", directory) };
    struct fields_ctx ctx = ctx_of(t);

    if (files_make_directory(&ctx, file.directory) < 0)
        return -1;
    for (size_t i = 0; i < data->metric_count; i++)
        if (write_model_line(t, &file, &data->metrics[i]) < 0) {
            if (file.file)
                (void)fclose(file.file);
            free(file.key);
            return -1;
        }
    t->counts.points += (int64_t)data->metric_count;
    return close_metric(t, &file);
}

static int write_model_meta(struct transfer *t, const char *directory, const struct logged_model *m,
                            const char *uri)
{
    struct fields_ctx ctx = ctx_of(t);
    struct meta meta = meta_new(t->mem, 12);

    meta_put_text(&meta, "artifact_location", uri);
    meta_put_int(&meta, t->mem, "creation_timestamp", (struct opt_int){ m->created, true });
    meta_put_text(&meta, "experiment_id", id_text(t, m->experiment_id));
    meta_put_int(&meta, t->mem, "last_updated_timestamp", (struct opt_int){ m->updated, true });
    meta_put_text(&meta, "lifecycle_stage", m->lifecycle_stage);
    meta_put_text(&meta, "model_id", m->model_id);
    meta_put_text(&meta, "model_type", m->model_type);
    meta_put_text(&meta, "name", m->name);
    meta_put_text(&meta, "source_run_id", m->source_run_id);
    meta_put_int(&meta, t->mem, "status", (struct opt_int){ m->status, true });
    meta_put_text(&meta, "status_message", m->status_message);
    return meta_write(&ctx, arena_printf(t->mem, "%s/meta.yaml", directory), &meta);
}

int export_model_files(struct transfer *t, struct target *to, const char *model_id)
{
    const char *directory = arena_printf(t->mem, "%s/models/%s", to->path, model_id), *uri;
    struct logged_model model = { 0 };
    struct model_data data;

    if (logged_model_by_id(&t->db, model_id, true, &model) < 0 ||
        logged_model_data(&t->db, &model, 1, &data) < 0)
        return -1;
    uri = model.artifact_location;
    if (export_pairs(t, arena_printf(t->mem, "%s/params", directory), data.params,
                     data.param_count) < 0 ||
        export_pairs(t, arena_printf(t->mem, "%s/tags", directory), data.tags, data.tag_count) <
            0 ||
        export_model_metrics(t, directory, &data) < 0 ||
        export_artifacts(t, arena_printf(t->mem, "%s/artifacts", directory),
                         arena_printf(t->mem, "%s/models/%s/artifacts", to->uri, model_id),
                         &uri) < 0 ||
        write_model_meta(t, directory, &model, uri) < 0)
        return -1;
    t->counts.models++;
    t->counts.params += (int64_t)data.param_count;
    t->counts.tags += (int64_t)data.tag_count;
    return 0;
}
