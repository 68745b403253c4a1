/* The keys for S3, and the region: from the settings, or from where the AWS SDKs look. */
#pragma once

#include "s3_sign.h"

/* In this order: the settings; the environment (AWS_ACCESS_KEY_ID, …); a web identity
 * (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN); the profile in the shared credentials file
 * or in the config file; the container's (AWS_CONTAINER_CREDENTIALS_…); the instance's.
 * A profile or a file that the settings name goes before the environment. What was
 * fetched or read is kept by the process, and fetched anew before it expires; if that
 * fails, the old keys are used to their end. INVALID_STATE if there are none. The texts
 * live until the next call. */
int s3_credentials(const struct artifact_store *, struct s3_credentials *) MUST_CHECK;

/* The store does not take them: the next call fetches them anew. */
void s3_credentials_forget(void);

/* The region of the settings, the environment or the profile; us-east-1. */
const char *s3_region(const struct artifact_store *);

/* ------------------------------------------- what the sources of credentials share */

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
