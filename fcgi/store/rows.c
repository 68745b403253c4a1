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

struct number {
    struct opt_int n;
};
static const struct field number_columns[] = { COLUMN(number, n), FIELDS_END };

int rows_number(struct rows *rows, struct opt_int *n)
{
    struct number number = { 0 };
    int more = db_next(rows, number_columns, &number);

    db_finish(rows);
    *n = number.n;
    return more < 0 ? -1 : 0;
}

int rows_count(struct rows *rows, int64_t *count)
{
    struct opt_int n;

    if (rows_number(rows, &n) < 0)
        return -1;
    *count = n.value;
    return 0;
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
