/* Filter and order texts cut into lexemes. MLflow reads them with a general SQL
 * tokenizer (sqlparse); what a client can observe of it – which texts are names,
 * numbers, keywords – is kept here, so that the same texts are accepted and the
 * same ones refused. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../arena.h"

enum lexeme_type {
    LEX_SPACE,
    LEX_NEWLINE,
    LEX_COMMENT,      /* slash-star comments, which may stand inside a clause */
    LEX_LINE_COMMENT, /* from "--" or "# " to the end of the line */
    LEX_NAME,         /* also quoted by backticks or square brackets */
    LEX_SYMBOL,       /* "double quoted": a name or a text, as the place has it */
    LEX_TEXT,         /* 'single quoted' */
    LEX_INTEGER,
    LEX_FLOAT,
    LEX_HEX,
    LEX_KEYWORD,
    LEX_BUILTIN, /* the name of a type: date, int, timestamp */
    LEX_ORDER,   /* ASC or DESC, with what follows: NULLS LAST */
    LEX_PLACEHOLDER,
    LEX_COMPARISON, /* signs, [NOT] LIKE, ILIKE, RLIKE, REGEXP */
    LEX_OPERATOR,
    LEX_WILDCARD,
    LEX_ASSIGNMENT,
    LEX_PUNCTUATION,
    LEX_OTHER, /* what no rule knows: an unclosed quote, an emoji */
};

struct lexeme {
    enum lexeme_type type;
    const char *at;
    size_t length;
};

struct lexemes {
    struct lexeme *items;
    size_t count;
};

/* All of text; nothing is left out, so the lexemes' texts side by side are the
 * text again. Stops after limit lexemes. */
struct lexemes lex(struct arena *, const char *text, size_t limit);

/* s, of length n, is the word, without regard to case. */
bool word_is(const char *s, size_t n, const char *word);
