#include "series.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "metrics.h"

struct point {
    int64_t step, timestamp;
    double value;
    int64_t is_nan;
    double x;
};
#define STORED                                                                                     \
    COLUMN(point, step), COLUMN(point, timestamp), COLUMN(point, value), COLUMN(point, is_nan)
static const struct field point_columns[] = { STORED, FIELDS_END };
static const struct field placed_columns[] = { STORED, COLUMN(point, x), FIELDS_END };

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

/* What is read of which points. */
struct scan {
    const struct series_query *query;
    int64_t start;    /* of SERIES_RELATIVE */
    struct sql place; /* where a point m stands, as a number */
    bool sorted;      /* by the database, whatever it costs */
    struct point last;
};

/* A point came after one that belongs behind it. */
enum {
    OUT_OF_ORDER = 2
};

struct start {
    struct opt_int ms;
};
static const struct field start_columns[] = { COLUMN(start, ms), FIELDS_END };

/* When the run began, or its first point if nobody has said. */
static int read_start(struct db *db, const struct series_query *q, int64_t *ms)
{
    struct sql sql = sql_new(db->mem);
    struct start start = { 0 };
    struct rows *rows;
    int found;

    sql_add(
        &sql,
        "SELECT COALESCE(r.start_time, (SELECT MIN(m.timestamp) FROM metrics m"
        " WHERE m.run_uuid = r.run_uuid AND m.`key` = ?)) AS ms FROM runs r WHERE r.run_uuid = ?",
        text(q->key), text(q->run_id));
    if (sql_select(db, &rows, "select_series_start", &sql) < 0)
        return -1;
    found = db_next(rows, start_columns, &start);
    *ms = start.ms.value;
    return found < 0 ? -1 : 0;
}

static int add_place(struct db *db, struct scan *scan)
{
    const struct series_query *q = scan->query;

    switch (q->axis) {
    case SERIES_STEP:
        return 0;
    case SERIES_TIME:
        sql_add(&scan->place, "m.timestamp + 0e0");
        return 0;
    case SERIES_RELATIVE:
        if (read_start(db, q, &scan->start) < 0)
            return -1;
        sql_add(&scan->place, "m.timestamp - ? + 0e0", integer(scan->start));
        return 0;
    case SERIES_METRIC:
        break;
    }
    sql_add(&scan->place,
            "(SELECT a.value FROM metrics a WHERE a.run_uuid = m.run_uuid AND a.`key` = ?"
            " AND a.step = m.step AND NOT a.is_nan AND ABS(a.value) < 1.7976931348623157e308"
            " ORDER BY a.timestamp DESC, a.value DESC LIMIT 1)",
            text(q->axis_key));
    return 0;
}

/* What the database has not stored is known after it has been selected. */
static void add_limits(struct sql *sql, const struct scan *scan)
{
    const struct series_query *q = scan->query;
    const struct {
        const char *than;
        struct opt_real limit;
    } limits[] = { { " >= ?", q->from }, { " <= ?", q->to } };

    if (q->axis == SERIES_METRIC)
        sql_add(sql, " HAVING x IS NOT NULL");
    for (size_t i = 0; q->axis != SERIES_STEP && i < 2; i++) {
        if (!limits[i].limit.set)
            continue;
        sql_add(sql, " AND ");
        if (q->axis == SERIES_METRIC)
            sql_add(sql, "x");
        else
            sql_append(sql, &scan->place);
        sql_add(sql, limits[i].than, real(limits[i].limit.value));
    }
}

static bool is_of_all_steps(const struct series_query *q)
{
    return !q->from_step.set && !q->to_step.set;
}

/* A part is found by its steps, which the way of metric_add_from cannot do. */
static void add_from(struct sql *sql, const struct scan *scan)
{
    const struct series_query *q = scan->query;

    if (is_of_all_steps(q))
        metric_add_from(sql, q->run_id, q->key);
    else
        sql_add(sql, " FROM metrics m WHERE m.run_uuid = ? AND m.`key` = ?", text(q->run_id),
                text(q->key));
    if (q->from_step.set)
        sql_add(sql, " AND m.step >= ?", integer(q->from_step.value));
    if (q->to_step.set)
        sql_add(sql, " AND m.step <= ?", integer(q->to_step.value));
    add_limits(sql, scan);
}

static void add_points(struct sql *sql, const struct scan *scan)
{
    sql_add(sql, "SELECT m.step, m.timestamp, m.value, m.is_nan");
    if (scan->query->axis == SERIES_METRIC) {
        sql_add(sql, ", ");
        sql_append(sql, &scan->place);
        sql_add(sql, " AS x");
    }
    add_from(sql, scan);
}

static int select_points(struct db *db, const struct scan *scan, struct rows **rows)
{
    struct sql sql = sql_new(db->mem);

    add_points(&sql, scan);
    if (scan->sorted)
        sql_add(&sql, " ORDER BY m.step, m.timestamp, m.value");
    return sql_select(db, rows, "select_series", &sql);
}

static bool is_before(const struct point *p, const struct point *other)
{
    if (p->step != other->step)
        return p->step < other->step;
    if (p->timestamp != other->timestamp)
        return p->timestamp < other->timestamp;
    return p->value < other->value;
}

/* 1: a point, 0: no more, -1: failed; or OUT_OF_ORDER. */
static int next_point(struct rows *rows, struct scan *scan, struct point *p)
{
    bool placed = scan->query->axis == SERIES_METRIC;
    int more = db_next(rows, placed ? placed_columns : point_columns, p);

    if (more <= 0)
        return more;
    if (scan->query->axis == SERIES_STEP)
        p->x = (double)p->step;
    else if (!placed)
        p->x = (double)p->timestamp - (double)scan->start;
    if (is_before(p, &scan->last))
        return OUT_OF_ORDER;
    scan->last = *p;
    return 1;
}

static int read_extent(struct db *db, const struct scan *scan, struct extent *extent)
{
    bool placed = scan->query->axis == SERIES_METRIC;
    struct sql sql = sql_new(db->mem), x = sql_new(db->mem);
    struct rows *rows;

    if (placed)
        sql_add(&x, "p.x");
    else
        sql_append(&x, &scan->place);
    sql_add(&sql, "SELECT COALESCE(MIN(");
    sql_append(&sql, &x);
    sql_add(&sql, "), 0e0) AS low, COALESCE(MAX(");
    sql_append(&sql, &x);
    sql_add(&sql, "), 0e0) AS high, COUNT(*) AS points");
    if (placed) {
        sql_add(&sql, " FROM (");
        add_points(&sql, scan);
        sql_add(&sql, ") p");
    } else {
        add_from(&sql, scan);
    }
    if (sql_select(db, &rows, "select_series_extent", &sql) < 0)
        return -1;
    return db_next(rows, extent_columns, extent) < 0 ? -1 : 0;
}

static int read_by_step(struct db *db, struct scan *scan, struct series *s)
{
    struct point p = { 0 };
    uint64_t width = 0;
    struct rows *rows;
    int more;

    if (select_points(db, scan, &rows) < 0)
        return -1;
    while ((more = next_point(rows, scan, &p)) == 1)
        width = add_by_step(s, width, &p, scan->query->most);
    s->width = (double)width;
    return more;
}

/* Any width will do where all points are at one place. */
static double width_of(const struct extent *extent, size_t most)
{
    double width = (extent->high - extent->low) / (double)most;

    return width > 0 ? width : 1;
}

static int read_by_place(struct db *db, struct scan *scan, struct series *s)
{
    struct point p = { 0 };
    size_t most = scan->query->most;
    struct extent extent = { 0 };
    struct rows *rows;
    int more;

    if (read_extent(db, scan, &extent) < 0)
        return -1;
    if (extent.points > (int64_t)most)
        s->width = width_of(&extent, most);
    if (select_points(db, scan, &rows) < 0)
        return -1;
    while ((more = next_point(rows, scan, &p)) == 1)
        add_by_place(s, &extent, &p, most);
    if (more)
        return more;
    if (s->width > 0)
        drop_empty(s, most);
    else if (s->count)
        qsort(s->buckets, s->count, sizeof(*s->buckets), compare_x);
    return 0;
}

static int read_points(struct db *db, struct scan *scan, struct series *s)
{
    scan->last = (struct point){ .step = INT64_MIN, .timestamp = INT64_MIN, .value = -DBL_MAX };
    *s = (struct series){
        .buckets = arena_array(db->mem, struct series_bucket, scan->query->most + 3),
        .least = { .value = NAN },
        .greatest = { .value = NAN },
    };
    return scan->query->axis == SERIES_STEP ? read_by_step(db, scan, s)
                                            : read_by_place(db, scan, s);
}

int series_read(struct db *db, const struct series_query *q, struct series *s)
{
    struct scan scan = { .query = q, .place = sql_new(db->mem), .sorted = !is_of_all_steps(q) };
    int read;

    if (add_place(db, &scan) < 0)
        return -1;
    read = read_points(db, &scan, s);
    if (read != OUT_OF_ORDER)
        return read;
    scan.sorted = true;
    return read_points(db, &scan, s);
}
