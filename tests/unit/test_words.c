#include "words.h"

#include "test.h"

static void lists_have_no_empty_items(void **state)
{
    struct arena *mem = arena_create(0);
    struct text_list list = words_list(mem, ",a,,bc,");

    (void)state;
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0], "a");
    assert_string_equal(list.items[1], "bc");
    assert_int_equal(words_list(mem, "").count, 0);
    assert_int_equal(words_list(mem, "one").count, 1);
    arena_destroy(mem);
}

static void ages_are_days_then_hours_then_minutes_then_seconds(void **state)
{
    static const char *const wrong[] = {
        "",     "5",     "d",   ".d",  "-1d", "1x",           "5m1h",
        "1d1d", "1d 2h", " 1d", "1d,", "nan", "99999999999d",
    };

    (void)state;
    assert_int_equal(words_age("20s"), 20000);
    assert_int_equal(words_age("1.5h"), 5400000);
    assert_int_equal(words_age("2d8h5m20s"), 201920000);
    assert_int_equal(words_age("1d5m"), 86700000);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_int_equal(words_age(wrong[i]), -1);
}

static void sizes_have_one_digit_behind_the_point(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } sizes[] = {
        { 0, "0 B" },
        { 999, "999 B" },
        { 1000, "1.0 kB" },
        { 1540000, "1.5 MB" },
        { INT64_C(2) << 40, "2.2 TB" },
        { INT64_C(9000000000000000000), "9000.0 PB" },
    };
    struct arena *mem = arena_create(0);

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        assert_string_equal(words_size(mem, sizes[i].bytes), sizes[i].text);
    arena_destroy(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_have_no_empty_items),
        cmocka_unit_test(ages_are_days_then_hours_then_minutes_then_seconds),
        cmocka_unit_test(sizes_have_one_digit_behind_the_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
