/* The meta.yaml files of MLflow's file store: a mapping of scalars, and of mappings
 * of scalars (tags of inputs). */
#pragma once

#include <stdbool.h>

#include "../fields.h"

struct meta_item {
    const char *key, *value; /* value NULL: YAML's null */
    struct meta *map;        /* a mapping instead; NULL for none */
    bool is_text;            /* to be written as a text, whatever it looks like */
};

struct meta {
    struct meta_item *items;
    size_t count;
};

/* What is neither scalar nor mapping (the old, empty list of tags) is left out.
 * NOT_FOUND if there is no such file; INVALID_PARAMETER_VALUE if it is no mapping. */
int meta_read(const struct fields_ctx *, const char *path, struct meta *) MUST_CHECK;

/* NULL if it is absent or null. */
const char *meta_text(const struct meta *, const char *key);
/* The value as a whole number; unset if it is none. */
struct opt_int meta_int(const struct meta *, const char *key);
/* NULL if it is absent. */
const struct meta *meta_map(const struct meta *, const char *key);

/* For writing. room: items that will be put. */
struct meta meta_new(struct arena *, size_t room);
void meta_put_text(struct meta *, const char *key, const char *value);
void meta_put_int(struct meta *, struct arena *, const char *key, struct opt_int);
void meta_put_map(struct meta *, const char *key, struct meta *map);
/* Keys in the order they were put; the file appears whole or not at all. */
int meta_write(const struct fields_ctx *, const char *path, const struct meta *) MUST_CHECK;
