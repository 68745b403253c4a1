/* GraphQL, as much of it as MLflow's own page asks: documents are parsed, checked
 * against MLflow's types and answered by the handlers of the REST API.
 * Sources: mlflow/server/graphql, the GraphQL specification (October 2021). */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "../arena.h"
#include "../error.h"
#include "../out.h"

/* --- the document --- */

enum gql_value_type {
    GQL_VARIABLE,
    GQL_SCALAR, /* as JSON text */
    GQL_LIST,
    GQL_OBJECT,
};

struct gql_value {
    enum gql_value_type type;
    const char *text; /* variable: its name; scalar: JSON */
    const char *name; /* of a member of an object, or of an argument */
    struct gql_value *items, *next;
};

struct gql_directive {
    const char *name;
    struct gql_value *arguments;
    struct gql_directive *next;
};

enum gql_selection_type {
    GQL_FIELD,
    GQL_SPREAD, /* ...Name */
    GQL_INLINE, /* ... on Type { } */
};

struct gql_selection {
    enum gql_selection_type type;
    const char *name;  /* field, or fragment */
    const char *alias; /* NULL for none */
    const char *condition;
    struct gql_value *arguments;
    struct gql_directive *directives;
    struct gql_selection *selections, *next;
};

struct gql_variable {
    const char *name;
    const struct gql_value *fallback; /* NULL for none */
    struct gql_variable *next;
};

struct gql_definition {
    const char *kind; /* query, mutation, subscription, fragment */
    const char *name, *condition;
    struct gql_variable *variables;
    struct gql_directive *directives;
    struct gql_selection *selections;
    struct gql_definition *next;
};

struct gql_ctx {
    struct error *err;
    struct arena *mem;
};

/* NULL, with the error set, if text is no document. Nesting is bounded. */
struct gql_definition *gql_parse(const struct gql_ctx *, const char *text);

const struct gql_definition *gql_fragment(const struct gql_definition *, const char *name);

/* --- the types --- */

enum gql_kind {
    GQL_STRING,
    GQL_LONG, /* a number that travels as a string */
    GQL_FLOAT,
    GQL_BOOLEAN,
    GQL_ENUM,
    GQL_OF_TYPE,
};

struct gql_type;

struct gql_field {
    const char *name;
    enum gql_kind kind;
    bool list;
    const char *type; /* GQL_OF_TYPE: its name; GQL_ENUM: the first of its names */
};

struct gql_type {
    const char *name;
    const struct gql_field *fields; /* ends without a name */
};

const struct gql_type *gql_type(const char *name);
const struct gql_field *gql_type_field(const struct gql_type *, const char *name);

/* --- answering --- */

/* Limits against documents that cost much (mlflow's graphql_no_batching.py), and
 * whether all names are known. -1 with the text that goes into "errors". */
int gql_check(const struct gql_ctx *, const struct gql_definition *document,
              const struct gql_definition *operation) MUST_CHECK;

struct gql_run {
    struct gql_ctx ctx;
    const struct gql_definition *document, *operation;
    const json_t *variables;
    struct out *out;
    void *user;
    /* The object that a field of the root, or one that is not in its parent, is
     * read from; NULL with the error set. arguments is the field's, as JSON. */
    const json_t *(*resolve)(struct gql_run *, const struct gql_type *, const struct gql_field *,
                             const json_t *parent, const json_t *arguments);
    const char **errors;
    size_t error_count;
};

/* Writes the operation's data as the member key; failures of fields are null and
 * noted in errors. */
void gql_execute(struct gql_run *, const char *key);
