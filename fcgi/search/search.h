/* The filter and order languages of MLflow's searches: one lexer, one parser,
 * tables of attributes. Text of the client becomes values only.
 * Source: mlflow/utils/search_utils.py (SearchUtils, SearchExperimentsUtils).
 *
 * The languages accept what MLflow's accept, and refuse the rest with its words.
 * Limits of our own, all INVALID_PARAMETER_VALUE: a filter of 64 KiB, 1000
 * comparisons, groups nested 100 deep, 10000 lexemes (the last two are MLflow's
 * tokenizer's as well), and 100 items of order_by. */
#pragma once

#include "../arena.h"
#include "../db.h"
#include "../error.h"

enum {
    FILTER_BYTES = 64 * 1024,
    FILTER_COMPARISONS = 1000,
    FILTER_DEPTH = 100,
    FILTER_LEXEMES = 10000,
    ORDER_ITEMS = 100,
};

struct search_ctx {
    struct error *err;
    struct arena *mem;
};

enum search_what {
    SEARCH_RUNS,
    SEARCH_EXPERIMENTS,
};

/* Adds " AND (…)" for each clause of filter to sql, whose FROM names the table
 * of the search by the alias r (runs) or e (experiments). filter may be NULL or
 * empty: nothing is added. -1 with MLflow's text. */
int search_filter(const struct search_ctx *, enum search_what, const char *filter,
                  struct sql *) MUST_CHECK;
/* The same conditions for a walk along an index of the searched table: for each of its
 * rows one look at the values of that row, never a list of all values that match. */
int search_filter_probing(const struct search_ctx *, enum search_what, const char *filter,
                          struct sql *) MUST_CHECK;

/* The order: JOINs that the ORDER BY needs are added to joins (each LEFT JOIN
 * yields at most one row), the list after "ORDER BY " to order, tie-breaks
 * included. */
int search_order(const struct search_ctx *, enum search_what, const struct text_list *order_by,
                 struct sql *joins, struct sql *order) MUST_CHECK;

/* The metric that runs are ordered by, if they are ordered by one metric alone: its
 * name, and whether the largest comes first. Else NULL. For an order that
 * search_order took; its join has the alias o0. */
const char *search_order_metric(const struct search_ctx *, const struct text_list *order_by,
                                bool *descending);

/* Page tokens: base64 of {"offset": N}, with Python's blank. NULL or "" is 0. */
int page_token_read(const struct search_ctx *, const char *token, int64_t *offset) MUST_CHECK;
const char *page_token_write(struct arena *, int64_t offset);
