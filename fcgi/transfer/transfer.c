#include "transfer.h"

#include <string.h>

#include "../store/migrate.h"
#include "../store/transfer.h"

enum {
    TRIES = 5
};

static int say_failed(struct transfer *t)
{
    fprintf(stderr, "%s: %s\n", t->name, t->err->message ? t->err->message : "failed");
    return -1;
}

int transfer_open(struct transfer *t, const struct config *config, const char *name, FILE *out)
{
    t->config = config;
    t->name = name;
    t->out = out;
    t->error.mem = t->mem;
    t->err = &t->error;
    t->db.err = t->err;
    t->db.mem = t->mem;
    if (db_open(&t->db, config) < 0 || db_ready(&t->db) < 0 || migrate_known(&t->db) < 0 ||
        transfer_lock(&t->db) < 0)
        return say_failed(t);
    db_rollback(&t->db);
    return 0;
}

void transfer_close(struct transfer *t)
{
    db_close(&t->db);
    arena_destroy(t->mem);
    arena_destroy(t->keep);
}

void transfer_problem(struct transfer *t, const char *what, const char *id)
{
    progress_clear(&t->progress);
    fprintf(stderr, "%s: %s %s: %s", t->name, what, id,
            t->err->message ? t->err->message : "failed");
    if (t->err->detail && t->err->message && strcmp(t->err->detail, t->err->message) != 0)
        fprintf(stderr, " (%s)", t->err->detail);
    fputc('\n', stderr);
    t->problems++;
}

bool transfer_is_over(const struct transfer *t)
{
    return t->err->code == ERROR_TEMPORARILY_UNAVAILABLE;
}

int transfer_transaction(struct transfer *t, int (*step)(struct transfer *, void *), void *what)
{
    for (int tries = TRIES;; tries--) {
        if (step(t, what) == 0 && db_commit(&t->db) == 0)
            return 0;
        if (tries == 1 || !db_is_deadlock(&t->db))
            break;
        db_rollback(&t->db);
    }
    db_rollback(&t->db);
    return -1;
}

int transfer_usage(const struct transfer *t, const char *what, const char *word)
{
    fprintf(stderr, "%s: %s %s (see \"cairn help\")\n", t->name, what, word);
    return 2;
}

int transfer_read_artifacts(struct transfer *t, const char *value)
{
    static const char *const modes[] = {
        [ARTIFACTS_COPY] = "copy", [ARTIFACTS_LINK] = "link", [ARTIFACTS_NONE] = "none"
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
        if (!strcmp(value, modes[i])) {
            t->artifacts = (enum artifact_mode)i;
            return 0;
        }
    return transfer_usage(t, "--artifacts is copy, link or none, not", value);
}
