/* The search languages under any bytes: they fail with a text or become SQL in
 * which nothing of the client's text stands. The first byte says what is read. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every ? has its value, and quotes are the program's own. */
static void check_sql(const struct sql *sql)
{
    size_t marks = 0, quotes = 0;

    for (const char *s = sql->text; s && *s; s++) {
        marks += *s == '?';
        quotes += *s == '\'';
        assert(!strchr("\";\\#", *s) && (unsigned char)*s >= ' ' && (unsigned char)*s < 0x7F);
    }
    assert(marks == sql->count);
    /* Only datasets have constants: 'RUN' and 'mlflow.data.context'. */
    assert(quotes == 0 || strstr(sql->text, "FROM inputs i"));
}

static int read_text(const struct search_ctx *cx, unsigned kind, const char *s)
{
    enum search_what what = kind & 1 ? SEARCH_EXPERIMENTS : SEARCH_RUNS;
    struct sql sql = sql_new(cx->mem), joins = sql_new(cx->mem);
    const char *items[] = { s, "status" };
    struct text_list list = { items, 1 + (kind & 2) / 2 };
    int64_t offset = -1;
    int failed;

    switch (kind >> 2 & 3) {
    case 0:
        failed = page_token_read(cx, s, &offset);
        assert(failed || offset >= 0);
        return failed;
    case 1:
        failed = search_order(cx, what, &list, &joins, &sql);
        break;
    default:
        failed = search_filter(cx, what, s, &sql);
        break;
    }
    check_sql(&sql);
    check_sql(&joins);
    return failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *mem = arena_create(0);
    struct error err = { .mem = mem };
    struct search_ctx cx = { &err, mem };

    if (size) {
        char *s = malloc(size); /* of its own, so that reading past its end is seen */

        memcpy(s, data + 1, size - 1);
        s[size - 1] = '\0';
        if (read_text(&cx, data[0], s) < 0)
            assert(err.code == ERROR_INVALID_PARAMETER_VALUE && err.message);
        else
            assert(err.code == ERROR_NONE);
        free(s);
    }
    arena_destroy(mem);
    return 0;
}
