/* The answer: what was selected, of what the handlers say. */
#include <ctype.h>
#include <string.h>

#include "../json_in.h"
#include "graphql.h"

static void write_value(struct gql_run *run, struct out *out, const char *key,
                        const struct gql_value *value);

static const json_t *variable_value(struct gql_run *run, const char *name)
{
    const json_t *value = json_object_get(run->variables, name);

    for (const struct gql_variable *v = run->operation->variables; v && !value; v = v->next)
        if (!strcmp(v->name, name) && v->fallback) {
            struct out out = { 0 };

            write_value(run, &out, NULL, v->fallback);
            value = json_in(run->ctx.mem, out.data, out.length);
            out_free(&out);
        }
    return value;
}

/* One value as JSON; variables are put in. */
static void write_value(struct gql_run *run, struct out *out, const char *key,
                        const struct gql_value *value)
{
    switch (value->type) {
    case GQL_VARIABLE:
        json_in_write(out, key, variable_value(run, value->text));
        break;
    case GQL_SCALAR:
        json_in_write(out, key, json_in(run->ctx.mem, value->text, strlen(value->text)));
        break;
    case GQL_LIST:
        out_array(out, key);
        for (const struct gql_value *item = value->items; item; item = item->next)
            write_value(run, out, NULL, item);
        out_end(out);
        break;
    case GQL_OBJECT:
        out_object(out, key);
        for (const struct gql_value *item = value->items; item; item = item->next)
            if (item->type != GQL_VARIABLE || variable_value(run, item->text))
                write_value(run, out, item->name, item);
        out_end(out);
        break;
    }
}

static const json_t *arguments_json(struct gql_run *run, const struct gql_value *arguments)
{
    struct out out = { 0 };
    const struct gql_value object = { .type = GQL_OBJECT, .items = (struct gql_value *)arguments };
    const json_t *tree;

    write_value(run, &out, NULL, &object);
    tree = json_in(run->ctx.mem, out.data, out.length);
    out_free(&out);
    return tree;
}

/* @skip(if: …) and @include(if: …). */
static bool is_wanted(struct gql_run *run, const struct gql_directive *d)
{
    for (; d; d = d->next) {
        bool on = json_is_true(json_object_get(arguments_json(run, d->arguments), "if"));

        if ((!strcmp(d->name, "skip") && on) || (!strcmp(d->name, "include") && !on))
            return false;
    }
    return true;
}

/* Fields of one level by the name they answer to; equal names are merged. */
struct answer {
    const char *key;
    const struct gql_selection *first;
    const struct gql_selection **parts;
    size_t part_count;
};

struct answers {
    struct answer *items;
    size_t count, room;
};

enum {
    PART = sizeof(const struct gql_selection *)
};

static void add_answer(struct gql_run *run, struct answers *a, const struct gql_selection *s)
{
    const char *key = s->alias ? s->alias : s->name;
    struct answer *place = NULL;

    for (size_t i = 0; i < a->count && !place; i++)
        if (!strcmp(a->items[i].key, key))
            place = &a->items[i];
    if (!place) {
        if (a->count == a->room) {
            a->items = arena_grow(run->ctx.mem, a->items, a->count * sizeof(*a->items),
                                  (a->room * 2 + 8) * sizeof(*a->items));
            a->room = a->room * 2 + 8;
        }
        place = &a->items[a->count++];
        *place = (struct answer){ .key = key, .first = s };
    }
    place->parts = arena_grow(run->ctx.mem, place->parts, place->part_count * PART,
                              (place->part_count + 1) * PART);
    place->parts[place->part_count++] = s->selections;
}

static void collect(struct gql_run *run, const struct gql_type *type, const struct gql_selection *s,
                    struct answers *a)
{
    for (; s; s = s->next) {
        const struct gql_definition *fragment;

        if (!is_wanted(run, s->directives))
            continue;
        if (s->type == GQL_FIELD) {
            add_answer(run, a, s);
        } else if (s->type == GQL_INLINE) {
            if (!s->condition || !strcmp(s->condition, type->name))
                collect(run, type, s->selections, a);
        } else if ((fragment = gql_fragment(run->document, s->name)) &&
                   !strcmp(fragment->condition, type->name)) {
            collect(run, type, fragment->selections, a);
        }
    }
}

static void note_error(struct gql_run *run)
{
    run->errors = arena_grow(run->ctx.mem, run->errors, run->error_count * sizeof(*run->errors),
                             (run->error_count + 1) * sizeof(*run->errors));
    run->errors[run->error_count++] = run->ctx.err->message;
    error_clear(run->ctx.err);
}

/* experimentId is experiment_id in what the handlers write. */
static const char *snake(struct arena *mem, const char *name)
{
    char *snake = arena_alloc(mem, strlen(name) * 2 + 1), *to = snake;

    for (; *name; name++) {
        if (isupper((unsigned char)*name))
            *to++ = '_';
        *to++ = (char)tolower((unsigned char)*name);
    }
    return snake;
}

static void write_object(struct gql_run *run, const char *key, const struct gql_type *type,
                         const json_t *object, const struct answer *of);

static void write_scalar(struct gql_run *run, const char *key, const struct gql_field *field,
                         const json_t *value)
{
    switch (field->kind) {
    case GQL_STRING:
        out_text(run->out, key, json_is_string(value) ? json_string_value(value) : "");
        break;
    case GQL_ENUM:
        out_text(run->out, key, json_is_string(value) ? json_string_value(value) : field->type);
        break;
    case GQL_LONG:
        if (json_is_string(value))
            out_text(run->out, key, json_string_value(value));
        else
            out_int_text(run->out, key, json_integer_value(value));
        break;
    case GQL_FLOAT:
        if (json_is_string(value)) /* NaN: GraphQL has no such number */
            out_null(run->out, key);
        else
            out_real(run->out, key, json_number_value(value));
        break;
    case GQL_BOOLEAN:
        out_bool(run->out, key, json_is_true(value));
        break;
    case GQL_OF_TYPE:
        break;
    }
}

static void write_list(struct gql_run *run, const struct gql_field *field, const json_t *value,
                       const struct answer *answer)
{
    out_array(run->out, answer->key);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (field->kind == GQL_OF_TYPE)
            write_object(run, NULL, gql_type(field->type), json_array_get(value, i), answer);
        else
            write_scalar(run, NULL, field, json_array_get(value, i));
    }
    out_end(run->out);
}

static bool is_root(const struct gql_type *type)
{
    return !strcmp(type->name, "Query") || !strcmp(type->name, "Mutation");
}

static void write_answer(struct gql_run *run, const struct gql_type *type, const json_t *object,
                         const struct answer *answer)
{
    const struct gql_field *field = gql_type_field(type, answer->first->name);
    const json_t *value;

    if (!field) { /* __typename: other names were checked */
        out_text(run->out, answer->key, type->name);
        return;
    }
    if (!strcmp(field->name, "apiError")) {
        out_null(run->out, answer->key);
        return;
    }
    value = json_object_get(object, snake(run->ctx.mem, field->name));
    if (is_root(type) || (!value && field->kind == GQL_OF_TYPE)) {
        value =
            run->resolve(run, type, field, object, arguments_json(run, answer->first->arguments));
        if (!value) {
            if (run->ctx.err->code != ERROR_NONE)
                note_error(run);
            out_null(run->out, answer->key);
            return;
        }
    }
    if (field->list)
        write_list(run, field, value, answer);
    else if (field->kind == GQL_OF_TYPE)
        write_object(run, answer->key, gql_type(field->type), value, answer);
    else
        write_scalar(run, answer->key, field, value);
}

static void write_object(struct gql_run *run, const char *key, const struct gql_type *type,
                         const json_t *object, const struct answer *of)
{
    struct answers answers = { 0 };

    for (size_t i = 0; i < of->part_count; i++)
        collect(run, type, of->parts[i], &answers);
    out_object(run->out, key);
    for (size_t i = 0; i < answers.count; i++)
        write_answer(run, type, object, &answers.items[i]);
    out_end(run->out);
}

void gql_execute(struct gql_run *run, const char *key)
{
    const struct gql_selection *selections = run->operation->selections;
    const struct answer root = { .parts = &selections, .part_count = 1 };
    bool mutates = !strcmp(run->operation->kind, "mutation");

    write_object(run, key, gql_type(mutates ? "Mutation" : "Query"), NULL, &root);
}
