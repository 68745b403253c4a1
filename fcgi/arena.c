#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define POISON(at, bytes)   ASAN_POISON_MEMORY_REGION((at), (bytes))
#define UNPOISON(at, bytes) ASAN_UNPOISON_MEMORY_REGION((at), (bytes))
#else
#define POISON(at, bytes)   ((void)(at), (void)(bytes))
#define UNPOISON(at, bytes) ((void)(at), (void)(bytes))
#endif

enum {
    FIRST_BLOCK = 64 * 1024,
    LARGEST_STEP = 16 * 1024 * 1024,
    ALIGNMENT = 16,
};

struct block {
    struct block *older;
    size_t size, used;
    _Alignas(ALIGNMENT) char data[];
};

struct arena {
    struct block *newest;
    size_t limit, total; /* total: bytes handed out */
    jmp_buf *on_limit;
    bool over;
};

static _Noreturn void arena_die(const char *why, size_t bytes)
{
    fprintf(stderr, "level=error event=memory reason=\"%s\" bytes=%zu\n", why, bytes);
    abort();
}

static struct block *block_create(size_t size, struct block *older)
{
    struct block *block = malloc(sizeof(*block) + size);

    if (!block)
        arena_die("out of memory", size);
    block->older = older;
    block->size = size;
    block->used = 0;
    POISON(block->data, size);
    return block;
}

static void block_destroy(struct block *block)
{
    UNPOISON(block->data, block->size);
    free(block);
}

struct arena *arena_create(size_t limit)
{
    struct arena *arena = malloc(sizeof(*arena));

    if (!arena)
        arena_die("out of memory", sizeof(*arena));
    arena->newest = block_create(FIRST_BLOCK, NULL);
    arena->limit = limit;
    arena->total = 0;
    arena->on_limit = NULL;
    arena->over = false;
    return arena;
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->newest) {
        struct block *older = arena->newest->older;

        block_destroy(arena->newest);
        arena->newest = older;
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    while (arena->newest->older) {
        struct block *older = arena->newest->older;

        block_destroy(arena->newest);
        arena->newest = older;
    }
    arena->newest->used = 0;
    POISON(arena->newest->data, arena->newest->size);
    arena->total = 0;
    arena->over = false;
}

void arena_on_limit(struct arena *arena, jmp_buf *where)
{
    arena->on_limit = where;
}

static _Noreturn void over_limit(struct arena *arena, size_t bytes)
{
    if (!arena->on_limit)
        arena_die("over request_memory", bytes);
    arena->over = true;
    longjmp(*arena->on_limit, 1);
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    struct block *block = arena->newest;
    size_t rounded = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    void *place;

    if (bytes > SIZE_MAX / 2)
        arena_die("absurd allocation", bytes);
    if (rounded == 0)
        rounded = ALIGNMENT;
    if (arena->limit && !arena->over && arena->total + rounded > arena->limit)
        over_limit(arena, arena->total + rounded);
    if (rounded > block->size - block->used) {
        size_t size = block->size * 2 < LARGEST_STEP ? block->size * 2 : LARGEST_STEP;

        block = block_create(rounded > size ? rounded : size, block);
        arena->newest = block;
    }
    place = block->data + block->used;
    block->used += rounded;
    arena->total += rounded;
    UNPOISON(place, bytes);
    return memset(place, 0, bytes);
}

char *arena_strndup(struct arena *arena, const char *s, size_t n)
{
    char *copy = arena_alloc(arena, n + 1);

    if (n)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return arena_strndup(arena, s, strlen(s));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        arena_die("bad format", 0);
    text = arena_alloc(arena, (size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void *arena_grow(struct arena *arena, const void *old, size_t old_bytes, size_t new_bytes)
{
    void *place = arena_alloc(arena, new_bytes);

    if (old_bytes)
        memcpy(place, old, old_bytes);
    return place;
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){ arena->newest, arena->newest->used, arena->total };
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
    while (arena->newest != mark.block) {
        struct block *older = arena->newest->older;

        block_destroy(arena->newest);
        arena->newest = older;
    }
    POISON(arena->newest->data + mark.used, arena->newest->used - mark.used);
    arena->newest->used = mark.used;
    arena->total = mark.total;
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}
