#include "worker.h"

#include <errno.h>
#include <fcgiapp.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "api/endpoints.h"
#include "log.h"
#include "modes.h"
#include "route.h"
#include "serve.h"
#include "store/group_commit.h"
#include "store/migrate.h"

enum {
    KEEP_REPLY = 16 * 1024 * 1024, /* a larger reply buffer is given back */
    LONGEST_ID = 128,
    LONGEST_REFUSAL = 8000, /* bytes, for nginx takes them as a header */
    LARGEST_PIECE = 64 * 1024,
    /* ms; a worker that was woken and then killed or stopped has taken the wake-up
     * along. Seldom is this needed: the worker in its place looks as well. */
    LOOK_ANYWAY = 2000,
};

/* What lives as long as the worker. */
struct service {
    const struct worker *worker;
    struct arena *mem;
    struct error err;
    struct db db;
    struct out out;
    struct group_seat *seat;
    bool schema_known;
    int watch; /* the listener, in epoll */
    FCGX_Request fcgi;
};

static volatile sig_atomic_t told_to_stop;

static void on_stop(int number)
{
    (void)number;
    told_to_stop = 1;
}

/* After FCGX_Init(), which has handlers of its own. SIGINT is what a terminal
 * sends to everybody; the workers wait for the master's word. */
static void handle_signals(void)
{
    struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };

    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGHUP, &stop, NULL);
    (void)sigaction(SIGUSR1, &stop, NULL);
    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

/* The pool's socket, such that a connection wakes one of the workers that wait:
 * if it woke all of them, 32 idle workers would halve the pool's rate. */
static int watch_listener(int listener)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
    int watch = epoll_create1(EPOLL_CLOEXEC);

    return watch < 0 || epoll_ctl(watch, EPOLL_CTL_ADD, listener, &event) < 0 ? -1 : watch;
}

static void stop_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGHUP);
    (void)sigaddset(set, SIGUSR1);
}

/* A signal that came during the last request. Waiting would not deliver it as long
 * as there are connections, so under load the worker would never end. */
static void take_signal(void)
{
    struct timespec at_once = { 0 };
    sigset_t set;

    stop_signals(&set);
    if (sigtimedwait(&set, NULL, &at_once) > 0)
        told_to_stop = 1;
}

/* Waits for a connection, and only there for signals: a signal within a request
 * would cut libfcgi's reads short. False: told to stop. */
static bool wait_for_request(const struct service *s)
{
    struct pollfd listener = { .fd = s->worker->listener, .events = POLLIN };
    struct epoll_event event;
    sigset_t none;

    take_signal();
    (void)sigemptyset(&none);
    while (!told_to_stop || s->worker->slot->drain) {
        int ready = epoll_pwait(s->watch, &event, 1, told_to_stop ? 0 : LOOK_ANYWAY, &none);

        if (ready < 0 && errno != EINTR) {
            log_line(LOG_ERROR, "event=wait_failed error=%d", errno);
            exit(EXIT_FAILURE);
        }
        if (ready > 0 || (ready == 0 && poll(&listener, 1, 0) > 0))
            return true;
        if (ready == 0 && told_to_stop)
            return false; /* drained */
    }
    return false;
}

/* The parameter, or "". */
static const char *param(const struct service *s, const char *name)
{
    const char *value = FCGX_GetParam(name, s->fcgi.envp);

    return value ? value : "";
}

static enum method method_number(const char *name)
{
    static const struct {
        const char *name;
        enum method number;
    } methods[] = {
        { "GET", GET },       { "POST", POST },       { "PUT", PUT },  { "PATCH", PATCH },
        { "DELETE", DELETE }, { "OPTIONS", OPTIONS }, { "HEAD", GET }, /* whose body is not sent */
    };

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (!strcmp(methods[i].name, name))
            return methods[i].number;
    return METHOD_OTHER;
}

/* nginx makes the id; what could break a line of the log is not one. */
static const char *request_id(const char *id)
{
    size_t length = strlen(id);

    if (length > LONGEST_ID)
        return "";
    for (size_t i = 0; i < length; i++)
        if (id[i] <= 0x20 || id[i] > 0x7e || id[i] == '"' || id[i] == '=')
            return "";
    return id;
}

/* The length as nginx has it: digits, or nothing. -1: something else. */
static int64_t content_length(const char *digits)
{
    char *end;
    int64_t length;

    if (!*digits)
        return 0;
    errno = 0;
    length = strtoll(digits, &end, 10);
    return *end || errno || length < 0 || strspn(digits, "0123456789") == 0 ? -1 : length;
}

/* The parameters stay in libfcgi's memory until FCGX_Finish_r(), the reply needs
 * them no longer; all the same they are copied, for requests to live in one place. */
static void read_params(struct service *s, struct request *rq)
{
    const char *query;

    rq->method_name = arena_strdup(s->mem, param(s, "REQUEST_METHOD"));
    rq->method = method_number(rq->method_name);
    rq->uri = arena_strdup(s->mem, param(s, "REQUEST_URI"));
    query = strchr(rq->uri, '?');
    rq->query = query ? query + 1 : "";
    rq->scheme = arena_strdup(s->mem, param(s, "REQUEST_SCHEME"));
    rq->host = arena_strdup(s->mem, param(s, "HTTP_HOST"));
    rq->content_type = arena_strdup(s->mem, param(s, "CONTENT_TYPE"));
    if (FCGX_GetParam("BODY_FILE", s->fcgi.envp))
        rq->body_file = arena_strdup(s->mem, param(s, "BODY_FILE"));
    rq->upload_length = FCGX_GetParam("UPLOAD_LENGTH", s->fcgi.envp)
                            ? content_length(param(s, "UPLOAD_LENGTH"))
                            : -1;
    rq->range = arena_strdup(s->mem, param(s, "HTTP_RANGE"));
    rq->if_none_match = arena_strdup(s->mem, param(s, "HTTP_IF_NONE_MATCH"));
    rq->if_modified_since = arena_strdup(s->mem, param(s, "HTTP_IF_MODIFIED_SINCE"));
    rq->id = arena_strdup(s->mem, request_id(param(s, "REQUEST_ID")));
    rq->remote_addr = arena_strdup(s->mem, param(s, "REMOTE_ADDR"));
    rq->body = "";
    rq->user = "";
}

/* Reads to the end what will not be looked at: closing a socket with unread
 * bytes in it would take the reply away from nginx. */
static int64_t drain_body(struct service *s)
{
    char buffer[65536];
    int64_t total = 0;
    int n;

    while ((n = FCGX_GetStr(buffer, sizeof(buffer), s->fcgi.in)) > 0)
        total += n;
    return total;
}

/* 0: read, or refused with an error in rq->err. -1: the connection is broken or
 * its lengths disagree; nobody waits for a reply. */
static int read_body(struct service *s, struct request *rq)
{
    int64_t length = content_length(param(s, "CONTENT_LENGTH"));
    char *body;

    if (rq->body_file || FCGX_GetParam("UPLOAD_LENGTH", s->fcgi.envp))
        length = 0; /* nginx keeps the bytes and sends their place */
    if (length < 0)
        return -1;
    if (length > s->worker->config->max_body) {
        (void)fail(rq, REQUEST_TOO_LARGE, "The request is larger than %lld bytes.",
                   (long long)s->worker->config->max_body);
        return drain_body(s) == length && FCGX_GetError(s->fcgi.in) == 0 ? 0 : -1;
    }
    body = arena_alloc(s->mem, (size_t)length + 1);
    if (FCGX_GetStr(body, (int)length, s->fcgi.in) != length || drain_body(s) != 0 ||
        FCGX_GetError(s->fcgi.in) != 0)
        return -1;
    rq->body = body;
    rq->body_length = (size_t)length;
    return 0;
}

/* The schema is looked at once in a worker's life, before the first request that
 * needs it: the database may have been away when the master started, or be
 * another one after a reload. */
static int check_schema(struct service *s, struct request *rq)
{
    if (s->schema_known || route(rq) || endpoint_access(rq->endpoint, rq->config) == ACCESS_NONE ||
        mode_refuses(rq)) {
        error_clear(&s->err);
        return 0;
    }
    if (db_ready(&s->db) < 0)
        return -1;
    if (migrate_known(&s->db) < 0) {
        const char *why = s->err.message;

        db_rollback(&s->db);
        s->err.detail = why;
        return fail(rq, TEMPORARILY_UNAVAILABLE,
                    "The schema of the database is not the one this server knows.");
    }
    db_rollback(&s->db);
    s->schema_known = true;
    return 0;
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } reasons[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 204, "No Content" },
        { 206, "Partial Content" },
        { 302, "Found" },
        { 303, "See Other" },
        { 304, "Not Modified" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 409, "Conflict" },
        { 413, "Content Too Large" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 503, "Service Unavailable" },
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].words;
    return "Unknown";
}

static void put(struct service *s, const char *bytes, size_t length)
{
    while (length) {
        int piece = length > INT_MAX ? INT_MAX : (int)length;

        if (FCGX_PutStr(bytes, piece, s->fcgi.out) < 0)
            return; /* nginx went away */
        bytes += piece;
        length -= (size_t)piece;
    }
}

/* nginx asks first, before it takes the body of an upload, and understands no other
 * refusal than 403. It gives the client what the headers say. */
static void refuse_upload(struct request *rq)
{
    const char *body = arena_strndup(rq->mem, rq->out.data, rq->out.length);

    reply_header(rq, "X-Cairn-Status", arena_printf(rq->mem, "%d", rq->status));
    if (rq->out.length <= LONGEST_REFUSAL && !strpbrk(body, "\r\n"))
        reply_header(rq, "X-Cairn-Error", body);
    out_clear(&rq->out);
    rq->status = 403;
}

/* The reply is complete, and says how long it is: a client can tell when it is
 * cut. nginx makes both of what X-Accel-Redirect names. */
static void send_reply(struct service *s, const struct request *rq)
{
    int status = rq->status ? rq->status : 200;
    bool elsewhere = rq->headers && strcasestr(rq->headers, "X-Accel-Redirect:");
    bool bare = elsewhere || status == 204 || status == 304;
    const char *head =
        arena_printf(s->mem, "Status: %d %s\r\nContent-Type: %s\r\n", status, reason(status),
                     rq->reply_type ? rq->reply_type : "application/json");

    put(s, head, strlen(head));
    if (!bare && !rq->stream) {
        head = arena_printf(s->mem, "Content-Length: %zu\r\n", rq->out.length);
        put(s, head, strlen(head));
    }
    if (rq->headers)
        put(s, rq->headers, strlen(rq->headers));
    put(s, "\r\n", 2);
    if (!bare && !rq->stream && strcmp(rq->method_name, "HEAD") != 0)
        put(s, rq->out.data, rq->out.length);
}

/* A reply on its way out. */
struct pipe {
    struct service *service;
    struct request *rq;
    int64_t bytes;
};

/* What nginx took is progress: the master kills workers that make none. */
static int send_piece(void *to, const char *bytes, size_t length)
{
    struct pipe *pipe = to;

    while (length) {
        int piece = length > LARGEST_PIECE ? LARGEST_PIECE : (int)length;

        if (FCGX_PutStr(bytes, piece, pipe->service->fcgi.out) < 0)
            return fail(pipe->rq, BAD_REQUEST, "The client went away.");
        request_progress(pipe->rq);
        pipe->bytes += piece;
        bytes += piece;
        length -= (size_t)piece;
    }
    return 0;
}

/* Sends what is made meanwhile. That it is complete is said by the end of the FastCGI
 * request: without one, nginx (told to keep the connection) does not end the chunked reply
 * either, and the client sees that it is cut, also when this process is killed. */
static void send_stream(struct service *s, struct request *rq)
{
    struct pipe pipe = { s, rq, 0 };
    int64_t start = clock_ms();
    char why[300];
    int failed;

    error_clear(&s->err);
    failed = rq->stream(rq, send_piece, &pipe);
    if (!failed && FCGX_FFlush(s->fcgi.out) < 0)
        failed = fail(rq, BAD_REQUEST, "The client went away.");
    log_line(failed && s->err.code != ERROR_BAD_REQUEST ? LOG_ERROR : LOG_INFO,
             "event=%s id=%s endpoint=%s ms=%" PRId64 " bytes=%" PRId64 "%s%s",
             failed ? "broken_off" : "streamed", rq->id, rq->endpoint->name, clock_ms() - start,
             pipe.bytes, failed ? " reason=" : "",
             failed ? log_quote(why, sizeof(why), s->err.message) : "");
    if (failed)
        FCGX_Free(&s->fcgi, 1); /* closes without an end */
}

static void publish(const struct service *s, const struct request *rq)
{
    struct worker_slot *slot = s->worker->slot;
    const char *uri = request_loggable(s->mem, rq->uri);

    (void)snprintf(slot->what, sizeof(slot->what), "%s %.*s", rq->method_name,
                   (int)strcspn(uri, "?"), uri);
}

static void serve_one(struct service *s)
{
    struct request rq = {
        .mem = s->mem,
        .err = &s->err,
        .db = &s->db,
        .config = s->worker->config,
        .out = s->out,
        .busy_since = &s->worker->slot->busy_since,
        .seat = s->seat,
    };

    error_clear(&s->err);
    out_clear(&rq.out);
    read_params(s, &rq);
    publish(s, &rq);
    if (read_body(s, &rq) == 0) {
        if (s->err.code != ERROR_NONE || check_schema(s, &rq) < 0)
            serve_error(&rq);
        else
            serve(&rq);
        if (rq.status >= 300 && FCGX_GetParam("UPLOAD_ASK", s->fcgi.envp))
            refuse_upload(&rq);
        send_reply(s, &rq);
        if (rq.stream && strcmp(rq.method_name, "HEAD") != 0)
            send_stream(s, &rq);
    } else {
        log_line(LOG_WARN, "event=cut_request id=%s", rq.id);
    }
    s->fcgi.keepConnection = 0; /* whatever nginx asks for: others wait */
    FCGX_Finish_r(&s->fcgi);
    serve_done(&rq);
    s->out = rq.out;
    if (s->out.capacity > KEEP_REPLY)
        out_free(&s->out);
    arena_reset(s->mem);
}

/* Another worker may have been faster; then there is nothing to accept. */
static bool accept_one(struct service *s)
{
    struct worker_slot *slot = s->worker->slot;
    bool accepted;

    slot->what[0] = '\0';
    slot->busy_since = clock_ms();
    accepted = FCGX_Accept_r(&s->fcgi) == 0;
    if (accepted) {
        serve_one(s);
        slot->served = true;
    }
    slot->busy_since = 0;
    return accepted;
}

static int service_open(struct service *s, const struct worker *worker)
{
    s->worker = worker;
    s->mem = arena_create((size_t)worker->config->request_memory);
    s->err.mem = s->mem;
    s->db.err = &s->err;
    s->db.mem = s->mem;
    if (FCGX_Init() != 0 ||
        FCGX_InitRequest(&s->fcgi, worker->listener, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        log_line(LOG_ERROR, "event=start_failed reason=libfcgi");
        return -1;
    }
    s->watch = watch_listener(worker->listener);
    if (s->watch < 0) {
        log_line(LOG_ERROR, "event=start_failed reason=epoll error=%d", errno);
        return -1;
    }
    if (db_open(&s->db, worker->config) < 0) {
        log_line(LOG_ERROR, "event=start_failed reason=database");
        return -1;
    }
    s->seat = group_sit(worker->group);
    handle_signals();
    return 0;
}

static void service_close(struct service *s)
{
    group_leave(s->seat);
    FCGX_Free(&s->fcgi, 1);
    db_close(&s->db);
    out_free(&s->out);
    arena_destroy(s->mem);
}

void worker_run(const struct worker *worker)
{
    struct service s = { 0 };
    int64_t served = 0, most = worker->config->max_requests;

    if (service_open(&s, worker) < 0)
        exit(EXIT_FAILURE);
    worker->slot->ready = true;
    (void)eventfd_write(worker->ready_file, 1);
    while ((most == 0 || served < most) && wait_for_request(&s))
        if (accept_one(&s))
            served++;
    service_close(&s);
    exit(told_to_stop ? WORKER_STOPPED : WORKER_RECYCLED);
}
