#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warn",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};
static enum log_level highest = LOG_INFO;

int log_set_level(const char *name)
{
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++)
        if (strcmp(level_names[i], name) == 0) {
            highest = (enum log_level)i;
            return 0;
        }
    return -1;
}

/* What stands before the tail. */
static size_t log_head(char *line, size_t size, enum log_level level)
{
    struct timespec now;
    struct tm tm;
    size_t length;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &tm);
    length = strftime(line, size, "time=%Y-%m-%dT%H:%M:%S", &tm);
    return length + (size_t)snprintf(line + length, size - length, ".%03ldZ level=%s pid=%ld ",
                                     now.tv_nsec / 1000000, level_names[level], (long)getpid());
}

static void log_write(const char *line, size_t length)
{
    ssize_t written;

    /* Nobody can be told that the log cannot be written. */
    do
        written = write(STDERR_FILENO, line, length);
    while (written < 0 && errno == EINTR);
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[8192];
    size_t head, length;
    int tail, error = errno;
    va_list args;

    if (level > highest)
        return;
    head = log_head(line, sizeof(line), level);
    va_start(args, format);
    tail = vsnprintf(line + head, sizeof(line) - head, format, args);
    va_end(args);
    if (tail < 0)
        return;
    length = head + (size_t)tail;
    if (length > sizeof(line) - 1)
        length = sizeof(line) - 1;
    /* A line stays a line, whoever forgot to quote. */
    for (size_t i = head; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[length++] = '\n';
    log_write(line, length);
    errno = error;
}

static bool is_plain(unsigned char c)
{
    return c > 0x20 && c != '"' && c != '=' && c != '\\' && c != 0x7f;
}

/* c as it stands between quotes, into at (at least 5 bytes). */
static size_t escape(char *at, unsigned char c)
{
    static const char letters[] = "\"\"\\\\\nn\rr\tt";

    for (size_t i = 0; letters[i]; i += 2)
        if (letters[i] == (char)c) {
            at[0] = '\\';
            at[1] = letters[i + 1];
            return 2;
        }
    if (c < 0x20 || c == 0x7f)
        return (size_t)snprintf(at, 5, "\\x%02x", c);
    at[0] = (char)c;
    return 1;
}

const char *log_quote(char *buffer, unsigned long size, const char *value)
{
    size_t plain = 0, at = 0;

    if (!value)
        value = "";
    while (is_plain((unsigned char)value[plain]))
        plain++;
    if (plain && !value[plain] && plain < size) {
        memcpy(buffer, value, plain + 1);
        return buffer;
    }
    if (size < 3) {
        if (size)
            buffer[0] = '\0';
        return buffer;
    }
    buffer[at++] = '"';
    for (; *value; value++) {
        char piece[8];
        size_t length = escape(piece, (unsigned char)*value);

        if (at + length + 2 > size)
            break;
        memcpy(buffer + at, piece, length);
        at += length;
    }
    /* Not half of a character of UTF-8. */
    if (((unsigned char)*value & 0xc0) == 0x80) {
        while (at > 1 && ((unsigned char)buffer[at - 1] & 0xc0) == 0x80)
            at--;
        if (at > 1 && (unsigned char)buffer[at - 1] >= 0xc0)
            at--;
    }
    buffer[at++] = '"';
    buffer[at] = '\0';
    return buffer;
}
