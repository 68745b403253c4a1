#include "json_in.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "percent.h"
#include "utf8.h"

/* jansson's allocator points here while a request is read. */
static struct arena *tree_arena;

static void *tree_alloc(size_t bytes)
{
    return arena_alloc(tree_arena, bytes);
}

static void tree_free(void *at)
{
    (void)at;
}

static void tree_enter(struct arena *mem)
{
    tree_arena = mem;
    json_set_alloc_funcs(tree_alloc, tree_free);
}

static void tree_leave(void)
{
    tree_arena = NULL;
    json_set_alloc_funcs(malloc, free);
}

static json_t *parse(const char *text, size_t length)
{
    /* Deeper nesting than jansson's own limit (2048) is refused by it. */
    return json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static const char *const bare_words[] = { "-Infinity", "Infinity", "NaN" };

static size_t bare_word(const char *at, size_t left)
{
    for (size_t i = 0; i < sizeof(bare_words) / sizeof(*bare_words); i++)
        if (left >= strlen(bare_words[i]) && !memcmp(at, bare_words[i], strlen(bare_words[i])))
            return strlen(bare_words[i]);
    return 0;
}

/* A number that jansson refuses, for Python's do not end: one of more digits than
 * 64 bits hold is read as a double, one that is no double becomes a text that
 * nothing accepts. Returns its length, or 0. */
static size_t endless_number(struct arena *mem, const char *at, size_t left, const char **as)
{
    size_t n = 0, digits = 0;
    bool real = false;

    for (; n < left && at[n] && strchr("+-.0123456789eE", at[n]); n++) {
        digits += at[n] >= '0' && at[n] <= '9';
        real |= at[n] == 'e' || at[n] == 'E' || at[n] == '.';
    }
    if (!n)
        return 0;
    if (isinf(strtod(arena_strndup(mem, at, n), NULL)))
        *as = "\"\\u0000\"";
    else if (digits > 18 && !real)
        *as = arena_printf(mem, "%.*s.0", (int)n, at);
    else
        return 0;
    return n;
}

/* \udXXX without its other half: no text of ours can hold it, so it becomes NUL,
 * which is refused where it is read. */
static bool is_lone_surrogate(const char *at, size_t left, const char *start)
{
    bool high = left >= 6 && !strncasecmp(at, "\\ud", 3) && strchr("89abAB", at[3]) && at[3];
    bool low = left >= 6 && !strncasecmp(at, "\\ud", 3) && strchr("cdefCDEF", at[3]) && at[3];

    if (high)
        return left < 12 || strncasecmp(at + 6, "\\ud", 3) != 0 || !strchr("cdefCDEF", at[9]);
    return low &&
           (at - start < 6 || strncasecmp(at - 6, "\\ud", 3) != 0 || !strchr("89abAB", at[-3]));
}

/* A copy in which what Python's json reads and writes, but JSON does not have, is
 * put in JSON's words: NaN and Infinity as strings, endless numbers. NULL if there
 * is none of it. */
static char *translate_python(struct arena *mem, const char *text, size_t length,
                              size_t *new_length)
{
    char *copy = arena_alloc(mem, length * 2 + 16), *to = copy;
    bool in_string = false, found = false;

    for (size_t i = 0; i < length;) {
        size_t left = length - i, n = 0;
        const char *as = NULL;

        if (!in_string && (n = bare_word(text + i, left)))
            as = arena_printf(mem, "\"%.*s\"", (int)n, text + i);
        else if (!in_string)
            n = endless_number(mem, text + i, left, &as);
        else if (is_lone_surrogate(text + i, left, text)) {
            as = "\\u0000";
            n = 6;
        }
        if (n) {
            to = stpcpy(to, as);
            i += n;
            found = true;
            continue;
        }
        in_string ^= text[i] == '"';
        if (in_string && text[i] == '\\' && left > 1)
            *to++ = text[i++];
        do /* a number is looked at once, as a whole */
            *to++ = text[i++];
        while (!in_string && i < length && isalnum((unsigned char)text[i - 1]) &&
               (isalnum((unsigned char)text[i]) || strchr(".+-", text[i])));
    }
    *new_length = (size_t)(to - copy);
    return found ? copy : NULL;
}

json_t *json_in(struct arena *mem, const char *text, size_t length)
{
    json_t *tree;

    if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        text += 3;
        length -= 3;
    }
    tree_enter(mem);
    tree = parse(text, length);
    if (!tree) {
        size_t again_length;
        char *again = translate_python(mem, text, length, &again_length);

        if (again)
            tree = parse(again, again_length);
    }
    tree_leave();
    return tree;
}

/* One part of a query string, decoded: + is a blank, %xx a byte. */
static const char *query_decode(struct arena *mem, const char *s, size_t length, size_t *decoded)
{
    char *copy = arena_alloc(mem, length + 1), *to = copy;

    for (size_t i = 0; i < length; i++) {
        int byte = percent_byte(s + i, length - i);

        if (byte >= 0) {
            *to++ = (char)byte;
            i += 2;
        } else {
            *to++ = s[i] == '+' ? ' ' : s[i];
        }
    }
    *decoded = (size_t)(to - copy);
    return copy;
}

static const struct field *field_by_name(const struct field *fields, const char *name)
{
    for (; fields->type != FIELD_END; fields++)
        if (!strcmp(fields->name, name) ||
            ((fields->flags & FIELD_RUN_UUID) && !strcmp(name, "run_uuid")))
            return fields;
    return NULL;
}

/* The value as JSON, or NULL if it is a boolean that is none. */
static json_t *query_value(const struct fields_ctx *ctx, const struct field *field,
                           const char *value, size_t length)
{
    json_t *string;

    if (field->type == FIELD_OPT_BOOL) {
        if (!strcasecmp(value, "true"))
            return json_true();
        if (!strcasecmp(value, "false"))
            return json_false();
        (void)fail(ctx, INVALID_PARAMETER_VALUE,
                   "Invalid boolean value: %s, must be 'true' or 'false'.", value);
        return NULL;
    }
    string = json_stringn(value, length);
    if (!string)
        (void)fail(ctx, INVALID_PARAMETER_VALUE, "The value of parameter '%s' is not UTF-8.",
                   field->name);
    return string;
}

static int query_add(const struct fields_ctx *ctx, json_t *object, const char *name,
                     const struct field *field, const char *value, size_t length)
{
    bool many = field->type == FIELD_TEXT_LIST || field->type == FIELD_LIST;
    json_t *present = json_object_get(object, name), *item;

    if (present && !many)
        return 0;
    item = query_value(ctx, field, value, length);
    if (!item)
        return -1;
    if (!many)
        return json_object_set_new(object, name, item);
    if (!present) {
        present = json_array();
        if (json_object_set_new(object, name, present) < 0)
            return -1;
    }
    return json_array_append_new(present, item);
}

static int query_fill(const struct fields_ctx *ctx, json_t *object, const char *query,
                      const struct field *fields, bool *any)
{
    while (*query) {
        size_t length = strcspn(query, "&");
        const char *equals = memchr(query, '=', length);
        size_t name_length = equals ? (size_t)(equals - query) : length, value_length = 0;
        const char *name, *value = "";
        const struct field *field;

        if (length) {
            *any = true;
            name = query_decode(ctx->mem, query, name_length, &name_length);
            if (equals)
                value = query_decode(ctx->mem, equals + 1, length - (size_t)(equals + 1 - query),
                                     &value_length);
            field = field_by_name(fields, name);
            if (field && query_add(ctx, object, name, field, value, value_length) < 0)
                return -1;
        }
        query += length;
        query += *query == '&';
    }
    return 0;
}

json_t *json_in_query(const struct fields_ctx *ctx, const char *query, const struct field *fields,
                      bool *any)
{
    json_t *object;
    int failed;

    *any = false;
    tree_enter(ctx->mem);
    object = json_object();
    failed = query_fill(ctx, object, query, fields, any);
    tree_leave();
    return failed ? NULL : object;
}

static void value_out(struct out *out, const char *key, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: {
        void *at = json_object_iter((json_t *)value);

        out_object(out, key);
        for (; at; at = json_object_iter_next((json_t *)value, at))
            value_out(out, json_object_iter_key(at), json_object_iter_value(at));
        out_end(out);
        break;
    }
    case JSON_ARRAY:
        out_array(out, key);
        for (size_t i = 0; i < json_array_size(value); i++)
            value_out(out, NULL, json_array_get(value, i));
        out_end(out);
        break;
    case JSON_STRING:
        out_text_n(out, key, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        out_int(out, key, json_integer_value(value));
        break;
    case JSON_REAL:
        out_real(out, key, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        out_bool(out, key, json_is_true(value));
        break;
    case JSON_NULL:
        out_null(out, key);
        break;
    }
}

static size_t value_depth(const json_t *value)
{
    size_t deepest = 0;

    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value) && deepest < OUT_DEPTH; i++) {
            size_t depth = value_depth(json_array_get(value, i));

            deepest = depth > deepest ? depth : deepest;
        }
    } else if (json_is_object(value)) {
        void *at = json_object_iter((json_t *)value);

        for (; at && deepest < OUT_DEPTH; at = json_object_iter_next((json_t *)value, at)) {
            size_t depth = value_depth(json_object_iter_value(at));

            deepest = depth > deepest ? depth : deepest;
        }
    } else {
        return 0;
    }
    return deepest + 1;
}

void json_in_write(struct out *out, const char *key, const json_t *value)
{
    if (!value || value_depth(value) + (size_t)out->depth >= OUT_DEPTH - 1)
        out_null(out, key);
    else
        value_out(out, key, value);
}

/* Escapes what is not ASCII, in UTF-16 as JSON wants it, and cuts long texts. */
static const char *ascii(struct arena *mem, const struct out *out)
{
    enum {
        LONGEST = 2000
    };
    const char *at = arena_strndup(mem, out->data, out->length);
    char *text = arena_alloc(mem, out->length * 6 + 8), *to = text;

    for (uint32_t c; (c = utf8_next(&at));) {
        if (c < 0x80)
            *to++ = (char)c;
        else if (c < 0x10000)
            to += sprintf(to, "\\u%04x", c);
        else
            to += sprintf(to, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                          0xdc00 + ((c - 0x10000) & 0x3ff));
        if (to - text > LONGEST) {
            (void)sprintf(to, "...");
            break;
        }
    }
    return text;
}

const char *json_in_text(struct arena *mem, const json_t *value)
{
    struct out out = { 0 };
    const char *text;

    if (value_depth(value) >= OUT_DEPTH - 1)
        return "[...]";
    value_out(&out, NULL, value);
    text = ascii(mem, &out);
    out_free(&out);
    return text;
}

const char *json_in_quoted(struct arena *mem, const char *value)
{
    struct out out = { 0 };
    const char *text;

    out_text(&out, NULL, value);
    text = ascii(mem, &out);
    out_free(&out);
    return text;
}
