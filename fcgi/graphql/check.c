/* May this document be answered: its cost, and its names. */
#include <string.h>

#include "graphql.h"

enum {
    ROOT_FIELDS = 10,
    ALIASES = 10,
    DEPTH = 10,
    SELECTIONS = 1000,
    FRAGMENTS = 30, /* spread one within the other */
};

struct cost {
    size_t root_fields, aliases, selections;
};

struct check {
    const struct gql_ctx *ctx;
    const struct gql_definition *document;
    struct cost cost;
};

/* One level: fields that stand side by side, those of fragments among them. */
static int count_level(struct check *c, const struct gql_selection *s, int depth, int fragments,
                       size_t *aliases)
{
    if (fragments > FRAGMENTS)
        return fail(c->ctx, INVALID_PARAMETER_VALUE, "Cannot spread a fragment within itself.");
    for (; s; s = s->next) {
        const struct gql_selection *inner = s->selections;
        size_t below = 0;

        if (s->type == GQL_SPREAD) {
            const struct gql_definition *fragment = gql_fragment(c->document, s->name);

            if (!fragment)
                return fail(c->ctx, INVALID_PARAMETER_VALUE, "Unknown fragment '%s'.", s->name);
            inner = fragment->selections;
        }
        if (s->type != GQL_FIELD) {
            if (count_level(c, inner, depth, fragments + 1, aliases) < 0)
                return -1;
            continue;
        }
        *aliases += s->alias != NULL;
        c->cost.root_fields += depth == 1;
        if (++c->cost.selections > SELECTIONS)
            return fail(c->ctx, INVALID_PARAMETER_VALUE,
                        "Query exceeds maximum total selections of %d", SELECTIONS);
        if (inner && depth == DEPTH)
            return fail(c->ctx, INVALID_PARAMETER_VALUE, "Query exceeds maximum depth of %d",
                        DEPTH);
        if (inner && count_level(c, inner, depth + 1, fragments, &below) < 0)
            return -1;
        c->cost.aliases = below > c->cost.aliases ? below : c->cost.aliases;
    }
    return 0;
}

static int check_count(struct check *c, const char *what, const char *variable, size_t limit,
                       size_t count)
{
    if (count <= limit)
        return 0;
    return fail(c->ctx, INVALID_PARAMETER_VALUE,
                "GraphQL queries should have at most %zu %s, got %zu %s. To increase the limit, "
                "set the %s environment variable.",
                limit, what, count, what, variable);
}

static int check_directives(struct check *c, const struct gql_directive *d)
{
    for (; d; d = d->next)
        if (strcmp(d->name, "include") != 0 && strcmp(d->name, "skip") != 0 &&
            strcmp(d->name, "component") != 0)
            return fail(c->ctx, INVALID_PARAMETER_VALUE, "Unknown directive '@%s'.", d->name);
    return 0;
}

static int check_names(struct check *c, const struct gql_type *type, const struct gql_selection *s);

static int check_arguments(struct check *c, const struct gql_type *type,
                           const struct gql_selection *s)
{
    bool root = !strcmp(type->name, "Query") || !strcmp(type->name, "Mutation");
    const char *known = !strncmp(s->name, "test", 4) ? "inputString" : "input";

    for (const struct gql_value *a = s->arguments; a; a = a->next)
        if (!root || strcmp(a->name, known) != 0)
            return fail(c->ctx, INVALID_PARAMETER_VALUE, "Unknown argument '%s' on field '%s.%s'.",
                        a->name, type->name, s->name);
    return 0;
}

static int check_field(struct check *c, const struct gql_type *type, const struct gql_selection *s)
{
    const struct gql_field *field = gql_type_field(type, s->name);
    const struct gql_type *inner;

    if (!strcmp(s->name, "__typename"))
        return 0;
    if (!field)
        return fail(c->ctx, INVALID_PARAMETER_VALUE, "Cannot query field '%s' on type '%s'.",
                    s->name, type->name);
    if (check_arguments(c, type, s) < 0)
        return -1;
    inner = field->kind == GQL_OF_TYPE ? gql_type(field->type) : NULL;
    if (inner && !s->selections)
        return fail(c->ctx, INVALID_PARAMETER_VALUE,
                    "Field '%s' of type '%s' must have a selection of subfields. Did you mean "
                    "'%s { ... }'?",
                    s->name, inner->name, s->name);
    if (!inner && s->selections)
        return fail(c->ctx, INVALID_PARAMETER_VALUE,
                    "Field '%s' must not have a selection since it has no subfields.", s->name);
    return inner ? check_names(c, inner, s->selections) : 0;
}

static int check_names(struct check *c, const struct gql_type *type, const struct gql_selection *s)
{
    for (; s; s = s->next) {
        const struct gql_type *inner = type;
        const struct gql_definition *fragment = NULL;
        const char *condition = s->condition;

        if (check_directives(c, s->directives) < 0)
            return -1;
        if (s->type == GQL_FIELD) {
            if (check_field(c, type, s) < 0)
                return -1;
            continue;
        }
        if (s->type == GQL_SPREAD) {
            fragment = gql_fragment(c->document, s->name);
            condition = fragment ? fragment->condition : NULL;
        }
        if (condition) {
            inner = gql_type(condition);
            if (!inner)
                return fail(c->ctx, INVALID_PARAMETER_VALUE, "Unknown type '%s'.", condition);
        }
        if (check_names(c, inner, fragment ? fragment->selections : s->selections) < 0)
            return -1;
    }
    return 0;
}

int gql_check(const struct gql_ctx *ctx, const struct gql_definition *document,
              const struct gql_definition *operation)
{
    struct check c = { .ctx = ctx, .document = document };
    const struct gql_type *root;
    size_t aliases = 0;

    /* All operations count, not only the one that is asked for. */
    for (const struct gql_definition *d = document; d; d = d->next)
        if (strcmp(d->kind, "fragment") != 0 && count_level(&c, d->selections, 1, 0, &aliases) < 0)
            return -1;
    c.cost.aliases = aliases > c.cost.aliases ? aliases : c.cost.aliases;
    if (check_count(&c, "root fields", "MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS", ROOT_FIELDS,
                    c.cost.root_fields) < 0 ||
        check_count(&c, "aliases", "MLFLOW_SERVER_GRAPHQL_MAX_ALIASES", ALIASES, c.cost.aliases) <
            0)
        return -1;
    root = gql_type(!strcmp(operation->kind, "mutation") ? "Mutation" : "Query");
    if (!strcmp(operation->kind, "subscription"))
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "Schema is not configured to execute subscription operation.");
    return check_directives(&c, operation->directives) < 0
               ? -1
               : check_names(&c, root, operation->selections);
}
