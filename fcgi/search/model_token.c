/* Page tokens of the search of logged models: they say what was asked, and where the
 * page ended. */
#include <string.h>

#include "../base64.h"
#include "../json_in.h"
#include "../out.h"
#include "logged_models.h"
#include "python.h"

static const char *json_text(struct arena *mem, const char *s)
{
    struct out out = { 0 };
    const char *json;

    if (!s || !*s)
        return "null";
    out_text(&out, NULL, s);
    json = arena_strndup(mem, out.data, out.length);
    out_free(&out);
    return json;
}

/* As Python's json.dumps() writes it: what MLflow's servers read and write. */
static const char *page_json(struct arena *mem, const struct model_page *page)
{
    struct buffer b = { .mem = mem };

    buffer_text(&b, "{\"experiment_ids\": [");
    for (size_t i = 0; i < page->experiment_ids->count; i++) {
        buffer_text(&b, i ? ", " : "");
        buffer_text(&b, json_text(mem, page->experiment_ids->items[i]));
    }
    buffer_text(&b, "], \"filter_string\": ");
    buffer_text(&b, json_text(mem, page->filter));
    buffer_text(&b, page->order_count ? ", \"order_by\": [" : ", \"order_by\": null");
    for (size_t i = 0; i < page->order_count; i++) {
        const struct model_order *o = &page->order_by[i];
        bool ascending = !o->ascending.set || o->ascending.value;

        buffer_text(&b, arena_printf(mem,
                                     "%s{\"field_name\": %s, \"ascending\": %s, "
                                     "\"dataset_name\": %s, \"dataset_digest\": %s}",
                                     i ? ", " : "",
                                     o->field_name && *o->field_name ? json_text(mem, o->field_name)
                                                                     : "\"\"",
                                     ascending ? "true" : "false", json_text(mem, o->dataset_name),
                                     json_text(mem, o->dataset_digest)));
    }
    buffer_text(&b, arena_printf(mem, "%s, \"offset\": %lld}", page->order_count ? "]" : "",
                                 (long long)page->offset));
    return b.s;
}

const char *model_token_write(struct arena *mem, const struct model_page *page)
{
    const char *json = page_json(mem, page);

    return base64_write(mem, json, strlen(json));
}

/* What Python shows of a member: None for what is absent. */
static const char *shown(const struct search_ctx *cx, const json_t *value)
{
    if (!value)
        return "None";
    return json_is_string(value) ? json_string_value(value) : repr_json(cx->mem, value);
}

static int member_check(const struct search_ctx *cx, const char *name, const char *text,
                        const json_t *asked, const json_t *token)
{
    const json_t *a = json_object_get(asked, name), *b = json_object_get(token, name);
    bool none = !b || json_is_null(b) || (json_is_array(b) && !json_array_size(b)) ||
                (json_is_string(b) && !json_string_length(b));

    if (json_equal(a, b) || (json_is_null(a) && none))
        return 0;
    return fail(cx, INVALID_PARAMETER_VALUE, "%s Expected: %s. Found: %s", text, shown(cx, a),
                shown(cx, b));
}

int model_token_read(const struct search_ctx *cx, const char *token, struct model_page *page)
{
    const char *json = page_json(cx->mem, page);
    const json_t *asked = json_in(cx->mem, json, strlen(json)), *tree, *offset;
    char *bytes = arena_alloc(cx->mem, strlen(token) + 1);
    size_t length;

    tree = base64_read(token, bytes, &length) < 0 ? NULL : json_in(cx->mem, bytes, length);
    if (!json_is_object(tree))
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token: %s.", token);
    if (member_check(cx, "experiment_ids",
                     "Experiment IDs in the page token do not match the requested experiment IDs.",
                     asked, tree) < 0 ||
        member_check(cx, "filter_string",
                     "Filter string in the page token does not match the requested filter string.",
                     asked, tree) < 0 ||
        member_check(cx, "order_by",
                     "Order by in the page token does not match the requested order by.", asked,
                     tree) < 0)
        return -1;
    offset = json_object_get(tree, "offset");
    page->offset = json_integer_value(offset);
    if ((offset && !json_is_integer(offset) && !json_is_null(offset)) || page->offset < 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid page token: %s.", token);
    return 0;
}
