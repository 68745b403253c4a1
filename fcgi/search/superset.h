/* What Cairn's filters and orders have beyond MLflow's: README.md has the grammar.
 *
 * MLflow's grammar goes first and always wins: a text that it accepts means what it
 * means there, and only a text that it refuses is read by this one. A text that neither
 * has is refused with MLflow's words. There is one deliberate exception, and it shows in
 * runs of which MLflow finds nothing: metrics.loss.min is the last value of the metric
 * "loss.min" where a run has one, and the least value of "loss" where it has none. In
 * order_by even metrics.loss@min is a metric's name to MLflow; min(metrics.loss) is not.
 *
 * The clauses between AND, OR, NOT and parentheses are MLflow's, read by its reader, or
 * those that clause_read() adds. The limits are those of parser.h. */
#pragma once

#include "parser.h"

/* The whole filter, as items under one AND. False if it is not of the superset;
 * cx->err is left alone. */
bool superset_parse(const struct search_ctx *, enum search_what, const char *filter,
                    struct expr *) MUST_CHECK;

/* One clause without blanks: MLflow's, else ours. False if it is neither. */
bool clause_read(const struct search_ctx *, enum search_what, const struct lexeme *, size_t count,
                 struct comparison *) MUST_CHECK;

/* Lexemes side by side, and the text that they are of. */
struct slice {
    const struct lexeme *items;
    size_t count;
};
struct slice slice_part(const struct slice *, size_t from, size_t to);
const char *slice_text(struct arena *, const struct slice *);
/* No blanks are between them, and there are some. */
bool slice_is_contiguous(const struct slice *);
bool lexeme_is(const struct lexeme *, enum lexeme_type, const char *word);

/* An identifier of MLflow's, or min(metrics.m), metrics.m@7, age. False if it is neither. */
bool superset_name_read(const struct search_ctx *, enum search_what, struct slice,
                        struct identifier *) MUST_CHECK;

/* Whether the text of an identifier, with its quotes, is metrics.K.min or the like: then
 * id->dotted and id->series are set. */
void dotted_read(struct arena *, enum search_what, const char *written, struct identifier *);

/* One item of order_by: of a metric's series, or a duration. False if it is neither;
 * cx->err is left alone. */
bool superset_order_read(const struct search_ctx *, enum search_what, const char *clause,
                         struct identifier *, bool *descending) MUST_CHECK;

/* The lexemes of text without blanks. False if there are too many, or a comment. */
bool superset_lex(struct arena *, const char *text, struct lexemes *) MUST_CHECK;

/* Adds the condition, if MLflow has none of the kind; else false. */
bool superset_condition(struct sql *, const struct subject *, const struct comparison *);
/* The comparators of texts that are not MLflow's. */
void superset_text_condition(struct sql *, const char *column, const struct comparison *);
/* Adds a scalar: the value of a run's series; NULL if there is none. */
void aggregate_value(struct sql *, const struct identifier *);
/* Of metrics.K.min: the same for id->series; and the condition, for runs with a metric of
 * that name or without. */
void dotted_value(struct sql *, const struct identifier *);
void dotted_condition(struct sql *, const struct subject *, const struct comparison *);
/* MLflow's condition on the last value of the metric c->id.key. */
void metric_condition(struct sql *, const struct subject *, const struct comparison *);
