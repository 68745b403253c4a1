/* Columns of all runs that a search finds, as bytes: 100,000 numbers are 800 kB and no
 * work for who reads them. `cairn describe` tells the format. */
#include "../store/column.h"

#include <math.h>
#include <string.h>

#include "endpoints.h"
#include "grid.h"

static const struct enum_name column_kinds[] = {
    { "metric", COLUMN_METRIC },
    { "param", COLUMN_PARAM },
    { "tag", COLUMN_TAG },
    { "attribute", COLUMN_ATTRIBUTE },
    { NULL, 0 },
};
static const struct enum_name column_values[] = {
    { "latest", GRID_LATEST }, { "min", GRID_MIN }, { "max", GRID_MAX }, { "best", GRID_BEST },
    { "points", GRID_POINTS }, { "at", GRID_AT },   { NULL, 0 },
};
const struct field column_in_fields[] = {
    ENUM(column_in, kind, column_kinds, "metric, param, tag or attribute."),
    REQUIRED(column_in, key,
             "Its name; run_id, experiment_id, run_name, user_id, status, "
             "start_time, end_time or duration of an attribute."),
    ENUM(column_in, value, column_values, "Of a metric: latest, min, max, best, points or at."),
    OPTIONAL(column_in, step, "For at."),
    OPTIONAL(column_in, numeric, "A param's or tag's text as a number; none if it is not one."),
    FIELDS_END,
};

struct grid_column_get_in {
    GRID_SEARCH;
    struct list columns;
};
static const struct field grid_column_get_fields[] = {
    GRID_SEARCH_FIELDS(grid_column_get_in),
    LIST(grid_column_get_in, columns, column_in, column_in_fields, 0, "1 to 16."),
    FIELDS_END,
};
INPUT(grid_column_get);

int column_list_read(struct request *rq, const struct list *list, struct column *columns)
{
    const struct column_in *in = list->items;

    for (size_t i = 0; i < list->count; i++) {
        if (!in[i].kind.set || !in[i].key)
            return fail(rq, INVALID_PARAMETER_VALUE,
                        "A column needs a key and a kind: metric, param, tag or attribute.");
        columns[i] = (struct column){
            .kind = (enum column_kind)in[i].kind.value,
            .key = in[i].key,
            .value = in[i].value.set ? (enum grid_value)in[i].value.value : GRID_LATEST,
            .step = in[i].step.value,
            .numbers = in[i].numeric.value,
        };
    }
    return 0;
}

static int read_columns(struct request *rq, const struct list *list, struct column_reader *reader)
{
    if (list->count < 1 || list->count > COLUMN_MOST)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "The number of columns must be between 1 and %d, not %zu", COLUMN_MOST,
                    list->count);
    reader->count = list->count;
    return column_list_read(rq, list, reader->columns);
}

/* ------------------------------------------------------------------------- its bytes */

static const char magic[] = "CRNCOL1\n";

enum {
    TYPE_NUMBERS = 1,
    TYPE_TEXTS = 2,
    SLOTS = 2 * COLUMN_BLOCK, /* a power of two */
};

static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash ^ (hash >> 29);
}

/* The different texts of a block, in order of their first row. */
struct dictionary {
    const char **texts; /* COLUMN_BLOCK */
    uint32_t *slots;    /* SLOTS; 0: free, otherwise the number of a text, from 1 */
    uint32_t count;
};

static uint32_t code_of(struct dictionary *d, const char *text)
{
    size_t slot;

    if (!text)
        return 0;
    for (slot = hash_of(text) % SLOTS; d->slots[slot]; slot = (slot + 1) % SLOTS)
        if (!strcmp(d->texts[d->slots[slot] - 1], text))
            return d->slots[slot];
    d->texts[d->count++] = text;
    d->slots[slot] = d->count;
    return d->count;
}

static void put_texts(struct request *rq, const char **texts, size_t count)
{
    struct dictionary d = {
        .texts = arena_array(rq->mem, const char *, COLUMN_BLOCK),
        .slots = arena_array(rq->mem, uint32_t, SLOTS),
    };
    uint32_t *codes = arena_array(rq->mem, uint32_t, count);

    for (size_t i = 0; i < count; i++)
        codes[i] = code_of(&d, texts[i]);
    out_u32(&rq->out, d.count);
    for (size_t i = 0; i < d.count; i++) {
        size_t length = strlen(d.texts[i]);

        out_u32(&rq->out, (uint32_t)length);
        out_raw(&rq->out, d.texts[i], length);
    }
    for (size_t i = 0; i < count; i++)
        out_u32(&rq->out, codes[i]);
}

static void put_block(struct request *rq, const struct column_reader *reader)
{
    const struct column_block *block = &reader->block;

    out_u32(&rq->out, (uint32_t)block->rows);
    for (size_t c = 0; c < reader->count; c++) {
        out_u32(&rq->out, block->numbers[c] ? TYPE_NUMBERS : TYPE_TEXTS);
        if (block->numbers[c])
            for (size_t i = 0; i < block->rows; i++)
                out_f64(&rq->out, block->numbers[c][i]);
        else
            put_texts(rq, block->texts[c], block->rows);
    }
}

static int send_out(struct request *rq, reply_sink *sink, void *to)
{
    int failed = sink(to, rq->out.data, rq->out.length);

    out_clear(&rq->out);
    return failed;
}

/* Block by block; a block of no rows is the end, and who does not see it was cut off. */
static int write_columns(struct request *rq, reply_sink *sink, void *to)
{
    struct column_reader *reader = rq->streamed;
    struct arena_mark mark = arena_mark(rq->mem);
    int more = reader->block.rows > 0; /* the first one is there */

    out_clear(&rq->out);
    out_raw(&rq->out, magic, strlen(magic));
    while (more > 0) {
        put_block(rq, reader);
        if (send_out(rq, sink, to) < 0)
            return -1;
        arena_release(rq->mem, mark);
        more = column_next(reader);
    }
    if (more < 0)
        return -1;
    out_u32(&rq->out, 0);
    return send_out(rq, sink, to);
}

int grid_column_get(struct request *rq)
{
    const struct grid_column_get_in *in = rq->in;
    struct column_reader *reader = arena_new(rq->mem, struct column_reader);
    struct run_search search;

    reader->db = rq->db;
    if (read_columns(rq, &in->columns, reader) < 0 ||
        grid_search_read(rq, GRID_SEARCH_OF(in), &search) < 0 || column_open(reader, &search) < 0 ||
        column_next(reader) < 0) /* what fails at the first row is still an answer */
        return -1;
    rq->reply_type = "application/octet-stream";
    rq->streamed = reader;
    rq->stream = write_columns;
    return 0;
}
