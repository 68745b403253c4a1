#include "import_place.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../percent.h"
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

/* A path has no % but in file: URIs, where it is an escape. */
static const char *unescape(struct arena *mem, const char *path)
{
    size_t left = strlen(path);
    char *copy = arena_alloc(mem, left + 1), *to = copy;

    while (left) {
        int byte = percent_byte(path, left);
        size_t taken = byte < 0 ? 1 : 3;

        *to++ = byte < 0 ? *path : (char)byte;
        path += taken;
        left -= taken;
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
