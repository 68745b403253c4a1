#include "logged_models.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conditions.h"
#include "python.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* Columns, and the names that MLflow has for some of them. NUMBER: a number, ID: a
 * number that is compared with a text. */
static const struct attribute attributes[] = {
#define ATTRIBUTE(key_, column_, type_)                                                            \
    { .entity = ENTITY_ATTRIBUTE, .key = key_, .column = column_, .type = ATTRIBUTE_##type_ },
    ATTRIBUTE("model_id", "m.model_id", TEXT) ATTRIBUTE("experiment_id", "m.experiment_id",
                                                        ID) ATTRIBUTE("name", "m.name", TEXT)
        ATTRIBUTE("artifact_location", "m.artifact_location",
                  TEXT) ATTRIBUTE("creation_timestamp_ms", "m.creation_timestamp_ms", NUMBER)
            ATTRIBUTE("creation_timestamp", "m.creation_timestamp_ms", NUMBER)
                ATTRIBUTE("creation_time", "m.creation_timestamp_ms", NUMBER)
                    ATTRIBUTE("last_updated_timestamp_ms", "m.last_updated_timestamp_ms", NUMBER)
                        ATTRIBUTE("last_updated_timestamp", "m.last_updated_timestamp_ms", NUMBER)
                            ATTRIBUTE("status", "m.status", ID)
                                ATTRIBUTE("lifecycle_stage", "m.lifecycle_stage", TEXT)
                                    ATTRIBUTE("model_type", "m.model_type", TEXT)
                                        ATTRIBUTE("source_run_id", "m.source_run_id", TEXT)
                                            ATTRIBUTE("status_message", "m.status_message", TEXT)
#undef ATTRIBUTE
};

static const struct {
    const char *spelled;
    enum entity entity;
} entities[] = {
    { "attributes", ENTITY_ATTRIBUTE },
    { "metrics", ENTITY_METRIC },
    { "params", ENTITY_PARAM },
    { "tags", ENTITY_TAG },
};

static const struct {
    const char *sign;
    enum comparator comparator;
    bool numeric, textual;
} comparators[] = {
    { "=", CMP_EQ, true, true },       { "!=", CMP_NE, true, true },
    { "<", CMP_LT, true, false },      { "<=", CMP_LE, true, false },
    { ">", CMP_GT, true, false },      { ">=", CMP_GE, true, false },
    { "LIKE", CMP_LIKE, false, true }, { "ILIKE", CMP_ILIKE, false, true },
    { "IN", CMP_IN, false, true },     { "NOT IN", CMP_NOT_IN, false, true },
};

static const struct attribute *attribute_of(const char *key)
{
    for (size_t i = 0; i < COUNT(attributes); i++)
        if (!strcmp(attributes[i].key, key))
            return &attributes[i];
    return NULL;
}

static const char *written(struct arena *mem, const struct term *t)
{
    return arena_strndup(mem, t->at, t->length);
}

/* s without all the signs c at its ends. */
static const char *stripped(struct arena *mem, const char *s, char c)
{
    size_t n;

    while (*s == c)
        s++;
    for (n = strlen(s); n && s[n - 1] == c; n--)
        ;
    return arena_strndup(mem, s, n);
}

/* Filters */

static int entity_read(const struct search_ctx *cx, const char *s, size_t length,
                       enum entity *entity)
{
    const char *spelled = arena_strndup(cx->mem, s, length);

    for (size_t i = 0; i < COUNT(entities); i++)
        if (!strcmp(entities[i].spelled, spelled)) {
            *entity = entities[i].entity;
            return 0;
        }
    return fail(cx, INVALID_PARAMETER_VALUE,
                "Invalid entity type: %s. Expected one of ['attributes', 'metrics', 'params', "
                "'tags'].",
                repr_text(cx->mem, spelled, length));
}

/* metrics.`a`, attributes.name, name: only a word of lower case is an entity. */
static int model_identifier_read(const struct search_ctx *cx, const char *s, struct identifier *id)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
    bool has_entity = n && s[n] == '.' && s[n + 1];

    *id = (struct identifier){ .entity = ENTITY_ATTRIBUTE };
    if (has_entity && entity_read(cx, s, n, &id->entity) < 0)
        return -1;
    id->key = stripped(cx->mem, has_entity ? s + n + 1 : s, '`');
    if (id->entity != ENTITY_ATTRIBUTE)
        return 0;
    id->attribute = attribute_of(id->key);
    if (!id->attribute)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid attribute key '%s' specified.", id->key);
    return 0;
}

static bool is_numeric(const struct identifier *id)
{
    return id->entity == ENTITY_METRIC ||
           (id->attribute && id->attribute->type == ATTRIBUTE_NUMBER);
}

static int sign_read(const struct search_ctx *cx, const char *sign, struct comparison *c)
{
    char *upper = arena_strdup(cx->mem, sign);
    bool numeric = is_numeric(&c->id);
    const char *entity = "";

    for (char *s = upper; *s; s++)
        *s = (char)toupper((unsigned char)*s);
    for (size_t i = 0; i < COUNT(comparators); i++)
        if (!strcmp(comparators[i].sign, upper) &&
            (numeric ? comparators[i].numeric : comparators[i].textual)) {
            c->comparator = comparators[i].comparator;
            return 0;
        }
    for (size_t i = 0; i < COUNT(entities); i++)
        if (entities[i].entity == c->id.entity)
            entity = entities[i].spelled;
    return fail(cx, INVALID_PARAMETER_VALUE,
                "Invalid comparison operator for %s.%s: %s. Expected one of %s.", entity,
                c->id.attribute ? c->id.attribute->column + 2 : c->id.key,
                repr_text(cx->mem, upper, strlen(upper)),
                numeric ? "('<', '<=', '>', '>=', '=', '!=')"
                        : "('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')");
}

static int number_read(const struct search_ctx *cx, const char *s, struct value *value)
{
    char *end;
    double r = strtod(s, &end);

    if (end == s || *end || s[strspn(s, "+-.0123456789eE")] || !isfinite(r))
        return fail(cx, INVALID_PARAMETER_VALUE, "could not convert string to float: %s",
                    repr_text(cx->mem, s, strlen(s)));
    *value = real(r);
    return 0;
}

/* What is not in parentheses is a text, quoted or not; only single quotes are
 * taken away. */
static int value_read(const struct search_ctx *cx, const struct term *t, struct comparison *c)
{
    bool listed = c->comparator == CMP_IN || c->comparator == CMP_NOT_IN;
    struct value *one = arena_array(cx->mem, struct value, 2);
    const char *s = written(cx->mem, t);
    size_t n = strlen(s);

    one[1].type = VALUE_END;
    c->values = one;
    c->count = 1;
    if (is_numeric(&c->id))
        return number_read(cx, s, &one[0]);
    if (listed != (n > 1 && s[0] == '(' && s[n - 1] == ')'))
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "A list of values is compared with IN or NOT IN, and with nothing else: %s", s);
    if (listed)
        return python_tuple(cx, s, n, &c->values, &c->count);
    one[0] = text(stripped(cx->mem, s, '\''));
    return 0;
}

static int comparison_refuse(const struct search_ctx *cx, const char *said)
{
    return fail(cx, INVALID_PARAMETER_VALUE,
                "Invalid comparison: %s. Expected a comparison with 3 tokens.", said);
}

static int comparison_read(const struct search_ctx *cx, const struct term *t, struct comparison *c)
{
    *c = (struct comparison){ 0 };
    if (!t->right) /* IS NULL, which MLflow prints so */
        return comparison_refuse(cx, arena_printf(cx->mem, "%s%s", written(cx->mem, t->left),
                                                  written(cx->mem, t->sign)));
    if (t->size > 3)
        return comparison_refuse(cx, written(cx->mem, t));
    if (model_identifier_read(cx, written(cx->mem, t->left), &c->id) < 0 ||
        sign_read(cx, written(cx->mem, t->sign), c) < 0)
        return -1;
    return value_read(cx, t->right, c);
}

static int filter_refuse(const struct search_ctx *cx, const char *filter, const char *why)
{
    return fail(cx, INVALID_PARAMETER_VALUE, "Invalid filter string: %s. %s",
                repr_text(cx->mem, filter, strlen(filter)), why);
}

static int filter_read(const struct search_ctx *cx, const char *filter, struct terms *terms)
{
    size_t statements;

    *terms = (struct terms){ .mem = cx->mem };
    if (!filter || !*filter)
        return 0;
    if (strlen(filter) > FILTER_BYTES)
        return fail(cx, INVALID_PARAMETER_VALUE, "A filter has at most %d bytes.", FILTER_BYTES);
    if (statement_read(cx->mem, filter, terms, &statements) < 0)
        return filter_refuse(cx, filter, "It is too long or too deep.");
    if (statements != 1)
        return filter_refuse(cx, filter, "Expected a single SQL expression.");
    *terms = join_keywords(cx->mem, terms);
    return 0;
}

/* Without a digest only metrics without one are meant: so MLflow reads it. */
static void add_datasets(struct sql *sql, const struct model_dataset *datasets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sql_printf(sql, i ? " OR " : " AND (");
        sql_add(sql, "(x.dataset_name = ?", text(datasets[i].dataset_name));
        if (datasets[i].dataset_digest && *datasets[i].dataset_digest)
            sql_add(sql, " AND x.dataset_digest = ?)", text(datasets[i].dataset_digest));
        else
            sql_printf(sql, " AND x.dataset_digest IS NULL)");
    }
    sql_printf(sql, count ? "))" : ")");
}

static void add_metric(struct sql *sql, const struct comparison *c)
{
    sql_printf(sql, "EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = m.model_id");
    sql_add(sql, " AND x.metric_name = ? AND ", text(c->id.key));
    number_condition(sql, "x.metric_value", c);
}

static void add_pair(struct sql *sql, const char *kind, const struct comparison *c)
{
    sql_printf(sql, "EXISTS (SELECT 1 FROM logged_model_%ss x WHERE x.model_id = m.model_id", kind);
    sql_add_values(sql, arena_printf(sql->mem, " AND x.%s_key = ? AND ", kind),
                   (const struct value[]){ text(c->id.key), { .type = VALUE_END } });
    text_condition(sql, arena_printf(sql->mem, "x.%s_value", kind), c);
    sql_printf(sql, ")");
}

/* A number's column compared with a text: the database knows how. */
static void add_id(struct sql *sql, const struct attribute *attribute, const struct comparison *c)
{
    if (c->comparator == CMP_LIKE || c->comparator == CMP_ILIKE)
        sql_add_values(sql, arena_printf(sql->mem, "%s LIKE ?", attribute->column), c->values);
    else
        number_condition(sql, attribute->column, c);
}

static void add_attribute(struct sql *sql, const struct comparison *c)
{
    const struct attribute *attribute = c->id.attribute;

    switch (attribute->type) {
    case ATTRIBUTE_TEXT:
        text_condition(sql, attribute->column, c);
        break;
    case ATTRIBUTE_NUMBER:
        number_condition(sql, attribute->column, c);
        break;
    case ATTRIBUTE_ID:
        add_id(sql, attribute, c);
        break;
    }
}

static void add_comparison(struct sql *sql, const struct comparison *c,
                           const struct model_dataset *datasets, size_t dataset_count)
{
    sql_printf(sql, " AND (");
    switch (c->id.entity) {
    case ENTITY_METRIC:
        add_metric(sql, c);
        add_datasets(sql, datasets, dataset_count);
        break;
    case ENTITY_PARAM:
        add_pair(sql, "param", c);
        break;
    case ENTITY_TAG:
        add_pair(sql, "tag", c);
        break;
    case ENTITY_ATTRIBUTE:
        add_attribute(sql, c);
        break;
    case ENTITY_DATASET:
        break; /* not of this language */
    }
    sql_printf(sql, ")");
}

int model_filter(const struct search_ctx *cx, const char *filter,
                 const struct model_dataset *datasets, size_t dataset_count, struct sql *sql)
{
    struct terms terms;
    bool has_metric = false;
    size_t count = 0;

    if (filter_read(cx, filter, &terms) < 0)
        return -1;
    for (size_t i = 0; i < terms.count; i++) {
        const struct term *t = &terms.items[i];
        struct comparison c;

        if (term_is(t, LEX_KEYWORD, "AND"))
            continue;
        if (t->kind != TERM_COMPARISON)
            return filter_refuse(cx, filter,
                                 "Expected a list of comparisons separated by 'AND' (e.g. "
                                 "'metrics.loss > 0.1 AND params.lr = 0.01').");
        if (comparison_read(cx, t, &c) < 0)
            return -1;
        if (++count > FILTER_COMPARISONS)
            return fail(cx, INVALID_PARAMETER_VALUE, "A filter has at most %d comparisons.",
                        FILTER_COMPARISONS);
        has_metric |= c.id.entity == ENTITY_METRIC;
        add_comparison(sql, &c, datasets, dataset_count);
    }
    if (!dataset_count || has_metric)
        return 0;
    sql_printf(sql,
               " AND (EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = m.model_id");
    add_datasets(sql, datasets, dataset_count);
    sql_printf(sql, ")");
    return 0;
}

/* Orders */

/* The last value of the metric, by time, for one model: a look-up in its key. */
static void add_last_value(struct sql *sql, const struct model_order *order)
{
    sql_add(sql,
            "(SELECT x.metric_value FROM logged_model_metrics x"
            "  WHERE x.model_id = m.model_id AND x.metric_name = ?",
            text(strchr(order->field_name, '.') + 1));
    if (order->dataset_name && *order->dataset_name)
        sql_add(sql, " AND x.dataset_name = ?", text(order->dataset_name));
    if (order->dataset_digest && *order->dataset_digest)
        sql_add(sql, " AND x.dataset_digest = ?", text(order->dataset_digest));
    sql_printf(sql, " ORDER BY x.metric_timestamp_ms DESC, x.metric_step DESC, x.run_id LIMIT 1)");
}

static int add_order(const struct search_ctx *cx, const struct model_order *order, struct sql *sql)
{
    const char *field = order->field_name ? order->field_name : "", *dot = strchr(field, '.');
    const char *direction = order->ascending.set && !order->ascending.value ? "DESC" : "ASC";
    const struct attribute *attribute = attribute_of(field);

    if (!dot && !attribute)
        return fail(cx, INVALID_PARAMETER_VALUE, "Invalid order by field name: %s", field);
    if (dot && strncmp(field, "metrics.", strlen("metrics.")) != 0)
        return fail(cx, INVALID_PARAMETER_VALUE,
                    "Invalid order by field name: %s. Only metrics are supported.", field);
    if (attribute) {
        sql_printf(sql, "%s IS NULL, %s %s, ", attribute->column, attribute->column, direction);
        return 0;
    }
    add_last_value(sql, order);
    sql_printf(sql, " IS NULL, ");
    add_last_value(sql, order);
    sql_printf(sql, " %s, ", direction);
    return 0;
}

int model_order_by(const struct search_ctx *cx, const struct model_order *orders, size_t count,
                   struct sql *sql)
{
    bool created = false;

    if (count > ORDER_ITEMS)
        return fail(cx, INVALID_PARAMETER_VALUE, "order_by has at most %d items.", ORDER_ITEMS);
    for (size_t i = 0; i < count; i++) {
        const struct attribute *attribute;

        if (add_order(cx, &orders[i], sql) < 0)
            return -1;
        attribute = attribute_of(orders[i].field_name);
        created |= attribute && !strcmp(attribute->column, "m.creation_timestamp_ms");
    }
    if (!created)
        sql_printf(sql, "m.creation_timestamp_ms DESC, ");
    /* Once more where it stood before: that changes nothing, and ends the list. */
    sql_printf(sql, "m.model_id");
    return 0;
}
