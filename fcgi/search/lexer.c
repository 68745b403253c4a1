#include "lexer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "characters.h"

struct lexer {
    const char *text, *at;
    enum lexeme_type type; /* of the rule that matched last */
};

/* Words that are not names where a name may stand alone. */
static const char *const keywords[] = {
#define KEYWORD(word) #word,
#include "keywords.def"
#undef KEYWORD
};

static const char *const builtins[] = {
#define BUILTIN(word) #word,
#include "keywords.def"
#undef BUILTIN
};

bool word_is(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

static bool word_in(const char *s, size_t n, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (word_is(s, n, words[i]))
            return true;
    return false;
}

static bool after_word(const struct lexer *lx)
{
    const char *s = lx->at;

    if (s == lx->text)
        return false;
    do
        s--;
    while (s > lx->text && ((unsigned char)*s & 0xC0) == 0x80);
    return word_char_at(s) > 0;
}

/* Rules: the bytes that match at lx->at, whose type is lx->type then; or 0. */

static size_t is_a(struct lexer *lx, enum lexeme_type type, size_t length)
{
    lx->type = type;
    return length;
}

static size_t rule_space(struct lexer *lx)
{
    const char *s = lx->at;

    if (*s == '\r' || *s == '\n')
        return is_a(lx, LEX_NEWLINE, s[0] == '\r' && s[1] == '\n' ? 2 : 1);
    return is_a(lx, LEX_SPACE, space_at(s));
}

static size_t rule_comment(struct lexer *lx)
{
    const char *s = lx->at, *end;

    if (s[0] == '/' && s[1] == '*') {
        end = strstr(s + 2, "*/");
        return is_a(lx, LEX_COMMENT, end ? (size_t)(end + 2 - s) : 0);
    }
    if (!(s[0] == '-' && s[1] == '-') && !(s[0] == '#' && s[1] == ' '))
        return 0;
    end = s + strcspn(s, "\r\n");
    end += *end == '\0' ? 0 : end[0] == '\r' && end[1] == '\n' ? 2 : 1;
    return is_a(lx, LEX_LINE_COMMENT, (size_t)(end - s));
}

/* From quote to quote. A doubled quote, and one behind escape (if not 0), is
 * part of the text – unless no other quote is left to end it. */
static size_t quoted_length(const char *s, char escape)
{
    const char quote = *s;
    size_t fallback = 0, i = 1;

    for (; s[i]; i++) {
        if (s[i] == quote && s[i + 1] != quote)
            return i + 1;
        if (s[i] == quote)
            fallback = ++i;
        else if (escape && s[i] == escape && s[i + 1] == quote)
            fallback = ++i + 1;
    }
    return fallback;
}

static size_t rule_quoted(struct lexer *lx)
{
    switch (*lx->at) {
    case '`':
        return is_a(lx, LEX_NAME, quoted_length(lx->at, 0));
    case '\'':
        return is_a(lx, LEX_TEXT, quoted_length(lx->at, '\\'));
    case '"':
        return is_a(lx, LEX_SYMBOL, quoted_length(lx->at, '\\'));
    default:
        return 0;
    }
}

/* [name], where it cannot be the index of an array. */
static size_t rule_bracketed(struct lexer *lx)
{
    size_t n;

    if (*lx->at != '[' || after_word(lx) || (lx->at > lx->text && strchr("])", lx->at[-1])))
        return 0;
    n = strcspn(lx->at + 1, "[]");
    return n && lx->at[n + 1] == ']' ? is_a(lx, LEX_NAME, n + 2) : 0;
}

static size_t rule_placeholder(struct lexer *lx)
{
    const char *s = lx->at;
    size_t n;

    if (*s == '?')
        return is_a(lx, LEX_PLACEHOLDER, 1);
    if (s[0] == '%' && s[1] == '(') {
        n = word_length(s + 2);
        if (n && s[n + 2] == ')' && (s[n + 3] == 's' || s[n + 3] == 'S'))
            return is_a(lx, LEX_PLACEHOLDER, n + 4);
    }
    if (s[0] == '%' && (s[1] == 's' || s[1] == 'S'))
        return is_a(lx, LEX_PLACEHOLDER, 2);
    if ((*s == '$' || *s == ':') && !after_word(lx) && (n = word_length(s + 1)))
        return is_a(lx, LEX_PLACEHOLDER, n + 1);
    return 0;
}

/* The backtracking of a pattern that may not be followed by a letter: digits are
 * given back until what follows is a digit. */
static size_t unless_letter(const char *s, size_t length, size_t least)
{
    if (letter_at(s + length) || s[length] == '_')
        length--;
    return length < least ? 0 : length;
}

static size_t float_length(const char *s)
{
    size_t sign = *s == '-', whole = strspn(s + sign, "0123456789"), part, n, end;

    s += sign;
    part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
    end = part ? whole + 1 + part : whole; /* of \d+(\.\d+)? */
    if (whole && (s[end] == 'e' || s[end] == 'E')) {
        n = end + 1 + (s[end + 1] == '-');
        if (isdigit((unsigned char)s[n]))
            return sign + n + strspn(s + n, "0123456789");
    }
    if (s[whole] != '.' || (!whole && !part))
        return 0;
    n = unless_letter(s, whole + 1 + part, whole ? whole + 1 : 2);
    return n ? sign + n : 0;
}

static size_t rule_number(struct lexer *lx)
{
    const char *s = lx->at;
    size_t sign = *s == '-', n;

    if (s[sign] == '0' && (s[sign + 1] == 'x' || s[sign + 1] == 'X') &&
        (n = strspn(s + sign + 2, "0123456789abcdefABCDEF")))
        return is_a(lx, LEX_HEX, sign + 2 + n);
    if ((n = float_length(s)))
        return is_a(lx, LEX_FLOAT, n);
    n = strspn(s + sign, "0123456789");
    n = n ? unless_letter(s + sign, n, 1) : 0;
    return is_a(lx, LEX_INTEGER, n ? sign + n : 0);
}

/* Names that their surroundings tell from keywords: a table before a dot, a
 * column behind it, a function before its parenthesis. */
static size_t rule_name(struct lexer *lx)
{
    const char *s = lx->at, *next;
    size_t n;

    if (*s == '@' || *s == '#') {
        size_t marks = s[0] == '#' && s[1] == '#' ? 2 : 1;

        n = letter_at(s + marks) ? word_length(s + marks) : 0;
        return is_a(lx, LEX_NAME, n > 1 ? marks + n : 0);
    }
    if (!letter_at(s))
        return 0;
    n = word_length(s);
    next = skip_spaces(s + n);
    if (*next == '.' && !isdigit((unsigned char)next[1]))
        return is_a(lx, LEX_NAME, n);
    if ((lx->at > lx->text && s[-1] == '.') || s[n] == '(')
        return is_a(lx, LEX_NAME, n);
    return 0;
}

/* These are keywords wherever they stand, even behind a dot. */
static size_t rule_always_keyword(struct lexer *lx)
{
    static const char *const always[] = { "CASE", "IN", "VALUES", "USING", "FROM", "AS" };
    size_t n = word_length(lx->at);
    bool is = n && word_in(lx->at, n, always, sizeof always / sizeof *always);

    return is_a(lx, LEX_KEYWORD, is ? n : 0);
}

/* The bytes up to the end of second, if s is "first second"; or 0. */
static size_t two_words(const char *s, const char *first, const char *second)
{
    size_t n = word_length(s);
    const char *next = skip_spaces(s + n);
    size_t m = word_length(next);

    if (!word_is(s, n, first) || next == s + n || !word_is(next, m, second))
        return 0;
    return (size_t)(next + m - s);
}

static size_t rule_two_words(struct lexer *lx)
{
    static const char *const pairs[][2] = {
        { "NOT", "NULL" },  { "ORDER", "BY" },    { "GROUP", "BY" },
        { "UNION", "ALL" }, { "PRIMARY", "KEY" }, { "END", "CASE" },
        { "END", "IF" },    { "END", "LOOP" },    { "IF", "EXISTS" },
    };
    size_t n;

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if ((n = two_words(lx->at, pairs[i][0], pairs[i][1])))
            return is_a(lx, LEX_KEYWORD, n);
    return 0;
}

static size_t nulls_length(const char *s)
{
    size_t n = two_words(s, "NULLS", "FIRST");

    return n ? n : two_words(s, "NULLS", "LAST");
}

static size_t rule_order(struct lexer *lx)
{
    const char *s = lx->at, *next;
    size_t n = word_length(s), nulls;

    if (!word_is(s, n, "ASC") && !word_is(s, n, "DESC"))
        return is_a(lx, LEX_ORDER, nulls_length(s));
    next = skip_spaces(s + n);
    nulls = next > s + n ? nulls_length(next) : 0;
    return is_a(lx, LEX_ORDER, nulls ? (size_t)(next - s) + nulls : n);
}

static size_t rule_like(struct lexer *lx)
{
    static const char *const likes[] = { "LIKE", "ILIKE", "RLIKE", "REGEXP" };
    const char *s = lx->at, *word = s;
    size_t n = word_length(s), binary;

    if (word_is(s, n, "NOT")) {
        word = skip_spaces(s + n);
        if (word == s + n)
            return 0;
        n = word_length(word);
    }
    if (!n || !word_in(word, n, likes, sizeof likes / sizeof *likes))
        return 0;
    if ((binary = two_words(word, "REGEXP", "BINARY")))
        n = binary;
    return is_a(lx, LEX_COMPARISON, (size_t)(word - s) + n);
}

static size_t rule_word(struct lexer *lx)
{
    const char *s = lx->at;
    size_t n = word_char_at(s), more;

    if (!n)
        return 0;
    while ((more = s[n] == '$' || s[n] == '#' ? 1 : word_char_at(s + n)))
        n += more;
    if (word_in(s, n, keywords, sizeof keywords / sizeof *keywords))
        return is_a(lx, LEX_KEYWORD, n);
    if (word_in(s, n, builtins, sizeof builtins / sizeof *builtins))
        return is_a(lx, LEX_BUILTIN, n);
    return is_a(lx, LEX_NAME, n);
}

static size_t rule_sign(struct lexer *lx)
{
    static const char *const arrows[] = { "->>", "->", "#>>", "#>", "#-", "@>", "<@", "-" };
    const char *s = lx->at;

    if (s[0] == ':' && (s[1] == '=' || s[1] == ':'))
        return is_a(lx, s[1] == '=' ? LEX_ASSIGNMENT : LEX_PUNCTUATION, 2);
    if (*s == '*')
        return is_a(lx, LEX_WILDCARD, 1);
    if (strchr(";:()[],.", *s))
        return is_a(lx, LEX_PUNCTUATION, 1);
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (!strncmp(s, arrows[i], strlen(arrows[i])))
            return is_a(lx, LEX_OPERATOR, strlen(arrows[i]));
    if (strchr("<>=~!", *s))
        return is_a(lx, LEX_COMPARISON, strspn(s, "<>=~!"));
    return is_a(lx, LEX_OPERATOR, strspn(s, "+/@#%^&|-"));
}

static size_t rule_other(struct lexer *lx)
{
    size_t n = *lx->at == '\\' ? word_length(lx->at + 1) : 0;

    if (n)
        return is_a(lx, LEX_OTHER, n + 1);
    code_point(lx->at, &n);
    return is_a(lx, LEX_OTHER, n);
}

/* In the order they are tried. */
static size_t (*const rules[])(struct lexer *) = {
    rule_comment, rule_space,  rule_placeholder, rule_always_keyword, rule_name,
    rule_number,  rule_quoted, rule_bracketed,   rule_two_words,      rule_order,
    rule_like,    rule_word,   rule_sign,        rule_other,
};

struct lexemes lex(struct arena *mem, const char *text, size_t limit)
{
    struct lexer lx = { .text = text, .at = text };
    struct lexemes lexemes = { 0 };
    size_t room = 0, n;

    while (*lx.at && lexemes.count < limit) {
        if (lexemes.count == room) {
            size_t more = room ? room * 2 : 64;

            lexemes.items = arena_grow(mem, lexemes.items, room * sizeof *lexemes.items,
                                       more * sizeof *lexemes.items);
            room = more;
        }
        n = 0;
        for (size_t i = 0; !n; i++)
            n = rules[i](&lx);
        lexemes.items[lexemes.count++] = (struct lexeme){ lx.type, lx.at, n };
        lx.at += n;
    }
    return lexemes;
}
