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
static const struct field dataset_columns[] = {
    COLUMN(run_dataset, run_uuid),
    COLUMN(run_dataset, dataset_uuid),
    COLUMN(run_dataset, name),
    COLUMN(run_dataset, digest),
    COLUMN(run_dataset, dataset_source_type),
    COLUMN(run_dataset, dataset_source),
    COLUMN(run_dataset, dataset_schema),
    COLUMN(run_dataset, dataset_profile),
    COLUMN(run_dataset, tag_name),
    COLUMN(run_dataset, tag_value),
    FIELDS_END,
};
static const struct field model_columns[] = {
    COLUMN(run_model, run_uuid),
    COLUMN(run_model, model_id),
    COLUMN(run_model, step),
    FIELDS_END,
};

/* One list of all the runs: head, the ids, tail. */
static int read_list(struct db *db, const char *name, const char *head, const struct value *ids,
                     size_t id_count, const char *tail, const struct field *columns, size_t size,
                     void **items, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql, head);
    sql_add_list(&sql, ids, id_count);
    sql_add(&sql, tail);
    if (sql_select(db, &rows, name, &sql) < 0)
        return -1;
    return rows_collect(db, rows, columns, size, items, count);
}

#define READ_LIST(name, head, tail, columns, items, count)                                         \
    read_list(db, (name), (head), ids, id_count, (tail), (columns), sizeof(*(items)),              \
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

static int read_links(struct db *db, const struct value *ids, size_t id_count,
                      bool with_model_inputs, struct run_data *d)
{
    if (READ_LIST("select_run_datasets",
                  "SELECT i.destination_id AS run_uuid, d.dataset_uuid, d.name, d.digest,"
                  "       d.dataset_source_type, d.dataset_source, d.dataset_schema,"
                  "       d.dataset_profile, t.name AS tag_name, t.value AS tag_value"
                  "  FROM inputs i"
                  "  JOIN datasets d ON d.dataset_uuid = i.source_id"
                  "  LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid"
                  " WHERE i.destination_type = 'RUN' AND i.destination_id IN ",
                  " ORDER BY i.destination_id, i.source_id, t.name", dataset_columns, d->datasets,
                  d->dataset_count) < 0)
        return -1;
    if (with_model_inputs &&
        READ_LIST("select_model_inputs",
                  "SELECT source_id AS run_uuid, destination_id AS model_id, step FROM inputs"
                  " WHERE source_type = 'RUN_INPUT' AND destination_type = 'MODEL_INPUT'"
                  "   AND source_id IN ",
                  " ORDER BY source_id, destination_id", model_columns, d->model_inputs,
                  d->model_input_count) < 0)
        return -1;
    return READ_LIST("select_model_outputs",
                     "SELECT source_id AS run_uuid, destination_id AS model_id, step FROM inputs"
                     " WHERE source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT'"
                     "   AND source_id IN ",
                     " ORDER BY source_id, destination_id", model_columns, d->model_outputs,
                     d->model_output_count);
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
