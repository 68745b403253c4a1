/* Which comparators the language has for what. */
#pragma once

#include "parser.h"

/* Whether it has this one for that identifier; may make other values of c's. -1 with
 * MLflow's text. */
int comparison_check(const struct search_ctx *, enum search_what, struct comparison *) MUST_CHECK;
