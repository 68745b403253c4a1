/* A struct described member by member: read from JSON, written to JSON, filled
 * from a row of the database. What the protocol allows in numbers, names and
 * absent members is known here and nowhere else (MLflow: server/handlers.py
 * _get_request_message, utils/proto_json_utils.py, protobuf's json_format). */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"
#include "out.h"

/* Numbers that may be absent; 0 is not absent. value holds the default of the
 * field then. */
struct opt_int {
    int64_t value;
    bool set;
};
struct opt_int32 {
    int32_t value;
    bool set;
};
struct opt_real {
    double value;
    bool set;
};
struct opt_bool {
    bool value;
    bool set;
};
/* The number of an enum's name; unknown names are ignored, as protobuf does. */
struct opt_enum {
    int value;
    bool set;
};
struct text_list {
    const char **items;
    size_t count;
};
/* Items of the struct that the field's items describe. */
struct list {
    void *items;
    size_t count;
};

enum field_type {
    FIELD_END,
    FIELD_TEXT,
    FIELD_INT,  /* int64_t, from a row */
    FIELD_REAL, /* double, from a row */
    FIELD_OPT_INT,
    FIELD_OPT_INT32,
    FIELD_OPT_REAL,
    FIELD_OPT_BOOL,
    FIELD_OPT_ENUM,
    FIELD_TEXT_LIST,
    FIELD_OBJECT, /* a struct within the struct; absent, its members are */
    FIELD_LIST,
};

struct enum_name {
    const char *name;
    int number;
};

struct field {
    const char *name;
    enum field_type type;
    unsigned flags;
    size_t offset;
    int64_t fallback;              /* value of an absent number */
    const struct enum_name *names; /* of an enum; ends with NULL */
    const struct field *items;     /* of a list, or of an object */
    size_t item_size;
    const char *doc;
};

enum {
    /* Missing or empty: "Missing value for required parameter 'x'". */
    FIELD_REQUIRED = 1,
    /* Its type is checked when the request could not be read (MLflow's handler
     * schemas check some members and not others). */
    FIELD_CHECKED = 2,
    /* The type is checked before the presence. */
    FIELD_TYPE_FIRST = 4,
    /* Also accepted under the name run_uuid. */
    FIELD_RUN_UUID = 8,
};

#define FIELD_TYPE(expr)                                                                           \
    _Generic((expr),                       \
        const char *: FIELD_TEXT,          \
        int64_t: FIELD_INT,                \
        double: FIELD_REAL,                \
        struct opt_int: FIELD_OPT_INT,     \
        struct opt_int32: FIELD_OPT_INT32, \
        struct opt_real: FIELD_OPT_REAL,   \
        struct opt_bool: FIELD_OPT_BOOL,   \
        struct opt_enum: FIELD_OPT_ENUM,   \
        struct text_list: FIELD_TEXT_LIST, \
        struct list: FIELD_LIST)

#define FIELD(struct_, member, ...)                                                                \
    {                                                                                              \
        .name = #member, .type = FIELD_TYPE(((struct struct_ *)0)->member),                        \
        .offset = offsetof(struct struct_, member), __VA_ARGS__                                    \
    }
#define REQUIRED(struct_, member, doc_)                                                            \
    FIELD(struct_, member, .flags = FIELD_REQUIRED | FIELD_CHECKED, .doc = (doc_))
#define REQUIRED_RUN_ID(struct_)                                                                   \
    FIELD(struct_, run_id, .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_RUN_UUID,               \
          .doc = "The run; run_uuid is the old spelling.")
#define OPTIONAL(struct_, member, doc_)                                                            \
    FIELD(struct_, member, .flags = FIELD_CHECKED, .doc = (doc_))
/* A member of MLflow's message that its handler does not check. */
#define UNCHECKED(struct_, member, doc_) FIELD(struct_, member, .doc = (doc_))
#define WITH_DEFAULT(struct_, member, fallback_, doc_)                                             \
    FIELD(struct_, member, .flags = FIELD_CHECKED, .fallback = (fallback_), .doc = (doc_))
#define ENUM(struct_, member, names_, doc_) FIELD(struct_, member, .names = (names_), .doc = (doc_))
#define LIST(struct_, member, item_struct, items_, flags_, doc_)                                   \
    FIELD(struct_, member, .flags = (flags_), .items = (items_),                                   \
          .item_size = sizeof(struct item_struct), .doc = (doc_))
#define OBJECT(struct_, member, fields_, doc_)                                                     \
    {                                                                                              \
        .name = #member, .type = FIELD_OBJECT, .offset = offsetof(struct struct_, member),         \
        .items = (fields_), .doc = (doc_)                                                          \
    }
/* A column of a row, no more. */
#define COLUMN(struct_, member) FIELD(struct_, member, .doc = NULL)
#define FIELDS_END                                                                                 \
    {                                                                                              \
        .type = FIELD_END                                                                          \
    }

/* What reading needs to fail: any context with err and mem has these. */
struct fields_ctx {
    struct error *err;
    struct arena *mem;
};

/* Reads object (the body, or the query string as an object) into *into, whose
 * members are the fields. Strings and lists are put into mem. Returns 0, or -1
 * with MLflow's error text. */
int fields_read(const struct fields_ctx *, const struct field *, const json_t *object,
                void *into) MUST_CHECK;

/* The members of *from, as members of the open object; what is absent is left out. */
void fields_write(struct out *, const struct field *, const void *from);
