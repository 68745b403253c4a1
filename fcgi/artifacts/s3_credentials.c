#include "s3_credentials.h"

#include <string.h>
#include <time.h>

#include "../log.h"
#include "s3_sources.h"

enum {
    READ_AGAIN = 300,     /* seconds that keys without an end are kept: files change */
    REFRESH_BEFORE = 900, /* seconds before their end that keys are fetched anew */
    TRY_AGAIN = 60        /* after that failed */
};

/* What this process found last. */
static struct {
    struct arena *mem;
    struct s3_found found;
    int64_t refresh; /* seconds since the epoch; 0: nothing is kept */
} kept;

static bool is_complete(const struct s3_credentials *c)
{
    return *c->access_key && *c->secret_key;
}

static int of_settings(const struct artifact_store *store, struct s3_found *found)
{
    found->credentials = (struct s3_credentials){
        store->config->s3_access_key,
        store->config->s3_secret_key,
        store->config->s3_session_token,
    };
    return is_complete(&found->credentials);
}

static int of_environment(const struct artifact_store *store, struct s3_found *found)
{
    const char *token = s3_environment("AWS_SESSION_TOKEN");

    (void)store;
    found->credentials = (struct s3_credentials){
        s3_environment("AWS_ACCESS_KEY_ID"),
        s3_environment("AWS_SECRET_ACCESS_KEY"),
        *token ? token : s3_environment("AWS_SECURITY_TOKEN"),
    };
    return is_complete(&found->credentials);
}

static int search(const struct artifact_store *store, struct s3_found *found)
{
    static s3_source *const sources[] = {
        of_environment, s3_web_identity, s3_profile_credentials, s3_container, s3_instance,
    };
    const struct config *config = store->config;
    /* A profile that was chosen is meant, not what the environment has. */
    size_t first = *config->s3_profile || *config->s3_credentials_file ? 2 : 0;

    for (size_t i = first; i < sizeof(sources) / sizeof(*sources); i++) {
        int there = sources[i](store, found);

        if (there)
            return there;
    }
    return fail(store, INVALID_STATE,
                "The artifact store is not set up as it should be: there are no keys for S3.");
}

static void keep(const struct s3_found *found, int64_t now)
{
    struct s3_credentials *to = &kept.found.credentials;

    if (!kept.mem)
        kept.mem = arena_create(0);
    arena_reset(kept.mem);
    to->access_key = arena_strdup(kept.mem, found->credentials.access_key);
    to->secret_key = arena_strdup(kept.mem, found->credentials.secret_key);
    to->session_token = arena_strdup(kept.mem, found->credentials.session_token);
    kept.found.expires = found->expires;
    kept.refresh = now + READ_AGAIN;
    if (found->expires)
        kept.refresh = found->expires - REFRESH_BEFORE;
    if (kept.refresh <= now) /* they live shorter than that */
        kept.refresh = now + (found->expires > now ? (found->expires - now) / 2 : 0);
}

/* New keys are not to be had: the old ones serve as long as they are good. */
static int use_old(const struct artifact_store *store, int64_t now)
{
    char why[300];

    if (!kept.refresh || (kept.found.expires && kept.found.expires <= now))
        return -1;
    log_line(
        LOG_WARN, "event=s3_credentials_not_refreshed detail=%s",
        log_quote(why, sizeof(why), store->err->detail ? store->err->detail : store->err->message));
    error_clear(store->err);
    kept.refresh = now + TRY_AGAIN;
    return 0;
}

int s3_credentials(const struct artifact_store *store, struct s3_credentials *credentials)
{
    struct s3_found found = { .credentials = { "", "", "" } };
    int64_t now = (int64_t)time(NULL);

    if (of_settings(store, &found)) {
        *credentials = found.credentials;
        return 0;
    }
    if (!kept.refresh || kept.refresh <= now) {
        found = (struct s3_found){ .credentials = { "", "", "" } };
        if (search(store, &found) >= 0)
            keep(&found, now);
        else if (use_old(store, now) < 0)
            return -1;
    }
    *credentials = kept.found.credentials;
    return 0;
}

void s3_credentials_forget(void)
{
    kept.refresh = 0;
}
