#include "quota.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../store/usage.h"

static bool is_on(const struct request *rq)
{
    return rq->config->quota_bytes || rq->config->quota_files;
}

bool quota_holds(const struct request *rq, const struct artifact_store *store)
{
    const struct artifact_store destination = artifact_store_of(rq->err, rq->mem, rq->config);

    return is_on(rq) && store->ops == destination.ops &&
           !strcmp(store->bucket, destination.bucket) && !strcmp(store->host, destination.host) &&
           !strcmp(store->prefix, destination.prefix);
}

static const char *directory_of(struct request *rq, const char *path)
{
    return arena_strndup(rq->mem, path, strcspn(path, "/"));
}

/* What the directory holds; counted if nobody knows. Others wait from here on. */
static int lock(struct request *rq, const struct artifact_store *store, const char *directory,
                struct usage *usage)
{
    struct artifact_total total;
    int known;

    if (db_ready(rq->db) < 0 || db_reads(rq->db, false) < 0)
        return -1;
    known = usage_lock(rq->db, directory, usage);
    if (known)
        return known < 0 ? -1 : 0;
    if (artifact_count(store, directory, &total) < 0)
        return -1;
    *usage = (struct usage){ .bytes = total.bytes, .files = total.files };
    if (usage_begin(rq->db, directory, usage, now_ms()) < 0)
        return -1;
    known = usage_lock(rq->db, directory, usage);
    return known ? known < 0 ? -1 : 0
                 : fail(rq, TEMPORARILY_UNAVAILABLE, "The files of '%s' are being counted.",
                        directory);
}

static int check(struct request *rq, const char *directory, const struct usage *usage,
                 const struct usage *more)
{
    int64_t bytes = rq->config->quota_bytes, files = rq->config->quota_files;

    if (bytes && more->bytes > 0 && usage->bytes + more->bytes > bytes)
        return fail(rq, QUOTA_EXCEEDED,
                    "Experiment %s may store %lld bytes, has %lld, and the upload would add %lld. "
                    "Delete artifacts, or ask for a larger quota.",
                    directory, (long long)bytes, (long long)usage->bytes, (long long)more->bytes);
    if (files && more->files > 0 && usage->files + more->files > files)
        return fail(rq, QUOTA_EXCEEDED,
                    "Experiment %s may store %lld files and has %lld. Delete artifacts, or ask for "
                    "a larger quota.",
                    directory, (long long)files, (long long)usage->files);
    return 0;
}

int quota_take(struct request *rq, const struct artifact_store *store, const char *path,
               int64_t bytes)
{
    const char *directory = directory_of(rq, path);
    struct usage usage, more = { .bytes = bytes, .files = 1 };
    struct artifact old;
    int found;

    if (!quota_holds(rq, store))
        return 0;
    if (lock(rq, store, directory, &usage) < 0)
        return -1;
    found = artifact_find(store, path, &old);
    if (found < 0)
        return -1;
    if (found && !old.is_dir)
        more = (struct usage){ .bytes = bytes - old.size };
    return check(rq, directory, &usage, &more) < 0 ? -1 : usage_add(rq->db, directory, &more);
}

int quota_take_upload(struct request *rq, const struct artifact_store *store, const char *path)
{
    struct stat file = { .st_size = rq->upload_length };

    if (!is_on(rq))
        return 0;
    if (rq->body_file) { /* an empty one makes no file */
        file.st_size = 0;
        if (*rq->body_file && stat(rq->body_file, &file) < 0) {
            rq->err->detail = arena_printf(rq->mem, "stat upload: %s", strerror(errno));
            return fail(rq, INTERNAL_ERROR, "The upload is gone.");
        }
    }
    return quota_take(rq, store, path, file.st_size);
}

int quota_give(struct request *rq, const struct artifact_store *store, const char *path)
{
    const char *directory = directory_of(rq, path);
    struct artifact_total total;
    struct usage usage, less;

    if (!*path || !quota_holds(rq, store))
        return 0;
    if (lock(rq, store, directory, &usage) < 0 || artifact_count(store, path, &total) < 0)
        return -1;
    less = (struct usage){ .bytes = -total.bytes, .files = -total.files };
    return usage_add(rq->db, directory, &less);
}

int quota_keep(struct request *rq)
{
    return is_on(rq) ? db_commit(rq->db) : 0;
}
