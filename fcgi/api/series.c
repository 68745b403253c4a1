/* Curves for the UI: as many numbers as there are pixels, and none that stands out
 * left out. MLflow's bulk-interval gives a sample of the points instead. */
#include "../store/series.h"

#include <math.h>
#include <string.h>

#include "endpoints.h"

enum {
    MOST_BUCKETS = 2000,
    MOST_SERIES = 200,
};

static const struct enum_name axes[] = {
    { "step", SERIES_STEP },
    { "time", SERIES_TIME },
    { "relative", SERIES_RELATIVE },
    { "metric", SERIES_METRIC },
    { NULL, 0 },
};

struct series_get_in {
    struct text_list run_ids, metric_keys;
    struct opt_int from_step, to_step, buckets;
    struct opt_enum x;
    const char *x_key;
    struct opt_real from, to;
    struct text_list columns;
    struct opt_bool extremes, binary;
};
static const struct field series_get_fields[] = {
    OPTIONAL(series_get_in, run_ids, "The runs; of each, every one of the metrics."),
    OPTIONAL(series_get_in, metric_keys, "The metrics; 200 curves in all at most."),
    OPTIONAL(series_get_in, from_step, "The first step: of a zoom, or the last one known."),
    OPTIONAL(series_get_in, to_step, "The last step."),
    WITH_DEFAULT(series_get_in, buckets, 500, "Of a curve, at most; 1 to 2000."),
    ENUM(series_get_in, x, axes,
         "What points are in order of: step (if absent), time (ms), relative (ms since the run "
         "began) or metric (what x_key was at the same step)."),
    OPTIONAL(series_get_in, x_key, "Another metric, if x is metric."),
    OPTIONAL(series_get_in, from, "The first x, if x is not step."),
    OPTIONAL(series_get_in, to, "The last x, if x is not step."),
    OPTIONAL(series_get_in, columns,
             "Of step, timestamp, last, min, max, first, mean and count; "
             "step, timestamp, last, min, max and count if absent."),
    OPTIONAL(series_get_in, extremes,
             "Give the least and the greatest value of each curve as well, exactly, and the first "
             "step of each."),
    OPTIONAL(series_get_in, binary, "Bytes instead of JSON."),
    FIELDS_END,
};
INPUT(series_get);

/* ------------------------------------------------------------------------- the columns */

static double number_or_nan(const struct series_bucket *b, double value)
{
    return b->points ? value : NAN;
}

static double last_of(const struct series_bucket *b)
{
    return b->points || b->infinite ? b->last : NAN;
}

static double mean_of(const struct series_bucket *b)
{
    return number_or_nan(b, b->sum / (double)b->points);
}

static int64_t count_of(const struct series_bucket *b)
{
    return b->points + b->nans + b->infinite;
}

#define JSON_OF(name, ...)                                                                         \
    static void json_##name(struct out *out, const struct series_bucket *b)                        \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
JSON_OF(step, out_int(out, NULL, b->step))
JSON_OF(timestamp, out_int(out, NULL, b->timestamp))
JSON_OF(last, out_real(out, NULL, last_of(b)))
JSON_OF(min, out_real(out, NULL, number_or_nan(b, b->low)))
JSON_OF(max, out_real(out, NULL, number_or_nan(b, b->high)))
JSON_OF(first, out_real(out, NULL, number_or_nan(b, b->first)))
JSON_OF(mean, out_real(out, NULL, mean_of(b)))
JSON_OF(count, out_int(out, NULL, count_of(b)))

/* Half as many bytes, and as exact as a curve can be drawn: the distance to the last one. */
#define DISTANCE_OF(name, value)                                                                   \
    static void bytes_##name(struct out *out, const struct series_bucket *b)                       \
    {                                                                                              \
        out_f32(out, (float)((value)-last_of(b)));                                                 \
    }
DISTANCE_OF(min, number_or_nan(b, b->low))
DISTANCE_OF(max, number_or_nan(b, b->high))
DISTANCE_OF(first, number_or_nan(b, b->first))
DISTANCE_OF(mean, mean_of(b))

#define BYTES_OF(name, ...)                                                                        \
    static void bytes_##name(struct out *out, const struct series_bucket *b)                       \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
BYTES_OF(step, out_f64(out, (double)b->step))
BYTES_OF(timestamp, out_f64(out, (double)b->timestamp))
BYTES_OF(last, out_f64(out, last_of(b)))
BYTES_OF(count, out_u32(out, (uint32_t)(count_of(b) < UINT32_MAX ? count_of(b) : UINT32_MAX)))

static const struct {
    const char *name;
    void (*json)(struct out *, const struct series_bucket *);
    void (*bytes)(struct out *, const struct series_bucket *);
    bool of_many; /* says nothing of a bucket of one point */
} columns[] = {
    { "step", json_step, bytes_step, false },
    { "timestamp", json_timestamp, bytes_timestamp, false },
    { "last", json_last, bytes_last, false },
    { "min", json_min, bytes_min, true },
    { "max", json_max, bytes_max, true },
    { "count", json_count, bytes_count, true },
    { "first", json_first, bytes_first, true },
    { "mean", json_mean, bytes_mean, true },
};

enum {
    COLUMNS = sizeof(columns) / sizeof(*columns),
    COLUMNS_IF_ABSENT = 0x3f,
    EXTREMES = 1 << COLUMNS, /* beside them */
};

static int read_columns(struct request *rq, const struct text_list *names, unsigned *set)
{
    *set = names->count ? 0 : COLUMNS_IF_ABSENT;
    for (size_t i = 0; i < names->count; i++) {
        size_t c = 0;

        while (c < COLUMNS && strcmp(columns[c].name, names->items[i]) != 0)
            c++;
        if (c == COLUMNS)
            return fail(rq, INVALID_PARAMETER_VALUE, "Curves have no column '%s'", names->items[i]);
        *set |= 1u << c;
    }
    return 0;
}

/* Those that are given of a curve. */
static unsigned given(unsigned set, const struct series *s)
{
    for (size_t c = 0; c < COLUMNS; c++)
        if (columns[c].of_many && !(s->width > 0))
            set &= ~(1u << c);
    return set;
}

/* --------------------------------------------------------------------------- the reply */

static void json_extreme(struct out *out, const char *name, const struct series_extreme *e)
{
    out_object(out, name);
    out_real(out, "value", e->value);
    out_int(out, "step", e->step);
    out_end(out);
}

static void bytes_extreme(struct out *out, const struct series_extreme *e)
{
    out_f64(out, e->value);
    out_f64(out, (double)e->step);
}

static void write_json(struct out *out, const struct series_query *q, unsigned set,
                       const struct series *s)
{
    out_object(out, NULL);
    out_text(out, "run_id", q->run_id);
    out_text(out, "key", q->key);
    out_int(out, "points", s->points);
    if (q->axis == SERIES_STEP)
        out_int(out, "width", s->width < 0x1p63 ? (int64_t)s->width : INT64_MAX);
    else
        out_real(out, "width", s->width);
    if (q->axis != SERIES_STEP) {
        out_array(out, "x");
        for (size_t i = 0; i < s->count; i++)
            out_real(out, NULL, s->buckets[i].x);
        out_end(out);
    }
    if (set & EXTREMES) {
        json_extreme(out, "least", &s->least);
        json_extreme(out, "greatest", &s->greatest);
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        if (!(set & 1u << c))
            continue;
        out_array(out, columns[c].name);
        for (size_t i = 0; i < s->count; i++)
            columns[c].json(out, &s->buckets[i]);
        out_end(out);
    }
    out_end(out);
}

static void write_bytes(struct out *out, size_t run, size_t key, unsigned set,
                        const struct series *s)
{
    out_u32(out, (uint32_t)run + 1);
    out_u32(out, (uint32_t)key);
    out_u32(out, (uint32_t)s->count);
    out_u32(out, set);
    out_f64(out, (double)s->points);
    out_f64(out, (double)s->nans);
    out_f64(out, (double)s->infinite);
    out_f64(out, s->width);
    if (set & EXTREMES) {
        bytes_extreme(out, &s->least);
        bytes_extreme(out, &s->greatest);
    }
    for (size_t i = 0; i < s->count; i++)
        out_f64(out, s->buckets[i].x);
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t i = 0; set & 1u << c && i < s->count; i++)
            columns[c].bytes(out, &s->buckets[i]);
}

static struct series_query query_of(const struct series_get_in *in, size_t run, size_t key)
{
    return (struct series_query){
        .run_id = in->run_ids.items[run],
        .key = in->metric_keys.items[key],
        .axis = in->x.set ? (enum series_axis)in->x.value : SERIES_STEP,
        .axis_key = in->x_key,
        .from_step = in->from_step,
        .to_step = in->to_step,
        .from = in->from,
        .to = in->to,
        .most = (size_t)in->buckets.value,
    };
}

static int write_one(struct request *rq, const struct series_get_in *in, unsigned set, size_t run,
                     size_t key)
{
    struct arena_mark mark = arena_mark(rq->mem);
    struct series_query q = query_of(in, run, key);
    struct series series;

    if (series_read(rq->db, &q, &series) < 0)
        return -1;
    if (series.count && in->binary.value)
        write_bytes(&rq->out, run, key, given(set, &series), &series);
    else if (series.count)
        write_json(&rq->out, &q, given(set, &series), &series);
    rq->rows += series.points;
    arena_release(rq->mem, mark);
    return 0;
}

static int write_all(struct request *rq, const struct series_get_in *in, unsigned set)
{
    for (size_t r = 0; r < in->run_ids.count; r++)
        for (size_t k = 0; k < in->metric_keys.count; k++)
            if (write_one(rq, in, set, r, k) < 0)
                return -1;
    return 0;
}

static const char magic[] = "CRNSER1\n";

int series_get(struct request *rq)
{
    const struct series_get_in *in = rq->in;
    unsigned set;

    if (in->buckets.value < 1 || in->buckets.value > MOST_BUCKETS)
        return fail(rq, INVALID_PARAMETER_VALUE, "buckets must be between 1 and %d", MOST_BUCKETS);
    if (in->run_ids.count * in->metric_keys.count > MOST_SERIES)
        return fail(rq, INVALID_PARAMETER_VALUE, "At most %d curves can be asked for at once",
                    MOST_SERIES);
    if (in->x.set && in->x.value == SERIES_METRIC && !in->x_key)
        return fail(rq, INVALID_PARAMETER_VALUE, "x_key must name a metric if x is metric");
    if (read_columns(rq, &in->columns, &set) < 0)
        return -1;
    if (in->extremes.value)
        set |= EXTREMES;
    if (in->binary.value) {
        out_raw(&rq->out, magic, strlen(magic));
        if (write_all(rq, in, set) < 0)
            return -1;
        out_u32(&rq->out, 0);
        rq->reply_type = "application/octet-stream";
        return 0;
    }
    out_object(&rq->out, NULL);
    out_array(&rq->out, "series");
    if (write_all(rq, in, set) < 0)
        return -1;
    out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}
