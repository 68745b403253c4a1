/* From a path and a method to a row of the table. */
#pragma once

#include "request.h"

/* Sets rq->endpoint and rq->members. -1: ENDPOINT_NOT_FOUND, or METHOD_NOT_ALLOWED
 * with the header Allow. OPTIONS of a known path leaves rq->endpoint NULL and
 * answers 204 itself: returns 1. */
int route(struct request *rq) MUST_CHECK;

/* s with each %xx replaced, once. NULL if the result is not a path's text: a bad
 * escape, a NUL, not UTF-8. */
char *percent_decode(struct arena *, const char *s, size_t length);
