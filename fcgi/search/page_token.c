/* Page tokens, which clients may also make up: they are read as Python reads them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base64.h"
#include "../json_in.h"
#include "python.h"

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
