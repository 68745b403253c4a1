/* Base64 as Python reads and writes it. */
#pragma once

#include <stddef.h>

#include "arena.h"

/* bytes: room for strlen(s). Signs that are not of the alphabet are skipped; the
 * first complete padding ends the text. -1 if digits are left over. */
int base64_read(const char *s, char *bytes, size_t *length);
const char *base64_write(struct arena *, const char *bytes, size_t length);
