#include "python.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../out.h"
#include "characters.h"

void buffer_add(struct buffer *b, const char *s, size_t length)
{
    if (b->length + length + 1 > b->room) {
        size_t room = b->room * 2 + length + 64;

        b->s = arena_grow(b->mem, b->s, b->length, room);
        b->room = room;
    }
    memcpy(b->s + b->length, s, length);
    b->length += length;
    b->s[b->length] = '\0';
}

void buffer_text(struct buffer *b, const char *s)
{
    buffer_add(b, s, strlen(s));
}

/* str.isprintable(), for the blocks that a text can be expected to have. */
static bool is_printable(uint32_t c)
{
    return c >= 0xA1 && c != 0xAD && !(c >= 0x2000 && c <= 0x200F) &&
           !(c >= 0x2028 && c <= 0x202F) && !(c >= 0x205F && c <= 0x206F) && c != 0x3000 &&
           c != 0x1680 && !(c >= 0xD800 && c <= 0xF8FF) && c != 0xFEFF &&
           !(c >= 0xFFF0 && c <= 0xFFFB) && (c & 0xFFFE) != 0xFFFE && c < 0xE0000;
}

static void add_escaped(struct buffer *b, uint32_t c, char quote)
{
    static const char named[] = { [9] = 't', [10] = 'n', [13] = 'r' };
    char s[16];

    if (c == '\\' || c == (unsigned char)quote)
        (void)snprintf(s, sizeof s, "\\%c", (char)c);
    else if (c < sizeof named && named[c])
        (void)snprintf(s, sizeof s, "\\%c", named[c]);
    else if (c >= 0x20 && c < 0x7F)
        (void)snprintf(s, sizeof s, "%c", (char)c);
    else
        (void)snprintf(s, sizeof s, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    buffer_text(b, s);
}

static char quote_for(const char *s, size_t length)
{
    return memchr(s, '\'', length) && !memchr(s, '"', length) ? '"' : '\'';
}

static void add_repr(struct buffer *b, const char *s, size_t length)
{
    char quote = quote_for(s, length);
    const char *end = s + length;
    size_t n;

    buffer_add(b, &quote, 1);
    for (; s < end; s += n) {
        uint32_t c = code_point(s, &n);

        if (n > 1 && is_printable(c))
            buffer_add(b, s, n);
        else
            add_escaped(b, c, quote);
    }
    buffer_add(b, &quote, 1);
}

const char *repr_text(struct arena *mem, const char *s, size_t length)
{
    struct buffer b = { .mem = mem };

    add_repr(&b, s, length);
    return b.s;
}

const char *repr_bytes(struct arena *mem, const char *s, size_t length)
{
    struct buffer b = { .mem = mem };
    char quote = quote_for(s, length);

    buffer_text(&b, "b");
    buffer_add(&b, &quote, 1);
    for (size_t i = 0; i < length; i++)
        add_escaped(&b, (unsigned char)s[i], quote);
    buffer_add(&b, &quote, 1);
    return b.s;
}

static const char *repr_items(struct arena *mem, const char *const *items, size_t count,
                              const char *open, const char *close)
{
    struct buffer b = { .mem = mem };

    buffer_text(&b, open);
    for (size_t i = 0; i < count; i++) {
        buffer_text(&b, i ? ", " : "");
        add_repr(&b, items[i], strlen(items[i]));
    }
    buffer_text(&b, close);
    return b.s;
}

const char *repr_list(struct arena *mem, const struct text_list *list)
{
    return repr_items(mem, list->items, list->count, "[", "]");
}

const char *repr_set(struct arena *mem, const char *const *items, size_t count)
{
    return repr_items(mem, items, count, "{", "}");
}

static void add_json(struct buffer *, const json_t *);

static void add_json_object(struct buffer *b, const json_t *object)
{
    const char *key, *comma = "";
    json_t *value;

    buffer_text(b, "{");
    json_object_foreach((json_t *)object, key, value)
    {
        buffer_text(b, comma);
        add_repr(b, key, strlen(key));
        buffer_text(b, ": ");
        add_json(b, value);
        comma = ", ";
    }
    buffer_text(b, "}");
}

static void add_json_array(struct buffer *b, const json_t *array)
{
    buffer_text(b, "[");
    for (size_t i = 0; i < json_array_size(array); i++) {
        buffer_text(b, i ? ", " : "");
        add_json(b, json_array_get(array, i));
    }
    buffer_text(b, "]");
}

static void add_json(struct buffer *b, const json_t *value)
{
    char number[32];

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_json_object(b, value);
        return;
    case JSON_ARRAY:
        add_json_array(b, value);
        return;
    case JSON_STRING:
        add_repr(b, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        buffer_text(b, number);
        return;
    case JSON_REAL:
        buffer_add(b, number, (size_t)real_repr(number, json_real_value(value)));
        return;
    case JSON_TRUE:
        buffer_text(b, "True");
        return;
    case JSON_FALSE:
        buffer_text(b, "False");
        return;
    case JSON_NULL:
        buffer_text(b, "None");
        return;
    }
}

const char *repr_json(struct arena *mem, const json_t *value)
{
    struct buffer b = { .mem = mem };

    add_json(&b, value);
    return b.s;
}

const char *unquoted(struct arena *mem, const char *s, const char *quotes)
{
    size_t n = strlen(s);

    if (n < 2 || s[0] != s[n - 1] || !strchr(quotes, s[0]))
        return s;
    return arena_strndup(mem, s + 1, n - 2);
}

int python_int(const char *s, int64_t *value)
{
    char digits[24];
    size_t n = 0, room = sizeof digits - 1;
    bool sign;

    while (isspace((unsigned char)*s))
        s++;
    sign = *s == '-' || *s == '+';
    if (sign)
        digits[n++] = *s++;
    do {
        if (!isdigit((unsigned char)*s))
            return -1;
        for (; isdigit((unsigned char)*s); s++)
            if ((n > sign || *s != '0') && n < room)
                digits[n++] = *s; /* twenty digits are too many already */
    } while (*s == '_' && s++);
    while (isspace((unsigned char)*s))
        s++;
    digits[n] = '\0';
    *value = n > sign ? strtoll(digits, NULL, 10) : 0;
    return *s ? -1 : 0;
}
