/* `cairn doctor`: looks at everything a server needs, and says what to do. */
#pragma once

#include <stdio.h>

#include "config.h"

/* One line per check. Returns the number of those that failed. */
int doctor(const struct config *, FILE *to);
