/* What a server does not do in the mode it runs in: serve_artifacts = no leaves the
 * artifacts to the clients, artifacts_only = yes leaves everything else to another
 * server. */
#pragma once

#include "request.h"

/* Whether rq->endpoint is switched off. */
bool mode_refuses(const struct request *rq);

/* Answers what is switched off as MLflow does: 1; 0 if it is not. */
int mode_check(struct request *rq);
