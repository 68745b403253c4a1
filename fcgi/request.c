#include "request.h"

#include <string.h>
#include <strings.h>

const char *request_member(const struct request *rq, const char *name)
{
    for (int i = 0; i < rq->member_count; i++)
        if (!strcmp(rq->members[i].name, name))
            return rq->members[i].value;
    return NULL;
}

void reply_header(struct request *rq, const char *name, const char *value)
{
    rq->headers =
        arena_printf(rq->mem, "%s%s: %s\r\n", rq->headers ? rq->headers : "", name, value);
}

const char *request_loggable(struct arena *mem, const char *uri)
{
    static const char begin[] = "/cairn/1/parts/";
    const char *at = strstr(uri, begin), *id = at ? at + strlen(begin) : NULL;

    if (!id)
        return uri;
    return arena_printf(mem, "%.*s-%s", (int)(id - uri), uri, id + strcspn(id, "/?"));
}

/* POST and PUT must say that they send JSON (MLflow's _validate_content_type);
 * that also keeps simple cross-site requests out. */
int request_must_be_json(struct request *rq)
{
    size_t length = strcspn(rq->content_type, ";");

    if (rq->method != POST && rq->method != PUT)
        return 0;
    if (!*rq->content_type)
        return fail(rq, INVALID_PARAMETER_VALUE, "Bad Request. Content-Type header is missing.");
    while (length && rq->content_type[length - 1] == ' ')
        length--;
    if (length != strlen("application/json") ||
        strncasecmp(rq->content_type, "application/json", length) != 0)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "Bad Request. Content-Type must be one of ['application/json'].");
    return 0;
}

struct arena *request_spare(struct request *rq)
{
    if (!rq->spare)
        rq->spare = arena_create(0);
    return rq->spare;
}

void request_progress(struct request *rq)
{
    if (rq->busy_since)
        *rq->busy_since = clock_ms();
}
