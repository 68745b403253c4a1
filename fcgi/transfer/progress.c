#include "progress.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum {
    WIDTH = 30
};
static const double bar_pause = 0.1, line_pause = 5; /* seconds */

static double seconds_since(const struct timespec *then, const struct timespec *now)
{
    return (double)(now->tv_sec - then->tv_sec) + (double)(now->tv_nsec - then->tv_nsec) / 1e9;
}

static void draw(struct progress *p, const struct timespec *now)
{
    double part = p->total > 0 ? (double)p->done / (double)p->total : 1,
           spent = seconds_since(&p->begun, now);
    int full = (int)(part * WIDTH);
    static const char marks[] = "##############################";

    if (full > WIDTH)
        full = WIDTH;
    if (!p->terminal) {
        fprintf(p->to, "%s: %" PRId64 " of %" PRId64 " %s\n", p->name, p->done, p->total, p->unit);
        return;
    }
    fprintf(p->to, "\r[%-*.*s] %3.0f %% %" PRId64 "/%" PRId64 " %s", WIDTH, full, marks, part * 100,
            p->done, p->total, p->unit);
    if (part > 0 && part < 1 && spent > 2)
        fprintf(p->to, ", %.0f s left", spent / part - spent);
    fputs("\033[K", p->to);
    (void)fflush(p->to);
    p->drawn = true;
}

void progress_begin(struct progress *p, const char *name, const char *unit, int64_t total)
{
    *p = (struct progress){ .to = stderr, .name = name, .unit = unit, .total = total };
    p->terminal = isatty(STDERR_FILENO) == 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &p->begun);
    p->last = p->begun;
    if (p->terminal)
        draw(p, &p->begun);
}

void progress_step(struct progress *p, int64_t by)
{
    struct timespec now;

    p->done += by;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_since(&p->last, &now) < (p->terminal ? bar_pause : line_pause))
        return;
    p->last = now;
    draw(p, &now);
}

void progress_clear(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", p->to);
    p->drawn = false;
}

void progress_end(struct progress *p)
{
    progress_clear(p);
    if (p->to)
        (void)fflush(p->to);
}
