/* Small requests to the stores of the network: HEAD, listings, control calls. The bytes
 * of artifacts are nginx's, but for http_call.sink. */
#pragma once

#include "artifacts.h"

struct http_header {
    const char *name, *value;
};

struct http_call {
    const char *method;
    const char *url; /* http or https; encoded: it is sent as it is */
    const struct http_header *headers;
    size_t header_count;
    const char *body; /* NULL: none */
    size_t length;
    int64_t seconds; /* that it may take; 0: HTTP_SECONDS */
    /* Gets the body of a 2xx reply piece by piece, however long it takes as long as
     * something comes. NULL: the body is put into the reply. */
    artifact_sink *sink;
    void *context;
};

enum {
    HTTP_SECONDS = 15,
    HTTP_LONGEST_BODY = 32 * 1024 * 1024 /* of a reply without a sink */
};

struct http_reply {
    int status;
    struct http_header *headers;
    size_t header_count;
    const char *body; /* NUL-terminated; "" for none */
    size_t length;
};

/* Sends the request and reads the reply, whatever its status; all of it is in the
 * arena of the store. Redirects are not followed, certificates are checked, proxies
 * of the environment are not used, and no call takes longer than three quarters of
 * request_timeout unless it has a sink. The process keeps its connection for the
 * next call. TEMPORARILY_UNAVAILABLE if there is no reply, INVALID_STATE if there can
 * be none (no such scheme, an untrusted certificate); the detail names the host and
 * never the query. -1 without an error of its own if the sink stopped it. */
int http_send(const struct artifact_store *, const struct http_call *,
              struct http_reply *) MUST_CHECK;

/* The value of a header of the reply, by its name in any case; NULL if it has none. */
const char *http_value(const struct http_reply *, const char *name);
