/* How much is stored somewhere, within bounds: a request looks at so many files and no
 * more, and says what it did not see. */
#pragma once

#include "../artifacts/artifacts.h"
#include "../request.h"

struct sizes {
    struct request *rq;
    int64_t left;  /* files that may still be looked at */
    int64_t until; /* ms since the epoch: then that is enough as well, for some stores are slow */
};

struct size {
    int64_t files, bytes;
    bool elsewhere; /* not in this server's stores: nothing was counted */
    bool partial;   /* there is more than was counted */
};

/* Of all at and below the place that uri names; a root of a store is no such place. */
int size_of_uri(struct sizes *, const char *uri, struct size *) MUST_CHECK;
int size_of_path(struct sizes *, const struct artifact_store *, const char *path,
                 struct size *) MUST_CHECK;
/* Takes other into size. */
void size_add(struct size *, const struct size *other);

/* bytes, files, and what is true of partial and elsewhere, as members of the open object;
 * prefix is "" or "deleted_". */
void size_write(struct request *, const char *prefix, const struct size *);

/* Files that a request of the pages looks at, as it may ask itself. */
enum {
    SIZES_FILES = 20000,
    SIZES_MOST_FILES = 100000,
};
#define SIZES_FIELD(struct_)                                                                       \
    WITH_DEFAULT(struct_, most_files, SIZES_FILES,                                                 \
                 "Files to look at, at most 100000; what has more says that it is partial.")
/* Reads that member. */
int sizes_begin(struct request *, struct opt_int most_files, struct sizes *) MUST_CHECK;
