/* A directory. Every step of a path is opened without following links, so that none
 * leads out, whatever anybody does to the tree meanwhile. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../percent.h"
#include "local.h"

int local_fail(const struct artifact_store *store, const char *what, const char *path)
{
    store->err->detail = arena_printf(store->mem, "%s %s: %s", what, path, strerror(errno));
    switch (errno) {
    case ENOSPC:
    case EDQUOT:
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store is full.");
    case ENOTDIR:
    case EEXIST:
        return fail(store, INVALID_PARAMETER_VALUE,
                    "Invalid path: a part of '%s' is a file, not a directory.", path);
    case EISDIR:
    case ENOTEMPTY:
        return fail(store, INVALID_PARAMETER_VALUE,
                    "Invalid path: '%s' is a directory, not a file.", path);
    case EFBIG:
        return fail(store, INVALID_PARAMETER_VALUE,
                    "The file is larger than one can be in the artifact store.");
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:
        return fail(store, INVALID_PARAMETER_VALUE, "Invalid path");
    default:
        return fail(store, INTERNAL_ERROR,
                    "The artifact store cannot be used: see the server's log.");
    }
}

/* Without slashes at its end. */
static const char *trimmed(struct arena *mem, const char *s)
{
    size_t length = strlen(s);

    while (length > 1 && s[length - 1] == '/')
        length--;
    return arena_strndup(mem, s, length);
}

/* A plain path, or a file URI of this machine. */
static bool open_uri(struct artifact_store *store, const char *uri)
{
    if (!strncasecmp(uri, "file:", 5)) {
        uri += 5;
        if (!strncasecmp(uri, "//localhost/", 12))
            uri += 11;
        else if (!strncmp(uri, "//", 2))
            uri += 2;
    }
    if (*uri != '/')
        return false;
    store->prefix = trimmed(store->mem, uri);
    return true;
}

int local_open_directory(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Makes the directory and says so to the disk. */
static int make_directory(int at, const char *name)
{
    if (mkdirat(at, name, 0750) < 0)
        return errno == EEXIST ? 0 : -1;
    return fsync(at);
}

/* Opens the directory of path's last step, which is *name ("" for the root
 * itself). Returns its descriptor, or -1 with errno. */
static int step_to(const struct artifact_store *store, const char *path, bool create,
                   const char **name)
{
    int at = open(store->prefix, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (*name = path; at >= 0;) {
        size_t n = strcspn(*name, "/");
        const char *step;
        int next, error;

        if (!(*name)[n])
            return at;
        step = arena_strndup(store->mem, *name, n);
        next = create && make_directory(at, step) < 0 ? -1 : local_open_directory(at, step);
        error = errno;
        close(at);
        errno = error;
        at = next;
        *name += n + 1;
    }
    return -1;
}

static struct artifact described(const char *name, const struct stat *stat)
{
    return (struct artifact){
        .name = name,
        .is_dir = S_ISDIR(stat->st_mode),
        .size = S_ISDIR(stat->st_mode) ? 0 : stat->st_size,
        .modified = (int64_t)stat->st_mtim.tv_sec * 1000 + stat->st_mtim.tv_nsec / 1000000,
    };
}

static int find(const struct artifact_store *store, const char *path, struct artifact *artifact)
{
    struct stat stat;
    const char *name;
    int at = step_to(store, path, false, &name), found;

    if (at < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? 0
                   : local_fail(store, "open", path);
    found = *name ? fstatat(at, name, &stat, AT_SYMLINK_NOFOLLOW) : fstat(at, &stat);
    close(at);
    if (found < 0)
        return errno == ENOENT || errno == ENAMETOOLONG ? 0 : local_fail(store, "stat", path);
    if (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode))
        return 0;
    *artifact = described(name, &stat);
    return 1;
}

static DIR *open_entries(const struct artifact_store *store, const char *path)
{
    const char *name;
    int at = step_to(store, path, false, &name), fd;
    DIR *dir;

    if (at < 0)
        return NULL;
    fd = local_open_directory(at, *name ? name : ".");
    close(at);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir && fd >= 0)
        close(fd);
    return dir;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct artifact *)a)->name, ((const struct artifact *)b)->name);
}

static void add_entry(const struct artifact_store *store, DIR *dir, const char *name,
                      struct artifact *entries, size_t *count)
{
    struct stat stat;

    /* Links and sockets are nothing that was uploaded. */
    if (!strcmp(name, ".") || !strcmp(name, "..") ||
        !strncmp(name, ARTIFACT_RESERVED, strlen(ARTIFACT_RESERVED)) ||
        fstatat(dirfd(dir), name, &stat, AT_SYMLINK_NOFOLLOW) < 0 ||
        (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode)))
        return;
    entries[(*count)++] = described(arena_strdup(store->mem, name), &stat);
}

static int entries(const struct artifact_store *store, const char *path, struct artifact **entries,
                   size_t *count)
{
    DIR *dir = open_entries(store, path);
    const struct dirent *entry;
    size_t room = 64;

    *count = 0;
    *entries = arena_array(store->mem, struct artifact, room);
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? 0
                   : local_fail(store, "list", path);
    while ((entry = readdir(dir))) {
        if (*count == room) {
            *entries = arena_grow(store->mem, *entries, room * sizeof(**entries),
                                  2 * room * sizeof(**entries));
            room *= 2;
        }
        add_entry(store, dir, entry->d_name, *entries, count);
    }
    (void)closedir(dir);
    qsort(*entries, *count, sizeof(**entries), by_name);
    return 0;
}

/* Opens what nginx staged; only files directly below stage_dir are it. */
int local_open_staged(const struct artifact_store *store, const char *body_file)
{
    size_t length = strlen(store->config->stage_dir);

    if (strncmp(body_file, store->config->stage_dir, length) != 0 || body_file[length] != '/' ||
        strstr(body_file, "/../")) {
        errno = EACCES;
        return -1;
    }
    return open(body_file, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
}

/* A file of stage_dir that is ours. Returns its descriptor, or -1 with errno. */
static int make_staged(const struct artifact_store *store, const char **body_file)
{
    char *name = arena_printf(store->mem, "%s/worker-XXXXXX", store->config->stage_dir);

    *body_file = name;
    return mkostemp(name, O_CLOEXEC);
}

/* How often a step is tried that somebody else's change to the tree made fail. */
enum {
    TRIES = 200 /* of less than a millisecond */
};

static int move_in_once(const struct artifact_store *store, const char *path, const char *body_file)
{
    const char *name;
    int at = step_to(store, path, true, &name), failed, error;

    if (at < 0)
        return -1;
    failed = renameat(AT_FDCWD, body_file, at, name) < 0 || fsync(at) < 0;
    error = errno;
    close(at);
    errno = error;
    return failed ? -1 : 0;
}

/* The staged file under its name, both on disk. Its directory may go while somebody
 * deletes around it, and is made anew. Returns -1 with errno. */
int local_move_in(const struct artifact_store *store, const char *path, const char *body_file)
{
    for (int tries = TRIES; tries > 0; tries--) {
        if (move_in_once(store, path, body_file) == 0)
            return 0;
        if (errno != ENOENT || access(body_file, F_OK) < 0)
            return -1;
    }
    errno = ENOENT;
    return -1;
}

static int place(const struct artifact_store *store, const char *path, const char *body_file)
{
    int fd, failed = 0;

    /* An empty body makes no file: nginx names none. */
    fd = *body_file ? local_open_staged(store, body_file) : make_staged(store, &body_file);
    if (fd < 0)
        return local_fail(store, "open upload", body_file);
    /* nginx makes it 0600; a failed sync is a failed upload, never tried again. */
    local_write_out(store, fd, 0, lseek(fd, 0, SEEK_END));
    if (fchmod(fd, 0640) < 0 || fsync(fd) < 0)
        failed = local_fail(store, "sync", path);
    close(fd);
    if (!failed && local_move_in(store, path, body_file) < 0)
        failed = local_fail(store, "place", path);
    if (failed)
        (void)unlink(body_file);
    return failed;
}

struct visit {
    const struct artifact_store *store;
    artifact_visit *visit;
    void *context;
};

static int visit_at(const struct visit *v, int at, const char *name, const char *path);

static int visit_entries(const struct visit *v, DIR *dir, const char *path)
{
    const struct dirent *entry;

    while ((entry = readdir(dir))) {
        struct arena_mark mark = arena_mark(v->store->mem);
        const char *name = entry->d_name;
        int stopped;

        if (!strcmp(name, ".") || !strcmp(name, "..") ||
            !strncmp(name, ARTIFACT_RESERVED, strlen(ARTIFACT_RESERVED)))
            continue;
        stopped = visit_at(v, dirfd(dir), name,
                           *path ? arena_printf(v->store->mem, "%s/%s", path, name) : name);
        if (stopped)
            return -1;
        arena_release(v->store->mem, mark);
    }
    return 0;
}

/* Visits what is at name, known as path; directories are entered, links are nothing
 * that was uploaded, and what went away meanwhile was not there. */
static int visit_at(const struct visit *v, int at, const char *name, const char *path)
{
    struct stat stat;
    int fd, stopped;
    DIR *dir;

    if (fstatat(at, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    if (S_ISREG(stat.st_mode)) {
        struct artifact artifact = described(name, &stat);

        return v->visit(v->context, path, &artifact);
    }
    fd = S_ISDIR(stat.st_mode) ? local_open_directory(at, name) : -1;
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    stopped = visit_entries(v, dir, path);
    (void)closedir(dir);
    return stopped;
}

static int walk(const struct artifact_store *store, const char *path, artifact_visit *visit,
                void *context)
{
    const struct visit v = { store, visit, context };
    const char *name;
    int at = step_to(store, path, false, &name), stopped;

    if (at < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? 0
                   : local_fail(store, "walk", path);
    stopped = visit_at(&v, at, *name ? name : ".", "");
    close(at);
    return stopped;
}

enum {
    PIECE = 64 * 1024
};

static int read_pieces(const struct artifact_store *store, const char *path, int fd,
                       artifact_sink *sink, void *context)
{
    char *piece = arena_alloc(store->mem, PIECE);
    ssize_t n;

    while ((n = read(fd, piece, PIECE)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return local_fail(store, "read", path);
        if (sink(context, piece, (size_t)n) < 0)
            return -1;
    }
    return 0;
}

static int read_file(const struct artifact_store *store, const char *path, artifact_sink *sink,
                     void *context)
{
    struct arena_mark mark = arena_mark(store->mem);
    const char *name;
    int at = step_to(store, path, false, &name), fd = -1, failed;
    struct stat stat;

    if (at >= 0) {
        fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        close(at);
    }
    if (fd < 0 || fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        if (fd >= 0)
            close(fd);
        return fail(store, RESOURCE_DOES_NOT_EXIST, "No such artifact: '%s'", path);
    }
    failed = read_pieces(store, path, fd, sink, context);
    close(fd);
    if (!failed)
        arena_release(store->mem, mark);
    return failed;
}

static int write_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t n = write(fd, bytes, length);

        if (n < 0 && errno != EINTR)
            return -1;
        bytes += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int write_file(const struct artifact_store *store, const char *path, const char *bytes,
                      size_t length)
{
    const char *staged;
    int fd = make_staged(store, &staged), failed = 0;

    if (fd < 0)
        return local_fail(store, "stage", path);
    if (write_all(fd, bytes, length) < 0)
        failed = local_fail(store, "write", path);
    close(fd);
    if (!failed)
        return place(store, path, staged);
    (void)unlink(staged);
    return failed;
}

static int remove_entries(DIR *dir)
{
    const struct dirent *entry;

    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            local_remove_tree(dirfd(dir), entry->d_name) < 0)
            return -1;
    return 0;
}

static int remove_directory(int at, const char *name)
{
    int fd = local_open_directory(at, name), failed;
    DIR *dir;

    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return -1;
    }
    failed = remove_entries(dir);
    (void)closedir(dir);
    return failed || (unlinkat(at, name, AT_REMOVEDIR) < 0 && errno != ENOENT) ? -1 : 0;
}

/* Removes a file, a link itself, or a directory with all that is in it, also what is
 * put there meanwhile. */
int local_remove_tree(int at, const char *name)
{
    for (int tries = TRIES; tries > 0; tries--) {
        if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
            return 0;
        if (errno != EISDIR && errno != EPERM)
            return -1;
        if (remove_directory(at, name) == 0)
            return 0;
        if (errno != ENOTEMPTY && errno != ENOTDIR && errno != ELOOP)
            return -1;
    }
    return -1;
}

static int remove_path(const struct artifact_store *store, const char *path)
{
    const char *name;
    int at = step_to(store, path, false, &name), failed;

    if (at < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : local_fail(store, "remove", path);
    failed = local_remove_tree(at, name) < 0 ? local_fail(store, "remove", path) : 0;
    if (!failed && fsync(at) < 0)
        failed = local_fail(store, "sync", path);
    close(at);
    return failed;
}

/* nginx sends the file: its bytes never pass through a worker. Each directory has a
 * location of its own there. */
static int send(const struct artifact_store *store, const char *path,
                struct artifact_transfer *transfer)
{
    const char *encoded = percent_encode(store->mem, path, "/-._~");

    transfer_header(transfer, "X-Accel-Redirect",
                    arena_printf(store->mem, "/_local/%d/%s", store->number, encoded));
    return 0;
}

const struct artifact_ops artifact_local = {
    .kind = "a directory",
    .open = open_uri,
    .find = find,
    .entries = entries,
    .walk = walk,
    .read = read_file,
    .place = place,
    .write = write_file,
    .remove = remove_path,
    .send = send,
    .upload_begin = local_upload_begin,
    .upload_part = local_upload_part,
    .upload_size = local_upload_size,
    .upload_complete = local_upload_complete,
    .upload_abort = local_upload_abort,
};
