#include "params.h"

#include <string.h>

#include "rows.h"

static int fail_alike(struct db *db, const char *key)
{
    return fail(db, BAD_REQUEST,
                "The run has a param whose name differs from '%s' in case or trailing spaces only, "
                "which the database cannot keep apart.",
                key);
}

struct stored_param {
    const char *key, *value;
    int64_t same;
};
static const struct field stored_columns[] = {
    COLUMN(stored_param, key),
    COLUMN(stored_param, value),
    COLUMN(stored_param, same),
    FIELDS_END,
};

static const char insert_param[] = "INSERT INTO params (run_uuid, `key`, value) VALUES (?, ?, ?)";
static const char select_param[] =
    "SELECT `key`, value, value = ? AS same FROM params WHERE run_uuid = ? AND `key` = ?";

int param_insert(struct db *db, const char *run_id, const struct key_value *param)
{
    struct stored_param stored = { 0 };
    struct rows *rows;
    int found;

    if (db_exec(db, insert_param, text(run_id), text(param->key), text(param->value)) >= 0)
        return 0;
    if (!db_is_duplicate(db) ||
        db_select(db, &rows, select_param, text(param->value), text(run_id), text(param->key)) < 0)
        return -1;
    found = db_next(rows, stored_columns, &stored);
    db_finish(rows);
    if (found < 0)
        return -1;
    if (found == 0)
        return fail(db, TEMPORARILY_UNAVAILABLE, "The param is being removed. Try again.");
    if (strcmp(stored.key, param->key) != 0)
        return fail_alike(db, param->key);
    if (stored.same)
        return 0;
    return fail(db, INVALID_PARAMETER_VALUE,
                "Changing param values is not allowed. Param with key='%s' was already logged with "
                "value='%s' for run ID='%s'. Attempted logging new value '%s'.",
                param->key, stored.value, run_id, param->value);
}

static int insert_all(struct db *db, const struct run *run, const struct key_value *const *params,
                      size_t count)
{
    struct sql sql = sql_new(db->mem);

    if (!count)
        return 0;
    run_add_before_insert(db, &sql, run);
    sql_add(&sql, "INSERT INTO params (run_uuid, `key`, value) VALUES ");
    for (size_t i = 0; i < count; i++)
        sql_add(&sql, i ? ", (?, ?, ?)" : "(?, ?, ?)", text(run->run_uuid), text(params[i]->key),
                text(params[i]->value));
    return sql_exec(db, "insert_params", &sql) < 0 ? -1 : 0;
}

static const char select_stored[] = "SELECT `key`, value, 0 AS same FROM params WHERE run_uuid = ?";

/* Sorts out what is new. Returns -1 if one is there with another value. */
static int only_new(struct db *db, const char *run_id, const struct key_value **params,
                    size_t *count)
{
    struct stored_param *stored;
    struct rows *rows;
    size_t stored_count, left = 0;
    const char *changed = "";

    if (db_select(db, &rows, select_stored, text(run_id)) < 0 ||
        rows_collect(db, rows, stored_columns, sizeof(*stored), (void **)&stored, &stored_count) <
            0)
        return -1;
    for (size_t i = 0; i < *count; i++) {
        size_t k = 0;

        while (k < stored_count && strcmp(stored[k].key, params[i]->key) != 0)
            k++;
        if (k == stored_count)
            params[left++] = params[i];
        else if (strcmp(stored[k].value, params[i]->value) != 0)
            changed = arena_printf(
                db->mem, "%s%s{'key': %s, 'old_value': %s, 'new_value': %s}", changed,
                *changed ? ", " : "", python_repr(db->mem, params[i]->key),
                python_repr(db->mem, stored[k].value), python_repr(db->mem, params[i]->value));
    }
    *count = left;
    if (*changed)
        return fail(db, INVALID_PARAMETER_VALUE,
                    "Changing param values is not allowed. Params were already logged='[%s]' for "
                    "run ID='%s'.",
                    changed, run_id);
    return 0;
}

int params_insert(struct db *db, const struct run *run, const struct key_value *params,
                  size_t count)
{
    const struct key_value **left = arena_array(db->mem, const struct key_value *, count + 1);

    for (size_t i = 0; i < count; i++)
        left[i] = &params[i];
    /* New ones are the rule; another logger may come between reading and writing. */
    for (int tries = 0; tries < 3; tries++) {
        if (insert_all(db, run, left, count) == 0)
            return 0;
        if (!db_is_duplicate(db) || only_new(db, run->run_uuid, left, &count) < 0)
            return -1;
    }
    return fail_alike(db, left[0]->key);
}
