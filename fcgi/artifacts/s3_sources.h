/* Where the keys for S3 may come from, and what these sources share. */
#pragma once

#include "s3_sign.h"

/* Credentials on their way; expires is in seconds since the epoch, 0: never. */
struct s3_found {
    struct s3_credentials credentials;
    int64_t expires;
};

/* A source: 1 found, 0 if the source is not in use here, -1 if it is and fails. */
typedef int s3_source(const struct artifact_store *, struct s3_found *);

s3_source s3_profile_credentials, s3_web_identity, s3_container, s3_instance;

/* A value of the profile in the config file or the shared credentials file; NULL if it
 * has none. */
const char *s3_profile_value(const struct artifact_store *, const char *name);

/* The variable, or "". */
const char *s3_environment(const char *name);

/* A file whole; NULL, with errno, if it cannot be read. */
const char *s3_file(struct arena *, const char *path);

/* The region of the settings, the environment or the profile; us-east-1. */
const char *s3_region(const struct artifact_store *);
