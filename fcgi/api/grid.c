/* The grid of the UI: runs of one, several or all experiments, as columns. What it finds
 * and how it is sorted is that of runs/search; MLflow's API has neither totals nor
 * any offset nor a choice of columns. */
#include "../store/grid.h"

#include <math.h>
#include <string.h>

#include "../search/search.h"
#include "endpoints.h"
#include "grid.h"

enum {
    MOST_RUNS = 500,
    MOST_COLUMNS = 100,
    MOST_SAMPLED = 500,
    MOST_COUNTED = 20000, /* beside a page */
};

int grid_search_read(struct request *rq, const struct grid_search *in, struct run_search *search)
{
    struct text_list *order_by = arena_alloc(rq->mem, sizeof(*order_by));
    int64_t *ids;

    if (read_experiment_ids(rq, &in->experiment_ids, &ids) < 0)
        return -1;
    *order_by = in->order_by; /* *in may be gone before the search is made */
    *search = (struct run_search){
        .experiment_ids = ids,
        .experiment_count = in->experiment_ids.count,
        .everywhere = in->experiment_ids.count == 0,
        .filter = in->filter,
        .order_by = order_by,
        .view = in->run_view_type.set ? (enum view_type)in->run_view_type.value : VIEW_ACTIVE_ONLY,
    };
    return 0;
}

/* The runs of a page. The search gives one more, to tell that there are more. */
static int read_page(struct request *rq, struct run_search *search, int64_t offset, int64_t limit,
                     struct run **runs, size_t *count)
{
    search->offset = offset;
    search->max_results = limit;
    if (run_search_rows(rq->db, search, runs, count) < 0)
        return -1;
    if (*count > (size_t)limit)
        *count = (size_t)limit;
    return 0;
}

int check_range(struct request *rq, const char *name, int64_t value, int64_t most)
{
    if (value >= 0 && value <= most)
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE, "%s must be between 0 and %lld, not %lld", name,
                (long long)most, (long long)value);
}

/* ------------------------------------------------------------------------ runs/query */

struct grid_column_in {
    struct opt_enum kind, value;
    const char *key;
    struct opt_int step;
};
static const struct enum_name kind_names[] = {
    { "metric", GRID_METRIC }, { "param", GRID_PARAM }, { "tag", GRID_TAG }, { NULL, 0 }
};
static const struct enum_name value_names[] = {
    { "latest", GRID_LATEST }, { "min", GRID_MIN }, { "max", GRID_MAX }, { "best", GRID_BEST },
    { "points", GRID_POINTS }, { "at", GRID_AT },   { NULL, 0 },
};
static const struct field grid_column_fields[] = {
    ENUM(grid_column_in, kind, kind_names, "metric, param or tag."),
    REQUIRED(grid_column_in, key, "Its name."),
    ENUM(grid_column_in, value, value_names, "Of a metric: latest, min, max, best, points or at."),
    OPTIONAL(grid_column_in, step, "For at."),
    FIELDS_END,
};

struct grid_query_in {
    GRID_SEARCH;
    struct list columns;
    struct opt_int offset, limit;
    struct opt_bool total, tree, roots;
    const char *parent;
};
static const struct field grid_query_fields[] = {
    GRID_SEARCH_FIELDS(grid_query_in),
    LIST(grid_query_in, columns, grid_column_in, grid_column_fields, 0, "At most 100."),
    OPTIONAL(grid_query_in, offset, "Runs to skip."),
    WITH_DEFAULT(grid_query_in, limit, 100, "Runs to give, at most 500."),
    OPTIONAL(grid_query_in, total, "Count all runs that are found."),
    OPTIONAL(grid_query_in, tree,
             "Only runs that are below none that is found, and of each how many are below it."),
    OPTIONAL(grid_query_in, parent, "Of a tree: the runs right below this one instead."),
    OPTIONAL(grid_query_in, roots,
             "Of a tree: count the runs that are below none. With total, not among more than 20000 "
             "runs: that takes longer than a page."),
    FIELDS_END,
};
INPUT(grid_query);

static int read_columns(struct request *rq, const struct list *list, struct grid_column *columns)
{
    const struct grid_column_in *in = list->items;

    for (size_t i = 0; i < list->count; i++) {
        if (!in[i].kind.set || !in[i].key)
            return fail(rq, INVALID_PARAMETER_VALUE,
                        "A column needs a key and a kind: metric, param or tag.");
        columns[i] = (struct grid_column){
            .kind = (enum grid_kind)in[i].kind.value,
            .key = in[i].key,
            .value = in[i].value.set ? (enum grid_value)in[i].value.value : GRID_LATEST,
            .step = in[i].step.value,
        };
    }
    return 0;
}

static void write_text(struct out *out, const char *value)
{
    if (value)
        out_text(out, NULL, value);
    else
        out_null(out, NULL);
}

static void write_time(struct out *out, struct opt_int time)
{
    if (time.set)
        out_int(out, NULL, time.value);
    else
        out_null(out, NULL);
}

#define MEMBER(name, ...)                                                                          \
    static void write_##name(struct out *out, const struct run *run)                               \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
MEMBER(run_id, out_text(out, NULL, run->run_uuid))
MEMBER(experiment_id, out_int_text(out, NULL, run->experiment_id))
MEMBER(run_name, write_text(out, run->name))
MEMBER(user_id, write_text(out, run->user_id))
MEMBER(status, write_text(out, run->status))
MEMBER(start_time, write_time(out, run->start_time))
MEMBER(end_time, write_time(out, run->end_time))
MEMBER(lifecycle_stage, write_text(out, run->lifecycle_stage))

/* What every row of the grid has: one array of each. */
static const struct {
    const char *name;
    void (*write)(struct out *, const struct run *);
} members[] = {
    { "run_id", write_run_id },     { "experiment_id", write_experiment_id },
    { "run_name", write_run_name }, { "user_id", write_user_id },
    { "status", write_status },     { "start_time", write_start_time },
    { "end_time", write_end_time }, { "lifecycle_stage", write_lifecycle_stage },
};

static void write_runs(struct out *out, const struct run *runs, size_t count)
{
    for (size_t m = 0; m < sizeof(members) / sizeof(*members); m++) {
        out_array(out, members[m].name);
        for (size_t i = 0; i < count; i++)
            members[m].write(out, &runs[i]);
        out_end(out);
    }
}

static void write_cell(struct out *out, const struct grid_cell *cell)
{
    if (!cell->set)
        out_null(out, NULL);
    else if (cell->text)
        out_text(out, NULL, cell->text);
    else
        out_real(out, NULL, cell->is_nan ? NAN : cell->number);
}

static int write_columns(struct request *rq, const struct run *runs, size_t count,
                         const struct grid_column *columns, size_t column_count)
{
    struct grid_cell *cells = arena_array(rq->mem, struct grid_cell, count * column_count);

    if (grid_read(rq->db, runs, count, columns, column_count, cells) < 0)
        return -1;
    out_array(&rq->out, "columns");
    for (size_t c = 0; c < column_count; c++) {
        out_array(&rq->out, NULL);
        for (size_t r = 0; r < count; r++)
            write_cell(&rq->out, &cells[c * count + r]);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    return 0;
}

static enum tree_level level_of(const struct grid_query_in *in)
{
    if (!in->tree.value)
        return TREE_NONE;
    return in->parent ? TREE_CHILDREN : TREE_ROOTS;
}

/* All that is found at any level; of the runs below one, those. */
static int write_total(struct request *rq, const struct run_search *search, int64_t *total)
{
    struct run_search counted = *search;

    if (counted.level == TREE_ROOTS)
        counted.level = TREE_NONE;
    if (run_search_count(rq->db, &counted, total) < 0)
        return -1;
    out_int(&rq->out, "total", *total);
    return 0;
}

/* A look at each run that is found. */
static int write_roots(struct request *rq, const struct run_search *search)
{
    int64_t roots;

    if (run_search_count(rq->db, search, &roots) < 0)
        return -1;
    out_int(&rq->out, "roots", roots);
    return 0;
}

static int write_totals(struct request *rq, const struct grid_query_in *in,
                        const struct run_search *search)
{
    int64_t total = 0;

    if (in->total.value && write_total(rq, search, &total) < 0)
        return -1;
    if (!in->roots.value || search->level != TREE_ROOTS || total > MOST_COUNTED)
        return 0;
    return write_roots(rq, search);
}

static int write_children(struct request *rq, const struct run_search *search,
                          const struct run *runs, size_t count)
{
    int64_t *children = arena_array(rq->mem, int64_t, count);

    if (run_search_children(rq->db, search, runs, count, children) < 0)
        return -1;
    out_array(&rq->out, "children");
    for (size_t i = 0; i < count; i++)
        out_int(&rq->out, NULL, children[i]);
    out_end(&rq->out);
    return 0;
}

int grid_query(struct request *rq)
{
    const struct grid_query_in *in = rq->in;
    struct grid_column *columns = arena_array(rq->mem, struct grid_column, in->columns.count);
    struct run_search search;
    struct run *runs;
    size_t count;

    if (check_range(rq, "limit", in->limit.value, MOST_RUNS) < 0 ||
        check_range(rq, "offset", in->offset.value, INT64_MAX) < 0 ||
        check_range(rq, "The number of columns", (int64_t)in->columns.count, MOST_COLUMNS) < 0 ||
        read_columns(rq, &in->columns, columns) < 0 ||
        grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0)
        return -1;
    search.level = level_of(in);
    search.parent = in->parent;
    if (read_page(rq, &search, in->offset.value, in->limit.value, &runs, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    if (write_totals(rq, in, &search) < 0)
        return -1;
    write_runs(&rq->out, runs, count);
    if (in->tree.value && write_children(rq, &search, runs, count) < 0)
        return -1;
    if (write_columns(rq, runs, count, columns, in->columns.count) < 0)
        return -1;
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

/* ------------------------------------------------------------------------- runs/keys */

struct grid_keys_in {
    GRID_SEARCH;
    struct opt_int sample;
};
static const struct field grid_keys_fields[] = {
    GRID_SEARCH_FIELDS(grid_keys_in),
    WITH_DEFAULT(grid_keys_in, sample, 200,
                 "The first so many of the runs that are found are looked at; at most 500."),
    FIELDS_END,
};
INPUT(grid_keys);

static int write_keys(struct request *rq, const char *name, enum grid_kind kind,
                      const struct run *runs, size_t run_count)
{
    struct grid_key *keys;
    size_t count;

    if (grid_keys_read(rq->db, kind, runs, run_count, &keys, &count) < 0)
        return -1;
    out_array(&rq->out, name);
    for (size_t i = 0; i < count; i++) {
        out_object(&rq->out, NULL);
        out_text(&rq->out, "key", keys[i].key);
        out_int(&rq->out, "runs", keys[i].runs);
        out_int(&rq->out, "values", keys[i].values);
        if (keys[i].low.set)
            out_real(&rq->out, "min", keys[i].low.value);
        if (keys[i].high.set)
            out_real(&rq->out, "max", keys[i].high.value);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    return 0;
}

int grid_keys(struct request *rq)
{
    const struct grid_keys_in *in = rq->in;
    struct run_search search;
    struct run *runs;
    size_t count;

    if (check_range(rq, "sample", in->sample.value, MOST_SAMPLED) < 0 ||
        grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0 ||
        read_page(rq, &search, 0, in->sample.value, &runs, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "runs", (int64_t)count);
    if (write_keys(rq, "metrics", GRID_METRIC, runs, count) < 0 ||
        write_keys(rq, "params", GRID_PARAM, runs, count) < 0 ||
        write_keys(rq, "tags", GRID_TAG, runs, count) < 0)
        return -1;
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

/* ----------------------------------------------------------------------- runs/facets */

struct grid_facets_in {
    GRID_SEARCH;
    struct opt_enum kind;
    const char *key;
    struct opt_int limit;
};
static const struct field grid_facets_fields[] = {
    GRID_SEARCH_FIELDS(grid_facets_in),
    ENUM(grid_facets_in, kind, kind_names, "param or tag."),
    REQUIRED(grid_facets_in, key, "Its name."),
    WITH_DEFAULT(grid_facets_in, limit, 20, "Values to give, at most 500."),
    FIELDS_END,
};
INPUT(grid_facets);

int grid_facets(struct request *rq)
{
    const struct grid_facets_in *in = rq->in;
    struct run_search search;
    struct grid_facet *facets;
    size_t count;

    if (!in->kind.set || in->kind.value == GRID_METRIC)
        return fail(rq, INVALID_PARAMETER_VALUE, "kind must be param or tag");
    if (check_range(rq, "limit", in->limit.value, MOST_RUNS) < 0 ||
        grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0 ||
        grid_facets_read(rq->db, (enum grid_kind)in->kind.value, in->key, &search, in->limit.value,
                         &facets, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_array(&rq->out, "values");
    for (size_t i = 0; i < count; i++) {
        out_object(&rq->out, NULL);
        out_text(&rq->out, "value", facets[i].value ? facets[i].value : "");
        out_int(&rq->out, "runs", facets[i].runs);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

/* ---------------------------------------------------------------------- runs/changes */

struct grid_changes_in {
    GRID_SEARCH;
    struct text_list run_ids, revisions;
    struct opt_bool total;
};
static const struct field grid_changes_fields[] = {
    GRID_SEARCH_FIELDS(grid_changes_in),
    OPTIONAL(grid_changes_in, run_ids, "Runs that the caller shows; at most 500."),
    OPTIONAL(grid_changes_in, revisions, "What an earlier call said of each; empty: nothing yet."),
    OPTIONAL(grid_changes_in, total, "Count all runs that are found."),
    FIELDS_END,
};
INPUT(grid_changes);

/* The revisions as texts, those of runs that are as the caller knows them left out. */
static void write_changes(struct request *rq, const struct grid_changes_in *in,
                          const int64_t *revisions)
{
    out_array(&rq->out, "changed");
    for (size_t i = 0; i < in->run_ids.count; i++) {
        const char *now = arena_printf(rq->mem, "%llx", (unsigned long long)revisions[i]);

        if (i < in->revisions.count && !strcmp(in->revisions.items[i], now))
            continue;
        out_object(&rq->out, NULL);
        out_text(&rq->out, "run_id", in->run_ids.items[i]);
        out_text(&rq->out, "revision", now);
        out_end(&rq->out);
        rq->rows++;
    }
    out_end(&rq->out);
}

int grid_changes(struct request *rq)
{
    const struct grid_changes_in *in = rq->in;
    size_t count = in->run_ids.count;
    struct run *runs = arena_array(rq->mem, struct run, count);
    int64_t *revisions = arena_array(rq->mem, int64_t, count), total = 0;
    struct run_search search;

    if (check_range(rq, "The number of runs", (int64_t)count, MOST_RUNS) < 0 ||
        grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0 ||
        (in->total.value && run_search_count(rq->db, &search, &total) < 0))
        return -1;
    for (size_t i = 0; i < count; i++)
        runs[i] = (struct run){ .run_uuid = in->run_ids.items[i] };
    if (grid_revisions(rq->db, runs, count, revisions) < 0)
        return -1;
    out_object(&rq->out, NULL);
    if (in->total.value)
        out_int(&rq->out, "total", total);
    write_changes(rq, in, revisions);
    out_end(&rq->out);
    return 0;
}
