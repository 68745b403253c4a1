/* Filters as a tree: terms become comparisons, comparisons an expression. */
#pragma once

#include "attributes.h"
#include "terms.h"

enum comparator {
    CMP_UNKNOWN,
    CMP_EQ,
    CMP_NE,
    CMP_LT,
    CMP_LE,
    CMP_GT,
    CMP_GE,
    CMP_LIKE,
    CMP_ILIKE,
    CMP_IN,
    CMP_NOT_IN,
    CMP_IS_NULL,
    CMP_IS_NOT_NULL,
    /* Not MLflow's: superset.h */
    CMP_NOT_LIKE,
    CMP_NOT_ILIKE,
    CMP_REGEXP,
    CMP_NOT_REGEXP,
    CMP_BETWEEN,
    CMP_NOT_BETWEEN,
};

struct comparison {
    struct identifier id;
    enum comparator comparator;
    const char *sign;           /* the comparator as it was written */
    const struct value *values; /* of a list: all; of IS NULL: none; of BETWEEN: two */
    size_t count;
    bool is_float; /* the number was written with a dot or an exponent */
};

/* MLflow has nothing but one AND; OR and NOT are of the superset. */
struct expr {
    enum expr_kind {
        EXPR_COMPARISON,
        EXPR_AND,
        EXPR_OR,
        EXPR_NOT, /* one item */
    } kind;
    struct comparison comparison;
    struct expr *items; /* of the other kinds */
    size_t count;
};

/* The filter's comparisons, all of them under one AND. -1 with MLflow's text. */
int filter_parse(const struct search_ctx *, enum search_what, const char *filter,
                 struct expr *) MUST_CHECK;

/* One comparison; comparators.h says whether the language has it for that identifier.
 * -1 with MLflow's text. */
int comparison_parse(const struct search_ctx *, enum search_what, const struct term *,
                     struct comparison *) MUST_CHECK;

/* The one statement of a text: its terms in *terms. Statements are counted in
 * *statements; with none or several, terms are those of the first. -1: no tokenizer
 * would go on (limits above). */
int statement_read(struct arena *, const char *text, struct terms *, size_t *statements) MUST_CHECK;

/* Makes comparisons of IN, NOT IN and IS [NOT] NULL. MLflow looks at an identifier and
 * the two or three terms behind it at once, and goes on behind all of them, whether
 * they were a comparison or not. */
struct terms join_keywords(struct arena *, const struct terms *);

/* The comparators of a set, as Python prints it. */
const char *comparators_text(struct arena *, const enum comparator *, size_t count);
