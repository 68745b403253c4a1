/* Who fills the artifact store: by experiment, by run, by folder. Nothing but the store knows
 * that, so files are counted; a request counts so many, gives what it has, and says where the
 * next one goes on. */
#include "../store/storage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../store/experiments.h"
#include "../store/runs.h"
#include "endpoints.h"
#include "fragments.h"
#include "grid.h"
#include "quota.h"
#include "sizes.h"

enum {
    MOST_LISTED = 500,
    MOST_ENTRIES = 1000,
    MOST_DELETED = 10000, /* deleted runs of an experiment that are looked at */
    MOST_SERIES = 100,
};

#define PAGE_FIELDS(struct_)                                                                       \
    OPTIONAL(struct_, after, "Where the last page ended: its next."),                              \
        WITH_DEFAULT(struct_, limit, 100, "Things to give, 1 to 500."), SIZES_FIELD(struct_)

static int begin_page(struct request *rq, struct opt_int limit, struct opt_int most_files,
                      struct sizes *sizes)
{
    if (limit.value < 1 || limit.value > MOST_LISTED)
        return fail(rq, INVALID_PARAMETER_VALUE, "limit must be between 1 and %d, not %" PRId64,
                    MOST_LISTED, limit.value);
    return sizes_begin(rq, most_files, sizes);
}

/* -------------------------------------------------------------------- experiments */

struct storage_experiment_list_in {
    const char *after;
    struct opt_int limit, most_files;
};
static const struct field storage_experiment_list_fields[] = {
    PAGE_FIELDS(storage_experiment_list_in),
    FIELDS_END,
};
INPUT(storage_experiment_list);

/* Whether what quotas have counted is what this experiment stores. */
static int is_recorded(struct request *rq, const struct stored_experiment *e)
{
    struct artifact_store store = store_of(rq);
    const char *path = "";
    int found;

    if (!e->bytes.set || !e->files.set)
        return 0;
    found =
        artifact_locate(&store, e->artifact_location ? e->artifact_location : "", &store, &path);
    if (found <= 0)
        return found;
    return quota_holds(rq, &store) &&
           !strcmp(path, arena_printf(rq->mem, "%" PRId64, e->experiment_id));
}

static int size_of_deleted(struct sizes *sizes, int64_t experiment_id, struct size *sum)
{
    struct stored_run *runs;
    size_t count;

    if (storage_deleted_runs(sizes->rq->db, experiment_id, MOST_DELETED, &runs, &count) < 0)
        return -1;
    sum->partial = count == MOST_DELETED;
    for (size_t i = 0; i < count && !sum->partial; i++) {
        struct size size;

        if (size_of_uri(sizes, runs[i].artifact_uri, &size) < 0)
            return -1;
        size.elsewhere = false; /* of others there is nothing to say */
        size_add(sum, &size);
    }
    return 0;
}

static int write_experiment(struct sizes *sizes, const struct stored_experiment *e)
{
    struct request *rq = sizes->rq;
    bool is_deleted = e->lifecycle_stage && !strcmp(e->lifecycle_stage, "deleted");
    int recorded = is_recorded(rq, e);
    struct size size = { .files = e->files.value, .bytes = e->bytes.value }, deleted = { 0 };

    if (recorded < 0 || (!recorded && size_of_uri(sizes, e->artifact_location, &size) < 0) ||
        (!is_deleted && size_of_deleted(sizes, e->experiment_id, &deleted) < 0))
        return -1;
    out_object(&rq->out, NULL);
    out_int_text(&rq->out, "experiment_id", e->experiment_id);
    out_text_if(&rq->out, "name", e->name);
    out_text_if(&rq->out, "lifecycle_stage", e->lifecycle_stage);
    out_int(&rq->out, "runs", e->runs);
    size_write(rq, "", &size);
    size_write(rq, "deleted_", is_deleted ? &size : &deleted);
    if (recorded)
        out_int(&rq->out, "counted_time", e->counted.value);
    out_end(&rq->out);
    return 0;
}

int storage_experiment_list(struct request *rq)
{
    const struct storage_experiment_list_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    bool is_first = !in->after || !*in->after;
    int64_t after = -1, total = 0;
    struct stored_experiment *found;
    struct sizes sizes = { .rq = rq };
    size_t count, i = 0;

    if (begin_page(rq, in->limit, in->most_files, &sizes) < 0 ||
        (!is_first && parse_experiment_id(&ctx, in->after, &after) < 0) ||
        storage_experiments_count(rq->db, &total) < 0 ||
        storage_experiments(rq->db, after, in->limit.value + 1, &found, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "total", total);
    out_array(&rq->out, "experiments");
    for (; i < count && i < (size_t)in->limit.value && (!i || sizes.left > 0); i++)
        if (write_experiment(&sizes, &found[i]) < 0)
            return -1;
    out_end(&rq->out);
    if (i && i < count)
        out_int_text(&rq->out, "next", found[i - 1].experiment_id);
    out_end(&rq->out);
    rq->rows = (int64_t)i;
    return 0;
}

/* --------------------------------------------------------------------------- runs */

struct storage_run_list_in {
    const char *experiment_id, *after;
    struct opt_int limit, most_files;
};
static const struct field storage_run_list_fields[] = {
    REQUIRED(storage_run_list_in, experiment_id, "The experiment."),
    PAGE_FIELDS(storage_run_list_in),
    FIELDS_END,
};
INPUT(storage_run_list);

static int write_run(struct sizes *sizes, const struct stored_run *run)
{
    struct request *rq = sizes->rq;
    struct size size;

    if (size_of_uri(sizes, run->artifact_uri, &size) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_text(&rq->out, "run_id", run->run_uuid);
    out_text_if(&rq->out, "run_name", run->name);
    out_text_if(&rq->out, "lifecycle_stage", run->lifecycle_stage);
    if (run->start_time.set)
        out_int(&rq->out, "start_time", run->start_time.value);
    size_write(rq, "", &size);
    out_end(&rq->out);
    return 0;
}

int storage_run_list(struct request *rq)
{
    const struct storage_run_list_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };
    struct stored_run *found;
    struct sizes sizes = { .rq = rq };
    int64_t id, total;
    size_t count, i = 0;

    if (begin_page(rq, in->limit, in->most_files, &sizes) < 0 ||
        parse_experiment_id(&ctx, in->experiment_id, &id) < 0 ||
        experiment_by_id(rq->db, id, &e) < 0 || storage_runs_count(rq->db, id, &total) < 0 ||
        storage_runs(rq->db, id, in->after ? in->after : "", in->limit.value + 1, &found, &count) <
            0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "total", total);
    out_array(&rq->out, "runs");
    for (; i < count && i < (size_t)in->limit.value && (!i || sizes.left > 0); i++)
        if (write_run(&sizes, &found[i]) < 0)
            return -1;
    out_end(&rq->out);
    if (i && i < count)
        out_text(&rq->out, "next", found[i - 1].run_uuid);
    out_end(&rq->out);
    rq->rows = (int64_t)i;
    return 0;
}

/* ------------------------------------------------------------------------ folders */

struct storage_folder_list_in {
    const char *run_id, *path;
    struct opt_int most_files;
};
static const struct field storage_folder_list_fields[] = {
    REQUIRED(storage_folder_list_in, run_id, "The run."),
    OPTIONAL(storage_folder_list_in, path, "A directory of its artifacts; the root when absent."),
    SIZES_FIELD(storage_folder_list_in),
    FIELDS_END,
};
INPUT(storage_folder_list);

struct entry {
    const struct artifact *artifact;
    struct size size;
};

static int by_bytes(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->size.bytes != y->size.bytes)
        return x->size.bytes > y->size.bytes ? -1 : 1;
    return strcmp(x->artifact->name, y->artifact->name);
}

static int measure_entries(struct sizes *sizes, const struct artifact_store *store,
                           const char *directory, const struct artifact *found, size_t count,
                           struct entry *entries)
{
    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct entry){ &found[i], { .files = 1, .bytes = found[i].size } };
        if (found[i].is_dir &&
            size_of_path(sizes, store, arena_printf(store->mem, "%s/%s", directory, found[i].name),
                         &entries[i].size) < 0)
            return -1;
    }
    if (count)
        qsort(entries, count, sizeof(*entries), by_bytes);
    return 0;
}

/* The largest ones, and what the others are together. */
static void write_entries(struct request *rq, const struct entry *entries, size_t count)
{
    struct size rest = { 0 };

    out_array(&rq->out, "entries");
    for (size_t i = 0; i < count; i++) {
        if (i >= MOST_ENTRIES) {
            size_add(&rest, &entries[i].size);
            continue;
        }
        out_object(&rq->out, NULL);
        out_text(&rq->out, "name", entries[i].artifact->name);
        out_bool(&rq->out, "is_dir", entries[i].artifact->is_dir);
        size_write(rq, "", &entries[i].size);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    if (count <= MOST_ENTRIES)
        return;
    out_object(&rq->out, "rest");
    out_int(&rq->out, "entries", (int64_t)count - MOST_ENTRIES);
    size_write(rq, "", &rest);
    out_end(&rq->out);
}

int storage_folder_list(struct request *rq)
{
    const struct storage_folder_list_in *in = rq->in;
    struct artifact_store store = store_of(rq);
    const char *path = in->path ? in->path : "", *full = "";
    struct artifact *found;
    struct entry *entries;
    struct run run = { 0 };
    struct sizes sizes = { .rq = rq };
    size_t count;

    if (sizes_begin(rq, in->most_files, &sizes) < 0 || artifact_path_read(&store, &path) < 0 ||
        run_by_id(rq->db, in->run_id, &run) < 0 ||
        artifacts_find(rq, &store, run.artifact_uri, path, "read", &full) < 0 ||
        artifact_entries(&store, full, &found, &count) < 0)
        return -1;
    entries = arena_array(rq->mem, struct entry, count);
    if (measure_entries(&sizes, &store, full, found, count, entries) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_text(&rq->out, "run_name", run.name ? run.name : "");
    out_int_text(&rq->out, "experiment_id", run.experiment_id);
    write_entries(rq, entries, count);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

/* ------------------------------------------------------------------------ metrics */

struct storage_series_list_in {
    const char *run_id;
};
static const struct field storage_series_list_fields[] = {
    REQUIRED(storage_series_list_in, run_id, "The run."),
    FIELDS_END,
};
INPUT(storage_series_list);

int storage_series_list(struct request *rq)
{
    const struct storage_series_list_in *in = rq->in;
    struct stored_series *series, sum;
    struct run run = { 0 };
    size_t count;

    if (run_by_id(rq->db, in->run_id, &run) < 0 ||
        storage_series(rq->db, in->run_id, MOST_SERIES, &series, &count, &sum) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "points", sum.points);
    out_array(&rq->out, "metrics");
    for (size_t i = 0; i < count; i++) {
        out_object(&rq->out, NULL);
        out_text(&rq->out, "key", series[i].key);
        out_int(&rq->out, "points", series[i].points);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}
