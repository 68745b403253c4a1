/* Runs in groups, for the table of the UI: all that a search finds, not a page of it. */
#include "../store/groups.h"

#include <string.h>

#include "../store/rows.h"
#include "endpoints.h"
#include "grid.h"

enum {
    MOST_GROUPS = 500
};

static const struct enum_name order_names[] = {
    { "runs", GROUP_BY_RUNS }, { "keys", GROUP_BY_KEYS }, { "mean", GROUP_BY_MEAN },
    { "min", GROUP_BY_MIN },   { "max", GROUP_BY_MAX },   { NULL, 0 },
};

struct grid_groups_in {
    GRID_SEARCH;
    struct list by, columns;
    struct opt_enum order;
    struct opt_int order_column, best, limit, offset;
    struct opt_bool descending, best_is_least;
};
static const struct field grid_groups_fields[] = {
    GRID_SEARCH_FIELDS(grid_groups_in),
    LIST(grid_groups_in, by, column_in, column_in_fields, 0,
         "Columns by whose values runs are grouped, at most 5; all are one group when absent."),
    LIST(grid_groups_in, columns, column_in, column_in_fields, 0,
         "Columns of which count, mean, std, min and max are told, at most 40."),
    ENUM(grid_groups_in, order, order_names,
         "Of the groups: runs (when absent), keys, mean, min or max."),
    OPTIONAL(grid_groups_in, order_column, "For mean, min and max: which of columns; from 0."),
    OPTIONAL(grid_groups_in, descending, "True when absent for runs, else false."),
    OPTIONAL(grid_groups_in, best, "Which of columns says which run of a group is its best."),
    OPTIONAL(grid_groups_in, best_is_least, "The one with the least value."),
    WITH_DEFAULT(grid_groups_in, limit, 100, "Groups to give, at most 500."),
    OPTIONAL(grid_groups_in, offset, "Groups to skip."),
    FIELDS_END,
};
INPUT(grid_groups);

static int read_index(struct request *rq, const char *name, struct opt_int in, size_t count,
                      int64_t *index)
{
    if (!in.set)
        return 0;
    if (in.value < 0 || in.value >= (int64_t)count)
        return fail(rq, INVALID_PARAMETER_VALUE, "%s must be the place of one of columns, not %lld",
                    name, (long long)in.value);
    *index = in.value;
    return 0;
}

static int read_query(struct request *rq, const struct grid_groups_in *in, struct group_query *q)
{
    int64_t best = -1, order = 0;

    *q = (struct group_query){
        .by_count = in->by.count,
        .column_count = in->columns.count,
        .order = in->order.set ? (enum group_order)in->order.value : GROUP_BY_RUNS,
        .best_is_least = in->best_is_least.value,
        .limit = in->limit.value,
        .offset = in->offset.value,
    };
    if (check_range(rq, "limit", q->limit, MOST_GROUPS) < 0 ||
        check_range(rq, "offset", q->offset, INT64_MAX) < 0 ||
        check_range(rq, "The number of columns to group by", (int64_t)q->by_count, GROUPS_BY) < 0 ||
        check_range(rq, "The number of columns", (int64_t)q->column_count, GROUPS_COLUMNS) < 0 ||
        read_index(rq, "best", in->best, q->column_count, &best) < 0 ||
        read_index(rq, "order_column", in->order_column, q->column_count, &order) < 0)
        return -1;
    if (q->order >= GROUP_BY_MEAN && !in->order_column.set)
        return fail(rq, INVALID_PARAMETER_VALUE, "This order needs an order_column.");
    q->best = (int)best;
    q->order_column = (size_t)order;
    q->descending = in->descending.set ? in->descending.value : q->order == GROUP_BY_RUNS;
    return column_list_read(rq, &in->by, q->by) < 0
               ? -1
               : column_list_read(rq, &in->columns, q->columns);
}

static void write_value(struct out *out, const struct value *v)
{
    switch (v->type) {
    case VALUE_INT:
        out_int(out, NULL, v->i);
        break;
    case VALUE_REAL:
        out_real(out, NULL, v->r);
        break;
    case VALUE_TEXT:
        out_text_n(out, NULL, v->text.s, v->text.length);
        break;
    case VALUE_NULL:
    case VALUE_END:
        out_null(out, NULL);
        break;
    }
}

#define MEMBER(name)                                                                               \
    static const struct value *get_##name(const struct group_stat *s)                              \
    {                                                                                              \
        return &s->name;                                                                           \
    }
MEMBER(mean)
MEMBER(std)
MEMBER(min)
MEMBER(max)

static const struct {
    const char *name;
    const struct value *(*get)(const struct group_stat *);
} members[] = {
    { "mean", get_mean },
    { "std", get_std },
    { "min", get_min },
    { "max", get_max },
};

static void write_stats(struct out *out, const struct group *groups, size_t count, size_t column)
{
    out_object(out, NULL);
    out_array(out, "count");
    for (size_t i = 0; i < count; i++)
        out_int(out, NULL, groups[i].stats[column].count);
    out_end(out);
    for (size_t m = 0; m < sizeof(members) / sizeof(*members); m++) {
        out_array(out, members[m].name);
        for (size_t i = 0; i < count; i++)
            write_value(out, members[m].get(&groups[i].stats[column]));
        out_end(out);
    }
    out_end(out);
}

struct named {
    const char *run_uuid, *name;
    int64_t experiment_id;
};
static const struct field named_columns[] = {
    COLUMN(named, run_uuid),
    COLUMN(named, name),
    COLUMN(named, experiment_id),
    FIELDS_END,
};

/* The best run of each group; null where there is none. */
static int write_best(struct request *rq, const struct group *groups, size_t count)
{
    struct value *ids = arena_array(rq->mem, struct value, count + 1);
    struct named *runs = NULL;
    size_t wanted = 0, found = 0;

    for (size_t i = 0; i < count; i++)
        if (groups[i].best)
            ids[wanted++] = text(groups[i].best);
    if (wanted &&
        rows_of_ids(rq->db, "select_best_runs",
                    "SELECT run_uuid, name, experiment_id FROM runs WHERE run_uuid IN ", ids,
                    wanted, "", named_columns, sizeof(*runs), (void **)&runs, &found) < 0)
        return -1;
    out_array(&rq->out, "best");
    for (size_t i = 0; i < count; i++) {
        const struct named *run = NULL;

        for (size_t r = 0; groups[i].best && r < found && !run; r++)
            if (!strcmp(runs[r].run_uuid, groups[i].best))
                run = &runs[r];
        if (!run) {
            out_null(&rq->out, NULL);
            continue;
        }
        out_object(&rq->out, NULL);
        out_text(&rq->out, "run_id", run->run_uuid);
        out_int_text(&rq->out, "experiment_id", run->experiment_id);
        out_text(&rq->out, "run_name", run->name ? run->name : "");
        out_end(&rq->out);
    }
    out_end(&rq->out);
    return 0;
}

static void write_groups(struct out *out, const struct group_query *q, const struct group *groups,
                         size_t count)
{
    out_array(out, "values");
    for (size_t b = 0; b < q->by_count; b++) {
        out_array(out, NULL);
        for (size_t i = 0; i < count; i++)
            write_value(out, &groups[i].values[b]);
        out_end(out);
    }
    out_end(out);
    out_array(out, "runs");
    for (size_t i = 0; i < count; i++)
        out_int(out, NULL, groups[i].runs);
    out_end(out);
    out_array(out, "columns");
    for (size_t c = 0; c < q->column_count; c++)
        write_stats(out, groups, count, c);
    out_end(out);
}

int grid_groups(struct request *rq)
{
    const struct grid_groups_in *in = rq->in;
    struct group_query *q = arena_new(rq->mem, struct group_query);
    struct run_search search;
    struct group *groups;
    int64_t total;
    size_t count;

    if (read_query(rq, in, q) < 0 || grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0 ||
        groups_read(rq->db, q, &search, &groups, &count, &total) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "total", total);
    write_groups(&rq->out, q, groups, count);
    if (q->best >= 0 && write_best(rq, groups, count) < 0)
        return -1;
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}
