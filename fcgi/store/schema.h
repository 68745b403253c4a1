/* The schema as the files under sql/ have it, compared with a database. */
#pragma once

#include <stdio.h>

#include "db.h"

/* Prints a line for each difference and returns their number; -1: failed. */
int schema_compare(struct db *, FILE *out) MUST_CHECK;
