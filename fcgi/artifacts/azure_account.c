/* Which account of Azure's a store is in: URIs, settings, connection strings. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../percent.h"
#include "azure.h"

/* Where Azure's clouds keep blobs: of the world, of China, of the US government. */
static const char *const clouds[] = {
    ".blob.core.windows.net",
    ".blob.core.chinacloudapi.cn",
    ".blob.core.usgovcloudapi.net",
};

static bool consists_of(const char *s, size_t length, const char *others)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)s[i]) && !strchr(others, s[i]))
            return false;
    return length > 0;
}

static bool is_host(const char *s, size_t length)
{
    for (size_t i = 0; i < sizeof(clouds) / sizeof(*clouds); i++) {
        size_t n = strlen(clouds[i]);

        if (length > n && !strncasecmp(s + length - n, clouds[i], n))
            return consists_of(s, length - n, "-");
    }
    return false;
}

/* Without slashes around it. */
static const char *trimmed(struct arena *mem, const char *s)
{
    size_t length;

    s += strspn(s, "/");
    length = strlen(s);
    while (length && s[length - 1] == '/')
        length--;
    return arena_strndup(mem, s, length);
}

bool azure_open(struct artifact_store *store, const char *uri)
{
    const char *at = strstr(uri, "://"), *host;
    size_t container, length;

    if (!at || strpbrk(uri, "?#"))
        return false;
    at += 3;
    container = strcspn(at, "@/");
    if (at[container] != '@' || !consists_of(at, container, "-$"))
        return false;
    host = at + container + 1;
    length = strcspn(host, "/");
    if (!is_host(host, length))
        return false;
    store->bucket = arena_strndup(store->mem, at, container);
    store->host = arena_strndup(store->mem, host, length);
    store->prefix = trimmed(store->mem, host + length);
    return true;
}

/* The value of a name in "Name=value;Name=value"; "" if it has none. */
static const char *in_connection(struct arena *mem, const char *connection, const char *name)
{
    size_t length = strlen(name);

    while (*connection) {
        size_t n = strcspn(connection, ";");

        if (n > length && connection[length] == '=' && !strncasecmp(connection, name, length))
            return arena_strndup(mem, connection + length + 1, n - length - 1);
        connection += n + (connection[n] == ';');
    }
    return "";
}

/* The first that is not empty. */
static const char *either(const char *a, const char *b)
{
    return *a ? a : b;
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value ? value : "";
}

struct access {
    const char *connection, *key, *sas;
};

static struct access access_of(const struct config *c)
{
    if (*c->azure_connection_string || *c->azure_account_key || *c->azure_sas)
        return (struct access){ c->azure_connection_string, c->azure_account_key, c->azure_sas };
    return (struct access){ environment("AZURE_STORAGE_CONNECTION_STRING"),
                            environment("AZURE_STORAGE_ACCESS_KEY"), "" };
}

/* Where the service is: "https://host:port/base". */
static const char *endpoint_of(const struct artifact_store *store, const char *connection)
{
    const char *endpoint = either(store->config->azure_endpoint,
                                  in_connection(store->mem, connection, "BlobEndpoint"));
    const char *name = in_connection(store->mem, connection, "AccountName");

    if (*endpoint)
        return endpoint;
    if (!*name)
        return arena_printf(store->mem, "https://%s", store->host);
    return arena_printf(
        store->mem, "%s://%s.blob.%s",
        either(in_connection(store->mem, connection, "DefaultEndpointsProtocol"), "https"), name,
        either(in_connection(store->mem, connection, "EndpointSuffix"), "core.windows.net"));
}

/* Takes an endpoint apart; false if it is none. */
static bool read_endpoint(struct arena *mem, const char *endpoint, struct azure_account *account)
{
    const char *host = strstr(endpoint, "://");
    size_t scheme = host ? (size_t)(host - endpoint) : 0, length;

    if ((scheme != 4 && scheme != 5) || strncmp(endpoint, "https", scheme) != 0)
        return false;
    host += 3;
    length = strcspn(host, "/");
    if (!consists_of(host, length, ".-:[]"))
        return false;
    account->host = arena_strndup(mem, host, length);
    account->origin = arena_strndup(mem, endpoint, scheme + 3 + length);
    account->base = trimmed(mem, host + length);
    if (!*account->base)
        return true;
    if (!consists_of(account->base, strlen(account->base), "/-._"))
        return false;
    account->base = arena_printf(mem, "/%s", account->base);
    return true;
}

/* Reads all settings: NULL, or what is wrong with them. */
static const char *read_settings(const struct artifact_store *store, struct azure_account *account)
{
    const struct access access = access_of(store->config);
    const char *connection = access.connection;
    struct arena *mem = store->mem;

    account->name = either(in_connection(mem, connection, "AccountName"),
                           arena_strndup(mem, store->host, strcspn(store->host, ".")));
    account->key = either(access.key, in_connection(mem, connection, "AccountKey"));
    account->sas = "";
    if (!*account->key) {
        account->sas = either(access.sas, in_connection(mem, connection, "SharedAccessSignature"));
        account->sas += *account->sas == '?';
    }
    if (!consists_of(account->name, strlen(account->name), "-"))
        return "AccountName is not the name of an account";
    if (!read_endpoint(mem, endpoint_of(store, connection), account))
        return "the endpoint must be http://HOST or https://HOST";
    return NULL;
}

/* Whether the key can be used. */
static bool is_key(struct arena *mem, const char *key)
{
    const struct azure_request nothing = { .method = "GET", .path = "/" };

    return azure_authorization(mem, "", key, &nothing) != NULL;
}

static bool is_sas(const char *sas)
{
    return strstr(sas, "sig=") && consists_of(sas, strlen(sas), "-._~%&=+/:,");
}

int azure_check(const struct artifact_store *store)
{
    struct azure_account account;
    const char *wrong = read_settings(store, &account);
    size_t length = strcspn(store->host, ".");

    if (!wrong && *account.key && !is_key(store->mem, account.key))
        wrong = "the account key is not base64";
    if (!wrong && *account.sas && !is_sas(account.sas))
        wrong = "the SAS is none: sv=…&sig=…";
    if (wrong)
        return fail(store, INVALID_PARAMETER_VALUE, "Azure Blob: %s", wrong);
    /* Else artifacts of two accounts would silently come to lie in one. */
    if (strlen(account.name) != length || strncasecmp(account.name, store->host, length) != 0)
        return fail(store, INVALID_PARAMETER_VALUE,
                    "Azure Blob: the connection string is for the account %s, not for %s",
                    account.name, store->host);
    return 0;
}

const char *azure_endpoint(const struct artifact_store *store)
{
    struct azure_account account = { .origin = "" };

    (void)read_settings(store, &account); /* azure_check found nothing wrong with them */
    return account.origin;
}

bool azure_has_secret_uris(const struct artifact_store *store)
{
    struct azure_account account = { .sas = "" };

    return !read_settings(store, &account) && *account.sas;
}

int azure_account_of(const struct artifact_store *store, struct azure_account *account)
{
    const char *wrong = read_settings(store, account);

    if (!wrong && !*account->key && !*account->sas)
        wrong = "set azure_account_key, azure_sas or azure_connection_string";
    if (!wrong)
        return 0;
    store->err->detail = arena_printf(store->mem, "Azure Blob: %s", wrong);
    return fail(store, INVALID_STATE,
                "The artifact store is not set up as it should be: see the server's log.");
}

const char *azure_path(const struct artifact_store *store, const struct azure_account *account,
                       const char *key)
{
    /* The root container has no name in paths of blobs; nobody keeps artifacts there. */
    return arena_printf(store->mem, "%s/%s%s%s", account->base,
                        percent_encode(store->mem, store->bucket, "-$"), key ? "/" : "",
                        key ? percent_encode(store->mem, key, "/-._~") : "");
}
