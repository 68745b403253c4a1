#include "slice.h"

#include <string.h>

#include "search.h"

bool lex_words(struct arena *mem, const char *text, struct lexemes *lexemes)
{
    size_t count = 0;

    *lexemes = (struct lexemes){ 0 };
    if (strlen(text) > FILTER_BYTES)
        return false;
    *lexemes = lex(mem, text, FILTER_LEXEMES + 1);
    if (lexemes->count > FILTER_LEXEMES)
        return false;
    for (size_t i = 0; i < lexemes->count; i++) {
        enum lexeme_type type = lexemes->items[i].type;

        if (type == LEX_COMMENT || type == LEX_LINE_COMMENT)
            return false;
        if (type != LEX_SPACE && type != LEX_NEWLINE)
            lexemes->items[count++] = lexemes->items[i];
    }
    lexemes->count = count;
    return true;
}

struct slice slice_part(const struct slice *s, size_t from, size_t to)
{
    return (struct slice){ s->items + from, to - from };
}

const char *slice_text(struct arena *mem, const struct slice *s)
{
    const struct lexeme *last = &s->items[s->count - 1];

    return arena_strndup(mem, s->items->at, (size_t)(last->at + last->length - s->items->at));
}

bool lexeme_is(const struct lexeme *l, enum lexeme_type type, const char *word)
{
    return l->type == type && word_is(l->at, l->length, word);
}

bool slice_is_contiguous(const struct slice *s)
{
    for (size_t i = 1; i < s->count; i++)
        if (s->items[i - 1].at + s->items[i - 1].length != s->items[i].at)
            return false;
    return s->count > 0;
}
