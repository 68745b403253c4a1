#include "run_data.h"

#include <stdlib.h>
#include <string.h>

#include "rows.h"

/* What one statement brings of all kinds. */
enum item_kind {
    ITEM_METRIC,
    ITEM_PARAM,
    ITEM_TAG,
    /* Edges of the graph of inputs, seen from a run: key is the dataset or model. */
    ITEM_DATASET,
    ITEM_MODEL_INPUT,
    ITEM_MODEL_OUTPUT,
    ITEM_KINDS,
};
struct item {
    int64_t kind;
    const char *run_uuid, *key, *value;
    double number;
    int64_t timestamp, step, is_nan;
    const char *input_uuid;
};
static const struct field item_columns[] = {
    COLUMN(item, kind),  COLUMN(item, run_uuid), COLUMN(item, key),
    COLUMN(item, value), COLUMN(item, number),   COLUMN(item, timestamp),
    COLUMN(item, step),  COLUMN(item, is_nan),   COLUMN(item, input_uuid),
    FIELDS_END,
};

struct dataset {
    const char *dataset_uuid, *name, *digest;
    const char *dataset_source_type, *dataset_source, *dataset_schema, *dataset_profile;
};
static const struct field dataset_columns[] = {
    COLUMN(dataset, dataset_uuid),    COLUMN(dataset, name),
    COLUMN(dataset, digest),          COLUMN(dataset, dataset_source_type),
    COLUMN(dataset, dataset_source),  COLUMN(dataset, dataset_schema),
    COLUMN(dataset, dataset_profile), FIELDS_END,
};

struct input_tag {
    const char *input_uuid, *name, *value;
};
static const struct field input_tag_columns[] = {
    COLUMN(input_tag, input_uuid),
    COLUMN(input_tag, name),
    COLUMN(input_tag, value),
    FIELDS_END,
};

#define READ_LIST(name, head, tail, columns, items, count)                                         \
    rows_of_ids(db, (name), (head), ids, id_count, (tail), (columns), sizeof(*(items)),            \
                (void **)&(items), &(count))

/* What is read of each kind. Each is in the order of a clustered key, which costs no
 * sort; the LIMIT, which none reaches, is what keeps an order within a union. */
#define KEYED(kind, table)                                                                         \
    "(SELECT " kind " AS kind, run_uuid, `key`, value, NULL AS number, NULL AS timestamp,"         \
    " NULL AS step, NULL AS is_nan, NULL AS input_uuid FROM " table " WHERE run_uuid IN "
#define EDGE(kind, run, other, types)                                                              \
    "(SELECT " kind " AS kind, " run " AS run_uuid, " other " AS `key`, NULL AS value,"            \
    " NULL AS number, NULL AS timestamp, step, NULL AS is_nan, input_uuid FROM inputs"             \
    " WHERE " types " AND " run " IN "
#define IN_ORDER " ORDER BY run_uuid, `key` LIMIT 1000000000)"
static const struct part {
    const char *head, *tail;
} parts[] = {
    [ITEM_METRIC] = { "(SELECT 0 AS kind, run_uuid, `key`, NULL AS value, value AS number,"
                      " timestamp, step, is_nan, NULL AS input_uuid FROM latest_metrics"
                      " WHERE run_uuid IN ",
                      IN_ORDER },
    [ITEM_PARAM] = { KEYED("1", "params"), IN_ORDER },
    [ITEM_TAG] = { KEYED("2", "tags"), IN_ORDER },
    [ITEM_DATASET] = { EDGE("3", "destination_id", "source_id", "destination_type = 'RUN'"), ")" },
    [ITEM_MODEL_INPUT] = { EDGE("4", "source_id", "destination_id",
                                "source_type = 'RUN_INPUT' AND destination_type = 'MODEL_INPUT'"),
                           ")" },
    [ITEM_MODEL_OUTPUT] = { EDGE(
                                "5", "source_id", "destination_id",
                                "source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT'"),
                            ")" },
};

struct items {
    struct item *items;
    size_t count;
};

struct wanted {
    const struct value *ids;
    size_t count;
    bool with_model_inputs;
};

static void take_pair(struct run_pair *pairs, size_t *count, const struct item *item)
{
    pairs[(*count)++] = (struct run_pair){ item->run_uuid, item->key, item->value };
}

/* Into the lists of their kinds, in the order in which they came; a kind comes once. */
static void take_values(struct arena *mem, const struct item *items, size_t count,
                        struct run_data *d)
{
    size_t of[ITEM_KINDS] = { 0 };

    for (size_t i = 0; i < count; i++)
        of[items[i].kind]++;
    if (of[ITEM_METRIC])
        d->metrics = arena_array(mem, struct run_metric, of[ITEM_METRIC]);
    if (of[ITEM_PARAM])
        d->params = arena_array(mem, struct run_pair, of[ITEM_PARAM]);
    if (of[ITEM_TAG])
        d->tags = arena_array(mem, struct run_pair, of[ITEM_TAG]);
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &items[i];

        if (item->kind == ITEM_METRIC)
            d->metrics[d->metric_count++] =
                (struct run_metric){ item->run_uuid,  item->key,  item->number,
                                     item->timestamp, item->step, item->is_nan };
        else if (item->kind == ITEM_PARAM)
            take_pair(d->params, &d->param_count, item);
        else if (item->kind == ITEM_TAG)
            take_pair(d->tags, &d->tag_count, item);
    }
}

/* The kinds from first to last in one statement. */
static int read_kinds(struct db *db, const struct wanted *wanted, int first, int last,
                      struct run_data *d, struct items *items)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    for (int kind = first; kind <= last; kind++) {
        if (kind == ITEM_MODEL_INPUT && !wanted->with_model_inputs)
            continue;
        sql_add(&sql, kind > first ? " UNION ALL " : "");
        sql_add(&sql, parts[kind].head);
        sql_add_set(&sql, wanted->ids, wanted->count);
        sql_add(&sql, parts[kind].tail);
    }
    if (sql_select(db, &rows, "select_run_data", &sql) < 0 ||
        rows_collect(db, rows, item_columns, sizeof(*items->items), (void **)&items->items,
                     &items->count) < 0)
        return -1;
    take_values(db->mem, items->items, items->count, d);
    return 0;
}

/* One round trip for few runs. The union costs more for each row than it saves where
 * there are many: measured with 25 values of a run. */
static int read_items(struct db *db, const struct wanted *wanted, struct run_data *d,
                      struct items *edges)
{
    enum {
        FEW = 8
    };

    if (wanted->count <= FEW)
        return read_kinds(db, wanted, ITEM_METRIC, ITEM_MODEL_OUTPUT, d, edges);
    for (int kind = ITEM_METRIC; kind < ITEM_DATASET; kind++)
        if (read_kinds(db, wanted, kind, kind, d, edges) < 0)
            return -1;
    return read_kinds(db, wanted, ITEM_DATASET, ITEM_MODEL_OUTPUT, d, edges);
}

static int by_run_and_kind(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = strcasecmp(a->run_uuid, b->run_uuid);

    if (order)
        return order;
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : strcmp(a->key, b->key);
}

/* The edges alone, sorted: here, for the database would make a temporary table of it. */
static size_t take_edges(struct arena *mem, const struct item *items, size_t count,
                         struct item **edges)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += items[i].kind >= ITEM_DATASET;
    *edges = arena_array(mem, struct item, n);
    n = 0;
    for (size_t i = 0; i < count; i++)
        if (items[i].kind >= ITEM_DATASET)
            (*edges)[n++] = items[i];
    qsort(*edges, n, sizeof(**edges), by_run_and_kind);
    return n;
}

static const struct dataset *dataset_of(const struct dataset *datasets, size_t count,
                                        const char *dataset_uuid)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(datasets[i].dataset_uuid, dataset_uuid))
            return &datasets[i];
    return NULL;
}

static int by_tag_name(const void *left, const void *right)
{
    return strcmp(((const struct input_tag *)left)->name, ((const struct input_tag *)right)->name);
}

/* One row per tag, or one without: as a join of edge, dataset and tags would be. */
static void add_dataset_rows(struct run_data *d, const struct item *edge,
                             const struct dataset *dataset, const struct input_tag *tags,
                             size_t tag_count)
{
    const struct run_dataset row = {
        .run_uuid = edge->run_uuid,
        .dataset_uuid = dataset->dataset_uuid,
        .name = dataset->name,
        .digest = dataset->digest,
        .dataset_source_type = dataset->dataset_source_type,
        .dataset_source = dataset->dataset_source,
        .dataset_schema = dataset->dataset_schema,
        .dataset_profile = dataset->dataset_profile,
    };
    size_t before = d->dataset_count;

    for (size_t i = 0; i < tag_count; i++)
        if (!strcmp(tags[i].input_uuid, edge->input_uuid)) {
            d->datasets[d->dataset_count] = row;
            d->datasets[d->dataset_count].tag_name = tags[i].name;
            d->datasets[d->dataset_count++].tag_value = tags[i].value;
        }
    if (d->dataset_count == before)
        d->datasets[d->dataset_count++] = row;
}

static int read_datasets(struct db *db, const struct item *edges, size_t count, struct run_data *d)
{
    struct value *ids = arena_array(db->mem, struct value, count),
                 *inputs = arena_array(db->mem, struct value, count);
    struct dataset *datasets;
    struct input_tag *tags;
    size_t id_count = 0, dataset_count, tag_count;

    for (size_t i = 0; i < count; i++)
        if (edges[i].kind == ITEM_DATASET) {
            inputs[id_count] = text(edges[i].input_uuid);
            ids[id_count++] = text(edges[i].key);
        }
    if (!id_count)
        return 0;
    if (READ_LIST("select_datasets",
                  "SELECT dataset_uuid, name, digest, dataset_source_type, dataset_source,"
                  "       dataset_schema, dataset_profile FROM datasets WHERE dataset_uuid IN ",
                  "", dataset_columns, datasets, dataset_count) < 0)
        return -1;
    ids = inputs;
    if (READ_LIST("select_input_tags",
                  "SELECT input_uuid, name, value FROM input_tags WHERE input_uuid IN ", "",
                  input_tag_columns, tags, tag_count) < 0)
        return -1;
    qsort(tags, tag_count, sizeof(*tags), by_tag_name);
    d->datasets = arena_array(db->mem, struct run_dataset, id_count + tag_count);
    for (size_t i = 0; i < count; i++) {
        const struct dataset *dataset = dataset_of(datasets, dataset_count, edges[i].key);

        if (edges[i].kind == ITEM_DATASET && dataset)
            add_dataset_rows(d, &edges[i], dataset, tags, tag_count);
    }
    return 0;
}

static int take_links(struct db *db, const struct item *items, size_t item_count,
                      struct run_data *d)
{
    struct item *edges;
    size_t count = take_edges(db->mem, items, item_count, &edges);

    d->model_inputs = arena_array(db->mem, struct run_model, count);
    d->model_outputs = arena_array(db->mem, struct run_model, count);
    for (size_t i = 0; i < count; i++) {
        const struct run_model model = { edges[i].run_uuid, edges[i].key, edges[i].step };

        if (edges[i].kind == ITEM_MODEL_INPUT)
            d->model_inputs[d->model_input_count++] = model;
        else if (edges[i].kind == ITEM_MODEL_OUTPUT)
            d->model_outputs[d->model_output_count++] = model;
    }
    return read_datasets(db, edges, count, d);
}

int run_data_read(struct db *db, const struct run *runs, size_t count, bool with_model_inputs,
                  struct run_data *data)
{
    struct value *ids = arena_array(db->mem, struct value, count);
    const struct wanted wanted = { ids, count, with_model_inputs };
    struct items items;

    *data = (struct run_data){ 0 };
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = text(runs[i].run_uuid);
    if (read_items(db, &wanted, data, &items) < 0)
        return -1;
    return take_links(db, items.items, items.count, data);
}

static const char *run_of(const void *items, size_t size, size_t i)
{
    const char *run_uuid;

    memcpy(&run_uuid, (const char *)items + i * size, sizeof(run_uuid));
    return run_uuid;
}

const void *run_part(const void *items, size_t item_count, size_t size, const char *run_uuid,
                     size_t *count)
{
    size_t low = 0, high = item_count;

    /* The database sorted without regard to case. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcasecmp(run_of(items, size, middle), run_uuid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < item_count && !strcasecmp(run_of(items, size, low + *count), run_uuid))
        ++*count;
    return items ? (const char *)items + low * size : NULL;
}
