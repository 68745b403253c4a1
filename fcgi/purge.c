#include "purge.h"

#include "artifacts/digest.h"
#include "store/checksums.h"

int purge_locate(const struct purge *p, const char *uri, struct artifact_store *store,
                 const char **path)
{
    int found;

    *store = artifact_store_of(p->db->err, p->db->mem, p->config);
    found = uri ? artifact_locate(store, uri, store, path) : 0;
    if (found <= 0 || !**path) /* the root of a store is nobody's */
        return found < 0 ? -1 : 0;
    return artifact_path_check(store, path) < 0 ? -1 : 1;
}

static int remove_artifacts(const struct purge *p, const char *uri, struct artifact_total *total)
{
    struct artifact_store store;
    const char *path = NULL;
    int found = purge_locate(p, uri, &store, &path);

    if (found <= 0)
        return found;
    if (artifact_count(&store, path, total) < 0)
        return -1;
    if (p->has_checksums && checksum_forget(p->db, artifact_location(&store, path)) < 0)
        return -1;
    return artifact_remove(&store, path);
}

int purge_item(const struct purge *p, enum garbage_kind kind, const struct garbage_item *item,
               struct artifact_total *total, int64_t *rows)
{
    int locked = garbage_lock(p->db, kind, item->id), guests = 0;

    *total = (struct artifact_total){ 0 };
    if (locked <= 0) {
        db_rollback(p->db);
        return locked < 0 ? -1 : PURGED_NOT;
    }
    if (kind == GARBAGE_EXPERIMENT)
        guests = garbage_has_guests(p->db, item);
    if (guests < 0 || (!guests && remove_artifacts(p, item->artifact_uri, total) < 0)) {
        db_rollback(p->db);
        return -1;
    }
    return garbage_delete(p->db, kind, item->id, rows);
}
