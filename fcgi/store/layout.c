#include "store/layout.h"

#include <string.h>
#include <time.h>

enum {
    SAMPLE = 100000, /* rows that are sorted to learn the server's speed */
    SAMPLE_LEAST = 10000,
    TABLES = 5,
};

struct key {
    const char *name, *columns;
    bool stays; /* Cairn has it too */
};

/* Sizes are those of data and indexes, in tenths of the data alone, as measured. */
struct table {
    const char *name;
    const char *primary[2]; /* by layout */
    struct key keys[3];     /* MLflow's indexes that depend on the layout */
    int size[2];
};

#define RUN_KEY "`run_uuid`, `key`"
#define KEY_RUN "`key`, `run_uuid`"

static const struct table tables[TABLES] = {
    { "runs",
      { "`run_uuid`", "`run_uuid`" },
      { { "experiment_id", "`experiment_id`", true } },
      { 15, 20 } },
    { "tags",
      { KEY_RUN, RUN_KEY },
      { { "index_tags_run_uuid", "`run_uuid`", false } },
      { 13, 10 } },
    { "latest_metrics",
      { KEY_RUN, RUN_KEY },
      { { "index_latest_metrics_run_uuid", "`run_uuid`", false } },
      { 13, 20 } },
    { "params",
      { KEY_RUN, RUN_KEY },
      { { "index_params_run_uuid", "`run_uuid`", false } },
      { 16, 20 } },
    { "metrics",
      { "`key`, `timestamp`, `step`, `run_uuid`, `value`, `is_nan`",
        "`run_uuid`, `key`, `step`, `timestamp`, `value`, `is_nan`" },
      { { "index_metrics_run_uuid", "`run_uuid`", false },
        { "index_metrics_run_uuid_key_step", "`run_uuid`, `key`, `step`", false } },
      { 26, 10 } },
};

/* What the database has. */
struct found {
    const char *tbl, *name, *parts;
};

struct state {
    struct db *db;
    struct found *keys;
    size_t count;
};

static const char select_keys[] =
    "SELECT table_name AS tbl, index_name AS name,"
    "       GROUP_CONCAT('`', column_name, '`', IFNULL(CONCAT('(', sub_part, ')'), '')"
    "                    ORDER BY seq_in_index SEPARATOR ', ') AS parts"
    "  FROM information_schema.statistics"
    " WHERE table_schema = DATABASE()"
    "   AND (table_name IN ('runs', 'tags', 'latest_metrics', 'params', 'metrics')"
    "        OR index_name LIKE 'cairn\\_%')"
    " GROUP BY table_name, index_name"
    " ORDER BY table_name, index_name";

static int read_keys(struct state *s)
{
    static const struct field fields[] = { COLUMN(found, tbl), COLUMN(found, name),
                                           COLUMN(found, parts), FIELDS_END };
    struct found row;
    struct rows *rows;
    size_t room = 0;
    int more;

    if (db_select(s->db, &rows, select_keys) < 0)
        return -1;
    while ((more = db_next(rows, fields, &row)) > 0) {
        if (s->count == room) {
            s->keys =
                arena_grow(s->db->mem, s->keys, room * sizeof(row), (room + 32) * sizeof(row));
            room += 32;
        }
        s->keys[s->count++] = row;
    }
    return more;
}

/* "" if there is no such index. */
static const char *columns_of(const struct state *s, const char *table, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->keys[i].tbl, table) && !strcmp(s->keys[i].name, name))
            return s->keys[i].parts;
    return "";
}

static bool is_cairns(const struct found *key)
{
    return !strncmp(key->name, "cairn_", 6);
}

static const char *add(struct arena *mem, const char *clauses, const char *clause)
{
    return arena_printf(mem, "%s%s%s", clauses, *clauses ? ", " : "", clause);
}

static int refuse(struct db *db, const char *table, const char *what, const char *columns)
{
    return fail(db, INVALID_STATE,
                "The table `%s` has %s (%s), which is neither MLflow's nor Cairn's: nothing was"
                " changed.",
                table, what, *columns ? columns : "none");
}

static int primary_clause(const struct state *s, const struct table *t, enum layout to,
                          const char **clauses)
{
    struct arena *mem = s->db->mem;
    const char *now = columns_of(s, t->name, "PRIMARY");

    if (!strcmp(now, t->primary[to]))
        return 0;
    if (strcmp(now, t->primary[!to]) != 0)
        return refuse(s->db, t->name, "the primary key", now);
    *clauses = add(mem, *clauses,
                   arena_printf(mem, "DROP PRIMARY KEY, ADD PRIMARY KEY (%s)", t->primary[to]));
    return 0;
}

static int key_clauses(const struct state *s, const struct table *t, enum layout to,
                       const char **clauses)
{
    struct arena *mem = s->db->mem;

    for (const struct key *k = t->keys; k->name; k++) {
        const char *now = columns_of(s, t->name, k->name);
        bool wanted = to == LAYOUT_MLFLOW || k->stays;

        if (*now && strcmp(now, k->columns) != 0)
            return refuse(s->db, t->name, arena_printf(mem, "the index %s", k->name), now);
        if (*now && !wanted)
            *clauses = add(mem, *clauses, arena_printf(mem, "DROP INDEX %s", k->name));
        /* Of an adoption the migrations make it, should it be missing. */
        if (!*now && to == LAYOUT_MLFLOW)
            *clauses =
                add(mem, *clauses, arena_printf(mem, "ADD INDEX %s (%s)", k->name, k->columns));
    }
    return 0;
}

static void drop_clauses(const struct state *s, const char *table, const char **clauses)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->keys[i].tbl, table) && is_cairns(&s->keys[i]))
            *clauses = add(s->db->mem, *clauses,
                           arena_printf(s->db->mem, "DROP INDEX %s", s->keys[i].name));
}

/* Several changes in one statement: the server makes one copy of the table, and
 * after a crash it has all of them or none. */
static void add_change(const struct state *s, struct layout_plan *plan, const char *table,
                       const char *clauses)
{
    if (!*clauses)
        return;
    plan->changes[plan->count++] = (struct layout_change){
        .table = table,
        .sql = arena_printf(s->db->mem, "ALTER TABLE %s %s, ALGORITHM=INPLACE, LOCK=NONE", table,
                            clauses),
        .copies = strstr(clauses, "PRIMARY") != NULL,
    };
}

static int plan_table(const struct state *s, const struct table *t, enum layout to,
                      struct layout_plan *plan)
{
    const char *clauses = "";

    if (primary_clause(s, t, to, &clauses) < 0 || key_clauses(s, t, to, &clauses) < 0)
        return -1;
    if (to == LAYOUT_MLFLOW)
        drop_clauses(s, t->name, &clauses);
    add_change(s, plan, t->name, clauses);
    return 0;
}

static const struct table *table_named(const char *name)
{
    for (size_t i = 0; i < TABLES; i++)
        if (!strcmp(tables[i].name, name))
            return &tables[i];
    return NULL;
}

/* Cairn's indexes of all other tables. */
static void plan_others(const struct state *s, struct layout_plan *plan)
{
    for (size_t i = 0; i < s->count; i++) {
        const char *clauses = "";

        if (table_named(s->keys[i].tbl) || (i && !strcmp(s->keys[i - 1].tbl, s->keys[i].tbl)))
            continue;
        drop_clauses(s, s->keys[i].tbl, &clauses);
        add_change(s, plan, s->keys[i].tbl, clauses);
    }
}

/* MySQL shows sizes of yesterday otherwise; MariaDB skips comments of this number. */
static const char fresh_sizes[] =
    "SET @cairn = 0 /*!80000 , SESSION information_schema_stats_expiry = 0 */";

static const char select_size[] =
    "SELECT table_rows AS `rows`, data_length AS data, index_length AS indexes"
    "  FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";

static int read_size(struct db *db, struct layout_change *c, enum layout to)
{
    static const struct field fields[] = { COLUMN(layout_change, rows), COLUMN(layout_change, data),
                                           COLUMN(layout_change, indexes), FIELDS_END };
    const struct table *t = table_named(c->table);
    struct rows *rows;

    if (db_select(db, &rows, select_size, text(c->table)) < 0 || db_next(rows, fields, c) < 0)
        return -1;
    db_finish(rows);
    c->after = t ? c->data * t->size[to] / 10 : c->data + c->indexes;
    return 0;
}

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A copy reads the rows in the old order, sorts them and writes them; this reads
 * and sorts a sample. For a million metrics it said 8 s and 25 s, the latter on a
 * busy machine; the copies then took 6 s and 15 s. */
static int read_rate(struct db *db, const struct layout_change *c, enum layout to, double *rate)
{
    static const struct field fields[] = { COLUMN(layout_change, rows), FIELDS_END };
    const char *key = table_named(c->table)->primary[to];
    struct sql sql = sql_new(db->mem);
    struct layout_change sample = { 0 };
    double begin = seconds();
    struct rows *rows;

    sql_add(&sql,
            arena_printf(db->mem,
                         "SELECT MAX(n) AS `rows` FROM (SELECT ROW_NUMBER() OVER (ORDER BY %s) AS n"
                         " FROM (SELECT %s FROM %s LIMIT %d) AS sample) AS sorted",
                         key, key, c->table, SAMPLE));
    if (sql_select(db, &rows, "layout_sample", &sql) < 0 || db_next(rows, fields, &sample) < 0)
        return -1;
    db_finish(rows);
    *rate = (double)c->data / (double)c->rows * (double)sample.rows / (seconds() - begin);
    return 0;
}

static int read_sizes(struct db *db, struct layout_plan *plan, enum layout to)
{
    const struct layout_change *largest = NULL;

    if (db_script(db, fresh_sizes, strlen(fresh_sizes)) < 0)
        return -1;
    for (size_t i = 0; i < plan->count; i++) {
        struct layout_change *c = &plan->changes[i];

        if (read_size(db, c, to) < 0)
            return -1;
        if (c->copies && c->rows >= SAMPLE_LEAST && (!largest || c->data > largest->data))
            largest = c;
    }
    return largest ? read_rate(db, largest, to, &plan->rate) : 0;
}

int layout_plan(struct db *db, enum layout to, struct layout_plan *plan)
{
    struct state s = { .db = db };

    *plan = (struct layout_plan){ 0 };
    if (read_keys(&s) < 0)
        return -1;
    plan->changes = arena_array(db->mem, struct layout_change, TABLES + s.count);
    for (size_t i = 0; i < TABLES; i++)
        if (plan_table(&s, &tables[i], to, plan) < 0)
            return -1;
    if (to == LAYOUT_MLFLOW)
        plan_others(&s, plan);
    return read_sizes(db, plan, to);
}
