/* The search of logged models, which has a language of its own: mlflow's
 * utils/search_logged_model_utils.py, sqlalchemy_store.py search_logged_models. */
#pragma once

#include "../fields.h"
#include "search.h"

/* A dataset that metrics were computed on. */
struct model_dataset {
    const char *dataset_name, *dataset_digest; /* NULL or "" for none */
};

struct model_order {
    const char *field_name; /* an attribute, or metrics.<key> */
    struct opt_bool ascending;
    const char *dataset_name, *dataset_digest; /* of the metric; NULL or "" for any */
};

/* Adds " AND …" for each clause to sql, whose FROM names logged_models m. With
 * datasets, metrics of others do not count; a model without one on them is not found. */
int model_filter(const struct search_ctx *, const char *filter, const struct model_dataset *,
                 size_t dataset_count, struct sql *) MUST_CHECK;
/* The list after "ORDER BY ", tie-breaks included. */
int model_order_by(const struct search_ctx *, const struct model_order *, size_t count,
                   struct sql *) MUST_CHECK;

/* Page tokens: base64 of what was asked, and the offset. */
struct model_page {
    const struct text_list *experiment_ids;
    const char *filter;
    const struct model_order *order_by;
    size_t order_count;
    int64_t offset;
};
/* Sets page->offset. INVALID_PARAMETER_VALUE if the token is of another search. */
int model_token_read(const struct search_ctx *, const char *token, struct model_page *) MUST_CHECK;
const char *model_token_write(struct arena *, const struct model_page *);
