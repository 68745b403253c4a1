#include "export.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../store/export.h"
#include "../words.h"
#include "files.h"

static int read_format(struct transfer *t, const char *value)
{
    t->sqlite = !strcmp(value, "sqlite");
    return t->sqlite || !strcmp(value, "files")
               ? 0
               : transfer_usage(t, "--format is files or sqlite, not", value);
}

/* Takes the value of a word that has one. */
static int read_value(struct transfer *t, const char *word, const char *value)
{
    if (!value)
        return transfer_usage(t, "a value is missing after", word);
    if (!strcmp(word, "--experiment-ids"))
        t->experiment_ids = words_list(t->keep, value);
    else if (!strcmp(word, "--artifacts"))
        return transfer_read_artifacts(t, value);
    else
        return read_format(t, value);
    return 0;
}

static int read_words(struct transfer *t, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (!strcmp(word, "--experiment-ids") || !strcmp(word, "--artifacts") ||
            !strcmp(word, "--format")) {
            if (read_value(t, word, value))
                return 2;
            i++;
        } else if (*word == '-' || t->path) {
            return transfer_usage(t, "unexpected word", word);
        } else {
            t->path = word;
        }
    }
    return t->path ? 0 : transfer_usage(t, "DIR is missing:", "where the store is to be");
}

/* The directory is made, for URIs hold its absolute path. */
static int make_path(struct transfer *t)
{
    const struct fields_ctx ctx = { t->err, t->mem };
    char real[PATH_MAX];

    if (files_make_directory(&ctx, t->path) < 0 ||
        (!t->sqlite &&
         files_make_directory(&ctx, arena_printf(t->mem, "%s/.trash", t->path)) < 0)) {
        fprintf(stderr, "%s: %s\n", t->name, t->err->message);
        return -1;
    }
    if (!realpath(t->path, real)) {
        fprintf(stderr, "%s: %s: %s\n", t->name, t->path, strerror(errno));
        return -1;
    }
    t->path = arena_strdup(t->keep, real);
    return 0;
}

static void say_left_behind(struct transfer *t)
{
    struct left_behind left = { 0 };

    if (export_left_behind(&t->db, &left) == 0 && (left.traces || left.registered_models))
        fprintf(t->out,
                "Not exported: %" PRId64 " traces and %" PRId64 " registered models of this "
                "server.\n",
                left.traces, left.registered_models);
}

static void say_counts(struct transfer *t)
{
    const struct transfer_counts *c = &t->counts;

    fprintf(t->out,
            "Exported %" PRId64 " experiments, %" PRId64 " runs, %" PRId64 " logged models; ",
            c->experiments, c->runs, c->models);
    if (t->sqlite)
        fprintf(t->out, "%" PRId64 " rows", c->rows);
    else
        fprintf(t->out, "%" PRId64 " params, %" PRId64 " tags, %" PRId64 " metric values",
                c->params, c->tags, c->points);
    fprintf(t->out, "; %" PRId64 " files, %s of artifacts to %s.\n", c->files,
            words_size(t->mem, c->bytes), t->path);
    if (t->problems)
        fprintf(t->out, "%zu could not be exported, see above; the rest is there.\n", t->problems);
    if (t->sqlite)
        fprintf(t->out,
                "mlflow server --backend-store-uri sqlite:///%s/mlflow.db"
                " --artifacts-destination %s/mlartifacts\n",
                t->path, t->path);
    else
        fprintf(t->out, "MLflow 3.17 reads it with MLFLOW_ALLOW_FILE_STORE=true.\n");
}

static int export_store(struct transfer *t)
{
    int failed;

    if (make_path(t) < 0)
        return 1;
    failed = t->sqlite ? export_sqlite(t) : export_files(t);
    progress_end(&t->progress);
    if (failed && t->sqlite) /* there is no such database */
        return 1;
    if (!failed && !t->sqlite)
        say_left_behind(t);
    say_counts(t);
    return failed || t->problems ? 1 : 0;
}

int export_run_command(const struct config *config, int argc, char **argv, FILE *out)
{
    struct transfer t = { .name = "cairn export", .mem = arena_create(0), .keep = arena_create(0) };
    int result = read_words(&t, argc, argv);

    if (t.sqlite)
        (void)umask(027); /* as artifacts of the server are; secrets may be among the rows */
    if (!result)
        result = transfer_open(&t, config, "cairn export", out) < 0 ? 1 : export_store(&t);
    transfer_close(&t);
    return result;
}
