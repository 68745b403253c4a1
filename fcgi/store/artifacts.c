#include "artifacts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char reserved[] = ".artifact.uploading.";

enum {
    LONGEST_STEP = 255,
    LONGEST_PATH = 4000
};

/* A second layer of encoding is how paths were smuggled past checks. */
static bool is_encoded(const char *path)
{
    static const char *const suspects[] = { "%2e", "%2f", "%5c", "%25", "%00" };

    for (size_t i = 0; i < sizeof(suspects) / sizeof(*suspects); i++)
        if (strcasestr(path, suspects[i]))
            return true;
    return false;
}

static bool is_good_step(const char *step, size_t length)
{
    if (!length || length > LONGEST_STEP)
        return false;
    if (step[0] == '.' && (length == 1 || (length == 2 && step[1] == '.')))
        return false;
    return true;
}

static bool is_good_path(const char *path)
{
    size_t length = strlen(path);

    if (length > LONGEST_PATH || is_encoded(path) || (length > 1 && path[1] == ':'))
        return false;
    for (const char *c = path; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '\\' || *c == '#')
            return false;
    while (*path) {
        size_t n = strcspn(path, "/");

        if (!is_good_step(path, n))
            return false;
        path += n;
        path += *path == '/';
    }
    return true;
}

int artifact_path_check(const struct artifact_store *store, const char **path)
{
    size_t length = strlen(*path);

    if (length > 1 && (*path)[length - 1] == '/')
        *path = arena_strndup(store->mem, *path, length - 1);
    return is_good_path(*path) ? 0 : fail(store, INVALID_PARAMETER_VALUE, "Invalid path");
}

/* MLflow's names for uploads under way; nobody may use them. */
static int check_reserved(const struct artifact_store *store, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    if (strncmp(name, reserved, strlen(reserved)) != 0)
        return 0;
    return fail(store, INVALID_PARAMETER_VALUE,
                "Invalid artifact file name: '%s'. Artifact names starting with '%s' are reserved.",
                name, reserved);
}

/* What the disk said, as the client is to know it. */
static int fail_errno(const struct artifact_store *store, const char *what, const char *path)
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

static int open_directory(int at, const char *name)
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
static int walk(const struct artifact_store *store, const char *path, bool create,
                const char **name)
{
    int at = open(store->config->artifact_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (*name = path; at >= 0;) {
        size_t n = strcspn(*name, "/");
        const char *step;
        int next, error;

        if (!(*name)[n])
            return at;
        step = arena_strndup(store->mem, *name, n);
        next = create && make_directory(at, step) < 0 ? -1 : open_directory(at, step);
        error = errno;
        close(at);
        errno = error;
        at = next;
        *name += n + 1;
    }
    return -1;
}

int artifact_find(const struct artifact_store *store, const char *path, struct artifact *artifact)
{
    struct stat stat;
    const char *name;
    int at = walk(store, path, false, &name), found;

    if (at < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? 0
                   : fail_errno(store, "open", path);
    found = *name ? fstatat(at, name, &stat, AT_SYMLINK_NOFOLLOW) : fstat(at, &stat);
    close(at);
    if (found < 0)
        return errno == ENOENT || errno == ENAMETOOLONG ? 0 : fail_errno(store, "stat", path);
    if (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode))
        return 0;
    *artifact = (struct artifact){
        .name = name,
        .is_dir = S_ISDIR(stat.st_mode),
        .size = S_ISDIR(stat.st_mode) ? 0 : stat.st_size,
    };
    return 1;
}

static DIR *open_entries(const struct artifact_store *store, const char *path)
{
    const char *name;
    int at = walk(store, path, false, &name), fd;
    DIR *dir;

    if (at < 0)
        return NULL;
    fd = open_directory(at, *name ? name : ".");
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
    if (!strcmp(name, ".") || !strcmp(name, "..") || !strncmp(name, reserved, strlen(reserved)) ||
        fstatat(dirfd(dir), name, &stat, AT_SYMLINK_NOFOLLOW) < 0 ||
        (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode)))
        return;
    entries[(*count)++] = (struct artifact){
        .name = arena_strdup(store->mem, name),
        .is_dir = S_ISDIR(stat.st_mode),
        .size = S_ISDIR(stat.st_mode) ? 0 : stat.st_size,
    };
}

int artifact_entries(const struct artifact_store *store, const char *path,
                     struct artifact **entries, size_t *count)
{
    DIR *dir = open_entries(store, path);
    const struct dirent *entry;
    size_t room = 64;

    *count = 0;
    *entries = arena_array(store->mem, struct artifact, room);
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? 0
                   : fail_errno(store, "list", path);
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
static int open_staged(const struct artifact_store *store, const char *body_file)
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

/* The staged file under its name, both on disk. Returns -1 with errno. */
static int put(const struct artifact_store *store, const char *path, const char *body_file)
{
    const char *name;
    int at = walk(store, path, true, &name), failed, error;

    if (at < 0)
        return -1;
    failed = renameat(AT_FDCWD, body_file, at, name) < 0 || fsync(at) < 0;
    error = errno;
    close(at);
    errno = error;
    return failed ? -1 : 0;
}

int artifact_place(const struct artifact_store *store, const char *path, const char *body_file)
{
    int fd, failed = 0;

    if (check_reserved(store, path) < 0)
        return -1;
    /* An empty body makes no file: nginx names none. */
    fd = *body_file ? open_staged(store, body_file) : make_staged(store, &body_file);
    if (fd < 0)
        return fail_errno(store, "open upload", body_file);
    /* nginx makes it 0600; a failed sync is a failed upload, never tried again. */
    if (fchmod(fd, 0640) < 0 || fsync(fd) < 0)
        failed = fail_errno(store, "sync", path);
    close(fd);
    if (!failed && put(store, path, body_file) < 0)
        failed = fail_errno(store, "place", path);
    if (failed)
        (void)unlink(body_file);
    return failed;
}

/* Adds what is at name; directories are entered. */
static void count_at(int at, const char *name, struct artifact_total *total)
{
    const struct dirent *entry;
    struct stat stat;
    int fd;
    DIR *dir;

    if (fstatat(at, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    if (!S_ISDIR(stat.st_mode)) {
        total->files++;
        total->bytes += stat.st_size;
        return;
    }
    fd = open_directory(at, name);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            count_at(dirfd(dir), entry->d_name, total);
    (void)closedir(dir);
}

int artifact_count(const struct artifact_store *store, const char *path,
                   struct artifact_total *total)
{
    const char *name;
    int at = walk(store, path, false, &name);

    *total = (struct artifact_total){ 0 };
    if (at < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail_errno(store, "count", path);
    count_at(at, *name ? name : ".", total);
    close(at);
    return 0;
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

int artifact_write(const struct artifact_store *store, const char *path, const char *bytes,
                   size_t length)
{
    const char *staged;
    int fd = make_staged(store, &staged), failed = 0;

    if (fd < 0)
        return fail_errno(store, "stage", path);
    if (write_all(fd, bytes, length) < 0)
        failed = fail_errno(store, "write", path);
    close(fd);
    if (!failed)
        return artifact_place(store, path, staged);
    (void)unlink(staged);
    return failed;
}

static int remove_at(int at, const char *name);

static int remove_entries(DIR *dir)
{
    const struct dirent *entry;

    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            remove_at(dirfd(dir), entry->d_name) < 0)
            return -1;
    return 0;
}

/* Removes a file, a link itself, or a directory with all that is in it. */
static int remove_at(int at, const char *name)
{
    DIR *dir;
    int fd, failed;

    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    fd = open_directory(at, name);
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

int artifact_remove(const struct artifact_store *store, const char *path)
{
    const char *name;
    int at = walk(store, path, false, &name), failed;

    if (at < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail_errno(store, "remove", path);
    failed = !*name || remove_at(at, name) < 0 ? fail_errno(store, "remove", path) : 0;
    if (!failed && fsync(at) < 0)
        failed = fail_errno(store, "sync", path);
    close(at);
    return failed;
}

const char *artifact_path_of_uri(const struct artifact_store *store, const char *uri)
{
    static const char scheme[] = "mlflow-artifacts:";
    const char *root = store->config->artifact_root;
    size_t length = strlen(root);

    if (!strncmp(uri, scheme, strlen(scheme))) {
        uri += strlen(scheme);
        if (!strncmp(uri, "//", 2)) /* a host, which is this one */
            uri += 2 + strcspn(uri + 2, "/");
        return uri + strspn(uri, "/");
    }
    if (!strncmp(uri, "file://", 7))
        uri += 7;
    if (!strncmp(uri, root, length) && uri[length] == '/')
        return uri + length + strspn(uri + length, "/");
    return NULL;
}
