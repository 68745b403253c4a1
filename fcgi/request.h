/* The one struct a handler sees: a request, who makes it, and its reply. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "clock.h"
#include "config.h"
#include "db.h"
#include "error.h"
#include "fields.h"
#include "out.h"

enum method {
    METHOD_OTHER,
    GET,
    POST,
    PUT,
    PATCH,
    DELETE,
    HEAD,
    OPTIONS,
};

struct endpoint;
struct group_seat;
struct request;

/* Takes a piece of a reply. 0, or -1: nobody takes the rest. */
typedef int reply_sink(void *to, const char *bytes, size_t length);

struct member {
    const char *name, *value;
};

struct request {
    struct arena *mem;
    struct error *err;
    struct db *db;
    const struct config *config;

    /* As it came. All texts are NUL-terminated and in mem; absent ones are "". */
    enum method method;
    const char *method_name;
    const char *uri;           /* raw: path and query string */
    const char *query;         /* after the first '?' of uri */
    const char *scheme, *host; /* by which the client reaches this server */
    const char *content_type;
    const char *body;
    size_t body_length;
    /* An upload that nginx put into stage_dir, "" if it is empty; NULL: nginx staged none. */
    const char *body_file;
    int64_t upload_length; /* of an upload that nginx sends to a store itself; -1: none */
    const char *range, *if_none_match, *if_modified_since; /* as nginx passes them on */
    const char *id, *remote_addr;

    /* Found by the router. */
    const struct endpoint *endpoint;
    struct member members[4]; /* of the path, decoded once */
    int member_count;

    /* Read by the parser: the struct that endpoint->input describes. */
    void *in;

    /* Who asks. */
    const char *user; /* "" as long as nobody logs in */

    /* The reply. status 0 means 200. */
    struct out out;
    int status;
    const char *reply_type; /* NULL: application/json */
    const char *headers;    /* further header lines, each ended by CRLF; NULL for none */
    int64_t rows;           /* for the log */

    /* An archive: its length is not known before it is made, so it is made while it is
     * sent, after all that can be refused was. Takes the place of out; -1, with err,
     * breaks the reply off such that the client notices. */
    int (*stream)(struct request *, reply_sink *, void *to);
    void *streamed; /* what stream works on */

    struct arena *spare;         /* see request_spare() */
    struct group_seat *seat;     /* for who logs single metrics; NULL: works alone */
    _Atomic int64_t *busy_since; /* see request_progress(); NULL: nobody looks */
    bool placed;                 /* an upload is in place: what is run again does only the rest */
};

/* The member of the path, or NULL. */
const char *request_member(const struct request *, const char *name);

/* Refuses a POST or PUT that does not say that it sends JSON. */
int request_must_be_json(struct request *) MUST_CHECK;

/* Memory that no arena_release() of mem takes back: for what is collected inside of a
 * function that releases. Lives as long as the request. */
struct arena *request_spare(struct request *);

/* The URI as a log may have it: who knows the id of an upload may send parts of it. */
const char *request_loggable(struct arena *, const char *uri);

/* Tells the master, which kills what is stuck in one request, that there is progress. */
void request_progress(struct request *);

/* Adds a header line to the reply. */
void reply_header(struct request *, const char *name, const char *value);
