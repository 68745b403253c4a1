/* The log: logfmt lines on standard error, one write() each. */
#pragma once

enum log_level {
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG,
};

/* Lines above the level are dropped. Returns -1 if the name is not a level. */
int log_set_level(const char *name);

/* format makes the tail of the line, in logfmt: log_line(LOG_INFO, "event=stop workers=%d", n).
 * Time, level and pid are added. Values with blanks must be quoted by log_quote(). */
void log_line(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* value as a logfmt value, quoted and escaped where it must be, cut to fit.
 * Returns buffer. */
const char *log_quote(char *buffer, unsigned long size, const char *value);
