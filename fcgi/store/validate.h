/* What names and values may be, and what is said when they are not: MLflow's
 * rules (mlflow/utils/validation.py), word for word where clients see them. */
#pragma once

#include <stdint.h>

#include "../error.h"
#include "../fields.h"

struct key_value {
    const char *key, *value;
};

enum {
    LIMIT_KEY = 250,
    LIMIT_PARAM_VALUE = 6000,
    LIMIT_TAG_VALUE = 8000,
    LIMIT_EXPERIMENT_NAME = 500,
    LIMIT_EXPERIMENT_TAG_VALUE = 20000,
    LIMIT_ARTIFACT_LOCATION = 2048,
    LIMIT_BATCH_METRICS = 1000,
    LIMIT_BATCH_PARAMS_TAGS = 100,
    LIMIT_BATCH = 1000,
};

/* The name of a metric, param or tag. path says where it stood: "key",
 * "metrics[3].name". */
int validate_name(const struct fields_ctx *, const char *name, const char *path) MUST_CHECK;

/* At most limit characters. */
int validate_length(const struct fields_ctx *, const char *entity, int64_t limit,
                    const char *value) MUST_CHECK;

/* The first limit characters of value, or value itself. */
const char *truncate_text(struct arena *, int64_t limit, const char *value);

/* Params and run tags: the name, the length of the key; long values are cut, as
 * MLflow does unless it is told not to. at is "" or "params[3]". */
int validate_param(const struct fields_ctx *, struct key_value *, const char *at) MUST_CHECK;
int validate_tag(const struct fields_ctx *, struct key_value *, const char *at) MUST_CHECK;
int validate_experiment_tag(const struct fields_ctx *, const struct key_value *) MUST_CHECK;

/* A decimal id as Python's int() reads it. */
int parse_experiment_id(const struct fields_ctx *, const char *text, int64_t *id) MUST_CHECK;

/* The artifact location that a client gives to an experiment. *location may be
 * replaced by an absolute path. */
int validate_artifact_location(const struct fields_ctx *, const char **location) MUST_CHECK;

/* The run id of a batch. */
int validate_run_id(const struct fields_ctx *, const char *run_id) MUST_CHECK;

/* Python's repr() of a text, as some messages have it. */
const char *python_repr(struct arena *, const char *text);

/* base/a/b, before the query string if base has one. */
const char *uri_append(struct arena *, const char *base, const char *path);
