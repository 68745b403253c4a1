/* Archives of artifacts, made while they are sent: no temporary file, and no more
 * memory for a large file than for a small one. */
#pragma once

#include "artifacts.h"
#include "digest.h"

enum pack_format {
    PACK_ZIP,
    PACK_TAR,
};

/* A file of an archive. */
struct packed {
    struct packed *next;
    const char *name; /* in the archive: the path below the pack's root */
    int64_t size, modified;
    unsigned char digest[DIGEST_BYTES];
    bool is_in; /* it was there when its turn came */
};

/* What an archive is to hold. About 100 bytes for each file, and its name. */
struct pack {
    const struct artifact_store *store;
    const char *root;  /* names are relative to this path */
    struct arena *mem; /* of the list: not that of the store */
    size_t most;       /* bytes that the list may take */
    enum pack_format format;
    struct packed *newest; /* of what was added */
    struct packed **files; /* by name, once it is closed */
    size_t count;
};

/* Adds the files at and below root/path to a list. INVALID_PARAMETER_VALUE if there are
 * more than the list can hold. */
int pack_add(struct pack *, const char *path) MUST_CHECK;
/* Makes the list of what was added: sorted, each file once. */
void pack_close(struct pack *);

/* Writes the archive piece by piece into the sink. After the files comes manifest.sha256,
 * a list for `sha256sum -c` of what is in the archive: as the last entry, so that an
 * archive with it is whole. If that name is taken, manifest.1.sha256 and so on. A file
 * that went away since it was listed is left out; one that changes while it is read,
 * or cannot be read, makes it fail: then nothing that looks like an end was written. */
int pack_write(struct pack *, artifact_sink *sink, void *context) MUST_CHECK;
