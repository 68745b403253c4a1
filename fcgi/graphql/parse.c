/* The document: lexer and recursive descent. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "graphql.h"

enum {
    DEEPEST = 60,
    LONGEST = 256 * 1024
};

struct parser {
    const struct gql_ctx *ctx;
    const char *text, *at; /* at: the current token */
    size_t length;         /* of the current token; 0 at the end */
    int depth;
};

/* Blanks, commas and comments mean nothing. */
static const char *skip_blanks(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n,");
        if (!strncmp(at, "\xef\xbb\xbf", 3))
            at += 3;
        else if (*at == '#')
            at += strcspn(at, "\r\n");
        else
            return at;
    }
}

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static size_t string_length(const char *at)
{
    size_t n = 1;

    if (!strncmp(at, "\"\"\"", 3)) {
        for (n = 3; at[n] && strncmp(at + n, "\"\"\"", 3) != 0; n++)
            if (!strncmp(at + n, "\\\"\"\"", 4))
                n += 3;
        return at[n] ? n + 3 : 0;
    }
    while (at[n] && at[n] != '"' && at[n] != '\n') {
        n += at[n] == '\\' && at[n + 1];
        n++;
    }
    return at[n] == '"' ? n + 1 : 0;
}

static size_t token_length(const char *at)
{
    size_t n = 0;

    if (!*at)
        return 0;
    if (is_name_start(*at)) {
        while (is_name_start(at[n]) || isdigit((unsigned char)at[n]))
            n++;
        return n;
    }
    if (*at == '"')
        return string_length(at);
    if (*at == '-' || isdigit((unsigned char)*at)) {
        n = 1;
        while (at[n] && strchr("0123456789.eE+-", at[n]))
            n++;
        return n;
    }
    if (!strncmp(at, "...", 3))
        return 3;
    return strchr("!$&()[]{}:=@|", *at) ? 1 : 0;
}

static void advance(struct parser *p)
{
    p->at = skip_blanks(p->at + p->length);
    p->length = token_length(p->at);
}

static void *unexpected(struct parser *p)
{
    if (p->ctx->err->code != ERROR_NONE)
        return NULL;
    if (*p->at)
        (void)fail(p->ctx, INVALID_PARAMETER_VALUE, "Syntax Error: Unexpected '%.*s' at byte %td.",
                   (int)(p->length > 40 ? 40
                         : p->length    ? p->length
                                        : 1),
                   p->at, p->at - p->text);
    else
        (void)fail(p->ctx, INVALID_PARAMETER_VALUE, "Syntax Error: Unexpected <EOF>.");
    return NULL;
}

static bool is(const struct parser *p, const char *token)
{
    return p->length == strlen(token) && !memcmp(p->at, token, p->length);
}

static bool take(struct parser *p, const char *token)
{
    if (!is(p, token))
        return false;
    advance(p);
    return true;
}

static const char *take_name(struct parser *p)
{
    const char *name;

    if (!p->length || !is_name_start(*p->at))
        return unexpected(p);
    name = arena_strndup(p->ctx->mem, p->at, p->length);
    advance(p);
    return name;
}

static bool enter(struct parser *p)
{
    if (++p->depth <= DEEPEST)
        return true;
    (void)fail(p->ctx, INVALID_PARAMETER_VALUE, "The document is nested too deeply.");
    return false;
}

static struct gql_value *parse_value(struct parser *p);

/* Members up to the closing token: name: value for objects and arguments. */
static struct gql_value *parse_members(struct parser *p, const char *closer, bool named)
{
    struct gql_value *first = NULL, **last = &first;

    while (!take(p, closer)) {
        const char *name = named ? take_name(p) : NULL;
        struct gql_value *value;

        if (named && (!name || (!take(p, ":") && !unexpected(p))))
            return NULL;
        value = parse_value(p);
        if (!value)
            return NULL;
        value->name = name;
        *last = value;
        last = &value->next;
    }
    return first;
}

/* A string token as JSON. GraphQL's escapes are JSON's; blocks have none. */
static const char *string_json(struct parser *p)
{
    struct out out = { 0 };
    const char *json;

    if (p->length < 6 || strncmp(p->at, "\"\"\"", 3) != 0)
        return arena_strndup(p->ctx->mem, p->at, p->length);
    out_text_n(&out, NULL, p->at + 3, p->length - 6);
    json = arena_strndup(p->ctx->mem, out.data, out.length);
    out_free(&out);
    return json;
}

static struct gql_value *parse_compound(struct parser *p, struct gql_value *value, bool object)
{
    if (!enter(p))
        return NULL;
    value->type = object ? GQL_OBJECT : GQL_LIST;
    value->items = parse_members(p, object ? "}" : "]", object);
    p->depth--;
    return p->ctx->err->code == ERROR_NONE ? value : NULL;
}

static struct gql_value *parse_value(struct parser *p)
{
    struct gql_value *value = arena_new(p->ctx->mem, struct gql_value);

    if (take(p, "$")) {
        value->type = GQL_VARIABLE;
        value->text = take_name(p);
        return value->text ? value : NULL;
    }
    if (take(p, "["))
        return parse_compound(p, value, false);
    if (take(p, "{"))
        return parse_compound(p, value, true);
    value->type = GQL_SCALAR;
    if (!p->length)
        return unexpected(p);
    if (*p->at == '"')
        value->text = string_json(p);
    else if (*p->at == '-' || isdigit((unsigned char)*p->at) || is(p, "true") || is(p, "false") ||
             is(p, "null"))
        value->text = arena_strndup(p->ctx->mem, p->at, p->length);
    else if (is_name_start(*p->at)) /* an enum's name */
        value->text = arena_printf(p->ctx->mem, "\"%.*s\"", (int)p->length, p->at);
    else
        return unexpected(p);
    advance(p);
    return value;
}

static int parse_arguments(struct parser *p, struct gql_value **arguments)
{
    if (take(p, "("))
        *arguments = parse_members(p, ")", true);
    return p->ctx->err->code == ERROR_NONE ? 0 : -1;
}

static int parse_directives(struct parser *p, struct gql_directive **directives)
{
    while (take(p, "@")) {
        struct gql_directive *directive = arena_new(p->ctx->mem, struct gql_directive);

        directive->name = take_name(p);
        if (!directive->name || parse_arguments(p, &directive->arguments) < 0)
            return -1;
        *directives = directive;
        directives = &directive->next;
    }
    return 0;
}

static struct gql_selection *parse_selections(struct parser *p);

static int parse_spread(struct parser *p, struct gql_selection *s)
{
    if (is(p, "on")) {
        advance(p);
        s->condition = take_name(p);
        if (!s->condition)
            return -1;
    } else if (!is(p, "{") && !is(p, "@")) {
        s->type = GQL_SPREAD;
        s->name = take_name(p);
        return s->name ? parse_directives(p, &s->directives) : -1;
    }
    s->type = GQL_INLINE;
    if (parse_directives(p, &s->directives) < 0)
        return -1;
    s->selections = parse_selections(p);
    return s->selections ? 0 : -1;
}

static int parse_field(struct parser *p, struct gql_selection *s)
{
    s->name = take_name(p);
    if (s->name && take(p, ":")) {
        s->alias = s->name;
        s->name = take_name(p);
    }
    if (!s->name || parse_arguments(p, &s->arguments) < 0 ||
        parse_directives(p, &s->directives) < 0)
        return -1;
    if (is(p, "{")) {
        s->selections = parse_selections(p);
        return s->selections ? 0 : -1;
    }
    return 0;
}

/* { … }, with at least one selection. */
static struct gql_selection *parse_selections(struct parser *p)
{
    struct gql_selection *first = NULL, **last = &first;

    if (!take(p, "{"))
        return unexpected(p);
    if (!enter(p))
        return NULL;
    do {
        struct gql_selection *s = arena_new(p->ctx->mem, struct gql_selection);

        if ((take(p, "...") ? parse_spread(p, s) : parse_field(p, s)) < 0)
            return NULL;
        *last = s;
        last = &s->next;
    } while (!take(p, "}"));
    p->depth--;
    return first;
}

/* A type reference is read and forgotten: the values are checked where they go. */
static int parse_type(struct parser *p)
{
    if (take(p, "[")) {
        if (!enter(p) || parse_type(p) < 0)
            return -1;
        p->depth--;
        if (!take(p, "]"))
            return unexpected(p) ? 0 : -1;
    } else if (!take_name(p)) {
        return -1;
    }
    (void)take(p, "!");
    return 0;
}

static int parse_variables(struct parser *p, struct gql_variable **variables)
{
    struct gql_directive *ignored;

    if (!take(p, "("))
        return 0;
    while (!take(p, ")")) {
        struct gql_variable *variable = arena_new(p->ctx->mem, struct gql_variable);

        if (!take(p, "$"))
            return unexpected(p) ? 0 : -1;
        variable->name = take_name(p);
        if (!variable->name || !take(p, ":"))
            return unexpected(p) ? 0 : -1;
        if (parse_type(p) < 0)
            return -1;
        if (take(p, "=")) {
            variable->fallback = parse_value(p);
            if (!variable->fallback)
                return -1;
        }
        if (parse_directives(p, &ignored) < 0)
            return -1;
        *variables = variable;
        variables = &variable->next;
    }
    return 0;
}

static struct gql_definition *parse_definition(struct parser *p)
{
    struct gql_definition *d = arena_new(p->ctx->mem, struct gql_definition);

    d->kind = "query";
    if (!is(p, "{")) {
        d->kind = take_name(p);
        if (!d->kind)
            return NULL;
        if (strcmp(d->kind, "query") != 0 && strcmp(d->kind, "mutation") != 0 &&
            strcmp(d->kind, "subscription") != 0 && strcmp(d->kind, "fragment") != 0)
            return unexpected(p);
        if (p->length && is_name_start(*p->at))
            d->name = take_name(p);
        if (!strcmp(d->kind, "fragment")) {
            if (!d->name || !take(p, "on"))
                return unexpected(p);
            d->condition = take_name(p);
        }
        if (parse_variables(p, &d->variables) < 0 || parse_directives(p, &d->directives) < 0)
            return NULL;
    }
    d->selections = p->ctx->err->code == ERROR_NONE ? parse_selections(p) : NULL;
    return d->selections ? d : NULL;
}

struct gql_definition *gql_parse(const struct gql_ctx *ctx, const char *text)
{
    struct parser p = { .ctx = ctx, .text = text };
    struct gql_definition *first = NULL, **last = &first;

    if (strlen(text) > LONGEST) {
        (void)fail(ctx, INVALID_PARAMETER_VALUE, "The document is longer than %d bytes.", LONGEST);
        return NULL;
    }
    p.at = skip_blanks(text);
    p.length = token_length(p.at);
    do {
        struct gql_definition *d = parse_definition(&p);

        if (!d)
            return unexpected(&p);
        *last = d;
        last = &d->next;
    } while (*p.at);
    return first;
}

const struct gql_definition *gql_fragment(const struct gql_definition *document, const char *name)
{
    for (; document; document = document->next)
        if (!strcmp(document->kind, "fragment") && !strcmp(document->name, name))
            return document;
    return NULL;
}
