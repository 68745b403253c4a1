#include "run_data.h"

#include <stdlib.h>
#include <string.h>

#include "rows.h"

static const struct field metric_columns[] = {
    COLUMN(run_metric, run_uuid),
    COLUMN(run_metric, key),
    COLUMN(run_metric, value),
    COLUMN(run_metric, timestamp),
    COLUMN(run_metric, step),
    COLUMN(run_metric, is_nan),
    FIELDS_END,
};
static const struct field pair_columns[] = {
    COLUMN(run_pair, run_uuid),
    COLUMN(run_pair, key),
    COLUMN(run_pair, value),
    FIELDS_END,
};
/* An edge of the graph of inputs, seen from a run. */
enum edge_kind {
    EDGE_DATASET,
    EDGE_MODEL_INPUT,
    EDGE_MODEL_OUTPUT,
};
struct edge {
    const char *run_uuid, *other; /* other: the dataset or model */
    int64_t kind, step;
    const char *input_uuid;
};
static const struct field edge_columns[] = {
    COLUMN(edge, run_uuid), COLUMN(edge, other),      COLUMN(edge, kind),
    COLUMN(edge, step),     COLUMN(edge, input_uuid), FIELDS_END,
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

static int read_values(struct db *db, const struct value *ids, size_t id_count, struct run_data *d)
{
    if (READ_LIST("select_latest_metrics",
                  "SELECT run_uuid, `key`, value, timestamp, step, is_nan"
                  "  FROM latest_metrics WHERE run_uuid IN ",
                  " ORDER BY run_uuid, `key`", metric_columns, d->metrics, d->metric_count) < 0)
        return -1;
    if (READ_LIST("select_params", "SELECT run_uuid, `key`, value FROM params WHERE run_uuid IN ",
                  " ORDER BY run_uuid, `key`", pair_columns, d->params, d->param_count) < 0)
        return -1;
    return READ_LIST("select_tags", "SELECT run_uuid, `key`, value FROM tags WHERE run_uuid IN ",
                     " ORDER BY run_uuid, `key`", pair_columns, d->tags, d->tag_count);
}

static int by_run_and_kind(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    int order = strcasecmp(a->run_uuid, b->run_uuid);

    if (order)
        return order;
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : strcmp(a->other, b->other);
}

/* All edges in one round trip. Sorted here: the database would make a temporary
 * table for it, on disk where datasets are joined. */
static int read_edges(struct db *db, const struct value *ids, size_t id_count,
                      bool with_model_inputs, struct edge **edges, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql,
            "SELECT destination_id AS run_uuid, source_id AS other, 0 AS kind, step, input_uuid"
            "  FROM inputs WHERE destination_type = 'RUN' AND destination_id IN ");
    sql_add_set(&sql, ids, id_count);
    if (with_model_inputs) {
        sql_add(&sql, " UNION ALL SELECT source_id, destination_id, 1, step, input_uuid FROM inputs"
                      " WHERE source_type = 'RUN_INPUT' AND destination_type = 'MODEL_INPUT'"
                      "   AND source_id IN ");
        sql_add_set(&sql, ids, id_count);
    }
    sql_add(&sql, " UNION ALL SELECT source_id, destination_id, 2, step, input_uuid FROM inputs"
                  " WHERE source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT'"
                  "   AND source_id IN ");
    sql_add_set(&sql, ids, id_count);
    if (sql_select(db, &rows, "select_inputs", &sql) < 0 ||
        rows_collect(db, rows, edge_columns, sizeof(**edges), (void **)edges, count) < 0)
        return -1;
    qsort(*edges, *count, sizeof(**edges), by_run_and_kind);
    return 0;
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
static void add_dataset_rows(struct run_data *d, const struct edge *edge,
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

static int read_datasets(struct db *db, const struct edge *edges, size_t count, struct run_data *d)
{
    struct value *ids = arena_array(db->mem, struct value, count),
                 *inputs = arena_array(db->mem, struct value, count);
    struct dataset *datasets;
    struct input_tag *tags;
    size_t id_count = 0, dataset_count, tag_count;

    for (size_t i = 0; i < count; i++)
        if (edges[i].kind == EDGE_DATASET) {
            inputs[id_count] = text(edges[i].input_uuid);
            ids[id_count++] = text(edges[i].other);
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
        const struct dataset *dataset = dataset_of(datasets, dataset_count, edges[i].other);

        if (edges[i].kind == EDGE_DATASET && dataset)
            add_dataset_rows(d, &edges[i], dataset, tags, tag_count);
    }
    return 0;
}

static int read_links(struct db *db, const struct value *ids, size_t id_count,
                      bool with_model_inputs, struct run_data *d)
{
    struct edge *edges;
    size_t count;

    if (read_edges(db, ids, id_count, with_model_inputs, &edges, &count) < 0)
        return -1;
    d->model_inputs = arena_array(db->mem, struct run_model, count);
    d->model_outputs = arena_array(db->mem, struct run_model, count);
    for (size_t i = 0; i < count; i++) {
        const struct run_model model = { edges[i].run_uuid, edges[i].other, edges[i].step };

        if (edges[i].kind == EDGE_MODEL_INPUT)
            d->model_inputs[d->model_input_count++] = model;
        else if (edges[i].kind == EDGE_MODEL_OUTPUT)
            d->model_outputs[d->model_output_count++] = model;
    }
    return read_datasets(db, edges, count, d);
}

int run_data_read(struct db *db, const struct run *runs, size_t count, bool with_model_inputs,
                  struct run_data *data)
{
    struct value *ids = arena_array(db->mem, struct value, count);

    *data = (struct run_data){ 0 };
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = text(runs[i].run_uuid);
    if (read_values(db, ids, count, data) < 0)
        return -1;
    return read_links(db, ids, count, with_model_inputs, data);
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
