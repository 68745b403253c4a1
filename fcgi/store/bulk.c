#include "bulk.h"

#include <string.h>

#include "rows.h"
#include "tags.h"

struct found {
    const char *run_uuid;
};
static const struct field found_columns[] = { COLUMN(found, run_uuid), FIELDS_END };

int bulk_find(struct db *db, const struct run_search *search, const char ***ids, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct found *found;
    struct rows *rows;

    sql_add(&sql, "SELECT r.run_uuid FROM runs r");
    if (run_search_where(db, search, &sql) < 0)
        return -1;
    sql_add(&sql, " ORDER BY r.run_uuid");
    if (sql_select(db, &rows, "select_bulk", &sql) < 0 ||
        rows_collect(db, rows, found_columns, sizeof(*found), (void **)&found, count) < 0)
        return -1;
    *ids = arena_array(db->mem, const char *, *count);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = found[i].run_uuid;
    return 0;
}

/* head, the ids, tail, with the values that head has. */
static int update(struct db *db, const char *name, const struct sql *head, const struct value *ids,
                  size_t count, const char *tail)
{
    struct sql sql = sql_new(db->mem);

    sql_append(&sql, head);
    sql_add_set(&sql, ids, count);
    sql_add(&sql, tail);
    return sql_exec(db, name, &sql) < 0 ? -1 : 0;
}

static int set_stage(struct db *db, const struct bulk *b, const struct value *ids, size_t count)
{
    bool deletes = b->operation == BULK_DELETE;
    struct sql head = sql_new(db->mem);

    sql_add(&head, "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_uuid IN ",
            text(deletes ? "deleted" : "active"), deletes ? integer(b->now) : null());
    return update(db, "bulk_stage", &head, ids, count,
                  deletes ? " AND lifecycle_stage = 'active'" : " AND lifecycle_stage = 'deleted'");
}

static int set_status(struct db *db, const struct bulk *b, const struct value *ids, size_t count)
{
    bool ends = strcmp(b->status, "RUNNING") != 0 && strcmp(b->status, "SCHEDULED") != 0;
    struct sql head = sql_new(db->mem);

    /* end_time first: MySQL sets from left to right, and both must see the old row. */
    sql_add(&head,
            "UPDATE runs SET end_time = IF(?, COALESCE(end_time, ?), end_time), status = ?"
            " WHERE run_uuid IN ",
            integer(ends), integer(b->now), text(b->status));
    return update(db, "bulk_status", &head, ids, count, "");
}

static int set_tag(struct db *db, const struct bulk *b, const struct value *ids, size_t count)
{
    struct sql names = sql_new(db->mem), sql = sql_new(db->mem);

    if (!strcmp(b->tag.key, run_name_tag)) { /* which is the run's name as well */
        sql_add(&names, "UPDATE runs SET name = ? WHERE run_uuid IN ", text(b->tag.value));
        if (update(db, "bulk_names", &names, ids, count, "") < 0)
            return -1;
    }
    sql_add(&sql,
            "INSERT INTO tags (run_uuid, `key`, value) SELECT run_uuid, ?, ? FROM runs"
            " WHERE run_uuid IN ",
            text(b->tag.key), text(b->tag.value));
    sql_add_set(&sql, ids, count);
    sql_add(&sql, " ON DUPLICATE KEY UPDATE `key` = VALUES(`key`), value = VALUES(value)");
    return sql_exec(db, "bulk_tags", &sql) < 0 ? -1 : 0;
}

static int delete_tag(struct db *db, const struct bulk *b, const struct value *ids, size_t count)
{
    struct sql head = sql_new(db->mem);

    sql_add(&head, "DELETE FROM tags WHERE `key` = ? AND run_uuid IN ", text(b->tag.key));
    return update(db, "bulk_delete_tags", &head, ids, count, "");
}

/* With the models that they logged, which stand on the pages of their experiment. Their
 * artifacts stay where they are: runs and models say themselves where that is. */
static int move(struct db *db, const struct bulk *b, const struct value *ids, size_t count)
{
    struct sql runs = sql_new(db->mem), models = sql_new(db->mem);

    sql_add(&runs, "UPDATE runs SET experiment_id = ? WHERE run_uuid IN ",
            integer(b->experiment_id));
    sql_add(&models, "UPDATE logged_models SET experiment_id = ? WHERE source_run_id IN ",
            integer(b->experiment_id));
    if (update(db, "bulk_move", &runs, ids, count, "") < 0)
        return -1;
    return update(db, "bulk_move_models", &models, ids, count, "");
}

static int apply_some(struct db *db, const struct bulk *b, const struct value *ids, size_t count)
{
    switch (b->operation) {
    case BULK_DELETE:
    case BULK_RESTORE:
        return set_stage(db, b, ids, count);
    case BULK_SET_TAG:
        return set_tag(db, b, ids, count);
    case BULK_DELETE_TAG:
        return delete_tag(db, b, ids, count);
    case BULK_MOVE:
        return move(db, b, ids, count);
    case BULK_SET_STATUS:
        return set_status(db, b, ids, count);
    }
    return -1;
}

int bulk_apply(struct db *db, const struct bulk *bulk, const char *const *ids, size_t count)
{
    enum {
        AT_ONCE = 1000
    };
    struct value *values = arena_array(db->mem, struct value, AT_ONCE);

    for (size_t i = 0; i < count; i += AT_ONCE) {
        struct arena_mark mark = arena_mark(db->mem);
        size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;

        for (size_t k = 0; k < n; k++)
            values[k] = text(ids[i + k]);
        if (apply_some(db, bulk, values, n) < 0)
            return -1;
        arena_release(db->mem, mark);
    }
    return 0;
}
