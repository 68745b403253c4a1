#include "s3_sign.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../percent.h"

enum {
    SHA256_BYTES = 32,
    PRESIGNED_PARAMS = 6 /* of the signature itself */
};

static const char algorithm[] = "AWS4-HMAC-SHA256";
static const char unreserved[] = "-._~";

const char *s3_encode(struct arena *mem, const char *path)
{
    return percent_encode(mem, path, "/-._~");
}

static int by_name(const void *a, const void *b)
{
    const struct s3_param *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : strcmp(x->value, y->value);
}

const char *s3_query(struct arena *mem, const struct s3_param *params, size_t count)
{
    struct s3_param *sorted = arena_array(mem, struct s3_param, count + 1);
    char *query, *to;
    size_t length = 1;

    for (size_t i = 0; i < count; i++) {
        sorted[i].name = percent_encode(mem, params[i].name, unreserved);
        sorted[i].value = percent_encode(mem, params[i].value, unreserved);
        length += strlen(sorted[i].name) + strlen(sorted[i].value) + 2;
    }
    qsort(sorted, count, sizeof(*sorted), by_name);
    query = to = arena_alloc(mem, length);
    for (size_t i = 0; i < count; i++) {
        to = stpcpy(stpcpy(to, i ? "&" : ""), sorted[i].name);
        to = stpcpy(stpcpy(to, "="), sorted[i].value);
    }
    return query;
}

const char *s3_date(struct arena *mem, int64_t now)
{
    char date[sizeof("20130524T000000Z")];
    time_t seconds = (time_t)now;
    struct tm tm;

    (void)gmtime_r(&seconds, &tm);
    (void)strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
    return arena_strdup(mem, date);
}

static const char *hexadecimal(struct arena *mem, const unsigned char *bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(mem, 2 * SHA256_BYTES + 1);

    for (size_t i = 0; i < SHA256_BYTES; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return text;
}

const char *s3_sha256(struct arena *mem, const char *bytes, size_t length)
{
    unsigned char digest[SHA256_BYTES];

    return EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) ? hexadecimal(mem, digest)
                                                                       : NULL;
}

static int hmac(const unsigned char *key, size_t length, const char *text, unsigned char *mac)
{
    return HMAC(EVP_sha256(), key, (int)length, (const unsigned char *)text, strlen(text), mac,
                NULL)
               ? 0
               : -1;
}

static int by_header_name(const void *a, const void *b)
{
    return strcmp(((const struct http_header *)a)->name, ((const struct http_header *)b)->name);
}

/* "host;x-amz-date" */
static const char *header_names(struct arena *mem, const struct s3_request *rq)
{
    const char *names = "";

    for (size_t i = 0; i < rq->header_count; i++)
        names = arena_printf(mem, "%s%s%s", names, i ? ";" : "", rq->headers[i].name);
    return names;
}

static const char *canonical_request(struct arena *mem, const struct s3_request *rq,
                                     const char *names)
{
    const char *headers = "";

    for (size_t i = 0; i < rq->header_count; i++)
        headers =
            arena_printf(mem, "%s%s:%s\n", headers, rq->headers[i].name, rq->headers[i].value);
    return arena_printf(mem, "%s\n%s\n%s\n%s\n%s\n%s", rq->method, rq->path, rq->query, headers,
                        names, rq->payload);
}

/* "20130524/us-east-1/s3/aws4_request" */
static const char *scope_of(struct arena *mem, const struct s3_signing *s)
{
    return arena_printf(mem, "%.8s/%s/%s/aws4_request", s3_date(mem, s->now), s->region,
                        s->service);
}

/* Of a request whose headers are sorted. NULL: the library failed. */
static const char *signature(struct arena *mem, const struct s3_signing *s,
                             const struct s3_request *rq, const char *names)
{
    const char *request = canonical_request(mem, rq, names), *date = s3_date(mem, s->now);
    const char *digest = s3_sha256(mem, request, strlen(request));
    const char *secret = arena_printf(mem, "AWS4%s", s->credentials->secret_key);
    const char *const steps[] = {
        arena_strndup(mem, date, 8),
        s->region,
        s->service,
        "aws4_request",
        arena_printf(mem, "%s\n%s\n%s\n%s", algorithm, date, scope_of(mem, s),
                     digest ? digest : ""),
    };
    unsigned char key[SHA256_BYTES];

    if (!digest || hmac((const unsigned char *)secret, strlen(secret), steps[0], key) < 0)
        return NULL;
    for (size_t i = 1; i < sizeof(steps) / sizeof(*steps); i++) {
        unsigned char next[SHA256_BYTES];

        if (hmac(key, sizeof(key), steps[i], next) < 0)
            return NULL;
        memcpy(key, next, sizeof(key));
    }
    return hexadecimal(mem, key);
}

const char *s3_authorization(struct arena *mem, const struct s3_signing *s, struct s3_request *rq)
{
    const char *names, *sum;

    qsort(rq->headers, rq->header_count, sizeof(*rq->headers), by_header_name);
    names = header_names(mem, rq);
    sum = signature(mem, s, rq, names);
    return sum ? arena_printf(mem, "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s", algorithm,
                              s->credentials->access_key, scope_of(mem, s), names, sum)
               : NULL;
}

const char *s3_presigned_query(struct arena *mem, const struct s3_signing *s, struct s3_request *rq,
                               const struct s3_param *params, size_t count, int64_t seconds)
{
    struct s3_param *all = arena_array(mem, struct s3_param, count + PRESIGNED_PARAMS);
    const char *names, *sum;

    qsort(rq->headers, rq->header_count, sizeof(*rq->headers), by_header_name);
    names = header_names(mem, rq);
    if (count)
        memcpy(all, params, count * sizeof(*all));
    all[count++] = (struct s3_param){ "X-Amz-Algorithm", algorithm };
    all[count++] = (struct s3_param){
        "X-Amz-Credential",
        arena_printf(mem, "%s/%s", s->credentials->access_key, scope_of(mem, s)),
    };
    all[count++] = (struct s3_param){ "X-Amz-Date", s3_date(mem, s->now) };
    all[count++] = (struct s3_param){ "X-Amz-Expires", arena_printf(mem, "%" PRId64, seconds) };
    all[count++] = (struct s3_param){ "X-Amz-SignedHeaders", names };
    if (*s->credentials->session_token)
        all[count++] = (struct s3_param){ "X-Amz-Security-Token", s->credentials->session_token };
    rq->query = s3_query(mem, all, count);
    sum = signature(mem, s, rq, names);
    return sum ? arena_printf(mem, "%s&X-Amz-Signature=%s", rq->query, sum) : NULL;
}
