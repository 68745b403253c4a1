/* Who owns what is in the artifact store. */
#pragma once

#include "../db.h"

/* A run, logged model, trace or version of a model, be it deleted, as long as it is in
 * the database. Either may be NULL. */
struct owner {
    const char *id, *uri;
};

/* All of them, in no order; one may come twice. */
int owners_find(struct db *, struct owner **, size_t *count) MUST_CHECK;

/* The artifact locations of all experiments; id is NULL. */
int owners_homes(struct db *, struct owner **, size_t *count) MUST_CHECK;
