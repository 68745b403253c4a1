#include "parser.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../out.h"
#include "python.h"
#include "superset_name.h"

static const struct {
    const char *name;
    enum comparator comparator;
} comparators[] = {
    { "=", CMP_EQ },
    { "!=", CMP_NE },
    { "<", CMP_LT },
    { "<=", CMP_LE },
    { ">", CMP_GT },
    { ">=", CMP_GE },
    { "LIKE", CMP_LIKE },
    { "ILIKE", CMP_ILIKE },
    { "IN", CMP_IN },
    { "NOT IN", CMP_NOT_IN },
    { "IS NULL", CMP_IS_NULL },
    { "IS NOT NULL", CMP_IS_NOT_NULL },
};

const char *comparators_text(struct arena *mem, const enum comparator *set, size_t count)
{
    const char *names[sizeof comparators / sizeof *comparators];

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof comparators / sizeof *comparators; k++)
            if (comparators[k].comparator == set[i])
                names[i] = comparators[k].name;
    return repr_set(mem, names, count);
}

static const char *written(struct arena *mem, const struct term *t)
{
    return arena_strndup(mem, t->at, t->length);
}

/* Runs' comparators may be written in any case, experiments' may not. */
static void comparator_read(struct arena *mem, enum search_what what, const char *sign,
                            struct comparison *c)
{
    char *copy = arena_strdup(mem, sign);

    for (char *s = copy; *s && what == SEARCH_RUNS; s++)
        *s = (char)toupper((unsigned char)*s);
    c->sign = copy;
    c->comparator = CMP_UNKNOWN;
    for (size_t i = 0; i < sizeof comparators / sizeof *comparators; i++)
        if (!strcmp(comparators[i].name, copy))
            c->comparator = comparators[i].comparator;
}

/* Values */

static void value_set(struct arena *mem, struct comparison *c, struct value value)
{
    struct value *values = arena_array(mem, struct value, 2);

    values[0] = value;
    values[1].type = VALUE_END;
    c->values = values;
    c->count = 1;
}

static bool is_number(const struct term *t)
{
    return t->kind == TERM_LEXEME && (t->type == LEX_INTEGER || t->type == LEX_FLOAT);
}

/* Python reads integers of this many digits, and no more, for their price. */
enum {
    PYTHON_DIGITS = 4300
};

static int number_value(const struct search_ctx *cx, const struct term *t, struct comparison *c)
{
    const char *s = written(cx->mem, t);
    double r = strtod(s, NULL);
    size_t digits = t->length - (*s == '-');
    int64_t i = 0;

    c->is_float = t->type == LEX_FLOAT;
    if (c->id.entity == ENTITY_METRIC || c->is_float) {
        value_set(cx->mem, c, real(r));
        return 0;
    }
    if (digits > PYTHON_DIGITS)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Exceeds the limit (%d digits) for integer string conversion: value has %zu "
                    "digits; use sys.set_int_max_str_digits() to increase the limit",
                    PYTHON_DIGITS, digits);
    /* Beyond 64 bits a double is as good: no column comes near it. */
    if (digits <= 18 && python_int(s, &i) == 0)
        value_set(cx->mem, c, integer(i));
    else
        value_set(cx->mem, c, real(isinf(r) ? copysign(1e300, r) : r));
    return 0;
}

static int text_value(const struct search_ctx *cx, const struct term *t, struct comparison *c)
{
    const char *s = written(cx->mem, t), *value = unquoted(cx->mem, s, "'\"");

    if (value == s)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Parameter value is either not quoted or unidentified quote "
                    "types used for string value %s. Use either single or double "
                    "quotes.",
                    s);
    value_set(cx->mem, c, text(value));
    return 0;
}

static int list_value(const struct search_ctx *cx, enum search_what what, const struct term *t,
                      struct comparison *c)
{
    if (!(c->id.attribute->uses & ATTRIBUTE_IN))
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Only ['%s'] attributes support comparison with a list of quoted string "
                    "values.",
                    what == SEARCH_RUNS ? "run_id" : "experiment_id");
    return python_tuple(cx, t->at, t->length, &c->values, &c->count);
}

static int number_read(const struct search_ctx *cx, const struct term *t, struct comparison *c)
{
    if (is_number(t))
        return number_value(cx, t, c);
    if (c->id.entity == ENTITY_METRIC)
        return fail(cx, INVALID_PARAMETER_VALUE, "Expected numeric value type for metric. Found %s",
                    written(cx->mem, t));
    return fail(cx, INVALID_PARAMETER_VALUE,
                "Expected numeric value type for numeric attribute: %s. Found %s", c->id.key,
                written(cx->mem, t));
}

static int value_refuse(const struct search_ctx *cx, const struct term *t,
                        const struct comparison *c)
{
    const char *value = written(cx->mem, t);

    switch (c->id.entity) {
    case ENTITY_ATTRIBUTE:
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Expected a quoted string value for attributes. Got value %s", value);
    case ENTITY_DATASET:
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Expected a quoted string value for dataset attributes. Got value %s", value);
    case ENTITY_METRIC:
    case ENTITY_PARAM:
    case ENTITY_TAG:
        break;
    }
    return fail(cx, INVALID_PARAMETER_VALUE,
                "Expected a quoted string value for %s (e.g. 'my-value'). Got value %s",
                entity_name(c->id.entity), value);
}

static int value_read(const struct search_ctx *cx, enum search_what what, const struct term *t,
                      struct comparison *c)
{
    const struct attribute *attribute = c->id.attribute;
    bool is_text = t->kind == TERM_IDENTIFIER || (t->kind == TERM_LEXEME && t->type == LEX_TEXT);

    if (c->id.entity == ENTITY_METRIC || (attribute && attribute->type == ATTRIBUTE_NUMBER))
        return number_read(cx, t, c);
    if (is_text)
        return text_value(cx, t, c);
    if (attribute && t->kind == TERM_PARENTHESIS)
        return list_value(cx, what, t, c);
    return value_refuse(cx, t, c);
}

/* Comparisons */

static int presence_read(const struct search_ctx *cx, enum search_what what, struct comparison *c)
{
    if (c->id.entity == ENTITY_TAG || c->id.entity == ENTITY_PARAM)
        return 0;
    if (what == SEARCH_EXPERIMENTS)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "IS NULL / IS NOT NULL is only supported for tags, not for attribute '%s'",
                    c->id.key);
    return fail(cx, INVALID_PARAMETER_VALUE,
                "IS NULL / IS NOT NULL is only supported for tags and params, not for '%s' '%s'",
                entity_name(c->id.entity), c->id.key);
}

int comparison_parse(const struct search_ctx *cx, enum search_what what, const struct term *t,
                     struct comparison *c)
{
    *c = (struct comparison){ 0 };
    if (t->size > 3)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Invalid comparison clause. Expected 3 tokens found %d", t->size);
    if (t->left->kind != TERM_IDENTIFIER)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Invalid comparison clause. Expected 'Identifier' found '%s'",
                    written(cx->mem, t->left));
    if (identifier_read(cx, what, ATTRIBUTE_FILTER, written(cx->mem, t->left), &c->id) < 0)
        return -1;
    dotted_read(cx->mem, what, written(cx->mem, t->left), &c->id);
    comparator_read(cx->mem, what, written(cx->mem, t->sign), c);
    return t->right ? value_read(cx, what, t->right, c) : presence_read(cx, what, c);
}

/* Whether from[0..] are an identifier and IN, NOT IN or IS [NOT] NULL, which only
 * we put together; returns how many terms these are, or 0. */
static size_t keyword_comparison(struct arena *mem, const struct term *from, size_t count,
                                 struct term *made)
{
    struct term *sign = arena_new(mem, struct term);
    size_t size = 0;

    if (term_is(&from[1], LEX_KEYWORD, "IN") && from[2].kind == TERM_PARENTHESIS) {
        size = 3;
        *sign = from[1];
    } else if (term_is(&from[1], LEX_KEYWORD, "IS") && term_is(&from[2], LEX_KEYWORD, "NULL")) {
        size = 3;
        *sign = (struct term){ .at = "IS NULL", .length = 7 };
    } else if (term_is(&from[1], LEX_KEYWORD, "IS") && term_is(&from[2], LEX_KEYWORD, "NOT NULL")) {
        size = 3;
        *sign = (struct term){ .at = "IS NOT NULL", .length = 11 };
    } else if (count > 3 && term_is(&from[1], LEX_KEYWORD, "NOT") &&
               term_is(&from[2], LEX_KEYWORD, "IN") && from[3].kind == TERM_PARENTHESIS) {
        size = 4;
        *sign = (struct term){ .at = "NOT IN", .length = 6 };
    }
    if (size)
        *made =
            (struct term){ .kind = TERM_COMPARISON,
                           .at = from->at,
                           .length = (size_t)(from[size - 1].at - from->at) + from[size - 1].length,
                           .left = from,
                           .sign = sign,
                           .right =
                               from[size - 1].kind == TERM_PARENTHESIS ? &from[size - 1] : NULL };
    return size;
}

struct terms join_keywords(struct arena *mem, const struct terms *terms)
{
    struct terms joined = { mem, arena_array(mem, struct term, terms->count + 1), 0 };
    const struct term *items = terms->items;
    size_t count = terms->count;

    for (size_t i = 0; i < count;) {
        size_t left = count - i, size = 1;

        if (left >= 3 && items[i].kind == TERM_IDENTIFIER) {
            size = keyword_comparison(mem, &items[i], left, &joined.items[joined.count]);
            if (size) {
                joined.count++;
                i += size;
                continue;
            }
            size = left > 3 ? 4 : 3;
        }
        for (; size > 0; size--)
            joined.items[joined.count++] = items[i++];
    }
    return joined;
}

static int clauses_check(const struct search_ctx *cx, enum search_what what,
                         const struct terms *terms)
{
    const char *quote = what == SEARCH_RUNS ? "'" : "";
    struct buffer b = { .mem = cx->mem };

    for (size_t i = 0; i < terms->count; i++) {
        const struct term *t = &terms->items[i];

        if (t->kind == TERM_COMPARISON || term_is(t, LEX_KEYWORD, "AND"))
            continue;
        buffer_text(&b, b.s ? ", " : "");
        buffer_text(&b, quote);
        buffer_add(&b, t->at, t->length);
        buffer_text(&b, quote);
    }
    return b.s ? fail(cx, INVALID_PARAMETER_VALUE, "Invalid clause(s) in filter string: %s", b.s)
               : 0;
}

static int clauses_read(const struct search_ctx *cx, enum search_what what,
                        const struct terms *terms, struct expr *all)
{
    *all = (struct expr){ .kind = EXPR_AND,
                          .items = arena_array(cx->mem, struct expr, terms->count + 1) };
    for (size_t i = 0; i < terms->count; i++) {
        struct expr *clause = &all->items[all->count];

        if (terms->items[i].kind != TERM_COMPARISON)
            continue;
        clause->kind = EXPR_COMPARISON;
        if (comparison_parse(cx, what, &terms->items[i], &clause->comparison) < 0)
            return -1;
        if (++all->count > FILTER_COMPARISONS)
            return fail(cx, INVALID_PARAMETER_VALUE, "A filter has at most %d comparisons.",
                        FILTER_COMPARISONS);
    }
    return 0;
}

/* Statements: ';' ends one, unless a parenthesis is open, and so does GO. */
static size_t statement_length(const struct lexemes *lexemes, bool *more)
{
    const struct lexeme *items = lexemes->items;
    size_t i = 0;
    int level = 0;
    bool ended = false;

    for (; i < lexemes->count; i++) {
        const struct lexeme *l = &items[i];
        char sign = l->type == LEX_PUNCTUATION && l->length == 1 ? *l->at : '\0';

        if (ended && l->type != LEX_SPACE && l->type != LEX_LINE_COMMENT)
            break;
        level += sign == '(' ? 1 : sign == ')' ? -1 : 0;
        ended |= (sign == ';' && level <= 0) ||
                 (l->type == LEX_KEYWORD && l->length == 2 && !strncmp(l->at, "GO", 2));
    }
    *more = false;
    for (size_t k = i; k < lexemes->count; k++)
        *more |= items[k].type != LEX_SPACE && items[k].type != LEX_NEWLINE;
    return i;
}

int statement_read(struct arena *mem, const char *s, struct terms *terms, size_t *statements)
{
    struct lexemes lexemes = lex(mem, s, FILTER_LEXEMES + 1);
    bool more;
    size_t count = statement_length(&lexemes, &more);

    if (lexemes.count > FILTER_LEXEMES)
        return -1;
    *terms = terms_of(mem, lexemes.items, count);
    *statements = terms->count ? 1 + more : 0;
    return terms_depth(terms) > FILTER_DEPTH ? -1 : 0;
}

int filter_parse(const struct search_ctx *cx, enum search_what what, const char *filter,
                 struct expr *all)
{
    struct terms terms;
    size_t statements;

    *all = (struct expr){ .kind = EXPR_AND };
    if (!filter || !*filter)
        return 0;
    if (strlen(filter) > FILTER_BYTES)
        return fail(cx, INVALID_PARAMETER_VALUE, "A filter has at most %d bytes.", FILTER_BYTES);
    if (statement_read(cx->mem, filter, &terms, &statements) < 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Error on parsing filter '%s'", filter);
    if (statements == 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid filter '%s'. Could not be parsed.",
                    filter);
    if (statements > 1)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Search filter contained multiple expression %s. "
                    "Provide AND-ed expression list.",
                    repr_text(cx->mem, filter, strlen(filter)));
    terms = join_keywords(cx->mem, &terms);
    if (clauses_check(cx, what, &terms) < 0)
        return -1;
    return clauses_read(cx, what, &terms, all);
}
