#include "checksums.h"

#include "rows.h"

static const struct field checksum_columns[] = {
    COLUMN(checksum, path_hash),
    COLUMN(checksum, location),
    COLUMN(checksum, sha256),
    COLUMN(checksum, size),
    FIELDS_END,
};

static const char hold_checksum[] =
    "INSERT INTO cairn_artifact_checksums (path_hash, location, size, sha256, recorded)"
    " VALUES (?, ?, 0, '', ?) ON DUPLICATE KEY UPDATE recorded = ?";

int checksum_hold(struct db *db, const char *hash, const char *location, int64_t now)
{
    int64_t done =
        db_exec(db, hold_checksum, text(hash), text(location), integer(now), integer(now));

    return done < 0 ? -1 : 0;
}

static const char set_checksum[] = "UPDATE cairn_artifact_checksums"
                                   "   SET size = ?, sha256 = ?, recorded = ?"
                                   " WHERE path_hash = ?";

int checksum_set(struct db *db, const char *hash, int64_t size, const char *sha256, int64_t now)
{
    int64_t done = db_exec(db, set_checksum, integer(size), text(sha256), integer(now), text(hash));

    return done < 0 ? -1 : 0;
}

/* '0' comes after '/': the range is what begins with the location and a slash. */
static const char forget_checksums[] =
    "DELETE FROM cairn_artifact_checksums"
    " WHERE location = ? OR (location > CONCAT(?, '/') AND location < CONCAT(?, '0'))";

int checksum_forget(struct db *db, const char *location)
{
    int64_t done = db_exec(db, forget_checksums, text(location), text(location), text(location));

    return done < 0 ? -1 : 0;
}

static const char select_checksum[] = "SELECT path_hash, location, sha256, size"
                                      "  FROM cairn_artifact_checksums WHERE path_hash = ?";
static const char select_checksum_held[] =
    "SELECT path_hash, location, sha256, size"
    "  FROM cairn_artifact_checksums WHERE path_hash = ? FOR UPDATE";

int checksum_find(struct db *db, const char *hash, bool hold, struct checksum *checksum)
{
    struct rows *rows;
    int found = hold ? db_select(db, &rows, select_checksum_held, text(hash))
                     : db_select(db, &rows, select_checksum, text(hash));

    if (found < 0)
        return -1;
    found = db_next(rows, checksum_columns, checksum);
    if (found > 0)
        db_finish(rows);
    return found;
}

static const char select_checksums[] = "SELECT path_hash, location, sha256, size"
                                       "  FROM cairn_artifact_checksums WHERE path_hash > ?"
                                       " ORDER BY path_hash LIMIT ?";

int checksum_page(struct db *db, const char *after, int64_t limit, struct checksum *checksums,
                  size_t *count)
{
    struct rows *rows;
    int more;

    *count = 0;
    if (db_select(db, &rows, select_checksums, text(after), integer(limit)) < 0)
        return -1;
    while ((more = db_next(rows, checksum_columns, &checksums[*count])) > 0)
        ++*count;
    return more;
}

static const char count_table[] =
    "SELECT COUNT(*) AS n FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name = 'cairn_artifact_checksums'";
static const char count_checksums[] = "SELECT COUNT(*) AS n FROM cairn_artifact_checksums";

int checksum_count(struct db *db, int64_t *count)
{
    struct rows *rows;

    if (db_select(db, &rows, count_table) < 0 || rows_count(rows, count) < 0)
        return -1;
    if (!*count) {
        *count = -1;
        return 0;
    }
    return db_select(db, &rows, count_checksums) < 0 ? -1 : rows_count(rows, count);
}
