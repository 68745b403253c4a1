#include "transfer.h"

#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum {
    ROWS_AT_ONCE = 100,
    NULL_REFUSED = 1048, /* of mysqld_error.h */
};

struct number {
    struct opt_int value;
};
static const struct field number_columns[] = { COLUMN(number, value), FIELDS_END };
/* Another connection cannot take it until this one ends. */
static const char get_lock[] = "SELECT GET_LOCK(CONCAT('cairn_import.', DATABASE()), 0) AS value";

/* 1: a row, 0: none, -1: failed. */
static int read_one(struct rows *rows, const struct field *columns, void *into)
{
    int found = db_next(rows, columns, into);

    db_finish(rows);
    return found;
}

int transfer_lock(struct db *db)
{
    struct number taken = { 0 };
    struct rows *rows;

    if (db_select(db, &rows, get_lock) < 0 || read_one(rows, number_columns, &taken) < 0)
        return -1;
    if (!taken.value.set || !taken.value.value)
        return fail(db, BAD_REQUEST, "Another import or export of this database is running.");
    return 0;
}

/* Names cannot be values, so they must not be able to be anything but names. */
static int check_name(struct db *db, const char *name)
{
    if (*name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
        return 0;
    return fail(db, INVALID_PARAMETER_VALUE, "'%s' is no name of a table or column of MLflow's.",
                name);
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* The column of the key that people name things in, or else the first one. */
static const char *name_column(const char *table, const char *const *columns, size_t count,
                               bool *is_name)
{
    static const char *const always[] = { "key", "param_key", "tag_key", "metric_name", NULL };
    static const char *const with_name[] = {
        "datasets", "input_tags", "registered_models", "model_versions", "registered_model_tags",
        NULL
    };

    *is_name = true;
    for (size_t i = 0; i < count; i++)
        if (is_one_of(columns[i], always) ||
            (!strcmp(columns[i], "name") && is_one_of(table, with_name)))
            return columns[i];
    *is_name = false;
    return columns[0];
}

/* What is there stays. But a name that is the stored one by collation only is another
 * thing, which would be lost: it becomes NULL, which these columns refuse. */
static void add_on_duplicate(struct sql *sql, const char *table, const char *const *columns,
                             size_t count)
{
    bool is_name;
    const char *c = name_column(table, columns, count, &is_name);

    if (is_name)
        sql_add(sql, arena_printf(sql->mem,
                                  " ON DUPLICATE KEY UPDATE `%s` = IF(BINARY `%s`.`%s` ="
                                  " BINARY VALUES(`%s`), `%s`.`%s`, NULL)",
                                  c, table, c, c, table, c));
    else
        sql_add(sql,
                arena_printf(sql->mem, " ON DUPLICATE KEY UPDATE `%s` = `%s`.`%s`", c, table, c));
}

static int insert_some(struct db *db, const char *table, const char *const *columns,
                       size_t column_count, const struct value *values, size_t row_count)
{
    struct sql sql = sql_new(db->mem);

    sql_add(&sql, "INSERT INTO `");
    sql_add(&sql, table);
    for (size_t i = 0; i < column_count; i++) {
        sql_add(&sql, i ? "`, `" : "` (`");
        sql_add(&sql, columns[i]);
    }
    sql_add(&sql, "`) VALUES ");
    for (size_t i = 0; i < row_count; i++) {
        sql_add(&sql, i ? ", " : "");
        sql_add_list(&sql, values + i * column_count, column_count);
    }
    add_on_duplicate(&sql, table, columns, column_count);
    if (sql_exec(db, arena_printf(db->mem, "transfer_%s", table), &sql) >= 0)
        return 0;
    return db_error_number(db) == NULL_REFUSED
               ? fail(db, INVALID_PARAMETER_VALUE,
                      "two names in %s differ in case, accents or trailing blanks only, which the "
                      "database cannot keep apart.",
                      table)
               : -1;
}

int transfer_insert(struct db *db, const char *table, const char *const *columns,
                    size_t column_count, const struct value *values, size_t row_count)
{
    if (check_name(db, table) < 0)
        return -1;
    for (size_t i = 0; i < column_count; i++)
        if (check_name(db, columns[i]) < 0)
            return -1;
    /* Two statements to prepare for each table: many rows, and one. */
    for (size_t i = 0, n; i < row_count; i += n) {
        struct arena_mark mark = arena_mark(db->mem);

        n = row_count - i >= ROWS_AT_ONCE ? ROWS_AT_ONCE : 1;
        if (insert_some(db, table, columns, column_count, values + i * column_count, n) < 0)
            return -1;
        arena_release(db->mem, mark);
    }
    return 0;
}

struct found_experiment {
    int64_t experiment_id, same;
};
static const struct field found_columns[] = {
    COLUMN(found_experiment, experiment_id),
    COLUMN(found_experiment, same),
    FIELDS_END,
};
static const char select_by_name[] =
    "SELECT experiment_id, BINARY name = BINARY ? AS same FROM experiments"
    " WHERE workspace = ? AND name = ?";
static const char select_by_id[] =
    "SELECT experiment_id, 0 AS same FROM experiments WHERE experiment_id = ?";
static const char insert_experiment[] =
    "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage,"
    "                         creation_time, last_update_time, workspace)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char update_location[] =
    "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?";

/* The id it would like to keep, or -1: file stores make ids of 18 digits, and 0 is
 * what AUTO_INCREMENT takes for none. */
static int64_t wanted_id(const char *id)
{
    char *end;
    long long number = strtoll(id, &end, 10);

    return *id && !*end && number > 0 && number <= INT_MAX ? number : -1;
}

static int insert_new(struct db *db, const struct foreign_experiment *e, const char *location,
                      int64_t *id)
{
    if (db_exec(db, insert_experiment, *id < 0 ? null() : integer(*id), text(e->name),
                text(location ? location : ""),
                text(e->lifecycle_stage ? e->lifecycle_stage : "active"),
                optional(e->creation_time), optional(e->last_update_time), text(e->workspace)) < 0)
        return -1;
    if (*id < 0)
        *id = db_last_insert_id(db);
    if (!location &&
        db_exec(db, update_location, text(arena_printf(db->mem, "mlflow-artifacts:/%" PRId64, *id)),
                integer(*id)) < 0)
        return -1;
    return 0;
}

int transfer_experiment(struct db *db, const struct foreign_experiment *e, const char *location,
                        bool dry_run, int64_t *id, bool *is_new)
{
    struct found_experiment found = { 0 };
    struct rows *rows;
    int there;

    *is_new = false;
    if (db_select(db, &rows, select_by_name, text(e->name), text(e->workspace), text(e->name)) < 0)
        return -1;
    there = read_one(rows, found_columns, &found);
    if (there > 0 && !found.same)
        return fail(db, INVALID_PARAMETER_VALUE,
                    "its name '%s' differs from that of experiment %" PRId64 " here in case, "
                    "accents or trailing blanks only: rename one of them.",
                    e->name, found.experiment_id);
    *id = found.experiment_id;
    if (there)
        return there < 0 ? -1 : 0;
    *is_new = true;
    *id = wanted_id(e->id);
    if (db_select(db, &rows, select_by_id, integer(*id)) < 0)
        return -1;
    there = read_one(rows, found_columns, &found);
    if (there < 0)
        return -1;
    if (there)
        *id = -1;
    return dry_run ? 0 : insert_new(db, e, location, id);
}

struct value transfer_real(double value)
{
    if (isnan(value))
        return real(0);
    return real(isinf(value) ? copysign(DBL_MAX, value) : value);
}

struct uuid {
    const char *dataset_uuid;
};
static const struct field uuid_columns[] = { COLUMN(uuid, dataset_uuid), FIELDS_END };
static const char select_dataset_uuid[] =
    "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?"
    "   AND BINARY name = ? AND BINARY digest = ?";

int transfer_dataset_uuid(struct db *db, int64_t experiment_id, const char *name,
                          const char *digest, const char **uuid)
{
    struct uuid found = { 0 };
    struct rows *rows;
    int there;

    if (db_select(db, &rows, select_dataset_uuid, integer(experiment_id), text(name), text(digest),
                  text(name), text(digest)) < 0)
        return -1;
    there = read_one(rows, uuid_columns, &found);
    *uuid = found.dataset_uuid;
    if (!there)
        return fail(db, NOT_FOUND,
                    "the dataset '%s' differs from another one in case, accents or trailing blanks "
                    "only, which the database cannot keep apart.",
                    name);
    return there < 0 ? -1 : 0;
}

static const char insert_input_tag[] =
    "INSERT INTO input_tags (input_uuid, name, value)"
    " SELECT input_uuid, ?, ? FROM inputs WHERE source_type = 'DATASET' AND source_id = ?"
    "    AND destination_type = 'RUN' AND destination_id = ?"
    " ON DUPLICATE KEY UPDATE value = input_tags.value";

int transfer_input_tag(struct db *db, const char *dataset_uuid, const char *run_id,
                       const char *name, const char *value)
{
    return db_exec(db, insert_input_tag, text(name), text(value), text(dataset_uuid),
                   text(run_id)) < 0
               ? -1
               : 0;
}
