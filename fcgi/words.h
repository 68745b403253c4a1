/* Words of the command line: what they mean, and sizes as one reads them there. */
#pragma once

#include "arena.h"
#include "fields.h"

/* The items of "a,b,c", empty ones left out. */
struct text_list words_list(struct arena *, const char *list);

/* Milliseconds of "2d8h5m20s"; -1 if it is no such text. */
int64_t words_age(const char *text);

/* "1.5 MB" */
const char *words_size(struct arena *, int64_t bytes);
