/* Listings of a bucket, page by page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../percent.h"
#include "s3.h"
#include "xml.h"

struct reading {
    struct arena *mem; /* of what is kept */
    struct s3_page *page;
    size_t room, prefix_length;
    bool encoded, truncated, bad;
    /* Of the entry that is being read. */
    const char *key;
    int64_t size, modified;
};

/* %xx and +, as keys come that XML could not hold. */
static const char *decoded(struct arena *mem, const char *text)
{
    char *key = arena_strdup(mem, text);

    for (char *c = key; (c = strchr(c, '+'));)
        *c = ' ';
    return percent_decoded(mem, key);
}

/* An entry is below the prefix. */
static bool is_entry(const struct reading *r, const char *key, size_t length)
{
    if (r->page->marks)
        return length >= r->prefix_length;
    return length > r->prefix_length && key[length - 1] != '/';
}

/* The key just read becomes an entry, unless it marks a directory. */
static void add_entry(struct reading *r, bool is_dir)
{
    struct s3_page *page = r->page;
    const char *key = r->key;
    size_t length;

    r->key = NULL;
    if (!key)
        return;
    if (r->encoded)
        key = decoded(r->mem, key);
    length = strlen(key);
    while (is_dir && length && key[length - 1] == '/')
        length--;
    if (!is_entry(r, key, length))
        return;
    if (page->count == r->room) {
        size_t room = 2 * r->room + 64;

        page->entries = arena_grow(r->mem, page->entries, r->room * sizeof(*page->entries),
                                   room * sizeof(*page->entries));
        r->room = room;
    }
    page->entries[page->count++] = (struct artifact){
        .name = arena_strndup(r->mem, key + r->prefix_length, length - r->prefix_length),
        .is_dir = is_dir,
        .size = is_dir ? 0 : r->size,
        .modified = is_dir ? 0 : r->modified,
    };
}

/* 2026-11-24T12:00:00.123Z in milliseconds. */
static int64_t read_date(const char *text)
{
    struct tm tm = { 0 };
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    return rest ? (int64_t)timegm(&tm) * 1000 + (*rest == '.' ? atoi(rest + 1) : 0) : 0;
}

static void take_element(void *context, const char *path, const char *text)
{
    static const char root[] = "ListBucketResult/";
    struct reading *r = context;

    if (strncmp(path, root, strlen(root)) != 0)
        return;
    path += strlen(root);
    if (!strcmp(path, "Contents/Key") || !strcmp(path, "CommonPrefixes/Prefix"))
        r->key = text;
    else if (!strcmp(path, "Contents/Size"))
        r->size = strtoll(text, NULL, 10);
    else if (!strcmp(path, "Contents/LastModified"))
        r->modified = read_date(text);
    else if (!strcmp(path, "Contents"))
        add_entry(r, false);
    else if (!strcmp(path, "CommonPrefixes"))
        add_entry(r, true);
    else if (!strcmp(path, "IsTruncated"))
        r->truncated = !strcmp(text, "true");
    else if (!strcmp(path, "NextContinuationToken")) {
        r->bad |= strlen(text) >= sizeof(r->page->next);
        (void)strncpy(r->page->next, text, sizeof(r->page->next) - 1);
    }
}

/* The element comes after the keys that it is about, in some replies. */
static void take_encoding(void *context, const char *path, const char *text)
{
    struct reading *r = context;

    r->encoded |= !strcmp(path, "ListBucketResult/EncodingType") && !strcmp(text, "url");
}

/* A listing's text is many times what is kept of it: it goes with the next page, and is
 * not lost if a jump out of memory comes in between. */
static struct arena *scratch(void)
{
    static struct arena *mem;

    if (!mem)
        mem = arena_create(0);
    arena_reset(mem);
    return mem;
}

static int read_page(struct reading *r, const struct http_reply *reply, struct arena *mem)
{
    struct s3_page *page = r->page;

    page->entries = NULL;
    page->count = 0;
    page->next[0] = '\0';
    if (xml_read(mem, reply->body, reply->length, take_encoding, r) < 0 ||
        xml_read(mem, reply->body, reply->length, take_element, r) < 0)
        return -1;
    page->more = r->truncated;
    return r->bad || (page->more && !page->next[0]) ? -1 : 0;
}

static struct s3_ask list_ask(const struct artifact_store *store, const char *prefix,
                              bool one_level, int64_t most, const struct s3_page *page)
{
    struct s3_ask ask = { .method = "GET", .key = "" };

    ask.query[ask.query_count++] = (struct s3_param){ "list-type", "2" };
    ask.query[ask.query_count++] = (struct s3_param){ "encoding-type", "url" };
    ask.query[ask.query_count++] = (struct s3_param){ "prefix", prefix };
    ask.query[ask.query_count++] =
        (struct s3_param){ "max-keys", arena_printf(store->mem, "%" PRId64, most) };
    if (one_level)
        ask.query[ask.query_count++] = (struct s3_param){ "delimiter", "/" };
    if (page->more)
        ask.query[ask.query_count++] =
            (struct s3_param){ "continuation-token", arena_strdup(store->mem, page->next) };
    return ask;
}

int s3_list(const struct artifact_store *store, const char *prefix, bool one_level, int64_t most,
            struct s3_page *page)
{
    struct artifact_store asking = *store;
    struct reading r = { .mem = store->mem, .page = page, .prefix_length = strlen(prefix) };
    struct http_reply reply;
    struct s3_ask ask;

    asking.mem = scratch();
    ask = list_ask(&asking, prefix, one_level, most, page);
    if (s3_send(&asking, &ask, &reply) < 0)
        return -1;
    if (reply.status != 200)
        return s3_refused(&asking, &ask, &reply);
    if (read_page(&r, &reply, asking.mem) < 0) {
        store->err->detail = "S3 sent a listing that cannot be read";
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store is not available now.");
    }
    return 0;
}
