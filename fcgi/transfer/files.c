#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../utf8.h"

enum {
    DEEPEST = 64 /* directories within directories */
};

static int fail_errno(const struct fields_ctx *ctx, const char *what, const char *path)
{
    return fail(ctx, INTERNAL_ERROR, "%s cannot be %s: %s", path, what, strerror(errno));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct text_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof(*list->items), by_text);
}

static void add(struct arena *mem, struct text_list *list, const char *item)
{
    /* Doubles whenever the count is a power of two. */
    if ((list->count & (list->count - 1)) == 0)
        list->items = arena_grow(mem, list->items, list->count * sizeof(*list->items),
                                 (list->count ? 2 * list->count : 1) * sizeof(*list->items));
    list->items[list->count++] = item;
}

/* Adds the files below path, whose names begin with prefix, or its directories. */
static int read_directory(const struct fields_ctx *ctx, const char *path, const char *prefix,
                          bool directories, int depth, struct text_list *list)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    int failed = 0;

    if (!dir)
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail_errno(ctx, "read", path);
    while (!failed && (entry = readdir(dir))) {
        const char *name = entry->d_name, *at = arena_printf(ctx->mem, "%s/%s", path, name);
        struct stat stat_;

        if (!strcmp(name, ".") || !strcmp(name, "..") || stat(at, &stat_) < 0)
            continue;
        if (directories) {
            if (S_ISDIR(stat_.st_mode))
                add(ctx->mem, list, arena_strdup(ctx->mem, name));
        } else if (S_ISREG(stat_.st_mode)) {
            add(ctx->mem, list, arena_printf(ctx->mem, "%s%s", prefix, name));
        } else if (S_ISDIR(stat_.st_mode)) {
            failed = depth ? read_directory(ctx, at, arena_printf(ctx->mem, "%s%s/", prefix, name),
                                            false, depth - 1, list)
                           : fail(ctx, INVALID_PARAMETER_VALUE, "%s is nested too deep.", path);
        }
    }
    (void)closedir(dir);
    return failed;
}

int files_directories(const struct fields_ctx *ctx, const char *path, struct text_list *list)
{
    *list = (struct text_list){ 0 };
    if (read_directory(ctx, path, "", true, 0, list) < 0)
        return -1;
    sort(list);
    return 0;
}

int files_below(const struct fields_ctx *ctx, const char *path, struct text_list *list)
{
    *list = (struct text_list){ 0 };
    if (read_directory(ctx, path, "", false, DEEPEST, list) < 0)
        return -1;
    sort(list);
    return 0;
}

bool files_is_directory(const char *path)
{
    struct stat stat_;

    return stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode);
}

static int check_text(const struct fields_ctx *ctx, const char *path, const char *text,
                      size_t length)
{
    if (memchr(text, 0, length) || !utf8_is_valid(text, length))
        return fail(ctx, INVALID_PARAMETER_VALUE, "%s is not a text in UTF-8.", path);
    return 0;
}

int files_read(const struct fields_ctx *ctx, const char *path, const char **text)
{
    FILE *file = fopen(path, "re");
    size_t length = 0, room = 4096;
    char *buffer = arena_alloc(ctx->mem, room);
    bool failed;

    if (!file)
        return fail_errno(ctx, "read", path);
    for (;;) {
        length += fread(buffer + length, 1, room - length - 1, file);
        if (length < room - 1)
            break;
        buffer = arena_grow(ctx->mem, buffer, room, 4 * room);
        room *= 4;
    }
    failed = ferror(file);
    (void)fclose(file);
    buffer[length] = '\0';
    *text = buffer;
    return failed ? fail_errno(ctx, "read", path) : check_text(ctx, path, buffer, length);
}

int files_make_directory(const struct fields_ctx *ctx, const char *path)
{
    char *copy = arena_strdup(ctx->mem, path);

    for (char *slash = copy + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            return fail_errno(ctx, "made", copy);
    }
    if (mkdir(copy, 0777) < 0 && (errno != EEXIST || !files_is_directory(copy)))
        return fail_errno(ctx, "made", copy);
    return 0;
}

/* A step that leads nowhere else. */
static bool is_good_step(const char *step, size_t n)
{
    return n && n <= NAME_MAX && strncmp(step, "..", n < 2 ? 2 : n) != 0 &&
           !(n == 1 && *step == '.');
}

int files_path_of_key(const struct fields_ctx *ctx, const char *root, const char *key,
                      const char **path)
{
    const char *slash = strrchr(key, '/');

    for (const char *step = key;; step++) {
        size_t n = strcspn(step, "/");

        if (!is_good_step(step, n))
            return fail(ctx, INVALID_PARAMETER_VALUE,
                        "'%s' cannot be the name of a file, so a file store cannot hold it.", key);
        step += n;
        if (!*step)
            break;
    }
    if (files_make_directory(
            ctx, slash ? arena_printf(ctx->mem, "%s/%.*s", root, (int)(slash - key), key) : root) <
        0)
        return -1;
    *path = arena_printf(ctx->mem, "%s/%s", root, key);
    return 0;
}

int files_write(const struct fields_ctx *ctx, const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    bool good;

    if (!file)
        return fail_errno(ctx, "written", path);
    good = fputs(text, file) >= 0;
    if (fclose(file) != 0 || !good)
        return fail_errno(ctx, "written", path);
    return 0;
}
