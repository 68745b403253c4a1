#include "search_reading.h"

#include <stdlib.h>
#include <time.h>

#include "search/direction.h"

#define RUNS(filter, expected) assert_string_equal(filtered(SEARCH_RUNS, filter), expected)
#define EXPERIMENTS(filter, expected)                                                              \
    assert_string_equal(filtered(SEARCH_EXPERIMENTS, filter), expected)

#define STATUS(value) "(r.status = '" value "' AND BINARY r.status = '" value "')"
#define KEY(key)                                                                                   \
    " x WHERE x.run_uuid = r.run_uuid AND x.`key` = '" key "' AND BINARY x.`key` = '" key "'"
#define PARAM(rest)      "EXISTS (SELECT 1 FROM params" KEY("p") " AND " rest ")"
#define SERIES(of, rest) "(SELECT " of " FROM metrics" KEY("m") " AND x.is_nan = 0" rest ")"
#define REGEXP(column, negated, pattern)                                                           \
    "(('' REGEXP " pattern ") IS NOT NULL AND CONVERT(" column                                     \
    " USING utf8mb4) COLLATE utf8mb4_bin " negated "REGEXP " pattern ")"
#define NUMBER "x.value REGEXP '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$' AND "

#define LAST(key, rest) "EXISTS (SELECT 1 FROM latest_metrics" KEY(key) " AND " rest ")"
#define DOTTED(key, rest, of, sign)                                                                \
    " AND ((" LAST(key, rest) " OR (NOT " LAST(key, "TRUE") " AND " of " " sign ")))"

/* The exception: MLflow's meaning for runs with a metric of that name, ours for others. */
static void a_dot_is_another_at(void **state)
{
    static const char *const exact[] = { "metrics.`m.min` < 1", "metrics.\"m.min\" < 1" };

    (void)state;
    RUNS("metrics.m.min < 1",
         DOTTED("m.min", "x.is_nan = 0 AND x.value < 1", SERIES("MIN(x.value)", ""), "< 1"));
    RUNS("metrics.m.max != 1",
         DOTTED("m.max", "(x.value != 1 OR x.is_nan = 1)", SERIES("MAX(x.value)", ""), "!= 1"));
    RUNS("metric.`m`.first >= 1",
         DOTTED("`m`.first", "x.is_nan = 0 AND x.value >= 1",
                SERIES("x.value", " ORDER BY x.step, x.timestamp, x.value LIMIT 1"), ">= 1"));
    RUNS("metrics.m.count BETWEEN 1 AND 2",
         DOTTED("m.count", "x.is_nan = 0 AND x.value BETWEEN 1 AND 2",
                "NULLIF(" SERIES("COUNT(x.value)", "") ", 0)", "BETWEEN 1 AND 2"));
    for (size_t i = 0; i < 2; i++)
        RUNS(exact[i], " AND (" LAST("m.min", "x.is_nan = 0 AND x.value < 1") ")");
    RUNS("metrics.min < 1", " AND (" LAST("min", "x.is_nan = 0 AND x.value < 1") ")");
    RUNS("metrics.m.minx < 1", " AND (" LAST("m.minx", "x.is_nan = 0 AND x.value < 1") ")");
}

#define TAGGED                                                                                     \
    "COALESCE((SELECT CASE WHEN lower(t.value) IN ('minimize', 'min') THEN 1"                      \
    " WHEN lower(t.value) IN ('maximize', 'max') THEN 0 END FROM experiment_tags t"                \
    " WHERE t.experiment_id = r.experiment_id AND t.`key` = 'cairn.metric.direction.m'"            \
    " AND BINARY t.`key` = 'cairn.metric.direction.m'), "                                          \
    "(SELECT CASE lower(g.value) WHEN 'true' THEN 0 WHEN 'false' THEN 1 END"                       \
    " FROM experiment_tags n JOIN experiment_tags g ON g.experiment_id = n.experiment_id"          \
    " AND g.`key` = 'mlflow.experiment.primaryMetric.greaterIsBetter'"                             \
    " WHERE n.experiment_id = r.experiment_id"                                                     \
    " AND n.`key` = 'mlflow.experiment.primaryMetric.name' AND BINARY n.value = 'm'), 0)"

static const char *better(const char *key)
{
    return arena_printf(mem, "%s: %s", key, name_is_minimized(key) ? "smaller" : "greater");
}

static void the_best_is_what_the_experiment_says(void **state)
{
    static const char *const small[] = {
        "loss",
        "val_loss",
        "LogLoss",
        "train/rmse",
        "rmse",
        "valMae",
        "eval.wer",
        "false_positives",
        "mean-error",
        "neg_log_likelihood",
        "latency_ms p99",
        "test_error",
        "negative_log_likelihood",
    };
    static const char *const large[] = {
        "accuracy",     "m",         "",     "f1",   "neg_mean_squared_error",
        "neg_log_loss", "maelstrom", "wert", "日本", "likelihood",
        "r2",
    };

    (void)state;
    RUNS("metrics.m@best = 1",
         " AND ((CASE WHEN " TAGGED
         " THEN " SERIES("MIN(x.value)", "") " ELSE " SERIES("MAX(x.value)", "") " END)"
                                                                                 " = 1)");
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        assert_string_equal(better(small[i]), arena_printf(mem, "%s: smaller", small[i]));
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        assert_string_equal(better(large[i]), arena_printf(mem, "%s: greater", large[i]));
}

static void words_join_clauses(void **state)
{
    (void)state;
    RUNS("status = 'A' OR status = 'B'", " AND ((" STATUS("A") ") OR (" STATUS("B") "))");
    RUNS("(status = 'A')", " AND (" STATUS("A") ")");
    RUNS("((status='A'))", " AND (" STATUS("A") ")");
    RUNS("NOT status = 'A'", " AND ((" STATUS("A") ") IS NOT TRUE)");
    RUNS("not(not(status = 'A'))", " AND (((" STATUS("A") ") IS NOT TRUE) IS NOT TRUE)");
    RUNS("status='A'or(status='B')", " AND ((" STATUS("A") ") OR (" STATUS("B") "))");
    RUNS("status = 'A' AND NOT status = 'B'",
         " AND (" STATUS("A") ") AND ((" STATUS("B") ") IS NOT TRUE)");
    RUNS("status = 'A' OR status = 'B' AND status = 'C'",
         " AND ((" STATUS("A") ") OR ((" STATUS("B") ") AND (" STATUS("C") ")))");
    RUNS("(status = 'A' or status = 'B') and status = 'C'",
         " AND ((" STATUS("A") ") OR (" STATUS("B") ")) AND (" STATUS("C") ")");
    RUNS("NOT status = 'A' OR status = 'B'",
         " AND (((" STATUS("A") ") IS NOT TRUE) OR (" STATUS("B") "))");
    EXPERIMENTS("name = 'a'\nOR experiment_id IN ('1')",
                " AND (((e.name = 'a' AND BINARY e.name = 'a')) OR (e.experiment_id IN (1)))");
}

static void texts_have_more_comparators(void **state)
{
    (void)state;
    RUNS("params.p NOT  LIKE 'a%'", " AND (" PARAM("BINARY x.value NOT LIKE 'a%'") ")");
    RUNS("params.p not ilike 'a%'", " AND (" PARAM("lower(x.value) NOT LIKE lower('a%')") ")");
    RUNS("params.p REGEXP '^v\\d'", " AND (" PARAM(REGEXP("x.value", "", "'^v\\d'")) ")");
    RUNS("params.p not rlike \"x\"", " AND (" PARAM(REGEXP("x.value", "NOT ", "'x'")) ")");
    RUNS("params.p BETWEEN 'a' AND 'b'", " AND (" PARAM("BINARY x.value BETWEEN 'a' AND 'b'") ")");
    RUNS("params.p IN ('a', 'b')",
         " AND (" PARAM("(x.value IN ('a','b') AND BINARY x.value IN ('a','b'))") ")");
    RUNS("params.p not in ('a')", " AND (" PARAM("BINARY x.value NOT IN ('a')") ")");
    RUNS("status IN ('A')", " AND ((r.status IN ('A') AND BINARY r.status IN ('A')))");
    RUNS("attributes.run_name RLIKE 'x'",
         " AND (EXISTS (SELECT 1 FROM tags" KEY("mlflow.runName") " AND " REGEXP("x.value", "",
                                                                                 "'x'") "))");
    RUNS("dataset.digest NOT REGEXP 'x'",
         " AND (EXISTS (SELECT 1 FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
         " WHERE i.destination_type = 'RUN' AND i.destination_id = r.run_uuid AND " REGEXP(
             "d.digest", "NOT ", "'x'") "))");
    EXPERIMENTS("tags.t in ('a')",
                " AND (EXISTS (SELECT 1 FROM experiment_tags x WHERE x.experiment_id = "
                "e.experiment_id AND x.`key` = 't' AND BINARY x.`key` = 't' AND "
                "(x.value IN ('a') AND BINARY x.value IN ('a'))))");
}

static void numbers_have_ranges(void **state)
{
    (void)state;
    RUNS("metrics.m BETWEEN 1 AND 2 OR start_time not between -5 and 1.5",
         " AND ((EXISTS (SELECT 1 FROM latest_metrics" KEY(
             "m") " AND x.is_nan = 0 AND "
                  "x.value BETWEEN 1 AND 2)) OR (r.start_time NOT BETWEEN -5 AND 1.5))");
    RUNS("params.p < 0.01", " AND (" PARAM(NUMBER "(x.value + 0E0) < 0.01") ")");
    RUNS("params.p != 1", " AND (" PARAM(NUMBER "(x.value + 0E0) != 1") ")");
    RUNS("params.p BETWEEN -1 AND 1e3",
         " AND (" PARAM(NUMBER "(x.value + 0E0) BETWEEN -1 AND 1000") ")");
}

static void series_are_looked_into(void **state)
{
    static const char *const ways[] = {
        "metrics.m@min < 1",     "min(metrics.m) < 1", "MIN( metric.`m` )<1",
        "metrics.\"m\"@Min < 1", "(metrics.m@min<1)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        RUNS(ways[i], " AND (" SERIES("MIN(x.value)", "") " < 1)");
    RUNS("max(metrics.m) BETWEEN 1 AND 2", " AND (" SERIES("MAX(x.value)", "") " BETWEEN 1 AND 2)");
    RUNS("metrics.m@count = 0", " AND (" SERIES("COUNT(x.value)", "") " = 0)");
    RUNS("first(metrics.m) != 1",
         " AND (" SERIES("x.value", " ORDER BY x.step, x.timestamp, x.value LIMIT 1") " != 1)");
    RUNS("metrics.m@1000 > 1",
         " AND (" SERIES("x.value", " AND x.step = 1000 ORDER BY x.timestamp DESC, x.value DESC"
                                    " LIMIT 1") " > 1)");
    RUNS("metrics.m@-5 > 1",
         " AND (" SERIES("x.value", " AND x.step = -5 ORDER BY x.timestamp DESC, x.value DESC"
                                    " LIMIT 1") " > 1)");
}

static void runs_know_their_experiment(void **state)
{
    (void)state;
    RUNS("experiment.name LIKE 'a%'",
         " AND (EXISTS (SELECT 1 FROM experiments e WHERE e.experiment_id = r.experiment_id AND "
         "(e.name LIKE 'a%' AND BINARY e.name LIKE 'a%')))");
    RUNS("experiment.id IN ('1', ' 2')", " AND (r.experiment_id IN (1,2))");
    RUNS("experiment.id != 3", " AND (r.experiment_id != 3)");
}

/* The time that is left when age is compared with span: now, as far as the clock goes. */
static void check_age(const char *filter, const char *before, int64_t span)
{
    const char *sql = filtered(SEARCH_RUNS, filter);
    size_t n = strlen(before);
    int64_t now = (int64_t)time(NULL) * 1000;

    assert_int_equal(strncmp(sql, before, n), 0);
    assert_in_range(strtoll(sql + n, NULL, 10) + span, now - 60000, now + 60000);
}

static void times_are_relative(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } spans[] = {
        { "5ms", 5 },        { "12s", 12000 },      { "1.5h", 5400000 },  { "90m", 5400000 },
        { "7d", 604800000 }, { "12d", 1036800000 }, { "2w", 1209600000 }, { "0.25h", 900000 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        RUNS(arena_printf(mem, "duration >= %s", spans[i].text),
             arena_printf(mem, " AND ((r.end_time + 0e0 - r.start_time) >= %lld)",
                          (long long)spans[i].ms));
        check_age(arena_printf(mem, "age < %s", spans[i].text), " AND (r.start_time > ",
                  spans[i].ms);
    }
    check_age("age >= 2d", " AND (r.start_time <= ", 172800000);
    check_age("age BETWEEN 1d AND 2d", " AND (r.start_time BETWEEN ", 172800000);
    RUNS("duration BETWEEN 1s AND 2s",
         " AND ((r.end_time + 0e0 - r.start_time) BETWEEN 1000 AND 2000)");
    assert_memory_equal(filtered(SEARCH_EXPERIMENTS, "age > 1d"), " AND (e.creation_time < ", 24);
}

/* What MLflow accepts means what it means there, also where it looks like ours. */
static void mlflow_goes_first(void **state)
{
    (void)state;
    RUNS("metrics.m.MIN < 1", " AND (EXISTS (SELECT 1 FROM latest_metrics" KEY(
                                  "m.MIN") " AND x.is_nan = 0 AND x.value < 1))");
    RUNS("metrics.or > 1 AND metrics.not > 1",
         " AND (EXISTS (SELECT 1 FROM latest_metrics" KEY(
             "or") " AND x.is_nan = 0 AND x.value > 1)) AND (EXISTS (SELECT 1 FROM "
                   "latest_metrics" KEY("not") " AND x.is_nan = 0 AND x.value > 1))");
    RUNS("status = 'A OR B'", " AND (" STATUS("A OR B") ")");
    RUNS("status = 'A' status = 'B'", " AND (" STATUS("A") ") AND (" STATUS("B") ")");
}

#define CLAUSES(list) "Invalid clause(s) in filter string: " list

static void the_rest_is_refused_in_mlflows_words(void **state)
{
    static const char *const no_clauses[] = {
        "status = 'A' OR",
        "OR status = 'A'",
        "status = 'A' OR OR status = 'B'",
        "status = 'A' OR foo",
        "(status = 'A'",
        "status = 'A')",
        "(status = 'A' OR status = 'B'",
        "()",
        "NOT",
        "status = 'A' NOT",
        "status = 'A' AND NOT",
        "status = 'A' status = 'B' OR status = 'C'",
        "status = 'A' OR status = 'B' -- c",
        "status = 'A' /* c */ OR status = 'B'",
        "status = 'A' OR status = 'B';",
        "(status = 'A') (status = 'B')",
        "metrics.m BETWEEN 1",
        "metrics.m BETWEEN 1 AND",
        "metrics.m BETWEEN AND 2",
        "metrics.m BETWEEN 1 AND 'b'",
        "metrics.m BETWEEN '1' AND '2'",
        "metrics.m BETWEEN 1 OR 2",
        "metrics.m @min < 1",
        "metrics.m@min BETWEEN 1 AND 1e400",
        "metrics.m > 0 OR min(params.p) > 1",
        "age < 10 d",
        "age BETWEEN 1d AND 2",
        "duration > 10.s",
        "duration > 12x",
        "duration > 99999999999999w",
        "NOT status REGEXP 1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof no_clauses / sizeof *no_clauses; i++) {
        const char *said = filtered(SEARCH_RUNS, no_clauses[i]), *begins = CLAUSES("");

        if (strncmp(said, begins, strlen(begins)) != 0)
            assert_string_equal(said, no_clauses[i]); /* shows both */
    }
    RUNS("min(foo) > 1", "Invalid comparison clause. Expected 'Identifier' found 'min(foo)'");
    RUNS("sum(metrics.m) > 1",
         "Invalid comparison clause. Expected 'Identifier' found 'sum(metrics.m)'");
    RUNS("metrics.m@1 LIKE 'a'",
         "Invalid comparison clause. Expected 'Identifier' found 'metrics.m@1'");
    RUNS("params.p > '1'", "Invalid comparator '>' not one of "
                           "'{'=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'}'");
    RUNS("params.p > 1e400",
         "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1e400");
    RUNS("tags.t = 1", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1");
    RUNS("experiment.foo = 'x'", "Invalid entity type 'experiment'. Valid values are "
                                 "['metric', 'parameter', 'tag', 'attribute', 'dataset']");
    EXPERIMENTS("creation_time > 1.5",
                "Invalid value for numeric attribute 'creation_time': '1.5'");
    EXPERIMENTS("min(metrics.m) > 1 OR name = 'a'", CLAUSES("OR"));
    EXPERIMENTS("duration > 10s", CLAUSES("duration > 10s"));
}

/* before n times, then what, then after n times */
static const char *nested(const char *before, size_t n, const char *what, const char *after)
{
    char *s = arena_alloc(mem, n * (strlen(before) + strlen(after)) + strlen(what) + 1), *to = s;

    for (size_t i = 0; i < n; i++)
        to = stpcpy(to, before);
    to = stpcpy(to, what);
    for (size_t i = 0; i < n; i++)
        to = stpcpy(to, after);
    return s;
}

static void the_limits_are_the_same(void **state)
{
    (void)state;
    RUNS(nested("(", 99, "status = 'A'", ")"), " AND (" STATUS("A") ")");
    assert_memory_equal(filtered(SEARCH_RUNS, nested("(", 101, "status = 'A'", ")")), "Error", 5);
    assert_memory_equal(filtered(SEARCH_RUNS, nested("NOT ", 99, "status = 'A'", "")), " AND (", 6);
    assert_memory_equal(filtered(SEARCH_RUNS, nested("NOT ", 101, "status = 'A'", "")), "Invalid",
                        7);
    assert_memory_equal(filtered(SEARCH_RUNS, nested("end_time=1 OR ", 999, "end_time=1", "")),
                        " AND (", 6);
    assert_memory_equal(filtered(SEARCH_RUNS, nested("end_time=1 OR ", 1000, "end_time=1", "")),
                        "Invalid", 7);
}

/* An order as joins and ORDER BY, or the text of the error. */
static const char *ordered(const char *first, const char *second)
{
    const char *items[] = { first, second };
    struct text_list list = { items, second ? 2 : 1 };
    struct sql joins = sql_new(mem), order = sql_new(mem);

    error_clear(&err);
    if (search_order(&cx, SEARCH_RUNS, &list, &joins, &order) < 0)
        return err.message;
    assert_int_equal(err.code, ERROR_NONE);
    return arena_printf(mem, "%s|%s", with_values(&joins), with_values(&order));
}

static void orders_have_dots(void **state)
{
#define JOINED(key)                                                                                \
    " LEFT JOIN latest_metrics o0 ON o0.run_uuid = r.run_uuid AND o0.`key` = '" key "'|"           \
    "CASE WHEN o0.is_nan = 1 THEN "
#define MIN_OF_M(sign)                                                                             \
    "NULL ELSE " sign "COALESCE(o0.value, " SERIES(                                                \
        "MIN(x.value)", "") ") END DESC, "                                                         \
                            "COALESCE(o0.is_nan, 0) DESC, r.start_time DESC, r.run_uuid"
    const char *items[] = { "metrics.m.min" };
    struct text_list list = { items, 1 };
    bool descending;

    (void)state;
    assert_string_equal(ordered("metrics.m.min", NULL), JOINED("m.min") MIN_OF_M("-"));
    assert_string_equal(ordered("metrics.m.min  asc", NULL), JOINED("m.min") MIN_OF_M("-"));
    assert_string_equal(ordered("metrics.m.min DESC", NULL), JOINED("m.min") MIN_OF_M(""));
    assert_string_equal(ordered("metrics.`m.min` DESC", NULL),
                        JOINED("m.min") "1 WHEN o0.value IS NULL THEN 2 ELSE 0 END, o0.value DESC,"
                                        " r.start_time DESC, r.run_uuid");
    assert_null(search_order_metric(&cx, &list, &descending));
    assert_int_equal(err.code, ERROR_NONE);
}

static void orders_have_series_and_durations(void **state)
{
    const char *items[] = { "min(metrics.m)" };
    struct text_list list = { items, 1 };
    bool descending;

    (void)state;
    assert_string_equal(ordered("min(metrics.m) DESC", NULL),
                        "|" SERIES("MIN(x.value)", "") " DESC, r.start_time DESC, r.run_uuid");
    assert_string_equal(ordered("MAX(metrics.m)", NULL),
                        "|-" SERIES("MAX(x.value)", "") " DESC, r.start_time DESC, r.run_uuid");
    assert_string_equal(
        ordered("metrics.m@7 asc", NULL),
        "|-" SERIES("x.value", " AND x.step = 7 ORDER BY x.timestamp DESC,"
                               " x.value DESC LIMIT 1") " DESC, r.start_time DESC, r.run_uuid");
    assert_string_equal(ordered("duration desc", NULL), "|(r.end_time + 0e0 - r.start_time) DESC,"
                                                        " r.start_time DESC, r.run_uuid");
    assert_string_equal(ordered("min(metrics.m)", "MIN(metrics.m) DESC"),
                        "`order_by` contains duplicate fields: "
                        "['min(metrics.m)', 'MIN(metrics.m) DESC']");
    assert_memory_equal(ordered("metrics.m", "max(metrics.m)"), " LEFT JOIN latest_metrics", 25);
    /* to MLflow the name of a metric, whose last value this is the order of */
    assert_string_equal(ordered("metrics.m@min", NULL),
                        " LEFT JOIN latest_metrics o0 ON o0.run_uuid = r.run_uuid AND "
                        "o0.`key` = 'm@min'|CASE WHEN o0.is_nan = 1 THEN 1 WHEN o0.value IS NULL "
                        "THEN 2 ELSE 0 END, o0.value ASC, r.start_time DESC, r.run_uuid");
    assert_string_equal(ordered("min(metrics.m) FOO", NULL),
                        "Invalid ordering key in order_by clause 'min(metrics.m) FOO'.");
    assert_string_equal(ordered("min(params.p)", NULL),
                        "Invalid order_by clause 'min(params.p)'. Could not be parsed.");
    assert_memory_equal(ordered("age", NULL), "Invalid attribute key 'age'", 27);
    error_clear(&err);
    assert_null(search_order_metric(&cx, &list, &descending));
    assert_int_equal(err.code, ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_join_clauses),
        cmocka_unit_test(texts_have_more_comparators),
        cmocka_unit_test(numbers_have_ranges),
        cmocka_unit_test(series_are_looked_into),
        cmocka_unit_test(runs_know_their_experiment),
        cmocka_unit_test(times_are_relative),
        cmocka_unit_test(mlflow_goes_first),
        cmocka_unit_test(the_rest_is_refused_in_mlflows_words),
        cmocka_unit_test(the_limits_are_the_same),
        cmocka_unit_test(a_dot_is_another_at),
        cmocka_unit_test(the_best_is_what_the_experiment_says),
        cmocka_unit_test(orders_have_dots),
        cmocka_unit_test(orders_have_series_and_durations),
    };

    return cmocka_run_group_tests(tests, reading_setup, reading_teardown);
}
