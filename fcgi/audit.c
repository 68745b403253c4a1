#include "audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "artifacts/digest.h"
#include "store/checksums.h"
#include "transfer/progress.h"

enum {
    USAGE = 2,
    PAGE = 200,
    MOST_UNRECORDED = 20, /* that are named; the rest is counted */
};

struct audit {
    const struct config *config;
    FILE *out;
    struct arena *mem, *files; /* of rows; of what reads the stores */
    struct error err;
    struct db db;
    struct progress progress;
    int64_t sample; /* 0: all */
    int64_t read, bytes, missing, changed, elsewhere, failed, unrecorded;
};

enum finding {
    FOUND_AS_RECORDED,
    FOUND_MISSING,
    FOUND_CHANGED,
    FOUND_ELSEWHERE, /* no longer in a store of this server's */
};

static int complain(struct audit *a)
{
    progress_clear(&a->progress);
    fprintf(stderr, "cairn doctor: %s%s%s\n", a->err.message ? a->err.message : "failed",
            a->err.detail ? ": " : "", a->err.detail ? a->err.detail : "");
    return -1;
}

static int usage(const char *what, const char *word)
{
    fprintf(stderr, "cairn doctor: %s %s (see \"cairn help\")\n", what, word);
    return USAGE;
}

static int read_words(struct audit *a, int argc, char **argv)
{
    bool artifacts = false;

    for (int i = 0; i < argc; i++) {
        char *end;

        if (!strcmp(argv[i], "--artifacts")) {
            artifacts = true;
            continue;
        }
        if (strcmp(argv[i], "--sample") != 0)
            return usage("unexpected word", argv[i]);
        if (++i == argc)
            return usage("a number is missing after", "--sample");
        errno = 0;
        a->sample = strtoll(argv[i], &end, 10);
        if (*end || errno || a->sample < 1)
            return usage("--sample is a number from 1, not", argv[i]);
    }
    return artifacts ? 0 : usage("--artifacts is missing before", "--sample");
}

/* -------------------------------------------------------- what was recorded */

/* -1, with err: it is there and cannot be read. */
static int look(struct audit *a, const struct checksum *row)
{
    struct artifact_store store = artifact_store_of(&a->err, a->files, a->config);
    char sha256[DIGEST_TEXT];
    struct artifact artifact;
    const char *path;
    int64_t size;
    int found = artifact_locate(&store, row->location, &store, &path);

    if (found <= 0)
        return found < 0 ? -1 : FOUND_ELSEWHERE;
    found = artifact_find(&store, path, &artifact);
    if (found <= 0)
        return found < 0 ? -1 : FOUND_MISSING;
    if (artifact.is_dir || artifact.size != row->size)
        return FOUND_CHANGED;
    if (artifact_digest(&store, path, sha256, &size) < 0)
        return -1;
    a->bytes += size;
    return strcmp(sha256, row->sha256) != 0 ? FOUND_CHANGED : FOUND_AS_RECORDED;
}

/* Somebody may be uploading or deleting: the second look waits for them, and makes
 * others wait. */
static int look_closely(struct audit *a, const struct checksum *row)
{
    struct checksum now;
    int finding = look(a, row), found;

    if (finding == FOUND_AS_RECORDED || finding == FOUND_ELSEWHERE)
        return finding;
    error_clear(&a->err);
    found = checksum_find(&a->db, row->path_hash, true, &now);
    finding = found < 0 ? -1 : found ? look(a, &now) : FOUND_AS_RECORDED;
    db_rollback(&a->db);
    return finding;
}

static void report(struct audit *a, const struct checksum *row, int finding)
{
    static const char *const words[] = { "", "missing", "changed", "elsewhere" };

    if (finding == FOUND_AS_RECORDED)
        return;
    progress_clear(&a->progress);
    if (finding < 0)
        fprintf(a->out, "unreadable  %s: %s\n", row->location,
                a->err.detail ? a->err.detail : a->err.message);
    else
        fprintf(a->out, "%-10s  %s\n", words[finding], row->location);
    a->failed += finding < 0;
    a->missing += finding == FOUND_MISSING;
    a->changed += finding == FOUND_CHANGED;
    a->elsewhere += finding == FOUND_ELSEWHERE;
}

static void check_row(struct audit *a, const struct checksum *row)
{
    struct arena_mark mark = arena_mark(a->files), rows = arena_mark(a->mem);

    error_clear(&a->err);
    report(a, row, look_closely(a, row));
    a->read++;
    arena_release(a->mem, rows);
    arena_release(a->files, mark);
    progress_step(&a->progress, 1);
}

/* Rows in the order of their hashes, beginning after one, at most so many. */
static int check_rows(struct audit *a, const char *after, int64_t most)
{
    char last[DIGEST_TEXT];
    size_t count = PAGE;

    (void)snprintf(last, sizeof(last), "%s", after);
    while (most > 0 && count == PAGE) {
        struct arena_mark mark = arena_mark(a->mem);
        struct checksum *page = arena_array(a->mem, struct checksum, PAGE + 1);

        if (checksum_page(&a->db, last, PAGE, page, &count) < 0)
            return complain(a);
        db_rollback(&a->db);
        for (size_t i = 0; i < count && most > 0; i++, most--)
            check_row(a, &page[i]);
        if (count)
            (void)snprintf(last, sizeof(last), "%s", page[count - 1].path_hash);
        arena_release(a->mem, mark);
    }
    return 0;
}

/* Hashes are evenly spread, and tell nothing of what they stand for: those after one
 * that is chosen by chance are a sample, and finding them costs no more than reading
 * them. What is missing at the end is taken from the beginning. */
static int check_sample(struct audit *a, int64_t rows)
{
    unsigned char chance[DIGEST_BYTES];
    char start[DIGEST_TEXT];
    int64_t most = a->sample < rows ? a->sample : rows;

    if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
        memset(chance, 0, sizeof(chance));
    digest_text(chance, start);
    return check_rows(a, start, most) < 0 || check_rows(a, "", most - a->read) < 0 ? -1 : 0;
}

/* -------------------------------------------------------- what was not recorded */

static int check_file(void *context, const char *path, const struct artifact *artifact)
{
    struct audit *a = context;
    struct artifact_store store = artifact_store_of(&a->err, a->mem, a->config);
    struct arena_mark mark = arena_mark(a->mem);
    const char *location = artifact_location(&store, path);
    struct checksum row;
    char hash[DIGEST_TEXT];
    int found;

    (void)artifact;
    digest_of(location, hash);
    found = checksum_find(&a->db, hash, false, &row);
    if (!found) /* or its upload is just being recorded */
        found = checksum_find(&a->db, hash, true, &row);
    if (found < 0)
        return -1;
    db_rollback(&a->db);
    if (!found && a->unrecorded++ < MOST_UNRECORDED) {
        progress_clear(&a->progress);
        fprintf(a->out, "unrecorded  %s\n", location);
    }
    arena_release(a->mem, mark);
    progress_step(&a->progress, 1);
    return 0;
}

static int check_store(struct audit *a)
{
    const struct artifact_store store = artifact_store_of(&a->err, a->files, a->config);

    if (artifact_is_remote(&store)) {
        fputs("The artifacts are in a store of the network; what nginx puts there is not recorded"
              " here, and that store has checksums of its own.\n",
              a->out);
        return 0;
    }
    error_clear(&a->err);
    progress_begin(&a->progress, "cairn doctor: files that may not be recorded", "files", a->read);
    return artifact_walk(&store, "", check_file, a) < 0 ? complain(a) : 0;
}

static int conclude(const struct audit *a, int64_t rows)
{
    bool well = !a->missing && !a->changed && !a->failed;

    fprintf(a->out,
            "%s: %" PRId64 " of %" PRId64 " recorded artifacts read, %" PRId64 " bytes; %" PRId64
            " missing, %" PRId64 " changed, %" PRId64 " unreadable",
            well ? "ok" : "FAIL", a->read, rows, a->bytes, a->missing, a->changed, a->failed);
    if (a->elsewhere)
        fprintf(a->out, "; %" PRId64 " in stores that are none of this server's any more",
                a->elsewhere);
    if (!a->sample)
        fprintf(a->out, "; %" PRId64 " files not recorded", a->unrecorded);
    fputs(".\n", a->out);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int audit(struct audit *a)
{
    int64_t rows;
    int failed;

    if (db_open(&a->db, a->config) < 0 || db_ready(&a->db) < 0 || checksum_count(&a->db, &rows) < 0)
        return complain(a);
    db_rollback(&a->db);
    if (rows < 0) {
        fputs("cairn doctor: the database has no table of digests: run \"cairn db migrate\".\n",
              stderr);
        return -1;
    }
    if (!a->config->artifact_checksums)
        fputs("artifact_checksums is off: what was uploaded since is not recorded, and what was"
              " replaced looks changed.\n",
              a->out);
    progress_begin(&a->progress, "cairn doctor", "artifacts",
                   a->sample && a->sample < rows ? a->sample : rows);
    failed = a->sample ? check_sample(a, rows) : check_rows(a, "", INT64_MAX);
    progress_end(&a->progress);
    if (!failed && !a->sample) {
        failed = check_store(a);
        progress_end(&a->progress);
    }
    return failed ? -1 : conclude(a, rows);
}

int audit_run(const struct config *config, int argc, char **argv, FILE *out)
{
    struct audit a = { .config = config, .out = out };
    int status = read_words(&a, argc, argv);

    if (status)
        return status;
    a.mem = arena_create(0);
    a.files = arena_create(0);
    a.err.mem = a.mem;
    a.db.err = &a.err;
    a.db.mem = a.mem;
    status = audit(&a);
    db_close(&a.db);
    arena_destroy(a.files);
    arena_destroy(a.mem);
    return status < 0 ? EXIT_FAILURE : status;
}
