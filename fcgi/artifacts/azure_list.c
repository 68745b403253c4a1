/* Listings of Azure's Blob service: XML, page by page. */
#include <stdlib.h>
#include <string.h>

#include "../percent.h"
#include "azure.h"
#include "xml.h"

const char *azure_below(const struct artifact_store *store, const char *path)
{
    const char *key = artifact_key(store, path);

    return *key ? arena_printf(store->mem, "%s/", key) : "";
}

enum {
    LONGEST_MARKER = 8 * 1024,
    FIRST_ROOM = 64
};

struct found {
    const char *key;
    struct artifact artifact;
};

struct page {
    struct arena *mem;
    struct found *all;
    size_t count, room;
    struct found now; /* the element that is being read */
    const char *marker;
};

static void add(struct page *page, bool is_dir)
{
    if (page->count == page->room) {
        size_t room = page->room ? 2 * page->room : FIRST_ROOM;

        page->all = arena_grow(page->mem, page->all, page->count * sizeof(*page->all),
                               room * sizeof(*page->all));
        page->room = room;
    }
    page->now.artifact.is_dir |= is_dir;
    if (page->now.artifact.is_dir)
        page->now.artifact.size = 0;
    page->all[page->count++] = page->now;
    page->now = (struct found){ .key = "" };
}

/* What of path follows begin, or NULL. */
static const char *after(const char *path, const char *begin)
{
    size_t length = strlen(begin);

    return strncmp(path, begin, length) ? NULL : path + length;
}

static void on_blob(struct page *page, const char *what, const char *text)
{
    struct artifact *artifact = &page->now.artifact;

    if (!*what)
        add(page, false);
    else if (!strcmp(what, "/Name"))
        page->now.key = text;
    else if (!strcmp(what, "/Properties/Content-Length"))
        artifact->size = strtoll(text, NULL, 10);
    else if (!strcmp(what, "/Properties/Last-Modified"))
        artifact->modified = azure_time(text);
    else if (!strcmp(what, "/Properties/ResourceType")) /* with hierarchical namespaces */
        artifact->is_dir = !strcmp(text, "directory");
}

static void on_element(void *context, const char *path, const char *text)
{
    struct page *page = context;
    const char *what;

    if ((what = after(path, "EnumerationResults/Blobs/BlobPrefix"))) {
        if (!*what)
            add(page, true);
        else if (!strcmp(what, "/Name"))
            page->now.key = text;
    } else if ((what = after(path, "EnumerationResults/Blobs/Blob"))) {
        on_blob(page, what, text);
    } else if (!strcmp(path, "EnumerationResults/NextMarker")) {
        page->marker = text;
    }
}

struct listing {
    const struct artifact_store *store;
    const struct azure_listing *of;
    artifact_visit *visit;
    void *context;
    char marker[LONGEST_MARKER]; /* where the next page begins */
};

static int read_page(const struct listing *l, struct page *page)
{
    const struct artifact_store *store = l->store;
    struct azure_call call = { .method = "GET" };
    struct http_reply reply;

    call.query = arena_printf(page->mem, "restype=container&comp=list&prefix=%s%s%s%s%s%s",
                              percent_encode(page->mem, l->of->prefix, "-._~"),
                              l->of->deep ? "" : "&delimiter=%2F", *l->marker ? "&marker=" : "",
                              percent_encode(page->mem, l->marker, "-._~"),
                              l->of->page ? "&maxresults=" : "",
                              l->of->page ? arena_printf(page->mem, "%d", l->of->page) : "");
    if (azure_send(store, &call, &reply) < 0)
        return -1;
    if (xml_read(page->mem, reply.body, reply.length, on_element, page) < 0 ||
        strlen(page->marker) >= LONGEST_MARKER) {
        store->err->detail = "Azure Blob: the listing is no XML that can be read";
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store cannot be understood.");
    }
    return 0;
}

static int visit_page(const struct listing *l, const struct page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        const char *key = after(page->all[i].key, l->of->prefix);
        struct artifact artifact = page->all[i].artifact;
        size_t length = key ? strlen(key) : 0;
        const char *slash;

        if (!key)
            continue;
        if (artifact.is_dir && length && key[length - 1] == '/')
            key = arena_strndup(page->mem, key, length - 1);
        slash = strrchr(key, '/');
        artifact.name = slash ? slash + 1 : key;
        if (l->visit(l->context, key, &artifact) < 0)
            return -1;
    }
    return 0;
}

int azure_list(const struct artifact_store *store, const struct azure_listing *of,
               artifact_visit *visit, void *context)
{
    struct listing l = { store, of, visit, context, "" };

    do {
        struct arena_mark mark = arena_mark(store->mem);
        struct page page = { .mem = store->mem, .marker = "", .now = { .key = "" } };

        if (read_page(&l, &page) < 0 || visit_page(&l, &page) < 0)
            return -1;
        memcpy(l.marker, page.marker, strlen(page.marker) + 1); /* read_page saw its length */
        if (!of->keep)
            arena_release(store->mem, mark);
    } while (*l.marker);
    return 0;
}
