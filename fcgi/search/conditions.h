/* Comparisons as conditions of a WHERE, each by the kind of what it compares. Fragments
 * consist of the program's own words and the columns of attributes.def alone. */
#pragma once

#include "parser.h"

/* Conditions on a column, a constant of the program. Texts are told apart by case. */
void text_condition(struct sql *, const char *column, const struct comparison *);
void number_condition(struct sql *, const char *column, const struct comparison *);
/* What is searched, and from which side: probing, the tables of values are entered by
 * the owner and the key alone; else the database may begin with them. */
struct subject {
    enum search_what what;
    bool probing;
};
/* The beginning of a condition on the row x that holds a key's value: what follows is
 * about x.value, and ends with a parenthesis. */
void exists_open(struct sql *, const struct subject *, enum entity, const char *key);
/* MLflow's condition on the last value of the metric c->id.key. */
void metric_condition(struct sql *, const struct subject *, const struct comparison *);
/* On the param or the tag c->id.key. */
void keyed_condition(struct sql *, const struct subject *, const struct comparison *);
