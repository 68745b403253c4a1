#include "describe.h"

#include <string.h>

#include "api/endpoints.h"

static const char *const methods[] = {
    [METHOD_OTHER] = "", [GET] = "GET",       [POST] = "POST", [PUT] = "PUT",
    [PATCH] = "PATCH",   [DELETE] = "DELETE", [HEAD] = "HEAD", [OPTIONS] = "OPTIONS",
};
static const char *const verbs[] = {
    [ALLOW_PUBLIC] = "public", [ALLOW_READ] = "read",     [ALLOW_UPDATE] = "update",
    [ALLOW_DELETE] = "delete", [ALLOW_CREATE] = "create", [ALLOW_SEARCH] = "search",
};
static const char *const things[] = {
    [THING_SERVER] = "server",
    [THING_EXPERIMENT] = "experiment",
    [THING_RUN] = "run",
    [THING_ARTIFACT] = "artifact",
    [THING_LOGGED_MODEL] = "logged_model",
    [THING_REGISTERED_MODEL] = "registered_model",
    [THING_TRACE] = "trace",
};
static const char *const accesses[] = {
    [ACCESS_NONE] = "none",
    [ACCESS_READS] = "reads",
    [ACCESS_WRITES] = "writes",
    [ACCESS_RECORDS] = "records",
};
static const char *const types[] = {
    [FIELD_END] = "",
    [FIELD_TEXT] = "string",
    [FIELD_INT] = "int64",
    [FIELD_REAL] = "double",
    [FIELD_OPT_INT] = "int64",
    [FIELD_OPT_INT32] = "int32",
    [FIELD_OPT_REAL] = "double",
    [FIELD_OPT_BOOL] = "bool",
    [FIELD_OPT_ENUM] = "enum",
    [FIELD_TEXT_LIST] = "string[]",
    [FIELD_OBJECT] = "object",
    [FIELD_LIST] = "object[]",
};

static void describe_fields(struct out *out, const struct field *fields)
{
    out_array(out, "fields");
    for (; fields->type != FIELD_END; fields++) {
        out_object(out, NULL);
        out_text(out, "name", fields->name);
        out_text(out, "type", types[fields->type]);
        out_bool(out, "required", fields->flags & FIELD_REQUIRED);
        if (fields->fallback)
            out_int(out, "default", fields->fallback);
        out_text_if(out, "doc", fields->doc);
        if (fields->items)
            describe_fields(out, fields->items);
        out_end(out);
    }
    out_end(out);
}

static void describe_endpoint(struct out *out, const struct endpoint *e)
{
    out_object(out, NULL);
    out_text(out, "name", e->name);
    out_text(out, "method", methods[e->method]);
    out_text(out, "path", e->path);
    out_bool(out, "ajax", !strncmp(e->path, "/api/", 5));
    out_text(out, "access", accesses[e->access]);
    out_object(out, "allow");
    out_text(out, "verb", verbs[e->allow.verb]);
    out_text(out, "thing", things[e->allow.thing]);
    out_text_if(out, "member", e->allow.member);
    out_end(out);
    out_text(out, "summary", e->summary);
    describe_fields(out, e->input->fields);
    out_end(out);
}

void describe(FILE *to)
{
    struct out out = { 0 };

    out_object(&out, NULL);
    out_text(&out, "version", CAIRN_VERSION);
    out_array(&out, "endpoints");
    for (const struct endpoint *e = endpoints; e->name; e++)
        describe_endpoint(&out, e);
    out_end(&out);
    out_end(&out);
    (void)fwrite(out.data, 1, out.length, to);
    (void)fputc('\n', to);
    out_free(&out);
}
