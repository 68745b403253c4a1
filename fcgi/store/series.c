#include "series.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

struct point {
    int64_t step, timestamp;
    double value;
    int64_t is_nan;
    double x;
};
static const struct field point_columns[] = {
    COLUMN(point, step),   COLUMN(point, timestamp), COLUMN(point, value),
    COLUMN(point, is_nan), COLUMN(point, x),         FIELDS_END,
};

/* The protocol has no infinite numbers: MLflow stores the largest ones for them. */
static bool is_infinite(double value)
{
    return fabs(value) >= DBL_MAX;
}

static struct series_bucket bucket_of(const struct point *p)
{
    bool is_number = !p->is_nan && !is_infinite(p->value);

    return (struct series_bucket){
        .points = is_number,
        .nans = p->is_nan != 0,
        .infinite = !p->is_nan && !is_number,
        .first_x = p->x,
        .x = p->x,
        .first_step = p->step,
        .step = p->step,
        .timestamp = p->timestamp,
        .low = p->value,
        .high = p->value,
        .sum = p->value,
        .first = p->value,
        .last = p->value,
    };
}

/* Values of what has no numbers are infinite, and not used. */
static void add_values(struct series_bucket *b, const struct series_bucket *other)
{
    bool at_end = other->x >= b->x, at_start = other->first_x < b->first_x;

    if (!b->points) {
        b->low = other->low;
        b->high = other->high;
        b->sum = other->sum;
        b->first = other->first;
        b->last = other->last;
        return;
    }
    b->low = fmin(b->low, other->low);
    b->high = fmax(b->high, other->high);
    b->sum += other->sum;
    if (at_end)
        b->last = other->last;
    if (at_start)
        b->first = other->first;
}

/* Adds other; of two at the same place it is the later one. */
static void bucket_add(struct series_bucket *b, const struct series_bucket *other)
{
    if (other->points || (other->infinite && !b->points))
        add_values(b, other);
    b->points += other->points;
    b->nans += other->nans;
    b->infinite += other->infinite;
    if (other->first_x < b->first_x) {
        b->first_x = other->first_x;
        b->first_step = other->first_step;
    }
    if (other->x >= b->x) {
        b->x = other->x;
        b->step = other->step;
        b->timestamp = other->timestamp;
    }
}

static void keep_extreme(struct series_extreme *e, double value, double sign, int64_t step)
{
    bool better = isnan(e->value) || sign * value > sign * e->value;

    if (better || (value == e->value && step < e->step))
        *e = (struct series_extreme){ value, step };
}

static void count_point(struct series *s, const struct series_bucket *b)
{
    if (b->points) {
        keep_extreme(&s->least, b->low, -1, b->step);
        keep_extreme(&s->greatest, b->high, 1, b->step);
    }
    s->points++;
    s->nans += b->nans;
    s->infinite += b->infinite;
}

/* ------------------------------------------------------------------- along the steps */

/* Buckets begin at multiples of their width from the first step, so that two narrow
 * ones make a wide one. Unsigned: steps may be as far apart as 64 bits allow. */
static uint64_t slot_of(const struct series *s, uint64_t width, const struct series_bucket *b)
{
    return ((uint64_t)b->first_step - (uint64_t)s->buckets[0].first_step) / width;
}

/* Merges neighbours that share a slot. */
static void merge(struct series *s, uint64_t width)
{
    size_t kept = 0;

    for (size_t i = 1; i < s->count; i++)
        if (slot_of(s, width, &s->buckets[i]) == slot_of(s, width, &s->buckets[kept]))
            bucket_add(&s->buckets[kept], &s->buckets[i]);
        else
            s->buckets[++kept] = s->buckets[i];
    s->count = kept + 1;
}

/* No point goes by that is not in a bucket: when they are too many, they double, up to
 * the width of which two hold all steps that there are. Returns the width. */
static uint64_t add_by_step(struct series *s, uint64_t width, const struct point *p, size_t most)
{
    struct series_bucket b = bucket_of(p);

    count_point(s, &b);
    if (width && slot_of(s, width, &b) == slot_of(s, width, &s->buckets[s->count - 1])) {
        bucket_add(&s->buckets[s->count - 1], &b);
        return width;
    }
    s->buckets[s->count++] = b;
    while (s->count > most && width <= UINT64_MAX / 2) {
        width = width ? 2 * width : 1;
        merge(s, width);
    }
    return width;
}

/* ------------------------------------------------------------------ along another axis */

struct extent {
    double low, high;
    int64_t points;
};
static const struct field extent_columns[] = {
    COLUMN(extent, low),
    COLUMN(extent, high),
    COLUMN(extent, points),
    FIELDS_END,
};

static int compare_x(const void *a, const void *b)
{
    const struct series_bucket *l = a, *r = b;

    if (l->x != r->x)
        return l->x < r->x ? -1 : 1;
    return (l->step > r->step) - (l->step < r->step);
}

/* Points do not come in the order of the axis, and there may be more of them than were
 * counted before. */
static void add_by_place(struct series *s, const struct extent *of, const struct point *p,
                         size_t most)
{
    struct series_bucket b = bucket_of(p), *slot;
    double place;

    count_point(s, &b);
    if (s->width <= 0 && s->count < most) {
        s->buckets[s->count++] = b;
        return;
    }
    place = s->width > 0 ? (p->x - of->low) / s->width : (double)most;
    slot = &s->buckets[place >= (double)most ? most - 1 : place > 0 ? (size_t)place : 0];
    if (slot->points + slot->nans + slot->infinite)
        bucket_add(slot, &b);
    else
        *slot = b;
}

static void drop_empty(struct series *s, size_t most)
{
    for (size_t i = 0; i < most; i++)
        if (s->buckets[i].points + s->buckets[i].nans + s->buckets[i].infinite)
            s->buckets[s->count++] = s->buckets[i];
}

/* --------------------------------------------------------------------------------- SQL */

struct start {
    struct opt_int ms;
};
static const struct field start_columns[] = { COLUMN(start, ms), FIELDS_END };

/* When the run began, or its first point if nobody has said. */
static int read_start(struct db *db, const struct series_query *q, struct start *start)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    *start = (struct start){ 0 };
    sql_add(
        &sql,
        "SELECT COALESCE(r.start_time, (SELECT MIN(m.timestamp) FROM metrics m"
        " WHERE m.run_uuid = r.run_uuid AND m.`key` = ?)) AS ms FROM runs r WHERE r.run_uuid = ?",
        text(q->key), text(q->run_id));
    if (sql_select(db, &rows, "select_series_start", &sql) < 0)
        return -1;
    return db_next(rows, start_columns, start) < 0 ? -1 : 0;
}

/* Where a point m stands, as a number. */
static int add_place(struct db *db, const struct series_query *q, struct sql *sql)
{
    struct start start;

    switch (q->axis) {
    case SERIES_STEP:
        sql_add(sql, "m.step + 0e0");
        return 0;
    case SERIES_TIME:
        sql_add(sql, "m.timestamp + 0e0");
        return 0;
    case SERIES_RELATIVE:
        if (read_start(db, q, &start) < 0)
            return -1;
        sql_add(sql, "m.timestamp - ? + 0e0", integer(start.ms.value));
        return 0;
    case SERIES_METRIC:
        break;
    }
    sql_add(sql,
            "(SELECT a.value FROM metrics a WHERE a.run_uuid = m.run_uuid AND a.`key` = ?"
            " AND a.step = m.step AND NOT a.is_nan AND ABS(a.value) < 1.7976931348623157e308"
            " ORDER BY a.timestamp DESC, a.value DESC LIMIT 1)",
            text(q->axis_key));
    return 0;
}

/* The points with their places. */
static void add_points(struct sql *sql, const struct series_query *q, const struct sql *place)
{
    sql_add(sql, "SELECT m.step, m.timestamp, m.value, m.is_nan, ");
    sql_append(sql, place);
    sql_add(sql, " AS x FROM metrics m WHERE m.run_uuid = ? AND m.`key` = ?", text(q->run_id),
            text(q->key));
    if (q->from_step.set)
        sql_add(sql, " AND m.step >= ?", integer(q->from_step.value));
    if (q->to_step.set)
        sql_add(sql, " AND m.step <= ?", integer(q->to_step.value));
    if (q->axis == SERIES_STEP)
        return;
    sql_add(sql, " HAVING x IS NOT NULL");
    if (q->from.set)
        sql_add(sql, " AND x >= ?", real(q->from.value));
    if (q->to.set)
        sql_add(sql, " AND x <= ?", real(q->to.value));
}

static int read_extent(struct db *db, const struct series_query *q, const struct sql *place,
                       struct extent *extent)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql, "SELECT COALESCE(MIN(p.x), 0e0) AS low, COALESCE(MAX(p.x), 0e0) AS high,"
                  " COUNT(*) AS points FROM (");
    add_points(&sql, q, place);
    sql_add(&sql, ") p");
    if (sql_select(db, &rows, "select_series_extent", &sql) < 0)
        return -1;
    return db_next(rows, extent_columns, extent) < 0 ? -1 : 0;
}

static int read_by_step(struct db *db, const struct series_query *q, const struct sql *place,
                        struct series *s)
{
    struct sql sql = sql_new(db->mem);
    struct point p = { 0 };
    uint64_t width = 0;
    struct rows *rows;
    int more;

    add_points(&sql, q, place);
    sql_add(&sql, " ORDER BY m.step, m.timestamp, m.value");
    if (sql_select(db, &rows, "select_series", &sql) < 0)
        return -1;
    while ((more = db_next(rows, point_columns, &p)) > 0)
        width = add_by_step(s, width, &p, q->most);
    s->width = (double)width;
    return more;
}

/* Any width will do where all points are at one place. */
static double width_of(const struct extent *extent, size_t most)
{
    double width = (extent->high - extent->low) / (double)most;

    return width > 0 ? width : 1;
}

static int read_by_place(struct db *db, const struct series_query *q, const struct sql *place,
                         struct series *s)
{
    struct sql sql = sql_new(db->mem);
    struct extent extent = { 0 };
    struct point p = { 0 };
    struct rows *rows;
    int more;

    if (read_extent(db, q, place, &extent) < 0)
        return -1;
    if (extent.points > (int64_t)q->most)
        s->width = width_of(&extent, q->most);
    add_points(&sql, q, place);
    sql_add(&sql, " ORDER BY m.step, m.timestamp, m.value");
    if (sql_select(db, &rows, "select_series_places", &sql) < 0)
        return -1;
    while ((more = db_next(rows, point_columns, &p)) > 0)
        add_by_place(s, &extent, &p, q->most);
    if (more < 0)
        return -1;
    if (s->width > 0)
        drop_empty(s, q->most);
    else if (s->count)
        qsort(s->buckets, s->count, sizeof(*s->buckets), compare_x);
    return 0;
}

int series_read(struct db *db, const struct series_query *q, struct series *s)
{
    struct sql place = sql_new(db->mem);

    *s = (struct series){
        .buckets = arena_array(db->mem, struct series_bucket, q->most + 3),
        .least = { .value = NAN },
        .greatest = { .value = NAN },
    };
    if (add_place(db, q, &place) < 0)
        return -1;
    return q->axis == SERIES_STEP ? read_by_step(db, q, &place, s)
                                  : read_by_place(db, q, &place, s);
}
