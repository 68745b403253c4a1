/* The registry of models, which is not served yet (see stubs.c): there is no
 * registered model. Semantics: mlflow/server/handlers.py. */
#include "../search/python.h"
#include "endpoints.h"
#include "fragments.h"

enum {
    MOST_MODELS = 1000,
    MOST_VERSIONS = 200000,
};

struct registry_search_in {
    const char *filter;
    struct opt_int max_results;
    struct text_list order_by;
    const char *page_token;
};
static const struct field registered_model_search_fields[] = {
    OPTIONAL(registry_search_in, filter, "Clauses joined by AND."),
    WITH_DEFAULT(registry_search_in, max_results, 100, "At most 1000."),
    OPTIONAL(registry_search_in, order_by, "Columns, each with ASC or DESC."),
    OPTIONAL(registry_search_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
const struct input registered_model_search_input = { registered_model_search_fields,
                                                     sizeof(struct registry_search_in) };

int registered_model_search(struct request *rq)
{
    const struct registry_search_in *in = rq->in;

    return check_most(rq, in->max_results.value, MOST_MODELS) < 0 ? -1 : reply_empty(rq);
}

static const struct field model_version_search_fields[] = {
    OPTIONAL(registry_search_in, filter, "Clauses joined by AND."),
    WITH_DEFAULT(registry_search_in, max_results, MOST_VERSIONS, "1 to 200000."),
    OPTIONAL(registry_search_in, order_by, "Columns, each with ASC or DESC."),
    OPTIONAL(registry_search_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
const struct input model_version_search_input = { model_version_search_fields,
                                                  sizeof(struct registry_search_in) };

int model_version_search(struct request *rq)
{
    const struct registry_search_in *in = rq->in;

    if (check_most(rq, in->max_results.value, MOST_VERSIONS) < 0)
        return -1;
    if (in->max_results.value < 1)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value for max_results. It must be a positive integer, but got %lld",
                    (long long)in->max_results.value);
    return reply_empty(rq);
}

struct registered_model_in {
    const char *name, *alias;
    struct text_list stages;
};

static int refuse_model(struct request *rq)
{
    const struct registered_model_in *in = rq->in;

    return fail(rq, RESOURCE_DOES_NOT_EXIST, "Registered Model with name=%s not found", in->name);
}

static const struct field registered_model_get_fields[] = {
    REQUIRED(registered_model_in, name, "The registered model."),
    FIELDS_END,
};
const struct input registered_model_get_input = { registered_model_get_fields,
                                                  sizeof(struct registered_model_in) };

int registered_model_get(struct request *rq)
{
    return refuse_model(rq);
}

static const struct field registered_latest_fields[] = {
    REQUIRED(registered_model_in, name, "The registered model."),
    OPTIONAL(registered_model_in, stages, "All of them when absent."),
    FIELDS_END,
};
const struct input registered_latest_input = { registered_latest_fields,
                                               sizeof(struct registered_model_in) };
const struct input registered_latest_post_input = { registered_latest_fields,
                                                    sizeof(struct registered_model_in) };

int registered_latest(struct request *rq)
{
    return refuse_model(rq);
}

int registered_latest_post(struct request *rq)
{
    return refuse_model(rq);
}

static const struct field registered_model_alias_fields[] = {
    REQUIRED(registered_model_in, name, "The registered model."),
    REQUIRED(registered_model_in, alias, "The alias of a version."),
    FIELDS_END,
};
const struct input registered_model_alias_input = { registered_model_alias_fields,
                                                    sizeof(struct registered_model_in) };

int registered_model_alias(struct request *rq)
{
    return refuse_model(rq);
}

struct model_version_in {
    const char *name, *version;
};

static int refuse_version(struct request *rq)
{
    const struct model_version_in *in = rq->in;
    int64_t version;

    if (!in->name || !*in->name)
        return fail(rq, INVALID_PARAMETER_VALUE, "Missing value for required parameter 'name'.");
    if (!in->version || python_int(in->version, &version) < 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Parameter 'version' must be an integer, got '%s'.",
                    in->version ? in->version : "");
    return fail(rq, RESOURCE_DOES_NOT_EXIST, "Model Version (name=%s, version=%s) not found",
                in->name, in->version);
}

static const struct field model_version_get_fields[] = {
    REQUIRED(model_version_in, name, "The registered model."),
    REQUIRED(model_version_in, version, "The number of the version."),
    FIELDS_END,
};
const struct input model_version_get_input = { model_version_get_fields,
                                               sizeof(struct model_version_in) };

int model_version_get(struct request *rq)
{
    return refuse_version(rq);
}

static const struct field model_version_uri_fields[] = {
    UNCHECKED(model_version_in, name, "The registered model."),
    UNCHECKED(model_version_in, version, "The number of the version."),
    FIELDS_END,
};
const struct input model_version_uri_input = { model_version_uri_fields,
                                               sizeof(struct model_version_in) };

int model_version_uri(struct request *rq)
{
    return refuse_version(rq);
}

struct webhook_list_in {
    struct opt_int32 max_results;
    const char *page_token;
};
static const struct field webhook_list_fields[] = {
    WITH_DEFAULT(webhook_list_in, max_results, 100, "Webhooks of a page."),
    OPTIONAL(webhook_list_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(webhook_list);

int webhook_list(struct request *rq)
{
    return reply_empty(rq);
}
