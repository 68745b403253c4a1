#include "import.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../words.h"
#include "file_store.h"
#include "files.h"
#include "sqlite_source.h"

static int read_words(struct transfer *t, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool takes = !strcmp(word, "--artifacts") || !strcmp(word, "--artifact-root");

        if (!strcmp(word, "--dry-run")) {
            t->dry_run = true;
        } else if (takes) {
            if (!value)
                return transfer_usage(t, "a value is missing after", word);
            if (!strcmp(word, "--artifact-root"))
                t->artifact_root = value;
            else if (transfer_read_artifacts(t, value))
                return 2;
            i++;
        } else if (*word == '-' || t->path) {
            return transfer_usage(t, "unexpected word", word);
        } else {
            t->path = word;
        }
    }
    return t->path ? 0 : transfer_usage(t, "PATH is missing:", "an mlruns directory or mlflow.db");
}

static const char *real_path(struct transfer *t, const char *path)
{
    char real[PATH_MAX];

    if (realpath(path, real))
        return arena_strdup(t->keep, real);
    fprintf(stderr, "%s: %s: %s\n", t->name, path, strerror(errno));
    return NULL;
}

/* Makes the paths absolute, as those in the store are. */
static int find_paths(struct transfer *t)
{
    const char *slash;

    t->path = real_path(t, t->path);
    if (!t->path)
        return 2;
    t->roots.items = arena_array(t->keep, const char *, 2);
    slash = strrchr(t->path, '/');
    t->roots.items[t->roots.count++] =
        files_is_directory(t->path) ? t->path
                                    : arena_strndup(t->keep, t->path, (size_t)(slash - t->path));
    if (!t->artifact_root)
        return 0;
    t->artifact_root = real_path(t, t->artifact_root);
    if (!t->artifact_root)
        return 2;
    t->roots.items[t->roots.count++] = t->artifact_root;
    return 0;
}

static void say_counts(struct transfer *t, bool all)
{
    const struct transfer_counts *c = &t->counts;

    fprintf(t->out, "%s %" PRId64 " experiments, %" PRId64 " runs, %" PRId64 " logged models; ",
            t->dry_run ? "Would import" : "Imported", c->experiments, c->runs, c->models);
    if (c->rows)
        fprintf(t->out, "%" PRId64 " rows", c->rows);
    else
        fprintf(t->out,
                "%" PRId64 " params, %" PRId64 " tags, %" PRId64 " metric values, %" PRId64
                " datasets",
                c->params, c->tags, c->points, c->datasets);
    fprintf(t->out, "; %" PRId64 " files, %s of artifacts.\n", c->files,
            words_size(t->mem, c->bytes));
    if (t->problems)
        fprintf(t->out, "%zu could not be imported, see above; the rest is here.\n", t->problems);
    if (!all)
        fprintf(t->out, "It ended early: call it again to go on.\n");
}

static int import_all(struct transfer *t)
{
    bool directory = files_is_directory(t->path);
    int failed;

    (void)umask(027); /* as artifacts of the server are */
    failed = directory ? import_files(t) : import_sqlite(t);
    progress_end(&t->progress);
    say_counts(t, !failed);
    return failed || t->problems ? 1 : 0;
}

int import_run(const struct config *config, int argc, char **argv, FILE *out)
{
    struct transfer t = { .name = "cairn import", .mem = arena_create(0), .keep = arena_create(0) };
    int result = read_words(&t, argc, argv);

    if (!result)
        result = find_paths(&t);
    if (!result)
        result = transfer_open(&t, config, "cairn import", out) < 0 ? 1 : import_all(&t);
    transfer_close(&t);
    return result;
}
