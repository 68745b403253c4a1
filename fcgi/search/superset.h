/* What Cairn's filters and orders have beyond MLflow's: README.md has the grammar.
 *
 * MLflow's grammar goes first and always wins: a text that it accepts means what it
 * means there, and only a text that it refuses is read by this one. A text that neither
 * has is refused with MLflow's words. There is one deliberate exception, and it shows in
 * runs of which MLflow finds nothing: metrics.loss.min is the last value of the metric
 * "loss.min" where a run has one, and the least value of "loss" where it has none. In
 * order_by even metrics.loss@min is a metric's name to MLflow; min(metrics.loss) is not.
 *
 * The clauses between AND, OR, NOT and parentheses are MLflow's, read by its reader, or
 * those that clause_read() adds. The limits are those of search.h. */
#pragma once

#include "parser.h"

/* The whole filter, as items under one AND. False if it is not of the superset;
 * cx->err is left alone. */
bool superset_parse(const struct search_ctx *, enum search_what, const char *filter,
                    struct expr *) MUST_CHECK;
