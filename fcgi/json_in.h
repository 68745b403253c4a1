/* JSON text, or a query string, into a tree that lives in the arena. */
#pragma once

#include <jansson.h>

#include "arena.h"
#include "fields.h"
#include "out.h"

/* A tree of the text; NULL if it is not JSON. As Python's reader does, takes the
 * last of two equal keys, and NaN, Infinity and -Infinity, which become the
 * strings that protobuf's JSON has for them; numbers too large for 64 bits become
 * strings as well. The tree is never freed: it lives in mem. */
json_t *json_in(struct arena *mem, const char *text, size_t length);

/* The request's query string as an object: fields that are lists become arrays,
 * others the first value; names that are not in fields are dropped. *any tells
 * whether there were parameters at all. Booleans must read true or false. */
json_t *json_in_query(const struct fields_ctx *, const char *query, const struct field *,
                      bool *any) MUST_CHECK;

/* value, or null if it is NULL, as a member of what is open. Bounded by OUT_DEPTH:
 * what is nested deeper is null. */
void json_in_write(struct out *, const char *key, const json_t *value);

/* value as JSON text in mem, as Python's json.dumps(separators=(",", ":")) has it:
 * other than ASCII is escaped. For error texts: long values are cut. */
const char *json_in_text(struct arena *mem, const json_t *value);
/* The same for a text. */
const char *json_in_quoted(struct arena *mem, const char *text);
