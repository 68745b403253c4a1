/* The table of endpoints (endpoints.def), as the router, the gate and `cairn
 * describe` walk it. Each row promises a handler and a description of its input. */
#pragma once

#include "../request.h"

enum allow_verb {
    ALLOW_PUBLIC = 1, /* zero is not a permission */
    ALLOW_READ,
    ALLOW_UPDATE,
    ALLOW_DELETE,
    ALLOW_CREATE,
    ALLOW_SEARCH, /* answers what the caller may read, and nothing else */
};

enum allow_thing {
    THING_SERVER,
    THING_EXPERIMENT,
    THING_RUN,
    THING_ARTIFACT,
    THING_LOGGED_MODEL,
    THING_REGISTERED_MODEL,
    THING_TRACE,
};

/* Who may call: the verb on the thing that the member names. */
struct allow {
    enum allow_verb verb;
    enum allow_thing thing;
    const char *member; /* NULL: the thing as a whole */
};

/* What a call does to the database. */
enum access {
    ACCESS_NONE = 1, /* needs no database */
    ACCESS_READS,    /* nothing to commit */
    ACCESS_WRITES,   /* one transaction, run again when it was a deadlock's victim */
    ACCESS_RECORDS,  /* WRITES with the setting artifact_checksums, else NONE */
};

/* Where the input comes from. */
enum body {
    BODY_JSON = 1, /* the query string or the JSON body, as MLflow reads them */
    BODY_RAW,      /* the handler's own business */
};

struct input {
    const struct field *fields;
    size_t size;
};

struct endpoint {
    const char *name;
    enum method method;
    const char *path; /* /api/… rows are served under /ajax-api/… as well */
    enum access access;
    enum body body;
    struct allow allow;
    const char *summary;
    const struct input *input;
    int (*handler)(struct request *);
};

/* ACCESS_NONE, ACCESS_READS or ACCESS_WRITES. */
enum access endpoint_access(const struct endpoint *, const struct config *);

extern const struct endpoint endpoints[]; /* ends with a row without a name */

/* After the fields of a handler: what the table needs to know of them. */
#define INPUT(name) const struct input name##_input = { name##_fields, sizeof(struct name##_in) }
/* For a handler without parameters. */
#define NO_INPUT(name)                                                                             \
    static const struct field name##_fields[] = { FIELDS_END };                                    \
    const struct input name##_input = { name##_fields, 0 }

#define ENDPOINT(name, ...)                                                                        \
    int name(struct request *) MUST_CHECK;                                                         \
    extern const struct input name##_input;
#include "endpoints.def"
#undef ENDPOINT
