/* A worker: accepts one request after another on its pool's socket, reads it
 * whole, has it served and sends the reply, until it is told to stop. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"

struct group;

/* Exit statuses that the master takes for deliberate; any other is a crash. */
enum {
    WORKER_STOPPED = 0,
    WORKER_RECYCLED = 10, /* max_requests were served */
};

/* Memory shared by the master and one worker. */
struct worker_slot {
    _Atomic bool ready;         /* the worker accepts requests */
    _Atomic bool served;        /* it has finished one */
    _Atomic bool drain;         /* stopping: first serve what waits on the socket */
    _Atomic int64_t busy_since; /* clock_ms() of the request being served; 0: none */
    char what[256];             /* that request's method and path, for the log */
};

struct worker {
    const struct config *config;
    struct worker_slot *slot;
    struct group *group; /* of those that log single metrics; NULL: each for itself */
    int listener;        /* the pool's socket, not blocking */
    int ready_file;      /* an eventfd that tells the master to look at the slots */
};

/* Runs in the child after fork(), with SIGTERM, SIGHUP and SIGUSR1 blocked: each
 * of them ends the worker between two requests. Ends the process. */
_Noreturn void worker_run(const struct worker *);
