#include "gc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "orphans.h"
#include "purge.h"
#include "store/checksums.h"
#include "store/usage.h"
#include "words.h"

enum {
    ORPHANS_AGE = 24 * 60 * 60 * 1000 /* ms: uploads of a day are nobody's orphans */
};

struct gc {
    const struct config *config;
    FILE *out;
    struct garbage_wish wish;
    bool delete, orphans, recount, has_age;
    struct arena *mem;
    struct error err;
    struct db db;
    int64_t bytes, files; /* of artifacts */
    int64_t checksums;    /* recorded digests; -1: the database has no such table */
};

static int say_failed(struct gc *gc)
{
    fprintf(stderr, "cairn gc: %s\n", gc->err.message ? gc->err.message : "failed");
    return -1;
}

static int usage(const char *what, const char *word)
{
    fprintf(stderr, "cairn gc: %s %s (see \"cairn help\")\n", what, word);
    return 2;
}

static bool read_switch(struct gc *gc, const char *word)
{
    if (!strcmp(word, "--delete"))
        gc->delete = true;
    else if (!strcmp(word, "--orphans"))
        gc->orphans = true;
    else if (!strcmp(word, "--recount"))
        gc->recount = true;
    else
        return false;
    return true;
}

static int read_words(struct gc *gc, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (read_switch(gc, word))
            continue;
        if (strcmp(word, "--older-than") != 0 && strcmp(word, "--run-ids") != 0 &&
            strcmp(word, "--experiment-ids") != 0 && strcmp(word, "--logged-model-ids") != 0)
            return usage("unexpected word", word);
        if (!value)
            return usage("a value is missing after", word);
        i++;
        if (!strcmp(word, "--older-than")) {
            gc->wish.older_than = words_age(value);
            gc->has_age = true;
            if (gc->wish.older_than < 0)
                return usage("an age is like 30d or 2d8h5m20s, not", value);
        } else if (!strcmp(word, "--run-ids")) {
            gc->wish.run_ids = words_list(gc->mem, value);
        } else if (!strcmp(word, "--experiment-ids")) {
            gc->wish.experiment_ids = words_list(gc->mem, value);
        } else {
            gc->wish.model_ids = words_list(gc->mem, value);
        }
    }
    return 0;
}

struct kind {
    enum garbage_kind kind;
    const char *name;
};

/* How much it would be; in either case says what is out of reach. */
static int count_artifacts(struct gc *gc, const struct purge *p, const char *what,
                           const struct garbage_item *item, struct artifact_total *total)
{
    struct artifact_store store;
    const char *path = NULL;
    int found = purge_locate(p, item->artifact_uri, &store, &path);

    if (found < 0)
        return -1;
    if (!found)
        fprintf(gc->out, "%s %s: its artifacts at '%s' are not in this server's store and stay.\n",
                what, item->id, item->artifact_uri ? item->artifact_uri : "");
    return found && !gc->delete ? artifact_count(&store, path, total) : 0;
}

static int take(struct gc *gc, const struct kind *kind, const struct garbage_item *item)
{
    const struct purge p = { &gc->db, gc->config, gc->checksums >= 0 };
    struct artifact_total total = { 0 };
    int done = PURGED;

    if (item->active_runs) {
        fprintf(gc->out,
                "Experiment with ID %s stays: %" PRId64 " of its runs are active. Delete them "
                "first.\n",
                item->id, item->active_runs);
        return 0;
    }
    if (count_artifacts(gc, &p, kind->name, item, &total) < 0)
        return -1;
    if (gc->delete)
        done = purge_item(&p, kind->kind, item, &total, NULL);
    if (done < 0)
        return -1;
    if (done == PURGED_NOT) {
        fprintf(gc->out, "%s with ID %s stays: somebody restored it, or what belongs to it.\n",
                kind->name, item->id);
        return 0;
    }
    gc->bytes += total.bytes;
    gc->files += total.files;
    fprintf(gc->out, "%s with ID %s %s.\n", kind->name, item->id,
            gc->delete ? "has been permanently deleted" : "would be permanently deleted");
    return 0;
}

static int take_all(struct gc *gc, enum garbage_kind kind, const char *name,
                    const struct garbage_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(gc->mem);

        if (take(gc, &(const struct kind){ kind, name }, &items[i]) < 0)
            return say_failed(gc);
        arena_release(gc->mem, mark);
    }
    return 0;
}

/* Quotas count anew what is stored: they do not see what this command, MLflow, or
 * somebody on the disk did. Uploads into a directory wait while it is counted. */
static int recount_directory(struct gc *gc, const struct artifact_store *store,
                             const char *directory)
{
    struct artifact_total total;
    struct usage usage;
    int known = usage_lock(&gc->db, directory, &usage);

    if (known <= 0)
        return known;
    if (artifact_count(store, directory, &total) < 0)
        return -1;
    usage = (struct usage){ .bytes = total.bytes, .files = total.files };
    if (usage_set(&gc->db, directory, &usage, gc->wish.now) < 0)
        return -1;
    return db_commit(&gc->db);
}

static int recount(struct gc *gc)
{
    const struct artifact_store store = artifact_store_of(&gc->err, gc->mem, gc->config);
    struct text_list directories;

    if (db_ready(&gc->db) < 0)
        return say_failed(gc);
    if (!gc->config->quota_bytes && !gc->config->quota_files)
        return usage_forget(&gc->db) < 0 || db_commit(&gc->db) < 0 ? say_failed(gc) : 0;
    if (usage_directories(&gc->db, &directories) < 0)
        return say_failed(gc);
    db_rollback(&gc->db);
    for (size_t i = 0; i < directories.count; i++)
        if (recount_directory(gc, &store, directories.items[i]) < 0)
            return say_failed(gc);
    fprintf(gc->out, "%zu directories were counted.\n", directories.count);
    return 0;
}

static int collect_orphans(struct gc *gc)
{
    const struct artifact_store store = artifact_store_of(&gc->err, gc->mem, gc->config);
    const struct orphans_wish wish = {
        .delete = gc->delete,
        .before = gc->wish.now - (gc->has_age ? gc->wish.older_than : ORPHANS_AGE),
    };

    return orphans_collect(&gc->db, &store, &wish, gc->out) < 0 ? say_failed(gc) : 0;
}

static int collect(struct gc *gc)
{
    struct garbage garbage;

    if (db_ready(&gc->db) < 0 || garbage_find(&gc->db, &gc->wish, &garbage) < 0 ||
        checksum_count(&gc->db, &gc->checksums) < 0)
        return say_failed(gc);
    db_rollback(&gc->db);
    if (take_all(gc, GARBAGE_RUN, "Run", garbage.runs, garbage.run_count) < 0 ||
        take_all(gc, GARBAGE_MODEL, "Logged model", garbage.models, garbage.model_count) < 0 ||
        take_all(gc, GARBAGE_EXPERIMENT, "Experiment", garbage.experiments,
                 garbage.experiment_count) < 0)
        return -1;
    fprintf(gc->out,
            "%zu runs, %zu logged models, %zu experiments; %" PRId64 " files, %s of artifacts%s\n",
            garbage.run_count, garbage.model_count, garbage.experiment_count, gc->files,
            words_size(gc->mem, gc->bytes),
            gc->delete ? "." : ": nothing was deleted, --delete does it.");
    return 0;
}

static int run(struct gc *gc)
{
    int failed = 0;

    gc->wish.now = now_ms();
    if (gc->orphans)
        failed = collect_orphans(gc);
    else if (gc->delete || !gc->recount)
        failed = collect(gc);
    return failed || (!gc->delete &&!gc->recount) ? failed : recount(gc);
}

int gc_run(const struct config *config, int argc, char **argv, FILE *out)
{
    struct gc gc = { .config = config, .out = out, .mem = arena_create(0) };
    int result;

    gc.err.mem = gc.mem;
    gc.db.err = &gc.err;
    gc.db.mem = gc.mem;
    result = read_words(&gc, argc, argv);
    if (!result)
        result = db_open(&gc.db, config) < 0 ? say_failed(&gc) : 0;
    if (!result)
        result = run(&gc);
    db_close(&gc.db);
    arena_destroy(gc.mem);
    return result < 0 ? 1 : result;
}
