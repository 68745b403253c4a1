/* The clauses of the superset: an identifier, a sign, its values. */
#pragma once

#include "parser.h"

/* One clause without blanks: MLflow's, else ours. False if it is neither. */
bool clause_read(const struct search_ctx *, enum search_what, const struct lexeme *, size_t count,
                 struct comparison *) MUST_CHECK;
