/* The points of a metric as a curve of bounded size, however many there are. */
#pragma once

#include "../db.h"

/* What a curve is drawn over. */
enum series_axis {
    SERIES_STEP,
    SERIES_TIME,     /* ms since 1970 */
    SERIES_RELATIVE, /* ms since the run began */
    SERIES_METRIC,   /* the value of another metric at the same step */
};

struct series_query {
    const char *run_id, *key;
    enum series_axis axis;
    const char *axis_key;              /* of SERIES_METRIC */
    struct opt_int from_step, to_step; /* whatever the axis is */
    struct opt_real from, to;          /* of the axis, if it is not SERIES_STEP */
    size_t most;                       /* buckets */
};

/* Points that are neighbours on the axis; of one point alone all values are its own. */
struct series_bucket {
    int64_t points;        /* that are numbers */
    int64_t nans;          /* and that are not */
    int64_t infinite;      /* take part in no value where there are numbers */
    double first_x;        /* of the axis, from here */
    double x;              /* to here */
    int64_t first_step;    /* of the first of them */
    int64_t step;          /* of the last of them */
    int64_t timestamp;     /* ms, of the last of them */
    double low, high, sum; /* over all of them: nothing that stands out is lost */
    double first, last;
};

/* A value that a point has exactly, and the first step at which one has it. */
struct series_extreme {
    double value;
    int64_t step;
};

struct series {
    struct series_bucket *buckets; /* by x */
    size_t count;
    int64_t points;                        /* all of them */
    int64_t nans, infinite;                /* among them */
    struct series_extreme least, greatest; /* of numbers; if there is none, NaN */
    double width;                          /* of a bucket, on the axis; 0: each is one point */
};

/* The points of a part of the axis in at most so many buckets: those of steps, if they are
 * evenly spread, in at least half as many, where two narrow ones make a wide one. Read as
 * they come, in the order of the table: memory does not grow with them. Points that have
 * no place on the axis are left out. */
int series_read(struct db *, const struct series_query *, struct series *) MUST_CHECK;
