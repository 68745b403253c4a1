#include "route.h"

#include <string.h>

#include "api/endpoints.h"
#include "percent.h"
#include "utf8.h"

char *percent_decode(struct arena *mem, const char *s, size_t length)
{
    char *decoded = arena_alloc(mem, length + 1), *to = decoded;

    for (size_t i = 0; i < length; i++) {
        int byte = percent_byte(s + i, length - i);

        if (s[i] == '%' && byte < 0)
            return NULL;
        *to++ = byte >= 0 ? (char)byte : s[i];
        i += byte >= 0 ? 2 : 0;
    }
    *to = '\0';
    if (memchr(decoded, '\0', (size_t)(to - decoded)) ||
        !utf8_is_valid(decoded, (size_t)(to - decoded)))
        return NULL;
    return decoded;
}

/* Takes the member {name} or {name...} at pattern from the path. Returns the
 * length of the path that it covers, or 0. */
static size_t take_member(struct request *rq, const char *pattern, const char *path, size_t left)
{
    size_t name_length = strcspn(pattern + 1, ".}");
    bool tail = pattern[1 + name_length] == '.';
    const char *slash = tail ? NULL : memchr(path, '/', left);
    size_t length = slash ? (size_t)(slash - path) : left;
    struct member *member = &rq->members[rq->member_count];

    member->name = arena_strndup(rq->mem, pattern + 1, name_length);
    member->value = percent_decode(rq->mem, path, length);
    if ((!length && !tail) || !member->value)
        return 0;
    rq->member_count++;
    return length;
}

static bool matches(struct request *rq, const char *pattern, const char *path, size_t left)
{
    rq->member_count = 0;
    while (*pattern && left) {
        if (*pattern == '{') {
            size_t taken = take_member(rq, pattern, path, left);

            if (!taken)
                return false;
            path += taken;
            left -= taken;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        } else {
            left--;
        }
    }
    if (*pattern == '{' && !left) { /* a {name...} may be empty */
        (void)take_member(rq, pattern, path, 0);
        return rq->member_count && !rq->members[rq->member_count - 1].value[0];
    }
    return !*pattern && !left;
}

static const char *const method_names[] = {
    [GET] = "GET",       [POST] = "POST", [PUT] = "PUT",         [PATCH] = "PATCH",
    [DELETE] = "DELETE", [HEAD] = "HEAD", [OPTIONS] = "OPTIONS",
};

static int other_method(struct request *rq, const char *allowed)
{
    reply_header(rq, "Allow", arena_printf(rq->mem, "%sOPTIONS", allowed));
    if (rq->method == OPTIONS) {
        rq->status = 204;
        return 1;
    }
    return fail(rq, METHOD_NOT_ALLOWED, "The method %s is not allowed for the requested URL.",
                rq->method_name);
}

/* The endpoint of a path and of the request's method. NULL: there is none; *allowed has the
 * methods of the path, if it is one. */
static const struct endpoint *find_endpoint(struct request *rq, const char *path, size_t length,
                                            const char **allowed)
{
    bool ajax = !strncmp(path, "/ajax-api/", 10);
    enum method method = rq->method == HEAD ? GET : rq->method;

    *allowed = "";
    for (const struct endpoint *e = endpoints; e->name; e++) {
        bool both = ajax && !strncmp(e->path, "/api/", 5);
        size_t skip = both ? strlen("/ajax") : 0;

        /* "/ajax-api/x" is "/" + "ajax-" + "api/x". */
        if (both ? !matches(rq, e->path + 1, path + skip + 1, length - skip - 1)
                 : !matches(rq, e->path, path, length))
            continue;
        if (e->method == method)
            return e;
        *allowed = arena_printf(rq->mem, "%s%s%s, ", *allowed, method_names[e->method],
                                e->method == GET ? ", HEAD" : "");
    }
    rq->member_count = 0;
    return NULL;
}

/* With one slash where several follow each other: clients join a base that ends in one and a
 * path that begins with one. */
static char *merge_slashes(struct arena *mem, const char *path, size_t length)
{
    char *merged = arena_alloc(mem, length + 1), *to = merged;

    for (size_t i = 0; i < length; i++)
        if (path[i] != '/' || to == merged || to[-1] != '/')
            *to++ = path[i];
    *to = '\0';
    return merged;
}

int route(struct request *rq)
{
    const char *path = rq->uri, *allowed;
    size_t length = strcspn(path, "?#");

    rq->endpoint = find_endpoint(rq, path, length, &allowed);
    if (!rq->endpoint && !*allowed) {
        const char *merged = merge_slashes(rq->mem, path, length);

        /* Paths of artifacts mean what they say. */
        if (strlen(merged) < length && !strstr(merged, "/mlflow-artifacts/"))
            rq->endpoint = find_endpoint(rq, merged, strlen(merged), &allowed);
    }
    if (rq->endpoint)
        return 0;
    if (*allowed)
        return other_method(rq, allowed);
    path = request_loggable(rq->mem, path);
    length = strcspn(path, "?#");
    return fail(rq, ENDPOINT_NOT_FOUND, "The requested URL was not found on the server: %.*s",
                (int)(length > 200 ? 200 : length), path);
}
