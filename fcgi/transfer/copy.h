/* Trees of artifacts, copied. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../error.h"
#include "../fields.h"

struct copied {
    int64_t files, bytes;
};

/* Puts all files below from at the same paths below to, which is made. A file that is
 * there with the same size and time is not copied again; others appear whole, under
 * another name until then, with their times. Links and sockets are left out; an old
 * file that differs is replaced. With dry_run only counts. What was written is on disk
 * on return. */
int copy_tree(const struct fields_ctx *, const char *from, const char *to, bool link, bool dry_run,
              struct copied *) MUST_CHECK;
