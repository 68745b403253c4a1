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
