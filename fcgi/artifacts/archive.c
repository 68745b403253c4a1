#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------- the list */

struct adding {
    struct pack *pack;
    const char *path;
};

static const char *joined(struct arena *mem, const char *a, const char *b)
{
    return *a && *b ? arena_printf(mem, "%s/%s", a, b) : arena_strdup(mem, *a ? a : b);
}

static int add_file(void *context, const char *path, const struct artifact *artifact)
{
    const struct adding *adding = context;
    struct pack *pack = adding->pack;
    struct packed *file = arena_new(pack->mem, struct packed);

    file->name = joined(pack->mem, adding->path, path);
    file->size = artifact->size;
    file->modified = artifact->modified;
    file->next = pack->newest;
    pack->newest = file;
    pack->count++;
    if (arena_used(pack->mem) + pack->count * sizeof(struct packed *) <= pack->most)
        return 0;
    return fail(pack->store, INVALID_PARAMETER_VALUE,
                "These are too many files for one archive, more than %zu. Select fewer at once.",
                pack->count);
}

int pack_add(struct pack *pack, const char *path)
{
    struct adding adding = { pack, path };

    return artifact_walk(pack->store, joined(pack->store->mem, pack->root, path), add_file,
                         &adding);
}

static int by_name(const void *a, const void *b)
{
    const struct packed *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

void pack_close(struct pack *pack)
{
    struct packed *file = pack->newest;
    size_t kept = 0;

    pack->files = arena_array(pack->mem, struct packed *, pack->count);
    for (size_t i = 0; file; file = file->next)
        pack->files[i++] = file;
    qsort(pack->files, pack->count, sizeof(struct packed *), by_name);
    for (size_t i = 0; i < pack->count; i++) /* a path may have been chosen twice */
        if (!kept || strcmp(pack->files[kept - 1]->name, pack->files[i]->name) != 0)
            pack->files[kept++] = pack->files[i];
    pack->count = kept;
}

/* ---------------------------------------------------------------- the archive */

/* One being written. */
struct packing {
    const struct pack *pack;
    struct archive *archive;
    struct archive_entry *entry;
    struct digest digest;
    artifact_sink *sink;
    void *context;
    bool broken;
    /* The file whose turn it is. */
    struct packed *file;
    int64_t left; /* bytes that it still has to give */
};

static la_ssize_t to_sink(struct archive *archive, void *context, const void *bytes, size_t length)
{
    struct packing *p = context;

    if (p->broken || p->sink(p->context, bytes, length) < 0) {
        p->broken = true;
        archive_set_error(archive, EPIPE, "nobody takes the archive");
        return -1;
    }
    return (la_ssize_t)length;
}

/* libarchive's word on what failed, unless the sink had one. */
static int pack_failed(struct packing *p, const char *name)
{
    const char *why = archive_error_string(p->archive);

    p->broken = true;
    if (p->pack->store->err->code != ERROR_NONE)
        return -1;
    p->pack->store->err->detail = arena_strdup(p->pack->store->mem, why ? why : "");
    return fail(p->pack->store, INTERNAL_ERROR, "The archive broke off at '%s'.", name);
}

/* Text gets smaller; weights and images do not, and text that was compressed. */
static bool shrinks(const char *name)
{
    static const char *const encodings[] = { ".gz", ".bz2", ".xz", ".br", ".zst", ".Z" };
    const char *type = artifact_type(name), *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < sizeof(encodings) / sizeof(*encodings); i++)
        if (!strcmp(dot, encodings[i]))
            return false;
    return !strncmp(type, "text/", 5) || strstr(type, "json") || strstr(type, "+xml") ||
           strstr(type, "javascript");
}

/* What would stay as large is stored: that is several times as quick. */
static void choose_compression(const struct packing *p, const char *name)
{
    if (p->pack->format != PACK_ZIP)
        return;
    if (shrinks(name))
        (void)archive_write_zip_set_compression_deflate(p->archive);
    else
        (void)archive_write_zip_set_compression_store(p->archive);
}

static int begin_entry(struct packing *p, const char *name, int64_t size, int64_t modified)
{
    struct archive_entry *entry = archive_entry_clear(p->entry);

    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, size);
    if (modified)
        archive_entry_set_mtime(entry, modified / 1000, (long)(modified % 1000) * 1000000);
    choose_compression(p, name);
    /* A warning is about a name that is no UTF-8: it goes as it is. */
    return archive_write_header(p->archive, entry) < ARCHIVE_WARN ? pack_failed(p, name) : 0;
}

static int add_bytes(struct packing *p, const char *name, const char *bytes, size_t length)
{
    while (length) {
        la_ssize_t n = archive_write_data(p->archive, bytes, length);

        if (n <= 0)
            return pack_failed(p, name);
        bytes += n;
        length -= (size_t)n;
    }
    return 0;
}

static int file_changed(struct packing *p)
{
    p->broken = true;
    return fail(p->pack->store, INTERNAL_ERROR, "'%s' changed while it was packed.", p->file->name);
}

/* The entry begins with the first bytes: until then the file may turn out to be gone. */
static int begin_file(struct packing *p)
{
    p->file->is_in = true;
    p->left = p->file->size;
    digest_begin(&p->digest);
    return begin_entry(p, p->file->name, p->file->size, p->file->modified);
}

static int take_piece(void *context, const char *bytes, size_t length)
{
    struct packing *p = context;

    if (!p->file->is_in && begin_file(p) < 0)
        return -1;
    if ((int64_t)length > p->left)
        return file_changed(p);
    p->left -= (int64_t)length;
    digest_add(&p->digest, bytes, length);
    return add_bytes(p, p->file->name, bytes, length);
}

/* On disk a look at the file just before it is read costs nothing, and one that was
 * replaced since the list was made goes with its new size. Returns 0 if it is gone. */
static int look_again(const struct packing *p, const char *path)
{
    struct artifact now;
    int found;

    if (artifact_is_remote(p->pack->store))
        return 1;
    found = artifact_find(p->pack->store, path, &now);
    if (found > 0 && now.is_dir)
        return 0;
    if (found > 0) {
        p->file->size = now.size;
        p->file->modified = now.modified;
    }
    return found;
}

static int pack_file(struct packing *p)
{
    const struct artifact_store *store = p->pack->store;
    const char *path = joined(store->mem, p->pack->root, p->file->name);
    int found = look_again(p, path);

    if (found <= 0)
        return found;
    if (artifact_read(store, path, take_piece, p) < 0) {
        if (p->file->is_in || store->err->code != ERROR_RESOURCE_DOES_NOT_EXIST)
            return -1;
        error_clear(store->err);
        return 0;
    }
    if (!p->file->is_in && begin_file(p) < 0) /* it is empty */
        return -1;
    if (p->left)
        return file_changed(p);
    digest_result(&p->digest, p->file->digest);
    return 0;
}

static int pack_files(struct packing *p)
{
    struct arena *mem = p->pack->store->mem;

    for (size_t i = 0; i < p->pack->count; i++) {
        struct arena_mark mark = arena_mark(mem);

        p->file = p->pack->files[i];
        if (pack_file(p) < 0)
            return -1;
        arena_release(mem, mark);
    }
    return 0;
}

/* --------------------------------------------------------------- the manifest */

/* sha256sum marks a line whose name has one of these, and writes them as two
 * characters. Length of the name as it stands there; into to, if that is not NULL. */
static size_t manifest_name(const char *name, char *to)
{
    static const char special[] = "\\\n\r", letters[] = "\\nr";
    size_t length = 0;

    for (; *name; name++) {
        const char *found = strchr(special, *name);

        if (to && found)
            to[length] = '\\';
        length += found != NULL;
        if (to)
            to[length] = found ? letters[found - special] : *name;
        length++;
    }
    return length;
}

/* One line, into to if that is not NULL. */
static size_t manifest_line(const struct packed *file, char *to)
{
    size_t name = manifest_name(file->name, NULL), at = 0;
    bool marked = name != strlen(file->name);
    char digest[DIGEST_TEXT];

    if (to) {
        digest_text(file->digest, digest);
        to[0] = '\\';
        at = marked;
        (void)memcpy(to + at, digest, DIGEST_TEXT - 1);
        to[at + DIGEST_TEXT - 1] = to[at + DIGEST_TEXT] = ' ';
        (void)manifest_name(file->name, to + at + DIGEST_TEXT + 1);
        to[at + DIGEST_TEXT + 1 + name] = '\n';
    }
    return (size_t)marked + (DIGEST_TEXT - 1) + 2 + name + 1;
}

static const struct packed *find_name(const struct pack *pack, const char *name)
{
    const struct packed key = { .name = name }, *wanted = &key;
    void *found = bsearch(&wanted, pack->files, pack->count, sizeof(struct packed *), by_name);

    return found ? *(const struct packed *const *)found : NULL;
}

static const char *free_name(const struct pack *pack)
{
    const char *name = "manifest.sha256";

    for (int n = 1; find_name(pack, name); n++)
        name = arena_printf(pack->store->mem, "manifest.%d.sha256", n);
    return name;
}

/* Line by line: the digests are in the list, so it is nowhere as a whole. */
static int pack_manifest(struct packing *p)
{
    const struct pack *pack = p->pack;
    const char *name = free_name(pack);
    int64_t size = 0;

    for (size_t i = 0; i < pack->count; i++)
        if (pack->files[i]->is_in)
            size += (int64_t)manifest_line(pack->files[i], NULL);
    if (begin_entry(p, name, size, 0) < 0)
        return -1;
    for (size_t i = 0; i < pack->count; i++) {
        struct arena_mark mark = arena_mark(pack->store->mem);
        size_t length = manifest_line(pack->files[i], NULL);
        char *line = arena_alloc(pack->store->mem, length);

        (void)manifest_line(pack->files[i], line);
        if (pack->files[i]->is_in && add_bytes(p, name, line, length) < 0)
            return -1;
        arena_release(pack->store->mem, mark);
    }
    return 0;
}

/* Pieces go to the sink as they come (0): collecting them would copy each once more. */
static int open_archive(struct packing *p)
{
    struct archive *a = p->archive;
    int made = p->pack->format == PACK_ZIP ? archive_write_set_format_zip(a)
                                           : archive_write_set_format_pax(a);

    if (made == ARCHIVE_OK && p->pack->format == PACK_ZIP)
        made = archive_write_set_format_option(a, "zip", "compression-level", "1");
    if (made == ARCHIVE_OK)
        made = archive_write_set_bytes_per_block(a, 0);
    if (made == ARCHIVE_OK)
        made = archive_write_open2(a, p, NULL, to_sink, NULL, NULL);
    return made == ARCHIVE_OK ? 0 : pack_failed(p, "");
}

static int write_all(struct packing *p)
{
    if (!p->archive || !p->entry)
        return fail(p->pack->store, INTERNAL_ERROR, "There is no memory for an archive.");
    if (open_archive(p) < 0 || pack_files(p) < 0 || pack_manifest(p) < 0)
        return -1;
    return archive_write_close(p->archive) == ARCHIVE_OK ? 0 : pack_failed(p, "");
}

int pack_write(struct pack *pack, artifact_sink *sink, void *context)
{
    /* libarchive asks the locale what names are made of. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0),
             before = utf8 ? uselocale(utf8) : (locale_t)0;
    struct packing p = {
        .pack = pack,
        .archive = archive_write_new(),
        .entry = archive_entry_new(),
        .sink = sink,
        .context = context,
    };
    int failed = write_all(&p);

    if (failed && p.archive) {
        p.broken = true;                      /* closing it writes an end, which to_sink refuses */
        (void)archive_write_close(p.archive); /* which freeing leaves out after some failures */
    }
    (void)archive_write_free(p.archive);
    archive_entry_free(p.entry);
    digest_end(&p.digest);
    if (utf8) {
        (void)uselocale(before);
        freelocale(utf8);
    }
    return failed;
}
