/* How far a long call is: a bar on a terminal, else a line every few seconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

struct progress {
    FILE *to;
    const char *name, *unit; /* "cairn import", "runs" */
    int64_t total, done;
    bool terminal, drawn;
    struct timespec begun, last;
};

void progress_begin(struct progress *, const char *name, const char *unit, int64_t total);
void progress_step(struct progress *, int64_t by);
/* Takes the bar off the terminal, for a line that is to stay; it comes back by itself. */
void progress_clear(struct progress *);
void progress_end(struct progress *);
