#include "group_commit.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"

enum {
    SEATS = 128,    /* workers of a pool; more than these work alone */
    ROUNDS = 4,     /* groups that a leader writes at most */
    NAP = 20,       /* ms after which a waiting worker looks around by itself */
    PATIENCE = 250, /* ms that it waits in all */
};

enum state {
    IDLE,
    WAITING, /* for the leader */
    CALLED,  /* to lead */
    DONE,
    ALONE,
    TAKEN, /* by the leader */
};

struct group_seat {
    struct group *group;
    _Atomic int owner;      /* a process; 0: nobody */
    _Atomic uint32_t state; /* what its owner sleeps on */
    bool leads;             /* its owner alone looks at it */
    struct group_point point;
};

struct group {
    pthread_mutex_t lead;  /* the leader's; robust: who dies with it passes it on */
    _Atomic int64_t since; /* ms; when the group that is being written was begun; 0: none */
    struct group_seat seats[SEATS];
};

static bool lock_create(pthread_mutex_t *lock)
{
    pthread_mutexattr_t shared;
    bool made;

    if (pthread_mutexattr_init(&shared))
        return false;
    made = !pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED) &&
           !pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST) &&
           !pthread_mutex_init(lock, &shared);
    (void)pthread_mutexattr_destroy(&shared);
    return made;
}

struct group *group_create(void)
{
    struct group *group =
        mmap(NULL, sizeof(*group), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (group == MAP_FAILED)
        return NULL;
    if (!lock_create(&group->lead)) {
        group_free(group);
        return NULL;
    }
    for (int i = 0; i < SEATS; i++)
        group->seats[i].group = group;
    return group;
}

void group_free(struct group *group)
{
    if (group)
        (void)munmap(group, sizeof(*group));
}

struct group_seat *group_sit(struct group *group)
{
    int self = (int)getpid();

    for (int i = 0; group && i < SEATS; i++) {
        struct group_seat *seat = &group->seats[i];
        int owner = atomic_load(&seat->owner);

        if (owner && (kill(owner, 0) == 0 || errno != ESRCH))
            continue;
        if (atomic_compare_exchange_strong(&seat->owner, &owner, self)) {
            seat->leads = false;
            return seat;
        }
    }
    return NULL;
}

void group_leave(struct group_seat *seat)
{
    if (seat)
        atomic_store(&seat->owner, 0);
}

bool group_fits(const char *run_id, const char *key)
{
    /* As ids are made: whatever else a client sends for one is another text than what
     * the database has. */
    return strlen(run_id) == GROUP_ID && strspn(run_id, "0123456789abcdef") == GROUP_ID &&
           strlen(key) <= GROUP_KEY;
}

static bool change(struct group_seat *seat, enum state from, enum state to)
{
    uint32_t expected = from;

    return atomic_load(&seat->state) == expected && /* most are not, and this is cheaper */
           atomic_compare_exchange_strong(&seat->state, &expected, to);
}

static void wake(struct group_seat *seat)
{
    (void)syscall(SYS_futex, &seat->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Sleeps as long as the state is this, or for a nap. */
static void sleep_while(struct group_seat *seat, enum state state)
{
    struct timespec nap = { .tv_nsec = NAP * 1000000L };

    (void)syscall(SYS_futex, &seat->state, FUTEX_WAIT, (uint32_t)state, &nap, NULL, 0);
}

/* What a dead leader had taken waits again. */
static void revive(struct group *group)
{
    for (int i = 0; i < SEATS; i++)
        (void)change(&group->seats[i], TAKEN, WAITING);
}

/* False: another one leads. */
static bool start_leading(struct group *group)
{
    int failed = pthread_mutex_trylock(&group->lead);

    if (failed == EOWNERDEAD) {
        (void)pthread_mutex_consistent(&group->lead);
        revive(group);
        failed = 0;
    }
    return !failed;
}

static void stop_leading(struct group *group)
{
    atomic_store(&group->since, 0);
    (void)pthread_mutex_unlock(&group->lead);
}

/* A leader that has been at it for long waits for a lock of the database, and would make
 * everybody wait for it; unless it is dead. */
static bool is_stuck(struct group *group)
{
    int64_t since = atomic_load(&group->since);

    if (!since || clock_ms() - since < PATIENCE)
        return false;
    if (!start_leading(group))
        return true;
    stop_leading(group);
    return false;
}

/* The next in a ring, so that everybody's turn comes. */
static struct group_seat *after(struct group_seat *seat, int distance)
{
    struct group *group = seat->group;

    return &group->seats[(seat - group->seats + distance) % SEATS];
}

/* The leader's own first. */
static size_t take(struct group_seat *own, struct group_seat **taken)
{
    size_t count = 0;

    for (int i = 0; i < SEATS && count < GROUP_MOST; i++) {
        struct group_seat *seat = after(own, i);

        if (change(seat, WAITING, TAKEN) || change(seat, CALLED, TAKEN))
            taken[count++] = seat;
    }
    return count;
}

/* There is room to lead: whoever waits does not know. */
static void call_next(struct group_seat *own)
{
    for (int i = 1; i < SEATS; i++)
        if (change(after(own, i), WAITING, CALLED)) {
            wake(after(own, i));
            return;
        }
}

/* False: nobody waits. */
static bool write_group(struct group_seat *own, group_write *write, void *context)
{
    struct group_seat *taken[GROUP_MOST];
    const struct group_point *points[GROUP_MOST];
    size_t count = take(own, taken);
    enum state end;

    for (size_t i = 0; i < count; i++)
        points[i] = &taken[i]->point;
    if (!count)
        return false;
    atomic_store(&own->group->since, clock_ms());
    end = write(context, points, count) == 0 ? DONE : ALONE;
    for (size_t i = 0; i < count; i++) {
        (void)change(taken[i], TAKEN, end);
        if (taken[i] != own)
            wake(taken[i]);
    }
    return true;
}

/* Goes on with who came meanwhile: its statements are at hand, and nobody has to wake up
 * first. But not for long, for its own client waits too. */
static void write_groups(struct group_seat *own, group_write *write, void *context)
{
    int rounds = 0;

    own->leads = true;
    while (rounds < ROUNDS && write_group(own, write, context))
        rounds++;
    own->leads = false;
    stop_leading(own->group);
    call_next(own);
}

void group_abandon(struct group_seat *own)
{
    if (!own || !own->leads)
        return;
    for (int i = 0; i < SEATS; i++)
        if (change(after(own, i), TAKEN, ALONE))
            wake(after(own, i));
    own->leads = false;
    stop_leading(own->group);
    call_next(own);
}

/* Whatever the last time left behind: a leader may hold it still. */
static bool is_free(struct group_seat *seat)
{
    enum state state = atomic_load(&seat->state);

    return state != TAKEN && change(seat, state, IDLE);
}

/* One look around: leads if it can, else sleeps. */
static void wait_or_lead(struct group_seat *seat, enum state state, group_write *write,
                         void *context)
{
    if (state == TAKEN) {
        sleep_while(seat, TAKEN);
        /* if the leader died, nobody tells */
        if (atomic_load(&seat->state) == TAKEN && start_leading(seat->group))
            stop_leading(seat->group);
    } else if (start_leading(seat->group)) {
        write_groups(seat, write, context);
    } else if (state == CALLED) {
        (void)change(seat, CALLED, WAITING);
    } else {
        sleep_while(seat, WAITING);
    }
}

static bool is_over(enum state state)
{
    return state == DONE || state == ALONE || state == IDLE;
}

bool group_commit(struct group_seat *seat, const struct group_point *point, group_write *write,
                  void *context)
{
    int64_t start;
    enum state state;

    if (is_stuck(seat->group) || !is_free(seat))
        return false;
    start = clock_ms();
    seat->point = *point;
    atomic_store(&seat->state, WAITING);
    while (!is_over(state = atomic_load(&seat->state))) {
        if (clock_ms() - start >= PATIENCE) {
            /* taken: left to its leader, who writes it a second time */
            (void)(change(seat, WAITING, IDLE) || change(seat, CALLED, IDLE));
            return atomic_load(&seat->state) == DONE;
        }
        wait_or_lead(seat, state, write, context);
    }
    return state == DONE;
}
