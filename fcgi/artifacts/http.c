#include "http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    CONNECT_SECONDS = 5,
    STALLED_SECONDS = 20, /* of a body for a sink */
    MOST_HEADERS = 100
};

/* libcurl keeps connections in the handle. A child of fork() must not share its
 * parent's, so each process makes its own; one that a jump out of memory left in the
 * middle of a transfer is not used again. */
static struct {
    CURL *curl;
    pid_t owner;
    bool busy;
} line;

static CURL *open_line(void)
{
    if (!line.curl || line.owner != getpid() || line.busy) {
        if (!line.curl && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            return NULL;
        line.curl = curl_easy_init();
        line.owner = getpid();
        line.busy = false;
    }
    return line.curl;
}

struct transfer {
    CURL *curl;
    const struct artifact_store *store;
    const struct http_call *call;
    struct http_reply *reply;
    char *body;
    size_t room;
    bool stopped, too_long; /* by the sink; for us */
};

/* "Name: value", or the status line that begins the headers (anew: after 100 Continue). */
static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    const struct transfer *t = context;
    struct http_reply *reply = t->reply;
    size_t length = size * count;
    const char *colon = memchr(bytes, ':', length), *end = bytes + length;
    struct http_header *header = &reply->headers[reply->header_count];

    if (length >= 5 && !strncmp(bytes, "HTTP/", 5)) {
        reply->header_count = 0;
        return length;
    }
    if (!colon || reply->header_count == MOST_HEADERS)
        return length;
    header->name = arena_strndup(t->store->mem, bytes, (size_t)(colon - bytes));
    for (colon++; colon < end && isspace((unsigned char)*colon);)
        colon++;
    while (end > colon && isspace((unsigned char)end[-1]))
        end--;
    header->value = arena_strndup(t->store->mem, colon, (size_t)(end - colon));
    reply->header_count++;
    return length;
}

static void keep_body(struct transfer *t, const char *bytes, size_t length)
{
    struct http_reply *reply = t->reply;

    if (reply->length + length + 1 > t->room) {
        size_t room = 2 * (reply->length + length) + 4096;

        t->body = arena_grow(t->store->mem, t->body, reply->length, room);
        t->room = room;
    }
    memcpy(t->body + reply->length, bytes, length);
    reply->length += length;
    t->body[reply->length] = '\0';
    reply->body = t->body;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t length = size * count;
    long status = 0;

    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->call->sink && status / 100 == 2) {
        t->stopped = t->call->sink(t->call->context, bytes, length) < 0;
        return t->stopped ? 0 : length;
    }
    t->too_long = length > HTTP_LONGEST_BODY - t->reply->length;
    if (t->too_long)
        return 0;
    keep_body(t, bytes, length);
    return length;
}

static int64_t seconds_of(const struct http_call *call, const struct config *config)
{
    int64_t seconds = call->seconds ? call->seconds : HTTP_SECONDS;
    int64_t most = config->request_timeout * 3 / 4;

    if (config->request_timeout && seconds > most)
        seconds = most;
    return seconds > 0 ? seconds : 1;
}

static void set_limits(CURL *curl, const struct http_call *call, const struct config *config)
{
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    if (call->sink) {
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALLED_SECONDS);
    } else {
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)seconds_of(call, config));
    }
}

/* What keeps the request to the host that the settings name. */
static void set_bounds(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "cairn/" CAIRN_VERSION);
}

static void set_request(CURL *curl, const struct http_call *call)
{
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    if (call->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
    }
    if (!strcmp(call->method, "HEAD"))
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

/* Appends a line to a list, which is freed and NULL if there is no memory. */
static int add_line(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (!longer) {
        curl_slist_free_all(*list);
        *list = NULL;
        return -1;
    }
    *list = longer;
    return 0;
}

/* libcurl adds headers of its own unless it is told otherwise. NULL: no memory. */
static struct curl_slist *header_list(const struct artifact_store *store,
                                      const struct http_call *call)
{
    struct curl_slist *list = NULL;

    if (add_line(&list, "Expect:") < 0 || add_line(&list, "Content-Type:") < 0)
        return NULL;
    for (size_t i = 0; i < call->header_count; i++) {
        const struct http_header *h = &call->headers[i];

        if (add_line(&list,
                     arena_printf(store->mem, *h->value ? "%s: %s" : "%s;", h->name, h->value)) < 0)
            return NULL;
    }
    return list;
}

static int fail_call(const struct transfer *t, CURLcode code)
{
    const struct artifact_store *store = t->store;
    const char *host = strstr(t->call->url, "://");

    if (t->stopped)
        return -1;
    host = host ? host + 3 : t->call->url;
    store->err->detail =
        arena_printf(store->mem, "%s %.*s: %s", t->call->method, (int)strcspn(host, "/?"), host,
                     t->too_long ? "the reply is too long" : curl_easy_strerror(code));
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return fail(store, INVALID_STATE,
                    "The artifact store is not set up as it should be: see the server's log.");
    default:
        return fail(store, TEMPORARILY_UNAVAILABLE, "The artifact store cannot be reached.");
    }
}

static CURLcode perform(struct transfer *t, struct curl_slist *headers)
{
    CURL *curl = t->curl;
    CURLcode code;
    long status = 0;

    curl_easy_reset(curl); /* keeps the connections */
    set_bounds(curl);
    set_limits(curl, t->call, t->store->config);
    set_request(curl, t->call);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    line.busy = true;
    code = curl_easy_perform(curl);
    line.busy = false;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    t->reply->status = (int)status;
    return code;
}

int http_send(const struct artifact_store *store, const struct http_call *call,
              struct http_reply *reply)
{
    struct transfer t = { .store = store, .call = call, .reply = reply };
    struct curl_slist *headers = header_list(store, call);
    CURLcode code = CURLE_OUT_OF_MEMORY;

    *reply = (struct http_reply){
        .body = "",
        .headers = arena_array(store->mem, struct http_header, MOST_HEADERS),
    };
    t.curl = open_line();
    if (t.curl && headers)
        code = perform(&t, headers);
    curl_slist_free_all(headers);
    return code == CURLE_OK ? 0 : fail_call(&t, code);
}

const char *http_value(const struct http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (!strcasecmp(reply->headers[i].name, name))
            return reply->headers[i].value;
    return NULL;
}
