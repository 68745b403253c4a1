/* %xx, as URIs and query strings have it. */
#pragma once

#include <stddef.h>

#include "arena.h"

/* The byte that the escape at s stands for, 0 to 255; -1 if there is none within the
 * left bytes. */
int percent_byte(const char *s, size_t left);

/* s with each %xx as the byte that it stands for, once; %00, which would hide what follows,
 * stays, and so does what is no escape. */
char *percent_decoded(struct arena *, const char *s);

/* s with every byte as %XX but letters, digits and those of safe. */
char *percent_encode(struct arena *, const char *s, const char *safe);
