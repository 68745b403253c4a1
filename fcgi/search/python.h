/* What clients can see of Python in MLflow's searches: how it prints values in
 * the texts of errors, and the literals it reads in lists. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "../arena.h"
#include "../fields.h"
#include "search.h"

/* Text that grows. s is NULL as long as nothing was added. */
struct buffer {
    struct arena *mem;
    char *s; /* NUL-terminated */
    size_t length, room;
};

void buffer_add(struct buffer *, const char *s, size_t length);
void buffer_text(struct buffer *, const char *s);

/* repr() of a str, of bytes, of a list of str, of a set of str, of a JSON value. */
const char *repr_text(struct arena *, const char *s, size_t length);
const char *repr_bytes(struct arena *, const char *s, size_t length);
const char *repr_list(struct arena *, const struct text_list *);
const char *repr_set(struct arena *, const char *const *items, size_t count);
const char *repr_json(struct arena *, const json_t *);

/* s without the pair of quotes around it, if that is one of quotes. */
const char *unquoted(struct arena *, const char *s, const char *quotes);

/* int(s): blanks around it, a sign, single underscores between digits. -1 if it
 * is not one. What does not fit is the nearest that does. */
int python_int(const char *s, int64_t *value) MUST_CHECK;

/* A tuple of str written as in Python's source, from its parenthesis on. -1 with
 * MLflow's text. */
int python_tuple(const struct search_ctx *, const char *s, size_t length,
                 const struct value **items, size_t *count) MUST_CHECK;
