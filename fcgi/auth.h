/* Who is asking, and may they. */
#pragma once

#include "request.h"

/* Sets rq->user. As long as there are no accounts everybody is welcome and
 * nobody has a name; the rules of the table are complete all the same, and
 * `cairn describe` prints them. */
int authenticate(struct request *rq) MUST_CHECK;

/* The row's rule, on the members that were read. A row without a rule does not
 * compile; one that says nothing is refused here. */
int authorise(struct request *rq) MUST_CHECK;
