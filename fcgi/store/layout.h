/* The physical order of MLflow's large tables: MLflow's own, and Cairn's, in
 * which the rows of a run lie together. Same columns, same constraints. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "db.h"

enum layout {
    LAYOUT_MLFLOW,
    LAYOUT_CAIRN,
};

/* One statement, which is done as a whole or not at all. */
struct layout_change {
    const char *table, *sql;
    int64_t rows;          /* as the server guesses, and bytes: */
    int64_t data, indexes; /* now */
    int64_t after;         /* data and indexes afterwards, about */
    bool copies;           /* the whole table is written anew */
};

struct layout_plan {
    struct layout_change *changes; /* small tables first */
    size_t count;
    double rate; /* bytes of a copy per second on this server; 0: too little data to say */
};

/* What is missing between the database and a layout. -1 with a sentence: keys of
 * somebody else's. Reads only. */
int layout_plan(struct db *, enum layout, struct layout_plan *) MUST_CHECK;
