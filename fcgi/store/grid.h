/* What the grid of the UI shows of many runs: one array per column instead of one
 * object per run, and only the columns that are asked for. */
#pragma once

#include "runs.h"

enum grid_kind {
    GRID_METRIC = 1,
    GRID_PARAM,
    GRID_TAG,
};
/* Of a metric. All but the latest value are of the points that are numbers. */
enum grid_value {
    GRID_LATEST = 1,
    GRID_MIN,
    GRID_MAX,
    GRID_BEST,   /* the least or the greatest, as the run's experiment says: search/direction.h */
    GRID_POINTS, /* how many there are; NaN included */
    GRID_AT,     /* the last one logged at a step */
};
struct grid_column {
    enum grid_kind kind;
    const char *key;
    enum grid_value value;
    int64_t step; /* of GRID_AT */
};

/* Adds GRID_BEST of the metric of run r, a scalar; NULL if it has no number. */
void grid_add_best(struct sql *, const char *key);

struct grid_cell {
    bool set, is_nan;
    double number;    /* of a metric */
    const char *text; /* of a param or a tag */
};
/* cells[c * run_count + r] is column c of run r; one that is not set has no value. */
int grid_read(struct db *, const struct run *, size_t run_count, const struct grid_column *,
              size_t column_count, struct grid_cell *cells) MUST_CHECK;

/* A key that runs have, and what its values are like. */
struct grid_key {
    const char *key;
    int64_t runs;              /* that have it */
    int64_t values;            /* different ones; of a metric: latest ones */
    struct opt_real low, high; /* of a metric: latest values that are numbers */
};
/* The keys of these runs, sorted. */
int grid_keys_read(struct db *, enum grid_kind, const struct run *, size_t run_count,
                   struct grid_key **, size_t *count) MUST_CHECK;

struct grid_facet {
    const char *value;
    int64_t runs; /* that have it */
};
/* The most frequent values of a param or tag among the runs of a search, the most
 * frequent first. */
int grid_facets_read(struct db *, enum grid_kind, const char *key, const struct run_search *,
                     int64_t limit, struct grid_facet **, size_t *count) MUST_CHECK;

/* A number that changes when anything of the run changes that the grid can show:
 * row, params, tags, latest metrics. revisions[r] is that of run r. */
int grid_revisions(struct db *, const struct run *, size_t run_count,
                   int64_t *revisions) MUST_CHECK;
