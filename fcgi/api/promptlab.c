/* A run of the prompt engineering page: params, tags, a table of what a model answered,
 * and the prompt as a model that mlflow.pyfunc can load. The files are those of MLflow;
 * strings in them are JSON's, which YAML reads too. Semantics: mlflow/server/handlers.py,
 * utils/promptlab_utils.py, prompt/promptlab_model.py. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../artifacts/artifacts.h"
#include "../id.h"
#include "../json_in.h"
#include "../search/python.h"
#include "../store/params.h"
#include "../store/tags.h"
#include "endpoints.h"
#include "fragments.h"
#include "model_history.h"

/* What the page's model is made for: the release whose protocol this is. */
#define MLFLOW "3.17.2"
#define PYTHON "3.11"

static const char logged_artifacts[] =
    "[{\"path\": \"eval_results_table.json\", \"type\": \"table\"}]";

struct promptlab_in {
    const char *experiment_id, *run_name, *user_id, *prompt_template, *model_route, *mlflow_version;
    const char *model_input, *model_output;
    struct opt_int start_time;
    struct list tags, prompt_parameters, model_parameters, model_output_parameters;
};
static const struct field pair_fields[] = {
    UNCHECKED(key_value, key, "The name."),
    UNCHECKED(key_value, value, "The value: any, kept as Python prints it."),
    FIELDS_END,
};
static const struct field run_create_promptlab_fields[] = {
    UNCHECKED(promptlab_in, experiment_id, "The experiment; needed."),
    UNCHECKED(promptlab_in, run_name, "The server makes a name when absent."),
    LIST(promptlab_in, tags, key_value, pair_fields, 0, "Tags of the run."),
    UNCHECKED(promptlab_in, prompt_template, "The prompt; needed."),
    LIST(promptlab_in, prompt_parameters, key_value, pair_fields, 0, "Filled into it; needed."),
    UNCHECKED(promptlab_in, model_route, "The model that was asked; needed."),
    LIST(promptlab_in, model_parameters, key_value, pair_fields, 0, "How it was asked."),
    UNCHECKED(promptlab_in, model_input, "What it was asked; needed."),
    UNCHECKED(promptlab_in, model_output, "What it answered."),
    LIST(promptlab_in, model_output_parameters, key_value, pair_fields, 0, "More of that."),
    UNCHECKED(promptlab_in, mlflow_version, "Of the page; needed."),
    UNCHECKED(promptlab_in, user_id, "unknown when absent."),
    UNCHECKED(promptlab_in, start_time, "ms since the epoch; now when absent."),
    FIELDS_END,
};
const struct input run_create_promptlab_input = { run_create_promptlab_fields,
                                                  sizeof(struct promptlab_in) };

/* Python's str() of what the page sends: numbers, and texts. */
static json_t *as_text(struct arena *mem, const json_t *value)
{
    return json_string(json_is_string(value) ? json_string_value(value)
                       : value               ? repr_json(mem, value)
                                             : "None");
}

/* The body with all values of its pairs as texts, so that fields can read them. */
static json_t *with_texts(struct arena *mem, const json_t *body)
{
    static const char *const lists[] = { "tags", "prompt_parameters", "model_parameters",
                                         "model_output_parameters" };
    json_t *all = json_deep_copy(body), *pair;
    size_t i;

    for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++)
        json_array_foreach(json_object_get(all, lists[k]), i, pair)
        {
            if (json_object_set_new(pair, "value", as_text(mem, json_object_get(pair, "value"))) <
                0)
                break; /* no object: fields_read() will say so */
        }
    return all;
}

static int check_needed(struct request *rq, const struct promptlab_in *in)
{
    const struct {
        const char *name;
        bool given;
    } needed[] = {
        { "experiment_id", in->experiment_id && *in->experiment_id },
        { "prompt_template", in->prompt_template && *in->prompt_template },
        { "prompt_parameters", in->prompt_parameters.count },
        { "model_route", in->model_route && *in->model_route },
        { "model_input", in->model_input && *in->model_input },
        { "mlflow_version", in->mlflow_version && *in->mlflow_version },
    };

    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
        if (!needed[i].given)
            return fail(rq, INVALID_PARAMETER_VALUE, "CreatePromptlabRun request must specify %s.",
                        needed[i].name);
    return 0;
}

static void fill_keys(const struct list *pairs)
{
    struct key_value *items = pairs->items;

    for (size_t i = 0; i < pairs->count; i++)
        items[i].key = items[i].key ? items[i].key : "";
}

static int read_body(struct request *rq, struct promptlab_in *in)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const json_t *body = json_in(rq->mem, rq->body, rq->body_length);
    json_t *texts;
    const char *text;

    if (request_must_be_json(rq) < 0)
        return -1;
    if (!json_is_object(body))
        body = json_in(rq->mem, "{}", 2);
    /* Once more through the reader: its trees live in the arena. */
    texts = with_texts(rq->mem, body);
    text = python_json(rq->mem, texts);
    json_decref(texts);
    if (fields_read(&ctx, run_create_promptlab_fields, json_in(rq->mem, text, strlen(text)), in) <
            0 ||
        check_needed(rq, in) < 0)
        return -1;
    fill_keys(&in->tags);
    fill_keys(&in->prompt_parameters);
    fill_keys(&in->model_parameters);
    fill_keys(&in->model_output_parameters);
    return 0;
}

static int log_params(struct request *rq, const struct run *run, const struct promptlab_in *in)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    size_t count = in->model_parameters.count;
    struct key_value *params = arena_grow(rq->mem, in->model_parameters.items,
                                          count * sizeof(*params), (count + 2) * sizeof(*params));

    params[count++] = (struct key_value){ "model_route", in->model_route };
    params[count++] = (struct key_value){ "prompt_template", in->prompt_template };
    for (size_t i = 0; i < count; i++)
        if (validate_param(&ctx, &params[i], "params") < 0)
            return -1;
    return params_insert(rq->db, run, params, count);
}

static int make_run(struct request *rq, const struct promptlab_in *in, struct run *run)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    const struct key_value tags[] = {
        { run_name_tag, run->name },
        { "mlflow.loggedArtifacts", logged_artifacts },
        { "mlflow.runSourceType", "PROMPT_ENGINEERING" },
    };
    struct experiment e = { 0 };

    if (parse_experiment_id(&ctx, in->experiment_id, &run->experiment_id) < 0 ||
        experiment_must_be_active(rq->db, run->experiment_id, &e) < 0)
        return -1;
    run->artifact_uri = uri_append(rq->mem, e.artifact_location ? e.artifact_location : "",
                                   arena_printf(rq->mem, "%s/artifacts", run->run_uuid));
    if (run_insert(rq->db, run) < 0 || tags_put(rq->db, run, in->tags.items, in->tags.count) < 0 ||
        tags_put(rq->db, run, tags, sizeof(tags) / sizeof(*tags)) < 0)
        return -1;
    return log_params(rq, run, in);
}

/* Files */

static const char *quoted(struct arena *mem, const char *text)
{
    json_t *string = json_string(text);
    const char *json = string ? python_json(mem, string) : "\"\"";

    json_decref(string);
    return json;
}

/* YAML has no pairs of surrogates; there the text stays UTF-8. */
static const char *yaml(struct arena *mem, const char *text)
{
    json_t *string = json_string(text);
    char *dumped = json_dumps(string, JSON_ENCODE_ANY);
    const char *json = arena_strdup(mem, dumped ? dumped : "\"\"");

    free(dumped);
    json_decref(string);
    return json;
}

static void add_texts(struct buffer *b, const struct list *pairs, bool values)
{
    const struct key_value *items = pairs->items;

    for (size_t i = 0; i < pairs->count; i++) {
        buffer_text(b, b->s[b->length - 1] == '[' ? "" : ", ");
        buffer_text(b, quoted(b->mem, values ? items[i].value : items[i].key));
    }
}

static const char *table_file(struct arena *mem, const struct promptlab_in *in)
{
    struct buffer b = { .mem = mem };

    buffer_text(&b, "{\"columns\": [");
    add_texts(&b, &in->prompt_parameters, false);
    buffer_text(&b, ", \"prompt\", \"output\"");
    add_texts(&b, &in->model_output_parameters, false);
    buffer_text(&b, "], \"data\": [[");
    add_texts(&b, &in->prompt_parameters, true);
    buffer_text(&b, arena_printf(mem, ", %s, %s", quoted(mem, in->model_input),
                                 in->model_output ? quoted(mem, in->model_output) : "null"));
    add_texts(&b, &in->model_output_parameters, true);
    buffer_text(&b, "]]}");
    return b.s;
}

static const char *example_file(struct arena *mem, const struct promptlab_in *in)
{
    struct buffer b = { .mem = mem };

    buffer_text(&b, "{\"inputs\": [");
    add_texts(&b, &in->prompt_parameters, true);
    buffer_text(&b, "]}");
    return b.s;
}

static void add_mapping(struct buffer *b, const char *name, const struct list *pairs)
{
    const struct key_value *items = pairs->items;

    buffer_text(b, arena_printf(b->mem, "%s:%s\n", name, pairs->count ? "" : " {}"));
    for (size_t i = 0; i < pairs->count; i++)
        buffer_text(b, arena_printf(b->mem, "  %s: %s\n", yaml(b->mem, items[i].key),
                                    yaml(b->mem, items[i].value)));
}

static const char *parameters_file(struct arena *mem, const struct promptlab_in *in)
{
    struct buffer b = { .mem = mem };

    add_mapping(&b, "model_parameters", &in->model_parameters);
    buffer_text(&b, arena_printf(mem, "model_route: %s\n", yaml(mem, in->model_route)));
    add_mapping(&b, "prompt_parameters", &in->prompt_parameters);
    buffer_text(&b, arena_printf(mem, "prompt_template: %s\n", yaml(mem, in->prompt_template)));
    return b.s;
}

/* The model takes one text for each parameter of the prompt. */
static const char *signature(struct arena *mem, const struct promptlab_in *in)
{
    const struct key_value *items = in->prompt_parameters.items;
    struct buffer b = { .mem = mem };

    buffer_text(&b, "[");
    for (size_t i = 0; i < in->prompt_parameters.count; i++)
        buffer_text(&b,
                    arena_printf(mem, "%s{\"type\": \"string\", \"name\": %s, \"required\": true}",
                                 i ? ", " : "", quoted(mem, items[i].key)));
    buffer_text(&b, "]");
    return b.s;
}

static const char *model_file(struct arena *mem, const struct promptlab_in *in,
                              const struct run *run, const char *uuid, const char *created)
{
    return arena_printf(
        mem,
        "artifact_path: model\n"
        "flavors:\n"
        "  python_function:\n"
        "    env:\n"
        "      conda: conda.yaml\n"
        "      virtualenv: python_env.yaml\n"
        "    loader_module: mlflow.prompt.promptlab_model\n"
        "    parameters_path: parameters.yaml\n"
        "    python_version: '" PYTHON "'\n"
        "is_signature_from_type_hint: false\n"
        "mlflow_version: " MLFLOW "\n"
        "model_id: null\n"
        "model_uuid: %s\n"
        "prompts: null\n"
        "run_id: %s\n"
        "saved_input_example_info:\n"
        "  artifact_path: input_example.json\n"
        "  serving_input_path: serving_input_example.json\n"
        "  type: json_object\n"
        "signature:\n"
        "  inputs: %s\n"
        "  outputs: '[{\"type\": \"string\", \"name\": \"output\", \"required\": true}]'\n"
        "  params: null\n"
        "type_hint_from_example: false\n"
        "utc_time_created: '%s'\n",
        uuid, run->run_uuid, yaml(mem, signature(mem, in)), created);
}

static const char conda_file[] = "channels:\n"
                                 "- conda-forge\n"
                                 "dependencies:\n"
                                 "- python=" PYTHON "\n"
                                 "- pip\n"
                                 "- pip:\n"
                                 "  - mlflow[gateway]==" MLFLOW "\n"
                                 "name: mlflow-env\n";
static const char environment_file[] = "python: '" PYTHON "'\n"
                                       "build_dependencies:\n"
                                       "- pip\n"
                                       "- setuptools\n"
                                       "- wheel\n"
                                       "dependencies:\n"
                                       "- -r requirements.txt\n";

static int write_files(struct request *rq, const struct promptlab_in *in, const struct run *run,
                       const char *uuid, const char *created)
{
    struct artifact_store store = store_of(rq);
    const char *root;
    const char *inputs = example_file(rq->mem, in);
    const struct {
        const char *path, *text;
    } files[] = {
        { "model/MLmodel", model_file(rq->mem, in, run, uuid, created) },
        { "model/parameters.yaml", parameters_file(rq->mem, in) },
        { "model/input_example.json", inputs },
        { "model/serving_input_example.json", arena_printf(rq->mem, "{\"inputs\": %s}", inputs) },
        { "model/conda.yaml", conda_file },
        { "model/python_env.yaml", environment_file },
        { "model/requirements.txt", "mlflow[gateway]==" MLFLOW },
        { "eval_results_table.json", table_file(rq->mem, in) },
    };

    if (artifacts_find(rq, &store, run->artifact_uri, "", "write", &root) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (artifact_write(&store, arena_printf(rq->mem, "%s/%s", root, files[i].path),
                           files[i].text, strlen(files[i].text)) < 0)
            return -1;
    return 0;
}

static const char *utc_time(struct arena *mem)
{
    struct timespec now;
    struct tm utc;
    char date[32];

    clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    (void)strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &utc);
    return arena_printf(mem, "%s.%06ld", date, now.tv_nsec / 1000);
}

static int add_history(struct request *rq, const struct run *run, const char *uuid,
                       const char *created)
{
    const char *model = arena_printf(rq->mem,
                                     "{\"run_id\": \"%s\", \"artifact_path\": \"model\","
                                     " \"utc_time_created\": \"%s\", \"model_uuid\": \"%s\","
                                     " \"flavors\": {}}",
                                     run->run_uuid, created, uuid);

    return model_history_add(rq->db, run, json_in(rq->mem, model, strlen(model)));
}

int run_create_promptlab(struct request *rq)
{
    const char *uuid = id_hex(rq->mem), *created = utc_time(rq->mem);
    struct promptlab_in in = { 0 };
    struct run run = {
        .run_uuid = id_hex(rq->mem),
        .status = "FINISHED",
        .lifecycle_stage = "active",
    };

    if (read_body(rq, &in) < 0)
        return -1;
    run.name = in.run_name && *in.run_name ? in.run_name : id_name(rq->mem);
    run.user_id = in.user_id ? in.user_id : "unknown";
    run.start_time = (struct opt_int){ in.start_time.set ? in.start_time.value : now_ms(), true };
    if (make_run(rq, &in, &run) < 0 || add_history(rq, &run, uuid, created) < 0 ||
        write_files(rq, &in, &run, uuid, created) < 0)
        return -1;
    run.end_time = (struct opt_int){ now_ms(), true };
    return run_write(rq->db, &run) < 0 ? -1 : reply_run(rq, run.run_uuid);
}
