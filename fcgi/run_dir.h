/* The run directory: the lock of its one master, the sockets of the pools, and
 * the pid file. What fails is logged, in one line. */
#pragma once

#include <stdbool.h>

#include "config.h"

/* The lock goes with the process, however it ends: a socket file without a locked
 * master is a leftover. Returns its descriptor, or -1. */
int run_dir_lock(const char *dir);
/* Whether a master holds it. */
bool run_dir_is_locked(const char *dir);

/* The pool's socket, listening, not blocking; a leftover is replaced. Its
 * descriptor, or -1. */
int run_dir_listen(const struct config *, const char *pool);
/* Requests that may wait on it. For archives as many as are made at once: who waits
 * behind more than that is better told so at once, by nginx's 503. */
int run_dir_backlog(const struct config *, const char *pool);
void run_dir_unlink(const struct config *, const char *pool);

/* Written whole or not at all, for those who wait for it; empty: none. */
int run_dir_write_pid(const char *path);

/* Logs errno as the reason why the server does not start. Returns -1. */
int start_failed(const char *step, const char *path);
