/* The artifact stores: a directory, S3, Azure Blob. Paths are relative to the root
 * of a store and were decoded once. Which stores there are is said by the settings
 * (artifacts_destination, artifact_roots) and by nothing that a client sends: a URI
 * that lies below none of them is kept as a text and never opened. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../config.h"
#include "../error.h"
#include "../fields.h"

struct artifact_ops;

/* A root, and how it is reached. Made by artifact_store_of and artifact_locate. */
struct artifact_store {
    struct error *err;
    struct arena *mem;
    const struct config *config;
    const struct artifact_ops *ops;
    const char *bucket;         /* of S3, or the container of Azure; "" on disk */
    const char *host;           /* of Azure, when the URI names it; "" otherwise */
    const char *prefix;         /* the directory, or what keys begin with: no slash at its end */
    int number;                 /* of a directory: which of nginx's locations sends its files */
    void (*tick)(void *ticked); /* said after each piece of what lasts; NULL: nobody listens */
    void *ticked;
};

struct artifact {
    const char *name; /* the last step of its path */
    bool is_dir;
    int64_t size;     /* bytes; 0 for directories */
    int64_t modified; /* ms since the epoch; 0: not known */
};

struct artifact_total {
    int64_t files, bytes;
};

/* Whether the settings name stores that there are: INVALID_PARAMETER_VALUE if not. Asked
 * once, at the start; the functions below rely on it. */
int artifact_settings_check(struct error *, struct arena *, const struct config *) MUST_CHECK;

/* Prints what ops/nginx-conf has to know of the stores, as its flags, one a line. */
int artifact_settings_print(struct error *, struct arena *, const struct config *,
                            FILE *) MUST_CHECK;

/* The store of artifacts_destination. */
struct artifact_store artifact_store_of(struct error *, struct arena *, const struct config *);

/* The store that holds uri and the path in it: 1, or 0 if uri lies below no root of
 * this server's (artifacts_destination, artifact_roots, default_artifact_root). err, mem, config
 * and tick of the result are those of from. */
int artifact_locate(const struct artifact_store *from, const char *uri, struct artifact_store *,
                    const char **path) MUST_CHECK;

/* Refuses what is no relative path below the root: INVALID_PARAMETER_VALUE
 * "Invalid path". *path loses a slash at its end. "" is the root. */
int artifact_path_check(const struct artifact_store *, const char **path) MUST_CHECK;

/* The same for a path that a client sent, which loses its escapes first, as with MLflow: its
 * client sends a name that has some once as it is and once escaped. */
int artifact_path_read(const struct artifact_store *, const char **path) MUST_CHECK;

/* What is at path: 1 found, 0 nothing. On S3 and Azure a directory is what keys go
 * through. */
int artifact_find(const struct artifact_store *, const char *path, struct artifact *) MUST_CHECK;

/* The entries of a directory, sorted by name; none if path is no directory. */
int artifact_entries(const struct artifact_store *, const char *path, struct artifact **,
                     size_t *count) MUST_CHECK;

/* Called for each file at and below a path, with its path from there ("" for the
 * file itself). Returns 0, or -1 to stop. */
typedef int artifact_visit(void *context, const char *path, const struct artifact *);

/* Visits every file at and below path, in no promised order; none if nothing is there. */
int artifact_walk(const struct artifact_store *, const char *path, artifact_visit *visit,
                  void *context) MUST_CHECK;

/* All files at and below path. */
int artifact_count(const struct artifact_store *, const char *path,
                   struct artifact_total *) MUST_CHECK;

/* Takes a piece of a file. Returns 0, or -1 to stop. */
typedef int artifact_sink(void *context, const char *bytes, size_t length);

/* Reads a file whole, piece by piece; for archives and checks alone, for what a
 * client asked for is sent by nginx. RESOURCE_DOES_NOT_EXIST if it is not there. */
int artifact_read(const struct artifact_store *, const char *path, artifact_sink *sink,
                  void *context) MUST_CHECK;

/* Makes the file that nginx put into stage_dir ("" for an empty file) the artifact
 * at path, replacing one. On return it is stored for good: on disk, file, directories
 * and names are synced before. Local stores only. */
int artifact_place(const struct artifact_store *, const char *path,
                   const char *body_file) MUST_CHECK;

/* The same for bytes that a worker has: small files only. */
int artifact_write(const struct artifact_store *, const char *path, const char *bytes,
                   size_t length) MUST_CHECK;

/* Removes a file or a tree; what is not there is no failure. */
int artifact_remove(const struct artifact_store *, const char *path) MUST_CHECK;

/* Headers of a worker's reply that tell nginx how to move the bytes: X-Accel-Redirect
 * for a download, X-Store-… for what a store of the network is asked. */
enum {
    TRANSFER_HEADERS = 12
};
struct artifact_transfer {
    /* What the client asks and nginx passes on, for stores that want it signed; NULL or ""
     * if it asks nothing. nginx asks by GET, when the client says HEAD as well. */
    const char *range, *if_none_match, *if_modified_since;
    int64_t length; /* of an upload, in bytes */
    int64_t size;   /* of the file that is sent */

    struct {
        const char *name, *value;
    } headers[TRANSFER_HEADERS];
    size_t count;
};
void transfer_header(struct artifact_transfer *, const char *name, const char *value);

/* How nginx sends the file at path, which artifact_find found; *transfer holds what the
 * client asks. */
int artifact_send(const struct artifact_store *, const char *path,
                  struct artifact_transfer *) MUST_CHECK;

/* Whether nginx sends an upload to the store itself, without a file in stage_dir. */
bool artifact_is_remote(const struct artifact_store *);
/* How it does that; *transfer holds the length. Refuses reserved names as artifact_place
 * does. Remote stores only. */
int artifact_receive(const struct artifact_store *, const char *path,
                     struct artifact_transfer *) MUST_CHECK;

/* Whether the store has uploads in parts and the settings want them; presigned URLs. */
bool artifact_has_uploads(const struct artifact_store *);
bool artifact_has_presigned(const struct artifact_store *);

/* Uploads in parts. A part is numbered from 1. */
enum {
    UPLOAD_MOST_PARTS = 10000
};
struct upload_part {
    int number;
    const char *url;               /* where the client sends it */
    const char *etag;              /* what the store answered: given to artifact_upload_complete */
    struct artifact_transfer send; /* headers that the client sends with it */
};
struct upload {
    const char *id;
    struct upload_part *parts;
    size_t count;
};
/* Begins an upload of upload->count parts and fills in its id and parts. base is
 * how the client reaches this server: "http://host:5000". NOT_IMPLEMENTED if the store
 * has none. */
int artifact_upload_begin(const struct artifact_store *, const char *path, const char *base,
                          struct upload *) MUST_CHECK;
/* Stores a part whose bytes come to this server, as a file that nginx put into stage_dir
 * ("" for none): disks have that, other stores get their parts from the client. */
int artifact_upload_part(const struct artifact_store *, const char *id, int64_t number,
                         const char *body_file, const char **etag) MUST_CHECK;
/* The bytes of the parts that have come; 0 if that is not known here. */
int artifact_upload_size(const struct artifact_store *, const char *id, int64_t *bytes) MUST_CHECK;
/* Makes the parts the artifact at path: as durable as artifact_place. */
int artifact_upload_complete(const struct artifact_store *, const char *path,
                             const struct upload *) MUST_CHECK;
/* What is not there is no failure. */
int artifact_upload_abort(const struct artifact_store *, const char *path,
                          const char *id) MUST_CHECK;

/* A URL with which anybody can get (or put) the file for so many seconds; the headers
 * are sent with it. NOT_IMPLEMENTED if the store has none. */
int artifact_presign(const struct artifact_store *, bool put, const char *path, int64_t seconds,
                     const char **url, struct artifact_transfer *headers) MUST_CHECK;

/* Content-Type by name, as MLflow gives it: text files of many kinds as
 * text/plain (mlflow/server/handlers.py _response_with_file_attachment_headers). */
const char *artifact_type(const char *name);
/* Content-Type by name, as Python's mimetypes has it: what MLflow stores in S3. */
const char *artifact_guessed_type(const char *name);
