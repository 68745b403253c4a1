#include "endpoints.h"

#include <stddef.h>

#define MAY(verb_, thing_, member_)                                                                \
    {                                                                                              \
        .verb = ALLOW_##verb_, .thing = THING_##thing_, .member = (member_)                        \
    }
#define PUBLIC                                                                                     \
    {                                                                                              \
        .verb = ALLOW_PUBLIC                                                                       \
    }
#define ENDPOINT(name_, method_, path_, access_, body_, allow_, summary_)                          \
    {                                                                                              \
        .name = #name_,                                                                            \
        .method = method_,                                                                         \
        .path = path_,                                                                             \
        .access = ACCESS_##access_,                                                                \
        .body = BODY_##body_,                                                                      \
        .allow = allow_,                                                                           \
        .summary = summary_,                                                                       \
        .input = &name_##_input,                                                                   \
        .handler = name_,                                                                          \
    },

const struct endpoint endpoints[] = {
#include "endpoints.def"
    { .name = NULL },
};

enum access endpoint_access(const struct endpoint *endpoint, const struct config *config)
{
    if (endpoint->access != ACCESS_RECORDS)
        return endpoint->access;
    return config->artifact_checksums ? ACCESS_WRITES : ACCESS_NONE;
}
