/* What a kind of store can do; artifacts.c calls these after its checks. A function
 * that is NULL is one that the kind does not have. See artifacts.h for what each of
 * them promises. */
#pragma once

#include "artifacts.h"

/* MLflow's names for uploads under way; nobody may use them. */
#define ARTIFACT_RESERVED ".artifact.uploading."

struct artifact_ops {
    const char *kind; /* for messages and `cairn doctor` */

    /* Reads a root of the settings, or a URI of a client's with one of the kind's schemes:
     * fills in bucket, host and prefix. False: it is no such URI. */
    bool (*open)(struct artifact_store *, const char *uri);
    /* Whether the settings of the kind are good, asked for each root at the start; NULL
     * if there is nothing to ask. */
    int (*check)(const struct artifact_store *);
    /* Where nginx sends the requests for this store: "https://HOST" or "http://HOST:PORT",
     * with HOST[:PORT] as X-Store-Host has it. NULL: nginx opens its files. */
    const char *(*endpoint)(const struct artifact_store *);
    /* Whether X-Store-Uri holds a signature, so that nginx must log no URI. NULL: never. */
    bool (*secret_uri)(const struct artifact_store *);

    int (*find)(const struct artifact_store *, const char *path, struct artifact *);
    int (*entries)(const struct artifact_store *, const char *path, struct artifact **, size_t *);
    int (*walk)(const struct artifact_store *, const char *path, artifact_visit *, void *);
    int (*read)(const struct artifact_store *, const char *path, artifact_sink *, void *);
    int (*place)(const struct artifact_store *, const char *path, const char *body_file);
    int (*write)(const struct artifact_store *, const char *path, const char *, size_t);
    int (*remove)(const struct artifact_store *, const char *path);
    int (*send)(const struct artifact_store *, const char *path, struct artifact_transfer *);
    int (*receive)(const struct artifact_store *, const char *path, struct artifact_transfer *);
    int (*upload_begin)(const struct artifact_store *, const char *path, const char *base,
                        struct upload *);
    int (*upload_part)(const struct artifact_store *, const char *id, int64_t number,
                       const char *body_file, const char **etag);
    int (*upload_size)(const struct artifact_store *, const char *id, int64_t *bytes);
    int (*upload_complete)(const struct artifact_store *, const char *path, const struct upload *);
    int (*upload_abort)(const struct artifact_store *, const char *path, const char *id);
    int (*presign)(const struct artifact_store *, bool put, const char *path, int64_t seconds,
                   const char **url, struct artifact_transfer *);
};

extern const struct artifact_ops artifact_local;
extern const struct artifact_ops artifact_s3;
extern const struct artifact_ops artifact_azure;

/* Says that what lasts goes on. */
void artifact_tick(const struct artifact_store *);

/* The key of path in a bucket or container: the store's prefix before it. */
const char *artifact_key(const struct artifact_store *, const char *path);
