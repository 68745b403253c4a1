/* What the superset has names for. */
#pragma once

#include "attributes.h"
#include "slice.h"

/* An identifier of MLflow's, or min(metrics.m), metrics.m@7, age. False if it is neither. */
bool superset_name_read(const struct search_ctx *, enum search_what, struct slice,
                        struct identifier *) MUST_CHECK;

/* Whether the text of an identifier, with its quotes, is metrics.K.min or the like: then
 * id->dotted and id->series are set. */
void dotted_read(struct arena *, enum search_what, const char *written, struct identifier *);

/* One item of order_by: of a metric's series, or a duration. False if it is neither;
 * cx->err is left alone. */
bool superset_order_read(const struct search_ctx *, enum search_what, const char *clause,
                         struct identifier *, bool *descending) MUST_CHECK;
