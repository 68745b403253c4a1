/* A large file reaches the disk in small steps. The database shares the disk and commits
 * there: an fsync of a gigabyte has every commit wait until all of it is written, so that
 * one upload would stop the logging of all runs for as long. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "local.h"

static const int64_t piece_size = 8 << 20; /* two are under way, lest the disk has to wait */
static const int64_t turn_size = 64 << 20;
static const struct timespec between_tries = { .tv_nsec = 5000000 };

enum {
    TRIES = 200
};

struct writing {
    const struct artifact_store *store;
    int fd;
};

/* Errors are left to fsync, which reports them. */
static void wait_for(const struct writing *w, int64_t from, int64_t to)
{
    if (to > from)
        (void)sync_file_range(w->fd, from, to - from, SYNC_FILE_RANGE_WAIT_BEFORE);
}

static void write_pieces(const struct writing *w, int64_t from, int64_t to)
{
    int64_t done = from, at = from;

    while (at < to) {
        int64_t size = to - at < piece_size ? to - at : piece_size;

        (void)sync_file_range(w->fd, at, size, SYNC_FILE_RANGE_WRITE);
        wait_for(w, done, at);
        done = at;
        at += size;
        artifact_tick(w->store);
    }
    wait_for(w, done, to);
}

/* The kernel may give the lock to one worker again and again: who has waited a second goes
 * on without. Where there is no such lock (on some file systems of the network), the pieces
 * remain. */
static bool begin_turn(const struct writing *w, int turn)
{
    for (int tries = 0; tries < TRIES; tries++) {
        if (flock(turn, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        artifact_tick(w->store);
        (void)nanosleep(&between_tries, NULL);
    }
    return false;
}

/* Workers take turns, else each would have its pieces under way. */
static void take_turn(const struct writing *w, int turn, int64_t from, int64_t to)
{
    bool mine = begin_turn(w, turn);

    write_pieces(w, from, to);
    if (mine)
        (void)flock(turn, LOCK_UN);
}

void local_write_out(const struct artifact_store *store, int fd, int64_t offset, int64_t size)
{
    const struct writing w = { store, fd };
    int64_t end = offset + size;
    int turn;

    if (size <= piece_size)
        return;
    turn = open(store->config->stage_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int64_t at = offset; at < end; at += turn_size)
        take_turn(&w, turn, at, end - at < turn_size ? end : at + turn_size);
    if (turn >= 0)
        (void)close(turn);
}
