#include "series.h"

struct point {
    int64_t step, timestamp;
    double value;
    int64_t is_nan;
};
static const struct field point_columns[] = {
    COLUMN(point, step), COLUMN(point, timestamp), COLUMN(point, value), COLUMN(point, is_nan),
    FIELDS_END,
};

static struct series_bucket bucket_of(const struct point *p)
{
    return (struct series_bucket){
        .points = !p->is_nan,
        .nans = p->is_nan != 0,
        .first_step = p->step,
        .last_step = p->step,
        .timestamp = p->timestamp,
        .low = p->value,
        .high = p->value,
        .first = p->value,
        .last = p->value,
    };
}

/* Adds later, whose steps follow those of b. */
static void bucket_add(struct series_bucket *b, const struct series_bucket *later)
{
    if (later->points && !b->points) {
        b->low = later->low;
        b->high = later->high;
        b->first = later->first;
    }
    if (later->points) {
        b->low = later->low < b->low ? later->low : b->low;
        b->high = later->high > b->high ? later->high : b->high;
        b->last = later->last;
    }
    b->points += later->points;
    b->nans += later->nans;
    b->last_step = later->last_step;
    b->timestamp = later->timestamp;
}

/* Buckets begin at multiples of their width from the first step, so that two narrow
 * ones make a wide one. Unsigned: steps may be as far apart as 64 bits allow. */
static uint64_t slot_of(const struct series *s, const struct series_bucket *b)
{
    return ((uint64_t)b->first_step - (uint64_t)s->buckets[0].first_step) / s->width;
}

/* Merges neighbours that share a slot. */
static void merge(struct series *s)
{
    size_t kept = 0;

    for (size_t i = 1; i < s->count; i++)
        if (slot_of(s, &s->buckets[i]) == slot_of(s, &s->buckets[kept]))
            bucket_add(&s->buckets[kept], &s->buckets[i]);
        else
            s->buckets[++kept] = s->buckets[i];
    s->count = kept + 1;
}

/* No point goes by that is not in a bucket: when they are too many, they double, up to
 * the width of which two hold all steps that there are. */
static void series_add(struct series *s, const struct point *p, size_t most)
{
    struct series_bucket b = bucket_of(p);

    s->points++;
    if (s->width && slot_of(s, &b) == slot_of(s, &s->buckets[s->count - 1])) {
        bucket_add(&s->buckets[s->count - 1], &b);
        return;
    }
    s->buckets[s->count++] = b;
    while (s->count > most && s->width <= UINT64_MAX / 2) {
        s->width = s->width ? 2 * s->width : 1;
        merge(s);
    }
}

static int select_points(struct db *db, struct rows **rows, const char *run_id, const char *key,
                         struct opt_int from, struct opt_int to)
{
    struct sql sql = sql_new(db->mem);

    sql_add(&sql,
            "SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ? AND `key` = ?",
            text(run_id), text(key));
    if (from.set)
        sql_add(&sql, " AND step >= ?", integer(from.value));
    if (to.set)
        sql_add(&sql, " AND step <= ?", integer(to.value));
    sql_add(&sql, " ORDER BY step, timestamp, value");
    return sql_select(db, rows, "select_series", &sql);
}

int series_read(struct db *db, const char *run_id, const char *key, struct opt_int from,
                struct opt_int to, size_t most, struct series *series)
{
    struct point p = { 0 };
    struct rows *rows;
    int more;

    *series = (struct series){ .buckets = arena_array(db->mem, struct series_bucket, most + 3) };
    if (select_points(db, &rows, run_id, key, from, to) < 0)
        return -1;
    while ((more = db_next(rows, point_columns, &p)) > 0)
        series_add(series, &p, most);
    return more;
}
