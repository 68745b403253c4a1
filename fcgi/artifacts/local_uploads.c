/* Uploads in parts, from begin to end. As a rule every part is in its place when the
 * upload is completed, and the file to be is renamed. Parts whose place could not be known
 * when they came are put there first, each for good: if that takes longer than a
 * request may, the client's next attempt goes on where this one ended. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../id.h"
#include "local_parts.h"

/* What the table holds to compare: an upload ends where it was begun. */
static const char *destination_of(const struct artifact_store *store, const char *path)
{
    return arena_printf(store->mem, "%s\n%s", store->prefix, path);
}

static int check_destination(const struct artifact_store *store, const char *path)
{
    struct artifact artifact;
    int found = artifact_find(store, path, &artifact);

    if (found > 0 && artifact.is_dir)
        return fail(store, INVALID_PARAMETER_VALUE,
                    "Invalid path: '%s' is a directory, not a file.", path);
    return found < 0 ? -1 : 0;
}

int local_upload_begin(const struct artifact_store *store, const char *path, const char *base,
                       struct upload *upload)
{
    if (check_destination(store, path) < 0)
        return -1;
    upload->id = id_secret(store->mem);
    if (part_table_create(store->mem, store->config->stage_dir, upload->id, (int)upload->count,
                          destination_of(store, path)) < 0)
        return local_fail(store, "begin upload", path);
    upload->parts = arena_array(store->mem, struct upload_part, upload->count);
    for (size_t i = 0; i < upload->count; i++) {
        upload->parts[i].number = (int)i + 1;
        upload->parts[i].url =
            arena_printf(store->mem, "%s/api/cairn/1/parts/%s/%zu", base, upload->id, i + 1);
    }
    return 0;
}

/* --------------------------------------------------------------- the end of one */

struct ending {
    const struct artifact_store *store;
    const char *path;
    struct part_table table;
    struct part_entry *entries; /* of table.count parts */
    int64_t *offsets;           /* where they belong in the file */
    int64_t total;
    int data;
};

/* S3 wants the quotes, and does without them. */
static bool same_etag(const char *given, const char *etag)
{
    size_t length = strlen(etag);

    if (!strcmp(given, etag))
        return true;
    return strlen(given) == length - 2 && !strncmp(given, etag + 1, length - 2);
}

static int check_parts(struct ending *e, const struct upload *upload)
{
    const struct artifact_store *store = e->store;

    if (upload->count != (size_t)e->table.count)
        return fail(store, INVALID_PARAMETER_VALUE, "This upload has %d parts; %zu were named.",
                    e->table.count, upload->count);
    for (size_t i = 0; i < upload->count; i++) {
        const struct upload_part *part = &upload->parts[i];

        if (part->number != (int)i + 1)
            return fail(store, INVALID_PARAMETER_VALUE,
                        "The parts must be named in order: part %zu is missing.", i + 1);
        if (e->entries[i].state == PART_NONE)
            return fail(store, INVALID_PARAMETER_VALUE, "Part %zu was not uploaded.", i + 1);
        if (!same_etag(part->etag ? part->etag : "", e->entries[i].etag))
            return fail(store, INVALID_PARAMETER_VALUE,
                        "The ETag of part %zu is not that of the part that was uploaded.", i + 1);
    }
    return 0;
}

static int read_entries(struct ending *e)
{
    int count = e->table.count;

    e->entries = arena_array(e->store->mem, struct part_entry, count);
    e->offsets = arena_array(e->store->mem, int64_t, count);
    for (int i = 0; i < count; i++) {
        if (part_table_read(&e->table, i + 1, &e->entries[i]) < 0)
            return local_fail(e->store, "read upload", e->path);
        e->offsets[i] = e->total;
        e->total += e->entries[i].size;
    }
    return 0;
}

/* Whether the part is in data where it belongs; an empty one is anywhere. */
static bool is_in_place(const struct ending *e, int i)
{
    return e->entries[i].state == PART_DATA &&
           (e->entries[i].offset == e->offsets[i] || !e->entries[i].size);
}

static bool all_in_place(const struct ending *e)
{
    for (int i = 0; i < e->table.count; i++)
        if (!is_in_place(e, i))
            return false;
    return true;
}

static int open_part(const struct ending *e, const char *name, int flags)
{
    return openat(e->table.dir, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* From data to a file of its own. */
static int take_out(struct ending *e, int i)
{
    struct part_entry *entry = &e->entries[i];
    const char *name = part_file_name(e->store->mem, i + 1);
    int file = open_part(e, name, O_WRONLY | O_CREAT | O_TRUNC), failed, error;

    if (file < 0)
        return -1;
    failed = part_copy(e->store, e->data, entry->offset, file, 0, entry->size) < 0 ||
             fsync(file) < 0 || fsync(e->table.dir) < 0;
    error = errno;
    (void)close(file);
    errno = error;
    if (failed)
        return -1;
    entry->state = PART_FILE;
    return part_table_write(&e->table, i + 1, entry);
}

/* From a file of its own to data. */
static int put_in(struct ending *e, int i)
{
    struct part_entry *entry = &e->entries[i];
    const char *name = part_file_name(e->store->mem, i + 1);
    int file = open_part(e, name, O_RDONLY), failed, error;

    if (file < 0)
        return -1;
    failed = part_copy(e->store, file, 0, e->data, e->offsets[i], entry->size) < 0 ||
             fdatasync(e->data) < 0;
    error = errno;
    (void)close(file);
    errno = error;
    if (failed)
        return -1;
    entry->state = PART_DATA;
    entry->offset = e->offsets[i];
    if (part_table_write(&e->table, i + 1, entry) < 0)
        return -1;
    return unlinkat(e->table.dir, name, 0);
}

/* What is in the way is taken out of data before anything is put in. From here on a
 * part that comes again finds no agreed size: its old place may be another's now. */
static int put_in_place(struct ending *e)
{
    if (part_table_set_size(&e->table, -1) < 0)
        return -1;
    for (int i = 0; i < e->table.count; i++)
        if (e->entries[i].state == PART_DATA && !is_in_place(e, i) && take_out(e, i) < 0)
            return -1;
    for (int i = 0; i < e->table.count; i++)
        if (!is_in_place(e, i) && put_in(e, i) < 0)
            return -1;
    return 0;
}

/* The whole file, and nothing after it. */
static int settle(struct ending *e)
{
    if (!all_in_place(e) && put_in_place(e) < 0)
        return -1;
    if (ftruncate(e->data, e->total) < 0 || fchmod(e->data, 0640) < 0 || fsync(e->data) < 0)
        return -1;
    return part_table_set_placed(&e->table, true);
}

/* "placed" is said before the rename: if the worker dies after it, the client asks
 * again and is told that it is done. The table stays for that, until the janitor comes. */
static int place(struct ending *e, const char *id)
{
    const char *file =
        arena_printf(e->store->mem, "%s/parts/%s/data", e->store->config->stage_dir, id);
    int failed;

    if (settle(e) < 0)
        return local_fail(e->store, "complete upload", e->path);
    if (local_move_in(e->store, e->path, file) == 0)
        return 0;
    failed = local_fail(e->store, "place", e->path);
    (void)part_table_set_placed(&e->table, false);
    return failed;
}

static int complete(struct ending *e, const struct upload *upload)
{
    int failed;

    if (read_entries(e) < 0 || check_parts(e, upload) < 0)
        return -1;
    e->data = part_open_data(&e->table);
    if (e->data < 0 && errno == ENOENT && e->table.placed)
        return 0;
    if (e->data < 0)
        return local_fail(e->store, "open upload", e->path);
    failed = place(e, upload->id);
    (void)close(e->data);
    return failed;
}

/* The upload, locked whole: 1, or 0 if there is none. */
static int open_whole(struct ending *e, const char *id)
{
    int found = part_table_open(e->store->mem, e->store->config->stage_dir, id, &e->table);

    if (found > 0) {
        found = part_table_lock(&e->table, 0);
        if (found <= 0)
            part_table_close(&e->table);
    }
    if (found < 0)
        return local_fail(e->store, "open upload", e->path);
    if (found && strcmp(e->table.destination, destination_of(e->store, e->path)) != 0) {
        part_table_close(&e->table);
        return fail(e->store, INVALID_PARAMETER_VALUE, "This upload is one of another artifact.");
    }
    return found;
}

int local_upload_size(const struct artifact_store *store, const char *id, int64_t *bytes)
{
    struct ending ending = { .store = store, .path = "" };
    int found = part_table_open(store->mem, store->config->stage_dir, id, &ending.table), failed;

    if (found < 0)
        return local_fail(store, "open upload", "");
    if (!found)
        return part_no_upload(store);
    failed = read_entries(&ending);
    part_table_close(&ending.table);
    *bytes = ending.total;
    return failed;
}

int local_upload_complete(const struct artifact_store *store, const char *path,
                          const struct upload *upload)
{
    struct ending ending = { .store = store, .path = path };
    int found = open_whole(&ending, upload->id), failed;

    if (found <= 0)
        return found < 0 ? -1 : part_no_upload(store);
    failed = complete(&ending, upload);
    part_table_close(&ending.table);
    return failed;
}

int local_upload_abort(const struct artifact_store *store, const char *path, const char *id)
{
    struct ending ending = { .store = store, .path = path };
    int found = open_whole(&ending, id), failed = 0;

    if (found <= 0)
        return found;
    if (part_table_remove(&ending.table, store->config->stage_dir, id) < 0)
        failed = local_fail(store, "abort upload", path);
    part_table_close(&ending.table);
    return failed;
}
