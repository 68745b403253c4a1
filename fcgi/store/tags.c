#include "tags.h"

#include <string.h>

const char run_name_tag[] = "mlflow.runName";

static void add_tags(struct sql *sql, const char *run_id, const struct key_value *const *tags,
                     size_t count)
{
    sql_add(sql, "INSERT INTO tags (run_uuid, `key`, value) VALUES ");
    for (size_t i = 0; i < count; i++)
        sql_add(sql, i ? ", (?, ?, ?)" : "(?, ?, ?)", text(run_id), text(tags[i]->key),
                text(tags[i]->value));
}

static const char update_run_name[] = "UPDATE runs SET name = ? WHERE run_uuid = ?";

int tags_put(struct db *db, const struct run *run, const struct key_value *tags, size_t count)
{
    const struct key_value **kept = arena_array(db->mem, const struct key_value *, count + 1);
    struct sql sql = sql_new(db->mem);
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        bool is_name = !strcmp(tags[i].key, run_name_tag);

        if (is_name && !*tags[i].value) /* a run's name is never taken away */
            continue;
        if (is_name && db_exec(db, update_run_name, text(tags[i].value), text(run->run_uuid)) < 0)
            return -1;
        kept[left++] = &tags[i];
    }
    if (!left)
        return 0;
    add_tags(&sql, run->run_uuid, kept, left);
    sql_add(&sql, " ON DUPLICATE KEY UPDATE `key` = VALUES(`key`), value = VALUES(value)");
    return sql_exec(db, "upsert_tags", &sql) < 0 ? -1 : 0;
}

void tags_add_insert(struct sql *sql, const char *run_id, const struct key_value *tags,
                     size_t count)
{
    const struct key_value **all = arena_array(sql->mem, const struct key_value *, count + 1);

    for (size_t i = 0; i < count; i++)
        all[i] = &tags[i];
    add_tags(sql, run_id, all, count);
}

static const char delete_tag[] = "DELETE FROM tags WHERE run_uuid = ? AND `key` = ?";

int tag_remove(struct db *db, const char *run_id, const char *key)
{
    int64_t gone = db_exec(db, delete_tag, text(run_id), text(key));

    if (gone == 0)
        return fail(db, RESOURCE_DOES_NOT_EXIST, "No tag with name: %s in run with id %s", key,
                    run_id);
    return gone < 0 ? -1 : 0;
}

struct stored_tag {
    const char *value;
};
static const struct field stored_columns[] = { COLUMN(stored_tag, value), FIELDS_END };

static const char select_tag[] = "SELECT value FROM tags WHERE run_uuid = ? AND `key` = ?";

int tag_value(struct db *db, const char *run_id, const char *key, const char **value)
{
    struct stored_tag stored = { 0 };
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_tag, text(run_id), text(key)) < 0)
        return -1;
    found = db_next(rows, stored_columns, &stored);
    db_finish(rows);
    *value = stored.value;
    return found < 0 ? -1 : 0;
}
