#include "bulk.h"

#include <string.h>

#include "rows.h"
#include "tags.h"

const struct field bulk_value_fields[] = {
    REQUIRED(bulk_value, run_id, "The run."),
    OPTIONAL(bulk_value, value, "Its tag, or status; a tag without one is taken away."),
    OPTIONAL(bulk_value, end_time, "With a status: when it ended, in ms; it has not when absent."),
    FIELDS_END,
};

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

/* ------------------------------------------------------------- each run its own value */

static struct value own_value(const struct bulk_value *v)
{
    return v->value ? text(v->value) : null();
}
static struct value own_end(const struct bulk_value *v)
{
    return optional(v->end_time);
}

/* The last one is repeated up to a power of two, as sql_add_set does. */
static void add_case(struct sql *sql, const struct bulk_value *each, size_t count,
                     struct value (*get)(const struct bulk_value *))
{
    size_t padded = 1;

    while (padded < count)
        padded *= 2;
    sql_add(sql, "CASE run_uuid");
    for (size_t i = 0; i < padded; i++) {
        const struct bulk_value *v = &each[i < count ? i : count - 1];

        sql_add(sql, " WHEN ? THEN ?", text(v->run_id), get(v));
    }
    sql_add(sql, " END");
}

static struct value *ids_of(struct db *db, const struct bulk_value *each, size_t count)
{
    struct value *ids = arena_array(db->mem, struct value, count);

    for (size_t i = 0; i < count; i++)
        ids[i] = text(each[i].run_id);
    return ids;
}

static int set_own_names(struct db *db, const struct bulk_value *each, size_t count)
{
    struct sql sql = sql_new(db->mem);

    sql_add(&sql, "UPDATE runs SET name = ");
    add_case(&sql, each, count, own_value);
    sql_add(&sql, " WHERE run_uuid IN ");
    return update(db, "bulk_own_names", &sql, ids_of(db, each, count), count, "");
}

static int set_own_tags(struct db *db, const struct bulk *b, const struct bulk_value *each,
                        size_t count)
{
    struct bulk_value *kept = arena_array(db->mem, struct bulk_value, count);
    struct value *gone = arena_array(db->mem, struct value, count);
    size_t keeps = 0, goes = 0;
    struct sql sql = sql_new(db->mem);

    for (size_t i = 0; i < count; i++)
        if (each[i].value)
            kept[keeps++] = each[i];
        else
            gone[goes++] = text(each[i].run_id);
    if (!strcmp(b->tag.key, run_name_tag) && set_own_names(db, each, count) < 0)
        return -1;
    if (goes && delete_tag(db, b, gone, goes) < 0)
        return -1;
    if (!keeps)
        return 0;
    sql_add(&sql, "INSERT INTO tags (run_uuid, `key`, value) SELECT run_uuid, ?, ",
            text(b->tag.key));
    add_case(&sql, kept, keeps, own_value);
    sql_add(&sql, " FROM runs WHERE run_uuid IN ");
    sql_add_set(&sql, ids_of(db, kept, keeps), keeps);
    sql_add(&sql, " ON DUPLICATE KEY UPDATE `key` = VALUES(`key`), value = VALUES(value)");
    return sql_exec(db, "bulk_own_tags", &sql) < 0 ? -1 : 0;
}

static int set_own_status(struct db *db, const struct bulk_value *each, size_t count)
{
    struct sql sql = sql_new(db->mem);

    sql_add(&sql, "UPDATE runs SET status = ");
    add_case(&sql, each, count, own_value);
    sql_add(&sql, ", end_time = ");
    add_case(&sql, each, count, own_end);
    sql_add(&sql, " WHERE run_uuid IN ");
    return update(db, "bulk_own_status", &sql, ids_of(db, each, count), count, "");
}

static int apply_each(struct db *db, const struct bulk *bulk, size_t count)
{
    enum {
        AT_ONCE = 256 /* each is compared with the others */
    };

    for (size_t i = 0; i < count; i += AT_ONCE) {
        struct arena_mark mark = arena_mark(db->mem);
        const struct bulk_value *each = &bulk->each[i];
        size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;

        if ((bulk->operation == BULK_SET_TAG ? set_own_tags(db, bulk, each, n)
                                             : set_own_status(db, each, n)) < 0)
            return -1;
        arena_release(db->mem, mark);
    }
    return 0;
}

/* --------------------------------------------------------------------- what was before */

static void add_before(struct sql *sql, const struct bulk *b)
{
    switch (b->operation) {
    case BULK_DELETE:
    case BULK_RESTORE:
        sql_add(sql,
                "SELECT run_uuid AS run_id, lifecycle_stage AS value, NULL AS end_time FROM runs"
                " WHERE lifecycle_stage = ? AND run_uuid IN ",
                text(b->operation == BULK_DELETE ? "active" : "deleted"));
        break;
    case BULK_SET_TAG:
    case BULK_DELETE_TAG:
        sql_add(sql,
                "SELECT r.run_uuid AS run_id, COALESCE(t.value, IF(?, r.name, NULL)) AS value,"
                " NULL AS end_time FROM runs r LEFT JOIN tags t ON t.run_uuid = r.run_uuid"
                " AND t.`key` = ? WHERE r.run_uuid IN ",
                integer(!strcmp(b->tag.key, run_name_tag)), text(b->tag.key));
        break;
    case BULK_MOVE:
        sql_add(sql, "SELECT run_uuid AS run_id, CAST(experiment_id AS CHAR) AS value,"
                     " NULL AS end_time FROM runs WHERE run_uuid IN ");
        break;
    case BULK_SET_STATUS:
        sql_add(sql, "SELECT run_uuid AS run_id, status AS value, end_time FROM runs"
                     " WHERE run_uuid IN ");
        break;
    }
}

int bulk_before(struct db *db, const struct bulk *bulk, const char *const *ids, size_t id_count,
                struct bulk_value **before, size_t *count)
{
    enum {
        AT_ONCE = 1000,
        MOST = 100000,
        MOST_BYTES = 16 << 20
    };
    size_t bytes = 0;

    *count = 0;
    if (id_count > MOST)
        return 0;
    *before = arena_array(db->mem, struct bulk_value, id_count + 1);
    for (size_t i = 0; i < id_count; i += AT_ONCE) {
        size_t n = id_count - i < AT_ONCE ? id_count - i : AT_ONCE;
        struct value *values = arena_array(db->mem, struct value, n);
        struct bulk_value *found;
        struct sql sql = sql_new(db->mem);
        struct rows *rows;
        size_t more;

        for (size_t k = 0; k < n; k++)
            values[k] = text(ids[i + k]);
        add_before(&sql, bulk);
        sql_add_set(&sql, values, n);
        if (sql_select(db, &rows, "select_bulk_before", &sql) < 0 ||
            rows_collect(db, rows, bulk_value_fields, sizeof(*found), (void **)&found, &more) < 0)
            return -1;
        for (size_t k = 0; k < more && *count < id_count; k++) {
            (*before)[(*count)++] = found[k];
            bytes += found[k].value ? strlen(found[k].value) : 0;
        }
        if (bytes > MOST_BYTES) {
            *count = 0;
            return 0;
        }
    }
    return 0;
}

int bulk_apply(struct db *db, const struct bulk *bulk, const char *const *ids, size_t count)
{
    enum {
        AT_ONCE = 1000
    };
    struct value *values = arena_array(db->mem, struct value, AT_ONCE);

    if (bulk->each)
        return apply_each(db, bulk, count);
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
