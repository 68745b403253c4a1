#include "azure_sign.h"

#include <assert.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../percent.h"

enum {
    SIGNATURE = 32, /* of SHA-256 */
    LONGEST_KEY = 256
};

/* A text that grows; str is always terminated. */
struct text {
    struct arena *mem;
    char *str;
    size_t length, room;
};

static void add_bytes(struct text *t, const char *bytes, size_t n)
{
    if (t->length + n + 1 > t->room) {
        size_t room = 2 * (t->length + n + 1);

        t->str = arena_grow(t->mem, t->str, t->length, room);
        t->room = room;
    }
    memcpy(t->str + t->length, bytes, n);
    t->length += n;
    t->str[t->length] = '\0';
}

static void add(struct text *t, const char *s)
{
    if (s)
        add_bytes(t, s, strlen(s));
}

static void add_line(struct text *t, const char *s)
{
    add(t, s);
    add(t, "\n");
}

static int by_header(const void *a, const void *b)
{
    return strcmp(((const struct http_header *)a)->name, ((const struct http_header *)b)->name);
}

/* Those of x-ms-, sorted. */
static void add_headers(struct text *t, const struct azure_request *rq)
{
    struct http_header *sorted;

    if (!rq->count)
        return;
    sorted = arena_array(t->mem, struct http_header, rq->count);
    memcpy(sorted, rq->headers, rq->count * sizeof(*sorted));
    qsort(sorted, rq->count, sizeof(*sorted), by_header);
    for (size_t i = 0; i < rq->count; i++) {
        add(t, sorted[i].name);
        add(t, ":");
        add_line(t, sorted[i].value);
    }
}

/* A part of a query without its escapes. */
static char *decoded(struct arena *mem, const char *s, size_t length)
{
    char *plain = arena_alloc(mem, length + 1), *to = plain;

    for (size_t i = 0; i < length;) {
        int byte = percent_byte(s + i, length - i);

        *to++ = byte < 0 ? s[i] : (char)byte;
        i += byte < 0 ? 1 : 3;
    }
    return plain;
}

/* name=value; the name in lower case. */
static struct http_header parameter(struct arena *mem, const char *s, size_t length)
{
    const char *equals = memchr(s, '=', length);
    size_t name = equals ? (size_t)(equals - s) : length;
    char *lower = decoded(mem, s, name);

    for (char *c = lower; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return (struct http_header){ lower, equals ? decoded(mem, equals + 1, length - name - 1) : "" };
}

static int by_parameter(const void *a, const void *b)
{
    const struct http_header *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : strcmp(x->value, y->value);
}

/* The parameters of the query, sorted; the values of one name stand in one line. */
static void add_query(struct text *t, const char *query)
{
    size_t room = 1, count = 0;
    struct http_header *all;

    if (!query || !*query)
        return;
    for (const char *c = query; *c; c++)
        room += *c == '&';
    all = arena_array(t->mem, struct http_header, room);
    while (*query) {
        size_t n = strcspn(query, "&");

        if (n)
            all[count++] = parameter(t->mem, query, n);
        query += n + (query[n] == '&');
    }
    qsort(all, count, sizeof(*all), by_parameter);
    for (size_t i = 0; i < count; i++) {
        bool same = i && !strcmp(all[i].name, all[i - 1].name);

        add(t, same ? "," : "\n");
        add(t, same ? NULL : all[i].name);
        add(t, same ? NULL : ":");
        add(t, all[i].value);
    }
}

const char *azure_string_to_sign(struct arena *mem, const char *account,
                                 const struct azure_request *rq)
{
    struct text t = { .mem = mem };

    add_line(&t, rq->method);
    add_line(&t, NULL); /* Content-Encoding */
    add_line(&t, NULL); /* Content-Language */
    add_line(&t, rq->length ? arena_printf(mem, "%lld", (long long)rq->length) : NULL);
    add_line(&t, NULL); /* Content-MD5 */
    add_line(&t, rq->content_type);
    add_line(&t, NULL); /* Date: x-ms-date stands for it */
    add_line(&t, rq->if_modified_since);
    add_line(&t, rq->if_match);
    add_line(&t, rq->if_none_match);
    add_line(&t, rq->if_unmodified_since);
    add_line(&t, rq->range);
    add_headers(&t, rq);
    add(&t, "/");
    add(&t, account);
    add(&t, rq->path);
    add_query(&t, rq->query);
    return t.str;
}

/* The bytes of a key in strict base64: their number, or -1. */
static int read_key(const char *key, unsigned char *bytes)
{
    size_t length = strlen(key), padding;
    int n;

    padding = length - strcspn(key, "=");
    if (!length || length % 4 || length > LONGEST_KEY * 4 / 3 || padding > 2 ||
        strspn(key + length - padding, "=") != padding)
        return -1;
    /* OpenSSL's reading takes a '=' anywhere, and blanks around it. */
    n = isspace((unsigned char)*key)
            ? -1
            : EVP_DecodeBlock(bytes, (const unsigned char *)key, (int)length);
    return n < 0 ? -1 : n - (int)padding;
}

/* HMAC-SHA256 of s, in base64; NULL if key is none. */
static const char *signature(struct arena *mem, const char *key, const char *s)
{
    unsigned char bytes[LONGEST_KEY], mac[SIGNATURE];
    char *text = arena_alloc(mem, (SIGNATURE + 2) / 3 * 4 + 1);
    int n = read_key(key, bytes);
    unsigned length = 0;

    if (n < 0)
        return NULL;
    if (!HMAC(EVP_sha256(), bytes, n, (const unsigned char *)s, strlen(s), mac, &length))
        return NULL;
    assert(length == SIGNATURE);
    (void)EVP_EncodeBlock((unsigned char *)text, mac, SIGNATURE);
    return text;
}

const char *azure_authorization(struct arena *mem, const char *account, const char *key,
                                const struct azure_request *rq)
{
    const char *mac = signature(mem, key, azure_string_to_sign(mem, account, rq));

    return mac ? arena_printf(mem, "SharedKey %s:%s", account, mac) : NULL;
}

static struct tm in_utc(int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm tm;

    (void)gmtime_r(&time, &tm);
    return tm;
}

enum {
    TIME_ROOM = 40
};

const char *azure_date(struct arena *mem, int64_t seconds)
{
    const struct tm tm = in_utc(seconds);
    char *text = arena_alloc(mem, TIME_ROOM);

    (void)strftime(text, TIME_ROOM, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return text;
}

static const char *iso_time(struct arena *mem, int64_t seconds)
{
    const struct tm tm = in_utc(seconds);
    char *text = arena_alloc(mem, TIME_ROOM);

    (void)strftime(text, TIME_ROOM, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return text;
}

const char *azure_sas(struct arena *mem, const char *key, const struct azure_grant *grant)
{
    const char *expiry = iso_time(mem, grant->expires);
    const char *protocol = grant->protocol ? grant->protocol : "", *mac;
    struct text t = { .mem = mem };

    add_line(&t, grant->permissions);
    add_line(&t, NULL); /* start */
    add_line(&t, expiry);
    add_line(&t,
             arena_printf(mem, "/blob/%s/%s/%s", grant->account, grant->container, grant->blob));
    add_line(&t, NULL); /* identifier */
    add_line(&t, NULL); /* address */
    add_line(&t, protocol);
    add_line(&t, AZURE_VERSION);
    add_line(&t, "b"); /* a blob */
    /* Snapshot, encryption scope, and the five headers that the reply could have. */
    add(&t, "\n\n\n\n\n\n");
    mac = signature(mem, key, t.str);
    if (!mac)
        return NULL;
    return arena_printf(mem, "sv=%s&sr=b&sp=%s&se=%s%s%s&sig=%s", AZURE_VERSION, grant->permissions,
                        percent_encode(mem, expiry, "-"), *protocol ? "&spr=" : "",
                        percent_encode(mem, protocol, ""), percent_encode(mem, mac, ""));
}
