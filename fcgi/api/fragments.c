#include "fragments.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "../percent.h"
#include "../store/run_data.h"
#include "../store/validate.h"
#include "../utf8.h"
#include "endpoints.h"

void write_pair(struct out *out, const char *key, const char *value)
{
    out_object(out, NULL);
    out_text_if(out, "key", key);
    out_text_if(out, "value", value);
    out_end(out);
}

void write_pairs(struct out *out, const char *key, const struct owned_pair *pairs, size_t count)
{
    if (!count)
        return;
    out_array(out, key);
    for (size_t i = 0; i < count; i++)
        write_pair(out, pairs[i].key, pairs[i].value);
    out_end(out);
}

int reply_empty(struct request *rq)
{
    out_object(&rq->out, NULL);
    out_end(&rq->out);
    return 0;
}

int check_max_results(struct request *rq, int64_t max_results)
{
    if (max_results < 1)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId64
                    " for parameter 'max_results' supplied. It must be a positive integer",
                    max_results);
    if (max_results > 50000)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Invalid value %" PRId64
                    " for parameter 'max_results' supplied. It must be at most 50000",
                    max_results);
    return 0;
}

int check_most(struct request *rq, int64_t value, int64_t most)
{
    bool is_query = rq->endpoint->method == GET && *rq->query;
    const char *quote = is_query ? "\"" : "";

    if (value <= most)
        return 0;
    return fail(rq, INVALID_PARAMETER_VALUE,
                "Invalid value %s%lld%s for parameter 'max_results' supplied:  Hint: Value was of "
                "type '%s'. See the API docs for more information about request parameters.",
                quote, (long long)value, quote, is_query ? "str" : "int");
}

int read_experiment_ids(struct request *rq, const struct text_list *texts, int64_t **ids)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };

    *ids = arena_array(rq->mem, int64_t, texts->count);
    for (size_t i = 0; i < texts->count; i++)
        if (parse_experiment_id(&ctx, texts->items[i], &(*ids)[i]) < 0)
            return -1;
    return 0;
}

/* U+00C0 to U+017F without their accents; a blank where nothing is left. */
static const char plain_letters[] =
    "AAAAAA CEEEEIIII NOOOOO  UUUUY  aaaaaa ceeeeiiii nooooo  uuuuy y"
    "AaAaAaCcCcCcCcDd  EeEeEeEeEeGgGgGgGgHh  IiIiIiIiI IiJjKk LlLlLlL"
    "l  NnNnNnn  OoOoOo  RrRrRrSsSsSsSsTtTt  UuUuUuUuUuUuWwYyYZzZzZzs";

/* name in ASCII, as far as it goes: accents are dropped, other scripts are left
 * out. *same tells whether that is still the name. */
static char *plain_name(struct arena *mem, const char *name, bool *same)
{
    char *plain = arena_alloc(mem, strlen(name) + 1), *to = plain;

    *same = true;
    for (uint32_t c; (c = utf8_next(&name));) {
        *same &= c < 0x80;
        if (c < 0x80)
            *to++ = (char)c;
        else if (c >= 0xc0 && c < 0x180 && plain_letters[c - 0xc0] != ' ')
            *to++ = plain_letters[c - 0xc0];
    }
    return plain;
}

const char *attachment(struct arena *mem, const char *name)
{
    bool same, quoted = false;
    char *plain = plain_name(mem, name, &same);

    for (char *c = plain; *c; c++) {
        quoted |= !isalnum((unsigned char)*c) && !strchr("!#$&+-.^_`|~", *c);
        if (*c == '"' || *c == '\\')
            *c = '_';
    }
    if (!*plain)
        plain = arena_strdup(mem, "download");
    return arena_printf(mem, "attachment; filename=%s%s%s%s%s", quoted ? "\"" : "", plain,
                        quoted ? "\"" : "", same ? "" : "; filename*=UTF-8''",
                        same ? "" : percent_encode(mem, name, "-._~"));
}

static void progress(void *rq)
{
    request_progress(rq);
}

struct artifact_store store_of(struct request *rq)
{
    struct artifact_store store = artifact_store_of(rq->err, rq->mem, rq->config);

    store.tick = progress;
    store.ticked = rq;
    return store;
}

int artifacts_find(struct request *rq, struct artifact_store *store, const char *uri,
                   const char *path, const char *verb, const char **full)
{
    const char *at = uri ? uri : "", *root;
    int found = artifact_locate(store, at, store, &root);

    if (found < 0)
        return -1;
    if (!found)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "These artifacts are at '%s', which this server does not %s.", at, verb);
    *full = *path && *root ? arena_printf(rq->mem, "%s/%s", root, path) : *path ? path : root;
    return artifact_path_check(store, full);
}
