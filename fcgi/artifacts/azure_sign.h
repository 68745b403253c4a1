/* How requests to Azure's Blob service are signed: the SharedKey scheme by header, and a
 * shared access signature (SAS) in a URL. Nothing here reads settings or talks to anybody. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "http.h"

/* The version of the service that all of this is written for. */
#define AZURE_VERSION "2021-12-02"

/* A request as it will be sent. Texts may be NULL where there is nothing. */
struct azure_request {
    const char *method;
    const char *path;  /* percent-encoded, as it stands in the request line */
    const char *query; /* percent-encoded, without '?' */
    int64_t length;    /* of the body */
    const char *content_type, *range;
    const char *if_modified_since, *if_match, *if_none_match, *if_unmodified_since;
    const struct http_header *headers; /* those that begin with x-ms-, in lower case */
    size_t count;
};

/* What is signed, line by line. */
const char *azure_string_to_sign(struct arena *, const char *account, const struct azure_request *);

/* The value of the Authorization header. key is the account's, base64 as Azure shows it;
 * NULL if it is not base64. */
const char *azure_authorization(struct arena *, const char *account, const char *key,
                                const struct azure_request *);

/* One blob, for some time. */
struct azure_grant {
    const char *account, *container, *blob; /* not encoded */
    const char *permissions;                /* of "racwd", in this order */
    int64_t expires;                        /* seconds since the epoch */
    const char *protocol;                   /* "https", "https,http", or NULL */
};

/* The query of a URL that grants this; NULL if key is not base64. */
const char *azure_sas(struct arena *, const char *key, const struct azure_grant *);

/* A time as HTTP has it: "Fri, 26 Jun 2015 23:39:12 GMT". */
const char *azure_date(struct arena *, int64_t seconds);
