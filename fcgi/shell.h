/* `cairn db shell`: the SQL client on the server's database. */
#pragma once

#include "config.h"

/* Becomes the client, which gets words as well. Returns only if that fails,
 * after one line on standard error. */
int shell_run(const struct config *, int count, char **words);
