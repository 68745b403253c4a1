/* order_by: a list of "identifier [ASC|DESC]", as joins and an ORDER BY. */
#include <string.h>
#include <strings.h>

#include "parser.h"
#include "python.h"
#include "superset_name.h"
#include "superset_sql.h"

struct order {
    struct identifier id;
    bool descending;
};

static int order_refuse(const struct search_ctx *cx, const char *clause)
{
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid order_by clause '%s'. Could not be parsed.",
                clause);
}

static bool is_blank(char c)
{
    return c && strchr(" \t\r\n", c);
}

/* One word as a shell would read it, for MLflow does: quotes and backslashes are
 * taken away. 1: a word, 0: no more, -1: a quote stays open. */
static int shell_word(struct arena *mem, const char **from, const char **word)
{
    struct buffer b = { .mem = mem };
    const char *s = *from;
    char quote = '\0';

    while (is_blank(*s))
        s++;
    if (!*s)
        return 0;
    buffer_text(&b, "");
    for (; *s && (quote || !is_blank(*s)); s++) {
        if (*s == '\\' && quote != '\'') {
            if (!s[1])
                return -1;
            if (quote && s[1] != '\\' && s[1] != quote)
                buffer_add(&b, s, 1);
            s++;
            buffer_add(&b, s, 1);
        } else if (quote ? *s == quote : *s == '\'' || *s == '"') {
            quote = quote ? '\0' : *s;
        } else {
            buffer_add(&b, s, 1);
        }
    }
    *from = s;
    *word = b.s;
    return quote ? -1 : 1;
}

static char *without_backticks(struct arena *mem, const char *s)
{
    char *copy = arena_strdup(mem, s);

    for (char *c = copy; *c; c++)
        if (*c == '`')
            *c = '"';
    return copy;
}

/* The identifier's text in *id. The words are counted and looked at without quotes,
 * and so is an identifier that a direction follows; alone it keeps its quotes. */
static int direction_read(const struct search_ctx *cx, const char *clause, const char **id,
                          bool *descending)
{
    const char *from = without_backticks(cx->mem, clause), *words[3];
    int count = 0, more;

    *id = clause;
    *descending = false;
    while ((more = shell_word(cx->mem, &from, &words[count])) > 0)
        if (++count > 2)
            break;
    if (more < 0 || count > 2)
        return order_refuse(cx, clause);
    if (count < 2)
        return 0;
    *descending = !strcasecmp(words[1], "DESC");
    if (!*descending && strcasecmp(words[1], "ASC") != 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid ordering key in order_by clause '%s'.",
                    clause);
    *id = words[0];
    return 0;
}

static const char *stripped(struct arena *mem, const char *s)
{
    size_t n;

    s += strspn(s, " \t\n\r\f\v");
    for (n = strlen(s); n && strchr(" \t\n\r\f\v", s[n - 1]); n--)
        ;
    return arena_strndup(mem, s, n);
}

/* One identifier, and nothing else, not even a blank. The word timestamp is the
 * name of a type to the tokenizer, and has a rule of its own. */
static bool is_order_clause(const struct terms *terms, const char *clause)
{
    const struct term *first = terms->items, *last = first + terms->count - 1;

    if (!terms->count || first->at != clause || last->at[last->length])
        return false;
    if (terms->count == 1 && first->kind == TERM_IDENTIFIER)
        return true;
    if (strncmp(clause, "timestamp", first->length) != 0 ||
        !term_is(first, LEX_BUILTIN, "timestamp"))
        return false;
    return terms->count == 1 ||
           (terms->count == 2 && last->kind == TERM_LEXEME && last->type == LEX_ORDER);
}

/* The identifier as it was written: a direction behind it takes the quotes away. */
static const char *identifier_text(struct arena *mem, const char *clause)
{
    const char *s = stripped(mem, clause), *blank = s + strlen(s);

    while (blank > s && !is_blank(*blank))
        blank--;
    if (blank > s && (!strcasecmp(blank + 1, "ASC") || !strcasecmp(blank + 1, "DESC")))
        s = stripped(mem, arena_strndup(mem, s, (size_t)(blank - s)));
    return s;
}

static int order_parse(const struct search_ctx *cx, enum search_what what, const char *clause,
                       struct order *order)
{
    struct terms terms;
    size_t statements;
    const char *id;

    if (strlen(clause) > FILTER_BYTES)
        return fail(cx, INVALID_PARAMETER_VALUE, "An order_by clause has at most %d bytes.",
                    FILTER_BYTES);
    if (statement_read(cx->mem, clause, &terms, &statements) < 0)
        return fail(cx, INVALID_PARAMETER_VALUE, "Error on parsing order_by clause '%s'", clause);
    if (statements != 1 || !is_order_clause(&terms, clause))
        return order_refuse(cx, clause);
    if (direction_read(cx, clause, &id, &order->descending) < 0)
        return -1;
    if (identifier_read(cx, what, ATTRIBUTE_ORDER, stripped(cx->mem, id), &order->id) < 0)
        return -1;
    dotted_read(cx->mem, what, identifier_text(cx->mem, clause), &order->id);
    return 0;
}

/* As MLflow has it, or as the superset has. */
static int order_read(const struct search_ctx *cx, enum search_what what, const char *clause,
                      struct order *order)
{
    if (order_parse(cx, what, clause, order) == 0)
        return 0;
    if (!superset_order_read(cx, what, clause, &order->id, &order->descending))
        return -1;
    error_clear(cx->err);
    return 0;
}

/* Whether both are the same to the database: created is start_time. */
static bool same_order(const struct order *a, const struct order *b)
{
    if (a->id.entity != b->id.entity)
        return false;
    if (a->id.attribute)
        return !strcmp(a->id.attribute->column, b->id.attribute->column);
    return a->id.aggregate == b->id.aggregate && a->id.step == b->id.step &&
           !strcmp(a->id.key, b->id.key);
}

static const char *direction(const struct order *order)
{
    return order->descending ? "DESC" : "ASC";
}

/* What is missing comes last in both directions. The database has NULL last by
 * itself when the order descends, and can follow an index then. */
static void add_attribute(struct sql *sql, const struct order *order)
{
    const char *column = order->id.attribute->column;

    if (!order->descending)
        sql_printf(sql, "%s IS NULL, ", column);
    sql_printf(sql, "%s %s, ", column, direction(order));
}

/* What is missing comes last here as well, but is not computed twice for it. */
static void add_aggregate(struct sql *sql, const struct order *order)
{
    sql_printf(sql, order->descending ? "" : "-");
    aggregate_value(sql, &order->id);
    sql_printf(sql, " DESC, ");
}

/* The metric of that name, or else the value of the series. In the first key NaN and
 * nothing are NULL, and so last; in the second NaN goes before nothing. */
static void add_dotted(struct sql *sql, const struct order *order, size_t n)
{
    sql_printf(sql, "CASE WHEN o%zu.is_nan = 1 THEN NULL ELSE %sCOALESCE(o%zu.value, ", n,
               order->descending ? "" : "-", n);
    dotted_value(sql, &order->id);
    sql_printf(sql, ") END DESC, COALESCE(o%zu.is_nan, 0) DESC, ", n);
}

/* Values first, then NaN, then runs without the metric. */
static void add_joined(struct sql *joins, struct sql *sql, const struct order *order, size_t n)
{
    const struct entity_values *v = values_of(SEARCH_RUNS, order->id.entity);

    sql_add_values(joins,
                   arena_printf(joins->mem,
                                " LEFT JOIN %s o%zu ON o%zu.%s = r.%s AND o%zu.`key` = ?", v->table,
                                n, n, v->owner, v->owner, n),
                   (const struct value[]){ text(order->id.key), { .type = VALUE_END } });
    if (order->id.dotted) {
        add_dotted(sql, order, n);
        return;
    }
    if (order->id.entity == ENTITY_METRIC)
        sql_printf(sql,
                   "CASE WHEN o%zu.is_nan = 1 THEN 1 WHEN o%zu.value IS NULL THEN 2 ELSE 0 END, ",
                   n, n);
    else
        sql_printf(sql, "o%zu.value IS NULL, ", n);
    sql_printf(sql, "o%zu.value %s, ", n, direction(order));
}

static int orders_read(const struct search_ctx *cx, enum search_what what,
                       const struct text_list *order_by, struct order *orders)
{
    if (order_by->count > ORDER_ITEMS)
        return fail(cx, INVALID_PARAMETER_VALUE, "order_by has at most %d items.", ORDER_ITEMS);
    for (size_t i = 0; i < order_by->count; i++)
        if (order_read(cx, what, order_by->items[i], &orders[i]) < 0)
            return -1;
    return 0;
}

static int run_order(const struct search_ctx *cx, const struct text_list *order_by,
                     const struct order *orders, struct sql *joins, struct sql *sql)
{
    bool timed = false;

    for (size_t i = 0; i < order_by->count; i++) {
        const struct order *order = &orders[i];

        if (order->id.entity == ENTITY_DATASET)
            return fail(cx, INVALID_PARAMETER_VALUE, "Invalid identifier type 'dataset'");
        for (size_t k = 0; k < i; k++)
            if (same_order(&orders[k], order))
                return fail(cx, INVALID_PARAMETER_VALUE, "`order_by` contains duplicate fields: %s",
                            repr_list(cx->mem, order_by));
        if (order->id.aggregate) {
            add_aggregate(sql, order);
        } else if (order->id.attribute) {
            add_attribute(sql, order);
            timed |= !strcmp(order->id.attribute->column, "r.start_time");
        } else {
            add_joined(joins, sql, order, i);
        }
    }
    sql_printf(sql, timed ? "r.run_uuid" : "r.start_time DESC, r.run_uuid");
    return 0;
}

static int experiment_order(const struct search_ctx *cx, const struct text_list *order_by,
                            const struct order *orders, struct sql *sql)
{
    bool identified = false;

    for (size_t i = 0; i < order_by->count; i++) {
        const struct order *order = &orders[i];

        if (!order->id.attribute)
            return fail(cx, INVALID_PARAMETER_VALUE, "Invalid order_by entity: %s",
                        entity_name(order->id.entity));
        sql_printf(sql, "%s%s %s", i ? ", " : "", order->id.attribute->column, direction(order));
        identified |= order->id.attribute->type == ATTRIBUTE_ID;
    }
    if (!order_by->count)
        sql_printf(sql, "e.creation_time DESC, e.experiment_id ASC");
    else if (!identified)
        sql_printf(sql, ", e.experiment_id DESC");
    return 0;
}

int search_order(const struct search_ctx *cx, enum search_what what,
                 const struct text_list *order_by, struct sql *joins, struct sql *sql)
{
    struct order *orders = arena_array(cx->mem, struct order, order_by->count + 1);

    if (orders_read(cx, what, order_by, orders) < 0)
        return -1;
    switch (what) {
    case SEARCH_RUNS:
        break;
    case SEARCH_EXPERIMENTS:
        return experiment_order(cx, order_by, orders, sql);
    }
    return run_order(cx, order_by, orders, joins, sql);
}

const char *search_order_metric(const struct search_ctx *cx, const struct text_list *order_by,
                                bool *descending)
{
    struct order order = { 0 };

    if (order_by->count != 1 || order_read(cx, SEARCH_RUNS, order_by->items[0], &order) < 0 ||
        order.id.entity != ENTITY_METRIC || order.id.aggregate || order.id.dotted)
        return NULL;
    *descending = order.descending;
    return order.id.key;
}
