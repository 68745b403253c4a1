#include "orphans.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "artifacts/digest.h"
#include "store/checksums.h"
#include "store/owners.h"
#include "words.h"

struct names {
    const char **items; /* sorted */
    size_t count;
};

struct orphan {
    const char *path;
    int64_t size;
};

struct orphans {
    struct db *db;
    const struct artifact_store *store;
    const struct orphans_wish *wish;
    FILE *out;
    struct names ids, owned, homes; /* owned and homes: paths in the store */
    int64_t checksums;              /* recorded digests; -1: the database has no such table */
    struct orphan *found;
    size_t count, room;
};

/* ------------------------------------------------------------------ who owns what */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct names *names)
{
    if (names->count)
        qsort(names->items, names->count, sizeof(*names->items), by_text);
}

static bool contains(const struct names *names, const char *name)
{
    return names->count &&
           bsearch(&name, names->items, names->count, sizeof(*names->items), by_text);
}

/* The path of uri in the store that is looked at; NULL if it is not there. */
static int path_of(const struct orphans *o, const char *uri, const char **path)
{
    struct artifact_store store;
    size_t length;
    int found = artifact_locate(o->store, uri, &store, path);

    if (found <= 0 || store.ops != o->store->ops || strcmp(store.bucket, o->store->bucket) != 0 ||
        strcmp(store.host, o->store->host) != 0 || strcmp(store.prefix, o->store->prefix) != 0) {
        *path = NULL;
        return found < 0 ? -1 : 0;
    }
    length = strlen(*path);
    while (length && (*path)[length - 1] == '/')
        length--;
    *path = arena_strndup(o->store->mem, *path, length);
    return 0;
}

/* What runs:/ID/… and models:/ID name. */
static const char *id_in(struct arena *mem, const char *uri)
{
    static const char *const schemes[] = { "runs:/", "models:/" };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
        if (!strncmp(uri, schemes[i], strlen(schemes[i]))) {
            uri += strlen(schemes[i]);
            uri += strspn(uri, "/");
            return arena_strndup(mem, uri, strcspn(uri, "/"));
        }
    return NULL;
}

static int read_names(struct orphans *o, const struct owner *owners, size_t count,
                      struct names *ids, struct names *paths)
{
    struct arena *mem = o->store->mem;

    *ids = (struct names){ .items = arena_array(mem, const char *, 2 * count + 1) };
    *paths = (struct names){ .items = arena_array(mem, const char *, count + 1) };
    for (size_t i = 0; i < count; i++) {
        const char *uri = owners[i].uri ? owners[i].uri : "", *path, *id = id_in(mem, uri);

        if (owners[i].id)
            ids->items[ids->count++] = owners[i].id;
        if (id)
            ids->items[ids->count++] = id;
        if (path_of(o, uri, &path) < 0)
            return -1;
        if (path)
            paths->items[paths->count++] = path;
    }
    sort(ids);
    sort(paths);
    return 0;
}

static int read_owners(struct orphans *o)
{
    struct owner *owners, *homes;
    size_t owner_count, home_count;
    struct names none;

    if (db_ready(o->db) < 0 || owners_find(o->db, &owners, &owner_count) < 0 ||
        owners_homes(o->db, &homes, &home_count) < 0)
        return -1;
    db_rollback(o->db);
    return read_names(o, owners, owner_count, &o->ids, &o->owned) < 0 ||
                   read_names(o, homes, home_count, &none, &o->homes) < 0
               ? -1
               : 0;
}

/* ------------------------------------------------------------- whether it is one */

static bool is_step(const char *step, size_t length, const char *name)
{
    return strlen(name) == length && !strncmp(step, name, length);
}

/* How long the directory is that rel, a path below an experiment's location, names as
 * that of a run, model or trace: ID/artifacts/…, models/ID/artifacts/…,
 * traces/ID/artifacts/…. 0 if none. */
static size_t unit_length(const char *rel)
{
    size_t first = strcspn(rel, "/"), length = first;
    bool is_run = first == 32 && strspn(rel, "0123456789abcdef") >= 32;
    const char *rest;

    if (is_step(rel, first, "models") || is_step(rel, first, "traces"))
        length += rel[first] ? 1 + strcspn(rel + first + 1, "/") : 0;
    else if (!is_run)
        return 0;
    rest = rel + length;
    return !strncmp(rest, "/artifacts/", 11) ? length : 0;
}

/* The directory that path lies in: "" is the last, and has none. */
static const char *parent(struct arena *mem, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_strndup(mem, path, (size_t)(slash - path)) : *path ? "" : NULL;
}

/* The longest of names that path is or lies in; NULL if there is none. */
static const char *covering(const struct orphans *o, const struct names *names, const char *path)
{
    for (; path; path = parent(o->store->mem, path))
        if (contains(names, path))
            return path;
    return NULL;
}

static bool has_known_step(const struct orphans *o, const char *path)
{
    while (*path) {
        size_t n = strcspn(path, "/");

        if (contains(&o->ids, arena_strndup(o->store->mem, path, n)))
            return true;
        path += n;
        path += *path == '/';
    }
    return false;
}

/* The directory that an orphan is reported with; NULL if path is no orphan. */
static const char *unit_of(const struct orphans *o, const char *path)
{
    const char *home, *rel;
    size_t length;

    if (covering(o, &o->owned, path) || has_known_step(o, path))
        return NULL;
    home = covering(o, &o->homes, path);
    if (!home)
        return arena_strndup(o->store->mem, path, strcspn(path, "/"));
    rel = path + strlen(home);
    rel += *rel == '/';
    length = unit_length(rel);
    return length ? arena_strndup(o->store->mem, path, (size_t)(rel - path) + length) : NULL;
}

/* --------------------------------------------------------------- find and remove */

static int look_at(void *context, const char *path, const struct artifact *artifact)
{
    struct orphans *o = context;
    struct arena_mark mark = arena_mark(o->store->mem);
    bool belongs = !unit_of(o, path);

    arena_release(o->store->mem, mark);
    /* What does not say how old it is may be new. */
    if (belongs || !artifact->modified || artifact->modified >= o->wish->before)
        return 0;
    if (o->count == o->room) {
        struct orphan *grown = realloc(o->found, (o->room + 1024) * sizeof(*grown));

        if (!grown)
            return fail(o->db, INTERNAL_ERROR, "no memory for the list of files");
        o->found = grown;
        o->room += 1024;
    }
    /* The walk gives its memory back; the list is freed at the end. */
    o->found[o->count].path = strdup(path);
    o->found[o->count].size = artifact->size;
    if (!o->found[o->count].path)
        return fail(o->db, INTERNAL_ERROR, "no memory for the list of files");
    o->count++;
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct orphan *)a)->path, ((const struct orphan *)b)->path);
}

/* With its digest, if one was recorded. */
static int remove_path(const struct orphans *o, const char *path)
{
    if (o->checksums < 0)
        return artifact_remove(o->store, path);
    return checksum_forget(o->db, artifact_location(o->store, path)) < 0 ||
                   artifact_remove(o->store, path) < 0
               ? -1
               : db_commit(o->db);
}

/* An empty directory of a run that is not there has no use. */
static int remove_unit(const struct orphans *o, const char *unit)
{
    struct artifact_total left;

    if (!strchr(unit, '/') || artifact_count(o->store, unit, &left) < 0)
        return strchr(unit, '/') ? -1 : 0;
    return left.files ? 0 : remove_path(o, unit);
}

/* The orphans of one directory from the i-th on; *i becomes the first of the next. */
static int take_unit(struct orphans *o, size_t *i, struct artifact_total *sum)
{
    struct artifact_total total = { 0 };
    struct arena_mark mark = arena_mark(o->store->mem);
    const char *unit = unit_of(o, o->found[*i].path);

    for (; *i < o->count; ++*i) {
        const char *next = unit_of(o, o->found[*i].path);

        if (!next || !unit || strcmp(next, unit) != 0)
            break;
        if (o->wish->delete &&remove_path(o, o->found[*i].path) < 0)
            return -1;
        total.files++;
        total.bytes += o->found[*i].size;
    }
    if (!unit) { /* it has got an owner meanwhile */
        ++*i;
        return 0;
    }
    if (o->wish->delete &&remove_unit(o, unit) < 0)
        return -1;
    fprintf(o->out, "%s: %" PRId64 " files, %s\n", unit, total.files,
            words_size(o->store->mem, total.bytes));
    sum->files += total.files;
    sum->bytes += total.bytes;
    arena_release(o->store->mem, mark);
    return 0;
}

static int collect(struct orphans *o)
{
    struct artifact_total sum = { 0 };

    if (read_owners(o) < 0 || checksum_count(o->db, &o->checksums) < 0 ||
        artifact_walk(o->store, "", look_at, o) < 0)
        return -1;
    /* What was found before a run was made is older than the run: look again. */
    if (read_owners(o) < 0)
        return -1;
    if (o->count)
        qsort(o->found, o->count, sizeof(*o->found), by_path);
    for (size_t i = 0; i < o->count;)
        if (take_unit(o, &i, &sum) < 0)
            return -1;
    fprintf(o->out, "%" PRId64 " files, %s belong to nothing in the database%s\n", sum.files,
            words_size(o->store->mem, sum.bytes),
            o->wish->delete ? " and were removed." : ": nothing was deleted, --delete does it.");
    return 0;
}

int orphans_collect(struct db *db, const struct artifact_store *store,
                    const struct orphans_wish *wish, FILE *out)
{
    struct orphans o = { .db = db, .store = store, .wish = wish, .out = out };
    int failed = collect(&o);

    for (size_t i = 0; i < o.count; i++)
        free((void *)o.found[i].path);
    free(o.found);
    return failed;
}
