/* The tag of a run in which clients before MLflow 3 keep the models they logged. */
#pragma once

#include <jansson.h>

#include "../db.h"
#include "../store/runs.h"

/* Adds the model, an object as in a file MLmodel. The run must be locked: two
 * histories must not overwrite one another. */
int model_history_add(struct db *, const struct run *, const json_t *model) MUST_CHECK;

/* As Python's json.dumps() writes it. */
const char *python_json(struct arena *, const json_t *value);
