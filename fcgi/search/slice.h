/* Lexemes without blanks, and those of them that lie side by side: what the superset's
 * readers read. */
#pragma once

#include "../error.h"
#include "lexer.h"

struct slice {
    const struct lexeme *items;
    size_t count;
};

/* The lexemes of text without blanks. False if there are too many, or a comment. */
bool lex_words(struct arena *, const char *text, struct lexemes *) MUST_CHECK;

struct slice slice_part(const struct slice *, size_t from, size_t to);
/* The text that they are of. */
const char *slice_text(struct arena *, const struct slice *);
/* No blanks are between them, and there are some. */
bool slice_is_contiguous(const struct slice *);
bool lexeme_is(const struct lexeme *, enum lexeme_type, const char *word);
