/* runs/log-model: what clients before MLflow 3 logged of a model, kept as a tag of the
 * run. Semantics: mlflow/server/handlers.py, models/model.py. */
#include "model_history.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../json_in.h"
#include "../search/python.h"
#include "../store/tags.h"
#include "endpoints.h"
#include "fragments.h"

static const char history_tag[] = "mlflow.log-model.history";

struct model_log_in {
    const char *run_id, *model_json;
};
static const struct field model_log_fields[] = {
    FIELD(model_log_in, run_id, .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST,
          .doc = "The run."),
    FIELD(model_log_in, model_json, .flags = FIELD_REQUIRED | FIELD_CHECKED | FIELD_TYPE_FIRST,
          .doc = "The model's description, as JSON."),
    FIELDS_END,
};
INPUT(model_log);

static int read_model(struct request *rq, const char *text, const json_t **model)
{
    static const char *const needed[] = { "artifact_path", "flavors", "run_id",
                                          "utc_time_created" };
    const char *missing[4];
    size_t count = 0;

    *model = json_in(rq->mem, text, strlen(text));
    if (!*model)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Malformed model info. \n %s \n is not a valid JSON.", text);
    if (!json_is_object(*model))
        return fail(rq, INVALID_PARAMETER_VALUE, "The model info is not a JSON object.");
    for (size_t i = 0; i < 4; i++)
        if (!json_object_get(*model, needed[i]))
            missing[count++] = needed[i];
    if (count)
        return fail(rq, INVALID_PARAMETER_VALUE, "Model json is missing mandatory fields: %s",
                    repr_set(rq->mem, missing, count));
    return 0;
}

/* The model as an entry of the history: without the "config" of its flavors, which
 * may be long. */
static json_t *entry_of(const json_t *model)
{
    static const char *const kept[] = { "run_id", "artifact_path", "utc_time_created",
                                        "model_uuid" };
    json_t *entry = json_object(), *flavors = json_object(), *value;
    const char *name;

    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
        value = json_object_get(model, kept[i]);
        if (value && !json_is_null(value))
            (void)json_object_set(entry, kept[i], value);
        else if (i == 3)
            (void)json_object_set_new(entry, kept[i], json_null());
    }
    json_object_foreach(json_object_get(model, "flavors"), name, value)
    {
        json_t *flavor = json_is_object(value) ? json_copy(value) : json_incref(value);

        if (json_is_object(flavor))
            (void)json_object_del(flavor, "config");
        (void)json_object_set_new(flavors, name, flavor);
    }
    (void)json_object_set_new(entry, "flavors", flavors);
    return entry;
}

/* jansson has other digits in \u00e9. */
const char *python_json(struct arena *mem, const json_t *value)
{
    char *dumped = json_dumps(value, JSON_ENSURE_ASCII | JSON_ENCODE_ANY), *text;

    text = arena_strdup(mem, dumped ? dumped : "[]");
    free(dumped);
    for (char *c = strchr(text, '\\'); c; c = strchr(c + 2, '\\'))
        for (char *digit = c + 2; c[1] == 'u' && digit < c + 6; digit++)
            *digit = (char)tolower((unsigned char)*digit);
    return text;
}

int model_history_add(struct db *db, const struct run *run, const json_t *model)
{
    json_t *history = json_array(), *entry;
    const json_t *before = NULL;
    const char *stored = NULL;
    size_t i;

    if (tag_value(db, run->run_uuid, history_tag, &stored) < 0)
        return -1;
    if (stored)
        before = json_in(db->mem, stored, strlen(stored));
    json_array_foreach(before, i, entry)(void) json_array_append(history, entry);
    (void)json_array_append_new(history, entry_of(model));
    stored = python_json(db->mem, history);
    json_decref(history);
    return tags_put(db, run, &(struct key_value){ history_tag, stored }, 1);
}

int model_log(struct request *rq)
{
    const struct model_log_in *in = rq->in;
    const json_t *model;
    struct run run = { 0 };

    if (read_model(rq, in->model_json, &model) < 0 ||
        run_lock_active(rq->db, in->run_id, &run) < 0 || model_history_add(rq->db, &run, model) < 0)
        return -1;
    return reply_empty(rq);
}
