#include "usage.h"

#include "rows.h"

static const struct field usage_columns[] = { COLUMN(usage, bytes), COLUMN(usage, files),
                                              FIELDS_END };

static const char select_usage[] =
    "SELECT bytes, files FROM cairn_usage WHERE directory = ? FOR UPDATE";

int usage_lock(struct db *db, const char *directory, struct usage *usage)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_usage, text(directory)) < 0)
        return -1;
    found = db_next(rows, usage_columns, usage);
    db_finish(rows);
    return found;
}

/* What is there already holds a lock on the row, shared with others that tried: only
 * after the commit may one of them ask for it alone. */
static const char insert_usage[] =
    "INSERT IGNORE INTO cairn_usage (directory, bytes, files, counted) VALUES (?, ?, ?, ?)";

int usage_begin(struct db *db, const char *directory, const struct usage *usage, int64_t now)
{
    if (db_exec(db, insert_usage, text(directory), integer(usage->bytes), integer(usage->files),
                integer(now)) < 0)
        return -1;
    return db_commit(db);
}

static const char update_usage[] =
    "UPDATE cairn_usage SET bytes = GREATEST(0, bytes + ?), files = GREATEST(0, files + ?)"
    " WHERE directory = ?";

int usage_add(struct db *db, const char *directory, const struct usage *more)
{
    int64_t changed =
        db_exec(db, update_usage, integer(more->bytes), integer(more->files), text(directory));

    return changed < 0 ? -1 : 0;
}

static const char replace_usage[] =
    "UPDATE cairn_usage SET bytes = ?, files = ?, counted = ? WHERE directory = ?";
static const char delete_usage[] = "DELETE FROM cairn_usage WHERE directory = ?";

int usage_set(struct db *db, const char *directory, const struct usage *usage, int64_t now)
{
    int64_t changed = usage->files ? db_exec(db, replace_usage, integer(usage->bytes),
                                             integer(usage->files), integer(now), text(directory))
                                   : db_exec(db, delete_usage, text(directory));

    return changed < 0 ? -1 : 0;
}

struct directory {
    const char *directory;
};
static const struct field directory_columns[] = { COLUMN(directory, directory), FIELDS_END };

static const char select_directories[] = "SELECT directory FROM cairn_usage ORDER BY directory";

int usage_directories(struct db *db, struct text_list *directories)
{
    struct directory *found = NULL;
    struct rows *rows;

    if (db_select(db, &rows, select_directories) < 0 ||
        rows_collect(db, rows, directory_columns, sizeof(*found), (void **)&found,
                     &directories->count) < 0)
        return -1;
    directories->items = arena_array(db->mem, const char *, directories->count + 1);
    for (size_t i = 0; i < directories->count; i++)
        directories->items[i] = found[i].directory;
    return 0;
}

static const char delete_usages[] = "DELETE FROM cairn_usage";

int usage_forget(struct db *db)
{
    return db_exec(db, delete_usages) < 0 ? -1 : 0;
}
