/* How others move the bytes of Azure's blobs: nginx by a signed request, clients by URLs
 * that carry a grant for one blob. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base64.h"
#include "../id.h"
#include "../percent.h"
#include "azure.h"

enum {
    PART_SECONDS = 6 * 60 * 60, /* that the URLs of an upload's parts are good for */
    MOST_PARTS = 50000
};

/* Of one Put Blob: 5000 MiB. */
static const int64_t largest_blob = (int64_t)5000 << 20;

/* A grant for the blob of a key as the query of a URL; NULL if there is no key to sign
 * with: the server's own SAS, which opens the whole container, is given to nobody. */
static const char *grant(const struct artifact_store *store, const struct azure_account *account,
                         const char *key, const char *permissions, int64_t seconds)
{
    const struct azure_grant grant = {
        .account = account->name,
        .container = store->bucket,
        .blob = key,
        .permissions = permissions,
        .expires = time(NULL) + seconds,
        .protocol = strncmp(account->origin, "https:", 6) ? NULL : "https",
    };

    return *account->key ? azure_sas(store->mem, account->key, &grant) : NULL;
}

/* ------------------------------------------------------------------ nginx's requests */

/* Signs what nginx will send, header by header, so that no URL holds a secret. If all that
 * this server was given is a SAS, the URL holds it, for a SAS has no other place. */
static int hand_over(const struct artifact_store *store, struct azure_request rq, const char *path,
                     struct artifact_transfer *transfer)
{
    const char *date = azure_date(store->mem, time(NULL)), *authorization;
    bool put = !strcmp(rq.method, "PUT");
    const struct http_header headers[] = {
        { "x-ms-date", date },
        { "x-ms-version", AZURE_VERSION },
        { "x-ms-blob-type", "BlockBlob" },
    };
    struct azure_account account;

    if (azure_account_of(store, &account) < 0)
        return -1;
    rq.path = azure_path(store, &account, artifact_key(store, path));
    rq.headers = headers;
    rq.count = put ? 3 : 2;
    authorization = azure_authorization(store->mem, account.name, account.key, &rq);
    transfer_header(transfer, "X-Store-Host", account.host);
    transfer_header(transfer, "X-Store-Uri",
                    *account.sas ? arena_printf(store->mem, "%s?%s", rq.path, account.sas)
                                 : rq.path);
    transfer_header(transfer, "X-Store-Auth", authorization ? authorization : "");
    transfer_header(transfer, "X-Store-Ms-Date", date);
    transfer_header(transfer, "X-Store-Ms-Version", AZURE_VERSION);
    if (put)
        transfer_header(transfer, "X-Store-Ms-Blob-Type", "BlockBlob");
    return 0;
}

/* Azure has no word for the last bytes of a file, and calls a mistake what HTTP ignores:
 * NULL. */
static const char *range_of(const struct artifact_store *store,
                            const struct artifact_transfer *transfer)
{
    const char *first = transfer->range + strcspn(transfer->range, "0123456789-"), *last;
    int64_t count;

    last = first + strcspn(first, "-") + 1;
    if (*first != '-')
        return *last && strtoll(last, NULL, 10) < strtoll(first, NULL, 10) ? NULL : transfer->range;
    if (!*last)
        return NULL;
    count = strtoll(last, NULL, 10);
    return arena_printf(store->mem, "bytes=%lld-",
                        count < transfer->size ? (long long)(transfer->size - count) : 0LL);
}

int azure_send_file(const struct artifact_store *store, const char *path,
                    struct artifact_transfer *transfer)
{
    struct azure_request rq = {
        .method = "GET",
        .if_none_match = transfer->if_none_match,
        .if_modified_since = transfer->if_modified_since,
    };

    if (transfer->range && *transfer->range) {
        rq.range = range_of(store, transfer);
        transfer_header(transfer, "X-Store-Range", rq.range ? rq.range : "-");
    }
    transfer_header(transfer, "X-Accel-Redirect", "/_store");
    return hand_over(store, rq, path, transfer);
}

int azure_receive(const struct artifact_store *store, const char *path,
                  struct artifact_transfer *transfer)
{
    struct azure_request rq = { .method = "PUT", .length = transfer->length };

    if (transfer->length > largest_blob)
        return fail(store, REQUEST_TOO_LARGE,
                    "Azure takes files of more than 5000 MiB in parts only: let the client use "
                    "multipart uploads (MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD=true).");
    return hand_over(store, rq, path, transfer);
}

/* -------------------------------------------------------------------- uploads in parts */

/* All of one blob must be of one length. The upload's id in it keeps the parts of two
 * uploads to one path apart. */
static const char *block_id(const struct artifact_store *store, const char *id, int number)
{
    const char *plain = arena_printf(store->mem, "%s-%05d", id, number);

    return base64_write(store->mem, plain, strlen(plain));
}

static int unsupported(const struct artifact_store *store, const char *what)
{
    return fail(store, NOT_IMPLEMENTED, "%s is not supported for the current artifact repository",
                what);
}

int azure_upload_begin(const struct artifact_store *store, const char *path, const char *base,
                       struct upload *upload)
{
    const char *key = artifact_key(store, path), *query, *url;
    struct azure_account account;

    (void)base;
    if (upload->count > MOST_PARTS)
        return fail(store, INVALID_PARAMETER_VALUE, "Azure takes at most %d parts.", MOST_PARTS);
    if (azure_account_of(store, &account) < 0)
        return -1;
    query = grant(store, &account, key, "cw", PART_SECONDS);
    if (!query)
        return unsupported(store, "Multipart upload");
    url = arena_printf(store->mem, "%s%s", account.origin, azure_path(store, &account, key));
    upload->id = id_hex(store->mem);
    upload->parts = arena_array(store->mem, struct upload_part, upload->count);
    for (size_t i = 0; i < upload->count; i++) {
        int number = (int)i + 1;
        const char *block = percent_encode(store->mem, block_id(store, upload->id, number), "");

        upload->parts[i].number = number;
        upload->parts[i].url =
            arena_printf(store->mem, "%s?comp=block&blockid=%s&%s", url, block, query);
    }
    return 0;
}

static int by_number(const void *a, const void *b)
{
    const struct upload_part *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

/* The parts in their order. */
static int sort_parts(const struct artifact_store *store, const struct upload *upload,
                      struct upload_part **parts)
{
    *parts = arena_array(store->mem, struct upload_part, upload->count + 1);
    memcpy(*parts, upload->parts, upload->count * sizeof(**parts));
    qsort(*parts, upload->count, sizeof(**parts), by_number);
    for (size_t i = 0; i < upload->count; i++)
        if ((*parts)[i].number < 1 || (*parts)[i].number > MOST_PARTS ||
            (i && (*parts)[i].number == (*parts)[i - 1].number))
            return fail(store, INVALID_PARAMETER_VALUE,
                        "The parts of an upload have the numbers from 1 to %d, each once.",
                        MOST_PARTS);
    return 0;
}

/* Latest: what is there already is there, so that this may be asked twice. */
static const char *block_list(const struct artifact_store *store, const char *id,
                              const struct upload_part *parts, size_t count)
{
    static const char begin[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>",
                      end[] = "</BlockList>", item[] = "<Latest>%s</Latest>";
    size_t each = strlen(item) + strlen(block_id(store, id, 1));
    char *list = arena_alloc(store->mem, sizeof(begin) + sizeof(end) + count * each), *to = list;

    to = stpcpy(to, begin);
    for (size_t i = 0; i < count; i++) {
        to = stpcpy(to, "<Latest>");
        to = stpcpy(to, block_id(store, id, parts[i].number));
        to = stpcpy(to, "</Latest>");
    }
    (void)stpcpy(to, end);
    return list;
}

static bool is_id(const char *id)
{
    return id && strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

int azure_upload_complete(const struct artifact_store *store, const char *path,
                          const struct upload *upload)
{
    struct azure_call call = {
        .method = "PUT",
        .key = artifact_key(store, path),
        .query = "comp=blocklist",
    };
    struct http_reply reply;
    struct upload_part *parts;

    if (!is_id(upload->id))
        return fail(store, INVALID_PARAMETER_VALUE, "Invalid upload_id");
    if (sort_parts(store, upload, &parts) < 0)
        return -1;
    call.body = block_list(store, upload->id, parts, upload->count);
    call.length = strlen(call.body);
    return azure_send(store, &call, &reply) < 0 ? -1 : 0;
}

/* Azure forgets parts that belong to no blob after a week, and has no word to do it now. */
int azure_upload_abort(const struct artifact_store *store, const char *path, const char *id)
{
    (void)path;
    return is_id(id) ? 0 : fail(store, INVALID_PARAMETER_VALUE, "Invalid upload_id");
}

/* ------------------------------------------------------------------------- URLs for all */

int azure_presign(const struct artifact_store *store, bool put, const char *path, int64_t seconds,
                  const char **url, struct artifact_transfer *headers)
{
    const char *key = artifact_key(store, path), *query;
    struct azure_account account;

    if (azure_account_of(store, &account) < 0)
        return -1;
    query = grant(store, &account, key, put ? "cw" : "r", seconds);
    if (!query)
        return unsupported(store, put ? "Presigned upload" : "Presigned download");
    *url = arena_printf(store->mem, "%s%s?%s", account.origin, azure_path(store, &account, key),
                        query);
    if (put)
        transfer_header(headers, "x-ms-blob-type", "BlockBlob");
    return 0;
}
