/* The trash: what is deleted, bringing it back, and deleting it for good. That somebody
 * deleted it is known, and when; not who, for MLflow's tables have no place for that. */
#include "../store/trash.h"

#include <inttypes.h>
#include <string.h>

#include "../purge.h"
#include "../store/experiments.h"
#include "endpoints.h"
#include "fragments.h"
#include "grid.h"
#include "quota.h"
#include "sizes.h"

enum {
    MOST_LISTED = 500,
    MOST_IDS = 1000,
    MOST_PURGED = 500,     /* things that one request deletes for good */
    MOST_ROWS = 300000,    /* rows of tables, the same */
    MOST_REMOVED = 20000,  /* files, the same, but for the last thing that it takes */
    MOST_MEASURED = 10000, /* things whose files a dry run counts */
};

#define PAGE                                                                                       \
    struct opt_int offset, limit, most_files;                                                      \
    struct opt_bool sizes
#define PAGE_FIELDS(struct_)                                                                       \
    OPTIONAL(struct_, offset, "Things to skip."),                                                  \
        WITH_DEFAULT(struct_, limit, 100, "Things to give, at most 500."), SIZES_FIELD(struct_),   \
        OPTIONAL(struct_, sizes, "Also count the files of each.")

struct page {
    PAGE;
};
#define PAGE_OF(in)                                                                                \
    (&(const struct page){ (in)->offset, (in)->limit, (in)->most_files, (in)->sizes })

static int begin_page(struct request *rq, const struct page *page, struct sizes *sizes)
{
    return check_range(rq, "limit", page->limit.value, MOST_LISTED) < 0 ||
                   check_range(rq, "offset", page->offset.value, INT64_MAX) < 0
               ? -1
               : sizes_begin(rq, page->most_files, sizes);
}

/* Of a thing in the list, if that is asked for and the request has looked at few enough files. */
static int write_size(struct request *rq, const struct page *page, struct sizes *sizes,
                      const char *uri)
{
    struct size size;

    if (!page->sizes.value || sizes->left <= 0)
        return 0;
    if (size_of_uri(sizes, uri, &size) < 0)
        return -1;
    size_write(rq, "", &size);
    return 0;
}

static void write_time(struct out *out, const char *key, struct opt_int time)
{
    if (time.set)
        out_int(out, key, time.value);
}

/* Things of one kind: total in all, of which things are the page. write() gives the members
 * of the one at i, and says where its files are. */
struct listing {
    const char *name;
    int64_t total;
    size_t count;
    const void *things;
    const char *(*write)(struct out *, const void *things, size_t i);
};

static int write_list(struct request *rq, const struct page *page, struct sizes *sizes,
                      const struct listing *list)
{
    out_object(&rq->out, NULL);
    out_int(&rq->out, "total", list->total);
    out_array(&rq->out, list->name);
    for (size_t i = 0; i < list->count; i++) {
        out_object(&rq->out, NULL);
        if (write_size(rq, page, sizes, list->write(&rq->out, list->things, i)) < 0)
            return -1;
        out_end(&rq->out);
    }
    out_end(&rq->out);
    out_end(&rq->out);
    rq->rows = (int64_t)list->count;
    return 0;
}

struct trash_experiment_list_in {
    PAGE;
};
static const struct field trash_experiment_list_fields[] = {
    PAGE_FIELDS(trash_experiment_list_in),
    FIELDS_END,
};
INPUT(trash_experiment_list);

static const char *write_experiment(struct out *out, const void *things, size_t i)
{
    const struct trashed_experiment *e = (const struct trashed_experiment *)things + i;

    out_int_text(out, "experiment_id", e->experiment_id);
    out_text(out, "name", e->name);
    write_time(out, "deleted_time", e->gone_time);
    out_int(out, "runs", e->runs);
    out_int(out, "active_runs", e->active_runs);
    return e->artifact_location;
}

int trash_experiment_list(struct request *rq)
{
    const struct trash_experiment_list_in *in = rq->in;
    struct listing list = { .name = "experiments", .write = write_experiment };
    struct trashed_experiment *found;
    struct sizes sizes = { .rq = rq };

    if (begin_page(rq, PAGE_OF(in), &sizes) < 0 ||
        trash_experiments_count(rq->db, &list.total) < 0 ||
        trash_experiments(rq->db, in->offset.value, in->limit.value, &found, &list.count) < 0)
        return -1;
    list.things = found;
    return write_list(rq, PAGE_OF(in), &sizes, &list);
}

struct trash_run_list_in {
    PAGE;
};
static const struct field trash_run_list_fields[] = {
    PAGE_FIELDS(trash_run_list_in),
    FIELDS_END,
};
INPUT(trash_run_list);

static const char *write_run(struct out *out, const void *things, size_t i)
{
    const struct trashed_run *run = (const struct trashed_run *)things + i;

    out_text(out, "run_id", run->run_uuid);
    out_text_if(out, "run_name", run->name);
    out_int_text(out, "experiment_id", run->experiment_id);
    out_text(out, "experiment_name", run->experiment_name);
    out_text_if(out, "user_id", run->user_id);
    out_text_if(out, "status", run->status);
    write_time(out, "start_time", run->start_time);
    write_time(out, "deleted_time", run->deleted_time);
    return run->artifact_uri;
}

int trash_run_list(struct request *rq)
{
    const struct trash_run_list_in *in = rq->in;
    struct listing list = { .name = "runs", .write = write_run };
    struct trashed_run *found;
    struct sizes sizes = { .rq = rq };

    if (begin_page(rq, PAGE_OF(in), &sizes) < 0 || trash_runs_count(rq->db, &list.total) < 0 ||
        trash_runs(rq->db, in->offset.value, in->limit.value, &found, &list.count) < 0)
        return -1;
    list.things = found;
    return write_list(rq, PAGE_OF(in), &sizes, &list);
}

/* -------------------------------------------------------------------- which of it */

#define WHICH                                                                                      \
    struct text_list run_ids, experiment_ids;                                                      \
    struct opt_bool everything
#define WHICH_FIELDS(struct_)                                                                      \
    OPTIONAL(struct_, run_ids, "Deleted runs; at most 1000."),                                     \
        OPTIONAL(struct_, experiment_ids, "Deleted experiments, with their runs; at most 1000."),  \
        OPTIONAL(struct_, everything, "All that is deleted, instead.")

struct which {
    WHICH;
};
#define WHICH_OF(in)                                                                               \
    (&(const struct which){ (in)->run_ids, (in)->experiment_ids, (in)->everything })

static int check_which(struct request *rq, const struct which *which)
{
    bool named = which->run_ids.count || which->experiment_ids.count;

    if (check_range(rq, "The number of runs", (int64_t)which->run_ids.count, MOST_IDS) < 0 ||
        check_range(rq, "The number of experiments", (int64_t)which->experiment_ids.count,
                    MOST_IDS) < 0)
        return -1;
    if (named == which->everything.value)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Say what is meant: run_ids and experiment_ids, or everything.");
    return 0;
}

struct trash_restore_in {
    WHICH;
};
static const struct field trash_restore_fields[] = {
    WHICH_FIELDS(trash_restore_in),
    FIELDS_END,
};
INPUT(trash_restore);

static int restore_experiments(struct request *rq, const struct which *which, int64_t *restored)
{
    size_t count = which->experiment_ids.count;
    int64_t *ids;

    if ((which->everything.value ? trash_experiment_ids(rq->db, &ids, &count)
                                 : read_experiment_ids(rq, &which->experiment_ids, &ids)) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (experiment_set_deleted(rq->db, ids[i], false, now_ms()) < 0)
            return -1;
    *restored = (int64_t)count;
    return 0;
}

int trash_restore(struct request *rq)
{
    const struct trash_restore_in *in = rq->in;
    const struct which *which = WHICH_OF(in);
    int64_t experiments = 0, runs = 0;

    if (check_which(rq, which) < 0 || restore_experiments(rq, which, &experiments) < 0)
        return -1;
    if ((which->everything.value || which->run_ids.count) &&
        trash_restore_runs(rq->db, &which->run_ids, &runs) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "experiments", experiments);
    out_int(&rq->out, "runs", runs);
    out_end(&rq->out);
    rq->rows = experiments + runs;
    return 0;
}

/* --------------------------------------------------------------------- for good */

struct trash_purge_in {
    WHICH;
    struct opt_bool dry_run;
    struct opt_int limit, most_files;
};
static const struct field trash_purge_fields[] = {
    WHICH_FIELDS(trash_purge_in),
    OPTIONAL(trash_purge_in, dry_run, "Say how much it would be, and change nothing."),
    WITH_DEFAULT(trash_purge_in, limit, 100, "Things to delete in this request, 1 to 500."),
    SIZES_FIELD(trash_purge_in),
    FIELDS_END,
};
INPUT(trash_purge);

/* What a request has done, or would do. */
struct work {
    struct request *rq;
    struct purge purge;
    struct garbage garbage;
    int64_t limit, rows;
    int64_t done[GARBAGE_EXPERIMENT + 1];
    struct artifact_total removed;
};

/* Quotas count what is removed as free. */
static int give_back(struct work *w, const struct garbage_item *item)
{
    struct artifact_store store;
    const char *path = NULL;
    int found = purge_locate(&w->purge, item->artifact_uri, &store, &path);

    return found <= 0 ? found : quota_give(w->rq, &store, path);
}

static bool is_enough(const struct work *w)
{
    return w->limit <= 0 || w->rows <= 0 || w->removed.files >= MOST_REMOVED;
}

/* 1: all of them are gone, 0: some are left. */
static int purge_all(struct work *w, enum garbage_kind kind, const struct garbage_item *items,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(w->rq->mem);
        struct artifact_total total;
        int purged;

        if (is_enough(w))
            return 0;
        if (items[i].active_runs)
            continue;
        if (give_back(w, &items[i]) < 0)
            return -1;
        purged = purge_item(&w->purge, kind, &items[i], &total, &w->rows);
        if (purged < 0)
            return -1;
        w->removed.files += total.files;
        w->removed.bytes += total.bytes;
        w->done[kind] += purged == PURGED;
        w->limit--;
        request_progress(w->rq);
        arena_release(w->rq->mem, mark);
    }
    return 1;
}

/* An experiment goes when its runs are gone. */
static int purge_some(struct work *w)
{
    const struct garbage *g = &w->garbage;
    int all = purge_all(w, GARBAGE_RUN, g->runs, g->run_count);

    if (all > 0)
        all = purge_all(w, GARBAGE_MODEL, g->models, g->model_count);
    if (all > 0)
        all = purge_all(w, GARBAGE_EXPERIMENT, g->experiments, g->experiment_count);
    return all < 0 ? -1 : 0;
}

/* An experiment's directory holds those of its runs, which are not counted again: what lies
 * in it beside them is what the experiment adds. */
static int measure_all(struct sizes *sizes, const struct garbage_item *items, size_t count,
                       struct size *sum)
{
    for (size_t i = 0; i < count; i++) {
        struct size size;

        if (sizes->left <= 0)
            sum->partial = true;
        if (sum->partial)
            return 0;
        if (items[i].active_runs)
            continue;
        if (size_of_uri(sizes, items[i].artifact_uri, &size) < 0)
            return -1;
        size_add(sum, &size);
    }
    return 0;
}

static bool is_below(const char *uri, const char *home)
{
    size_t length = home ? strlen(home) : 0;

    return length && uri && !strncmp(uri, home, length) &&
           (home[length - 1] == '/' || uri[length] == '/');
}

/* Leaves out what lies in the directory of an experiment that goes as well. */
static size_t outside(const struct garbage *g, struct garbage_item *items, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        bool inside = false;

        for (size_t k = 0; k < g->experiment_count && !inside; k++)
            inside = !g->experiments[k].active_runs &&
                     is_below(items[i].artifact_uri, g->experiments[k].artifact_uri);
        if (!inside)
            items[kept++] = items[i];
    }
    return kept;
}

static int measure(struct request *rq, struct garbage *g, struct opt_int most_files,
                   struct size *sum)
{
    struct sizes sizes = { .rq = rq };
    bool all = g->run_count < MOST_MEASURED && g->experiment_count < MOST_MEASURED &&
               g->model_count < MOST_MEASURED;

    *sum = (struct size){ .partial = false };
    if (sizes_begin(rq, most_files, &sizes) < 0)
        return -1;
    g->run_count = outside(g, g->runs, g->run_count);
    g->model_count = outside(g, g->models, g->model_count);
    if (measure_all(&sizes, g->experiments, g->experiment_count, sum) < 0 ||
        measure_all(&sizes, g->runs, g->run_count, sum) < 0 ||
        measure_all(&sizes, g->models, g->model_count, sum) < 0)
        return -1;
    sum->partial |= !all;
    return 0;
}

static void write_counts(struct out *out, int64_t runs, int64_t models, int64_t experiments)
{
    out_int(out, "runs", runs);
    out_int(out, "logged_models", models);
    out_int(out, "experiments", experiments);
}

static int dry_run(struct request *rq, struct garbage_wish *wish, struct opt_int most_files)
{
    struct garbage_count count;
    struct garbage garbage;
    struct size size;

    wish->limit = MOST_MEASURED;
    if (garbage_find(rq->db, wish, &garbage) < 0 || garbage_count(rq->db, wish, &count) < 0 ||
        measure(rq, &garbage, most_files, &size) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_counts(&rq->out, count.runs, count.models, count.experiments);
    out_int(&rq->out, "staying_experiments", count.staying);
    size_write(rq, "", &size);
    out_end(&rq->out);
    return 0;
}

static int purge(struct request *rq, struct garbage_wish *wish, int64_t limit)
{
    struct work w = {
        .rq = rq,
        .purge = { rq->db, rq->config, true },
        .limit = limit,
        .rows = MOST_ROWS,
    };
    struct garbage_count left;

    wish->limit = limit;
    if (garbage_find(rq->db, wish, &w.garbage) < 0 || purge_some(&w) < 0 ||
        garbage_count(rq->db, wish, &left) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_counts(&rq->out, w.done[GARBAGE_RUN], w.done[GARBAGE_MODEL], w.done[GARBAGE_EXPERIMENT]);
    out_int(&rq->out, "bytes", w.removed.bytes);
    out_int(&rq->out, "files", w.removed.files);
    out_int(&rq->out, "left", left.runs + left.models + left.experiments);
    out_int(&rq->out, "staying_experiments", left.staying);
    out_end(&rq->out);
    rq->rows = w.done[GARBAGE_RUN] + w.done[GARBAGE_MODEL] + w.done[GARBAGE_EXPERIMENT];
    return 0;
}

int trash_purge(struct request *rq)
{
    const struct trash_purge_in *in = rq->in;
    const struct which *which = WHICH_OF(in);
    struct garbage_wish wish = {
        .now = now_ms(),
        .run_ids = which->run_ids,
        .experiment_ids = which->experiment_ids,
        .gone_is_fine = true,
    };
    int64_t *ids;

    if (check_which(rq, which) < 0 || read_experiment_ids(rq, &which->experiment_ids, &ids) < 0)
        return -1;
    if (in->limit.value < 1 || in->limit.value > MOST_PURGED)
        return fail(rq, INVALID_PARAMETER_VALUE, "limit must be between 1 and %d, not %" PRId64,
                    MOST_PURGED, in->limit.value);
    for (size_t i = 0; i < wish.experiment_ids.count; i++) /* as the database writes them */
        wish.experiment_ids.items[i] = arena_printf(rq->mem, "%" PRId64, ids[i]);
    return in->dry_run.value ? dry_run(rq, &wish, in->most_files)
                             : purge(rq, &wish, in->limit.value);
}
