/* What several handlers share. */
#pragma once

#include "../artifacts/artifacts.h"
#include "../request.h"

extern const struct field key_value_fields[];
extern const struct enum_name view_type_names[];
extern const struct enum_name run_status_names[];

/* {"key": …, "value": …} in the open array; what is NULL is left out. */
void write_pair(struct out *, const char *key, const char *value);
/* An array of those, where there are any. */
struct owned_pair;
void write_pairs(struct out *, const char *key, const struct owned_pair *, size_t count);

/* The name of a status, as it is stored. */
const char *run_status(int number);

/* {} */
int reply_empty(struct request *);

/* "experiment": … as it is given alone; "models": … of those ids, the info of each. */
int write_experiment_of(struct request *, int64_t experiment_id) MUST_CHECK;
int write_logged_models(struct request *, const struct text_list *ids) MUST_CHECK;

/* {"run": …} with all that belongs to it. */
int reply_run(struct request *, const char *run_id) MUST_CHECK;

/* 1 to 50000, as the searches have it. */
int check_max_results(struct request *, int64_t max_results) MUST_CHECK;

/* For the searches that know a greatest max_results. MLflow's text shows the value as
 * it was sent: as a text if in a query. */
int check_most(struct request *, int64_t max_results, int64_t most) MUST_CHECK;

/* Experiment ids as they are sent, as numbers in mem. */
int read_experiment_ids(struct request *, const struct text_list *texts, int64_t **ids) MUST_CHECK;

/* Content-Disposition of a download (RFC 6266): a plain name for all, and the real one
 * for those who can. */
const char *attachment(struct arena *, const char *name);

/* The store of artifacts_destination. */
struct artifact_store store_of(struct request *);

/* Where path ("" for all) of the artifacts at uri is: *store becomes the store that holds
 * them. verb is what this server does not do elsewhere: read or write. */
int artifacts_find(struct request *, struct artifact_store *, const char *uri, const char *path,
                   const char *verb, const char **full) MUST_CHECK;
