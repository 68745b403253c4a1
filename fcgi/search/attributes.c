#include "attributes.h"

#include <string.h>

#include "python.h"

enum {
    FILTER = ATTRIBUTE_FILTER,
    ORDER = ATTRIBUTE_ORDER,
    IN = ATTRIBUTE_IN,
    VIA_TAG = ATTRIBUTE_VIA_TAG,
    OURS = ATTRIBUTE_OURS,
    VIA_EXPERIMENT = ATTRIBUTE_VIA_EXPERIMENT,
    SPAN = ATTRIBUTE_SPAN,
    AGE = ATTRIBUTE_AGE,
};

static const struct attribute attributes[] = {
#define ATTRIBUTE(what_, entity_, key_, column_, type_, uses_)                                     \
    { SEARCH_##what_, ENTITY_##entity_, key_, column_, ATTRIBUTE_##type_, uses_ },
#include "attributes.def"
};

static const struct {
    enum search_what what;
    enum entity entity;
    const char *spelled;
} entities[] = {
#define ENTITY(what_, entity_, spelled_) { SEARCH_##what_, ENTITY_##entity_, spelled_ },
#include "attributes.def"
};

static const struct entity_values values[] = {
#define VALUES(what_, entity_, table_, owner_) { SEARCH_##what_, ENTITY_##entity_, table_, owner_ },
#include "attributes.def"
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *entity_name(enum entity entity)
{
    static const char *const names[] = {
        [ENTITY_METRIC] = "metric",       [ENTITY_PARAM] = "parameter", [ENTITY_TAG] = "tag",
        [ENTITY_ATTRIBUTE] = "attribute", [ENTITY_DATASET] = "dataset",
    };

    return names[entity];
}

const struct entity_values *values_of(enum search_what what, enum entity entity)
{
    for (size_t i = 0; i < COUNT(values); i++)
        if (values[i].what == what && values[i].entity == entity)
            return &values[i];
    return NULL;
}

static int entity_refuse(const struct search_ctx *cx, enum search_what what, const char *spelled)
{
    switch (what) {
    case SEARCH_RUNS:
        break;
    case SEARCH_EXPERIMENTS:
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Invalid entity type '%s'. Valid entity types are ('attribute', 'tag', 'tags')",
                    spelled);
    }
    return fail(cx, INVALID_PARAMETER_VALUE,
                "Invalid entity type '%s'. Valid values are "
                "['metric', 'parameter', 'tag', 'attribute', 'dataset']",
                spelled);
}

static int entity_read(const struct search_ctx *cx, enum search_what what, const char *spelled,
                       enum entity *entity)
{
    if (what == SEARCH_RUNS)
        spelled = unquoted(cx->mem, spelled, "`");
    for (size_t i = 0; i < COUNT(entities); i++)
        if (entities[i].what == what && !strcmp(entities[i].spelled, spelled)) {
            *entity = entities[i].entity;
            return 0;
        }
    return entity_refuse(cx, what, spelled);
}

/* The keys an identifier may have, as Python prints a set. */
static const char *attribute_keys(const struct search_ctx *cx, enum search_what what,
                                  enum entity entity, unsigned use)
{
    const char *keys[COUNT(attributes)];
    size_t count = 0;

    for (size_t i = 0; i < COUNT(attributes); i++)
        if (attributes[i].what == what && attributes[i].entity == entity &&
            (attributes[i].uses & use))
            keys[count++] = attributes[i].key;
    return repr_set(cx->mem, keys, count);
}

static int attribute_read(const struct search_ctx *cx, enum search_what what, unsigned use,
                          struct identifier *id)
{
    /* Datasets cannot be ordered by, which is found out – and said – later. */
    if (id->entity == ENTITY_DATASET)
        use = ATTRIBUTE_FILTER;
    for (size_t i = 0; i < COUNT(attributes); i++) {
        const struct attribute *a = &attributes[i];

        if (a->what == what && a->entity == id->entity && (a->uses & use) &&
            !strcmp(a->key, id->key)) {
            id->attribute = a;
            return 0;
        }
    }
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid %s key '%s' specified. Valid keys are '%s'",
                entity_name(id->entity), id->key, attribute_keys(cx, what, id->entity, use));
}

const struct attribute *attribute_of_ours(enum search_what what, const char *name)
{
    for (size_t i = 0; i < COUNT(attributes); i++)
        if (attributes[i].what == what && (attributes[i].uses & OURS) &&
            !strcmp(attributes[i].key, name))
            return &attributes[i];
    return NULL;
}

int identifier_read(const struct search_ctx *cx, enum search_what what, unsigned use, const char *s,
                    struct identifier *id)
{
    const char *dot = strchr(s, '.');

    *id = (struct identifier){ .entity = ENTITY_ATTRIBUTE };
    if (dot) {
        const char *spelled = arena_strndup(cx->mem, s, (size_t)(dot - s));

        if (entity_read(cx, what, spelled, &id->entity) < 0)
            return -1;
    }
    id->key = unquoted(cx->mem, unquoted(cx->mem, dot ? dot + 1 : s, "'\""), "`");
    if (id->entity != ENTITY_ATTRIBUTE && id->entity != ENTITY_DATASET)
        return 0;
    return attribute_read(cx, what, use, id);
}
