#include "stage.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../log.h"
#include "local.h"
#include "part_table.h"

struct round {
    const char *stage_dir;
    struct arena *mem;
    time_t before; /* what was touched since then stays */
    int uploads, files, failed;
};

/* A body of nginx's, or a file that a worker stages: nothing else is ours. */
static bool is_staged(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return (digits && !name[digits]) || !strncmp(name, "worker-", strlen("worker-"));
}

static bool is_old(const struct round *r, const struct stat *stat)
{
    return stat->st_mtim.tv_sec < r->before;
}

static void count(struct round *r, int *removed, int failed)
{
    if (failed && errno != ENOENT)
        r->failed++;
    else
        ++*removed;
}

static void clean_file(struct round *r, int stage, const char *name)
{
    struct stat stat;

    if (is_staged(name) && fstatat(stage, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(stat.st_mode) && is_old(r, &stat))
        count(r, &r->files, unlinkat(stage, name, 0));
}

/* Each part that comes touches the table. Who holds a lock is at work. */
static void clean_upload(struct round *r, int parts, const char *id)
{
    struct part_table table;
    struct stat stat;
    int found = part_table_open(r->mem, r->stage_dir, id, &table);

    if (found <= 0) { /* it has no table, or only a part of one */
        if (fstatat(parts, id, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(stat.st_mode) &&
            is_old(r, &stat))
            count(r, &r->uploads, local_remove_tree(parts, id));
        return;
    }
    if (fstat(table.file, &stat) == 0 && is_old(r, &stat) && part_table_try_lock(&table) > 0)
        count(r, &r->uploads, part_table_remove(&table, r->stage_dir, id));
    part_table_close(&table);
}

static void clean_each(struct round *r, int directory,
                       void (*clean)(struct round *, int, const char *))
{
    DIR *dir = fdopendir(directory);
    const struct dirent *entry;

    if (!dir) {
        (void)close(directory);
        return;
    }
    while ((entry = readdir(dir))) {
        struct arena_mark mark = arena_mark(r->mem);

        if (entry->d_name[0] != '.')
            clean(r, dirfd(dir), entry->d_name);
        arena_release(r->mem, mark);
    }
    (void)closedir(dir);
}

void stage_clean(const struct config *config)
{
    struct round r = {
        .stage_dir = config->stage_dir,
        .mem = arena_create(0),
        .before = time(NULL) - (time_t)config->upload_lifetime,
    };
    int stage = open(config->stage_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), parts;

    if (stage >= 0) {
        parts = local_open_directory(stage, "parts");
        if (parts >= 0)
            clean_each(&r, parts, clean_upload);
        clean_each(&r, stage, clean_file);
    }
    if (r.uploads || r.files || r.failed)
        log_line(r.failed ? LOG_WARN : LOG_INFO,
                 "event=stage_cleaned uploads=%d files=%d failed=%d", r.uploads, r.files, r.failed);
    arena_destroy(r.mem);
}
