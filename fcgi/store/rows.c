#include "rows.h"

#include <string.h>

int rows_collect(struct db *db, struct rows *rows, const struct field *fields, size_t size,
                 void **items, size_t *count)
{
    size_t room = 16;
    int more;

    *items = arena_alloc(db->mem, room * size);
    for (*count = 0;; (*count)++) {
        if (*count == room) {
            *items = arena_grow(db->mem, *items, room * size, 2 * room * size);
            room *= 2;
        }
        more = db_next(rows, fields, (char *)*items + *count * size);
        if (more <= 0)
            return more;
    }
}

int rows_of_ids(struct db *db, const char *name, const char *head, const struct value *ids,
                size_t id_count, const char *tail, const struct field *fields, size_t size,
                void **items, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql, head);
    sql_add_set(&sql, ids, id_count);
    sql_add(&sql, tail);
    if (sql_select(db, &rows, name, &sql) < 0)
        return -1;
    return rows_collect(db, rows, fields, size, items, count);
}
