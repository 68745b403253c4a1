/* A request from its parameters to its reply. */
#pragma once

#include "request.h"

/* Serves rq, whose upper part (as it came) is filled in: route, authenticate,
 * parse, authorise, handle, commit. Afterwards the reply is complete, be it an
 * error, and one line is logged. */
void serve(struct request *rq);

/* Instead of serve(): the reply is the error that rq->err holds already. */
void serve_error(struct request *rq);

/* After the reply was sent: leaves nothing open in the database. */
void serve_done(struct request *rq);
