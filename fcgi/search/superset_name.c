#include "superset_name.h"

#include <stdlib.h>
#include <string.h>

#include "terms.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
    const char *name;
    enum aggregate aggregate;
} aggregates[] = {
    { "min", AGGREGATE_MIN },     { "max", AGGREGATE_MAX },   { "first", AGGREGATE_FIRST },
    { "count", AGGREGATE_COUNT }, { "best", AGGREGATE_BEST },
};

static enum aggregate aggregate_named(const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT(aggregates); i++)
        if (word_is(s, length, aggregates[i].name))
            return aggregates[i].aggregate;
    return AGGREGATE_NONE;
}

/* min(…): what stands in the parentheses becomes *s. */
static enum aggregate function_take(struct slice *s)
{
    enum aggregate aggregate = AGGREGATE_NONE;

    if (s->count > 3 && s->items[0].type == LEX_NAME &&
        lexeme_is(&s->items[1], LEX_PUNCTUATION, "(") &&
        lexeme_is(&s->items[s->count - 1], LEX_PUNCTUATION, ")"))
        aggregate = aggregate_named(s->items[0].at, s->items[0].length);
    if (aggregate)
        *s = slice_part(s, 2, s->count - 1);
    return aggregate;
}

/* …@min, …@1000: what stands before it becomes *s. */
static enum aggregate suffix_take(struct slice *s, int64_t *step)
{
    enum {
        DIGITS = 18 /* of steps: any number of so many fits */
    };
    const struct lexeme *last = &s->items[s->count - 1];
    enum aggregate aggregate;

    if (!slice_is_contiguous(s))
        return AGGREGATE_NONE;
    if (s->count > 1 && last->type == LEX_NAME && *last->at == '@') {
        aggregate = aggregate_named(last->at + 1, last->length - 1);
        *s = aggregate ? slice_part(s, 0, s->count - 1) : *s;
        return aggregate;
    }
    if (s->count < 3 || last->type != LEX_INTEGER || last->length > DIGITS ||
        !(lexeme_is(last - 1, LEX_OPERATOR, "@") || lexeme_is(last - 1, LEX_OPERATOR, "@-")))
        return AGGREGATE_NONE;
    *step = strtoll(last->at - (last[-1].length - 1), NULL, 10); /* with its sign */
    *s = slice_part(s, 0, s->count - 2);
    return AGGREGATE_STEP;
}

/* K without its quotes, if it has them; NULL if they do not end where K does. */
static const char *series_of(struct arena *mem, const char *key, size_t length)
{
    const char *quote = strchr("`\"'", *key);

    if (!length)
        return NULL;
    if (!quote)
        return arena_strndup(mem, key, length);
    if (length < 3 || memchr(key + 1, *quote, length - 1) != key + length - 1)
        return NULL;
    return arena_strndup(mem, key + 1, length - 2);
}

void dotted_read(struct arena *mem, enum search_what what, const char *written,
                 struct identifier *id)
{
    const char *dot = strchr(written, '.'), *last = strrchr(written, '.');

    if (what != SEARCH_RUNS || id->entity != ENTITY_METRIC || id->aggregate || dot == last)
        return;
    for (size_t i = 0; i < COUNT(aggregates); i++)
        if (!strcmp(last + 1, aggregates[i].name)) {
            id->series = series_of(mem, dot + 1, (size_t)(last - dot - 1));
            id->dotted = id->series ? aggregates[i].aggregate : AGGREGATE_NONE;
        }
}

/* Exactly what MLflow's reader takes for one identifier. */
static bool is_identifier(struct arena *mem, const struct slice *s)
{
    const struct lexeme *last = &s->items[s->count - 1];
    struct terms terms = terms_of(mem, s->items, s->count);
    const struct term *only = terms.items;

    return slice_is_contiguous(s) && terms.count == 1 && only->kind == TERM_IDENTIFIER &&
           only->at == s->items->at && only->at + only->length == last->at + last->length;
}

bool superset_name_read(const struct search_ctx *cx, enum search_what what, struct slice s,
                        struct identifier *id)
{
    enum aggregate aggregate;
    int64_t step = 0;
    const char *name;

    if (!s.count)
        return false;
    aggregate = function_take(&s);
    if (!aggregate)
        aggregate = suffix_take(&s, &step);
    if (!is_identifier(cx->mem, &s))
        return false;
    name = slice_text(cx->mem, &s);
    *id = (struct identifier){ .entity = ENTITY_ATTRIBUTE, .key = name };
    id->attribute = attribute_of_ours(what, name);
    if (!id->attribute && identifier_read(cx, what, ATTRIBUTE_FILTER, name, id) < 0)
        return false;
    id->aggregate = aggregate;
    id->step = step;
    dotted_read(cx->mem, what, name, id);
    return !aggregate || id->entity == ENTITY_METRIC;
}

bool superset_order_read(const struct search_ctx *cx, enum search_what what, const char *clause,
                         struct identifier *id, bool *descending)
{
    struct error quiet = { .mem = cx->mem };
    const struct search_ctx own = { &quiet, cx->mem };
    struct lexemes lexemes;
    struct slice s;

    if (what != SEARCH_RUNS || !lex_words(cx->mem, clause, &lexemes) || !lexemes.count)
        return false;
    s = (struct slice){ lexemes.items, lexemes.count };
    *descending = lexeme_is(&s.items[s.count - 1], LEX_ORDER, "DESC");
    s.count -= *descending || lexeme_is(&s.items[s.count - 1], LEX_ORDER, "ASC");
    return superset_name_read(&own, what, s, id) &&
           (id->aggregate || (id->attribute && (id->attribute->uses & ATTRIBUTE_SPAN)));
}
