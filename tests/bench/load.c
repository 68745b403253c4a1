/* load: how many requests per second a server answers, and how long each takes.
 * A closed loop: each of N kept connections sends its next request when the last
 * reply is complete. One thread, for the server needs the cores. The result is
 * one line of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS = 1024,
    HEAD = 16384,
    PIECE = 256 * 1024, /* read at once */
    SAID = 400,         /* kept of the first reply that is an error */
    REFUSALS = 50,      /* connections in a row that fail before we give up */
};

static const char help[] =
    "usage: load [-c connections] [-s seconds] [-x most_seconds] [-m least_requests] [-b "
    "body_file]\n"
    "            [-t content_type] [-l list_file] [-n first_number] port method path\n"
    "In path and body @n@ is a number used once, @c@ the connection's line of the list, @i@ the\n"
    "request's. No request is begun after -s seconds and -m requests; what runs then is waited\n"
    "for until -x. With -r the body is sent as it is.\n";

static struct {
    int connections, port;
    double seconds, most;
    uint64_t least, first;
    const char *method, *path, *type;
    const char *body;
    size_t body_length;
    char **list;
    size_t list_length;
    bool raw;
} want = { .connections = 1, .seconds = 3, .most = 30, .least = 1, .type = "application/json" };

struct connection {
    int fd; /* -1: none */
    size_t number;
    char *out; /* head, and the body unless it is sent as it is */
    size_t out_room, out_length, sent;
    double begun;

    char head[HEAD];
    size_t head_length;
    bool in_body, chunked, close, open_ended;
    int status;
    uint64_t left;   /* of the body, or of the chunk */
    int chunk_state; /* see take_chunked() */
    bool busy;
};

static struct connection *connections;
static int poller, refusals;
static uint64_t begun, finished, errors, bytes;
static float *latencies; /* ms */
static size_t latency_room;
static char said[SAID + 1];
static size_t said_length;
static double start, last;

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void give_up(const char *why)
{
    (void)fprintf(stderr, "load: %s: %s\n", why, strerror(errno));
    exit(1);
}

/* ------------------------------------------------------------------ sending */

static void put(struct connection *c, const char *s, size_t length)
{
    if (c->out_length + length > c->out_room) {
        c->out_room = (c->out_length + length) * 2;
        c->out = realloc(c->out, c->out_room);
        if (!c->out)
            give_up("memory");
    }
    memcpy(c->out + c->out_length, s, length);
    c->out_length += length;
}

static void put_text(struct connection *c, const char *s)
{
    put(c, s, strlen(s));
}

static const char *line(size_t i)
{
    return want.list_length ? want.list[i % want.list_length] : "";
}

/* The template with its @n@, @c@ and @i@ filled in. */
static void put_filled(struct connection *c, const char *s, size_t length, uint64_t request)
{
    const char *end = s + length;

    while (s < end) {
        const char *at = memchr(s, '@', (size_t)(end - s));
        char number[24];

        if (!at || end - at < 3 || at[2] != '@' || !strchr("nci", at[1])) {
            size_t piece = at ? (size_t)(at + 1 - s) : (size_t)(end - s);

            put(c, s, piece);
            s += piece;
            continue;
        }
        put(c, s, (size_t)(at - s));
        (void)snprintf(number, sizeof(number), "%" PRIu64, want.first + request);
        put_text(c, at[1] == 'n'   ? number
                    : at[1] == 'c' ? line(c->number)
                                   : line(want.first + request));
        s = at + 3;
    }
}

static void make_request(struct connection *c)
{
    static struct connection body; /* its buffer alone is used */
    uint64_t request = begun++;
    char head[256];
    size_t length = want.body_length;

    c->out_length = c->sent = 0;
    if (!want.raw) {
        body.out_length = 0;
        body.number = c->number;
        put_filled(&body, want.body, want.body_length, request);
        length = body.out_length;
    }
    put_text(c, want.method);
    put_text(c, " ");
    put_filled(c, want.path, strlen(want.path), request);
    (void)snprintf(head, sizeof(head), " HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", want.port);
    put_text(c, head);
    if (want.body) {
        (void)snprintf(head, sizeof(head), "Content-Type: %s\r\nContent-Length: %zu\r\n", want.type,
                       length);
        put_text(c, head);
    }
    put_text(c, "\r\n");
    if (!want.raw)
        put(c, body.out, body.out_length);
}

static void watch(struct connection *c, uint32_t events, int how)
{
    struct epoll_event event = { .events = events, .data.ptr = c };

    if (epoll_ctl(poller, how, c->fd, &event) < 0)
        give_up("epoll_ctl");
}

static void disconnect(struct connection *c)
{
    (void)close(c->fd);
    c->fd = -1;
    c->busy = false;
}

static void fail(struct connection *c)
{
    errors++;
    last = now();
    disconnect(c);
    if (++refusals > REFUSALS)
        give_up("the server does not answer");
}

/* The peer sends head and body apart, the latter once the former is acknowledged,
 * which the kernel puts off for 40 ms. Its real clients wait for that; here it would
 * hide what the servers themselves take. Has to be said before each reply. */
static void acknowledge(const struct connection *c)
{
    int on = 1;

    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

static void send_more(struct connection *c)
{
    size_t total = c->out_length + (want.raw ? want.body_length : 0);

    while (c->sent < total) {
        bool in_head = c->sent < c->out_length;
        const char *from = in_head ? c->out + c->sent : want.body + (c->sent - c->out_length);
        size_t length = in_head ? c->out_length - c->sent : total - c->sent;
        ssize_t n = send(c->fd, from, length, MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) {
            watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            return;
        }
        if (n < 0) {
            fail(c);
            return;
        }
        c->sent += (size_t)n;
    }
    acknowledge(c);
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

static void connect_to_server(struct connection *c)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)want.port) };
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        give_up("connect");
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)fcntl(c->fd, F_SETFL, O_NONBLOCK);
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
}

static void begin(struct connection *c)
{
    if (now() - start >= want.seconds && begun >= want.least)
        return;
    if (c->fd < 0)
        connect_to_server(c);
    c->head_length = 0;
    c->in_body = c->chunked = c->close = c->open_ended = false;
    c->status = 0;
    c->chunk_state = 0;
    c->busy = true;
    make_request(c);
    c->begun = now();
    send_more(c);
}

/* ---------------------------------------------------------------- receiving */

static void end(struct connection *c)
{
    double at = now();

    if (finished == latency_room) {
        latency_room = latency_room ? 2 * latency_room : 65536;
        latencies = realloc(latencies, latency_room * sizeof(*latencies));
        if (!latencies)
            give_up("memory");
    }
    if (c->status == 200)
        latencies[finished++] = (float)((at - c->begun) * 1000);
    else
        errors++;
    refusals = 0;
    last = at;
    c->busy = false;
    if (c->close)
        disconnect(c);
}

static void keep_error(const struct connection *c, const char *s, size_t length)
{
    if (c->status == 200 || said_length == SAID)
        return;
    if (length > SAID - said_length)
        length = SAID - said_length;
    memcpy(said + said_length, s, length);
    said_length += length;
}

/* States: 0 the digits of a length, 1 the rest of its line, 2 the chunk, 3 the
 * end of its line, 4 the lines after the last chunk. True: the reply is complete. */
static bool take_chunked(struct connection *c, const char *s, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        const char *digit;
        size_t piece;

        switch (c->chunk_state) {
        case 0:
            digit = s[i] ? strchr(digits, s[i] | 0x20) : NULL;
            if (digit && s[i] != '\r')
                c->left = c->left * 16 + (uint64_t)(digit - digits);
            else
                c->chunk_state = s[i] == '\n' ? (c->left ? 2 : 4) : 1;
            break;
        case 1:
            if (s[i] == '\n')
                c->chunk_state = c->left ? 2 : 4;
            break;
        case 2:
            piece = length - i < c->left ? length - i : (size_t)c->left;
            keep_error(c, s + i, piece);
            bytes += piece;
            c->left -= piece;
            i += piece - 1;
            if (!c->left)
                c->chunk_state = 3;
            break;
        case 3:
            if (s[i] == '\n')
                c->chunk_state = 0;
            break;
        default: /* no trailers are expected: an empty line */
            if (s[i] == '\n')
                return true;
        }
    }
    return false;
}

static bool take_body(struct connection *c, const char *s, size_t length)
{
    if (c->chunked)
        return take_chunked(c, s, length);
    keep_error(c, s, length);
    bytes += length;
    if (c->open_ended)
        return false;
    c->left -= length < c->left ? length : c->left;
    return c->left == 0;
}

static void read_head(struct connection *c)
{
    bool length_known = false;

    c->left = 0;
    c->status = c->head_length > 12 ? atoi(c->head + 9) : 0;
    for (char *s = strstr(c->head, "\r\n"); s; s = strstr(s + 2, "\r\n")) {
        if (!strncasecmp(s + 2, "content-length:", 15)) {
            c->left = strtoull(s + 17, NULL, 10);
            length_known = true;
        }
        if (!strncasecmp(s + 2, "transfer-encoding: chunked", 26))
            c->chunked = true;
        if (!strncasecmp(s + 2, "connection: close", 17))
            c->close = true;
    }
    c->open_ended = !length_known && !c->chunked && c->status != 204;
    c->in_body = true;
}

/* Adds to the head; the number of bytes used, once it is complete the head's. */
static size_t take_head(struct connection *c, const char *s, size_t length)
{
    size_t before = c->head_length, room = HEAD - 1 - before;
    size_t piece = length < room ? length : room;
    char *blank;

    memcpy(c->head + before, s, piece);
    c->head_length += piece;
    c->head[c->head_length] = '\0';
    blank = strstr(c->head, "\r\n\r\n");
    if (!blank)
        return piece;
    c->head_length = (size_t)(blank + 4 - c->head);
    *(blank + 2) = '\0';
    read_head(c);
    return c->head_length - before;
}

static void receive(struct connection *c)
{
    static char piece[PIECE];
    ssize_t n = recv(c->fd, piece, sizeof(piece), 0);
    size_t used = 0;

    acknowledge(c);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        if (c->busy && c->in_body && c->open_ended && n == 0) {
            c->close = true;
            end(c);
        } else if (c->busy && c->head_length == 0 && n == 0 && c->sent) {
            /* Closed while idle, as our request was on its way: not an answer. */
            fail(c);
        } else if (c->busy) {
            fail(c);
        } else {
            disconnect(c);
        }
        begin(c);
        return;
    }
    if (!c->in_body) {
        used = take_head(c, piece, (size_t)n);
        if (!c->in_body && c->head_length >= HEAD - 1)
            give_up("a head is too long");
        if (!c->in_body)
            return;
    }
    if (take_body(c, piece + used, (size_t)n - used)) {
        end(c);
        begin(c);
    }
}

/* ------------------------------------------------------------------ the rest */

static size_t busy(void)
{
    size_t n = 0;

    for (int i = 0; i < want.connections; i++)
        n += connections[i].busy;
    return n;
}

static void run(void)
{
    struct epoll_event events[64];

    start = last = now();
    for (int i = 0; i < want.connections; i++)
        begin(&connections[i]);
    while (busy() && now() - start < want.most) {
        int n = epoll_wait(poller, events, 64, 100);

        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;

            if (c->fd >= 0 && (events[i].events & EPOLLOUT))
                send_more(c);
            if (c->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                receive(c);
        }
    }
    if (busy())
        last = now();
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

static double quantile(double q)
{
    uint64_t i = (uint64_t)((double)finished * q);

    return finished ? (double)latencies[i < finished ? i : finished - 1] : 0;
}

static void report(void)
{
    struct rusage used;
    double seconds = last - start;

    (void)getrusage(RUSAGE_SELF, &used);
    qsort(latencies, finished, sizeof(*latencies), by_size);
    for (size_t i = 0; i < said_length; i++)
        if (said[i] == '"' || said[i] == '\\' || (unsigned char)said[i] < ' ')
            said[i] = '\'';
    (void)printf("{\"requests\": %" PRIu64 ", \"errors\": %" PRIu64 ", \"unfinished\": %zu, "
                 "\"seconds\": %.6f, \"rate\": %.3f, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f, "
                 "\"bytes\": %" PRIu64 ", \"cpu\": %.3f, \"said\": \"%s\"}\n",
                 finished, errors, busy(), seconds, seconds > 0 ? (double)finished / seconds : 0,
                 quantile(0.5), quantile(0.99), quantile(1), bytes,
                 (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 +
                     (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6,
                 said);
}

static const char *map_file(const char *path, size_t *length)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *at;

    if (fd < 0 || fstat(fd, &st) < 0)
        give_up(path);
    *length = (size_t)st.st_size;
    if (!*length)
        return "";
    at = mmap(NULL, *length, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        give_up(path);
    (void)close(fd);
    return at;
}

static void read_list(const char *path)
{
    size_t length, room = 0;
    const char *text = map_file(path, &length), *line_end;

    for (; length && (line_end = memchr(text, '\n', length)); text = line_end + 1) {
        if (want.list_length == room) {
            room = room ? 2 * room : 1024;
            want.list = realloc(want.list, room * sizeof(*want.list));
            if (!want.list)
                give_up("memory");
        }
        want.list[want.list_length++] = strndup(text, (size_t)(line_end - text));
        length -= (size_t)(line_end + 1 - text);
    }
}

static void read_arguments(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "c:s:x:m:b:t:l:n:r")) != -1) {
        switch (option) {
        case 'c':
            want.connections = atoi(optarg);
            break;
        case 's':
            want.seconds = atof(optarg);
            break;
        case 'x':
            want.most = atof(optarg);
            break;
        case 'm':
            want.least = strtoull(optarg, NULL, 10);
            break;
        case 'b':
            want.body = map_file(optarg, &want.body_length);
            break;
        case 't':
            want.type = optarg;
            break;
        case 'l':
            read_list(optarg);
            break;
        case 'n':
            want.first = strtoull(optarg, NULL, 10);
            break;
        case 'r':
            want.raw = true;
            break;
        default:
            want.connections = 0;
        }
    }
    if (argc - optind != 3 || want.connections < 1 || want.connections > CONNECTIONS) {
        (void)fputs(help, stderr);
        exit(2);
    }
    want.port = atoi(argv[optind]);
    want.method = argv[optind + 1];
    want.path = argv[optind + 2];
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv);
    poller = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc((size_t)want.connections, sizeof(*connections));
    if (poller < 0 || !connections)
        give_up("start");
    for (int i = 0; i < want.connections; i++) {
        connections[i].fd = -1;
        connections[i].number = (size_t)i;
    }
    run();
    report();
    return 0;
}
