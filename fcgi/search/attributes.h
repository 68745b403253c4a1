/* The tables of attributes.def, and how an identifier finds its row. */
#pragma once

#include "search.h"

enum entity {
    ENTITY_METRIC,
    ENTITY_PARAM,
    ENTITY_TAG,
    ENTITY_ATTRIBUTE,
    ENTITY_DATASET,
};

enum attribute_use {
    ATTRIBUTE_FILTER = 1,
    ATTRIBUTE_ORDER = 2,
    ATTRIBUTE_IN = 4,
    ATTRIBUTE_VIA_TAG = 8,
    ATTRIBUTE_OURS = 16,
    ATTRIBUTE_VIA_EXPERIMENT = 32,
    ATTRIBUTE_SPAN = 64,
    ATTRIBUTE_AGE = 128,
};

struct attribute {
    enum search_what what;
    enum entity entity;
    const char *key, *column;
    enum {
        ATTRIBUTE_TEXT,
        ATTRIBUTE_NUMBER,
        ATTRIBUTE_ID,
    } type;
    unsigned uses;
};

/* Where the keys and values of an entity are kept. */
struct entity_values {
    enum search_what what;
    enum entity entity;
    const char *table, *owner;
};

/* What of a metric's series; NONE is its last value. */
enum aggregate {
    AGGREGATE_NONE,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_FIRST,
    AGGREGATE_COUNT,
    AGGREGATE_STEP,
    AGGREGATE_BEST, /* the least or the greatest: direction.h */
};

/* An identifier: metrics.`m`, tags."a b", status, min(metrics.m). */
struct identifier {
    enum entity entity;
    const char *key;                   /* without quotes */
    const struct attribute *attribute; /* of ENTITY_ATTRIBUTE and ENTITY_DATASET */
    enum aggregate aggregate;
    int64_t step; /* of AGGREGATE_STEP */
    /* metrics.K.min without quotes: for runs that have no metric "K.min", its series. */
    enum aggregate dotted;
    const char *series; /* K */
};

/* use: ATTRIBUTE_FILTER or ATTRIBUTE_ORDER. -1 with MLflow's text. */
int identifier_read(const struct search_ctx *, enum search_what, unsigned use, const char *s,
                    struct identifier *) MUST_CHECK;

/* The row that is OURS and has this name, or NULL. */
const struct attribute *attribute_of_ours(enum search_what, const char *name);

const struct entity_values *values_of(enum search_what, enum entity);

/* As MLflow's texts call it. */
const char *entity_name(enum entity);
