/* S3 within: what its files share. */
#pragma once

#include "ops.h"
#include "s3_credentials.h"
#include "s3_sources.h"

/* Where a bucket is. */
struct s3_service {
    const char *scheme;      /* http or https */
    const char *host;        /* with the port, if it has one; with the bucket, if it is virtual */
    const char *bucket_path; /* "/BUCKET", or "" if the bucket is in the host */
    bool amazon;
};

/* Of the settings, the environment, the profile. INVALID_STATE if they name none. */
int s3_service_of(const struct artifact_store *, struct s3_service *) MUST_CHECK;
/* See artifact_ops: whether the settings are good; "" if they are not. */
int s3_check(const struct artifact_store *);
const char *s3_endpoint(const struct artifact_store *);

enum {
    S3_PARAMS = 8,
    S3_HEADERS = 8
};

/* A request about an object, or about the bucket (key ""). */
struct s3_ask {
    const char *method, *key;
    struct s3_param query[S3_PARAMS];
    size_t query_count;
    struct http_header headers[S3_HEADERS]; /* the names in lower case; they are signed */
    size_t header_count;
    const char *body; /* NULL: none */
    size_t length;
    int64_t seconds;
    artifact_sink *sink;
    void *context;
};

/* Signs the request, sends it and reads the reply, whatever its status. */
int s3_send(const struct artifact_store *, const struct s3_ask *, struct http_reply *) MUST_CHECK;

/* Fails with what a reply that is no success means; the detail has the store's code. */
int s3_refused(const struct artifact_store *, const struct s3_ask *, const struct http_reply *);
/* The store's code for an error ("NoSuchKey"), "" if the reply has none. */
const char *s3_error_code(const struct artifact_store *, const struct http_reply *);

/* What nginx needs to send the request itself: headers X-Store-…. */
int s3_hand_over(const struct artifact_store *, const char *method, const char *path,
                 struct artifact_transfer *) MUST_CHECK;
/* A URL for anybody, signed for so many seconds. */
int s3_presign(const struct artifact_store *, const struct s3_ask *, int64_t seconds,
               const char **url) MUST_CHECK;

/* A page of what is below a prefix. */
struct s3_page {
    bool marks; /* asked for: the empty objects "DIR/" too, that stand for directories */
    struct artifact *entries; /* names are what follows the prefix */
    size_t count;
    bool more;
    char next[4096]; /* where the next page begins */
};

/* Reads the page after the one that *page is; all but marks is zero for the first.
 * One level (what is deeper is a directory), or every file. */
int s3_list(const struct artifact_store *, const char *prefix, bool one_level, int64_t most,
            struct s3_page *page) MUST_CHECK;

int s3_remove(const struct artifact_store *, const char *path);
int s3_upload_begin(const struct artifact_store *, const char *path, const char *base,
                    struct upload *);
int s3_upload_complete(const struct artifact_store *, const char *path, const struct upload *);
int s3_upload_abort(const struct artifact_store *, const char *path, const char *id);

/* text with what XML has a meaning for escaped. */
const char *s3_xml_text(struct arena *, const char *text);
