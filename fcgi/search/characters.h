/* Characters as Python's patterns class them. All texts are UTF-8 and end with a
 * NUL; what is not UTF-8 is taken byte by byte, for it may come from a query string. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at s; *length gets its bytes. */
uint32_t code_point(const char *s, size_t *length);

/* The bytes of the blank at s, or 0. */
size_t space_at(const char *s);
const char *skip_spaces(const char *s);

/* The bytes of the letter, digit or underscore at s, or 0; and of all up to the
 * first other character. */
size_t word_char_at(const char *s);
size_t word_length(const char *s);

/* A Latin letter: what the rules for names ask of the first character. */
bool letter_at(const char *s);
