/* Traces, which are not served yet (see stubs.c): there is none.
 * Semantics: mlflow/server/handlers.py. */
#include "endpoints.h"
#include "fragments.h"

enum {
    MOST_TRACES = 500
};

static const struct enum_name location_type_names[] = {
    { "TRACE_LOCATION_TYPE_UNSPECIFIED", 0 },
    { "MLFLOW_EXPERIMENT", 1 },
    { "INFERENCE_TABLE", 2 },
    { NULL, 0 },
};
struct trace_experiment {
    const char *experiment_id;
};
static const struct field trace_experiment_fields[] = {
    UNCHECKED(trace_experiment, experiment_id, "The experiment."),
    FIELDS_END,
};
struct trace_table {
    const char *full_table_name;
};
static const struct field trace_table_fields[] = {
    UNCHECKED(trace_table, full_table_name, "Of Databricks."),
    FIELDS_END,
};
struct trace_location {
    struct opt_enum type;
    struct trace_experiment mlflow_experiment;
    struct trace_table inference_table;
};
static const struct field trace_location_fields[] = {
    ENUM(trace_location, type, location_type_names, "Where the traces are."),
    OBJECT(trace_location, mlflow_experiment, trace_experiment_fields, "An experiment, or"),
    OBJECT(trace_location, inference_table, trace_table_fields, "a table."),
    FIELDS_END,
};
struct trace_search_in {
    struct list locations;
    const char *filter;
    struct opt_int32 max_results;
    struct text_list order_by;
    const char *page_token;
};
static const struct field trace_search_fields[] = {
    LIST(trace_search_in, locations, trace_location, trace_location_fields,
         FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST, "The experiments to search."),
    OPTIONAL(trace_search_in, filter, "Clauses joined by AND."),
    WITH_DEFAULT(trace_search_in, max_results, 100, "At most 500."),
    OPTIONAL(trace_search_in, order_by, "Columns, each with ASC or DESC."),
    OPTIONAL(trace_search_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(trace_search);

int trace_search(struct request *rq)
{
    const struct trace_search_in *in = rq->in;

    return check_most(rq, in->max_results.value, MOST_TRACES) < 0 ? -1 : reply_empty(rq);
}

struct trace_search_v2_in {
    struct text_list experiment_ids;
    const char *filter;
    struct opt_int32 max_results;
    struct text_list order_by;
    const char *page_token;
};
static const struct field trace_search_v2_fields[] = {
    REQUIRED(trace_search_v2_in, experiment_ids, "The experiments to search."),
    OPTIONAL(trace_search_v2_in, filter, "Clauses joined by AND."),
    WITH_DEFAULT(trace_search_v2_in, max_results, 100, "At most 500."),
    OPTIONAL(trace_search_v2_in, order_by, "Columns, each with ASC or DESC."),
    OPTIONAL(trace_search_v2_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(trace_search_v2);

int trace_search_v2(struct request *rq)
{
    const struct trace_search_v2_in *in = rq->in;

    return check_most(rq, in->max_results.value, MOST_TRACES) < 0 ? -1 : reply_empty(rq);
}

struct trace_batch_in {
    struct text_list trace_ids, experiment_ids;
};
static const struct field trace_batch_fields[] = {
    FIELD(trace_batch_in, trace_ids, .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST,
          .doc = "The traces."),
    OPTIONAL(trace_batch_in, experiment_ids, "Those of these experiments alone."),
    FIELDS_END,
};
const struct input trace_batch_get_input = { trace_batch_fields, sizeof(struct trace_batch_in) };
const struct input trace_batch_infos_input = { trace_batch_fields, sizeof(struct trace_batch_in) };

int trace_batch_get(struct request *rq)
{
    return reply_empty(rq);
}

int trace_batch_infos(struct request *rq)
{
    return reply_empty(rq);
}

struct trace_get_in {
    const char *trace_id;
    struct opt_bool allow_partial;
};
static const struct field trace_get_fields[] = {
    REQUIRED(trace_get_in, trace_id, "The trace."),
    OPTIONAL(trace_get_in, allow_partial, "Also while it is being written."),
    FIELDS_END,
};
INPUT(trace_get);

int trace_get(struct request *rq)
{
    const struct trace_get_in *in = rq->in;

    return fail(rq, RESOURCE_DOES_NOT_EXIST, "Trace with ID %s is not found.", in->trace_id);
}

NO_INPUT(trace_info);
int trace_info(struct request *rq)
{
    return fail(rq, RESOURCE_DOES_NOT_EXIST, "Trace with ID '%s' not found.",
                request_member(rq, "trace_id"));
}

NO_INPUT(trace_info_v2);
int trace_info_v2(struct request *rq)
{
    return fail(rq, RESOURCE_DOES_NOT_EXIST, "Trace with ID '%s' not found.",
                request_member(rq, "request_id"));
}

static const struct enum_name trace_view_names[] = {
    { "TRACES", 1 },
    { "SPANS", 2 },
    { "ASSESSMENTS", 3 },
    { NULL, 0 },
};
enum {
    AGGREGATE_COUNT = 1
};
static const struct enum_name aggregation_names[] = {
    { "COUNT", AGGREGATE_COUNT },
    { "SUM", 2 },
    { "AVG", 3 },
    { "PERCENTILE", 4 },
    { "MIN", 5 },
    { "MAX", 6 },
    { NULL, 0 },
};
struct trace_aggregation {
    struct opt_enum aggregation_type;
    struct opt_real percentile_value;
};
static const struct field trace_aggregation_fields[] = {
    ENUM(trace_aggregation, aggregation_type, aggregation_names, "What to compute."),
    UNCHECKED(trace_aggregation, percentile_value, "0 to 100."),
    FIELDS_END,
};
struct trace_metrics_in {
    struct text_list experiment_ids;
    struct opt_enum view_type;
    const char *metric_name;
    struct list aggregations;
    struct text_list dimensions, filters;
    struct opt_int time_interval_seconds, start_time_ms, end_time_ms;
    struct opt_int32 max_results;
    const char *page_token;
};
static const struct field trace_metrics_fields[] = {
    FIELD(trace_metrics_in, experiment_ids,
          .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST, .doc = "The experiments."),
    FIELD(trace_metrics_in, view_type, .flags = FIELD_REQUIRED, .names = trace_view_names,
          .doc = "What is counted."),
    FIELD(trace_metrics_in, metric_name, .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST,
          .doc = "The metric."),
    LIST(trace_metrics_in, aggregations, trace_aggregation, trace_aggregation_fields,
         FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST, "What to compute."),
    OPTIONAL(trace_metrics_in, dimensions, "Groups."),
    OPTIONAL(trace_metrics_in, filters, "Clauses."),
    OPTIONAL(trace_metrics_in, time_interval_seconds, "Groups by time."),
    OPTIONAL(trace_metrics_in, start_time_ms, "From this time."),
    OPTIONAL(trace_metrics_in, end_time_ms, "To this time."),
    WITH_DEFAULT(trace_metrics_in, max_results, 1000, "Groups of a page."),
    OPTIONAL(trace_metrics_in, page_token, "Where the last page ended."),
    FIELDS_END,
};
INPUT(trace_metrics);

/* Of nothing there is a number, and no average; and there are no groups. */
int trace_metrics(struct request *rq)
{
    const struct trace_metrics_in *in = rq->in;
    const struct trace_aggregation *aggregations = in->aggregations.items;
    bool counted = false;

    for (size_t i = 0; i < in->aggregations.count; i++)
        counted |= aggregations[i].aggregation_type.value == AGGREGATE_COUNT;
    if (!counted || in->dimensions.count || in->time_interval_seconds.set)
        return reply_empty(rq);
    out_object(&rq->out, NULL);
    out_array(&rq->out, "data_points");
    out_object(&rq->out, NULL);
    out_text(&rq->out, "metric_name", in->metric_name);
    out_object(&rq->out, "values");
    out_real(&rq->out, "COUNT", 0);
    out_end(&rq->out);
    out_end(&rq->out);
    out_end(&rq->out);
    out_end(&rq->out);
    return 0;
}
