/* All rows of a result as an array, or the number that its only row is. */
#pragma once

#include "../db.h"

/* Reads rows to the end into *items, an array of count structs of size bytes. */
int rows_collect(struct db *, struct rows *, const struct field *, size_t size, void **items,
                 size_t *count) MUST_CHECK;

/* The number n of the only row, which a count or an index gives; not set if there is no row. */
int rows_number(struct rows *, struct opt_int *) MUST_CHECK;
/* The same where no row, or NULL, is 0. */
int rows_count(struct rows *, int64_t *) MUST_CHECK;

/* The rows that belong to some ids: head, which ends with "IN ", the ids, tail. */
int rows_of_ids(struct db *, const char *name, const char *head, const struct value *ids,
                size_t id_count, const char *tail, const struct field *, size_t size, void **items,
                size_t *count) MUST_CHECK;
