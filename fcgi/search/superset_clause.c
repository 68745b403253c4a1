#include "superset_clause.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "characters.h"
#include "comparators.h"
#include "python.h"
#include "superset_name.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Signs */

struct sign {
    enum comparator comparator;
    size_t from, to; /* the lexemes that it is */
};

static const struct {
    const char *word;
    enum comparator plain, negated;
} signs[] = {
    { "=", CMP_EQ, CMP_UNKNOWN },
    { "!=", CMP_NE, CMP_UNKNOWN },
    { "<", CMP_LT, CMP_UNKNOWN },
    { "<=", CMP_LE, CMP_UNKNOWN },
    { ">", CMP_GT, CMP_UNKNOWN },
    { ">=", CMP_GE, CMP_UNKNOWN },
    { "LIKE", CMP_LIKE, CMP_NOT_LIKE },
    { "ILIKE", CMP_ILIKE, CMP_NOT_ILIKE },
    { "IN", CMP_IN, CMP_NOT_IN },
    { "BETWEEN", CMP_BETWEEN, CMP_NOT_BETWEEN },
    { "REGEXP", CMP_REGEXP, CMP_NOT_REGEXP },
    { "RLIKE", CMP_REGEXP, CMP_NOT_REGEXP },
};

static enum comparator comparator_of(const char *s, size_t length, bool negated)
{
    for (size_t i = 0; i < COUNT(signs); i++)
        if (word_is(s, length, signs[i].word))
            return negated ? signs[i].negated : signs[i].plain;
    return CMP_UNKNOWN;
}

/* The first sign outside parentheses. To the lexer NOT LIKE is one, NOT IN are two. */
static bool sign_find(const struct slice *s, struct sign *sign)
{
    int level = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct lexeme *l = &s->items[i];
        bool negated = i > 0 && lexeme_is(l - 1, LEX_KEYWORD, "NOT");
        size_t skipped = 0;

        level += lexeme_is(l, LEX_PUNCTUATION, "(");
        level -= lexeme_is(l, LEX_PUNCTUATION, ")");
        if (level || !(l->type == LEX_COMPARISON || lexeme_is(l, LEX_KEYWORD, "IN") ||
                       lexeme_is(l, LEX_KEYWORD, "BETWEEN")))
            continue;
        sign->from = i - negated;
        sign->to = i + 1;
        if (l->type == LEX_COMPARISON && l->length > 3 && space_at(l->at + 3)) {
            negated = true;
            skipped = (size_t)(skip_spaces(l->at + 3) - l->at);
        }
        sign->comparator = comparator_of(l->at + skipped, l->length - skipped, negated);
        return sign->comparator != CMP_UNKNOWN;
    }
    return false;
}

/* Values */

static bool is_between(enum comparator comparator)
{
    return comparator == CMP_BETWEEN || comparator == CMP_NOT_BETWEEN;
}

static bool is_list(enum comparator comparator)
{
    return comparator == CMP_IN || comparator == CMP_NOT_IN;
}

/* 7d, 1.5h, as milliseconds. */
static bool span_read(struct arena *mem, const struct slice *s, struct value *value)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = { { "ms", 1 },     { "s", 1e3 },     { "m", 60e3 },
                  { "h", 3600e3 }, { "d", 86400e3 }, { "w", 7 * 86400e3 } };
    const double most = 1e15; /* about 30000 years, and far from the ends of 64 bits */
    const char *text = slice_is_contiguous(s) ? slice_text(mem, s) : "";
    size_t digits = strspn(text, "0123456789"), n = digits, more;
    double ms;

    if (text[n] == '.') {
        more = strspn(text + n + 1, "0123456789");
        n = more ? n + 1 + more : 0;
    }
    if (!digits || !n)
        return false;
    for (size_t i = 0; i < COUNT(units); i++)
        if (!strcmp(text + n, units[i].unit)) {
            ms = strtod(text, NULL) * units[i].ms;
            *value = integer(ms <= most ? (int64_t)ms : 0);
            return ms <= most;
        }
    return false;
}

static bool number_read(struct arena *mem, const struct slice *s, struct value *value)
{
    enum {
        DIGITS = 18
    };
    const char *text = slice_text(mem, s);
    double r = strtod(text, NULL);

    if (s->items->type == LEX_INTEGER && s->items->length <= DIGITS)
        *value = integer(strtoll(text, NULL, 10));
    else
        *value = real(r);
    return !isinf(r);
}

static bool value_read(struct arena *mem, const struct comparison *c, const struct slice *s,
                       struct value *value)
{
    const struct attribute *attribute = c->id.attribute;

    if (!s->count)
        return false;
    if (attribute && (attribute->uses & (ATTRIBUTE_SPAN | ATTRIBUTE_AGE)))
        return span_read(mem, s, value);
    if (s->count != 1)
        return false;
    switch (s->items->type) {
    case LEX_INTEGER:
    case LEX_FLOAT:
        return number_read(mem, s, value);
    case LEX_TEXT:
    case LEX_SYMBOL:
        *value = text(unquoted(mem, slice_text(mem, s), "'\""));
        return true;
    default:
        return false;
    }
}

static bool list_read(const struct search_ctx *cx, const struct slice *s, struct comparison *c)
{
    const char *list;

    if (s->count < 2 || !lexeme_is(s->items, LEX_PUNCTUATION, "("))
        return false;
    list = slice_text(cx->mem, s);
    return python_tuple(cx, list, strlen(list), &c->values, &c->count) == 0;
}

static bool values_read(const struct search_ctx *cx, const struct slice *s, struct comparison *c)
{
    struct value *values = arena_array(cx->mem, struct value, 3);
    struct slice first = *s, second;
    size_t i = 0;

    if (is_list(c->comparator))
        return list_read(cx, s, c);
    c->values = values;
    c->count = 1;
    if (!is_between(c->comparator))
        return value_read(cx->mem, c, s, &values[0]);
    while (i < s->count && !lexeme_is(&s->items[i], LEX_KEYWORD, "AND"))
        i++;
    if (i == s->count)
        return false;
    first.count = i;
    second = slice_part(s, i + 1, s->count);
    c->count = 2;
    return value_read(cx->mem, c, &first, &values[0]) &&
           value_read(cx->mem, c, &second, &values[1]) &&
           (values[0].type == VALUE_TEXT) == (values[1].type == VALUE_TEXT);
}

/* What fits what */

static bool is_order(enum comparator comparator)
{
    return (comparator >= CMP_LT && comparator <= CMP_GE) || is_between(comparator);
}

static bool is_equality(enum comparator comparator)
{
    return comparator == CMP_EQ || comparator == CMP_NE;
}

/* Numbers compare with numbers, texts with texts; a param with both. */
static bool fits(const struct comparison *c)
{
    const struct attribute *attribute = c->id.attribute;
    bool number = c->values->type != VALUE_TEXT;

    if (attribute && attribute->type == ATTRIBUTE_ID)
        return is_equality(c->comparator) || is_list(c->comparator);
    if (attribute && (attribute->uses & ATTRIBUTE_AGE))
        return is_order(c->comparator);
    if (c->id.entity == ENTITY_METRIC || (c->id.entity == ENTITY_PARAM && number) ||
        (attribute && attribute->type == ATTRIBUTE_NUMBER))
        return number && (is_order(c->comparator) || is_equality(c->comparator));
    return !number && (!is_order(c->comparator) || is_between(c->comparator));
}

/* Something of it is not MLflow's, whose reader has refused it: what is, and yet
 * refused, stays so. */
static bool is_ours(const struct comparison *c)
{
    const struct attribute *attribute = c->id.attribute;

    if (c->id.aggregate || (attribute && (attribute->uses & ATTRIBUTE_OURS)))
        return true;
    if (attribute && attribute->type == ATTRIBUTE_ID)
        return false;
    return c->comparator >= CMP_NOT_LIKE || is_list(c->comparator) ||
           (c->id.entity == ENTITY_PARAM && c->values->type != VALUE_TEXT);
}

/* Ids, which MLflow has as texts, as the column's numbers. */
static bool ids_read(struct arena *mem, struct comparison *c)
{
    struct value *ids = arena_array(mem, struct value, c->count + 1);

    for (size_t i = 0; i < c->count; i++) {
        int64_t id = c->values[i].i;

        if (c->values[i].type == VALUE_REAL ||
            (c->values[i].type == VALUE_TEXT && python_int(c->values[i].text.s, &id) < 0))
            return false;
        ids[i] = integer(id);
    }
    c->values = ids;
    return true;
}

/* age < 7d: the time is > now - 7d. */
static void ages_to_times(struct arena *mem, struct comparison *c)
{
    static const enum comparator turned[] = {
        [CMP_LT] = CMP_GT, [CMP_LE] = CMP_GE, [CMP_GT] = CMP_LT, [CMP_GE] = CMP_LE
    };
    struct value *times = arena_array(mem, struct value, c->count + 1);
    int64_t now = now_ms();

    for (size_t i = 0; i < c->count; i++)
        times[i] = integer(now - c->values[c->count - 1 - i].i);
    c->values = times;
    if (!is_between(c->comparator))
        c->comparator = turned[c->comparator];
}

static bool ours_read(const struct search_ctx *cx, enum search_what what, const struct slice *s,
                      struct comparison *c)
{
    struct slice values;
    struct sign sign;

    *c = (struct comparison){ 0 };
    if (!sign_find(s, &sign) || !superset_name_read(cx, what, slice_part(s, 0, sign.from), &c->id))
        return false;
    c->comparator = sign.comparator;
    c->sign = arena_strndup(cx->mem, s->items[sign.from].at, s->items[sign.from].length);
    values = slice_part(s, sign.to, s->count);
    if (!values_read(cx, &values, c) || !fits(c) || !is_ours(c))
        return false;
    if (c->id.attribute && c->id.attribute->type == ATTRIBUTE_ID)
        return ids_read(cx->mem, c);
    if (c->id.attribute && (c->id.attribute->uses & ATTRIBUTE_AGE))
        ages_to_times(cx->mem, c);
    return true;
}

static bool mlflows_read(const struct search_ctx *cx, enum search_what what, const struct slice *s,
                         struct comparison *c)
{
    struct terms terms = terms_of(cx->mem, s->items, s->count);

    if (terms_depth(&terms) > FILTER_DEPTH)
        return false;
    terms = join_keywords(cx->mem, &terms);
    return terms.count == 1 && terms.items->kind == TERM_COMPARISON &&
           comparison_parse(cx, what, terms.items, c) == 0 && comparison_check(cx, what, c) == 0;
}

bool clause_read(const struct search_ctx *cx, enum search_what what, const struct lexeme *lexemes,
                 size_t count, struct comparison *c)
{
    const struct slice s = { lexemes, count };

    return count > 0 && (mlflows_read(cx, what, &s, c) || ours_read(cx, what, &s, c));
}
