/* All rows of a result as an array. */
#pragma once

#include "../db.h"

/* Reads rows to the end into *items, an array of count structs of size bytes. */
int rows_collect(struct db *, struct rows *, const struct field *, size_t size, void **items,
                 size_t *count) MUST_CHECK;

/* The rows that belong to some ids: head, which ends with "IN ", the ids, tail. */
int rows_of_ids(struct db *, const char *name, const char *head, const struct value *ids,
                size_t id_count, const char *tail, const struct field *, size_t size, void **items,
                size_t *count) MUST_CHECK;
