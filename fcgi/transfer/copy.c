#include "copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

/* A name of MLflow's for uploads under way: listings do not show it. */
static const char part_name[] = ".artifact.uploading.import";
static const char reserved[] = ".artifact.uploading.";

enum {
    DEEPEST = 100,
    CHUNK = 1 << 20
};

struct copying {
    const struct fields_ctx *ctx;
    bool link, dry_run;
    char *buffer;
    struct copied *total;
};

static int fail_errno(const struct fields_ctx *ctx, const char *name)
{
    return fail(ctx, INTERNAL_ERROR, "artifact %s: %s", name, strerror(errno));
}

static bool is_same(int to, const char *name, const struct stat *wanted)
{
    struct stat there;

    return fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(there.st_mode) &&
           there.st_size == wanted->st_size && there.st_mtim.tv_sec == wanted->st_mtim.tv_sec &&
           there.st_mtim.tv_nsec == wanted->st_mtim.tv_nsec;
}

static int write_all(int fd, const char *bytes, size_t count)
{
    while (count) {
        ssize_t n = write(fd, bytes, count);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            bytes += n;
            count -= (size_t)n;
        }
    }
    return 0;
}

static int copy_bytes(struct copying *c, int from, int to)
{
    for (;;) {
        ssize_t n = read(from, c->buffer, CHUNK);

        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || write_all(to, c->buffer, (size_t)n) < 0)
            return -1;
    }
}

/* The bytes of name under part_name, on disk. -1 with errno. */
static int copy_part(struct copying *c, int from, int to, const char *name,
                     const struct stat *source)
{
    const struct timespec times[2] = { source->st_mtim, source->st_mtim };
    int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), out, failed, error;

    if (in < 0)
        return -1;
    out = openat(to, part_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    failed = out < 0 || copy_bytes(c, in, out) < 0 || futimens(out, times) < 0 || fsync(out) < 0;
    error = errno;
    if (out >= 0)
        close(out);
    close(in);
    errno = error;
    return failed ? -1 : 0;
}

static int copy_file(struct copying *c, int from, int to, const char *name,
                     const struct stat *source)
{
    c->total->files++;
    c->total->bytes += source->st_size;
    if (c->dry_run || is_same(to, name, source))
        return 0;
    /* What an interrupted call left may be a link to a file of the source: writing
     * into it would change that. */
    if (unlinkat(to, part_name, 0) < 0 && errno != ENOENT)
        return fail_errno(c->ctx, name);
    if ((!c->link || linkat(from, name, to, part_name, 0) < 0) &&
        copy_part(c, from, to, name, source) < 0)
        return fail_errno(c->ctx, name);
    return renameat(to, part_name, to, name) < 0 ? fail_errno(c->ctx, name) : 0;
}

static int open_directory(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int copy_entries(struct copying *c, DIR *from, int to, int depth);

/* from is closed here. to is -1 when nothing is written. */
static int copy_directory(struct copying *c, int from, int to, int depth)
{
    DIR *dir = from < 0 ? NULL : fdopendir(from);
    int failed;

    if (!dir) {
        failed = fail_errno(c->ctx, "directory");
        if (from >= 0)
            close(from);
        return failed;
    }
    failed = copy_entries(c, dir, to, depth);
    (void)closedir(dir);
    if (!failed && to >= 0 && fsync(to) < 0)
        failed = fail_errno(c->ctx, "directory");
    return failed;
}

static int enter(struct copying *c, int from, int to, const char *name, int depth)
{
    int below = -1, failed;

    if (!depth)
        return fail(c->ctx, INVALID_PARAMETER_VALUE, "artifact %s is nested too deep.", name);
    if (to >= 0) {
        if (mkdirat(to, name, 0750) < 0 && errno != EEXIST)
            return fail_errno(c->ctx, name);
        below = open_directory(to, name);
        if (below < 0)
            return fail_errno(c->ctx, name);
    }
    failed = copy_directory(c, open_directory(from, name), below, depth - 1);
    if (below >= 0)
        close(below);
    return failed;
}

static int copy_entries(struct copying *c, DIR *from, int to, int depth)
{
    const struct dirent *entry;

    while ((entry = readdir(from))) {
        const char *name = entry->d_name;
        struct stat stat;
        int failed = 0;

        if (!strcmp(name, ".") || !strcmp(name, "..") ||
            !strncmp(name, reserved, strlen(reserved)) ||
            fstatat(dirfd(from), name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(stat.st_mode))
            failed = enter(c, dirfd(from), to, name, depth);
        else if (S_ISREG(stat.st_mode))
            failed = copy_file(c, dirfd(from), to, name, &stat);
        if (failed)
            return -1;
    }
    return 0;
}

int copy_tree(const struct fields_ctx *ctx, const char *from, const char *to, bool link,
              bool dry_run, struct copied *total)
{
    struct arena_mark mark = arena_mark(ctx->mem);
    struct copying c = { ctx, link, dry_run, arena_alloc(ctx->mem, CHUNK), total };
    int target = -1, failed;

    if (!dry_run) {
        if (files_make_directory(ctx, to) < 0)
            return -1;
        target = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (target < 0)
            return fail_errno(ctx, to);
    }
    failed = copy_directory(&c, open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), target, DEEPEST);
    if (target >= 0)
        close(target);
    if (!failed) /* else the message lies there */
        arena_release(ctx->mem, mark);
    return failed;
}
