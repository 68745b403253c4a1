#include "validate.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>

#include "../json_in.h"
#include "../percent.h"
#include "../utf8.h"

/* Letters and digits of all scripts, as Python's \w has them. */
static bool is_word(uint32_t c)
{
    static locale_t unicode;

    if (c < 0x80)
        return isalnum((int)c) || c == '_';
    if (!unicode)
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    return unicode && iswalnum_l((wint_t)c, unicode);
}

static bool has_good_characters(const char *name)
{
    uint32_t c;

    while ((c = utf8_next(&name)))
        if (!is_word(c) && !strchr("/.- :", c < 0x80 ? (int)c : '$'))
            return false;
    return true;
}

/* Python's posixpath.normpath(). */
static const char *normal_path(struct arena *mem, const char *path)
{
    size_t length = strlen(path), slashes = strspn(path, "/");
    char *normal = arena_alloc(mem, length + 2);
    size_t root = slashes == 2 ? 2 : slashes ? 1 : 0, at = root;

    memset(normal, '/', root);
    for (const char *part = path + slashes; *part;) {
        size_t n = strcspn(part, "/");
        bool up = n == 2 && part[0] == '.' && part[1] == '.';
        size_t last = at;

        while (last > root && normal[last - 1] != '/')
            last--;
        if (up && at > root && strncmp(normal + last, "..", at - last) != 0) {
            at = last > root ? last - 1 : root;
        } else if (n && !(n == 1 && part[0] == '.') && !(up && root)) {
            if (at > root)
                normal[at++] = '/';
            memcpy(normal + at, part, n);
            at += n;
        }
        part += n;
        part += strspn(part, "/");
    }
    normal[at] = '\0';
    return at ? normal : ".";
}

static int fail_value(const struct fields_ctx *ctx, const char *path, const char *value,
                      const char *why)
{
    return fail(ctx, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter '%s' supplied: %s",
                json_in_quoted(ctx->mem, value), path, why);
}

int validate_name(const struct fields_ctx *ctx, const char *name, const char *path)
{
    const char *normal;

    if (!has_good_characters(name))
        return fail_value(ctx, path, name,
                          "Names may only contain alphanumerics, underscores (_), dashes (-), "
                          "periods (.), spaces ( ), colon(:) and slashes (/).");
    if (*name && *name != '.' && !strchr(name, '/'))
        return 0; /* the rule: a path of one step */
    normal = normal_path(ctx->mem, name);
    if (strcmp(normal, name) != 0 || !strcmp(normal, ".") || !strncmp(normal, "..", 2) ||
        normal[0] == '/')
        return fail_value(ctx, path, name,
                          arena_printf(ctx->mem,
                                       "Names may be treated as files in certain cases, and must "
                                       "not resolve to other names when treated as such. This "
                                       "name would resolve to %s",
                                       python_repr(ctx->mem, normal)));
    return 0;
}

int validate_length(const struct fields_ctx *ctx, const char *entity, int64_t limit,
                    const char *value)
{
    if ((int64_t)utf8_length(value) > limit)
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "'%s' exceeds the maximum length of %" PRId64 " characters", entity, limit);
    return 0;
}

const char *truncate_text(struct arena *mem, int64_t limit, const char *value)
{
    size_t bytes;

    if (strlen(value) <= (size_t)limit)
        return value;
    bytes = utf8_offset(value, (size_t)limit);
    return value[bytes] ? arena_strndup(mem, value, bytes) : value;
}

static const char *path_of(struct arena *mem, const char *at, const char *member)
{
    return *at ? arena_printf(mem, "%s.%s", at, member) : member;
}

int validate_param(const struct fields_ctx *ctx, struct key_value *param, const char *at)
{
    if (!param->key)
        param->key = "";
    if (!param->value)
        param->value = "";
    if (validate_name(ctx, param->key, path_of(ctx->mem, at, "key")) < 0 ||
        validate_length(ctx, "Param key", LIMIT_KEY, param->key) < 0)
        return -1;
    param->value = truncate_text(ctx->mem, LIMIT_PARAM_VALUE, param->value);
    return 0;
}

int validate_tag(const struct fields_ctx *ctx, struct key_value *tag, const char *at)
{
    const char *path = path_of(ctx->mem, at, "key");

    if (!tag->key)
        tag->key = "";
    if (!tag->value)
        tag->value = "";
    if (validate_name(ctx, tag->key, path) < 0 ||
        validate_length(ctx, path, LIMIT_KEY, tag->key) < 0)
        return -1;
    tag->value = truncate_text(ctx->mem, LIMIT_TAG_VALUE, tag->value);
    return 0;
}

int validate_experiment_tag(const struct fields_ctx *ctx, const struct key_value *tag)
{
    if (validate_name(ctx, tag->key, "key") < 0 ||
        validate_length(ctx, "key", LIMIT_KEY, tag->key) < 0)
        return -1;
    return validate_length(ctx, "value", LIMIT_EXPERIMENT_TAG_VALUE, tag->value);
}

int parse_experiment_id(const struct fields_ctx *ctx, const char *text, int64_t *id)
{
    const char *at = text + strspn(text, " \t\n\r\f\v");
    char *end;

    errno = 0;
    *id = strtoll(at, &end, 10);
    if (end != at && !end[strspn(end, " \t\n\r\f\v")]) {
        if (errno) /* no id has so many digits */
            return fail(ctx, RESOURCE_DOES_NOT_EXIST, "No Experiment with id=%s exists", at);
        return 0;
    }
    return fail(ctx, INVALID_PARAMETER_VALUE,
                "Invalid experiment ID '%s'. Experiment ID must be a valid integer.", text);
}

int validate_run_id(const struct fields_ctx *ctx, const char *run_id)
{
    const char *at = run_id;
    bool good = isalnum((unsigned char)*at) && utf8_length(run_id) <= 256;

    for (uint32_t c; good && (c = utf8_next(&at));)
        good = is_word(c) || c == '-';
    if (good)
        return 0;
    return fail(ctx, INVALID_PARAMETER_VALUE, "Invalid value %s for parameter 'run_id' supplied.",
                json_in_quoted(ctx->mem, run_id));
}

const char *python_repr(struct arena *mem, const char *text)
{
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
    char *repr = arena_alloc(mem, strlen(text) * 4 + 3), *to = repr;

    *to++ = quote;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '\\' || c == (unsigned char)quote)
            to += sprintf(to, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            to += sprintf(to, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c < 0x20 || c == 0x7f)
            to += sprintf(to, "\\x%02x", c);
        else
            *to++ = (char)c;
    }
    *to++ = quote;
    *to = '\0';
    return repr;
}

const char *uri_append(struct arena *mem, const char *base, const char *path)
{
    size_t length = strcspn(base, "?#");
    bool slash = length && base[length - 1] == '/';

    return arena_printf(mem, "%.*s%s%s%s", (int)length, base, slash ? "" : "/", path,
                        base + length);
}

/* Schemes whose URI names a host that a server would have to connect to. */
static const char *const host_schemes[] = {
    "ftp", "sftp", "hdfs", "viewfs", "http", "https", "r2", "b2", "abfss", "mlflow-artifacts",
};

static bool names_a_host(const char *uri, const char *scheme)
{
    for (size_t i = 0; i < sizeof(host_schemes) / sizeof(*host_schemes); i++)
        if (!strcmp(scheme, host_schemes[i]))
            return strcmp(scheme, "mlflow-artifacts") != 0 ||
                   (!strncmp(uri + strlen(scheme), "://", 3) && uri[strlen(scheme) + 3] != '/' &&
                    uri[strlen(scheme) + 3]);
    return false;
}

/* The scheme in lower case, or "". */
static const char *uri_scheme(struct arena *mem, const char *uri)
{
    size_t n = strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    char *scheme;

    if (uri[n] != ':' || !isalpha((unsigned char)*uri))
        return "";
    scheme = arena_strndup(mem, uri, n);
    for (char *c = scheme; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return scheme;
}

/* Decodes %xx until nothing changes, at most ten times. */
static const char *decoded_wholly(struct arena *mem, const char *text)
{
    for (int i = 0; i < 10 && strchr(text, '%'); i++) {
        const char *decoded = percent_decoded(mem, text);

        if (!strcmp(decoded, text))
            break;
        text = decoded;
    }
    return text;
}

/* Whether a step of the path is "..". */
static bool climbs(const char *path)
{
    while (*path) {
        size_t n = strcspn(path, "/\\");

        if (n == 2 && !strncmp(path, "..", 2))
            return true;
        path += n;
        path += *path != '\0';
    }
    return false;
}

/* A user with a password: it would be shown to all who see the experiment. */
static bool has_password(const char *uri, const char *scheme)
{
    const char *host = uri + strlen(scheme) + 3;
    size_t length, user;

    if (!*scheme || strncmp(uri + strlen(scheme), "://", 3) != 0)
        return false;
    length = strcspn(host, "/?");
    user = strcspn(host, "@");
    return user < length && memchr(host, ':', user);
}

/* What MLflow keeps and no client can use, or only to reach what it should not. A
 * path of Windows may have its backslashes: it is the client's own. */
static int check_location_text(const struct fields_ctx *ctx, const char *uri, const char *scheme)
{
    const char *path = arena_strndup(ctx->mem, uri, strcspn(uri, "?")), *decoded;

    decoded = decoded_wholly(ctx->mem, path);
    for (const char *c = decoded; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return fail(ctx, INVALID_PARAMETER_VALUE,
                        "'artifact_location' URL can't include control characters.");
    if (climbs(decoded))
        return fail(ctx, INVALID_PARAMETER_VALUE, "'artifact_location' URL can't include '..'.");
    if (strlen(scheme) != 1 && strchr(decoded, '\\'))
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "'artifact_location' URL can't include backslashes.");
    if (has_password(path, scheme))
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "'artifact_location' URL can't include a password.");
    return 0;
}

/* A path that is not absolute is one below the server's directory, as MLflow has it. */
static int make_absolute(const struct fields_ctx *ctx, const char **location)
{
    char cwd[4096];

    if (!getcwd(cwd, sizeof(cwd)))
        return fail(ctx, INTERNAL_ERROR, "The server has no working directory.");
    *location = arena_printf(ctx->mem, "%s/%s", cwd[1] ? cwd : "", *location);
    return 0;
}

int validate_artifact_location(const struct fields_ctx *ctx, const char **location)
{
    const char *uri = *location, *scheme = uri_scheme(ctx->mem, uri);
    const char *query = strchr(uri, '?');

    if (strchr(uri, '#') || strchr(uri, ';'))
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "'artifact_location' URL can't include fragments or params.");
    if (query && strstr(decoded_wholly(ctx->mem, query), ".."))
        return fail(ctx, INVALID_PARAMETER_VALUE, "Invalid query string");
    if (names_a_host(uri, scheme))
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "'artifact_location' cannot use the '%s' scheme: the '%s' scheme addresses a "
                    "host other than the tracking server's configured artifact storage, so the "
                    "server would connect to the host named in the URI.",
                    scheme, scheme);
    if (!strcmp(scheme, "runs"))
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "Artifact location cannot be a runs:/ URI. Given: '%s'", uri);
    if (utf8_length(uri) > LIMIT_ARTIFACT_LOCATION)
        return fail(ctx, INVALID_PARAMETER_VALUE,
                    "Invalid artifact path length. The length of the artifact path cannot be "
                    "greater than %d characters. To configure this limit, please set the "
                    "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.",
                    LIMIT_ARTIFACT_LOCATION);
    if (check_location_text(ctx, uri, scheme) < 0)
        return -1;
    return !*scheme && uri[0] != '/' ? make_absolute(ctx, location) : 0;
}
