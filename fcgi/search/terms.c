#include "terms.h"

#include <string.h>

bool term_is(const struct term *t, enum lexeme_type type, const char *word)
{
    return t && t->kind == TERM_LEXEME && t->type == type && word_is(t->at, t->length, word);
}

static bool is_lexeme(const struct term *t, enum lexeme_type type)
{
    return t && t->kind == TERM_LEXEME && t->type == type;
}

static bool is_kind(const struct term *t, enum term_kind kind)
{
    return t && t->kind == kind;
}

static const struct term *keep(struct arena *mem, const struct term *t)
{
    struct term *copy = arena_new(mem, struct term);

    *copy = *t;
    return copy;
}

/* The terms first to last (neighbours) as one. */
static struct term joined(enum term_kind kind, const struct term *first, const struct term *last)
{
    struct term t = {
        .kind = kind,
        .at = first->at,
        .length = (size_t)(last->at - first->at) + last->length,
        .depth = first->depth > last->depth ? first->depth : last->depth,
    };

    /* Dots and commas lengthen the group they meet; the rest nests. */
    if (first->kind != kind || (kind != TERM_IDENTIFIER && kind != TERM_LIST))
        t.depth++;
    return t;
}

/* A step that joins what stands on both sides of a sign. */
struct step {
    enum term_kind makes;
    bool (*sign)(const struct term *);
    bool (*left)(const struct term *);
    bool (*right)(const struct term *); /* gets NULL at the end */
    /* Whether the right side becomes part of the group. NULL: always. */
    bool (*takes)(const struct term *);
};

static void step_apply(struct terms *terms, const struct step *step)
{
    struct term left = { 0 }; /* what stood there: within a chain, the last right side */
    struct term *items = terms->items;
    size_t count = 0;

    for (size_t i = 0; i < terms->count; i++) {
        struct term now = items[i];
        const struct term *right = i + 1 < terms->count ? &items[i + 1] : NULL;

        if (count && step->sign(&now) && step->left(&left) && step->right(right)) {
            bool takes = right && (!step->takes || step->takes(right));
            struct term group = joined(step->makes, &items[count - 1], takes ? right : &now);

            if (step->makes == TERM_COMPARISON) {
                group.left = keep(terms->mem, &items[count - 1]);
                group.sign = keep(terms->mem, &now);
                group.right = keep(terms->mem, right);
                group.size = 3;
            }
            left = takes ? *right : group;
            items[count - 1] = group;
            i += takes;
            continue;
        }
        items[count++] = left = now;
    }
    terms->count = count;
}

/* What most steps accept as a side: numbers, texts, names. */
static bool is_plain(const struct term *t)
{
    static const bool plain[LEX_OTHER + 1] = {
        [LEX_INTEGER] = true, [LEX_FLOAT] = true, [LEX_TEXT] = true,
        [LEX_SYMBOL] = true,  [LEX_NAME] = true,  [LEX_PLACEHOLDER] = true,
    };

    return t && t->kind == TERM_LEXEME && plain[t->type];
}

static bool anything(const struct term *t)
{
    (void)t;
    return true;
}

static bool something(const struct term *t)
{
    return t != NULL;
}

static bool period_sign(const struct term *t)
{
    return term_is(t, LEX_PUNCTUATION, ".") || term_is(t, LEX_OPERATOR, "->") ||
           term_is(t, LEX_OPERATOR, "->>");
}

static bool period_left(const struct term *t)
{
    return is_lexeme(t, LEX_NAME) || is_lexeme(t, LEX_SYMBOL) || is_kind(t, TERM_BRACKETS) ||
           is_kind(t, TERM_IDENTIFIER);
}

static bool period_takes(const struct term *t)
{
    return is_lexeme(t, LEX_NAME) || is_lexeme(t, LEX_SYMBOL) || is_lexeme(t, LEX_WILDCARD) ||
           is_lexeme(t, LEX_TEXT) || is_kind(t, TERM_BRACKETS) || is_kind(t, TERM_FUNCTION);
}

static bool cast_sign(const struct term *t)
{
    return term_is(t, LEX_PUNCTUATION, "::");
}

static bool operator_sign(const struct term *t)
{
    return is_lexeme(t, LEX_OPERATOR) || is_lexeme(t, LEX_WILDCARD);
}

static bool operator_side(const struct term *t)
{
    return is_plain(t) || is_kind(t, TERM_BRACKETS) || is_kind(t, TERM_PARENTHESIS) ||
           is_kind(t, TERM_FUNCTION) || is_kind(t, TERM_IDENTIFIER) || is_kind(t, TERM_OPERATION) ||
           is_kind(t, TERM_TYPED);
}

static bool comparison_sign(const struct term *t)
{
    return is_lexeme(t, LEX_COMPARISON);
}

static bool comparison_side(const struct term *t)
{
    return is_plain(t) || is_kind(t, TERM_PARENTHESIS) || is_kind(t, TERM_FUNCTION) ||
           is_kind(t, TERM_IDENTIFIER) || is_kind(t, TERM_OPERATION) || is_kind(t, TERM_TYPED) ||
           term_is(t, LEX_KEYWORD, "NULL");
}

static bool as_sign(const struct term *t)
{
    return term_is(t, LEX_KEYWORD, "AS");
}

static bool as_left(const struct term *t)
{
    return term_is(t, LEX_KEYWORD, "NULL") ||
           !(is_lexeme(t, LEX_KEYWORD) || is_lexeme(t, LEX_ORDER));
}

static bool assignment_sign(const struct term *t)
{
    return is_lexeme(t, LEX_ASSIGNMENT);
}

static bool assignment_side(const struct term *t)
{
    return t && !is_lexeme(t, LEX_KEYWORD);
}

static bool comma_sign(const struct term *t)
{
    return term_is(t, LEX_PUNCTUATION, ",");
}

static bool comma_side(const struct term *t)
{
    return is_plain(t) || is_lexeme(t, LEX_KEYWORD) || is_lexeme(t, LEX_WILDCARD) ||
           is_kind(t, TERM_FUNCTION) || is_kind(t, TERM_IDENTIFIER) ||
           is_kind(t, TERM_COMPARISON) || is_kind(t, TERM_LIST) || is_kind(t, TERM_OPERATION) ||
           is_kind(t, TERM_CASE);
}

/* Pairs of open and close; what has no partner stays as it is. */
static void group_pairs(struct terms *terms, enum term_kind kind, enum lexeme_type type,
                        const char *open, const char *close)
{
    size_t *opened = arena_array(terms->mem, size_t, terms->count + 1), depth = 0, count = 0;

    for (size_t i = 0; i < terms->count; i++) {
        struct term now = terms->items[i];

        if (term_is(&now, type, open)) {
            opened[depth++] = count;
        } else if (depth && term_is(&now, type, close)) {
            size_t from = opened[--depth];
            struct term group = joined(kind, &terms->items[from], &now);

            for (size_t k = from; k < count; k++)
                if (terms->items[k].depth >= group.depth)
                    group.depth = terms->items[k].depth + 1;
            terms->items[from] = group;
            count = from + 1;
            continue;
        }
        terms->items[count++] = now;
    }
    terms->count = count;
}

/* Joins each two neighbours that are first and second. */
static void group_neighbours(struct terms *terms, enum term_kind kind,
                             bool (*first)(const struct term *),
                             bool (*second)(const struct term *), bool chain)
{
    size_t count = 0;
    bool fresh = false; /* the last one was made just now */

    for (size_t i = 0; i < terms->count; i++) {
        struct term *last = count ? &terms->items[count - 1] : NULL;

        if (last && (chain || !fresh) && first(last) && second(&terms->items[i])) {
            *last = joined(kind, last, &terms->items[i]);
            fresh = true;
            continue;
        }
        terms->items[count++] = terms->items[i];
        fresh = false;
    }
    terms->count = count;
}

static bool function_name(const struct term *t)
{
    return is_lexeme(t, LEX_NAME) || is_lexeme(t, LEX_BUILTIN) || is_lexeme(t, LEX_PLACEHOLDER);
}

static bool is_parenthesis(const struct term *t)
{
    return is_kind(t, TERM_PARENTHESIS);
}

static bool indexed(const struct term *t)
{
    return is_kind(t, TERM_BRACKETS) || is_kind(t, TERM_IDENTIFIER) || is_kind(t, TERM_FUNCTION) ||
           is_lexeme(t, LEX_NAME) || is_lexeme(t, LEX_SYMBOL);
}

static bool is_brackets(const struct term *t)
{
    return is_kind(t, TERM_BRACKETS);
}

static bool is_number(const struct term *t)
{
    return is_lexeme(t, LEX_INTEGER) || is_lexeme(t, LEX_FLOAT) || is_lexeme(t, LEX_HEX);
}

static bool ordered(const struct term *t)
{
    return is_kind(t, TERM_IDENTIFIER) || is_number(t);
}

static bool is_order(const struct term *t)
{
    return is_lexeme(t, LEX_ORDER);
}

static bool is_builtin(const struct term *t)
{
    return is_lexeme(t, LEX_BUILTIN);
}

static bool is_text(const struct term *t)
{
    return is_lexeme(t, LEX_TEXT);
}

static bool is_typed(const struct term *t)
{
    return is_kind(t, TERM_TYPED);
}

static bool is_unit(const struct term *t)
{
    return term_is(t, LEX_KEYWORD, "DAY") || term_is(t, LEX_KEYWORD, "HOUR") ||
           term_is(t, LEX_KEYWORD, "MINUTE") || term_is(t, LEX_KEYWORD, "MONTH") ||
           term_is(t, LEX_KEYWORD, "SECOND") || term_is(t, LEX_KEYWORD, "YEAR");
}

static bool aliased(const struct term *t)
{
    return is_number(t) || is_kind(t, TERM_PARENTHESIS) || is_kind(t, TERM_FUNCTION) ||
           is_kind(t, TERM_IDENTIFIER) || is_kind(t, TERM_OPERATION) || is_kind(t, TERM_COMPARISON);
}

static bool is_identifier(const struct term *t)
{
    return is_kind(t, TERM_IDENTIFIER);
}

static void name_identifiers(struct terms *terms)
{
    for (size_t i = 0; i < terms->count; i++) {
        struct term *t = &terms->items[i];

        if (is_lexeme(t, LEX_NAME) || is_lexeme(t, LEX_SYMBOL)) {
            t->kind = TERM_IDENTIFIER;
            t->depth = 1;
        }
    }
}

/* The name of a type and a text, anywhere but at the beginning. */
static void group_typed(struct terms *terms)
{
    struct terms rest = { terms->mem, terms->items + 1, terms->count - 1 };

    if (!terms->count)
        return;
    group_neighbours(&rest, TERM_TYPED, is_builtin, is_text, false);
    group_neighbours(&rest, TERM_TYPED, is_typed, is_unit, true);
    terms->count = rest.count + 1;
}

/* WHERE takes all that follows. */
static void group_where(struct terms *terms)
{
    for (size_t i = 0; i < terms->count; i++)
        if (term_is(&terms->items[i], LEX_KEYWORD, "WHERE")) {
            terms->items[i] = joined(TERM_OTHER, &terms->items[i], &terms->items[terms->count - 1]);
            terms->count = i + 1;
        }
}

/* A comment becomes part of the group before it, and spoils a comparison. */
static void align_comments(struct terms *terms)
{
    size_t count = 0;

    for (size_t i = 0; i < terms->count; i++) {
        struct term now = terms->items[i], *last = count ? &terms->items[count - 1] : NULL;

        if (last && now.kind == TERM_COMMENT && last->kind != TERM_LEXEME) {
            last->length = (size_t)(now.at - last->at) + now.length;
            last->size++;
            continue;
        }
        terms->items[count++] = now;
    }
    terms->count = count;
}

static bool is_comment(const struct lexeme *l)
{
    return l->type == LEX_COMMENT || l->type == LEX_LINE_COMMENT;
}

/* The run of comments and line ends from first on, if something follows it. */
static size_t comment_run(const struct lexeme *lexemes, size_t first, size_t count)
{
    size_t end = first;

    while (end < count && (is_comment(&lexemes[end]) || lexemes[end].type == LEX_NEWLINE))
        end++;
    return end < count ? end - first : 0;
}

static struct terms lexemes_as_terms(struct arena *mem, const struct lexeme *lexemes, size_t count)
{
    struct terms terms = { mem, arena_array(mem, struct term, count + 1), 0 };

    for (size_t i = 0; i < count; i++) {
        const struct lexeme *l = &lexemes[i];
        struct term t = { .type = l->type, .at = l->at, .length = l->length };
        size_t run = is_comment(l) ? comment_run(lexemes, i, count) : 0;

        if (l->type == LEX_SPACE || l->type == LEX_NEWLINE)
            continue;
        if (run) {
            const struct lexeme *end = &lexemes[i + run - 1];

            t.kind = TERM_COMMENT;
            t.length = (size_t)(end->at - l->at) + end->length;
            i += run - 1;
        }
        terms.items[terms.count++] = t;
    }
    return terms;
}

struct terms terms_of(struct arena *mem, const struct lexeme *lexemes, size_t count)
{
    static const struct step period = { TERM_IDENTIFIER, period_sign, period_left, anything,
                                        period_takes },
                             cast = { TERM_IDENTIFIER, cast_sign, something, something, NULL },
                             operators = { TERM_OPERATION, operator_sign, operator_side,
                                           operator_side, NULL },
                             comparison = { TERM_COMPARISON, comparison_sign, comparison_side,
                                            comparison_side, NULL },
                             as = { TERM_IDENTIFIER, as_sign, as_left, something, NULL },
                             assignment = { TERM_OTHER, assignment_sign, assignment_side,
                                            assignment_side, NULL },
                             comma = { TERM_LIST, comma_sign, comma_side, comma_side, NULL };
    struct terms terms = lexemes_as_terms(mem, lexemes, count);

    group_pairs(&terms, TERM_BRACKETS, LEX_PUNCTUATION, "[", "]");
    group_pairs(&terms, TERM_PARENTHESIS, LEX_PUNCTUATION, "(", ")");
    group_pairs(&terms, TERM_CASE, LEX_KEYWORD, "CASE", "END");
    group_neighbours(&terms, TERM_FUNCTION, function_name, is_parenthesis, false);
    group_where(&terms);
    step_apply(&terms, &period);
    group_neighbours(&terms, TERM_IDENTIFIER, indexed, is_brackets, true);
    name_identifiers(&terms);
    group_neighbours(&terms, TERM_IDENTIFIER, ordered, is_order, true);
    step_apply(&terms, &cast);
    group_typed(&terms);
    step_apply(&terms, &operators);
    step_apply(&terms, &comparison);
    step_apply(&terms, &as);
    group_neighbours(&terms, TERM_IDENTIFIER, aliased, is_identifier, false);
    step_apply(&terms, &assignment);
    align_comments(&terms);
    step_apply(&terms, &comma);
    return terms;
}

int terms_depth(const struct terms *terms)
{
    int depth = 0;

    for (size_t i = 0; i < terms->count; i++)
        if (terms->items[i].depth > depth)
            depth = terms->items[i].depth;
    return depth;
}
