#include "import.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../words.h"
#include "copy.h"
#include "files.h"

static const char scheme[] = "mlflow-artifacts:";

static const char *path_of_local(const char *uri)
{
    if (!strncmp(uri, "file://localhost/", 17))
        return uri + 16;
    if (!strncmp(uri, "file:///", 8))
        return uri + 7;
    if (!strncmp(uri, "file:/", 6) && uri[6] != '/')
        return uri + 5;
    return *uri == '/' ? uri : NULL;
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;

    return at ? (int)((at - digits) % 16) : -1;
}

/* A path has no % but in file: URIs, where it is an escape. */
static const char *unescape(struct arena *mem, const char *path)
{
    char *copy = arena_strdup(mem, path), *to = copy;

    for (; *path; path++) {
        if (*path == '%' && hex(path[1]) >= 0 && hex(path[2]) >= 0) {
            *to++ = (char)(hex(path[1]) * 16 + hex(path[2]));
            path += 2;
        } else {
            *to++ = *path;
        }
    }
    *to = '\0';
    return copy;
}

static bool is_below(const char *path, const struct text_list *roots)
{
    for (size_t i = 0; i < roots->count; i++) {
        size_t n = strlen(roots->items[i]);

        if (!strncmp(path, roots->items[i], n) && (!path[n] || path[n] == '/'))
            return true;
    }
    return false;
}

static const char *source_of_proxied(struct transfer *t, const char *uri)
{
    const char *path = uri + strlen(scheme);

    if (!t->artifact_root)
        return NULL;
    if (!strncmp(path, "//", 2)) /* a host */
        path += 2 + strcspn(path + 2, "/");
    path = arena_printf(t->mem, "%s/%s", t->artifact_root, path + strspn(path, "/"));
    return strstr(path, "/../") ? NULL : path;
}

const char *import_source_of(struct transfer *t, const char *uri, const char *own)
{
    char real[PATH_MAX];
    const char *path;

    if (t->artifacts == ARTIFACTS_NONE || !uri)
        return NULL;
    if (!strncmp(uri, scheme, strlen(scheme)))
        return source_of_proxied(t, uri);
    path = path_of_local(uri);
    if (!path)
        return NULL;
    if (path != uri)
        path = unescape(t->mem, path);
    if (realpath(path, real))
        return is_below(real, &t->roots) ? arena_strdup(t->mem, real) : NULL;
    /* Not there: nothing was logged yet, or the store has been moved. */
    if (own)
        return own;
    return is_below(path, &t->roots) && !strstr(path, "/../") ? path : NULL;
}

int import_artifacts(struct transfer *t, const char *source, const char *path, const char **uri)
{
    const struct fields_ctx ctx = { t->err, t->mem };
    const char *to = arena_printf(t->mem, "%s/%s", t->config->artifact_root, path);
    struct copied copied = { 0 };

    if (!source)
        return 0;
    *uri = arena_printf(t->mem, "%s/%s", scheme, path);
    if (!files_is_directory(source)) /* nothing was logged */
        return 0;
    if (copy_tree(&ctx, source, to, t->artifacts == ARTIFACTS_LINK, t->dry_run, &copied) < 0)
        return -1;
    t->counts.files += copied.files;
    t->counts.bytes += copied.bytes;
    return 0;
}

static void say_moved(struct transfer *t, const struct foreign_experiment *e, int64_t id,
                      bool is_new)
{
    progress_clear(&t->progress);
    if (id < 0)
        fprintf(t->out, "Experiment %s '%s' would get a new id.\n", e->id, e->name);
    else
        fprintf(t->out, "Experiment %s '%s' is %" PRId64 " here%s.\n", e->id, e->name, id,
                is_new ? "" : ", where that name is there already");
}

static void note_moved(struct transfer *t, const char *from, int64_t to)
{
    t->moved = arena_grow(t->keep, t->moved, t->moved_count * sizeof(*t->moved),
                          (t->moved_count + 1) * sizeof(*t->moved));
    t->moved[t->moved_count++] = (struct moved_experiment){ arena_strdup(t->keep, from), to };
}

struct placing {
    const struct foreign_experiment *experiment;
    const char *location;
    int64_t id;
    bool is_new;
};

static int place(struct transfer *t, void *what)
{
    struct placing *p = what;

    return transfer_experiment(&t->db, p->experiment, p->location, t->dry_run, &p->id, &p->is_new);
}

int import_experiment(struct transfer *t, const struct foreign_experiment *e, const char *location,
                      int64_t *id)
{
    struct placing p = { .experiment = e, .location = location };

    if (transfer_transaction(t, place, &p) < 0)
        return -1;
    *id = p.id;
    if (strcmp(arena_printf(t->mem, "%" PRId64, p.id), e->id) != 0)
        say_moved(t, e, p.id, p.is_new);
    note_moved(t, e->id, p.id);
    t->counts.experiments++;
    return 0;
}

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
