/* MLflow's sets of comparators, and its words for those that are not in them. */
#include "comparators.h"

#include <math.h>

#include "../out.h"
#include "python.h"

static const enum comparator numeric[] = { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };
static const enum comparator textual[] = {
    CMP_EQ, CMP_NE, CMP_LIKE, CMP_ILIKE, CMP_IN, CMP_NOT_IN
};
static const enum comparator keyed[] = { CMP_EQ,    CMP_NE,      CMP_LIKE,
                                         CMP_ILIKE, CMP_IS_NULL, CMP_IS_NOT_NULL };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool among(enum comparator comparator, const enum comparator *set, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (set[i] == comparator)
            return true;
    return false;
}

/* MLflow forgets the last quote in some of these texts, which is why it is an
 * argument. */
static int comparator_refuse(const struct search_ctx *cx, const struct comparison *c,
                             const enum comparator *set, size_t count, const char *quote)
{
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid comparator '%s' not one of '%s%s", c->sign,
                comparators_text(cx->mem, set, count), quote);
}

static int run_comparator_check(const struct search_ctx *cx, const struct comparison *c)
{
    switch (c->id.entity) {
    case ENTITY_METRIC:
        return among(c->comparator, numeric, COUNT(numeric))
                   ? 0
                   : comparator_refuse(cx, c, numeric, COUNT(numeric), "");
    case ENTITY_PARAM:
    case ENTITY_TAG:
        return among(c->comparator, keyed, COUNT(keyed))
                   ? 0
                   : comparator_refuse(cx, c, keyed, COUNT(keyed),
                                       c->id.entity == ENTITY_PARAM ? "'" : "");
    case ENTITY_DATASET:
        return among(c->comparator, textual, COUNT(textual))
                   ? 0
                   : comparator_refuse(cx, c, textual, COUNT(textual), "");
    case ENTITY_ATTRIBUTE:
        break;
    }
    if (c->id.attribute->type == ATTRIBUTE_NUMBER)
        return among(c->comparator, numeric, COUNT(numeric))
                   ? 0
                   : comparator_refuse(cx, c, textual, COUNT(textual), "");
    return among(c->comparator, textual, COUNT(textual))
               ? 0
               : comparator_refuse(cx, c, textual, COUNT(textual), "'");
}

static int experiment_ids_read(const struct search_ctx *cx, struct comparison *c)
{
    struct value *ids = arena_array(cx->mem, struct value, c->count + 1);

    for (size_t i = 0; i < c->count; i++) {
        int64_t id;

        if (python_int(c->values[i].text.s, &id) < 0)
            return fail(cx, INVALID_PARAMETER_VALUE,
                        "Invalid experiment ID '%s'. Experiment ID must be a valid integer.",
                        c->values[i].text.s);
        ids[i] = integer(id);
    }
    ids[c->count].type = VALUE_END;
    c->values = ids;
    return 0;
}

static int experiment_number_check(const struct search_ctx *cx, const struct comparison *c)
{
    char number[32];

    if (!among(c->comparator, numeric, COUNT(numeric)))
        return comparator_refuse(cx, c, textual, COUNT(textual), "");
    if (!c->is_float)
        return 0;
    number[real_repr(number, c->values->r)] = '\0';
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid value for numeric attribute '%s': '%s'",
                c->id.key, number);
}

static int experiment_comparator_check(const struct search_ctx *cx, struct comparison *c)
{
    bool listed = c->comparator == CMP_IN || c->comparator == CMP_NOT_IN;

    if (c->id.entity == ENTITY_TAG)
        return among(c->comparator, keyed, COUNT(keyed))
                   ? 0
                   : fail(cx, INVALID_PARAMETER_VALUE, "Invalid comparator for tag: %s", c->sign);
    switch (c->id.attribute->type) {
    case ATTRIBUTE_ID:
        return c->comparator == CMP_EQ || c->comparator == CMP_NE || listed
                   ? experiment_ids_read(cx, c)
                   : fail(cx, INVALID_PARAMETER_VALUE, "Invalid comparator for experiment_id: %s",
                          c->sign);
    case ATTRIBUTE_NUMBER:
        return experiment_number_check(cx, c);
    case ATTRIBUTE_TEXT:
        break;
    }
    return among(c->comparator, textual, COUNT(textual))
               ? 0
               : comparator_refuse(cx, c, textual, COUNT(textual), "'");
}

int comparison_check(const struct search_ctx *cx, enum search_what what, struct comparison *c)
{
    bool listed = c->comparator == CMP_IN || c->comparator == CMP_NOT_IN;
    const struct value *v = c->values;

    switch (what) {
    case SEARCH_RUNS:
        if (run_comparator_check(cx, c) < 0)
            return -1;
        break;
    case SEARCH_EXPERIMENTS:
        if (experiment_comparator_check(cx, c) < 0)
            return -1;
        break;
    }
    /* 1e400 is infinity to Python, which has no way into the database. */
    if (c->count && v->type == VALUE_REAL && isinf(v->r))
        return fail(cx, INVALID_PARAMETER_VALUE, "The number compared with %s '%s' is too large.",
                    entity_name(c->id.entity), c->id.key);
    if (c->count > 1 && !listed)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Invalid comparator '%s' for a list of values. Use IN or NOT IN.", c->sign);
    return 0;
}
