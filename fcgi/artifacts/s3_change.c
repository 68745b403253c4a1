/* What changes a bucket beyond a single PUT: deletions of trees, uploads in parts. */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "../base64.h"
#include "s3.h"
#include "xml.h"

enum {
    PAGE = 1000,             /* keys that one request deletes at most */
    PART_SECONDS = 86400,    /* that a client may take for all parts */
    COMPLETE_SECONDS = 3600, /* cut to what request_timeout allows */
    MOST_PARTS = 10000
};

const char *s3_xml_text(struct arena *mem, const char *text)
{
    char *escaped = arena_alloc(mem, 6 * strlen(text) + 1), *to = escaped;

    for (; *text; text++)
        switch (*text) {
        case '&':
            to = stpcpy(to, "&amp;");
            break;
        case '<':
            to = stpcpy(to, "&lt;");
            break;
        case '>':
            to = stpcpy(to, "&gt;");
            break;
        case '"':
            to = stpcpy(to, "&quot;");
            break;
        default:
            *to++ = *text;
        }
    *to = '\0';
    return escaped;
}

/* ----------------------------------------------------------------------- deletion */

static const char *md5(const struct artifact_store *store, const char *bytes, size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    if (!EVP_Digest(bytes, length, digest, &size, EVP_md5(), NULL))
        return NULL;
    return base64_write(store->mem, (const char *)digest, size);
}

static const char *deletion(const struct artifact_store *store, const char *prefix,
                            const struct s3_page *page)
{
    static const char begin[] = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                                "<Quiet>true</Quiet>";
    static const char object[] = "<Object><Key></Key></Object>", end[] = "</Delete>";
    const char *base = s3_xml_text(store->mem, prefix);
    size_t length = sizeof(begin) + sizeof(end);
    const char **names = arena_array(store->mem, const char *, page->count + 1);
    char *body, *to;

    for (size_t i = 0; i < page->count; i++) {
        names[i] = s3_xml_text(store->mem, page->entries[i].name);
        length += strlen(base) + strlen(names[i]) + sizeof(object);
    }
    body = arena_alloc(store->mem, length);
    to = stpcpy(body, begin);
    for (size_t i = 0; i < page->count; i++)
        to = stpcpy(stpcpy(stpcpy(stpcpy(to, "<Object><Key>"), base), names[i]), "</Key></Object>");
    (void)stpcpy(to, end);
    return body;
}

/* With <Quiet>, the reply names only what was not deleted. */
static void take_failure(void *context, const char *path, const char *text)
{
    const char **code = context;

    if (!strcmp(path, "DeleteResult/Error/Code") && !**code)
        *code = text;
}

static int delete_page(const struct artifact_store *store, const char *prefix,
                       const struct s3_page *page)
{
    const char *body = deletion(store, prefix, page), *sum = md5(store, body, strlen(body));
    const struct s3_ask ask = {
        .method = "POST",
        .key = "",
        .query = { { "delete", "" } },
        .query_count = 1,
        .headers = { { "content-md5", sum }, { "content-type", "application/xml" } },
        .header_count = 2,
        .body = body,
        .length = strlen(body),
    };
    struct http_reply reply;
    const char *code = "";

    if (!sum)
        return fail(store, INVALID_STATE, "Deleting in S3 needs MD5, which OpenSSL refuses here.");
    if (s3_send(store, &ask, &reply) < 0)
        return -1;
    if (reply.status != 200)
        return s3_refused(store, &ask, &reply);
    if (xml_read(store->mem, reply.body, reply.length, take_failure, &code) < 0 || *code) {
        store->err->detail =
            arena_printf(store->mem, "S3 did not delete all below %s: %s", prefix, code);
        return strcmp(code, "AccessDenied")
                   ? fail(store, TEMPORARILY_UNAVAILABLE, "Not all of it could be deleted.")
                   : fail(store, PERMISSION_DENIED,
                          "The artifact store denies this server access.");
    }
    return 0;
}

static int delete_below(const struct artifact_store *store, const char *prefix)
{
    struct s3_page page = { .marks = true };

    do {
        struct arena_mark mark = arena_mark(store->mem);

        if (s3_list(store, prefix, false, PAGE, &page) < 0 ||
            (page.count && delete_page(store, prefix, &page) < 0))
            return -1;
        arena_release(store->mem, mark);
    } while (page.more);
    return 0;
}

int s3_remove(const struct artifact_store *store, const char *path)
{
    const struct s3_ask ask = { .method = "DELETE", .key = artifact_key(store, path) };
    struct http_reply reply;

    if (delete_below(store, arena_printf(store->mem, "%s/", ask.key)) < 0 ||
        s3_send(store, &ask, &reply) < 0)
        return -1;
    if (reply.status / 100 == 2 ||
        (reply.status == 404 && strcmp(s3_error_code(store, &reply), "NoSuchBucket") != 0))
        return 0;
    return s3_refused(store, &ask, &reply);
}

/* ------------------------------------------------------------------ uploads in parts */

static void take_upload_id(void *context, const char *path, const char *text)
{
    const char **id = context;

    if (!strcmp(path, "InitiateMultipartUploadResult/UploadId"))
        *id = text;
}

static int begin(const struct artifact_store *store, const char *key, const char **id)
{
    const struct s3_ask ask = {
        .method = "POST",
        .key = key,
        .query = { { "uploads", "" } },
        .query_count = 1,
        .headers = { { "content-type", artifact_guessed_type(key) } },
        .header_count = 1,
        .body = "",
    };
    struct http_reply reply;

    *id = "";
    if (s3_send(store, &ask, &reply) < 0)
        return -1;
    if (reply.status != 200)
        return s3_refused(store, &ask, &reply);
    if (xml_read(store->mem, reply.body, reply.length, take_upload_id, id) < 0 || !**id) {
        store->err->detail = "S3 began an upload without an id";
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store is not available now.");
    }
    return 0;
}

int s3_upload_begin(const struct artifact_store *store, const char *path, const char *base,
                    struct upload *upload)
{
    struct s3_ask ask = { .method = "PUT", .key = artifact_key(store, path), .query_count = 2 };

    (void)base;
    if (upload->count < 1 || upload->count > MOST_PARTS)
        return fail(store, INVALID_PARAMETER_VALUE, "An upload has 1 to %d parts.", MOST_PARTS);
    if (begin(store, ask.key, &upload->id) < 0)
        return -1;
    upload->parts = arena_array(store->mem, struct upload_part, upload->count);
    ask.query[0] = (struct s3_param){ "uploadId", upload->id };
    for (size_t i = 0; i < upload->count; i++) {
        struct upload_part *part = &upload->parts[i];

        part->number = (int)i + 1;
        ask.query[1] =
            (struct s3_param){ "partNumber", arena_printf(store->mem, "%d", part->number) };
        if (s3_presign(store, &ask, PART_SECONDS, &part->url) < 0)
            return -1;
    }
    return 0;
}

static const char *completion(const struct artifact_store *store, const struct upload *upload)
{
    static const char begin[] =
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    static const char end[] = "</CompleteMultipartUpload>";
    const char **parts = arena_array(store->mem, const char *, upload->count + 1);
    size_t length = sizeof(begin) + sizeof(end);
    char *body, *to;

    for (size_t i = 0; i < upload->count; i++) {
        parts[i] = arena_printf(
            store->mem, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>",
            upload->parts[i].number,
            s3_xml_text(store->mem, upload->parts[i].etag ? upload->parts[i].etag : ""));
        length += strlen(parts[i]);
    }
    body = arena_alloc(store->mem, length);
    to = stpcpy(body, begin);
    for (size_t i = 0; i < upload->count; i++)
        to = stpcpy(to, parts[i]);
    (void)stpcpy(to, end);
    return body;
}

int s3_upload_complete(const struct artifact_store *store, const char *path,
                       const struct upload *upload)
{
    const char *body = completion(store, upload);
    const struct s3_ask ask = {
        .method = "POST",
        .key = artifact_key(store, path),
        .query = { { "uploadId", upload->id } },
        .query_count = 1,
        .headers = { { "content-type", "application/xml" } },
        .header_count = 1,
        .body = body,
        .length = strlen(body),
        .seconds = COMPLETE_SECONDS,
    };
    struct http_reply reply;

    /* Without an id it would be a request of another kind. */
    if (!*upload->id)
        return fail(store, RESOURCE_DOES_NOT_EXIST, "No such upload.");
    if (s3_send(store, &ask, &reply) < 0)
        return -1;
    /* The status goes out before the parts are joined: the reply can be an error still. */
    if (reply.status != 200 || *s3_error_code(store, &reply))
        return s3_refused(store, &ask, &reply);
    return 0;
}

int s3_upload_abort(const struct artifact_store *store, const char *path, const char *id)
{
    const struct s3_ask ask = {
        .method = "DELETE",
        .key = artifact_key(store, path),
        .query = { { "uploadId", id } },
        .query_count = 1,
    };
    struct http_reply reply;

    if (!*id) /* that would delete the object */
        return 0;
    if (s3_send(store, &ask, &reply) < 0)
        return -1;
    if (reply.status / 100 == 2 || !strcmp(s3_error_code(store, &reply), "NoSuchUpload"))
        return 0;
    return s3_refused(store, &ask, &reply);
}
