#include "datasets.h"

#include <string.h>

#include "../id.h"
#include "rows.h"

enum {
    MOST_SUMMARIES = 1000
};

struct stored_dataset {
    const char *dataset_uuid;
};
static const struct field stored_columns[] = { COLUMN(stored_dataset, dataset_uuid), FIELDS_END };

static const char select_dataset[] = "SELECT dataset_uuid FROM datasets"
                                     " WHERE experiment_id = ? AND name = ? AND digest = ? AND "
                                     "BINARY name = ? AND BINARY digest = ?";
static const char insert_dataset[] =
    "INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type,"
    "                      dataset_source, dataset_schema, dataset_profile)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

/* 1: found, 0: not, -1: failed. */
static int find_dataset(struct db *db, int64_t experiment_id, const struct dataset *d,
                        struct stored_dataset *stored)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_dataset, integer(experiment_id), text(d->name), text(d->digest),
                  text(d->name), text(d->digest)) < 0)
        return -1;
    found = db_next(rows, stored_columns, stored);
    db_finish(rows);
    return found;
}

static int add_dataset(struct db *db, int64_t experiment_id, const struct dataset *d,
                       struct stored_dataset *stored)
{
    int found = find_dataset(db, experiment_id, d, stored);

    if (found)
        return found < 0 ? -1 : 0;
    stored->dataset_uuid = id_hex(db->mem);
    if (db_exec(db, insert_dataset, text(stored->dataset_uuid), integer(experiment_id),
                text(d->name), text(d->digest), text(d->source_type), text(d->source),
                text(d->schema), text(d->profile)) >= 0)
        return 0;
    if (!db_is_duplicate(db))
        return -1;
    /* Another run of the experiment was faster, or the name is one by collation only. */
    found = find_dataset(db, experiment_id, d, stored);
    if (found == 0)
        return fail(db, BAD_REQUEST,
                    "The experiment has a dataset whose name or digest differs from that of '%s' "
                    "in case or trailing spaces only, which the database cannot keep apart.",
                    d->name);
    return found < 0 ? -1 : 0;
}

static const char insert_input[] = "INSERT INTO inputs (input_uuid, source_type, source_id, "
                                   "destination_type, destination_id, step)"
                                   " VALUES (?, ?, ?, ?, ?, ?)";
static const char insert_input_tag[] =
    "INSERT INTO input_tags (input_uuid, name, value) VALUES (?, ?, ?)";

static int add_tags(struct db *db, const char *input_uuid, const struct list *tags)
{
    const struct key_value *items = tags->items;

    for (size_t i = 0; i < tags->count; i++)
        if (db_exec(db, insert_input_tag, text(input_uuid), text(items[i].key),
                    text(items[i].value)) < 0)
            return db_is_duplicate(db)
                       ? fail(db, BAD_REQUEST, "A dataset input has the tag '%s' twice.",
                              items[i].key)
                       : -1;
    return 0;
}

static bool is_repeated(const struct dataset_input *inputs, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!strcmp(inputs[k].dataset.name, inputs[i].dataset.name) &&
            !strcmp(inputs[k].dataset.digest, inputs[i].dataset.digest))
            return true;
    return false;
}

int run_add_datasets(struct db *db, const struct run *run, const struct dataset_input *inputs,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *input_uuid = id_hex(db->mem);
        struct stored_dataset stored = { 0 };

        if (is_repeated(inputs, i))
            continue;
        if (add_dataset(db, run->experiment_id, &inputs[i].dataset, &stored) < 0)
            return -1;
        if (db_exec(db, insert_input, text(input_uuid), text("DATASET"), text(stored.dataset_uuid),
                    text("RUN"), text(run->run_uuid), integer(0)) < 0) {
            if (!db_is_duplicate(db))
                return -1;
        } else if (add_tags(db, input_uuid, &inputs[i].tags) < 0) {
            return -1;
        }
    }
    return 0;
}

static const char upsert_model_input[] =
    "INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)"
    " VALUES (?, 'RUN_INPUT', ?, 'MODEL_INPUT', ?)"
    " ON DUPLICATE KEY UPDATE input_uuid = VALUES(input_uuid)";

int run_add_model_inputs(struct db *db, const struct run *run, const struct model_edge *models,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (db_exec(db, upsert_model_input, text(id_hex(db->mem)), text(run->run_uuid),
                    text(models[i].model_id)) < 0)
            return -1;
    return 0;
}

int run_add_model_outputs(struct db *db, const struct run *run, const struct model_edge *models,
                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (db_exec(db, insert_input, text(id_hex(db->mem)), text("RUN_OUTPUT"),
                    text(run->run_uuid), text("MODEL_OUTPUT"), text(models[i].model_id),
                    integer(models[i].step.value)) < 0)
            return db_is_duplicate(db)
                       ? fail(db, BAD_REQUEST, "The run '%s' has the output model '%s' already.",
                              run->run_uuid, models[i].model_id)
                       : -1;
    return 0;
}

static const struct field summary_columns[] = {
    COLUMN(dataset_summary, experiment_id),
    COLUMN(dataset_summary, name),
    COLUMN(dataset_summary, digest),
    COLUMN(dataset_summary, context),
    FIELDS_END,
};

int dataset_summaries(struct db *db, const int64_t *experiment_ids, size_t id_count,
                      struct dataset_summary **summaries, size_t *count)
{
    struct value *ids = arena_array(db->mem, struct value, id_count);
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    for (size_t i = 0; i < id_count; i++)
        ids[i] = integer(experiment_ids[i]);
    sql_add(&sql, "SELECT DISTINCT d.experiment_id, d.name, d.digest, t.value AS context"
                  "  FROM datasets d"
                  "  JOIN inputs i ON i.source_type = 'DATASET' AND i.source_id = d.dataset_uuid"
                  "  LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid"
                  "   AND t.name = 'mlflow.data.context'"
                  " WHERE d.experiment_id IN ");
    sql_add_list(&sql, ids, id_count);
    sql_add(&sql, " ORDER BY d.experiment_id, d.name, d.digest, t.value LIMIT ?",
            integer(MOST_SUMMARIES));
    if (sql_select(db, &rows, "select_dataset_summaries", &sql) < 0)
        return -1;
    return rows_collect(db, rows, summary_columns, sizeof(**summaries), (void **)summaries, count);
}
