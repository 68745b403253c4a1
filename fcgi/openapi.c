#include "openapi.h"

#include <string.h>

#include "api/endpoints.h"

static const char *const methods[] = {
    [GET] = "get", [POST] = "post", [PUT] = "put", [PATCH] = "patch", [DELETE] = "delete",
};

static void write_schema(struct out *out, const char *key, const struct field *field);

/* An object with the fields; those that are required are listed. */
static void write_object(struct out *out, const char *key, const struct field *fields)
{
    bool any = false;

    out_object(out, key);
    out_text(out, "type", "object");
    out_object(out, "properties");
    for (const struct field *f = fields; f->type != FIELD_END; f++) {
        any |= (f->flags & FIELD_REQUIRED) != 0;
        write_schema(out, f->name, f);
    }
    out_end(out);
    if (any)
        out_array(out, "required");
    for (const struct field *f = fields; f->type != FIELD_END; f++)
        if (f->flags & FIELD_REQUIRED)
            out_text(out, NULL, f->name);
    if (any)
        out_end(out);
    out_end(out);
}

static void write_type(struct out *out, const char *type, const char *format)
{
    out_text(out, "type", type);
    out_text_if(out, "format", format);
}

static void write_enum(struct out *out, const struct enum_name *names)
{
    write_type(out, "string", NULL);
    out_array(out, "enum");
    for (; names && names->name; names++)
        out_text(out, NULL, names->name);
    out_end(out);
}

static void write_list(struct out *out, const struct field *items)
{
    write_type(out, "array", NULL);
    if (items) {
        write_object(out, "items", items);
        return;
    }
    out_object(out, "items");
    write_type(out, "string", NULL);
    out_end(out);
}

static void write_field_type(struct out *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        write_type(out, "string", NULL);
        if (field->flags & FIELD_REQUIRED)
            out_int(out, "minLength", 1);
        break;
    case FIELD_INT:
    case FIELD_OPT_INT:
        write_type(out, "integer", "int64");
        break;
    case FIELD_OPT_INT32:
        write_type(out, "integer", "int32");
        break;
    case FIELD_REAL:
    case FIELD_OPT_REAL:
        write_type(out, "number", "double");
        break;
    case FIELD_OPT_BOOL:
        write_type(out, "boolean", NULL);
        break;
    case FIELD_OPT_ENUM:
        write_enum(out, field->names);
        break;
    case FIELD_TEXT_LIST:
        write_list(out, NULL);
        break;
    case FIELD_LIST:
        write_list(out, field->items);
        break;
    case FIELD_OBJECT:
    case FIELD_END:
        write_type(out, "object", NULL);
        break;
    }
}

static void write_schema(struct out *out, const char *key, const struct field *field)
{
    if (field->type == FIELD_OBJECT) {
        write_object(out, key, field->items);
        return;
    }
    out_object(out, key);
    write_field_type(out, field);
    out_text_if(out, "description", field->doc && *field->doc ? field->doc : NULL);
    if (field->fallback)
        out_int(out, "default", field->fallback);
    out_end(out);
}

static void write_parameter(struct out *out, const char *name, const char *in, bool required,
                            const struct field *field)
{
    out_object(out, NULL);
    out_text(out, "name", name);
    out_text(out, "in", in);
    out_bool(out, "required", required);
    if (field) {
        write_schema(out, "schema", field);
    } else {
        out_object(out, "schema");
        write_type(out, "string", NULL);
        out_end(out);
    }
    out_end(out);
}

/* The next {member} of a path after *at, or NULL. */
static const char *next_member(const char **at, char *name, size_t size)
{
    const char *open = strchr(*at, '{'), *close = open ? strchr(open, '}') : NULL;
    size_t length;

    if (!close)
        return NULL;
    length = strcspn(open + 1, ".}");
    length = length < size - 1 ? length : size - 1;
    memcpy(name, open + 1, length);
    name[length] = '\0';
    *at = close + 1;
    return name;
}

static void write_parameters(struct out *out, const struct endpoint *e)
{
    const char *at = e->path;
    char name[64];

    out_array(out, "parameters");
    while (next_member(&at, name, sizeof(name)))
        write_parameter(out, name, "path", true, NULL);
    for (const struct field *f = e->input->fields; e->method == GET && f->type != FIELD_END; f++)
        write_parameter(out, f->name, "query", (f->flags & FIELD_REQUIRED) != 0, f);
    out_end(out);
}

static void write_content(struct out *out, const char *type)
{
    out_object(out, "content");
    out_object(out, type);
}

static void write_body(struct out *out, const struct endpoint *e)
{
    if (e->method == GET || (e->body == BODY_RAW && e->method != PUT))
        return;
    out_object(out, "requestBody");
    if (e->body == BODY_RAW) {
        write_content(out, "application/octet-stream");
        out_object(out, "schema");
        write_type(out, "string", "binary");
        out_end(out);
    } else {
        write_content(out, "application/json");
        write_object(out, "schema", e->input->fields);
    }
    out_end(out);
    out_end(out);
    out_end(out);
}

static void write_responses(struct out *out)
{
    out_object(out, "responses");
    out_object(out, "200");
    out_text(out, "description", "The answer.");
    out_end(out);
    out_object(out, "default");
    out_text(out, "description", "An error, with MLflow's code and text.");
    write_content(out, "application/json");
    out_object(out, "schema");
    out_text(out, "$ref", "#/components/schemas/Error");
    out_end(out);
    out_end(out);
    out_end(out);
    out_end(out);
    out_end(out);
}

static void write_operation(struct out *out, const struct endpoint *e)
{
    out_object(out, methods[e->method]);
    out_text(out, "operationId", e->name);
    out_text(out, "summary", e->summary);
    write_parameters(out, e);
    write_body(out, e);
    write_responses(out);
    out_end(out);
}

static bool is_first_of_path(const struct endpoint *e)
{
    for (const struct endpoint *before = endpoints; before < e; before++)
        if (!strcmp(before->path, e->path))
            return false;
    return true;
}

/* {name...} is {name} there: OpenAPI has no member of several steps. */
static const char *plain_path(const char *path, char *plain, size_t size)
{
    const char *dots = strstr(path, "...}");

    (void)snprintf(plain, size, "%.*s%s", dots ? (int)(dots - path) : (int)strlen(path), path,
                   dots ? dots + 3 : "");
    return plain;
}

static void write_paths(struct out *out)
{
    char path[256];

    out_object(out, "paths");
    for (const struct endpoint *e = endpoints; e->name; e++) {
        if (!is_first_of_path(e))
            continue;
        out_object(out, plain_path(e->path, path, sizeof(path)));
        for (const struct endpoint *same = e; same->name; same++)
            if (!strcmp(same->path, e->path))
                write_operation(out, same);
        out_end(out);
    }
    out_end(out);
}

static void write_components(struct out *out)
{
    static const char *const members[] = { "error_code", "message", "sqlstate", "error_class" };

    out_object(out, "components");
    out_object(out, "schemas");
    out_object(out, "Error");
    out_text(out, "type", "object");
    out_object(out, "properties");
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        out_object(out, members[i]);
        write_type(out, "string", NULL);
        out_end(out);
    }
    out_end(out);
    out_array(out, "required");
    out_text(out, NULL, "error_code");
    out_text(out, NULL, "message");
    out_end(out);
    out_end(out);
    out_end(out);
    out_end(out);
}

void openapi(FILE *to)
{
    struct out out = { 0 };

    out_object(&out, NULL);
    out_text(&out, "openapi", "3.0.3");
    out_object(&out, "info");
    out_text(&out, "title", "Cairn: the MLflow tracking API");
    out_text(&out, "version", CAIRN_VERSION);
    out_text(&out, "description",
             "Paths under /api are served under /ajax-api as well. Compatible with MLflow 3.17.2.");
    out_end(&out);
    write_paths(&out);
    write_components(&out);
    out_end(&out);
    (void)fwrite(out.data, 1, out.length, to);
    (void)fputc('\n', to);
    out_free(&out);
}
