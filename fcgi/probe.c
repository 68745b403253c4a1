#include "probe.h"

#include <errno.h>
#include <fastcgi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PATIENCE = 5, /* seconds for each step */
    REQUEST_ROOM = 512,
    REPLY_ROOM = 65535 + 255, /* the longest record */
};

static size_t put_record(unsigned char *at, unsigned char type, const void *content, size_t length)
{
    const unsigned char header[FCGI_HEADER_LEN] = {
        FCGI_VERSION_1, type, 0, 1, (unsigned char)(length >> 8), (unsigned char)length, 0, 0,
    };

    memcpy(at, header, sizeof(header));
    if (length)
        memcpy(at + sizeof(header), content, length);
    return sizeof(header) + length;
}

static size_t make_request(unsigned char *request)
{
    static const unsigned char begin[] = { 0, FCGI_RESPONDER, 0, 0, 0, 0, 0, 0 };
    /* Each with the lengths of its name and value. */
    /* clang-format off */
    static const char params[] = "\x0e\x03" "REQUEST_METHOD" "GET"
                                 "\x0b\x07" "REQUEST_URI" "/health"
                                 "\x0c\x00" "QUERY_STRING" ""
                                 "\x0a\x06" "REQUEST_ID" "doctor";
    /* clang-format on */
    size_t length = 0;

    length += put_record(request + length, FCGI_BEGIN_REQUEST, begin, sizeof(begin));
    length += put_record(request + length, FCGI_PARAMS, params, sizeof(params) - 1);
    length += put_record(request + length, FCGI_PARAMS, NULL, 0);
    length += put_record(request + length, FCGI_STDIN, NULL, 0);
    return length;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = PATIENCE };
    int s;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return -1;
    if (setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
        setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
        connect(s, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        int error = errno;

        (void)close(s);
        errno = error;
        return -1;
    }
    return s;
}

static bool read_whole(int s, unsigned char *to, size_t length)
{
    while (length) {
        ssize_t n = recv(s, to, length, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ECONNRESET;
        if (n <= 0)
            return false;
        to += n;
        length -= (size_t)n;
    }
    return true;
}

/* The first record of the reply begins with the status. */
static int read_status(int s, char *why, unsigned long size)
{
    static unsigned char content[REPLY_ROOM];
    unsigned char header[FCGI_HEADER_LEN];
    size_t length;

    if (!read_whole(s, header, sizeof(header)))
        return -1;
    length = ((size_t)header[4] << 8) + header[5];
    if (!read_whole(s, content, length + header[6]))
        return -1;
    content[length] = '\0';
    if (header[1] != FCGI_STDOUT || strncmp((const char *)content, "Status: 200", 11) != 0) {
        (void)snprintf(why, size, "answers \"%.*s\"", (int)strcspn((const char *)content, "\r\n"),
                       (const char *)content);
        return 1;
    }
    return 0;
}

int probe(const char *path, char *why, unsigned long size)
{
    unsigned char request[REQUEST_ROOM];
    size_t length = make_request(request);
    int s = connect_to(path), status = -1;

    if (s >= 0 && send(s, request, length, MSG_NOSIGNAL) == (ssize_t)length)
        status = read_status(s, why, size);
    if (status < 0)
        (void)snprintf(why, size, "%s",
                       errno == EAGAIN ? "no worker answers in time" : strerror(errno));
    if (s >= 0)
        (void)close(s);
    return status == 0 ? 0 : -1;
}
