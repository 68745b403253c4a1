#include "store/installed.h"

#include <inttypes.h>
#include <string.h>

#include "store/migrate.h"

static const struct field applied_fields[] = {
    COLUMN(applied, area),
    COLUMN(applied, number),
    COLUMN(applied, name),
    COLUMN(applied, version),
    COLUMN(applied, checksum),
    COLUMN(applied, finished),
    FIELDS_END,
};

static const struct field state_fields[] = {
    COLUMN(installed, database),
    COLUMN(installed, server),
    COLUMN(installed, tables),
    COLUMN(installed, has_alembic),
    COLUMN(installed, has_record),
    COLUMN(installed, is_clustered),
    FIELDS_END,
};

static const char select_state[] =
    "SELECT DATABASE() AS `database`, VERSION() AS server,"
    "       (SELECT COUNT(*) FROM information_schema.tables"
    "         WHERE table_schema = DATABASE()) AS tables,"
    "       (SELECT COUNT(*) FROM information_schema.tables"
    "         WHERE table_schema = DATABASE() AND table_name = 'alembic_version') AS has_alembic,"
    "       (SELECT COUNT(*) FROM information_schema.tables"
    "         WHERE table_schema = DATABASE() AND table_name = 'cairn_migrations') AS has_record,"
    "       (SELECT COUNT(*) FROM information_schema.statistics"
    "         WHERE table_schema = DATABASE() AND index_name = 'PRIMARY' AND seq_in_index = 1"
    "           AND column_name = 'run_uuid'"
    "           AND table_name IN ('params', 'tags', 'latest_metrics', 'metrics')) = 4"
    "       AS is_clustered";

/* Several rows are nothing that MLflow makes; they are named together. */
static const char select_revision[] =
    "SELECT GROUP_CONCAT(version_num) AS revision FROM alembic_version";

static const char select_applied[] =
    "SELECT area, number, name, version, checksum, finished FROM cairn_migrations"
    " ORDER BY started, area, number";

static int read_revision(struct db *db, struct installed *s)
{
    static const struct field fields[] = { COLUMN(installed, revision), FIELDS_END };
    struct rows *rows;

    if (!s->has_alembic)
        return 0;
    if (db_select(db, &rows, select_revision) < 0 || db_next(rows, fields, s) < 0)
        return -1;
    db_finish(rows);
    return 0;
}

static int read_applied(struct db *db, struct installed *s)
{
    struct applied a;
    struct rows *rows;
    size_t room = 0;
    int more;

    if (!s->has_record)
        return 0;
    if (db_select(db, &rows, select_applied) < 0)
        return -1;
    while ((more = db_next(rows, applied_fields, &a)) > 0) {
        if (s->applied_count == room) {
            s->applied = arena_grow(db->mem, s->applied, room * sizeof(a), (room + 16) * sizeof(a));
            room += 16;
        }
        s->applied[s->applied_count++] = a;
    }
    return more;
}

int installed_read(struct db *db, struct installed *s)
{
    struct rows *rows;

    *s = (struct installed){ 0 };
    if (db_select(db, &rows, select_state) < 0 || db_next(rows, state_fields, s) < 0)
        return -1;
    db_finish(rows);
    return read_revision(db, s) < 0 || read_applied(db, s) < 0 ? -1 : 0;
}

const struct applied *installed_row(const struct installed *s, const struct migration *m)
{
    for (size_t i = 0; i < s->applied_count; i++)
        if (s->applied[i].number == m->number && !strcmp(s->applied[i].area, m->area))
            return &s->applied[i];
    return NULL;
}

static bool is_known(const struct applied *a)
{
    for (const struct migration *m = migrations; m->area; m++)
        if (m->number == a->number && !strcmp(m->area, a->area))
            return true;
    return false;
}

static bool is_ours(const struct migration *m)
{
    return !strcmp(m->area, "cairn");
}

/* MLflow's part was made by MLflow itself if its revision is there and no
 * record of ours. */
bool installed_lacks(const struct installed *s, const struct migration *m)
{
    const struct applied *a = installed_row(s, m);

    if (a)
        return !a->finished.set;
    return is_ours(m) || !s->revision;
}

bool installed_by_mlflow(const struct installed *s)
{
    for (size_t i = 0; i < s->applied_count; i++)
        if (!strcmp(s->applied[i].area, "mlflow"))
            return false;
    return s->revision != NULL;
}

/* Is it a schema that this binary may work on at all? */
int installed_refuse(struct db *db, const struct installed *s)
{
    if (s->revision && strcmp(s->revision, MLFLOW_REVISION) != 0)
        return fail(db, INVALID_STATE,
                    "The database `%s` is at revision %s of MLflow's schema and this Cairn knows"
                    " " MLFLOW_REVISION " (MLflow 3.17.2): run `mlflow db upgrade` of that version,"
                    " or use a Cairn that knows %s.",
                    s->database, s->revision, s->revision);
    for (size_t i = 0; i < s->applied_count; i++)
        if (!is_known(&s->applied[i]))
            return fail(
                db, INVALID_STATE,
                "The database `%s` has the migration %s/%04d_%s of Cairn %s, which this Cairn"
                " (" CAIRN_VERSION ") does not know: use the newer one.",
                s->database, s->applied[i].area, (int)s->applied[i].number, s->applied[i].name,
                s->applied[i].version);
    if (!s->revision && !s->has_record && s->tables > 0)
        return fail(db, INVALID_STATE,
                    "The database `%s` has %" PRId64 " tables and no revision of MLflow's schema:"
                    " Cairn needs a database of its own, or one of MLflow 3.17.2.",
                    s->database, s->tables);
    return 0;
}

int migrate_known(struct db *db)
{
    struct installed s;

    if (installed_read(db, &s) < 0)
        return -1;
    if (installed_refuse(db, &s) < 0)
        return -1;
    if (!s.revision && !s.has_record)
        return fail(db, INVALID_STATE,
                    "The database `%s` has no schema yet: run `cairn db migrate`.", s.database);
    for (const struct migration *m = migrations; m->area; m++) {
        const struct applied *a = installed_row(&s, m);

        if (a && !a->finished.set)
            return fail(db, INVALID_STATE,
                        "The migration %s of the database `%s` has not finished: run"
                        " `cairn db migrate`, which waits for one that runs and resumes one that"
                        " was interrupted.",
                        m->file, s.database);
        if (installed_lacks(&s, m))
            return fail(db, INVALID_STATE,
                        "The database `%s` lacks the migration %s: run `cairn db migrate`.",
                        s.database, m->file);
    }
    return 0;
}
