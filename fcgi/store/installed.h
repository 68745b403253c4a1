/* What a database has of the schema, and whether this binary may work on it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "store/migrations.h"

/* A row of cairn_migrations. */
struct applied {
    const char *area;
    int64_t number;
    const char *name, *version, *checksum;
    struct opt_int finished;
};

struct installed {
    const char *database, *server;
    int64_t tables;       /* of anybody */
    int64_t has_alembic;  /* the tables alembic_version and */
    int64_t has_record;   /* cairn_migrations are there */
    int64_t is_clustered; /* the keys begin with the run: Cairn's layout */
    const char *revision; /* of MLflow; NULL: none */
    struct applied *applied;
    size_t applied_count;
};

int installed_read(struct db *, struct installed *) MUST_CHECK;
/* -1 with a sentence for people: not a schema this binary may touch. */
int installed_refuse(struct db *, const struct installed *) MUST_CHECK;
/* NULL: not begun. */
const struct applied *installed_row(const struct installed *, const struct migration *);
bool installed_lacks(const struct installed *, const struct migration *);
/* By `mlflow db upgrade`, rather than by Cairn. */
bool installed_by_mlflow(const struct installed *);
