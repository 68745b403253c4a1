#include "part_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "local.h"

/* The begin of the file; the entries follow, then the destination. */
struct header {
    char magic[8];
    int64_t part_size;
    int32_t count, placed;
    char unused[40];
};

enum {
    SLOT = 64,
    LONGEST_DESTINATION = 16384,
};
_Static_assert(sizeof(struct header) == SLOT, "a header is a slot");
_Static_assert(sizeof(struct part_entry) == SLOT, "an entry is a slot");

static const char magic[8] = "cairnup1";

static bool is_id(const char *id)
{
    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

static int close_failed(int file)
{
    int error = errno;

    (void)close(file);
    errno = error;
    return -1;
}

static int write_at(int file, const void *bytes, size_t length, off_t at)
{
    ssize_t n = pwrite(file, bytes, length, at);

    if (n >= 0 && (size_t)n != length)
        errno = ENOSPC;
    return n == (ssize_t)length ? 0 : -1;
}

static int read_at(int file, void *bytes, size_t length, off_t at)
{
    ssize_t n = pread(file, bytes, length, at);

    if (n >= 0 && (size_t)n != length)
        errno = EIO;
    return n == (ssize_t)length ? 0 : -1;
}

/* ------------------------------------------------------------------- making one */

static int write_table(struct arena *mem, int dir, int count, const char *destination)
{
    size_t slots = (size_t)(count + 1) * SLOT, length = slots + strlen(destination);
    char *bytes = arena_alloc(mem, length + 1);
    struct header header = { .count = count };
    int file = openat(dir, "table", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    memcpy(header.magic, magic, sizeof(magic));
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + slots, destination, strlen(destination));
    if (file < 0)
        return -1;
    if (write_at(file, bytes, length, 0) < 0 || fsync(file) < 0)
        return close_failed(file);
    return close(file);
}

static int fill_directory(struct arena *mem, int dir, int count, const char *destination)
{
    int data = openat(dir, "data", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (data < 0)
        return -1;
    (void)close(data);
    return write_table(mem, dir, count, destination) < 0 || fsync(dir) < 0 ? -1 : 0;
}

static int make_upload(struct arena *mem, int parts, const char *id, int count,
                       const char *destination)
{
    int dir, failed;

    if (mkdirat(parts, id, 0700) < 0)
        return -1;
    dir = local_open_directory(parts, id);
    failed = dir < 0 || fill_directory(mem, dir, count, destination) < 0 || fsync(parts) < 0;
    if (failed) {
        int error = errno;

        (void)local_remove_tree(parts, id);
        errno = error;
    }
    if (dir >= 0 && failed)
        return close_failed(dir);
    return failed ? -1 : close(dir);
}

static int open_parts(const char *stage_dir)
{
    int stage = open(stage_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), parts;

    if (stage < 0)
        return -1;
    parts = local_open_directory(stage, "parts");
    if (parts < 0)
        return close_failed(stage);
    (void)close(stage);
    return parts;
}

int part_table_create(struct arena *mem, const char *stage_dir, const char *id, int count,
                      const char *destination)
{
    int parts;

    if (mkdir(arena_printf(mem, "%s/parts", stage_dir), 0700) < 0 && errno != EEXIST)
        return -1;
    parts = open_parts(stage_dir);
    if (parts < 0)
        return -1;
    if (make_upload(mem, parts, id, count, destination) < 0)
        return close_failed(parts);
    return close(parts);
}

/* ------------------------------------------------------------------ opening one */

static int read_header(struct part_table *t)
{
    struct header header;

    if (read_at(t->file, &header, sizeof(header), 0) < 0)
        return -1;
    if (memcmp(header.magic, magic, sizeof(magic)) != 0) {
        errno = EIO;
        return -1;
    }
    t->count = header.count;
    t->part_size = header.part_size;
    t->placed = header.placed;
    return 0;
}

static int read_table(struct arena *mem, struct part_table *t)
{
    char *destination = arena_alloc(mem, LONGEST_DESTINATION + 1);

    if (read_header(t) < 0)
        return -1;
    t->destination = destination;
    return pread(t->file, destination, LONGEST_DESTINATION, (off_t)(t->count + 1) * SLOT) < 0 ? -1
                                                                                              : 0;
}

static int not_there(void)
{
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1;
}

int part_table_open(struct arena *mem, const char *stage_dir, const char *id, struct part_table *t)
{
    int parts;

    *t = (struct part_table){ .dir = -1, .file = -1 };
    if (!is_id(id))
        return 0;
    parts = open_parts(stage_dir);
    if (parts < 0)
        return not_there();
    t->dir = local_open_directory(parts, id);
    (void)close(parts);
    if (t->dir < 0)
        return not_there();
    t->file = openat(t->dir, "table", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (t->file >= 0 && read_table(mem, t) == 0)
        return 1;
    (void)close_failed(t->dir);
    if (t->file >= 0)
        return close_failed(t->file);
    return not_there();
}

void part_table_close(struct part_table *t)
{
    int error = errno;

    if (t->file >= 0)
        (void)close(t->file);
    if (t->dir >= 0)
        (void)close(t->dir);
    t->file = t->dir = -1;
    errno = error;
}

/* ---------------------------------------------------------------------- locking */

/* type: F_WRLCK or F_UNLCK; length 0 means all that follows. */
static int lock_range(const struct part_table *t, int command, short type, off_t at, off_t length)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = length };
    int done;

    do
        done = fcntl(t->file, command, &lock);
    while (done < 0 && errno == EINTR);
    return done;
}

/* Who removes an upload holds all of its table; who waited for that finds a file
 * that has no name any more. */
static int is_alive(const struct part_table *t)
{
    struct stat stat;

    return fstat(t->file, &stat) < 0 ? -1 : stat.st_nlink > 0;
}

int part_table_lock(struct part_table *t, int number)
{
    int alive;

    if (lock_range(t, F_OFD_SETLKW, F_WRLCK, (off_t)number * SLOT, number ? SLOT : 0) < 0)
        return -1;
    alive = is_alive(t);
    return alive > 0 && read_header(t) < 0 ? -1 : alive;
}

int part_table_try_lock(struct part_table *t)
{
    if (lock_range(t, F_OFD_SETLK, F_WRLCK, 0, 0) < 0)
        return errno == EAGAIN || errno == EACCES ? 0 : -1;
    return is_alive(t);
}

/* ---------------------------------------------------------------------- entries */

int part_table_read(const struct part_table *t, int number, struct part_entry *entry)
{
    if (read_at(t->file, entry, sizeof(*entry), (off_t)number * SLOT) < 0)
        return -1;
    entry->etag[sizeof(entry->etag) - 1] = '\0';
    return 0;
}

int part_table_write(const struct part_table *t, int number, const struct part_entry *entry)
{
    return write_at(t->file, entry, sizeof(*entry), (off_t)number * SLOT) < 0 || fdatasync(t->file)
               ? -1
               : 0;
}

int part_table_set_placed(struct part_table *t, bool placed)
{
    int32_t value = placed;

    t->placed = placed;
    return write_at(t->file, &value, sizeof(value), offsetof(struct header, placed)) < 0
               ? -1
               : fdatasync(t->file);
}

int part_table_set_size(struct part_table *t, int64_t part_size)
{
    t->part_size = part_size;
    return write_at(t->file, &part_size, sizeof(part_size), offsetof(struct header, part_size));
}

int part_table_agree_on_size(struct part_table *t, int64_t size)
{
    int failed;

    if (lock_range(t, F_OFD_SETLKW, F_WRLCK, 0, SLOT) < 0)
        return -1;
    failed = read_header(t) < 0 || (!t->part_size && part_table_set_size(t, size) < 0);
    (void)lock_range(t, F_OFD_SETLK, F_UNLCK, 0, SLOT);
    return failed ? -1 : 0;
}

/* --------------------------------------------------------------------- removing */

/* The table goes first: without it there is no upload, whatever else is left. */
int part_table_remove(struct part_table *t, const char *stage_dir, const char *id)
{
    int parts = open_parts(stage_dir), failed;

    if (parts < 0)
        return -1;
    failed =
        (unlinkat(t->dir, "table", 0) < 0 && errno != ENOENT) || local_remove_tree(parts, id) < 0;
    return failed ? close_failed(parts) : close(parts);
}
