/* Whether a metric is to be small or large: what metrics.K.best means. Said by, in this
 * order, the experiment's tag cairn.metric.direction.K (minimize or min, maximize or max),
 * MLflow's tags of the experiment's primary metric if that is K, and K's name
 * (directions.def). */
#pragma once

#include "../db.h"

bool name_is_minimized(const char *key);

/* Adds a condition that is true if the metric of run r is to be small. */
void minimized_condition(struct sql *, const char *key);
