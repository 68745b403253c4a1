#include "digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
