/* A part of an upload arrives. Its bytes are copied within the kernel to their place in
 * the file to be, so that completing a large upload is a rename. The place is known if
 * all parts but the last have one size; else the part is kept as a file of its own.
 * Order makes it safe against a crash at any point: the bytes are on disk before the
 * table says that they are there, and the table forgets a part before its bytes change. */
#include "local_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../id.h"
#include "local.h"

static const int64_t largest_part = 5LL << 30; /* as S3 has it; copied within one request */
static const int64_t largest_copy = 64 << 20;  /* at once: the kernel's copying cannot be watched */

int part_no_upload(const struct artifact_store *store)
{
    return fail(store, RESOURCE_DOES_NOT_EXIST,
                "No such upload: it was completed or aborted, or never begun.");
}

const char *part_file_name(struct arena *mem, int number)
{
    return arena_printf(mem, "%d", number);
}

/* ---------------------------------------------------------------- moving bytes */

static int64_t piece_of(int64_t size)
{
    return size < largest_copy ? size : largest_copy;
}

/* For file systems that copy_file_range does not know. */
static int send_range(const struct artifact_store *store, int from, off_t from_at, int to,
                      off_t to_at, int64_t size)
{
    if (lseek(to, to_at, SEEK_SET) < 0)
        return -1;
    while (size) {
        ssize_t n = sendfile(to, from, &from_at, (size_t)piece_of(size));

        if (n == 0)
            errno = EIO; /* the file is shorter than it was */
        if (n == 0 || (n < 0 && errno != EINTR))
            return -1;
        size -= n > 0 ? n : 0;
        artifact_tick(store);
    }
    return 0;
}

int part_copy(const struct artifact_store *store, int from, int64_t from_at, int to, int64_t to_at,
              int64_t size)
{
    off_t in = from_at, out = to_at;

    while (size) {
        ssize_t n = copy_file_range(from, &in, to, &out, (size_t)piece_of(size), 0);

        if (n < 0 && (errno == EXDEV || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))
            return send_range(store, from, in, to, out, size);
        if (n == 0)
            errno = EIO;
        if (n == 0 || (n < 0 && errno != EINTR))
            return -1;
        size -= n > 0 ? n : 0;
        artifact_tick(store);
    }
    return 0;
}

int part_open_data(const struct part_table *t)
{
    return openat(t->dir, "data", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
}

/* --------------------------------------------------------------- keeping a part */

struct arrival {
    const struct artifact_store *store;
    struct part_table *table;
    int number;
    const char *body_file;
    int body;
    struct part_entry entry;
};

/* On a full disk, what a part got hold of is given back. */
static int copy_to_data(const struct arrival *a)
{
    int64_t size = a->entry.size, offset = a->entry.offset;
    int data = part_open_data(a->table), failed, error;

    if (data < 0)
        return -1;
    failed = part_copy(a->store, a->body, 0, data, offset, size) < 0;
    if (!failed) {
        local_write_out(a->store, data, offset, size);
        failed = fdatasync(data) < 0;
    }
    error = errno;
    if (failed)
        (void)fallocate(data, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);
    (void)close(data);
    errno = error;
    return failed ? -1 : 0;
}

/* Where in data the part belongs, or -1 if that is not known. -2 with errno. */
static int64_t place_of(struct arrival *a)
{
    struct part_table *t = a->table;
    bool last = a->number == t->count;

    if (a->number == 1 && last)
        return 0;
    if (!a->entry.size)
        return -1; /* is nowhere, and tells nothing of the others */
    if (part_table_agree_on_size(t, last ? 0 : a->entry.size) < 0)
        return -2;
    if (t->part_size <= 0 || (!last && a->entry.size != t->part_size))
        return -1;
    return (a->number - 1) * t->part_size;
}

static int keep_as_file(const struct arrival *a)
{
    const char *name = part_file_name(a->store->mem, a->number);
    int made;

    if (!*a->body_file) { /* nginx makes no file of an empty body */
        made = openat(a->table->dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        return made < 0 || close(made) < 0 || fsync(a->table->dir) < 0 ? -1 : 0;
    }
    local_write_out(a->store, a->body, 0, a->entry.size);
    if (fsync(a->body) < 0 || renameat(AT_FDCWD, a->body_file, a->table->dir, name) < 0)
        return -1;
    return fsync(a->table->dir);
}

static int keep(struct arrival *a)
{
    int64_t place = place_of(a);

    if (place == -2)
        return -1;
    a->entry.state = place >= 0 ? PART_DATA : PART_FILE;
    a->entry.offset = place >= 0 ? place : 0;
    if (place < 0)
        return keep_as_file(a);
    return a->entry.size ? copy_to_data(a) : 0;
}

/* A part that comes again takes the place of the first. */
static int forget(const struct arrival *a)
{
    struct part_entry before, none = { .state = PART_NONE };

    if (part_table_read(a->table, a->number, &before) < 0)
        return -1;
    if (before.state == PART_NONE)
        return 0;
    if (part_table_write(a->table, a->number, &none) < 0)
        return -1;
    if (before.state == PART_FILE)
        (void)unlinkat(a->table->dir, part_file_name(a->store->mem, a->number), 0);
    return 0;
}

/* The ETag is no digest, for no worker reads the bytes: it names this arrival. Nobody
 * but the sender knows it, so that a part which somebody else put in its place is found
 * out when the upload is completed. */
static int record(struct arrival *a, const char **etag)
{
    *etag = arena_printf(a->store->mem, "\"%s\"", id_secret(a->store->mem));
    (void)snprintf(a->entry.etag, sizeof(a->entry.etag), "%s", *etag);
    return part_table_write(a->table, a->number, &a->entry);
}

static int receive(struct arrival *a, const char **etag)
{
    if (forget(a) < 0 || keep(a) < 0 || record(a, etag) < 0)
        return local_fail(a->store, "receive part", a->body_file);
    return 0;
}

static int receive_body(struct arrival *a, const char **etag)
{
    struct stat stat = { 0 };
    int failed;

    a->body = *a->body_file ? local_open_staged(a->store, a->body_file) : -1;
    if (*a->body_file && (a->body < 0 || fstat(a->body, &stat) < 0)) {
        failed = local_fail(a->store, "open part", a->body_file);
    } else if (stat.st_size > largest_part) {
        failed = fail(a->store, INVALID_PARAMETER_VALUE, "A part has at most %lld bytes.",
                      (long long)largest_part);
    } else {
        a->entry.size = stat.st_size;
        failed = receive(a, etag);
    }
    if (a->body >= 0)
        (void)close(a->body);
    return failed;
}

/* Waits for the part: a client that was too impatient sends it twice at once. */
static int lock_and_receive(struct arrival *a, const char **etag)
{
    int found = part_table_lock(a->table, a->number);

    if (found < 0)
        return local_fail(a->store, "lock part", a->body_file);
    if (!found || a->table->placed)
        return part_no_upload(a->store);
    return receive_body(a, etag);
}

int local_upload_part(const struct artifact_store *store, const char *id, int64_t number,
                      const char *body_file, const char **etag)
{
    struct part_table table;
    struct arrival arrival = { .store = store, .table = &table, .body_file = body_file };
    int found = part_table_open(store->mem, store->config->stage_dir, id, &table), failed;

    if (found < 0)
        return local_fail(store, "open upload", "");
    if (!found)
        return part_no_upload(store);
    arrival.number = (int)number;
    if (number < 1 || number > table.count)
        failed = fail(store, INVALID_PARAMETER_VALUE,
                      "The parts of this upload are numbered from 1 to %d.", table.count);
    else
        failed = lock_and_receive(&arrival, etag);
    part_table_close(&table);
    return failed;
}
