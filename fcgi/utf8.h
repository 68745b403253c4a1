/* UTF-8, as far as the server needs it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_is_valid(const char *s, size_t length);

/* Characters in valid text. */
size_t utf8_length(const char *s);

/* Bytes of the first n characters of valid text, or of all of it. */
size_t utf8_offset(const char *s, size_t n);

/* The character at s of valid text; *s moves on. 0 at the end. */
uint32_t utf8_next(const char **s);
