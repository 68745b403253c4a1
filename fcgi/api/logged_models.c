/* Logged models: the one call that clients make when they list artifacts, and
 * that therefore must not be missing. */
#include "endpoints.h"
#include "fragments.h"

struct logged_model_search_in {
    struct text_list experiment_ids;
    const char *filter;
};
static const struct field logged_model_search_fields[] = {
    REQUIRED(logged_model_search_in, experiment_ids, "The experiments to search."),
    OPTIONAL(logged_model_search_in, filter, "Clauses joined by AND."),
    FIELDS_END,
};
INPUT(logged_model_search);

int logged_model_search(struct request *rq)
{
    return reply_empty(rq);
}
