/* What time it is. */
#pragma once

#include <stdint.h>

/* Milliseconds since the epoch. */
int64_t now_ms(void);

/* Milliseconds of a clock that never jumps. */
int64_t clock_ms(void);
