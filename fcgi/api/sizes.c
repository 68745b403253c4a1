#include "sizes.h"

#include "../purge.h"
#include "grid.h"

enum {
    LONGEST = 5000 /* ms */
};

struct look {
    struct sizes *sizes;
    struct size *size;
};

static int look_at(void *context, const char *path, const struct artifact *artifact)
{
    struct look *look = context;

    (void)path;
    if (look->sizes->left <= 0) {
        look->size->partial = true;
        return -1; /* ends the walk, and is no failure */
    }
    look->sizes->left--;
    look->size->files++;
    look->size->bytes += artifact->size;
    return 0;
}

int size_of_path(struct sizes *sizes, const struct artifact_store *store, const char *path,
                 struct size *size)
{
    struct look look = { sizes, size };

    *size = (struct size){ 0 };
    if (artifact_walk(store, path, look_at, &look) < 0 && !size->partial)
        return -1;
    if (now_ms() >= sizes->until)
        sizes->left = 0;
    request_progress(sizes->rq);
    return 0;
}

int size_of_uri(struct sizes *sizes, const char *uri, struct size *size)
{
    const struct purge p = { .db = sizes->rq->db, .config = sizes->rq->config };
    struct artifact_store store;
    const char *path = NULL;
    int found = purge_locate(&p, uri, &store, &path);

    *size = (struct size){ .elsewhere = !found };
    if (found <= 0)
        return found;
    return size_of_path(sizes, &store, path, size);
}

void size_add(struct size *size, const struct size *other)
{
    size->files += other->files;
    size->bytes += other->bytes;
    size->partial |= other->partial;
    size->elsewhere |= other->elsewhere;
}

void size_write(struct request *rq, const char *prefix, const struct size *size)
{
    out_int(&rq->out, arena_printf(rq->mem, "%sbytes", prefix), size->bytes);
    out_int(&rq->out, arena_printf(rq->mem, "%sfiles", prefix), size->files);
    if (size->partial)
        out_bool(&rq->out, arena_printf(rq->mem, "%spartial", prefix), true);
    if (size->elsewhere)
        out_bool(&rq->out, arena_printf(rq->mem, "%selsewhere", prefix), true);
}

int sizes_begin(struct request *rq, struct opt_int most_files, struct sizes *sizes)
{
    *sizes = (struct sizes){ .rq = rq, .left = most_files.value, .until = now_ms() + LONGEST };
    return check_range(rq, "most_files", most_files.value, SIZES_MOST_FILES);
}
