/* Areas of MLflow that are not served yet; their reads answer what they answer while
 * there is nothing in them, for clients and MLflow's pages ask for that on the way to
 * something else. Their writes have no row: nothing is accepted that would not be
 * kept. The registry and traces have files of their own. */
#include "../store/experiments.h"
#include "endpoints.h"
#include "fragments.h"

enum {
    MOST_QUEUES = 50000
};

/* Evaluation */

static int check_experiment(struct request *rq, const char *text)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };
    int64_t id;

    return parse_experiment_id(&ctx, text, &id) < 0 ? -1 : experiment_by_id(rq->db, id, &e);
}

struct scorer_list_in {
    const char *experiment_id;
    struct text_list experiment_ids;
};
static const struct field scorer_list_fields[] = {
    OPTIONAL(scorer_list_in, experiment_id, "One experiment, or"),
    OPTIONAL(scorer_list_in, experiment_ids, "several; all when both are absent."),
    FIELDS_END,
};
INPUT(scorer_list);

int scorer_list(struct request *rq)
{
    const struct scorer_list_in *in = rq->in;
    bool one = in->experiment_id && *in->experiment_id;

    if (one && in->experiment_ids.count)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Cannot specify both 'experiment_id' and 'experiment_ids'. Use "
                    "'experiment_ids' to scope the query to multiple experiments, or "
                    "'experiment_id' to scope it to a single experiment.");
    if (one && check_experiment(rq, in->experiment_id) < 0)
        return -1;
    return reply_empty(rq);
}

struct evaluation_search_in {
    struct text_list experiment_ids;
    const char *filter_string;
    struct opt_int32 max_results;
    struct text_list order_by;
    const char *page_token;
};
static const struct field evaluation_search_fields[] = {
    OPTIONAL(evaluation_search_in, experiment_ids, "All experiments when absent."),
    OPTIONAL(evaluation_search_in, filter_string, "Clauses joined by AND."),
    WITH_DEFAULT(evaluation_search_in, max_results, 1000, "Datasets of a page."),
    OPTIONAL(evaluation_search_in, order_by, "Columns, each with ASC or DESC."),
    OPTIONAL(evaluation_search_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(evaluation_search);
const struct input evaluation_search_post_input = { evaluation_search_fields,
                                                    sizeof(struct evaluation_search_in) };

int evaluation_search(struct request *rq)
{
    return reply_empty(rq);
}

int evaluation_search_post(struct request *rq)
{
    return reply_empty(rq);
}

/* A page with nothing on it, and the empty token that MLflow sends with it. */
static int reply_last_page(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_text(&rq->out, "next_page_token", "");
    out_end(&rq->out);
    return 0;
}

struct review_queue_list_in {
    const char *experiment_id, *user;
    struct opt_int32 max_results;
    const char *page_token, *item_id;
};
static const struct field review_queue_list_fields[] = {
    REQUIRED(review_queue_list_in, experiment_id, "The experiment."),
    UNCHECKED(review_queue_list_in, user, "Queues of this person."),
    FIELD(review_queue_list_in, max_results, .flags = FIELD_CHECKED, .fallback = MOST_QUEUES,
          .doc = "1 to 50000."),
    UNCHECKED(review_queue_list_in, page_token, "Where the last page ended."),
    UNCHECKED(review_queue_list_in, item_id, "Queues with this item."),
    FIELDS_END,
};
INPUT(review_queue_list);

int review_queue_list(struct request *rq)
{
    const struct review_queue_list_in *in = rq->in;

    if (in->max_results.value < 1 || in->max_results.value > MOST_QUEUES)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "max_results must be between 1 and %d. See the API docs for more information "
                    "about request parameters.",
                    MOST_QUEUES);
    return check_experiment(rq, in->experiment_id) < 0 ? -1 : reply_last_page(rq);
}

struct issue_search_in {
    const char *experiment_id, *filter_string;
    struct opt_int32 max_results;
    const char *page_token;
    struct opt_bool include_trace_count;
};
static const struct field issue_search_fields[] = {
    UNCHECKED(issue_search_in, experiment_id, "All experiments when absent."),
    UNCHECKED(issue_search_in, filter_string, "Clauses joined by AND."),
    UNCHECKED(issue_search_in, max_results, "Issues of a page."),
    UNCHECKED(issue_search_in, page_token, "Where the last page ended."),
    UNCHECKED(issue_search_in, include_trace_count, "Count the traces of each."),
    FIELDS_END,
};
INPUT(issue_search);

int issue_search(struct request *rq)
{
    return reply_last_page(rq);
}

/* The gateway, the assistant, telemetry: off. */

static int reply_empty_list(struct request *rq, const char *name)
{
    out_object(&rq->out, NULL);
    out_array(&rq->out, name);
    out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}

NO_INPUT(gateway_proxy);
int gateway_proxy(struct request *rq)
{
    return reply_empty_list(rq, "endpoints");
}

NO_INPUT(gateway_proxy_post);
int gateway_proxy_post(struct request *rq)
{
    return reply_empty_list(rq, "endpoints");
}

NO_INPUT(gateway_secrets_config);
int gateway_secrets_config(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_bool(&rq->out, "secrets_available", false);
    out_bool(&rq->out, "using_default_passphrase", false);
    out_end(&rq->out);
    return 0;
}

struct gateway_list_in {
    const char *provider, *secret_id, *endpoint_id, *resource_type, *resource_id;
};
static const struct field gateway_endpoint_list_fields[] = {
    UNCHECKED(gateway_list_in, provider, "Those of this provider."),
    UNCHECKED(gateway_list_in, secret_id, "Those with this secret."),
    FIELDS_END,
};
const struct input gateway_endpoint_list_input = { gateway_endpoint_list_fields,
                                                   sizeof(struct gateway_list_in) };

int gateway_endpoint_list(struct request *rq)
{
    return reply_empty(rq);
}

static const struct field gateway_binding_list_fields[] = {
    UNCHECKED(gateway_list_in, endpoint_id, "Those of this endpoint."),
    UNCHECKED(gateway_list_in, resource_type, "Those of things of this kind."),
    UNCHECKED(gateway_list_in, resource_id, "Those of this thing."),
    FIELDS_END,
};
const struct input gateway_binding_list_input = { gateway_binding_list_fields,
                                                  sizeof(struct gateway_list_in) };

int gateway_binding_list(struct request *rq)
{
    return reply_empty(rq);
}

NO_INPUT(assistant_config);
int assistant_config(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_object(&rq->out, "providers");
    out_end(&rq->out);
    out_object(&rq->out, "projects");
    out_end(&rq->out);
    out_bool(&rq->out, "remote_access_allowed", false);
    out_end(&rq->out);
    return 0;
}

NO_INPUT(assistant_providers);
int assistant_providers(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_array(&rq->out, "providers");
    out_end(&rq->out);
    out_null(&rq->out, "resolved");
    out_object(&rq->out, "gateway_vendor_options");
    out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}

/* MLflow's pages are told to send nothing to anybody. */
NO_INPUT(telemetry_get);
int telemetry_get(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_array(&rq->out, "disable_ui_events");
    out_end(&rq->out);
    out_bool(&rq->out, "disable_ui_telemetry", true);
    out_int(&rq->out, "ui_rollout_percentage", 0);
    out_end(&rq->out);
    return 0;
}

NO_INPUT(telemetry_post);
int telemetry_post(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_text(&rq->out, "status", "disabled");
    out_end(&rq->out);
    return 0;
}
