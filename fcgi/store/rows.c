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
