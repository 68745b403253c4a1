/* Page tokens, which clients may also make up: they are read as Python reads them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../json_in.h"
#include "python.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Signs that are not of the alphabet are skipped; the first complete padding ends
 * the text. -1 if digits are left over. */
static int base64_read(const char *s, char *bytes, size_t *length)
{
    unsigned left = 0; /* of the digit before */
    int place = 0, padding = 0;

    *length = 0;
    for (; *s; s++) {
        const char *digit = strchr(alphabet, *s);
        unsigned value = (unsigned)(digit ? digit - alphabet : 0);

        if (*s == '=') {
            if (place >= 2 && place + ++padding >= 4)
                return 0;
            continue;
        }
        if (!digit)
            continue;
        padding = 0;
        if (place > 0)
            bytes[(*length)++] = (char)(left << (2 * place) | value >> (6 - 2 * place));
        left = value & (0x3Fu >> (2 * place));
        place = (place + 1) % 4;
    }
    return place ? -1 : 0;
}

static const char *base64_write(struct arena *mem, const char *bytes, size_t length)
{
    char *text = arena_alloc(mem, (length + 2) / 3 * 4 + 1), *to = text;

    for (size_t i = 0; i < length; i += 3) {
        unsigned b = 0;

        for (size_t k = 0; k < 3; k++)
            b = b << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *to++ = i + k <= length ? alphabet[b >> (18 - 6 * k) & 0x3F] : '=';
    }
    return text;
}

/* bool(value) is False: such an offset counts as none. */
static bool is_false(const json_t *value)
{
    if (json_is_object(value))
        return json_object_size(value) == 0;
    return !value || json_is_null(value) || json_is_false(value) ||
           (json_is_integer(value) && json_integer_value(value) == 0) ||
           (json_is_real(value) && json_real_value(value) == 0) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static int offset_read(const struct search_ctx *cx, const json_t *value, int64_t *offset)
{
    double r = json_real_value(value);

    if (json_is_integer(value)) {
        *offset = json_integer_value(value);
        return 0;
    }
    if (json_is_true(value)) {
        *offset = 1;
        return 0;
    }
    if (json_is_real(value) && r > -9e18 && r < 9e18) {
        *offset = (int64_t)r;
        return 0;
    }
    if (json_is_string(value) && python_int(json_string_value(value), offset) == 0)
        return 0;
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token, not stringable %s",
                json_is_string(value) ? json_string_value(value) : repr_json(cx->mem, value));
}

int page_token_read(const struct search_ctx *cx, const char *token, int64_t *offset)
{
    size_t length;
    char *bytes;
    const json_t *tree, *value;

    *offset = 0;
    if (!token || !*token)
        return 0;
    bytes = arena_alloc(cx->mem, strlen(token) + 1);
    if (base64_read(token, bytes, &length) < 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token, could not base64-decode");
    tree = json_in(cx->mem, bytes, length);
    if (!tree)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token, decoded value=%s",
                    repr_bytes(cx->mem, bytes, length));
    value = json_object_get(tree, "offset");
    if (is_false(value))
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token, parsed value=%s",
                    repr_json(cx->mem, tree));
    if (offset_read(cx, value, offset) < 0)
        return -1;
    if (*offset < 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token, parsed value=%s",
                    repr_json(cx->mem, tree));
    return 0;
}

const char *page_token_write(struct arena *mem, int64_t offset)
{
    const char *json = arena_printf(mem, "{\"offset\": %" PRId64 "}", offset);

    return base64_write(mem, json, strlen(json));
}
