/* Experiments. Semantics: mlflow/server/handlers.py, store/tracking/sqlalchemy_store.py. */
#include "../store/experiments.h"

#include <inttypes.h>
#include <string.h>

#include "../search/search.h"
#include "endpoints.h"
#include "fragments.h"

const struct field key_value_fields[] = {
    UNCHECKED(key_value, key, "Name of the tag."),
    UNCHECKED(key_value, value, "Its value."),
    FIELDS_END,
};

const struct enum_name view_type_names[] = {
    { "ACTIVE_ONLY", VIEW_ACTIVE_ONLY },
    { "DELETED_ONLY", VIEW_DELETED_ONLY },
    { "ALL", VIEW_ALL },
    { NULL, 0 },
};

/* Views that the web UI saves as tags; MLflow allows so many of them. */
static const char custom_view_prefix[] = "mlflow.customView.view";
enum {
    CUSTOM_VIEWS = 50
};

struct experiment_create_in {
    const char *name, *artifact_location;
    struct list tags;
};
static const struct field experiment_create_fields[] = {
    REQUIRED(experiment_create_in, name, "Unique among the experiments, deleted ones included."),
    OPTIONAL(experiment_create_in, artifact_location, "The server chooses when absent."),
    LIST(experiment_create_in, tags, key_value, key_value_fields, FIELD_CHECKED,
         "Tags of the experiment."),
    FIELDS_END,
};
INPUT(experiment_create);

static int check_tags(struct request *rq, const struct key_value *tags, size_t count)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    size_t views = 0;

    for (size_t i = 0; i < count; i++) {
        struct key_value tag = { tags[i].key ? tags[i].key : "",
                                 tags[i].value ? tags[i].value : "" };

        views += !strncmp(tag.key, custom_view_prefix, strlen(custom_view_prefix));
        if (validate_experiment_tag(&ctx, &tag) < 0)
            return -1;
    }
    if (views > CUSTOM_VIEWS)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Unable to create another custom view; the maximum number of custom views per "
                    "experiment is %d. Delete an existing custom view before creating a new one.",
                    CUSTOM_VIEWS);
    return 0;
}

int experiment_create(struct request *rq)
{
    const struct experiment_create_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const struct key_value *tags = in->tags.items;
    struct experiment e = {
        .name = in->name,
        .artifact_location =
            in->artifact_location && *in->artifact_location ? in->artifact_location : NULL,
        .creation_time = { now_ms(), true },
    };

    if ((e.artifact_location && validate_artifact_location(&ctx, &e.artifact_location) < 0) ||
        validate_length(&ctx, "name", LIMIT_EXPERIMENT_NAME, e.name) < 0 ||
        check_tags(rq, tags, in->tags.count) < 0 ||
        experiment_insert(rq->db, &e, rq->config->default_artifact_root) < 0)
        return -1;
    for (size_t i = 0; i < in->tags.count; i++)
        if (experiment_tag_put(rq->db, e.experiment_id, &tags[i]) < 0)
            return -1;
    out_object(&rq->out, NULL);
    out_int_text(&rq->out, "experiment_id", e.experiment_id);
    out_end(&rq->out);
    return 0;
}

static void write_experiment(struct out *out, const char *key, const struct experiment *e,
                             const struct experiment_tag *tags, size_t tag_count)
{
    out_object(out, key);
    out_int_text(out, "experiment_id", e->experiment_id);
    out_text_if(out, "name", e->name);
    out_text_if(out, "artifact_location", e->artifact_location);
    out_text_if(out, "lifecycle_stage", e->lifecycle_stage);
    if (e->last_update_time.set && e->last_update_time.value)
        out_int(out, "last_update_time", e->last_update_time.value);
    if (e->creation_time.set && e->creation_time.value)
        out_int(out, "creation_time", e->creation_time.value);
    if (tag_count)
        out_array(out, "tags");
    for (size_t i = 0; i < tag_count; i++)
        write_pair(out, tags[i].key, tags[i].value);
    if (tag_count)
        out_end(out);
    out_text(out, "workspace", "default");
    out_end(out);
}

static int write_with_tags(struct request *rq, const struct experiment *e)
{
    struct experiment_tag *tags;
    size_t tag_count;

    if (experiment_tags(rq->db, e, 1, &tags, &tag_count) < 0)
        return -1;
    write_experiment(&rq->out, "experiment", e, tags, tag_count);
    return 0;
}

int write_experiment_of(struct request *rq, int64_t experiment_id)
{
    struct experiment e = { 0 };

    return experiment_by_id(rq->db, experiment_id, &e) < 0 ? -1 : write_with_tags(rq, &e);
}

static int reply_experiment(struct request *rq, const struct experiment *e)
{
    out_object(&rq->out, NULL);
    if (write_with_tags(rq, e) < 0)
        return -1;
    out_end(&rq->out);
    return 0;
}

struct experiment_get_in {
    const char *experiment_id;
};
static const struct field experiment_get_fields[] = {
    REQUIRED(experiment_get_in, experiment_id, "The experiment."),
    FIELDS_END,
};
INPUT(experiment_get);

int experiment_get(struct request *rq)
{
    const struct experiment_get_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };
    int64_t id;

    if (parse_experiment_id(&ctx, in->experiment_id, &id) < 0 ||
        experiment_by_id(rq->db, id, &e) < 0)
        return -1;
    return reply_experiment(rq, &e);
}

struct experiment_get_by_name_in {
    const char *experiment_name;
};
static const struct field experiment_get_by_name_fields[] = {
    REQUIRED(experiment_get_by_name_in, experiment_name, "The experiment's name."),
    FIELDS_END,
};
INPUT(experiment_get_by_name);

int experiment_get_by_name(struct request *rq)
{
    const struct experiment_get_by_name_in *in = rq->in;
    struct experiment e = { 0 };

    if (experiment_by_name(rq->db, in->experiment_name, &e) < 0)
        return -1;
    return reply_experiment(rq, &e);
}

struct experiment_search_in {
    struct opt_int max_results;
    const char *page_token, *filter;
    struct text_list order_by;
    struct opt_enum view_type;
};
static const struct field experiment_search_fields[] = {
    OPTIONAL(experiment_search_in, max_results, "Experiments of a page, 1 to 50000."),
    OPTIONAL(experiment_search_in, page_token, "Where the last page ended."),
    OPTIONAL(experiment_search_in, filter, "Clauses joined by AND."),
    OPTIONAL(experiment_search_in, order_by, "Columns, each with ASC or DESC."),
    ENUM(experiment_search_in, view_type, view_type_names, "Active ones when absent."),
    FIELDS_END,
};
INPUT(experiment_search);
const struct input experiment_search_post_input = { experiment_search_fields,
                                                    sizeof(struct experiment_search_in) };

static void write_experiments(struct request *rq, const struct experiment *found, size_t count,
                              const struct experiment_tag *tags, size_t tag_count)
{
    if (count)
        out_array(&rq->out, "experiments");
    for (size_t i = 0; i < count; i++) {
        size_t low = 0, high = tag_count, mine = 0;

        while (low < high) { /* the tags are sorted by experiment */
            size_t middle = low + (high - low) / 2;

            if (tags[middle].experiment_id < found[i].experiment_id)
                low = middle + 1;
            else
                high = middle;
        }
        while (low + mine < tag_count && tags[low + mine].experiment_id == found[i].experiment_id)
            mine++;
        write_experiment(&rq->out, NULL, &found[i], tags + low, mine);
    }
    if (count)
        out_end(&rq->out);
}

int experiment_search(struct request *rq)
{
    const struct experiment_search_in *in = rq->in;
    const struct search_ctx ctx = { rq->err, rq->mem };
    struct experiment_search search = {
        .filter = in->filter,
        .order_by = &in->order_by,
        .view = in->view_type.set ? (enum view_type)in->view_type.value : VIEW_ACTIVE_ONLY,
        .max_results = in->max_results.value,
    };
    struct experiment *found;
    struct experiment_tag *tags;
    size_t count, tag_count;
    bool more;

    if (check_max_results(rq, search.max_results) < 0 ||
        page_token_read(&ctx, in->page_token, &search.offset) < 0 ||
        experiment_search_rows(rq->db, &search, &found, &count) < 0)
        return -1;
    more = count > (size_t)search.max_results;
    count -= more;
    if (experiment_tags(rq->db, found, count, &tags, &tag_count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    write_experiments(rq, found, count, tags, tag_count);
    if (more)
        out_text(&rq->out, "next_page_token",
                 page_token_write(rq->mem, search.offset + search.max_results));
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

int experiment_search_post(struct request *rq)
{
    return experiment_search(rq);
}

struct experiment_update_in {
    const char *experiment_id, *new_name;
};
static const struct field experiment_update_fields[] = {
    REQUIRED(experiment_update_in, experiment_id, "The experiment."),
    REQUIRED(experiment_update_in, new_name, "Its name from now on."),
    FIELDS_END,
};
INPUT(experiment_update);

int experiment_update(struct request *rq)
{
    const struct experiment_update_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    int64_t id;

    if (validate_length(&ctx, "name", LIMIT_EXPERIMENT_NAME, in->new_name) < 0 ||
        parse_experiment_id(&ctx, in->experiment_id, &id) < 0 ||
        experiment_rename(rq->db, id, in->new_name, now_ms()) < 0)
        return -1;
    return reply_empty(rq);
}

static int set_deleted(struct request *rq, const char *experiment_id, bool deleted)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    int64_t id;

    if (parse_experiment_id(&ctx, experiment_id, &id) < 0 ||
        experiment_set_deleted(rq->db, id, deleted, now_ms()) < 0)
        return -1;
    return reply_empty(rq);
}

struct experiment_delete_in {
    const char *experiment_id;
};
static const struct field experiment_delete_fields[] = {
    REQUIRED(experiment_delete_in, experiment_id, "An active experiment."),
    FIELDS_END,
};
INPUT(experiment_delete);

int experiment_delete(struct request *rq)
{
    const struct experiment_delete_in *in = rq->in;

    return set_deleted(rq, in->experiment_id, true);
}

struct experiment_restore_in {
    const char *experiment_id;
};
static const struct field experiment_restore_fields[] = {
    REQUIRED(experiment_restore_in, experiment_id, "A deleted experiment."),
    FIELDS_END,
};
INPUT(experiment_restore);

int experiment_restore(struct request *rq)
{
    const struct experiment_restore_in *in = rq->in;

    return set_deleted(rq, in->experiment_id, false);
}

struct experiment_tag_set_in {
    const char *experiment_id, *key, *value;
};
static const struct field experiment_tag_set_fields[] = {
    REQUIRED(experiment_tag_set_in, experiment_id, "The experiment."),
    REQUIRED(experiment_tag_set_in, key, "Name of the tag."),
    OPTIONAL(experiment_tag_set_in, value, "Its value."),
    FIELDS_END,
};
INPUT(experiment_tag_set);

/* A new view where there are as many as may be. */
static int check_custom_views(struct request *rq, const struct experiment *e, const char *key)
{
    struct experiment_tag *tags;
    size_t count, views = 0;

    if (strncmp(key, custom_view_prefix, strlen(custom_view_prefix)) != 0)
        return 0;
    if (experiment_tags(rq->db, e, 1, &tags, &count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(tags[i].key, key))
            return 0;
        views += !strncmp(tags[i].key, custom_view_prefix, strlen(custom_view_prefix));
    }
    if (views >= CUSTOM_VIEWS)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Unable to create another custom view for experiment %" PRId64
                    "; the maximum number of custom views per experiment is %d. Delete an existing "
                    "custom view before creating a new one.",
                    e->experiment_id, CUSTOM_VIEWS);
    return 0;
}

int experiment_tag_set(struct request *rq)
{
    const struct experiment_tag_set_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const struct key_value tag = { in->key, in->value ? in->value : "" };
    struct experiment e = { 0 };
    int64_t id;

    if (validate_experiment_tag(&ctx, &tag) < 0 ||
        parse_experiment_id(&ctx, in->experiment_id, &id) < 0 ||
        experiment_must_be_active(rq->db, id, &e) < 0 || check_custom_views(rq, &e, tag.key) < 0 ||
        experiment_tag_put(rq->db, id, &tag) < 0)
        return -1;
    return reply_empty(rq);
}

struct experiment_tag_delete_in {
    const char *experiment_id, *key;
};
static const struct field experiment_tag_delete_fields[] = {
    REQUIRED(experiment_tag_delete_in, experiment_id, "The experiment."),
    REQUIRED(experiment_tag_delete_in, key, "Name of the tag."),
    FIELDS_END,
};
INPUT(experiment_tag_delete);

int experiment_tag_delete(struct request *rq)
{
    const struct experiment_tag_delete_in *in = rq->in;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };
    int64_t id;

    if (parse_experiment_id(&ctx, in->experiment_id, &id) < 0 ||
        experiment_must_be_active(rq->db, id, &e) < 0 ||
        experiment_tag_remove(rq->db, id, in->key) < 0)
        return -1;
    return reply_empty(rq);
}
