#include "digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops.h"

/* Without memory, or with a library that was built without SHA-256, nothing can go on. */
static void must(int done)
{
    if (done == 1)
        return;
    (void)fputs("level=error event=digest reason=\"SHA-256 cannot be had\"\n", stderr);
    abort();
}

void digest_begin(struct digest *d)
{
    if (!d->context)
        d->context = EVP_MD_CTX_new();
    must(d->context && EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) == 1);
}

void digest_add(struct digest *d, const void *bytes, size_t length)
{
    must(EVP_DigestUpdate(d->context, bytes, length));
}

void digest_result(struct digest *d, unsigned char result[DIGEST_BYTES])
{
    must(EVP_DigestFinal_ex(d->context, result, NULL));
}

void digest_end(struct digest *d)
{
    EVP_MD_CTX_free(d->context);
    d->context = NULL;
}

void digest_text(const unsigned char digest[DIGEST_BYTES], char text[DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[DIGEST_TEXT - 1] = '\0';
}

void digest_of(const char *s, char text[DIGEST_TEXT])
{
    unsigned char result[DIGEST_BYTES];

    must(EVP_Digest(s, strlen(s), result, NULL, EVP_sha256(), NULL));
    digest_text(result, text);
}

const char *artifact_location(const struct artifact_store *store, const char *path)
{
    const struct artifact_store own = artifact_store_of(store->err, store->mem, store->config);
    const char *key;

    if (own.ops == store->ops && !strcmp(own.bucket, store->bucket) &&
        !strcmp(own.host, store->host) && !strcmp(own.prefix, store->prefix))
        return arena_printf(store->mem, "mlflow-artifacts:/%s", path);
    key = artifact_key(store, path);
    return artifact_is_remote(store) ? key : arena_printf(store->mem, "file://%s", key);
}

struct reading {
    const struct artifact_store *store;
    struct digest digest;
    int64_t size;
};

static int read_piece(void *context, const char *bytes, size_t length)
{
    struct reading *reading = context;

    digest_add(&reading->digest, bytes, length);
    reading->size += (int64_t)length;
    artifact_tick(reading->store);
    return 0;
}

int artifact_digest(const struct artifact_store *store, const char *path, char text[DIGEST_TEXT],
                    int64_t *size)
{
    struct reading reading = { .store = store };
    unsigned char result[DIGEST_BYTES];
    int failed;

    digest_begin(&reading.digest);
    failed = artifact_read(store, path, read_piece, &reading);
    digest_result(&reading.digest, result);
    digest_end(&reading.digest);
    digest_text(result, text);
    *size = reading.size;
    return failed;
}
