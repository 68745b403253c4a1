/* The histories of metrics. Semantics: mlflow/server/handlers.py,
 * store/tracking/sqlalchemy_store.py. */
#include "../store/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../search/search.h"
#include "endpoints.h"
#include "fragments.h"

enum {
    BULK_RUNS = 100,
    BULK_VALUES = 25000,
    INTERVAL_VALUES = 2500,
};

struct metric_history_in {
    const char *run_id, *metric_key, *page_token;
    struct opt_int32 max_results;
};
static const struct field metric_history_fields[] = {
    REQUIRED_RUN_ID(metric_history_in),
    REQUIRED(metric_history_in, metric_key, "Name of the metric."),
    OPTIONAL(metric_history_in, page_token, "Where the last page ended."),
    UNCHECKED(metric_history_in, max_results, "Values of a page; all when absent."),
    FIELDS_END,
};
INPUT(metric_history);

static void write_point(struct out *out, const char *key, const struct metric_point *point,
                        const char *run_id)
{
    out_object(out, NULL);
    out_text(out, "key", key);
    out_real(out, "value", point->is_nan ? NAN : point->value);
    out_int(out, "timestamp", point->timestamp);
    out_int(out, "step", point->step);
    out_text_if(out, "run_id", run_id);
    out_end(out);
}

/* MLflow's order: by time, then step, then value. */
static bool is_before(const struct metric_point *a, const struct metric_point *b)
{
    if (a->timestamp != b->timestamp)
        return a->timestamp < b->timestamp;
    return a->step != b->step ? a->step < b->step : a->value < b->value;
}

/* Writes at most limit of the rows (all if it is negative) as they come. Returns whether
 * there were more, or -1. *sorted: whether they came in MLflow's order; where they do
 * not, writing ends. */
static int write_points(struct request *rq, const char *key, struct rows *rows, int64_t limit,
                        bool *sorted)
{
    struct metric_point before = { 0 };

    *sorted = true;
    for (rq->rows = 0;; rq->rows++) {
        struct metric_point point;
        int more = db_next(rows, metric_point_columns, &point);

        if (more > 0 && rq->rows && is_before(&point, &before))
            *sorted = false;
        if (more <= 0 || rq->rows == limit || !*sorted) {
            db_finish(rows);
            if (rq->rows)
                out_end(&rq->out);
            return more;
        }
        if (!rq->rows)
            out_array(&rq->out, "metrics");
        write_point(&rq->out, key, &point, NULL);
        before = point;
    }
}

/* The whole history, if it fits into the reply and was logged in order, as most are: it
 * is read as it lies. 1: written; 0: not, the reply is as it was; -1: failed. */
static int write_whole(struct request *rq, const char *run_id, const char *key, int64_t limit)
{
    struct out empty = rq->out;
    struct rows *rows;
    bool sorted;
    int more;

    if (metric_points(rq->db, run_id, key, &rows) < 0)
        return -1;
    more = write_points(rq, key, rows, limit, &sorted);
    if (more < 0 || (!more && sorted))
        return more < 0 ? -1 : 1;
    /* What was written is taken back; the buffer may have moved. */
    empty.data = rq->out.data;
    empty.capacity = rq->out.capacity;
    rq->out = empty;
    return 0;
}

static int write_history(struct request *rq, const struct metric_history_in *in, const char *key,
                         int64_t offset)
{
    int64_t limit = in->max_results.set ? in->max_results.value : -1;
    struct rows *rows;
    bool sorted;
    int done = offset ? 0 : write_whole(rq, in->run_id, key, limit), more;

    if (done)
        return done < 0 ? -1 : 0;
    if (metric_points_sorted(rq->db, in->run_id, key, limit < 0 ? limit : limit + 1, offset,
                             &rows) < 0)
        return -1;
    more = write_points(rq, key, rows, limit, &sorted);
    if (more > 0)
        out_text(&rq->out, "next_page_token", page_token_write(rq->mem, offset + limit));
    return more < 0 ? -1 : 0;
}

int metric_history(struct request *rq)
{
    const struct metric_history_in *in = rq->in;
    const struct search_ctx ctx = { rq->err, rq->mem };
    const char *key;
    int64_t offset;

    if (in->max_results.set && in->max_results.value <= 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %d for parameter 'max_results' supplied. It must be a positive "
                    "integer.",
                    in->max_results.value);
    if (page_token_read(&ctx, in->page_token, &offset) < 0 ||
        metric_stored_key(rq->db, in->run_id, in->metric_key, &key) < 0)
        return -1;
    out_object(&rq->out, NULL);
    if (key && write_history(rq, in, key, offset) < 0)
        return -1;
    out_end(&rq->out);
    return 0;
}

struct metric_history_bulk_in {
    struct text_list run_id;
    const char *metric_key;
    struct opt_int max_results;
};
static const struct field metric_history_bulk_fields[] = {
    UNCHECKED(metric_history_bulk_in, run_id, "1 to 100 runs."),
    UNCHECKED(metric_history_bulk_in, metric_key, "Name of the metric."),
    FIELD(metric_history_bulk_in, max_results, .fallback = BULK_VALUES,
          .doc = "Values in all, at most 25000."),
    FIELDS_END,
};
INPUT(metric_history_bulk);

static int check_bulk(struct request *rq, const struct metric_history_bulk_in *in)
{
    if (!in->run_id.count)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "GetMetricHistoryBulk request must specify at least one run_id.");
    if (in->run_id.count > BULK_RUNS)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "GetMetricHistoryBulk request cannot specify more than %d run_ids. Received "
                    "%zu run_ids.",
                    BULK_RUNS, in->run_id.count);
    if (!in->metric_key)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "GetMetricHistoryBulk request must specify a metric_key.");
    if (in->max_results.value < 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId64
                    " for parameter 'max_results' supplied. It must be a positive integer.",
                    in->max_results.value);
    return 0;
}

/* This route's members are in the order of the alphabet, unlike its neighbours'. */
static void write_row(struct out *out, const struct metric_point_of_run *row)
{
    out_object(out, NULL);
    out_text(out, "key", row->key);
    out_text(out, "run_id", row->run_uuid);
    out_int(out, "step", row->step);
    out_int(out, "timestamp", row->timestamp);
    out_real(out, "value", row->is_nan ? NAN : row->value);
    out_end(out);
}

int metric_history_bulk(struct request *rq)
{
    const struct metric_history_bulk_in *in = rq->in;
    int64_t limit = in->max_results.value < BULK_VALUES ? in->max_results.value : BULK_VALUES;
    struct rows *rows;
    int more;

    if (check_bulk(rq, in) < 0 ||
        metric_points_of_runs(rq->db, &in->run_id, in->metric_key, limit, &rows) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_array(&rq->out, "metrics");
    for (;; rq->rows++) {
        struct arena_mark mark = arena_mark(rq->mem);
        struct metric_point_of_run row;

        more = db_next(rows, metric_point_of_run_columns, &row);
        if (more <= 0)
            break;
        write_row(&rq->out, &row);
        arena_release(rq->mem, mark);
    }
    out_end(&rq->out);
    out_end(&rq->out);
    return more;
}

struct metric_history_interval_in {
    struct text_list run_ids;
    const char *metric_key;
    struct opt_int32 start_step, end_step, max_results;
};
static const struct field metric_history_interval_fields[] = {
    REQUIRED(metric_history_interval_in, run_ids, "1 to 100 runs."),
    REQUIRED(metric_history_interval_in, metric_key, "Name of the metric."),
    OPTIONAL(metric_history_interval_in, start_step, "First step; together with end_step."),
    OPTIONAL(metric_history_interval_in, end_step, "Last step."),
    WITH_DEFAULT(metric_history_interval_in, max_results, INTERVAL_VALUES,
                 "Values of each run, 1 to 2500."),
    FIELDS_END,
};
INPUT(metric_history_interval);

static int check_interval(struct request *rq, const struct metric_history_interval_in *in)
{
    if (in->run_ids.count > BULK_RUNS)
        return fail(
            rq, INVALID_PARAMETER_VALUE,
            "GetMetricHistoryBulkInterval request must specify at most %d run_ids. Received "
            "%zu run_ids. See the API docs for more information about request parameters.",
            BULK_RUNS, in->run_ids.count);
    if (in->max_results.value < 1 || in->max_results.value > INTERVAL_VALUES)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "max_results must be between 1 and %d. See the API docs for more information "
                    "about request parameters.",
                    INTERVAL_VALUES);
    if (in->start_step.set != in->end_step.set)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "If either start step or end step are specified, both must be specified.");
    if (in->start_step.set && in->start_step.value > in->end_step.value)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "end_step must be greater than start_step. Found start_step=%d and "
                    "end_step=%d.",
                    in->start_step.value, in->end_step.value);
    return 0;
}

static int write_samples(struct request *rq, const struct metric_history_interval_in *in,
                         const char *run_id)
{
    const int64_t steps[] = { in->start_step.value, in->end_step.value };
    struct arena_mark mark = arena_mark(rq->mem);
    struct metric_point *points;
    size_t count;

    if (metric_sample(rq->db, run_id, in->metric_key, in->start_step.set ? steps : NULL,
                      in->max_results.value, &points, &count) < 0)
        return -1;
    if (count && !rq->rows)
        out_array(&rq->out, "metrics");
    rq->rows += (int64_t)count;
    for (size_t i = 0; i < count; i++) /* the names are the request's, as MLflow has it */
        write_point(&rq->out, in->metric_key, &points[i], run_id);
    arena_release(rq->mem, mark);
    return 0;
}

int metric_history_interval(struct request *rq)
{
    const struct metric_history_interval_in *in = rq->in;

    if (check_interval(rq, in) < 0)
        return -1;
    out_object(&rq->out, NULL);
    for (size_t i = 0; i < in->run_ids.count; i++)
        if (write_samples(rq, in, in->run_ids.items[i]) < 0)
            return -1;
    if (rq->rows)
        out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}
