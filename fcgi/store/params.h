/* Params: written once, never changed. */
#pragma once

#include "../db.h"
#include "runs.h"
#include "validate.h"

/* INVALID_PARAMETER_VALUE if the run has the param with another value. The two
 * differ in their texts, and in that MLflow compares a single one by the
 * database's collation. */
int param_insert(struct db *, const char *run_id, const struct key_value *) MUST_CHECK;
int params_insert(struct db *, const struct run *, const struct key_value *,
                  size_t count) MUST_CHECK;
