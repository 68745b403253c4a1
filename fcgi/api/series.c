/* Curves for the UI: as many numbers as there are pixels, and none that stands out
 * left out. MLflow's bulk-interval gives a sample of the points instead. */
#include "../store/series.h"

#include <math.h>

#include "endpoints.h"

enum {
    MOST_BUCKETS = 2000,
    MOST_SERIES = 200,
};

struct series_get_in {
    struct text_list run_ids, metric_keys;
    struct opt_int from_step, to_step, buckets;
};
static const struct field series_get_fields[] = {
    OPTIONAL(series_get_in, run_ids, "The runs; of each, every one of the metrics."),
    OPTIONAL(series_get_in, metric_keys, "The metrics; 200 curves in all at most."),
    OPTIONAL(series_get_in, from_step, "The first step."),
    OPTIONAL(series_get_in, to_step, "The last step."),
    WITH_DEFAULT(series_get_in, buckets, 500, "Of a curve, at most; 1 to 2000."),
    FIELDS_END,
};
INPUT(series_get);

#define MEMBER(name, ...)                                                                          \
    static void write_##name(struct out *out, const struct series_bucket *b)                       \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
MEMBER(step, out_int(out, NULL, b->last_step))
MEMBER(timestamp, out_int(out, NULL, b->timestamp))
MEMBER(last, out_real(out, NULL, b->points ? b->last : NAN))
MEMBER(min, out_real(out, NULL, b->points ? b->low : NAN))
MEMBER(max, out_real(out, NULL, b->points ? b->high : NAN))
MEMBER(count, out_int(out, NULL, b->points + b->nans))

static const struct {
    const char *name;
    void (*write)(struct out *, const struct series_bucket *);
    bool of_many; /* says nothing of a bucket of one point */
} members[] = {
    { "step", write_step, false }, { "timestamp", write_timestamp, false },
    { "last", write_last, false }, { "min", write_min, true },
    { "max", write_max, true },    { "count", write_count, true },
};

static void write_series(struct out *out, const char *run_id, const char *key,
                         const struct series *s)
{
    out_object(out, NULL);
    out_text(out, "run_id", run_id);
    out_text(out, "key", key);
    out_int(out, "points", s->points);
    out_int(out, "width", s->width > INT64_MAX ? INT64_MAX : (int64_t)s->width);
    for (size_t m = 0; m < sizeof(members) / sizeof(*members); m++) {
        if (members[m].of_many && !s->width)
            continue;
        out_array(out, members[m].name);
        for (size_t i = 0; i < s->count; i++)
            members[m].write(out, &s->buckets[i]);
        out_end(out);
    }
    out_end(out);
}

static int write_one(struct request *rq, const struct series_get_in *in, const char *run_id,
                     const char *key)
{
    struct arena_mark mark = arena_mark(rq->mem);
    struct series series;

    if (series_read(rq->db, run_id, key, in->from_step, in->to_step, (size_t)in->buckets.value,
                    &series) < 0)
        return -1;
    if (series.count)
        write_series(&rq->out, run_id, key, &series);
    rq->rows += series.points;
    arena_release(rq->mem, mark);
    return 0;
}

int series_get(struct request *rq)
{
    const struct series_get_in *in = rq->in;

    if (in->buckets.value < 1 || in->buckets.value > MOST_BUCKETS)
        return fail(rq, INVALID_PARAMETER_VALUE, "buckets must be between 1 and %d", MOST_BUCKETS);
    if (in->run_ids.count * in->metric_keys.count > MOST_SERIES)
        return fail(rq, INVALID_PARAMETER_VALUE, "At most %d curves can be asked for at once",
                    MOST_SERIES);
    out_object(&rq->out, NULL);
    out_array(&rq->out, "series");
    for (size_t r = 0; r < in->run_ids.count; r++)
        for (size_t k = 0; k < in->metric_keys.count; k++)
            if (write_one(rq, in, in->run_ids.items[r], in->metric_keys.items[k]) < 0)
                return -1;
    out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}
