/* The files under sql/, which the binary carries with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct migration {
    const char *area; /* "mlflow": MLflow's tables; "cairn": what only Cairn needs */
    int number;
    const char *name;
    const char *file; /* area/number_name */
    const char *sql, *end;
};

extern const struct migration migrations[]; /* in order; ends with area NULL */
/* The tables of MLflow in SQLite, for what is exported: no migration, but split alike. */
extern const struct migration sqlite_schema[];

/* A statement of a migration: text up to and including its semicolon. */
struct migration_statement {
    const char *sql;
    size_t length;
};

/* The next statement; *at begins as 0. false: there are no more. */
bool migration_next(const struct migration *, size_t *at, struct migration_statement *);
/* What it does, in a few words: the beginning of its text. */
void migration_title(const struct migration_statement *, char *buffer, size_t size);
