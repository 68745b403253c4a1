/* JSON straight into the reply. The writer knows commas, brackets, escaping
 * and numbers, so that callers cannot produce invalid JSON. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OUT_DEPTH = 24
};

struct out {
    char *data; /* not NUL-terminated */
    size_t length, capacity;
    int depth;
    char closer[OUT_DEPTH]; /* '}' or ']' of each open level */
    bool some[OUT_DEPTH];   /* a member was written on that level */
};

/* Forgets the text, keeps the buffer (its one allocation lives between
 * requests, for its capacity). */
void out_clear(struct out *);
void out_free(struct out *);

/* key is NULL inside an array and at the top. Every object and array is closed
 * by out_end(). */
void out_object(struct out *, const char *key);
void out_array(struct out *, const char *key);
void out_end(struct out *);

void out_text(struct out *, const char *key, const char *value);
void out_text_n(struct out *, const char *key, const char *value, size_t length);
/* Writes nothing if value is NULL: MLflow emits what is set and nothing else. */
void out_text_if(struct out *, const char *key, const char *value);
void out_int(struct out *, const char *key, int64_t value);
/* A 64-bit id as MLflow sends experiment ids: a decimal string. */
void out_int_text(struct out *, const char *key, int64_t value);
/* Python's repr: 1.0, 1e-05, 1.7976931348623157e+308; NaN and the infinities as
 * strings, as protobuf's JSON has them. */
void out_real(struct out *, const char *key, double value);
void out_bool(struct out *, const char *key, bool value);
void out_null(struct out *, const char *key);

/* Bytes as they are, for replies that are not JSON. */
void out_raw(struct out *, const char *bytes, size_t length);
/* Numbers as bytes, little-endian whatever the host is. */
void out_u32(struct out *, uint32_t);
void out_f32(struct out *, float);
void out_f64(struct out *, double);

/* Python's repr of a double into buffer (at least 32 bytes). Returns its length.
 * NaN is "nan", the infinities "inf" and "-inf". */
int real_repr(char *buffer, double value);
