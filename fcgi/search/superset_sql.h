/* The conditions and scalars that only the superset has. As in conditions.h, fragments
 * are the program's own words and columns. */
#pragma once

#include "conditions.h"

/* Adds the condition, if MLflow has none of the kind; else false. */
bool superset_condition(struct sql *, const struct subject *, const struct comparison *);
/* Adds a scalar: the value of a run's series; NULL if there is none. */
void aggregate_value(struct sql *, const struct identifier *);
/* Of metrics.K.min: the same for id->series; and the condition, for runs with a metric of
 * that name or without. */
void dotted_value(struct sql *, const struct identifier *);
void dotted_condition(struct sql *, const struct subject *, const struct comparison *);
