#include "owners.h"

#include "rows.h"

static const struct field owner_columns[] = { COLUMN(owner, id), COLUMN(owner, uri), FIELDS_END };

static int add_owners(struct db *db, const char *name, const char *sql, struct owner **owners,
                      size_t *count)
{
    static const struct value none[] = { { .type = VALUE_END } };
    struct owner *found = NULL;
    struct rows *rows;
    size_t more;

    if (db_select_values(db, &rows, name, sql, none) < 0 ||
        rows_collect(db, rows, owner_columns, sizeof(*found), (void **)&found, &more) < 0)
        return -1;
    *owners =
        arena_grow(db->mem, *owners, *count * sizeof(**owners), (*count + more) * sizeof(**owners));
    for (size_t i = 0; i < more; i++)
        (*owners)[(*count)++] = found[i];
    return 0;
}

static const char select_trace_tags[] =
    "SELECT request_id AS id, value AS uri FROM trace_tags"
    " WHERE `key` IN ('mlflow.artifactLocation', 'mlflow.trace.archiveLocation')";

int owners_find(struct db *db, struct owner **owners, size_t *count)
{
    static const char *const selects[] = {
        "SELECT run_uuid AS id, artifact_uri AS uri FROM runs",
        "SELECT model_id AS id, artifact_location AS uri FROM logged_models",
        "SELECT request_id AS id, NULL AS uri FROM trace_info",
        select_trace_tags,
        "SELECT NULL AS id, source AS uri FROM model_versions",
        "SELECT NULL AS id, storage_location AS uri FROM model_versions",
    };

    *owners = NULL;
    *count = 0;
    for (size_t i = 0; i < sizeof(selects) / sizeof(*selects); i++)
        if (add_owners(db, "select_owners", selects[i], owners, count) < 0)
            return -1;
    return 0;
}

static const char select_homes[] = "SELECT NULL AS id, artifact_location AS uri FROM experiments";

int owners_homes(struct db *db, struct owner **homes, size_t *count)
{
    *homes = NULL;
    *count = 0;
    return add_owners(db, "select_homes", select_homes, homes, count);
}
