#include "json_in.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

/* A copy in which NaN, Infinity and -Infinity outside of strings are quoted:
 * Python's json.dumps() writes them bare. NULL if there is none. */
static char *quote_bare_words(struct arena *mem, const char *text, size_t length,
                              size_t *new_length)
{
    char *copy = arena_alloc(mem, length * 2 + 1), *to = copy;
    bool in_string = false, found = false;

    for (size_t i = 0; i < length;) {
        const char *word = NULL;

        if (!in_string)
            for (size_t w = 0; w < sizeof(bare_words) / sizeof(*bare_words) && !word; w++)
                if (length - i >= strlen(bare_words[w]) &&
                    !memcmp(text + i, bare_words[w], strlen(bare_words[w])))
                    word = bare_words[w];
        if (word) {
            to += sprintf(to, "\"%s\"", word);
            i += strlen(word);
            found = true;
            continue;
        }
        if (text[i] == '"')
            in_string = !in_string;
        if (in_string && text[i] == '\\' && i + 1 < length)
            *to++ = text[i++];
        *to++ = text[i++];
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
        char *again = quote_bare_words(mem, text, length, &again_length);

        if (again)
            tree = parse(again, again_length);
    }
    tree_leave();
    return tree;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* One part of a query string, decoded: + is a blank, %xx a byte. */
static const char *query_decode(struct arena *mem, const char *s, size_t length, size_t *decoded)
{
    char *copy = arena_alloc(mem, length + 1), *to = copy;

    for (size_t i = 0; i < length; i++) {
        if (s[i] == '%' && i + 2 < length && hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
            *to++ = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
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
