/* Where S3 is: from the settings, or from where the AWS SDKs look. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "s3.h"

/* The URL of the service; "" for Amazon's. */
static const char *endpoint_of(const struct artifact_store *store)
{
    const char *const names[] = { "MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3",
                                  "AWS_ENDPOINT_URL" };
    bool ignored = !strcasecmp(s3_environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true");
    const char *url = store->config->s3_endpoint;

    for (size_t i = 0; !*url && i < (ignored ? 1 : sizeof(names) / sizeof(*names)); i++)
        url = s3_environment(names[i]);
    if (!*url && !ignored)
        url = s3_profile_value(store, "endpoint_url");
    return url ? url : "";
}

/* Splits "https://host:port/": false if it is something else. */
static bool split(struct arena *mem, const char *url, struct s3_service *service)
{
    size_t length;

    service->scheme = !strncasecmp(url, "https://", 8)  ? "https"
                      : !strncasecmp(url, "http://", 7) ? "http"
                                                        : NULL;
    if (!service->scheme)
        return false;
    url += strlen(service->scheme) + strlen("://");
    for (length = 0;
         isalnum((unsigned char)url[length]) || (url[length] && strchr(".-:[]_", url[length]));)
        length++;
    service->host = arena_strndup(mem, url, length);
    return length && (!url[length] || !strcmp(url + length, "/"));
}

/* A name that can be a part of a host, and with https of its certificate. */
static bool can_be_host(const char *bucket, const char *scheme)
{
    size_t length = strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-.");

    return !bucket[length] && (strcmp(scheme, "https") != 0 || !strchr(bucket, '.'));
}

static bool is_virtual(const struct artifact_store *store, const struct s3_service *service,
                       bool amazon)
{
    const char *style = store->config->s3_addressing;

    if (!strcmp(style, "auto"))
        style = s3_environment("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE");
    if (!strcmp(style, "virtual"))
        return true;
    return amazon && strcmp(style, "path") != 0 && can_be_host(store->bucket, service->scheme);
}

int s3_service_of(const struct artifact_store *store, struct s3_service *service)
{
    const char *url = endpoint_of(store), *region = s3_region(store);
    bool amazon = !*url;

    if (amazon)
        url = arena_printf(store->mem, "https://s3.%s.amazonaws.com%s", region,
                           strncmp(region, "cn-", 3) ? "" : ".cn");
    if (!split(store->mem, url, service))
        return fail(store, INVALID_STATE,
                    "The URL of the S3 service must be http[s]://HOST[:PORT], not \"%s\"", url);
    service->bucket_path = "";
    service->amazon = strstr(service->host, ".amazonaws.com") != NULL;
    if (is_virtual(store, service, amazon))
        service->host = arena_printf(store->mem, "%s.%s", store->bucket, service->host);
    else
        service->bucket_path = arena_printf(store->mem, "/%s", store->bucket);
    return 0;
}

const char *s3_endpoint(const struct artifact_store *store)
{
    struct s3_service service;

    return s3_service_of(store, &service) < 0
               ? ""
               : arena_printf(store->mem, "%s://%s", service.scheme, service.host);
}

int s3_check(const struct artifact_store *store)
{
    const struct config *config = store->config;
    struct s3_service service;

    if (!*config->s3_access_key != !*config->s3_secret_key)
        return fail(store, INVALID_PARAMETER_VALUE,
                    "s3_access_key and s3_secret_key belong together");
    if (*config->s3_session_token && !*config->s3_access_key)
        return fail(store, INVALID_PARAMETER_VALUE,
                    "s3_session_token is of no use without s3_access_key");
    return s3_service_of(store, &service);
}
