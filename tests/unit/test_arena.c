#include "test.h"

#include <string.h>

#include "arena.h"

/* Larger than any block. */
static const size_t large_size = 5242880;

static void what_is_allocated_is_zeroed_and_aligned(void **state)
{
    struct arena *mem = arena_create(0);

    (void)state;
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *place = arena_alloc(mem, size);

        assert_int_equal((uintptr_t)place % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(place[i], 0);
        memset(place, 0xff, size);
    }
    arena_destroy(mem);
}

static void an_allocation_may_be_larger_than_a_block(void **state)
{
    struct arena *mem = arena_create(0);
    char *before = arena_strdup(mem, "before"), *large = arena_alloc(mem, large_size);

    (void)state;
    large[large_size - 1] = 'x';
    assert_string_equal(before, "before");
    arena_destroy(mem);
}

static void a_reset_arena_starts_again(void **state)
{
    struct arena *mem = arena_create(0);
    char *first = arena_alloc(mem, 100);

    (void)state;
    (void)arena_alloc(mem, large_size);
    arena_reset(mem);
    assert_int_equal(arena_used(mem), 0);
    assert_ptr_equal(arena_alloc(mem, 100), first);
    arena_destroy(mem);
}

static void a_mark_gives_back_what_came_after_it(void **state)
{
    struct arena *mem = arena_create(0);
    char *kept = arena_strdup(mem, "kept");
    struct arena_mark mark = arena_mark(mem);
    size_t used = arena_used(mem);

    (void)state;
    for (int i = 0; i < 100; i++) {
        (void)arena_alloc(mem, 100000);
        arena_release(mem, mark);
        assert_int_equal(arena_used(mem), used);
    }
    assert_string_equal(kept, "kept");
    arena_destroy(mem);
}

static void printf_writes_any_length(void **state)
{
    struct arena *mem = arena_create(0);
    char *text = arena_printf(mem, "%0100000d", 7);

    (void)state;
    assert_int_equal(strlen(text), 100000);
    assert_int_equal(text[99999], '7');
    arena_destroy(mem);
}

static void over_the_limit_it_jumps_where_it_is_told(void **state)
{
    struct arena *mem = arena_create(100000);
    jmp_buf where;
    volatile int jumps = 0;

    (void)state;
    arena_on_limit(mem, &where);
    if (setjmp(where) == 0) {
        for (;;)
            (void)arena_alloc(mem, 1000);
    }
    jumps++;
    assert_int_equal(jumps, 1);
    assert_in_range(arena_used(mem), 98000, 100000);
    assert_non_null(arena_alloc(mem, 5000)); /* to say so */
    arena_reset(mem);
    if (setjmp(where) == 0) {
        (void)arena_alloc(mem, 200000);
        assert_true(0);
    }
    arena_destroy(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_allocated_is_zeroed_and_aligned),
        cmocka_unit_test(an_allocation_may_be_larger_than_a_block),
        cmocka_unit_test(a_reset_arena_starts_again),
        cmocka_unit_test(a_mark_gives_back_what_came_after_it),
        cmocka_unit_test(printf_writes_any_length),
        cmocka_unit_test(over_the_limit_it_jumps_where_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
