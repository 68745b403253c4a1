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
    COLUMN(owned_pair, id),
    COLUMN(owned_pair, key),
    COLUMN(owned_pair, value),
    FIELDS_END,
};

/* An edge of the graph of inputs, seen from a run: key is the dataset or the model. */
struct edge {
    const char *run_uuid, *key;
    int64_t step;
    const char *source_type, *input_uuid;
};
static const struct field edge_columns[] = {
    COLUMN(edge, run_uuid),    COLUMN(edge, key),        COLUMN(edge, step),
    COLUMN(edge, source_type), COLUMN(edge, input_uuid), FIELDS_END,
};
struct edges {
    struct edge *items;
    size_t count;
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

/* What is read, one after the other. Each is in the order of a clustered key, which costs
 * no sort; edges are few, and sorted here. */
#define KEYED(columns, table)                                                                      \
    "SELECT " columns " FROM " table " WHERE run_uuid IN ", " ORDER BY run_uuid, `key`"
#define MODELS(types)                                                                              \
    "SELECT source_id AS run_uuid, destination_id AS `key`, step, source_type, input_uuid"         \
    " FROM inputs WHERE source_type IN " types " AND source_id IN ",                               \
        " AND destination_type = IF(source_type = 'RUN_INPUT', 'MODEL_INPUT', 'MODEL_OUTPUT')"
enum part {
    METRICS,
    PARAMS,
    TAGS,
    DATASETS,
    MODEL_OUTPUTS,
    ALL_MODELS,
    PARTS,
};
static const struct {
    const char *head, *tail;
} parts[PARTS] = {
    [METRICS] = { KEYED("run_uuid, `key`, value, timestamp, step, is_nan", "latest_metrics") },
    [PARAMS] = { KEYED("run_uuid AS id, `key`, value", "params") },
    [TAGS] = { KEYED("run_uuid AS id, `key`, value", "tags") },
    [DATASETS] = { "SELECT destination_id AS run_uuid, source_id AS `key`, step, source_type,"
                   " input_uuid FROM inputs WHERE destination_type = 'RUN' AND destination_id IN ",
                   "" },
    [MODEL_OUTPUTS] = { MODELS("('RUN_OUTPUT')") },
    [ALL_MODELS] = { MODELS("('RUN_INPUT', 'RUN_OUTPUT')") },
};

enum {
    LISTS = MODEL_OUTPUTS + 1, /* of a page: one of the two kinds of models */
};

static void add_part(struct sql *select, enum part part, const struct value *ids, size_t count)
{
    sql_add(select, parts[part].head);
    sql_add_set(select, ids, count);
    sql_add(select, parts[part].tail);
}

/* LISTS selects for the data of runs. */
static void add_parts(struct arena *mem, struct sql *selects, const struct value *ids, size_t count,
                      bool with_model_inputs)
{
    for (int part = METRICS; part < LISTS; part++) {
        selects[part] = sql_new(mem);
        add_part(&selects[part],
                 part == MODEL_OUTPUTS && with_model_inputs ? ALL_MODELS : (enum part)part, ids,
                 count);
    }
}

#define COLLECT(columns, items, count)                                                             \
    rows_collect(db, rows, (columns), sizeof(*(items)), (void **)&(items), &(count))

/* From the first of them, which is open. */
static int read_parts(struct db *db, struct rows *rows, struct run_data *d, struct edges *datasets,
                      struct edges *models)
{
    return COLLECT(metric_columns, d->metrics, d->metric_count) < 0 || db_next_select(rows) < 0 ||
                   COLLECT(pair_columns, d->params, d->param_count) < 0 ||
                   db_next_select(rows) < 0 || COLLECT(pair_columns, d->tags, d->tag_count) < 0 ||
                   db_next_select(rows) < 0 ||
                   COLLECT(edge_columns, datasets->items, datasets->count) < 0 ||
                   db_next_select(rows) < 0 ||
                   COLLECT(edge_columns, models->items, models->count) < 0
               ? -1
               : 0;
}

static int by_run_and_key(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    int order = strcasecmp(a->run_uuid, b->run_uuid);

    return order ? order : strcmp(a->key, b->key);
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

static int read_datasets(struct db *db, const struct edges *edges, struct run_data *d)
{
    struct value *ids = arena_array(db->mem, struct value, edges->count),
                 *inputs = arena_array(db->mem, struct value, edges->count);
    size_t id_count = edges->count, dataset_count, tag_count;
    struct dataset *datasets;
    struct input_tag *tags;

    if (!id_count)
        return 0;
    for (size_t i = 0; i < id_count; i++) {
        inputs[i] = text(edges->items[i].input_uuid);
        ids[i] = text(edges->items[i].key);
    }
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
    qsort(edges->items, id_count, sizeof(*edges->items), by_run_and_key);
    for (size_t i = 0; i < id_count; i++) {
        const struct dataset *dataset = dataset_of(datasets, dataset_count, edges->items[i].key);

        if (dataset)
            add_dataset_rows(d, &edges->items[i], dataset, tags, tag_count);
    }
    return 0;
}

static void take_models(struct arena *mem, const struct edges *edges, struct run_data *d)
{
    d->model_inputs = arena_array(mem, struct run_model, edges->count);
    d->model_outputs = arena_array(mem, struct run_model, edges->count);
    if (edges->count)
        qsort(edges->items, edges->count, sizeof(*edges->items), by_run_and_key);
    for (size_t i = 0; i < edges->count; i++) {
        const struct edge *edge = &edges->items[i];
        const struct run_model model = { edge->run_uuid, edge->key, edge->step };

        if (!strcmp(edge->source_type, "RUN_INPUT"))
            d->model_inputs[d->model_input_count++] = model;
        else
            d->model_outputs[d->model_output_count++] = model;
    }
}

static int read_data(struct db *db, struct rows *rows, struct run_data *data)
{
    struct edges datasets, models;

    *data = (struct run_data){ 0 };
    if (read_parts(db, rows, data, &datasets, &models) < 0)
        return -1;
    db_finish(rows);
    take_models(db->mem, &models, data);
    return read_datasets(db, &datasets, data);
}

int run_data_read(struct db *db, const struct run *runs, size_t count, bool with_model_inputs,
                  struct run_data *data)
{
    struct value *ids = arena_array(db->mem, struct value, count);
    struct sql *selects = arena_array(db->mem, struct sql, LISTS);
    struct rows *rows;

    *data = (struct run_data){ 0 };
    if (!count)
        return 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = text(runs[i].run_uuid);
    add_parts(db->mem, selects, ids, count, with_model_inputs);
    if (sql_select_each(db, &rows, "select_run_data", selects, LISTS) < 0)
        return -1;
    return read_data(db, rows, data);
}

int run_data_by_id(struct db *db, const char *run_id, struct run *run, struct run_data *data)
{
    const struct value id = text(run_id);
    struct sql *selects = arena_array(db->mem, struct sql, 1 + LISTS);
    struct rows *rows;

    selects[0] = sql_new(db->mem);
    run_add_select(&selects[0], run_id);
    add_parts(db->mem, selects + 1, &id, 1, true);
    if (sql_select_each(db, &rows, "select_run_and_data", selects, 1 + LISTS) < 0 ||
        run_take(db, rows, run_id, run) < 0 || db_next_select(rows) < 0)
        return -1;
    return read_data(db, rows, data);
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
