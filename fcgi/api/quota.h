/* Quotas: how much may be stored in the directory of an experiment, which is the first
 * step of a path below artifacts_destination. Without quota_bytes and quota_files these
 * do nothing and need no database. With them: take or give, then store or remove, then
 * keep; a request that fails between has changed nothing. Uploads into one directory
 * wait for each other between take and keep. */
#pragma once

#include "../artifacts/artifacts.h"
#include "../request.h"

/* Whether there are quotas and they are held against the store: they are those of
 * artifacts_destination, for other roots have other owners. */
bool quota_holds(const struct request *, const struct artifact_store *);

/* Makes room for a file of so many bytes at path, in place of one that is there.
 * QUOTA_EXCEEDED if there is none; a file may always be replaced by a smaller one. */
int quota_take(struct request *, const struct artifact_store *, const char *path,
               int64_t bytes) MUST_CHECK;

/* The same for the upload that nginx has, in a file or still to be sent to the store. What
 * fails after that on its way to a store stays counted until the next recount. */
int quota_take_upload(struct request *, const struct artifact_store *, const char *path) MUST_CHECK;

/* Gives back the room of all that is at and below path. */
int quota_give(struct request *, const struct artifact_store *, const char *path) MUST_CHECK;

/* Once it is stored, or removed. */
int quota_keep(struct request *) MUST_CHECK;
