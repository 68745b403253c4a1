/* SHA-256, of what passes by and of artifacts. */
#pragma once

#include <stddef.h>

#include "artifacts.h"

enum {
    DIGEST_BYTES = 32,
    DIGEST_TEXT = 2 * DIGEST_BYTES + 1, /* in hexadecimal, with its NUL */
};

/* One at work. digest_end gives back what it holds, and may be called at any time. */
struct digest {
    void *context;
};
void digest_begin(struct digest *);
void digest_add(struct digest *, const void *bytes, size_t length);
void digest_result(struct digest *, unsigned char result[DIGEST_BYTES]);
void digest_end(struct digest *);

void digest_text(const unsigned char digest[DIGEST_BYTES], char text[DIGEST_TEXT]);
/* Of a text, as a text. */
void digest_of(const char *s, char text[DIGEST_TEXT]);

/* Where an artifact is, as a URI for artifact_locate(): the name under which its digest is
 * recorded. That of the server's own store does not say where the store is, so that the
 * store may be moved. */
const char *artifact_location(const struct artifact_store *, const char *path);

/* The digest and the size of an artifact as it is now. */
int artifact_digest(const struct artifact_store *, const char *path, char text[DIGEST_TEXT],
                    int64_t *size) MUST_CHECK;
