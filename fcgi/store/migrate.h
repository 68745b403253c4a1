/* The schema: what the database has, what this binary knows, and the way from
 * one to the other. `cairn db status|migrate|check`. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config.h"
#include "db.h"
#include "store/installed.h"
#include "store/session.h"

/* The revision of MLflow's schema that this binary knows (alembic's head of MLflow 3.17.2). */
#define MLFLOW_REVISION "dc11669786a5"

/* All return 0: nothing to say; 1: something to do, or differences; -1: failed,
 * one line on standard error says why. */
int migrate_status(const struct config *, FILE *out) MUST_CHECK;
/* Prints what it will do, then does it; or only prints it. Safe to repeat, to
 * interrupt anywhere, and to run twice at the same time. */
int migrate_run(const struct config *, bool dry_run, FILE *out) MUST_CHECK;
/* Compares tables, columns, keys and constraints with what they should be. */
int migrate_check(const struct config *, FILE *out) MUST_CHECK;

/* The parts of it, for adopt: how many migrations the database lacks, their
 * statements in words, and applying them. */
int migrate_pending(const struct installed *);
void migrate_plan(const struct installed *, bool dry_run, FILE *out);
int migrate_apply(struct session *, const struct config *, const struct installed *,
                  FILE *out) MUST_CHECK;

/* For those who serve: 0 if the schema is the one this binary knows; else -1
 * and one clear sentence in err->message. */
int migrate_known(struct db *) MUST_CHECK;
