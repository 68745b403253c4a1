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

static void write_point(struct out *out, const struct metric_point *point, bool with_run)
{
    out_object(out, NULL);
    out_text(out, "key", point->key);
    out_real(out, "value", point->is_nan ? NAN : point->value);
    out_int(out, "timestamp", point->timestamp);
    out_int(out, "step", point->step);
    if (with_run)
        out_text(out, "run_id", point->run_uuid);
    out_end(out);
}

/* Writes at most limit of the rows (all if it is negative) as they come; their
 * texts are given back one by one. Returns whether there were more, or -1. */
static int write_history(struct request *rq, struct rows *rows, int64_t limit)
{
    for (rq->rows = 0;; rq->rows++) {
        struct arena_mark mark = arena_mark(rq->mem);
        struct metric_point point;
        int more = db_next(rows, metric_point_columns, &point);

        if (more < 0)
            return -1;
        if (!more || rq->rows == limit) {
            db_finish(rows);
            if (rq->rows)
                out_end(&rq->out);
            return more;
        }
        if (!rq->rows)
            out_array(&rq->out, "metrics");
        write_point(&rq->out, &point, false);
        arena_release(rq->mem, mark);
    }
}

int metric_history(struct request *rq)
{
    const struct metric_history_in *in = rq->in;
    const struct search_ctx ctx = { rq->err, rq->mem };
    int64_t limit = in->max_results.set ? in->max_results.value : -1, offset;
    struct rows *rows;
    int more;

    if (in->max_results.set && limit <= 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId64
                    " for parameter 'max_results' supplied. It must be a positive integer.",
                    limit);
    if (page_token_read(&ctx, in->page_token, &offset) < 0 ||
        metric_history_rows(rq->db, in->run_id, in->metric_key, limit < 0 ? limit : limit + 1,
                            offset, &rows) < 0)
        return -1;
    out_object(&rq->out, NULL);
    more = write_history(rq, rows, limit);
    if (more < 0)
        return -1;
    if (more)
        out_text(&rq->out, "next_page_token", page_token_write(rq->mem, offset + limit));
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

int metric_history_bulk(struct request *rq)
{
    const struct metric_history_bulk_in *in = rq->in;
    int64_t limit = in->max_results.value < BULK_VALUES ? in->max_results.value : BULK_VALUES;
    struct rows *rows;
    int more;

    if (check_bulk(rq, in) < 0 ||
        metric_history_rows_of(rq->db, &in->run_id, in->metric_key, limit, &rows) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_array(&rq->out, "metrics");
    for (;; rq->rows++) {
        struct arena_mark mark = arena_mark(rq->mem);
        struct metric_point point;

        more = db_next(rows, metric_point_columns, &point);
        if (more <= 0)
            break;
        write_point(&rq->out, &point, true);
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
    for (size_t i = 0; i < count; i++) {
        /* The names are those of the request, as MLflow has it. */
        points[i].run_uuid = run_id;
        points[i].key = in->metric_key;
        write_point(&rq->out, &points[i], true);
    }
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
