/* Identifiers and names that the server makes. */
#pragma once

#include "arena.h"

/* uuid4().hex: 32 lower-case hexadecimal digits. */
const char *id_hex(struct arena *);

/* A run's name: predicate-noun-number, at most 20 characters, from word lists
 * of our own (mlflow/utils/name_utils.py for the form). */
const char *id_name(struct arena *);
