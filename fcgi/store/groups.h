/* Runs in groups: all that a search finds, by their values of some columns, and what the
 * others come to in each group. */
#pragma once

#include "column.h"

enum {
    GROUPS_BY = 5,       /* columns that runs are grouped by, at most */
    GROUPS_COLUMNS = 40, /* columns of which is told what they come to */
};

enum group_order {
    GROUP_BY_RUNS = 1, /* the largest group first */
    GROUP_BY_KEYS,
    GROUP_BY_MEAN, /* and by the other things that are told of a column */
    GROUP_BY_MIN,
    GROUP_BY_MAX,
};

struct group_query {
    struct column by[GROUPS_BY];
    size_t by_count; /* 0: all runs are one group */
    struct column columns[GROUPS_COLUMNS];
    size_t column_count;
    enum group_order order;
    size_t order_column; /* of GROUP_BY_MEAN and so on */
    bool descending;
    int best; /* the column by which each group has a best run; -1: none */
    bool best_is_least;
    int64_t limit, offset;
};

/* Of one column in one group. mean and std (of a sample) are of finite numbers. */
struct group_stat {
    int64_t count; /* runs that have a value */
    struct value mean, std, min, max;
};
struct group {
    struct value values[GROUPS_BY]; /* NULL: runs that have none */
    int64_t runs;
    const char *best; /* the id of a run, or NULL */
    struct group_stat *stats;
};
/* total: of all groups, whatever the page. */
int groups_read(struct db *, struct group_query *, const struct run_search *, struct group **,
                size_t *count, int64_t *total) MUST_CHECK;
