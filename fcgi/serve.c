#include "serve.h"

#include <inttypes.h>
#include <string.h>

#include "api/endpoints.h"
#include "auth.h"
#include "json_in.h"
#include "log.h"
#include "modes.h"
#include "route.h"
#include "store/group_commit.h"

/* The body as an object. What is not JSON counts as {}, as MLflow has it, so that
 * the error names the first missing parameter. */
static json_t *body_object(struct request *rq)
{
    json_t *tree = json_in(rq->mem, rq->body, rq->body_length);

    if (json_is_string(tree)) /* old clients encode twice */
        tree = json_in(rq->mem, json_string_value(tree), json_string_length(tree));
    if (!tree || json_is_null(tree))
        tree = json_in(rq->mem, "{}", 2);
    if (json_is_object(tree))
        return tree;
    (void)fail(rq, INVALID_PARAMETER_VALUE, "The body of the request must be a JSON object.");
    return NULL;
}

static int parse(struct request *rq)
{
    const struct input *input = rq->endpoint->input;
    const struct fields_ctx ctx = { rq->err, rq->mem };
    json_t *object = NULL;
    bool any = false;

    if (rq->endpoint->body == BODY_RAW)
        return 0;
    if (rq->endpoint->method == GET) {
        object = json_in_query(&ctx, rq->query, input->fields, &any);
        if (!object)
            return -1;
    }
    if (request_must_be_json(rq) < 0)
        return -1;
    if (!any)
        object = body_object(rq);
    if (!object)
        return -1;
    rq->in = arena_alloc(rq->mem, input->size);
    return fields_read(&ctx, input->fields, object, rq->in);
}

static void clear_reply(struct request *rq)
{
    out_clear(&rq->out);
    rq->status = 0;
    rq->reply_type = NULL;
    rq->headers = NULL;
    rq->rows = 0;
    rq->stream = NULL;
}

/* A request that may write is one transaction. Nothing has left the server
 * before the commit, so a transaction the database chose as the victim of a
 * deadlock is simply run again. A lost connection is the client's to retry:
 * whether the write took place is not known, so it is never repeated here. */
static int handle(struct request *rq)
{
    const struct endpoint *endpoint = rq->endpoint;
    enum access access = endpoint_access(endpoint, rq->config);

    if (access == ACCESS_NONE)
        return endpoint->handler(rq);
    if (db_ready(rq->db) < 0 || db_reads(rq->db, access == ACCESS_READS) < 0)
        return -1;
    if (access == ACCESS_READS)
        return endpoint->handler(rq);
    for (int tries = 5; tries > 0; tries--) {
        clear_reply(rq);
        error_clear(rq->err);
        if (endpoint->handler(rq) == 0 && db_commit(rq->db) == 0)
            return 0;
        db_rollback(rq->db);
        if (!db_is_deadlock(rq->db))
            break;
    }
    return -1;
}

static void write_error(struct request *rq)
{
    enum error_code code = rq->err->code, told = code;
    const char *allow = NULL;

    if (code == ERROR_METHOD_NOT_ALLOWED) {
        allow = rq->headers;
        told = ERROR_ENDPOINT_NOT_FOUND; /* MLflow has no code of its own for this */
    }
    clear_reply(rq);
    rq->headers = allow;
    rq->status = error_status(code);
    if (rq->status == 503)
        reply_header(rq, "Retry-After", "1");
    out_object(&rq->out, NULL);
    out_text(&rq->out, "error_code", error_name(told));
    out_text(&rq->out, "message", rq->err->message);
    out_text_if(&rq->out, "sqlstate", error_sqlstate(told));
    out_text_if(&rq->out, "error_class", error_class(told));
    out_end(&rq->out);
}

static void log_request(const struct request *rq, int64_t ms)
{
    char uri[256], message[256], detail[512];
    bool failed = rq->err->code != ERROR_NONE, slow = ms >= rq->config->slow_ms;
    int status = rq->status ? rq->status : 200;
    enum log_level level = status >= 500 ? LOG_ERROR : slow ? LOG_WARN : LOG_INFO;

    if (!failed) {
        log_line(level,
                 "event=%s id=%s endpoint=%s status=%d ms=%" PRId64 " rows=%" PRId64 " bytes=%zu",
                 slow ? "slow" : "request", rq->id, rq->endpoint ? rq->endpoint->name : "-", status,
                 ms, rq->rows, rq->out.length);
        return;
    }
    log_line(level,
             "event=failed id=%s endpoint=%s method=%s uri=%s status=%d ms=%" PRId64
             " code=%s message=%s%s%s",
             rq->id, rq->endpoint ? rq->endpoint->name : "-", rq->method_name,
             log_quote(uri, sizeof(uri), request_loggable(rq->mem, rq->uri)), status, ms,
             error_name(rq->err->code), log_quote(message, sizeof(message), rq->err->message),
             rq->err->detail ? " detail=" : "",
             rq->err->detail ? log_quote(detail, sizeof(detail), rq->err->detail) : "");
}

static int steps(struct request *rq)
{
    int failed = route(rq);

    if (failed) /* or answered: OPTIONS */
        return failed;
    if (authenticate(rq) < 0)
        return -1;
    if (mode_check(rq)) /* answered */
        return 1;
    return parse(rq) || authorise(rq) || handle(rq) ? -1 : 0;
}

/* A request that needs more memory than one may have is refused, not the worker's end:
 * it would need as much the next time, and clients repeat what answers 5xx. */
static int bounded_steps(struct request *rq)
{
    jmp_buf too_much;
    int failed;

    arena_on_limit(rq->mem, &too_much);
    if (setjmp(too_much) == 0) {
        failed = steps(rq);
    } else {
        db_rollback(rq->db);
        group_abandon(rq->seat);
        failed = fail(rq, REQUEST_TOO_LARGE,
                      "The request needs more memory than one request may use (request_memory). "
                      "Ask for less at once.");
    }
    arena_on_limit(rq->mem, NULL);
    return failed;
}

void serve(struct request *rq)
{
    int64_t start = now_ms();

    clear_reply(rq);
    error_clear(rq->err);
    if (bounded_steps(rq) < 0)
        write_error(rq);
    log_request(rq, now_ms() - start);
}

void serve_error(struct request *rq)
{
    write_error(rq);
    log_request(rq, 0);
}

void serve_done(struct request *rq)
{
    db_rollback(rq->db); /* of what failed; costs nothing if there is no transaction */
    arena_destroy(rq->spare);
    rq->spare = NULL;
}
