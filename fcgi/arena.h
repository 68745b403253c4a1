/* An arena: memory that lives as long as one request. Nothing in it is freed
 * by hand; arena_reset() takes everything back at once. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A position to return to; see arena_mark(). */
struct arena_mark {
    void *block;
    size_t used;
    size_t total;
};

/* limit: bytes one request may use; 0 for no limit. Never returns NULL. */
struct arena *arena_create(size_t limit);
/* Accepts NULL. */
void arena_destroy(struct arena *);
/* Forgets everything allocated; keeps one block for the next request. */
void arena_reset(struct arena *);

/* Zeroed, aligned for any type, never NULL: out of memory the process says so and
 * aborts; the master starts another worker. Over the limit it does the same, unless
 * somebody waits for it: see arena_on_limit(). */
void *arena_alloc(struct arena *, size_t bytes);
/* Over the limit, jumps there (longjmp with 1) instead of aborting. From then on, until
 * arena_reset(), there is no limit: what is left to do is to say so. NULL: abort. */
void arena_on_limit(struct arena *, jmp_buf *);
char *arena_strdup(struct arena *, const char *);
/* The first n bytes of s, and a NUL. */
char *arena_strndup(struct arena *, const char *s, size_t n);
char *arena_printf(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *, const char *format, va_list)
    __attribute__((format(printf, 2, 0)));
/* For growing lists: a copy of old[0..old_bytes) in a new place of new_bytes. */
void *arena_grow(struct arena *, const void *old, size_t old_bytes, size_t new_bytes);

/* Gives back what was allocated since the mark: for loops over many rows. */
struct arena_mark arena_mark(struct arena *);
void arena_release(struct arena *, struct arena_mark);

/* Bytes in use now. */
size_t arena_used(const struct arena *);

#define arena_new(mem, type)      ((type *)arena_alloc((mem), sizeof(type)))
#define arena_array(mem, type, n) ((type *)arena_alloc((mem), sizeof(type) * (size_t)(n)))
