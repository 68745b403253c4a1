#include "metrics.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

/* Infinities do not fit into SQL, NaN has a column of its own. */
static double stored_value(double value)
{
    if (isnan(value))
        return 0;
    if (isinf(value))
        return value > 0 ? DBL_MAX : -DBL_MAX;
    return value;
}

static void add_row(struct sql *sql, bool first, const char *run_id, const char *key, double value,
                    int64_t timestamp, int64_t step)
{
    sql_add(sql, first ? "(?, ?, ?, ?, ?, ?)" : ", (?, ?, ?, ?, ?, ?)", text(run_id), text(key),
            real(stored_value(value)), integer(timestamp), integer(step), integer(isnan(value)));
}

static void add_points(struct sql *sql, const char *run_id, const struct metric *const *metrics,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_row(sql, i == 0, run_id, metrics[i]->key, metrics[i]->value, metrics[i]->timestamp,
                metrics[i]->step);
}

#define INSERT_POINTS                                                                              \
    "INSERT INTO metrics (run_uuid, `key`, value, timestamp, step, is_nan) VALUES "
/* The whole row is the key: a duplicate is the same point once more. */
#define ON_SAME_POINT " ON DUPLICATE KEY UPDATE is_nan = VALUES(is_nan)"

static int insert_points(struct db *db, const struct run *run, const struct metric *const *metrics,
                         size_t count)
{
    struct sql sql = sql_new(db->mem);

    run_add_before_insert(db, &sql, run);
    sql_add(&sql, INSERT_POINTS);
    add_points(&sql, run->run_uuid, metrics, count);
    sql_add(&sql, ON_SAME_POINT);
    return sql_exec(db, "insert_metrics", &sql) < 0 ? -1 : 0;
}

#define INSERT_LATEST                                                                              \
    "INSERT INTO latest_metrics (run_uuid, `key`, value, timestamp, step, is_nan) VALUES "
/* The columns are assigned from left to right, each seeing those before it
 * changed; in this order the comparison stays true to the end.
 * A key that equals the stored one by collation only would change another
 * metric: then is_nan becomes more than its type holds, which is refused whatever CHECKs
 * the table has (MySQL before 8.0.16 has none). */
#define IS_LATER                                                                                   \
    "(VALUES(step), VALUES(timestamp), VALUES(value)) > (latest_metrics.step, "                    \
    "latest_metrics.timestamp, latest_metrics.value)"
static const char on_duplicate_latest[] =
    " ON DUPLICATE KEY UPDATE"
    " is_nan = IF(BINARY latest_metrics.`key` <> BINARY VALUES(`key`), 255,"
    "             IF(" IS_LATER ", VALUES(is_nan), latest_metrics.is_nan)),"
    " value = IF(" IS_LATER ", VALUES(value), latest_metrics.value),"
    " timestamp = IF(" IS_LATER ", VALUES(timestamp), latest_metrics.timestamp),"
    " step = IF(" IS_LATER ", VALUES(step), latest_metrics.step)";

static void add_latest(struct sql *sql, const char *run_id, const struct metric *const *metrics,
                       size_t count)
{
    sql_add(sql, INSERT_LATEST);
    add_points(sql, run_id, metrics, count);
    sql_add(sql, on_duplicate_latest);
}

static int latest_fail(struct db *db)
{
    return db_is_out_of_range(db)
               ? fail(db, BAD_REQUEST,
                      "The run has a metric whose name differs from one of this request "
                      "in case or trailing spaces only, which the database cannot keep "
                      "apart.")
               : -1;
}

static int upsert_latest(struct db *db, const struct run *run, const struct metric *const *metrics,
                         size_t count, bool last)
{
    struct sql sql = sql_new(db->mem);
    int failed;

    run_add_before_insert(db, &sql, run);
    add_latest(&sql, run->run_uuid, metrics, count);
    failed = last ? sql_exec_last(db, "upsert_last_metrics", &sql)
                  : (sql_exec(db, "upsert_latest_metrics", &sql) < 0 ? -1 : 0);
    return failed ? latest_fail(db) : 0;
}

static void add_if_active(struct sql *sql, const char *run_id, const struct metric *metric)
{
    sql_add(sql,
            "INSERT INTO metrics (run_uuid, `key`, value, timestamp, step, is_nan)"
            " SELECT run_uuid, ?, ?, ?, ?, ? FROM runs"
            "  WHERE run_uuid = ? AND lifecycle_stage = 'active'" ON_SAME_POINT,
            text(metric->key), real(stored_value(metric->value)), integer(metric->timestamp),
            integer(metric->step), integer(isnan(metric->value)), text(run_id));
}

/* The whole transaction in one round trip. */
static int insert_in_block(struct db *db, const char *run_id, const struct metric *metric)
{
    struct sql sql = sql_new(db->mem);

    sql_add(&sql, DB_BLOCK);
    add_if_active(&sql, run_id, metric);
    sql_add(&sql, DB_BLOCK_STOP_UNLESS_ROWS);
    add_latest(&sql, run_id, &metric, 1);
    sql_add(&sql, DB_BLOCK_END);
    if (db_block(db, "log_metric", &sql) == 0)
        return 1;
    return db_is_stopped(db) ? 0 : latest_fail(db);
}

int metric_insert(struct db *db, const char *run_id, const struct metric *metric)
{
    struct sql sql = sql_new(db->mem);
    int64_t logged;

    if (db_has_blocks(db))
        return insert_in_block(db, run_id, metric);
    add_if_active(&sql, run_id, metric);
    logged = sql_exec(db, "insert_if_active", &sql);
    if (logged <= 0)
        return (int)logged;
    return upsert_latest(db, &(struct run){ .run_uuid = run_id }, &metric, 1, true) < 0 ? -1 : 1;
}

/* By run and key, the order in which all lock rows. */
static int by_run_and_key(const void *left, const void *right)
{
    const struct group_point *a = *(const struct group_point *const *)left,
                             *b = *(const struct group_point *const *)right;
    int order = strcmp(a->run_id, b->run_id);

    return order ? order : strcmp(a->key, b->key);
}

static void add_group(struct sql *sql, const struct group_point *const *points, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_row(sql, i == 0, points[i]->run_id, points[i]->key, points[i]->value,
                points[i]->timestamp, points[i]->step);
}

/* All runs are there and active, or nothing is written. */
static void add_check_of_runs(struct sql *sql, const struct group_point *const *points,
                              size_t count)
{
    struct value *ids = arena_array(sql->mem, struct value, count);
    size_t runs = 0;

    for (size_t i = 0; i < count; i++) {
        ids[i] = text(points[i]->run_id);
        runs += !i || strcmp(points[i - 1]->run_id, points[i]->run_id) != 0;
    }
    sql_add(sql, "IF (SELECT COUNT(*) FROM runs WHERE run_uuid IN ");
    sql_add_list(sql, ids, count);
    sql_add(sql, " AND lifecycle_stage = 'active') <> ? THEN SIGNAL SQLSTATE '45000'; END IF; ",
            integer((int64_t)runs));
}

/* A group_write, one transaction in one round trip. */
static int write_group(void *context, const struct group_point *const *points, size_t count)
{
    struct db *db = context;
    const struct group_point **sorted = arena_array(db->mem, const struct group_point *, count);
    struct sql sql = sql_new(db->mem);

    for (size_t i = 0; i < count; i++)
        sorted[i] = points[i];
    qsort(sorted, count, sizeof(const struct group_point *), by_run_and_key);
    sql_add(&sql, DB_BLOCK);
    add_check_of_runs(&sql, sorted, count);
    sql_add(&sql, INSERT_POINTS);
    add_group(&sql, sorted, count);
    sql_add(&sql, ON_SAME_POINT "; " INSERT_LATEST);
    add_group(&sql, sorted, count);
    sql_add(&sql, on_duplicate_latest);
    sql_add(&sql, DB_BLOCK_END);
    if (db_block(db, "log_metrics_of_group", &sql) == 0)
        return 0;
    db_rollback(db);
    return -1;
}

int metric_insert_grouped(struct db *db, struct group_seat *seat, const char *run_id,
                          const struct metric *metric)
{
    struct group_point point = {
        .value = metric->value,
        .timestamp = metric->timestamp,
        .step = metric->step,
    };

    if (!seat || !db_has_blocks(db) || !group_fits(run_id, metric->key))
        return metric_insert(db, run_id, metric);
    memcpy(point.run_id, run_id, strlen(run_id));
    memcpy(point.key, metric->key, strlen(metric->key));
    if (group_commit(seat, &point, write_group, db)) {
        error_clear(db->err); /* of a later group, which this worker wrote for others */
        return 1;
    }
    return metric_insert(db, run_id, metric);
}

/* By key, and by what makes a value the latest. */
static int by_key_and_age(const void *left, const void *right)
{
    const struct metric *a = *(const struct metric *const *)left,
                        *b = *(const struct metric *const *)right;
    int order = strcmp(a->key, b->key);
    double va = stored_value(a->value), vb = stored_value(b->value);

    if (order)
        return order;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    if (a->timestamp != b->timestamp)
        return a->timestamp < b->timestamp ? -1 : 1;
    return va < vb ? -1 : va > vb;
}

static const char insert_model_metric[] =
    "INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms, metric_step,"
    "                                  metric_value, experiment_id, run_id, dataset_uuid,"
    "                                  dataset_name, dataset_digest)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)"
    " ON DUPLICATE KEY UPDATE model_id = VALUES(model_id)";

static const char *text_or_null(const char *s)
{
    return s && *s ? s : NULL;
}

static bool is_of_model(const struct metric *metric)
{
    return text_or_null(metric->model_id) != NULL;
}

static int insert_of_models(struct db *db, const struct run *run, const struct metric *metrics,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct metric *m = &metrics[i];

        if (!is_of_model(m))
            continue;
        if (db_exec(db, insert_model_metric, text(m->model_id), text(m->key), integer(m->timestamp),
                    integer(m->step), real(stored_value(m->value)), integer(run->experiment_id),
                    text(run->run_uuid), text(text_or_null(m->dataset_name)),
                    text(text_or_null(m->dataset_digest))) < 0)
            return db_is_reference(db)
                       ? fail(db, BAD_REQUEST, "There is no logged model with id=%s.", m->model_id)
                       : -1;
    }
    return 0;
}

/* Rows of one statement. Each number is a statement to prepare, so there are few of
 * them: 1 to 10, and the tens up to 100. */
static size_t rows_at_once(size_t left)
{
    return left >= 100 ? 100 : left > 10 ? left - left % 10 : left;
}

int metrics_insert(struct db *db, const struct run *run, const struct metric *metrics, size_t count,
                   bool last)
{
    const struct metric **sorted = arena_array(db->mem, const struct metric *, count + 1);
    size_t latest = 0;

    for (size_t i = 0; i < count; i++) {
        sorted[i] = &metrics[i];
        last = last && !is_of_model(&metrics[i]);
    }
    /* One order for all loggers: rows are locked in it, so they do not deadlock. */
    qsort(sorted, count, sizeof(const struct metric *), by_key_and_age);
    for (size_t i = 0, n; i < count; i += n) {
        n = rows_at_once(count - i);
        if (insert_points(db, run, sorted + i, n) < 0)
            return -1;
    }
    for (size_t i = 0; i < count; i++) /* the last of each key */
        if (i + 1 == count || strcmp(sorted[i]->key, sorted[i + 1]->key) != 0)
            sorted[latest++] = sorted[i];
    for (size_t i = 0, n; i < latest; i += n) {
        n = rows_at_once(latest - i);
        if (upsert_latest(db, run, sorted + i, n, last && i + n == latest) < 0)
            return -1;
    }
    return insert_of_models(db, run, metrics, count);
}

struct stored_key {
    const char *key;
};
static const struct field stored_key_columns[] = { COLUMN(stored_key, key), FIELDS_END };
static const char select_stored_key[] =
    "SELECT `key` FROM metrics WHERE run_uuid = ? AND `key` = ? LIMIT 1";

int metric_stored_key(struct db *db, const char *run_id, const char *key, const char **stored)
{
    struct stored_key row = { 0 };
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_stored_key, text(run_id), text(key)) < 0)
        return -1;
    found = db_next(rows, stored_key_columns, &row);
    db_finish(rows);
    *stored = row.key;
    return found < 0 ? -1 : 0;
}

const struct field metric_point_columns[] = {
    COLUMN(metric_point, value),
    COLUMN(metric_point, timestamp),
    COLUMN(metric_point, step),
    COLUMN(metric_point, is_nan),
    FIELDS_END,
};

#define SELECT_POINTS "SELECT value, timestamp, step, is_nan FROM metrics"

static const char select_points[] =
    SELECT_POINTS " WHERE run_uuid = ? AND `key` = ? ORDER BY step, timestamp, value, is_nan";

int metric_points(struct db *db, const char *run_id, const char *key, struct rows **rows)
{
    return db_select(db, rows, select_points, text(run_id), text(key));
}

static const char select_points_sorted[] = SELECT_POINTS
    " WHERE run_uuid = ? AND `key` = ? ORDER BY timestamp, step, value LIMIT ? OFFSET ?";

int metric_points_sorted(struct db *db, const char *run_id, const char *key, int64_t limit,
                         int64_t offset, struct rows **rows)
{
    return db_select(db, rows, select_points_sorted, text(run_id), text(key),
                     integer(limit >= 0 ? limit : INT64_MAX), integer(offset));
}

const struct field metric_point_of_run_columns[] = {
    COLUMN(metric_point_of_run, run_uuid),
    COLUMN(metric_point_of_run, key),
    COLUMN(metric_point_of_run, value),
    COLUMN(metric_point_of_run, timestamp),
    COLUMN(metric_point_of_run, step),
    COLUMN(metric_point_of_run, is_nan),
    FIELDS_END,
};

int metric_points_of_runs(struct db *db, const struct text_list *run_ids, const char *key,
                          int64_t limit, struct rows **rows)
{
    struct sql sql = sql_new(db->mem);
    struct value *ids = arena_array(db->mem, struct value, run_ids->count);

    for (size_t i = 0; i < run_ids->count; i++)
        ids[i] = text(run_ids->items[i]);
    sql_add(&sql, "SELECT run_uuid, `key`, value, timestamp, step, is_nan FROM metrics"
                  " WHERE run_uuid IN ");
    sql_add_set(&sql, ids, run_ids->count);
    sql_add(&sql, " AND `key` = ? ORDER BY run_uuid, timestamp, step, value LIMIT ?", text(key),
            integer(limit));
    return sql_select(db, rows, "select_points_of_runs", &sql);
}

/* The index, among n in order, of the first of bucket b of NTILE(buckets). */
static int64_t bucket_start(int64_t n, int64_t buckets, int64_t b)
{
    int64_t size = n / buckets, larger = n % buckets;

    return b * size + (b < larger ? b : larger);
}

/* A text that is a constant is compared with every row once more, after it has found
 * them; a value of another table's row is not. That is a third of the time that the
 * database takes for a row. */
void metric_add_from(struct sql *sql, const char *run_id, const char *key)
{
    sql_add(sql,
            " FROM (SELECT run_uuid, `key` FROM metrics WHERE run_uuid = ? AND `key` = ? LIMIT 1)"
            " named STRAIGHT_JOIN metrics m ON m.run_uuid = named.run_uuid"
            " AND m.`key` = named.`key`",
            text(run_id), text(key));
}

static int compare_points(const void *a, const void *b)
{
    const struct metric_point *l = a, *r = b;

    if (l->step != r->step)
        return l->step < r->step ? -1 : 1;
    if (l->timestamp != r->timestamp)
        return l->timestamp < r->timestamp ? -1 : 1;
    if (l->value != r->value)
        return l->value < r->value ? -1 : 1;
    return (l->is_nan > r->is_nan) - (l->is_nan < r->is_nan);
}

/* They are, unless the table's key is not Cairn's. */
static void sort_points(struct metric_point *points, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare_points(&points[i - 1], &points[i]) > 0) {
            qsort(points, count, sizeof(*points), compare_points);
            return;
        }
}

/* How many there are is known at the end only, so all are read: four numbers each. */
static int read_points(struct db *db, const char *run_id, const char *key, const int64_t *steps,
                       struct metric_point **points, size_t *count)
{
    struct sql sql = sql_new(db->mem);
    struct rows *rows;

    sql_add(&sql, "SELECT m.value, m.timestamp, m.step, m.is_nan");
    if (steps)
        sql_add(&sql,
                " FROM metrics m WHERE m.run_uuid = ? AND m.`key` = ?"
                " AND m.step BETWEEN ? AND ?",
                text(run_id), text(key), integer(steps[0]), integer(steps[1]));
    else
        metric_add_from(&sql, run_id, key);
    if (sql_select(db, &rows, "select_metric_sample", &sql) < 0 ||
        rows_collect(db, rows, metric_point_columns, sizeof(**points), (void **)points, count) < 0)
        return -1;
    sort_points(*points, *count);
    return 0;
}

int metric_sample(struct db *db, const char *run_id, const char *key, const int64_t *steps,
                  int64_t max_results, struct metric_point **points, size_t *count)
{
    struct metric_point *all;
    int64_t n, buckets, last = 0;
    size_t all_count;

    *count = 0;
    if (read_points(db, run_id, key, steps, &all, &all_count) < 0)
        return -1;
    n = (int64_t)all_count;
    buckets = n < max_results ? n : max_results;
    *points = all;
    for (int64_t b = 0; b < buckets; b++) { /* in place: buckets start behind their number */
        last = bucket_start(n, buckets, b);
        all[b] = all[last];
    }
    *count = (size_t)buckets;
    if (!n || last == n - 1)
        return 0;
    if (buckets < max_results)
        ++*count;
    (*points)[*count - 1] = all[n - 1];
    return 0;
}
