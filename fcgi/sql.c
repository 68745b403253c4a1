/* Values, and SQL that is put together of fragments and values. */
#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "db.h"

struct value integer(int64_t i)
{
    return (struct value){ .type = VALUE_INT, .i = i };
}

struct value real(double r)
{
    return (struct value){ .type = VALUE_REAL, .r = r };
}

struct value text_n(const char *s, unsigned long length)
{
    return (struct value){ .type = VALUE_TEXT, .text = { .s = s, .length = length } };
}

struct value text(const char *s)
{
    return s ? text_n(s, strlen(s)) : null();
}

struct value null(void)
{
    return (struct value){ .type = VALUE_NULL };
}

struct value optional(struct opt_int o)
{
    return o.set ? integer(o.value) : null();
}

struct sql sql_new(struct arena *mem)
{
    struct sql sql = { .mem = mem, .capacity = 512, .room = 16 };

    sql.text = arena_alloc(mem, sql.capacity);
    sql.values = arena_array(mem, struct value, sql.room);
    return sql;
}

static void sql_put(struct sql *sql, const char *fragment, size_t length)
{
    if (sql->length + length + 1 > sql->capacity) {
        size_t capacity = (sql->length + length + 1) * 2;

        sql->text = arena_grow(sql->mem, sql->text, sql->length + 1, capacity);
        sql->capacity = capacity;
    }
    memcpy(sql->text + sql->length, fragment, length);
    sql->length += length;
    sql->text[sql->length] = '\0';
}

static void sql_put_value(struct sql *sql, const struct value *value)
{
    if (sql->count + 2 > sql->room) {
        sql->values = arena_grow(sql->mem, sql->values, sql->room * sizeof(*value),
                                 2 * sql->room * sizeof(*value));
        sql->room *= 2;
    }
    sql->values[sql->count++] = *value;
    sql->values[sql->count] = (struct value){ .type = VALUE_END };
}

void sql_add_values(struct sql *sql, const char *fragment, const struct value *values)
{
    sql_put(sql, fragment, strlen(fragment));
    for (; values->type != VALUE_END; values++)
        sql_put_value(sql, values);
}

void sql_printf(struct sql *sql, const char *format, ...)
{
    va_list args;
    const char *fragment;

    va_start(args, format);
    fragment = arena_vprintf(sql->mem, format, args);
    va_end(args);
    sql_put(sql, fragment, strlen(fragment));
}

void sql_add_list(struct sql *sql, const struct value *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sql_put(sql, i ? ",?" : "(?", 2);
        sql_put_value(sql, &values[i]);
    }
    sql_put(sql, ")", 1);
}

void sql_add_set(struct sql *sql, const struct value *values, size_t n)
{
    enum {
        LONG = 1024 /* a statement has 65535 values at most: no room to round up to */
    };
    size_t length = n > LONG ? n : 1;

    assert(n);
    while (length < n)
        length *= 2;
    for (size_t i = 0; i < length; i++) {
        sql_put(sql, i ? ",?" : "(?", 2);
        sql_put_value(sql, &values[i < n ? i : n - 1]);
    }
    sql_put(sql, ")", 1);
}

void sql_append(struct sql *sql, const struct sql *other)
{
    sql_put(sql, other->text, other->length);
    for (size_t i = 0; i < other->count; i++)
        sql_put_value(sql, &other->values[i]);
}
