#include "artifacts.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "../percent.h"
#include "../utf8.h"
#include "ops.h"

enum {
    LONGEST_STEP = 255,
    LONGEST_PATH = 4000,
    MOST_LAYERS = 10
};

/* Escapes that are left are how paths were smuggled past checks. */
static bool is_encoded(const char *path)
{
    static const char *const suspects[] = { "%2e", "%2f", "%5c", "%25", "%00" };

    for (size_t i = 0; i < sizeof(suspects) / sizeof(*suspects); i++)
        if (strcasestr(path, suspects[i]))
            return true;
    return false;
}

static bool is_good_step(const char *step, size_t length)
{
    if (!length || length > LONGEST_STEP)
        return false;
    if (step[0] == '.' && (length == 1 || (length == 2 && step[1] == '.')))
        return false;
    return true;
}

static bool is_good_path(const char *path)
{
    size_t length = strlen(path);

    /* "C:/x" is from a drive's root, "t:1" is a name. */
    if (length > LONGEST_PATH || is_encoded(path) || !strncasecmp(path, "file:", 5) ||
        (length > 2 && path[1] == ':' && path[2] == '/'))
        return false;
    for (const char *c = path; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '\\' || *c == '#')
            return false;
    while (*path) {
        size_t n = strcspn(path, "/");

        if (!is_good_step(path, n))
            return false;
        path += n;
        path += *path == '/';
    }
    return true;
}

int artifact_path_check(const struct artifact_store *store, const char **path)
{
    size_t length = strlen(*path);

    if (length > 1 && (*path)[length - 1] == '/')
        *path = arena_strndup(store->mem, *path, length - 1);
    return is_good_path(*path) ? 0 : fail(store, INVALID_PARAMETER_VALUE, "Invalid path");
}

int artifact_path_read(const struct artifact_store *store, const char **path)
{
    const char *plain = *path, *next;

    for (int layers = 0;; layers++) {
        next = percent_decoded(store->mem, plain);
        if (!strcmp(next, plain) || !utf8_is_valid(next, strlen(next))) /* "per%cent" is a name */
            break;
        if (layers == MOST_LAYERS)
            return fail(store, INVALID_PARAMETER_VALUE, "Invalid path");
        plain = next;
    }
    *path = plain;
    return artifact_path_check(store, path);
}

/* MLflow's names for uploads under way; nobody may use them. */
static int check_reserved(const struct artifact_store *store, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    if (strncmp(name, ARTIFACT_RESERVED, strlen(ARTIFACT_RESERVED)) != 0)
        return 0;
    return fail(store, INVALID_PARAMETER_VALUE,
                "Invalid artifact file name: '%s'. Artifact names starting with '%s' are reserved.",
                name, ARTIFACT_RESERVED);
}

/* --------------------------------------------------------- which store a URI is of */

/* The kinds of stores, by what their URIs begin with. */
static const struct scheme {
    const char *begin;
    const struct artifact_ops *ops;
} schemes[] = {
    { "/", &artifact_local },      { "file:", &artifact_local }, { "s3://", &artifact_s3 },
    { "wasbs:", &artifact_azure }, { "wasb:", &artifact_azure },
};

/* Reads one root of the settings, or a URI that a client wrote. */
static int open_root(struct artifact_store *store, const char *uri)
{
    store->bucket = store->host = store->prefix = "";
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        store->ops = schemes[i].ops;
        if (!strncasecmp(uri, schemes[i].begin, strlen(schemes[i].begin)) &&
            store->ops->open(store, uri))
            return 0;
    }
    return fail(store, INTERNAL_ERROR, "The server keeps no artifacts at '%s'.", uri);
}

static const char *destination(const struct config *config)
{
    return *config->artifacts_destination ? config->artifacts_destination : config->artifact_root;
}

struct artifact_store artifact_store_of(struct error *err, struct arena *mem,
                                        const struct config *config)
{
    struct artifact_store store = { .err = err, .mem = mem, .config = config };
    int opened = open_root(&store, destination(config));

    assert(opened == 0);
    return store;
}

/* The roots after the destination. */
struct roots {
    const char *further, *last; /* those of artifact_roots that are left; NULL: had */
    int directories;            /* so far */
};

static struct roots first_root(const struct config *config)
{
    const char *last = config->default_artifact_root;

    return (struct roots){
        .further = config->artifact_roots,
        .last = strcmp(last, destination(config)) != 0 ? last : NULL,
        .directories = 1,
    };
}

/* The next of them, or NULL after the last. */
static const char *next_uri(struct roots *roots, struct arena *mem)
{
    const char *uri = roots->further + strspn(roots->further, " ");
    size_t n = strcspn(uri, " ");

    roots->further = uri + n;
    if (n)
        return arena_strndup(mem, uri, n);
    uri = roots->last;
    roots->last = NULL;
    return uri;
}

/* *store becomes the next root after the destination: 1, or 0 after the last. The default
 * root may be something that only clients reach. */
static int next_root(struct roots *roots, struct artifact_store *store)
{
    struct error ignored = { .mem = store->mem }, *err = store->err;
    const char *uri;
    int opened = -1;

    store->err = &ignored;
    while (opened < 0 && (uri = next_uri(roots, store->mem)))
        opened = open_root(store, uri);
    store->err = err;
    store->number = opened == 0 && !store->ops->endpoint ? roots->directories++ : 0;
    return opened == 0;
}

static int check_root(struct artifact_store *store, const char *setting, const char *uri)
{
    if (open_root(store, uri) < 0)
        return fail(store, INVALID_PARAMETER_VALUE, "%s cannot be \"%s\"", setting, uri);
    return store->ops->check ? store->ops->check(store) : 0;
}

int artifact_settings_check(struct error *err, struct arena *mem, const struct config *config)
{
    struct artifact_store store = { .err = err, .mem = mem, .config = config };
    struct roots roots = { .further = config->artifact_roots };
    const char *uri;

    if (*config->artifacts_destination &&
        check_root(&store, "artifacts_destination", config->artifacts_destination) < 0)
        return -1;
    while ((uri = next_uri(&roots, mem)))
        if (check_root(&store, "one of artifact_roots", uri) < 0)
            return -1;
    return 0;
}

static void print_root(const struct artifact_store *store, FILE *to)
{
    if (store->ops->endpoint)
        fprintf(to, "--store=%s\n%s", store->ops->endpoint(store),
                store->ops->secret_uri && store->ops->secret_uri(store) ? "--secret-uris\n" : "");
    else
        fprintf(to, "--artifact-root=%d:%s\n", store->number, store->prefix);
}

int artifact_settings_print(struct error *err, struct arena *mem, const struct config *config,
                            FILE *to)
{
    struct artifact_store store = artifact_store_of(err, mem, config);
    struct roots roots = first_root(config);

    fprintf(to, "--destination=%s\n", store.ops->endpoint ? "remote" : "local");
    print_root(&store, to);
    while (next_root(&roots, &store))
        print_root(&store, to);
    return ferror(to) ? fail(&store, INTERNAL_ERROR, "The output cannot be written.") : 0;
}

/* What of path lies below prefix, or NULL. */
static const char *below(const char *prefix, const char *path)
{
    size_t length = strlen(prefix);

    if (strncmp(path, prefix, length) != 0)
        return NULL;
    if (path[length] == '\0')
        return "";
    return !length || path[length] == '/' ? path + length + strspn(path + length, "/") : NULL;
}

/* The path of a client's URI in a root, or NULL if it does not lie there. */
static const char *path_in(const struct artifact_store *root, const char *uri)
{
    struct error ignored = { .mem = root->mem };
    struct artifact_store of_uri = { .err = &ignored, .mem = root->mem, .config = root->config };

    if (open_root(&of_uri, uri) < 0 || of_uri.ops != root->ops ||
        strcmp(of_uri.bucket, root->bucket) != 0 || strcasecmp(of_uri.host, root->host) != 0)
        return NULL;
    return below(root->prefix, of_uri.prefix);
}

/* The path of an mlflow-artifacts URI: this server is the host, whatever it says, unless
 * it serves none: then a host is another server of artifacts. */
static const char *proxied_path(const struct config *config, const char *uri)
{
    static const char scheme[] = "mlflow-artifacts:";

    if (strncmp(uri, scheme, strlen(scheme)) != 0)
        return NULL;
    uri += strlen(scheme);
    if (!strncmp(uri, "//", 2)) {
        uri += 2;
        if (!config->serve_artifacts && *uri && *uri != '/')
            return NULL;
        uri += strcspn(uri, "/");
    }
    return uri + strspn(uri, "/");
}

int artifact_locate(const struct artifact_store *from, const char *uri,
                    struct artifact_store *store, const char **path)
{
    const struct config *config = from->config;
    struct roots roots = first_root(config);
    struct artifact_store found = artifact_store_of(from->err, from->mem, config);

    found.tick = from->tick;
    found.ticked = from->ticked;
    *store = found;
    *path = proxied_path(config, uri);
    if (!*path)
        *path = path_in(store, uri);
    while (!*path && next_root(&roots, store))
        *path = path_in(store, uri);
    return *path ? 1 : 0;
}

/* ------------------------------------------------------------------ small helpers */

const char *artifact_key(const struct artifact_store *store, const char *path)
{
    if (!*store->prefix || !*path)
        return *path ? path : store->prefix;
    return arena_printf(store->mem, "%s/%s", store->prefix, path);
}

void artifact_tick(const struct artifact_store *store)
{
    if (store->tick)
        store->tick(store->ticked);
}

void transfer_header(struct artifact_transfer *t, const char *name, const char *value)
{
    assert(t->count < TRANSFER_HEADERS);
    t->headers[t->count].name = name;
    t->headers[t->count++].value = value;
}

/* ------------------------------------------------------------ what every kind does */

int artifact_find(const struct artifact_store *store, const char *path, struct artifact *artifact)
{
    return store->ops->find(store, path, artifact);
}

int artifact_entries(const struct artifact_store *store, const char *path,
                     struct artifact **entries, size_t *count)
{
    return store->ops->entries(store, path, entries, count);
}

int artifact_walk(const struct artifact_store *store, const char *path, artifact_visit *visit,
                  void *context)
{
    return store->ops->walk(store, path, visit, context);
}

static int add_to_total(void *context, const char *path, const struct artifact *artifact)
{
    struct artifact_total *total = context;

    (void)path;
    total->files++;
    total->bytes += artifact->size;
    return 0;
}

int artifact_count(const struct artifact_store *store, const char *path,
                   struct artifact_total *total)
{
    *total = (struct artifact_total){ 0 };
    return store->ops->walk(store, path, add_to_total, total);
}

int artifact_read(const struct artifact_store *store, const char *path, artifact_sink *sink,
                  void *context)
{
    return store->ops->read(store, path, sink, context);
}

int artifact_place(const struct artifact_store *store, const char *path, const char *body_file)
{
    if (check_reserved(store, path) < 0)
        return -1;
    if (!store->ops->place)
        return fail(store, INTERNAL_ERROR, "Uploads to %s do not pass through here.",
                    store->ops->kind);
    return store->ops->place(store, path, body_file);
}

int artifact_write(const struct artifact_store *store, const char *path, const char *bytes,
                   size_t length)
{
    return check_reserved(store, path) < 0 ? -1 : store->ops->write(store, path, bytes, length);
}

/* Never the root: all that there is. */
int artifact_remove(const struct artifact_store *store, const char *path)
{
    if (!*path)
        return fail(store, INVALID_PARAMETER_VALUE, "Invalid path");
    return store->ops->remove(store, path);
}

int artifact_send(const struct artifact_store *store, const char *path,
                  struct artifact_transfer *transfer)
{
    return store->ops->send(store, path, transfer);
}

bool artifact_is_remote(const struct artifact_store *store)
{
    return store->ops->receive != NULL;
}

int artifact_receive(const struct artifact_store *store, const char *path,
                     struct artifact_transfer *transfer)
{
    if (check_reserved(store, path) < 0 || store->ops->receive(store, path, transfer) < 0)
        return -1;
    transfer_header(transfer, "X-Accel-Redirect", "/_store_put");
    return 0;
}

/* ------------------------------------------------------------- what some kinds do */

static int refuse(const struct artifact_store *store, const char *what)
{
    return fail(store, NOT_IMPLEMENTED, "%s is not supported for the current artifact repository",
                what);
}

/* One who was given a signature has no key to make others with. */
static bool can_sign(const struct artifact_store *store)
{
    return !store->ops->secret_uri || !store->ops->secret_uri(store);
}

bool artifact_has_uploads(const struct artifact_store *store)
{
    return store->ops->upload_begin && can_sign(store) && store->config->serve_artifacts &&
           store->config->multipart_uploads;
}

bool artifact_has_presigned(const struct artifact_store *store)
{
    return store->ops->presign && can_sign(store);
}

int artifact_upload_begin(const struct artifact_store *store, const char *path, const char *base,
                          struct upload *upload)
{
    if (!store->ops->upload_begin)
        return refuse(store, "Multipart upload");
    return check_reserved(store, path) < 0 ? -1
                                           : store->ops->upload_begin(store, path, base, upload);
}

int artifact_upload_part(const struct artifact_store *store, const char *id, int64_t number,
                         const char *body_file, const char **etag)
{
    if (!store->ops->upload_part)
        return fail(store, RESOURCE_DOES_NOT_EXIST, "No such upload.");
    return store->ops->upload_part(store, id, number, body_file, etag);
}

int artifact_upload_size(const struct artifact_store *store, const char *id, int64_t *bytes)
{
    *bytes = 0;
    return store->ops->upload_size ? store->ops->upload_size(store, id, bytes) : 0;
}

int artifact_upload_complete(const struct artifact_store *store, const char *path,
                             const struct upload *upload)
{
    return store->ops->upload_complete ? store->ops->upload_complete(store, path, upload)
                                       : refuse(store, "Multipart upload");
}

int artifact_upload_abort(const struct artifact_store *store, const char *path, const char *id)
{
    return store->ops->upload_abort ? store->ops->upload_abort(store, path, id)
                                    : refuse(store, "Multipart upload");
}

int artifact_presign(const struct artifact_store *store, bool put, const char *path,
                     int64_t seconds, const char **url, struct artifact_transfer *headers)
{
    if (!store->ops->presign)
        return refuse(store, put ? "Presigned upload" : "Presigned download");
    return put && check_reserved(store, path) < 0
               ? -1
               : store->ops->presign(store, put, path, seconds, url, headers);
}
