/* AWS Signature Version 4: what proves to a store that a request comes from someone who
 * has the secret key. Nothing here talks to anybody. */
#pragma once

#include <stdint.h>

#include "http.h"

struct s3_credentials {
    const char *access_key, *secret_key;
    const char *session_token; /* "" for none */
};

/* Of a query, decoded. */
struct s3_param {
    const char *name, *value;
};

struct s3_signing {
    const struct s3_credentials *credentials;
    const char *region, *service; /* us-east-1, s3 */
    int64_t now;                  /* seconds since the epoch */
};

struct s3_request {
    const char *method;
    const char *path;  /* as it is sent: by s3_encode */
    const char *query; /* as it is sent: by s3_query */
    /* All that are signed; the names in lower case, the values without blanks at their
     * ends. They are sorted here. */
    struct http_header *headers;
    size_t header_count;
    const char *payload; /* the body's SHA-256, or S3_UNSIGNED */
};

#define S3_UNSIGNED "UNSIGNED-PAYLOAD"
#define S3_EMPTY    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A path as signatures and URIs have it: each byte but letters, digits, "-._~" and the
 * slash as %XX. */
const char *s3_encode(struct arena *, const char *path);

/* Params as a query, encoded and in the order of signatures. "" for none. */
const char *s3_query(struct arena *, const struct s3_param *, size_t count);

/* 20130524T000000Z */
const char *s3_date(struct arena *, int64_t now);
/* Lower-case hexadecimal. */
const char *s3_sha256(struct arena *, const char *bytes, size_t length);

/* The value of the header Authorization. NULL if the library of ciphers failed. */
const char *s3_authorization(struct arena *, const struct s3_signing *, struct s3_request *);

/* The query with which a URL may be used by anybody for so many seconds: that of the
 * request (query is ignored), the signature's own params and the signature. NULL as above. */
const char *s3_presigned_query(struct arena *, const struct s3_signing *, struct s3_request *,
                               const struct s3_param *, size_t count, int64_t seconds);
