/* Python's literals, as far as a list in a filter may have them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../out.h"
#include "python.h"

struct literal {
    bool is_text, is_tuple;
    const char *s; /* of a text: what it says; else as Python prints it */
    size_t length;
    struct literal *items; /* of a tuple */
    size_t count;
};

struct reader {
    struct arena *mem;
    const char *at, *end;
    int depth;
};

static bool literal_read(struct reader *, struct literal *);

static bool reader_is(const struct reader *rd, char c)
{
    return rd->at < rd->end && *rd->at == c;
}

/* Blanks, line ends and comments, all of which mean nothing in parentheses. */
static void skip(struct reader *rd)
{
    for (; rd->at < rd->end; rd->at++) {
        if (*rd->at == '#')
            while (rd->at + 1 < rd->end && *rd->at != '\n')
                rd->at++;
        else if (!strchr(" \t\f\r\n", *rd->at))
            return;
    }
}

static void add_code(struct buffer *b, uint32_t c)
{
    char s[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n; i-- > 1; c >>= 6)
        s[i] = (char)(0x80 | (c & 0x3F));
    s[0] = (char)(n == 1 ? c : c | (0xF00u >> n));
    buffer_add(b, s, n);
}

/* Exactly n hexadecimal digits as a character. Surrogates have no UTF-8. */
static bool read_hex(struct reader *rd, struct buffer *b, int n)
{
    uint32_t c = 0;

    for (; n > 0; n--, rd->at++) {
        if (rd->at == rd->end || !isxdigit((unsigned char)*rd->at))
            return false;
        c = c << 4 | (uint32_t)(isdigit((unsigned char)*rd->at) ? *rd->at - '0'
                                                                : (*rd->at | 0x20) - 'a' + 10);
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return false;
    add_code(b, c);
    return true;
}

static void read_octal(struct reader *rd, struct buffer *b)
{
    uint32_t c = 0;

    for (int i = 0; i < 3 && rd->at < rd->end && *rd->at >= '0' && *rd->at <= '7'; i++)
        c = c << 3 | (uint32_t)(*rd->at++ - '0');
    add_code(b, c);
}

/* What stands behind a backslash. */
static bool read_escape(struct reader *rd, struct buffer *b)
{
    static const char names[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
    const char *name;

    if (rd->at == rd->end)
        return false;
    if (*rd->at >= '0' && *rd->at <= '7') {
        read_octal(rd, b);
        return true;
    }
    name = strchr(names, *rd->at);
    switch (*rd->at++) {
    case 'x':
        return read_hex(rd, b, 2);
    case 'u':
        return read_hex(rd, b, 4);
    case 'U':
        return read_hex(rd, b, 8);
    case 'N': /* characters by name: we know none */
        return false;
    case '\n':
        return true;
    default:
        if (!name)
            buffer_text(b, "\\");
        buffer_add(b, name ? &values[name - names] : rd->at - 1, 1);
        return true;
    }
}

static bool at_quotes(const struct reader *rd, const char *quotes, size_t n)
{
    return (size_t)(rd->end - rd->at) >= n && !strncmp(rd->at, quotes, n);
}

/* One string from its quote on. */
static bool read_string(struct reader *rd, struct buffer *b, bool raw)
{
    const char *quotes = rd->at;
    size_t n = rd->end - rd->at >= 3 && quotes[1] == *quotes && quotes[2] == *quotes ? 3 : 1;

    for (rd->at += n; rd->at < rd->end;) {
        char c = *rd->at;

        if (at_quotes(rd, quotes, n)) {
            rd->at += n;
            return true;
        }
        if (c == '\n' && n == 1)
            return false;
        rd->at++;
        if (c != '\\') {
            buffer_add(b, &c, 1);
        } else if (raw) {
            if (rd->at == rd->end)
                return false;
            buffer_text(b, "\\");
            buffer_add(b, rd->at++, 1);
        } else if (!read_escape(rd, b)) {
            return false;
        }
    }
    return false;
}

/* The prefix of a string, if one stands here. */
static bool string_ahead(const struct reader *rd, size_t *prefix, bool *raw, bool *bytes)
{
    const char *s = rd->at;
    size_t left = (size_t)(rd->end - s), n = 0;

    *raw = *bytes = false;
    for (; n < 2 && n < left && strchr("rRbBuU", s[n]); n++) {
        *raw |= (s[n] | 0x20) == 'r';
        *bytes |= (s[n] | 0x20) == 'b';
    }
    *prefix = n;
    return n < left && (s[n] == '\'' || s[n] == '"');
}

/* Strings side by side are one. */
static bool strings_read(struct reader *rd, struct literal *literal)
{
    struct buffer b = { .mem = rd->mem };
    size_t prefix;
    bool raw, bytes, any_bytes = false;

    buffer_text(&b, "");
    while (string_ahead(rd, &prefix, &raw, &bytes)) {
        rd->at += prefix;
        any_bytes |= bytes;
        if (!read_string(rd, &b, raw))
            return false;
        skip(rd);
    }
    *literal = (struct literal){ .is_text = !any_bytes, .s = b.s, .length = b.length };
    if (any_bytes)
        literal->s = repr_bytes(rd->mem, b.s, b.length);
    return true;
}

static bool word_read(struct reader *rd, struct literal *literal)
{
    static const char *const words[] = { "None", "True", "False" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);

        if (at_quotes(rd, words[i], n) && !isalnum((unsigned char)rd->at[n]) && rd->at[n] != '_') {
            *literal = (struct literal){ .s = words[i] };
            rd->at += n;
            return true;
        }
    }
    return false;
}

static bool number_read(struct reader *rd, struct literal *literal)
{
    const char *s = rd->at;
    size_t sign = *s == '-' || *s == '+', n = strspn(s + sign, "0123456789"), length;
    char *end;
    char number[32];

    *literal = (struct literal){ 0 };
    if (n && !strchr(".eE", s[sign + n]) && (s[sign] != '0' || strspn(s + sign, "0") == n)) {
        bool zero = s[sign] == '0';

        rd->at += sign + n;
        literal->s = zero ? "0" : arena_strndup(rd->mem, s + (*s == '+'), n + (*s == '-'));
        return true;
    }
    if (!isdigit((unsigned char)s[sign + (s[sign] == '.')]))
        return false;
    length = (size_t)real_repr(number, strtod(s, &end));
    literal->s = arena_strndup(rd->mem, number, length);
    rd->at = end;
    return !isalnum((unsigned char)*end);
}

/* From the opening parenthesis on. A single item without a comma is itself. */
static bool tuple_read(struct reader *rd, struct literal *literal)
{
    struct literal *items = NULL;
    size_t count = 0, room = 0;
    bool comma = false;

    for (rd->at++, skip(rd); !reader_is(rd, ')'); skip(rd)) {
        if (count && !comma)
            return false;
        if (count == room) {
            room = room * 2 + 8;
            items = arena_grow(rd->mem, items, count * sizeof *items, room * sizeof *items);
        }
        if (!literal_read(rd, &items[count++]))
            return false;
        skip(rd);
        comma = reader_is(rd, ',');
        rd->at += comma;
    }
    rd->at++;
    if (count == 1 && !comma)
        *literal = items[0];
    else
        *literal = (struct literal){ .is_tuple = true, .items = items, .count = count };
    return true;
}

static bool literal_read(struct reader *rd, struct literal *literal)
{
    size_t prefix;
    bool raw, bytes, done;

    skip(rd);
    if (rd->at == rd->end || rd->depth > FILTER_DEPTH)
        return false;
    if (string_ahead(rd, &prefix, &raw, &bytes))
        return strings_read(rd, literal);
    if (!reader_is(rd, '('))
        return word_read(rd, literal) || number_read(rd, literal);
    rd->depth++;
    done = tuple_read(rd, literal);
    rd->depth--;
    return done;
}

static void add_literal(struct buffer *b, const struct literal *literal)
{
    if (literal->is_text) {
        buffer_text(b, repr_text(b->mem, literal->s, literal->length));
        return;
    }
    if (!literal->is_tuple) {
        buffer_text(b, literal->s);
        return;
    }
    buffer_text(b, "(");
    for (size_t i = 0; i < literal->count; i++) {
        buffer_text(b, i ? ", " : "");
        add_literal(b, &literal->items[i]);
    }
    buffer_text(b, literal->count == 1 ? ",)" : ")");
}

#define LIST_REFUSED "While parsing a list in the query, expected "

int python_tuple(const struct search_ctx *cx, const char *s, size_t length,
                 const struct value **values, size_t *count)
{
    struct reader rd = { .mem = cx->mem, .at = s, .end = s + length };
    struct literal literal, tuple;
    struct value *list;
    struct buffer b = { .mem = cx->mem };

    if (!literal_read(&rd, &literal) || rd.at != rd.end)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    LIST_REFUSED "a non-empty list of string values, but got ill-formed list.");
    tuple = literal;
    if (!literal.is_tuple)
        tuple = (struct literal){ .is_tuple = true, .items = &literal, .count = 1 };
    if (!tuple.count)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    LIST_REFUSED "a non-empty list of string values, but got empty list");
    list = arena_array(cx->mem, struct value, tuple.count + 1);
    for (size_t i = 0; i < tuple.count; i++) {
        if (!tuple.items[i].is_text) {
            add_literal(&b, &tuple);
            return fail(cx, INVALID_PARAMETER_VALUE,
                        LIST_REFUSED "string value, punctuation, or whitespace, "
                                     "but got different type in list: %s",
                        b.s);
        }
        list[i] = text_n(tuple.items[i].s, tuple.items[i].length);
    }
    list[tuple.count].type = VALUE_END;
    *values = list;
    *count = tuple.count;
    return 0;
}
