/* What the routes for the UI's grid ask for: which runs, in which order. */
#pragma once

#include "../store/column.h"
#include "fragments.h"

#define GRID_SEARCH                                                                                \
    struct text_list experiment_ids;                                                               \
    const char *filter;                                                                            \
    struct opt_enum run_view_type;                                                                 \
    struct text_list order_by
#define GRID_SEARCH_FIELDS(struct_)                                                                \
    OPTIONAL(struct_, experiment_ids, "The experiments to search; all when absent."),              \
        OPTIONAL(struct_, filter, "As of runs/search."),                                           \
        ENUM(struct_, run_view_type, view_type_names, "Active ones when absent."),                 \
        OPTIONAL(struct_, order_by, "As of runs/search.")

struct grid_search {
    GRID_SEARCH;
};
#define GRID_SEARCH_OF(in)                                                                         \
    (&(const struct grid_search){ (in)->experiment_ids, (in)->filter, (in)->run_view_type,         \
                                  (in)->order_by })

/* The search of GRID_SEARCH_OF an input; its page is not set. */
int grid_search_read(struct request *, const struct grid_search *, struct run_search *) MUST_CHECK;

/* A number of the request: 0 to most. */
int check_range(struct request *, const char *name, int64_t value, int64_t most) MUST_CHECK;

/* A column as runs/column and runs/groups ask for it. */
struct column_in {
    struct opt_enum kind, value;
    const char *key;
    struct opt_int step;
    struct opt_bool numeric;
};
extern const struct field column_in_fields[];
/* Of a list of them, whose length is checked. */
int column_list_read(struct request *, const struct list *, struct column *) MUST_CHECK;
