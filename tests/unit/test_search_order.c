#include "search_reading.h"

/* Joins and ORDER BY, or the text of the error. */
static const char *ordered(enum search_what what, const char **items, size_t count)
{
    struct text_list list = { items, count };
    struct sql joins = sql_new(mem), sql = sql_new(mem);

    error_clear(&err);
    if (search_order(&cx, what, &list, &joins, &sql) == 0)
        return arena_printf(mem, "%s|%s", with_values(&joins), with_values(&sql));
    assert_int_equal(err.code, ERROR_INVALID_PARAMETER_VALUE);
    return err.message;
}

#define ORDERED(what, expected, ...)                                                               \
    do {                                                                                           \
        const char *items[] = { __VA_ARGS__ };                                                     \
        assert_string_equal(ordered(what, items, sizeof items / sizeof *items), expected);         \
    } while (0)
#define RUNS(expected, ...)        ORDERED(SEARCH_RUNS, expected, __VA_ARGS__)
#define EXPERIMENTS(expected, ...) ORDERED(SEARCH_EXPERIMENTS, expected, __VA_ARGS__)

#define TIES "r.start_time DESC, r.run_uuid"

static void ties_are_broken_by_time_and_id(void **state)
{
    (void)state;
    assert_string_equal(ordered(SEARCH_RUNS, NULL, 0), "|" TIES);
    assert_string_equal(ordered(SEARCH_EXPERIMENTS, NULL, 0),
                        "|e.creation_time DESC, e.experiment_id ASC");
    RUNS("|r.status IS NULL, r.status ASC, " TIES, "status");
    RUNS("|r.start_time DESC, r.run_uuid", "attributes.start_time desc");
    RUNS("|r.start_time IS NULL, r.start_time ASC, r.run_uuid", "created");
    EXPERIMENTS("|e.name DESC, e.experiment_id DESC", "name DESC");
    EXPERIMENTS("|e.name ASC, e.experiment_id ASC", "name", "`experiment_id` asc");
}

static void what_is_missing_comes_last(void **state)
{
    (void)state;
    RUNS(" LEFT JOIN latest_metrics o0 ON o0.run_uuid = r.run_uuid AND o0.`key` = 'a b'"
         " LEFT JOIN params o1 ON o1.run_uuid = r.run_uuid AND o1.`key` = 'p'"
         "|CASE WHEN o0.is_nan = 1 THEN 1 WHEN o0.value IS NULL THEN 2 ELSE 0 END, o0.value DESC, "
         "o1.value IS NULL, o1.value ASC, r.end_time DESC, " TIES,
         "metrics.`a b` DESC", "param.p", "end_time DESC");
}

static void quotes_stay_unless_a_direction_follows(void **state)
{
    (void)state;
    RUNS(" LEFT JOIN tags o0 ON o0.run_uuid = r.run_uuid AND o0.`key` = 'a b'"
         "|o0.value IS NULL, o0.value ASC, " TIES,
         "tags.\"a b\"");
    RUNS(" LEFT JOIN tags o0 ON o0.run_uuid = r.run_uuid AND o0.`key` = 'a\"b'"
         "|o0.value IS NULL, o0.value ASC, " TIES,
         "tags.\"a\\\"b\" ASC");
    RUNS("Invalid order_by clause 'tags.`a\"b` DESC'. Could not be parsed.", "tags.`a\"b` DESC");
    RUNS("|r.run_uuid DESC, " TIES, "\"run_id\" \"DESC\"");
}

static void what_is_no_order_is_refused(void **state)
{
    (void)state;
    RUNS("Invalid order_by clause ''. Could not be parsed.", "");
    RUNS("Invalid order_by clause 'status '. Could not be parsed.", "status ");
    RUNS("Invalid order_by clause 'a; b'. Could not be parsed.", "a; b");
    RUNS("Invalid order_by clause 'metrics.m, params.p'. Could not be parsed.",
         "metrics.m, params.p");
    RUNS("Invalid order_by clause 'metrics.m NULLS LAST'. Could not be parsed.",
         "metrics.m NULLS LAST");
    RUNS("Invalid ordering key in order_by clause 'metrics.m FOO'.", "metrics.m FOO");
    RUNS("Invalid attribute key 'Run name' specified. Valid keys are '{'run_id', 'run_name', "
         "'status', 'user_id', 'artifact_uri', 'start_time', 'end_time', 'created', 'Created'}'",
         "attributes.`Run name` DESC");
    RUNS("Invalid identifier type 'dataset'", "dataset.name");
    EXPERIMENTS("Invalid order_by entity: tag", "tags.t");
    EXPERIMENTS("Invalid attribute key 'timestamp' specified. Valid keys are '{'name', "
                "'experiment_id', 'creation_time', 'last_update_time'}'",
                "timestamp DESC");
}

static void a_field_orders_once(void **state)
{
    (void)state;
    RUNS("`order_by` contains duplicate fields: ['metrics.m', \"tags.'x'\", 'metrics.m DESC']",
         "metrics.m", "tags.'x'", "metrics.m DESC");
    RUNS("`order_by` contains duplicate fields: ['created', 'start_time']", "created",
         "start_time");
    EXPERIMENTS("|e.name ASC, e.name DESC, e.experiment_id DESC", "name", "name DESC");
}

static void orders_have_a_limit(void **state)
{
    const char *items[101];

    (void)state;
    for (size_t i = 0; i < 101; i++)
        items[i] = arena_printf(mem, "metrics.m%zu", i);
    assert_string_equal(ordered(SEARCH_RUNS, items, 101), "order_by has at most 100 items.");
    assert_non_null(strstr(ordered(SEARCH_RUNS, items, 100), "o99.value ASC, " TIES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_are_broken_by_time_and_id),
        cmocka_unit_test(what_is_missing_comes_last),
        cmocka_unit_test(quotes_stay_unless_a_direction_follows),
        cmocka_unit_test(what_is_no_order_is_refused),
        cmocka_unit_test(a_field_orders_once),
        cmocka_unit_test(orders_have_a_limit),
    };

    /* The helper of the filters' tests. */
    (void)filtered;
    return cmocka_run_group_tests(tests, reading_setup, reading_teardown);
}
