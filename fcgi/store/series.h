/* The points of a metric as a curve of bounded size, however many there are. */
#pragma once

#include "../db.h"

/* Points of neighbouring steps; of one point alone all values are its own. */
struct series_bucket {
    int64_t points;     /* that are numbers */
    int64_t nans;       /* and that are not */
    int64_t first_step; /* steps from here */
    int64_t last_step;  /* to here */
    int64_t timestamp;  /* ms, of the last of them */
    double low, high;   /* over all of them: nothing that stands out is lost */
    double first, last;
};

struct series {
    struct series_bucket *buckets; /* by step */
    size_t count;
    int64_t points; /* all of them, NaN included */
    uint64_t width; /* steps of a bucket; 0: each bucket is one point */
};

/* The points of steps from to to, in at most most buckets, or two (if steps are evenly
 * spread at least half as many). Reads them once, in the order of the table. */
int series_read(struct db *, const char *run_id, const char *key, struct opt_int from,
                struct opt_int to, size_t most, struct series *) MUST_CHECK;
