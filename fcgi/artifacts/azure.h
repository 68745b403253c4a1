/* What the files of the Azure store share: its account, its requests, its listings. */
#pragma once

#include "azure_sign.h"
#include "http.h"
#include "ops.h"

/* From the settings azure_…; where none of the three that give access is set, from
 * AZURE_STORAGE_CONNECTION_STRING and AZURE_STORAGE_ACCESS_KEY, as MLflow has it. */
struct azure_account {
    const char *name;
    const char *key;    /* base64; "" if there is a SAS instead */
    const char *sas;    /* a query without '?'; "" if there is a key */
    const char *origin; /* "https://ACCOUNT.blob.core.windows.net" */
    const char *host;   /* of the origin, with its port if it names one */
    const char *base;   /* what every path begins with: "", or of the emulator "/ACCOUNT" */
};

/* Reads wasbs://CONTAINER@ACCOUNT.blob.core.windows.net/PREFIX into the store. */
bool azure_open(struct artifact_store *, const char *uri);
/* INVALID_PARAMETER_VALUE if the settings cannot be meant so. */
int azure_check(const struct artifact_store *) MUST_CHECK;
/* Where the service is: "https://HOST". */
const char *azure_endpoint(const struct artifact_store *);
/* Whether requests are signed in their URIs, since a SAS is all that there is. */
bool azure_has_secret_uris(const struct artifact_store *);
/* INVALID_STATE if nothing gives access. */
int azure_account_of(const struct artifact_store *, struct azure_account *) MUST_CHECK;

/* The path of a blob (key NULL: of the container) in a URL, percent-encoded. */
const char *azure_path(const struct artifact_store *, const struct azure_account *,
                       const char *key);

struct azure_call {
    const char *method;
    const char *key;                   /* of the blob, not encoded; NULL: the container */
    const char *query;                 /* percent-encoded; NULL: none */
    const struct http_header *headers; /* those of x-ms- that it needs besides the usual */
    size_t count;
    const char *content_type; /* of the body; NULL: none is said */
    const char *body;         /* NULL: none */
    size_t length;
    int64_t seconds;     /* as in http.h */
    artifact_sink *sink; /* as in http.h */
    void *context;
};

/* Signs and sends: 1, 0 if there is no such blob, and any other answer is a failure:
 * TEMPORARILY_UNAVAILABLE if it may be another one later, INVALID_STATE if somebody has to
 * see to it, INVALID_PARAMETER_VALUE if the name is not taken. */
int azure_send(const struct artifact_store *, const struct azure_call *,
               struct http_reply *) MUST_CHECK;

/* What the keys below a path begin with. */
const char *azure_below(const struct artifact_store *, const char *path);

struct azure_listing {
    const char *prefix; /* of the keys */
    bool deep;          /* else only those without a '/' after it, and directories */
    bool keep;          /* what a visit is given stays; else it goes with the visit */
    int page;           /* keys asked for at a time; 0: as many as come */
};
/* Visits blobs by their keys after the prefix, directories without the '/' at the end. */
int azure_list(const struct artifact_store *, const struct azure_listing *, artifact_visit *,
               void *context) MUST_CHECK;

/* ms of "Fri, 26 Jun 2015 23:39:12 GMT"; 0 if it is no such time. */
int64_t azure_time(const char *text);

/* azure_remove.c */
int azure_remove(const struct artifact_store *, const char *path);

/* azure_transfer.c: how others move the bytes. */
int azure_send_file(const struct artifact_store *, const char *path, struct artifact_transfer *);
int azure_receive(const struct artifact_store *, const char *path, struct artifact_transfer *);
int azure_upload_begin(const struct artifact_store *, const char *path, const char *base,
                       struct upload *);
int azure_upload_complete(const struct artifact_store *, const char *path, const struct upload *);
int azure_upload_abort(const struct artifact_store *, const char *path, const char *id);
int azure_presign(const struct artifact_store *, bool put, const char *path, int64_t seconds,
                  const char **url, struct artifact_transfer *);
