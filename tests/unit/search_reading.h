/* What the tests of the search languages share: a context, and the result of a
 * filter or an order as one line of text. */
#pragma once

#include "test.h"

#include <inttypes.h>
#include <string.h>

#include "search/search.h"

static struct arena *mem;
static struct error err;
static struct search_ctx cx;

static const char *value_text(const struct value *v)
{
    if (v->type == VALUE_INT)
        return arena_printf(mem, " %" PRId64, v->i);
    if (v->type == VALUE_REAL)
        return arena_printf(mem, " %g", v->r);
    assert_int_equal(v->type, VALUE_TEXT);
    return arena_printf(mem, " '%.*s'", (int)v->text.length, v->text.s);
}

/* SQL with its values in place of the question marks. */
static const char *with_values(const struct sql *sql)
{
    const char *all = "", *from = sql->text ? sql->text : "", *mark;
    size_t used = 0;

    while ((mark = strchr(from, '?'))) {
        assert_true(used < sql->count);
        all = arena_printf(mem, "%s%.*s%s", all, (int)(mark - from), from,
                           value_text(&sql->values[used++]) + 1);
        from = mark + 1;
    }
    assert_int_equal(used, sql->count);
    return arena_printf(mem, "%s%s", all, from);
}

/* The filter as SQL, or the text of the error. */
static const char *filtered(enum search_what what, const char *filter)
{
    struct sql sql = sql_new(mem);

    error_clear(&err);
    if (search_filter(&cx, what, filter, &sql) == 0)
        return with_values(&sql);
    assert_int_equal(err.code, ERROR_INVALID_PARAMETER_VALUE);
    return err.message;
}

static int reading_setup(void **state)
{
    (void)state;
    mem = arena_create(0);
    err = (struct error){ .mem = mem };
    cx = (struct search_ctx){ &err, mem };
    return 0;
}

static int reading_teardown(void **state)
{
    (void)state;
    arena_destroy(mem);
    return 0;
}
