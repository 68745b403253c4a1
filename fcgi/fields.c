#include "fields.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_in.h"

static const char see_docs[] = " See the API docs for more information about request parameters.";

/* lowerCamelCase of name, as protobuf's JSON spells it, equals key. */
static bool is_camel(const char *name, const char *key)
{
    for (; *name; name++, key++) {
        char c = *name;

        if (c == '_') {
            c = (char)toupper((unsigned char)*++name);
            if (!c)
                return false;
        }
        if (c != *key)
            return false;
    }
    return *key == '\0';
}

static bool is_two_spellings(const char *name)
{
    return strchr(name, '_') != NULL;
}

/* The name of a value's type in Python, for error texts. */
static const char *python_type(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "dict";
    case JSON_ARRAY:
        return "list";
    case JSON_STRING:
        return "str";
    case JSON_INTEGER:
        return "int";
    case JSON_REAL:
        return "float";
    case JSON_TRUE:
    case JSON_FALSE:
        return "bool";
    case JSON_NULL:
        break;
    }
    return "NoneType";
}

static int fail_type(const struct fields_ctx *ctx, const char *path, const json_t *value)
{
    return fail(ctx, INVALID_PARAMETER_VALUE,
                "Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'.%s",
                json_in_text(ctx->mem, value), path, python_type(value), see_docs);
}

static int fail_missing(const struct fields_ctx *ctx, const char *path)
{
    return fail(ctx, INVALID_PARAMETER_VALUE, "Missing value for required parameter '%s'.%s", path,
                see_docs);
}

static bool read_whole(double real, int64_t *into)
{
    if (real != floor(real) || real < -0x1p63 || real >= 0x1p63)
        return false;
    *into = (int64_t)real;
    return true;
}

/* R writes the time 1700000000000 as 1.7e+12. */
static bool read_int_text(const char *s, int64_t *into)
{
    char *end;

    if (!*s || s[strspn(s, "+-0123456789.eE")])
        return false;
    errno = 0;
    *into = strtoll(s, &end, 10);
    if (!*end)
        return errno == 0;
    return read_whole(strtod(s, &end), into) && !*end;
}

static bool read_int(const json_t *value, int64_t min, int64_t max, int64_t *into)
{
    bool good = false;

    if (json_is_integer(value)) {
        *into = json_integer_value(value);
        good = true;
    } else if (json_is_real(value)) {
        good = read_whole(json_real_value(value), into);
    } else if (json_is_string(value)) {
        const char *s = json_string_value(value);

        good = strlen(s) == json_string_length(value) && read_int_text(s, into);
    }
    return good && *into >= min && *into <= max;
}

/* As Python's float: signs, blanks around, infinities and NaN in any case, but no hexadecimals
 * and no underscores. What is beyond the doubles is endless. */
static bool read_real_text(const char *s, double *into)
{
    static const char blanks[] = " \t\n\r\f\v";
    const char *number = s + strspn(s, blanks);
    char *end;

    *into = strtod(number, &end);
    return end > number && !memchr(number, 'x', (size_t)(end - number)) &&
           !memchr(number, 'X', (size_t)(end - number)) &&
           !memchr(number, '(', (size_t)(end - number)) && !end[strspn(end, blanks)];
}

static bool read_real(const json_t *value, double *into)
{
    if (json_is_boolean(value)) {
        *into = json_is_true(value);
        return true;
    }
    if (json_is_number(value)) {
        *into = json_number_value(value);
        return true;
    }
    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value) &&
           read_real_text(json_string_value(value), into);
}

static bool read_text(const struct fields_ctx *ctx, const json_t *value, const char **into)
{
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return false;
    (void)ctx; /* the tree lives in the arena already */
    *into = json_string_value(value);
    return true;
}

/* Unknown names are ignored; unknown numbers are not read. */
static bool read_enum(const json_t *value, const struct enum_name *names, struct opt_enum *into)
{
    int64_t number = 0;
    bool by_number = read_int(value, INT32_MIN, INT32_MAX, &number);

    if (json_is_string(value) && strpbrk(json_string_value(value), ".eE"))
        by_number = false;
    if (!by_number && !json_is_string(value))
        return false;
    for (; names->name; names++)
        if (by_number ? names->number == number : !strcmp(names->name, json_string_value(value)))
            *into = (struct opt_enum){ .value = names->number, .set = true };
    return into->set || !by_number;
}

static bool read_text_list(const struct fields_ctx *ctx, const json_t *value,
                           struct text_list *into)
{
    if (!json_is_array(value))
        return false;
    into->count = json_array_size(value);
    into->items = arena_array(ctx->mem, const char *, into->count);
    for (size_t i = 0; i < into->count; i++)
        if (!read_text(ctx, json_array_get(value, i), &into->items[i]))
            return false;
    return true;
}

static const json_t *read_members(const struct fields_ctx *ctx, const struct field *fields,
                                  const json_t *object, void *into, const char **path);

static void set_defaults(const struct field *fields, void *into)
{
    for (; fields->type != FIELD_END; fields++) {
        void *at = (char *)into + fields->offset;

        if (fields->type == FIELD_OPT_INT)
            ((struct opt_int *)at)->value = fields->fallback;
        else if (fields->type == FIELD_OPT_INT32)
            ((struct opt_int32 *)at)->value = (int32_t)fields->fallback;
        else if (fields->type == FIELD_OPT_ENUM)
            ((struct opt_enum *)at)->value = (int)fields->fallback;
        else if (fields->type == FIELD_OBJECT)
            set_defaults(fields->items, at);
    }
}

/* Returns the value that cannot be read, with its path, or NULL. */
static const json_t *read_list(const struct fields_ctx *ctx, const struct field *field,
                               const json_t *value, struct list *into, const char **path)
{
    if (!json_is_array(value))
        return value;
    into->count = json_array_size(value);
    into->items = arena_alloc(ctx->mem, into->count * field->item_size);
    for (size_t i = 0; i < into->count; i++) {
        const json_t *item = json_array_get(value, i), *bad;
        const char *inner = NULL;

        if (!json_is_object(item))
            return value;
        set_defaults(field->items, (char *)into->items + i * field->item_size);
        bad = read_members(ctx, field->items, item, (char *)into->items + i * field->item_size,
                           &inner);
        if (bad) {
            *path = arena_printf(ctx->mem, "%s[%zu].%s", field->name, i, inner);
            return bad;
        }
    }
    return NULL;
}

static const json_t *read_object(const struct fields_ctx *ctx, const struct field *field,
                                 const json_t *value, void *into, const char **path)
{
    const char *inner = NULL;
    const json_t *bad;

    if (!json_is_object(value))
        return value;
    bad = read_members(ctx, field->items, value, into, &inner);
    if (bad)
        *path = arena_printf(ctx->mem, "%s.%s", field->name, inner);
    return bad;
}

static const json_t *read_member(const struct fields_ctx *ctx, const struct field *field,
                                 const json_t *value, void *at, const char **path)
{
    int64_t integer;
    bool good = true;

    *path = field->name;
    switch (field->type) {
    case FIELD_TEXT:
        good = read_text(ctx, value, at);
        break;
    case FIELD_OPT_INT:
        good = read_int(value, INT64_MIN, INT64_MAX, &integer);
        if (good)
            *(struct opt_int *)at = (struct opt_int){ .value = integer, .set = true };
        break;
    case FIELD_OPT_INT32:
        good = read_int(value, INT32_MIN, INT32_MAX, &integer);
        if (good)
            *(struct opt_int32 *)at = (struct opt_int32){ .value = (int32_t)integer, .set = true };
        break;
    case FIELD_OPT_REAL:
        good = read_real(value, &((struct opt_real *)at)->value);
        ((struct opt_real *)at)->set = good;
        break;
    case FIELD_OPT_BOOL:
        good = json_is_boolean(value);
        *(struct opt_bool *)at = (struct opt_bool){ .value = json_is_true(value), .set = good };
        break;
    case FIELD_OPT_ENUM:
        good = read_enum(value, field->names, at);
        break;
    case FIELD_TEXT_LIST:
        good = read_text_list(ctx, value, at);
        break;
    case FIELD_OBJECT:
        return read_object(ctx, field, value, at, path);
    case FIELD_LIST:
        return read_list(ctx, field, value, at, path);
    case FIELD_INT:
    case FIELD_REAL:
    case FIELD_END:
        break;
    }
    return good ? NULL : value;
}

static const json_t *old_run_id(const json_t *object)
{
    const json_t *value = json_object_get(object, "run_uuid");

    return value ? value : json_object_get(object, "runUuid");
}

/* The member as sent, by its own name, its camelCase, or run_uuid. */
static const json_t *member_value(const struct field *field, const json_t *object)
{
    const json_t *value = json_object_get(object, field->name);
    const char *key;
    json_t *candidate;

    if ((field->flags & FIELD_RUN_UUID) && old_run_id(object) &&
        (json_is_null(value) || (json_is_string(value) && !json_string_length(value)) ||
         (!value && !json_object_get(object, "runId"))))
        return old_run_id(object);
    if (value || !is_two_spellings(field->name))
        return value;
    json_object_foreach((json_t *)object, key,
                        candidate) if (is_camel(field->name, key)) return candidate;
    return NULL;
}

static const json_t *read_members(const struct fields_ctx *ctx, const struct field *fields,
                                  const json_t *object, void *into, const char **path)
{
    const json_t *bad = NULL;

    for (; fields->type != FIELD_END && !bad; fields++) {
        const json_t *value = member_value(fields, object);

        if (value && !json_is_null(value))
            bad = read_member(ctx, fields, value, (char *)into + fields->offset, path);
    }
    return bad;
}

/* MLflow refuses two spellings of one member, at any depth, before it reads. */
static int check_spellings(const struct fields_ctx *ctx, const struct field *fields,
                           const json_t *object)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return 0;
    for (; fields->type != FIELD_END; fields++) {
        const json_t *items = member_value(fields, object);

        if (is_two_spellings(fields->name) && json_object_get(object, fields->name))
            json_object_foreach(
                (json_t *)object, key,
                value) if (is_camel(fields->name,
                                    key)) return fail(ctx, INVALID_PARAMETER_VALUE,
                                                      "Request specifies both '%s' and '%s'; "
                                                      "provide only one of them.",
                                                      fields->name, key);
        if (fields->type == FIELD_OBJECT && check_spellings(ctx, fields->items, items) < 0)
            return -1;
        for (size_t i = 0; fields->type == FIELD_LIST && i < json_array_size(items); i++)
            if (check_spellings(ctx, fields->items, json_array_get(items, i)) < 0)
                return -1;
    }
    return 0;
}

static bool has_type(const struct field *field, const json_t *value)
{
    int64_t integer;
    double real;

    switch (field->type) {
    case FIELD_TEXT:
        return json_is_string(value);
    case FIELD_OPT_INT:
    case FIELD_OPT_INT32:
        return json_is_real(value) || json_is_boolean(value) ||
               read_int(value, INT64_MIN, INT64_MAX, &integer);
    case FIELD_OPT_REAL:
        return read_real(value, &real) || json_is_boolean(value);
    case FIELD_OPT_BOOL:
        return json_is_boolean(value);
    case FIELD_TEXT_LIST:
        for (size_t i = 0; i < json_array_size(value); i++)
            if (!json_is_string(json_array_get(value, i)))
                return false;
        return json_is_array(value);
    case FIELD_OBJECT:
        return json_is_object(value);
    case FIELD_LIST:
        return json_is_array(value);
    case FIELD_OPT_ENUM:
    case FIELD_INT:
    case FIELD_REAL:
    case FIELD_END:
        break;
    }
    return true;
}

static bool is_empty(const json_t *value)
{
    return !value || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) == 0);
}

/* What must be there in the items of a list: "metrics[0].timestamp". */
static int check_items(const struct fields_ctx *ctx, const struct field *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++)
        for (const struct field *f = list->items; f->type != FIELD_END; f++)
            if ((f->flags & FIELD_REQUIRED) && is_empty(member_value(f, json_array_get(value, i))))
                return fail_missing(ctx,
                                    arena_printf(ctx->mem, "%s[%zu].%s", list->name, i, f->name));
    return 0;
}

/* MLflow's handler schema of one member: types are looked at only when reading
 * failed (see _validate_param_against_schema). There a required member counts
 * only under its own name; here camelCase does as well. */
static int check_member(const struct fields_ctx *ctx, const struct field *field,
                        const json_t *object, bool readable)
{
    const json_t *value = member_value(field, object);
    bool wrong;

    if (!value && !(field->flags & FIELD_REQUIRED))
        return 0;
    wrong = !readable && (field->flags & FIELD_CHECKED) && value && !json_is_null(value) &&
            !has_type(field, value);
    if (wrong && (field->flags & FIELD_TYPE_FIRST))
        return fail_type(ctx, field->name, value);
    if ((field->flags & FIELD_REQUIRED) && is_empty(value))
        return fail_missing(ctx, field->name);
    if (wrong)
        return fail_type(ctx, field->name, value);
    return field->type == FIELD_LIST ? check_items(ctx, field, value) : 0;
}

int fields_read(const struct fields_ctx *ctx, const struct field *fields, const json_t *object,
                void *into)
{
    const char *path = NULL;
    const json_t *bad;

    if (check_spellings(ctx, fields, object) < 0)
        return -1;
    set_defaults(fields, into);
    bad = read_members(ctx, fields, object, into, &path);
    for (const struct field *f = fields; f->type != FIELD_END; f++)
        if (check_member(ctx, f, object, !bad) < 0)
            return -1;
    /* Here MLflow goes on with what it could read, storing zeros; we refuse. */
    return bad ? fail_type(ctx, path, bad) : 0;
}

static void write_member(struct out *out, const struct field *field, const void *at)
{
    switch (field->type) {
    case FIELD_TEXT:
        out_text_if(out, field->name, *(const char *const *)at);
        break;
    case FIELD_INT:
        out_int(out, field->name, *(const int64_t *)at);
        break;
    case FIELD_REAL:
        out_real(out, field->name, *(const double *)at);
        break;
    case FIELD_OPT_INT:
        if (((const struct opt_int *)at)->set)
            out_int(out, field->name, ((const struct opt_int *)at)->value);
        break;
    case FIELD_OPT_INT32:
        if (((const struct opt_int32 *)at)->set)
            out_int(out, field->name, ((const struct opt_int32 *)at)->value);
        break;
    case FIELD_OPT_REAL:
        if (((const struct opt_real *)at)->set)
            out_real(out, field->name, ((const struct opt_real *)at)->value);
        break;
    case FIELD_OPT_BOOL:
        if (((const struct opt_bool *)at)->set)
            out_bool(out, field->name, ((const struct opt_bool *)at)->value);
        break;
    case FIELD_OPT_ENUM:
        for (const struct enum_name *n = field->names; n && n->name; n++)
            if (((const struct opt_enum *)at)->set &&
                n->number == ((const struct opt_enum *)at)->value)
                out_text(out, field->name, n->name);
        break;
    case FIELD_TEXT_LIST:
    case FIELD_OBJECT:
    case FIELD_LIST:
    case FIELD_END:
        break; /* lists are written by their handlers */
    }
}

void fields_write(struct out *out, const struct field *fields, const void *from)
{
    for (; fields->type != FIELD_END; fields++)
        write_member(out, fields, (const char *)from + fields->offset);
}
