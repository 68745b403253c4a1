/* Whole columns of all runs that a search finds, for charts: read and handed on in
 * blocks, so that memory does not grow with the runs. */
#pragma once

#include "grid.h"

enum {
    COLUMN_MOST = 16,    /* columns of one reading */
    COLUMN_BLOCK = 4096, /* rows of a block */
};

enum column_kind {
    COLUMN_METRIC,
    COLUMN_PARAM,
    COLUMN_TAG,
    COLUMN_ATTRIBUTE,
};

struct column {
    enum column_kind kind;
    const char *key;
    enum grid_value value; /* of a metric */
    int64_t step;          /* of GRID_AT */
    bool numbers;          /* texts too: those that are no numbers are missing */
};

/* Adds its value of run r, a scalar. INVALID_PARAMETER_VALUE of an attribute that runs do
 * not have; sets numbers where values are numbers. */
int column_add(struct db *, struct column *, struct sql *) MUST_CHECK;

struct column_block {
    size_t rows;
    double *numbers[COLUMN_MOST];    /* NaN: none; NULL: the column has texts */
    const char **texts[COLUMN_MOST]; /* NULL: none */
};

struct column_reader {
    struct db *db;
    struct column columns[COLUMN_MOST];
    size_t count;
    struct rows *rows;
    struct column_block block; /* the present one */
};

/* Begins: all that can be refused is. INVALID_PARAMETER_VALUE of an attribute that runs
 * do not have. Until the end, the connection can do nothing else. */
int column_open(struct column_reader *, const struct run_search *) MUST_CHECK;
/* The next block into reader->block, its texts in db->mem: 1; 0: no more. */
int column_next(struct column_reader *) MUST_CHECK;
