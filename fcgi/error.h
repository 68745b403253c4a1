/* Errors as MLflow's clients know them. A step returns 0, or fails once,
 * saying why: return fail(rq, RESOURCE_DOES_NOT_EXIST, "Run with id=%s not found", id); */
#pragma once

#include "arena.h"

#define MUST_CHECK __attribute__((warn_unused_result))

/* name, HTTP status, sqlstate, error_class. The statuses are MLflow's
 * (mlflow.protos.databricks_pb2 and its table of statuses), except that
 * permanent conditions never answer 5xx, since clients repeat those for
 * minutes: INVALID_STATE and FEATURE_DISABLED are 400 here, 500 there. */
#define ERROR_CODES(X)                                                                             \
    X(INTERNAL_ERROR, 500, "XXM00", "CLIENT_INTERNAL_ERROR")                                       \
    X(TEMPORARILY_UNAVAILABLE, 503, "XXM00", "CLIENT_INTERNAL_ERROR")                              \
    X(BAD_REQUEST, 400, "KAM00", "INVALID_PARAMETER_VALUE")                                        \
    X(NOT_FOUND, 404, "KAM00", "RESOURCE_NOT_FOUND")                                               \
    X(UNAUTHENTICATED, 401, NULL, NULL)                                                            \
    X(INVALID_PARAMETER_VALUE, 400, "KAM00", "INVALID_PARAMETER_VALUE")                            \
    X(ENDPOINT_NOT_FOUND, 404, "KAM00", "RESOURCE_NOT_FOUND")                                      \
    X(METHOD_NOT_ALLOWED, 405, NULL, NULL)                                                         \
    X(INVALID_STATE, 400, "XXM00", "CLIENT_INTERNAL_ERROR")                                        \
    X(PERMISSION_DENIED, 403, "KAM00", "PERMISSION_DENIED")                                        \
    X(FEATURE_DISABLED, 400, "KAM00", "FEATURE_DISABLED")                                          \
    X(RESOURCE_EXHAUSTED, 429, NULL, NULL)                                                         \
    X(REQUEST_TOO_LARGE, 413, NULL, NULL)                                                          \
    X(QUOTA_EXCEEDED, 413, NULL, NULL)                                                             \
    X(NOT_IMPLEMENTED, 501, NULL, NULL)                                                            \
    X(RESOURCE_ALREADY_EXISTS, 400, "KAM00", "RESOURCE_ALREADY_EXISTS")                            \
    X(RESOURCE_DOES_NOT_EXIST, 404, "KAM00", "RESOURCE_NOT_FOUND")

enum error_code {
    ERROR_NONE,
#define X(name, ...) ERROR_##name,
    ERROR_CODES(X)
#undef X
};

struct error {
    struct arena *mem;    /* where messages are put */
    enum error_code code; /* ERROR_NONE: nothing failed */
    const char *message;  /* for the client */
    const char *detail;   /* for the log alone: the database's words; may be NULL */
};

/* Always returns -1, so that a caller can write "return fail(...)". ctx is any
 * struct with a member "struct error *err". */
#define fail(ctx, code, ...) error_set((ctx)->err, ERROR_##code, __VA_ARGS__)

int error_set(struct error *, enum error_code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void error_clear(struct error *);

const char *error_name(enum error_code);
int error_status(enum error_code);
/* NULL if the code has none. */
const char *error_sqlstate(enum error_code);
const char *error_class(enum error_code);
