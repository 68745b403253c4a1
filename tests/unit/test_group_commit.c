#include "test.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/group_commit.h"

enum {
    WORKERS = 8,
    POINTS = 100, /* of each worker */
};

/* Shared by the processes of a test: what was written, and how. */
struct written {
    _Atomic int times[WORKERS][POINTS]; /* in groups that were committed */
    _Atomic int told[WORKERS][POINTS];  /* its worker was told so */
    _Atomic int alone[WORKERS][POINTS]; /* or to write it alone */
    _Atomic int groups, largest, killed, inside;
};

struct scene {
    struct group *group;
    struct written *written;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    scene->group = group_create();
    assert_non_null(scene->group);
    scene->written = mmap(NULL, sizeof(*scene->written), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(scene->written != MAP_FAILED);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    group_free(scene->group);
    (void)munmap(scene->written, sizeof(*scene->written));
    free(scene);
    return 0;
}

static struct group_point point_of(int worker, int number)
{
    struct group_point point = { .value = worker, .timestamp = worker, .step = number };

    (void)snprintf(point.run_id, sizeof(point.run_id), "%032d", worker);
    (void)snprintf(point.key, sizeof(point.key), "m");
    return point;
}

static void a_while(int ms)
{
    (void)poll(NULL, 0, ms);
}

/* What a disk takes for a commit. */
static int write_points(void *context, const struct group_point *const *points, size_t count)
{
    struct written *written = context;

    a_while(1);
    for (size_t i = 0; i < count; i++) {
        if (points[i]->value != (double)points[i]->timestamp)
            abort(); /* torn */
        written->times[points[i]->timestamp][points[i]->step]++;
    }
    written->groups++;
    if (written->largest < (int)count)
        written->largest = (int)count;
    return 0;
}

static int refuse_points(void *context, const struct group_point *const *points, size_t count)
{
    struct written *written = context;

    (void)points;
    if (count > 1)
        return -1;
    return write_points(written, points, count);
}

/* The first that leads several dies before it has written. */
static int die_once(void *context, const struct group_point *const *points, size_t count)
{
    struct written *written = context;

    if (count > 1 && written->killed++ == 0)
        (void)raise(SIGKILL);
    return write_points(context, points, count);
}

static void work(const struct scene *scene, int worker, group_write *write)
{
    struct group_seat *seat = group_sit(scene->group);

    if (!seat)
        _exit(2);
    for (int n = 0; n < POINTS; n++) {
        struct group_point point = point_of(worker, n);

        if (group_commit(seat, &point, write, scene->written))
            scene->written->told[worker][n]++;
        else
            scene->written->alone[worker][n]++;
    }
    group_leave(seat);
    _exit(0);
}

/* Returns how many were killed. */
static int work_all(const struct scene *scene, group_write *write)
{
    int killed = 0, status;

    for (int w = 0; w < WORKERS; w++) {
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
            work(scene, w, write);
    }
    for (int w = 0; w < WORKERS; w++) {
        assert_true(wait(&status) > 0);
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    }
    return killed;
}

/* Of the points of a worker all are answered, once, and "written" is only said of those
 * that are. */
static void check_worker(const struct written *written, int worker)
{
    for (int n = 0; n < POINTS; n++) {
        assert_int_equal(written->told[worker][n] + written->alone[worker][n], 1);
        assert_true(written->times[worker][n] || !written->told[worker][n]);
    }
}

static void what_is_logged_at_once_is_written_together(void **state)
{
    const struct scene *scene = *state;

    assert_int_equal(work_all(scene, write_points), 0);
    for (int w = 0; w < WORKERS; w++)
        check_worker(scene->written, w);
    assert_true(scene->written->largest > 1 && scene->written->largest <= GROUP_MOST);
    assert_true(scene->written->groups < WORKERS * POINTS);
}

static void what_is_refused_together_is_left_to_each(void **state)
{
    const struct scene *scene = *state;
    int alone = 0;

    assert_int_equal(work_all(scene, refuse_points), 0);
    for (int w = 0; w < WORKERS; w++) {
        check_worker(scene->written, w);
        for (int n = 0; n < POINTS; n++)
            alone += scene->written->alone[w][n];
    }
    assert_int_equal(scene->written->largest, 1);
    assert_true(alone > 1);
}

static void a_writer_that_is_killed_takes_nothing_along(void **state)
{
    const struct scene *scene = *state;
    int finished = 0;

    assert_int_equal(work_all(scene, die_once), 1);
    for (int w = 0; w < WORKERS; w++)
        if (scene->written->told[w][POINTS - 1] || scene->written->alone[w][POINTS - 1]) {
            check_worker(scene->written, w);
            finished++;
        }
    assert_int_equal(finished, WORKERS - 1);
}

static int wait_inside(void *context, const struct group_point *const *points, size_t count)
{
    struct written *written = context;

    (void)points;
    (void)count;
    written->inside++;
    (void)pause(); /* until it is killed */
    return -1;
}

static int never(void *context, const struct group_point *const *points, size_t count)
{
    struct written *written = context;

    (void)points;
    (void)count;
    written->groups++;
    return 0;
}

/* Starts workers that lead and do not come back, until there is no more room for one. */
static int occupy(const struct scene *scene, pid_t *stuck)
{
    int count = 0;

    for (;;) {
        int before = scene->written->inside;

        assert_true(count < WORKERS);
        stuck[count] = fork();
        assert_true(stuck[count] >= 0);
        if (stuck[count++] == 0)
            work(scene, 0, wait_inside);
        /* the last one waits for a leader, comes back alone, and again */
        for (int ms = 0; scene->written->inside == before; ms++) {
            if (scene->written->alone[0][0])
                return count;
            assert_true(ms < 10000);
            a_while(1);
        }
    }
}

static int64_t milliseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void a_writer_that_is_stuck_delays_nobody_for_long(void **state)
{
    const struct scene *scene = *state;
    struct group_point point = point_of(1, 0);
    struct group_seat *seat = group_sit(scene->group);
    pid_t stuck[WORKERS];
    int count = occupy(scene, stuck);
    int64_t start = milliseconds();

    for (int n = 0; n < POINTS; n++) /* after the first, without a wait for each */
        assert_false(group_commit(seat, &point, never, scene->written));
    assert_true(milliseconds() - start < 5000);
    assert_int_equal(scene->written->groups, 0);
    for (int i = 0; i < count; i++)
        (void)kill(stuck[i], SIGKILL);
    while (wait(NULL) > 0)
        continue;
    /* and where they were killed, it goes on as before */
    assert_true(group_commit(seat, &point, never, scene->written));
    assert_int_equal(scene->written->groups, 1);
    group_leave(seat);
}

static jmp_buf out_of_memory;

static int jump_out(void *context, const struct group_point *const *points, size_t count)
{
    (void)context;
    (void)points;
    (void)count;
    longjmp(out_of_memory, 1);
}

static void a_writer_that_has_no_memory_keeps_nobody_from_writing(void **state)
{
    const struct scene *scene = *state;
    struct group_point point = point_of(1, 0);
    struct group_seat *seat = group_sit(scene->group), *other = group_sit(scene->group);

    group_abandon(seat); /* leads nothing */
    if (setjmp(out_of_memory) == 0) {
        assert_false(group_commit(seat, &point, jump_out, scene->written));
        assert_true(false);
    }
    group_abandon(seat);
    assert_true(group_commit(other, &point, never, scene->written));
    assert_true(group_commit(seat, &point, never, scene->written));
    assert_int_equal(scene->written->groups, 2);
    group_abandon(NULL);
}

static void a_seat_is_left_to_the_next(void **state)
{
    const struct scene *scene = *state;
    struct group_seat *first = group_sit(scene->group), *second = group_sit(scene->group);
    int status;
    pid_t child;

    assert_ptr_not_equal(first, second);
    group_leave(second);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(group_sit(scene->group) == second ? 0 : 1); /* and dies on it */
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_ptr_equal(group_sit(scene->group), second);
    assert_null(group_sit(NULL));
}

static void what_does_not_look_like_an_id_works_alone(void **state)
{
    char key[GROUP_KEY + 2];

    (void)state;
    memset(key, 'k', sizeof(key) - 1);
    key[GROUP_KEY + 1] = '\0';
    assert_true(group_fits("0123456789abcdef0123456789abcdef", key + 1));
    assert_false(group_fits("0123456789abcdef0123456789abcdef", key));
    assert_false(group_fits("0123456789ABCDEF0123456789abcdef", "m"));
    assert_false(group_fits("0123456789abcdef", "m"));
    assert_false(group_fits("", "m"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_logged_at_once_is_written_together, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_refused_together_is_left_to_each, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_writer_that_is_killed_takes_nothing_along, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_writer_that_is_stuck_delays_nobody_for_long, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_writer_that_has_no_memory_keeps_nobody_from_writing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_seat_is_left_to_the_next, set_up, tear_down),
        cmocka_unit_test(what_does_not_look_like_an_id_works_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
