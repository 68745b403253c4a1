#include "out.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void out_reserve(struct out *out, size_t more)
{
    size_t capacity = out->capacity ? out->capacity : 4096;

    if (out->capacity - out->length >= more)
        return;
    while (capacity - out->length < more)
        capacity *= 2;
    out->data = realloc(out->data, capacity);
    if (!out->data) {
        fputs("level=error event=memory reason=\"reply does not fit\"\n", stderr);
        abort();
    }
    out->capacity = capacity;
}

void out_raw(struct out *out, const char *bytes, size_t length)
{
    if (!length)
        return;
    out_reserve(out, length);
    memcpy(out->data + out->length, bytes, length);
    out->length += length;
}

void out_u32(struct out *out, uint32_t value)
{
    const unsigned char bytes[] = { (unsigned char)value, (unsigned char)(value >> 8),
                                    (unsigned char)(value >> 16), (unsigned char)(value >> 24) };

    out_raw(out, (const char *)bytes, sizeof(bytes));
}

void out_f32(struct out *out, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    out_u32(out, bits);
}

void out_f64(struct out *out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    out_u32(out, (uint32_t)bits);
    out_u32(out, (uint32_t)(bits >> 32));
}

static void out_char(struct out *out, char c)
{
    out_reserve(out, 1);
    out->data[out->length++] = c;
}

void out_clear(struct out *out)
{
    out->length = 0;
    out->depth = 0;
    out->some[0] = false;
}

void out_free(struct out *out)
{
    free(out->data);
    *out = (struct out){ 0 };
}

/* The longest run of bytes that stand for themselves in a JSON string. */
static size_t plain(const char *s, size_t length)
{
    size_t n = 0;

    while (n < length && (unsigned char)s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' && s[n] != 0x7f)
        n++;
    return n;
}

static void out_escape(struct out *out, char c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    char hex[8];

    for (size_t i = 0; letters[i]; i += 2)
        if (letters[i] == c) {
            out_char(out, '\\');
            out_char(out, letters[i + 1]);
            return;
        }
    (void)snprintf(hex, sizeof(hex), "\\u%04x", (unsigned char)c);
    out_raw(out, hex, 6);
}

static void out_string(struct out *out, const char *s, size_t length)
{
    out_char(out, '"');
    while (length) {
        size_t n = plain(s, length);

        out_raw(out, s, n);
        s += n;
        length -= n;
        if (length) {
            out_escape(out, *s);
            s++;
            length--;
        }
    }
    out_char(out, '"');
}

/* What stands before a value: the comma and the key. */
static void out_key(struct out *out, const char *key)
{
    if (out->some[out->depth])
        out_char(out, ',');
    out->some[out->depth] = true;
    assert(!key == (out->depth == 0 || out->closer[out->depth] == ']'));
    if (key) {
        out_string(out, key, strlen(key));
        out_char(out, ':');
    }
}

static void out_open(struct out *out, const char *key, char opener, char closer)
{
    out_key(out, key);
    out_char(out, opener);
    assert(out->depth + 1 < OUT_DEPTH);
    out->depth++;
    out->closer[out->depth] = closer;
    out->some[out->depth] = false;
}

void out_object(struct out *out, const char *key)
{
    out_open(out, key, '{', '}');
}

void out_array(struct out *out, const char *key)
{
    out_open(out, key, '[', ']');
}

void out_end(struct out *out)
{
    assert(out->depth > 0);
    out_char(out, out->closer[out->depth]);
    out->depth--;
}

void out_text_n(struct out *out, const char *key, const char *value, size_t length)
{
    out_key(out, key);
    out_string(out, value, length);
}

void out_text(struct out *out, const char *key, const char *value)
{
    out_text_n(out, key, value, strlen(value));
}

void out_text_if(struct out *out, const char *key, const char *value)
{
    if (value)
        out_text(out, key, value);
}

static void out_digits(struct out *out, int64_t value)
{
    char digits[24];

    out_raw(out, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRId64, value));
}

void out_int(struct out *out, const char *key, int64_t value)
{
    out_key(out, key);
    out_digits(out, value);
}

void out_int_text(struct out *out, const char *key, int64_t value)
{
    out_key(out, key);
    out_char(out, '"');
    out_digits(out, value);
    out_char(out, '"');
}

/* The fewest digits that read back as value: "-1.234e+05" in buffer. */
static void shortest(char *buffer, size_t size, double value)
{
    /* Numbers below DBL_MIN have fewer digits to begin with. */
    for (int precision = fabs(value) < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
        (void)snprintf(buffer, size, "%.*e", precision, value);
        if (strtod(buffer, NULL) == value)
            return;
    }
}

/* Lays out digits and exponent as Python does: fixed for exponents -4 to 15. */
static int python_layout(char *buffer, const char *digits, int count, int exponent)
{
    char *at = buffer;

    if (exponent < -4 || exponent >= 16) {
        *at++ = digits[0];
        if (count > 1) {
            *at++ = '.';
            memcpy(at, digits + 1, (size_t)count - 1);
            at += count - 1;
        }
        return (int)(at - buffer) + sprintf(at, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    }
    if (exponent < 0) {
        at += sprintf(at, "0.");
        for (int i = -1; i > exponent; i--)
            *at++ = '0';
        memcpy(at, digits, (size_t)count);
        at += count;
        return (int)(at - buffer);
    }
    for (int i = 0; i <= exponent; i++)
        *at++ = i < count ? digits[i] : '0';
    *at++ = '.';
    if (count <= exponent + 1)
        *at++ = '0';
    for (int i = exponent + 1; i < count; i++)
        *at++ = digits[i];
    return (int)(at - buffer);
}

int real_repr(char *buffer, double value)
{
    char scientific[40], digits[24] = "";
    int count = 0, exponent, sign = 0;
    const char *at = scientific;

    if (isnan(value))
        return sprintf(buffer, "nan");
    if (isinf(value))
        return sprintf(buffer, value < 0 ? "-inf" : "inf");
    if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value &&
        !(value == 0 && signbit(value)))
        return sprintf(buffer, "%" PRId64 ".0", (int64_t)value);
    shortest(scientific, sizeof(scientific), value);
    if (*at == '-') {
        buffer[sign++] = '-';
        at++;
    }
    for (; *at != 'e'; at++)
        if (*at != '.')
            digits[count++] = *at;
    exponent = (int)strtol(at + 1, NULL, 10);
    while (count > 1 && digits[count - 1] == '0')
        count--;
    count = sign + python_layout(buffer + sign, digits, count, exponent);
    buffer[count] = '\0';
    return count;
}

void out_real(struct out *out, const char *key, double value)
{
    char repr[40];
    int length;

    if (isnan(value)) {
        out_text(out, key, "NaN");
    } else if (isinf(value)) {
        out_text(out, key, value < 0 ? "-Infinity" : "Infinity");
    } else {
        length = real_repr(repr, value);
        out_key(out, key);
        out_raw(out, repr, (size_t)length);
    }
}

void out_bool(struct out *out, const char *key, bool value)
{
    out_key(out, key);
    out_raw(out, value ? "true" : "false", value ? 4 : 5);
}

void out_null(struct out *out, const char *key)
{
    out_key(out, key);
    out_raw(out, "null", 4);
}
