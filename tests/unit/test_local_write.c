/* How a large file goes to the disk: nothing left out, little at a time, in turns. The
 * disk is ours: it notes what it is told. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "artifacts/local.h"

#define MB (INT64_C(1) << 20)
enum {
    MOST_AT_ONCE = 16 * MB,
    MOST_IN_A_TURN = 64 * MB,
};

static char stage[64];
static struct config config;
static int64_t begun, ended; /* up to where writing was asked for, and waited for */
static int64_t turn_begun;
static int refusals; /* of the lock, before each turn */
static int refused;
static int ticks, turns;

int __real_flock(int fd, int operation);

static bool lock_is_free(void)
{
    int other = open(stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool free = __real_flock(other, LOCK_EX | LOCK_NB) == 0;

    assert_true(free || errno == EWOULDBLOCK);
    assert_int_equal(close(other), 0);
    return free;
}

/* The linker puts it in the place of sync_file_range(). */
int __wrap_sync_file_range(int fd, off_t at, off_t size, unsigned int flags);
int __wrap_sync_file_range(int fd, off_t at, off_t size, unsigned int flags)
{
    assert_int_equal(fd, 77);
    assert_int_equal(lock_is_free(), refusals >= 200);
    if (flags == SYNC_FILE_RANGE_WRITE) {
        assert_int_equal(at, begun);
        begun += size;
        assert_true(begun - ended <= MOST_AT_ONCE);
    } else {
        assert_int_equal(flags, SYNC_FILE_RANGE_WAIT_BEFORE);
        assert_int_equal(at, ended);
        ended += size;
        assert_true(ended <= begun);
    }
    errno = EIO; /* fsync tells, and not this */
    return -1;
}

/* Between the turns somebody else may begin: all of one turn is on the disk then. */
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
    if (operation == (LOCK_EX | LOCK_NB)) {
        if (refused < refusals) {
            refused++;
            errno = EWOULDBLOCK;
            return -1;
        }
        refused = 0;
        turn_begun = begun;
    }
    if (operation == LOCK_UN) {
        assert_int_equal(begun, ended);
        assert_true(begun - turn_begun <= MOST_IN_A_TURN);
        turns++;
    }
    return __real_flock(fd, operation);
}

static void tick(void *ticked)
{
    assert_ptr_equal(ticked, &ticks);
    ticks++;
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(stage, sizeof(stage), "/tmp/cairn-write-XXXXXX");
    assert_non_null(mkdtemp(stage));
    config.stage_dir = stage;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(stage);
}

static void write_out(int64_t offset, int64_t size)
{
    const struct artifact_store store = { .config = &config, .tick = tick, .ticked = &ticks };

    begun = ended = offset;
    ticks = turns = 0;
    local_write_out(&store, 77, offset, size);
}

static void test_every_byte_is_written_and_waited_for(void **state)
{
    static const int64_t sizes[] = { 8 * MB + 1, 16 * MB,     63 * MB,
                                     64 * MB,    64 * MB + 1, 1000 * MB + 7 };
    static const int64_t offsets[] = { 0, 100 * MB, 5 * MB + 3 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        for (size_t k = 0; k < sizeof(offsets) / sizeof(*offsets); k++) {
            write_out(offsets[k], sizes[i]);
            assert_int_equal(begun, offsets[k] + sizes[i]);
            assert_int_equal(ended, begun);
            assert_int_equal(turns, (sizes[i] + MOST_IN_A_TURN - 1) / MOST_IN_A_TURN);
            assert_true(ticks >= sizes[i] / MOST_AT_ONCE);
            assert_true(lock_is_free());
        }
    }
}

/* Waiting says that it goes on, and ends. */
static void test_others_are_waited_for(void **state)
{
    (void)state;
    refusals = 3;
    write_out(0, 130 * MB);
    assert_int_equal(ended, 130 * MB);
    assert_int_equal(turns, 3);
    assert_true(ticks >= 3 * refusals + 130 / 16);

    refusals = 1000;
    refused = 0;
    write_out(0, 64 * MB);
    assert_int_equal(ended, 64 * MB);
    assert_int_equal(turns, 0);
    assert_int_equal(refused, 200);
    assert_true(ticks >= 200);
    refusals = refused = 0;
}

static void test_a_small_file_is_left_to_fsync(void **state)
{
    (void)state;
    write_out(0, 8 * MB);
    write_out(0, 0);
    write_out(0, -1);
    assert_int_equal(begun, 0);
    assert_int_equal(ticks, 0);
}

static void test_nobody_has_to_listen(void **state)
{
    const struct artifact_store store = { .config = &config };

    (void)state;
    begun = ended = 0;
    local_write_out(&store, 77, 0, 32 * MB);
    assert_int_equal(ended, 32 * MB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_is_written_and_waited_for),
        cmocka_unit_test(test_others_are_waited_for),
        cmocka_unit_test(test_a_small_file_is_left_to_fsync),
        cmocka_unit_test(test_nobody_has_to_listen),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
