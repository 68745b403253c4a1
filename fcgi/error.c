#include "error.h"

#include <stdarg.h>

static const struct {
    const char *name;
    int status;
    const char *sqlstate, *class;
} codes[] = { [ERROR_NONE] = { "OK", 200, NULL, NULL },
#define X(name_, status_, sqlstate_, class_)                                                       \
    [ERROR_##name_] = { #name_, status_, sqlstate_, class_ },
              ERROR_CODES(X)
#undef X
};

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err->message = arena_vprintf(err->mem, format, args);
    va_end(args);
    err->code = code;
    return -1;
}

void error_clear(struct error *err)
{
    err->code = ERROR_NONE;
    err->message = NULL;
    err->detail = NULL;
}

const char *error_name(enum error_code code)
{
    return codes[code].name;
}

int error_status(enum error_code code)
{
    return codes[code].status;
}

const char *error_sqlstate(enum error_code code)
{
    return codes[code].sqlstate;
}

const char *error_class(enum error_code code)
{
    return codes[code].class;
}
