/* Identifiers and names that the server makes. */
#pragma once

#include "arena.h"

/* uuid4().hex: 32 lower-case hexadecimal digits. */
const char *id_hex(struct arena *);

/* 32 lower-case hexadecimal digits that nobody can guess: 128 random bits. */
const char *id_secret(struct arena *);

/* A run's name: predicate-noun-number, at most 20 characters, from word lists
 * of our own (mlflow/utils/name_utils.py for the form). */
const char *id_name(struct arena *);
