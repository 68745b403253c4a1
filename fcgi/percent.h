/* %xx, as URIs and query strings have it. */
#pragma once

#include <stddef.h>

/* The byte that the escape at s stands for, 0 to 255; -1 if there is none within the
 * left bytes. */
int percent_byte(const char *s, size_t left);
