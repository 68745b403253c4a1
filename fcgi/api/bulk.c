/* One change to a selection of runs. A selection is a search, less some runs, so that
 * a page need not know the ids of the 12,431 runs it speaks of. */
#include "../store/bulk.h"

#include <stdlib.h>
#include <string.h>

#include "../store/experiments.h"
#include "../store/tags.h"
#include "endpoints.h"
#include "grid.h"

enum {
    MOST_IDS = 10000
};

static const struct enum_name operation_names[] = {
    { "delete", BULK_DELETE },
    { "restore", BULK_RESTORE },
    { "set_tag", BULK_SET_TAG },
    { "delete_tag", BULK_DELETE_TAG },
    { "move", BULK_MOVE },
    { "set_status", BULK_SET_STATUS },
    { NULL, 0 },
};

struct run_bulk_in {
    GRID_SEARCH;
    struct text_list run_ids, except_run_ids;
    struct opt_enum operation, status;
    const char *key, *value, *experiment_id;
    struct list each;
    struct opt_bool everything, dry_run, keep;
};
static const struct field run_bulk_fields[] = {
    GRID_SEARCH_FIELDS(run_bulk_in),
    OPTIONAL(run_bulk_in, run_ids, "These runs, instead of a search; at most 10000."),
    OPTIONAL(run_bulk_in, except_run_ids, "But not these; at most 10000."),
    ENUM(run_bulk_in, operation, operation_names,
         "delete, restore, set_tag, delete_tag, move or set_status."),
    OPTIONAL(run_bulk_in, key, "Of the tag; mlflow.runName renames."),
    OPTIONAL(run_bulk_in, value, "Of the tag."),
    OPTIONAL(run_bulk_in, experiment_id, "Where the runs move to."),
    ENUM(run_bulk_in, status, run_status_names, "Their new status."),
    LIST(run_bulk_in, each, bulk_value, bulk_value_fields, 0,
         "For set_tag and set_status: runs with a value of their own; at most 10000."),
    OPTIONAL(run_bulk_in, everything,
             "Said by who means all runs: a search of all experiments without a filter."),
    OPTIONAL(run_bulk_in, dry_run, "Say how many runs it would be, and change nothing."),
    OPTIONAL(run_bulk_in, keep,
             "Also say what they were before, as each has it, of at most 100000 runs."),
    FIELDS_END,
};
INPUT(run_bulk);

static int read_tag(struct request *rq, const struct run_bulk_in *in, struct bulk *bulk)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };

    bulk->tag = (struct key_value){ in->key, in->value ? in->value : "" };
    if (validate_tag(&ctx, &bulk->tag, "") < 0)
        return -1;
    if (bulk->operation == BULK_SET_TAG && !strcmp(bulk->tag.key, run_name_tag) &&
        !*bulk->tag.value)
        return fail(rq, INVALID_PARAMETER_VALUE, "A run's name cannot be empty.");
    return 0;
}

static bool is_status(const char *name)
{
    for (const struct enum_name *n = run_status_names; n->name; n++)
        if (!strcmp(n->name, name))
            return true;
    return false;
}

/* Each run its own value: the same rules as for one of all. */
static int read_each(struct request *rq, const struct run_bulk_in *in, struct bulk *bulk)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const struct bulk_value *each = in->each.items;

    if (bulk->operation != BULK_SET_TAG && bulk->operation != BULK_SET_STATUS)
        return fail(rq, INVALID_PARAMETER_VALUE, "each is for set_tag and set_status.");
    if (check_range(rq, "The number of runs", (int64_t)in->each.count, MOST_IDS) < 0)
        return -1;
    for (size_t i = 0; i < in->each.count; i++) {
        struct key_value tag = { in->key, each[i].value ? each[i].value : "" };

        if (bulk->operation == BULK_SET_STATUS) {
            if (!each[i].value || !is_status(each[i].value))
                return fail(rq, INVALID_PARAMETER_VALUE, "each[%zu] needs the name of a status.",
                            i);
            continue;
        }
        if (validate_tag(&ctx, &tag, "") < 0)
            return -1;
        if (!strcmp(tag.key, run_name_tag) && each[i].value && !*tag.value)
            return fail(rq, INVALID_PARAMETER_VALUE, "A run's name cannot be empty.");
    }
    bulk->tag.key = in->key;
    bulk->each = each;
    return 0;
}

static int read_target(struct request *rq, const struct run_bulk_in *in, struct bulk *bulk)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };

    if (!in->experiment_id || !*in->experiment_id)
        return fail(rq, INVALID_PARAMETER_VALUE, "move needs an experiment_id.");
    return parse_experiment_id(&ctx, in->experiment_id, &bulk->experiment_id) < 0
               ? -1
               : experiment_must_be_active(rq->db, bulk->experiment_id, &e);
}

static int read_operation(struct request *rq, const struct run_bulk_in *in, struct bulk *bulk)
{
    if (!in->operation.set)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "operation must be one of delete, restore, set_tag, delete_tag, move and "
                    "set_status.");
    *bulk = (struct bulk){ .operation = (enum bulk_operation)in->operation.value, .now = now_ms() };
    if (in->each.count)
        return read_each(rq, in, bulk);
    switch (bulk->operation) {
    case BULK_SET_TAG:
    case BULK_DELETE_TAG:
        return read_tag(rq, in, bulk);
    case BULK_MOVE:
        return read_target(rq, in, bulk);
    case BULK_SET_STATUS:
        if (!in->status.set)
            return fail(rq, INVALID_PARAMETER_VALUE, "set_status needs a status.");
        bulk->status = run_status(in->status.value);
        return 0;
    case BULK_DELETE:
    case BULK_RESTORE:
        break;
    }
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Takes the exceptions out of ids. */
static size_t leave_out(const struct text_list *except, const char **ids, size_t count)
{
    size_t kept = 0;

    if (!except->count)
        return count;
    qsort((void *)except->items, except->count, sizeof(*except->items), by_text);
    for (size_t i = 0; i < count; i++)
        if (!bsearch((const void *)&ids[i], (const void *)except->items, except->count,
                     sizeof(*except->items), by_text))
            ids[kept++] = ids[i];
    return kept;
}

static int find_runs(struct request *rq, const struct run_bulk_in *in, const char ***ids,
                     size_t *count)
{
    struct run_search search;

    if (check_range(rq, "The number of runs", (int64_t)in->run_ids.count, MOST_IDS) < 0 ||
        check_range(rq, "The number of exceptions", (int64_t)in->except_run_ids.count, MOST_IDS) <
            0)
        return -1;
    if (in->each.count) {
        const struct bulk_value *each = in->each.items;

        *count = in->each.count;
        *ids = arena_array(rq->mem, const char *, *count);
        for (size_t i = 0; i < *count; i++)
            (*ids)[i] = each[i].run_id;
        return 0;
    }
    *ids = in->run_ids.items;
    *count = in->run_ids.count;
    if (!*count) {
        if (!in->experiment_ids.count && !(in->filter && *in->filter) && !in->everything.value)
            return fail(rq, INVALID_PARAMETER_VALUE,
                        "Say which runs: run_ids, experiment_ids, a filter, or everything.");
        if (grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0 ||
            bulk_find(rq->db, &search, ids, count) < 0)
            return -1;
    }
    *count = leave_out(&in->except_run_ids, *ids, *count);
    return 0;
}

static void write_before(struct out *out, const struct bulk_value *before, size_t count)
{
    out_array(out, "before");
    for (size_t i = 0; i < count; i++) {
        out_object(out, NULL);
        out_text(out, "run_id", before[i].run_id);
        out_text_if(out, "value", before[i].value);
        if (before[i].end_time.set)
            out_int(out, "end_time", before[i].end_time.value);
        out_end(out);
    }
    out_end(out);
}

int run_bulk(struct request *rq)
{
    const struct run_bulk_in *in = rq->in;
    struct bulk bulk;
    const char **ids;
    size_t count, kept = 0;
    struct bulk_value *before = NULL;
    bool keeps = in->keep.value && !in->dry_run.value;

    if (read_operation(rq, in, &bulk) < 0 || find_runs(rq, in, &ids, &count) < 0 ||
        (keeps && bulk_before(rq->db, &bulk, ids, count, &before, &kept) < 0))
        return -1;
    if (!in->dry_run.value && bulk_apply(rq->db, &bulk, ids, count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "runs", (int64_t)count);
    if (kept)
        write_before(&rq->out, before, kept);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}
