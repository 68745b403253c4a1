/* Lexemes put together to terms: identifiers with their dots and quotes, lists in
 * parentheses, comparisons. MLflow's tokenizer groups in one order for all SQL:
 * parentheses, functions, dots, indexes, ASC and DESC, casts, arithmetic,
 * comparisons, aliases, commas; each step takes what the ones before left. */
#pragma once

#include "lexer.h"

enum term_kind {
    TERM_LEXEME,
    TERM_IDENTIFIER,
    TERM_PARENTHESIS,
    TERM_BRACKETS,
    TERM_FUNCTION,
    TERM_CASE, /* from CASE to END */
    TERM_OPERATION,
    TERM_COMPARISON,
    TERM_TYPED, /* date '2020-01-01' */
    TERM_LIST,
    TERM_COMMENT,
    TERM_OTHER,
};

struct term {
    enum term_kind kind;
    enum lexeme_type type; /* of a TERM_LEXEME */
    const char *at;        /* where it stands in the text */
    size_t length;
    int depth; /* of groups within groups */
    /* Of a comparison: its sides and the sign between them. size also counts
     * comments, which make it an invalid one. */
    const struct term *left, *sign, *right;
    int size;
};

struct terms {
    struct arena *mem;
    struct term *items;
    size_t count;
};

/* The terms of one statement, blanks left out. Changes nothing in lexemes. */
struct terms terms_of(struct arena *, const struct lexeme *, size_t count);

/* The deepest nesting of groups in them. */
int terms_depth(const struct terms *);

bool term_is(const struct term *, enum lexeme_type, const char *word);
