/* The master: owns the sockets and the pools of workers; starts, replaces,
 * reloads and stops them. It never touches a request. */
#pragma once

#include "config.h"

/* Serves until SIGTERM or SIGINT. argc and argv are those that config was loaded
 * from: SIGHUP loads it again. Returns the exit status of the process. */
int master_run(struct config *config, int argc, char **argv);
