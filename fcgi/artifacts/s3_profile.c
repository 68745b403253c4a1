/* The files that the AWS tools share: ~/.aws/credentials and ~/.aws/config. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "s3_sources.h"

const char *s3_environment(const char *name)
{
    const char *value = getenv(name);

    return value ? value : "";
}

const char *s3_file(struct arena *mem, const char *path)
{
    FILE *file = fopen(path, "re");
    const char *text = NULL;
    char *read = NULL;
    size_t room = 0;

    if (!file)
        return NULL;
    if (getdelim(&read, &room, '\0', file) >= 0)
        text = arena_strdup(mem, read);
    else if (!ferror(file))
        text = "";
    free(read);
    (void)fclose(file);
    return text;
}

static const char *in_home(struct arena *mem, const char *variable, const char *name)
{
    const char *path = s3_environment(variable), *home = s3_environment("HOME");

    if (!*path)
        return arena_printf(mem, "%s/.aws/%s", home, name);
    return path[0] == '~' && path[1] == '/' ? arena_printf(mem, "%s%s", home, path + 1) : path;
}

static const char *credentials_file(const struct artifact_store *store)
{
    return *store->config->s3_credentials_file
               ? store->config->s3_credentials_file
               : in_home(store->mem, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

static const char *profile_name(const struct artifact_store *store)
{
    const char *const names[] = {
        store->config->s3_profile,
        s3_environment("AWS_DEFAULT_PROFILE"),
        s3_environment("AWS_PROFILE"),
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (*names[i])
            return names[i];
    return "default";
}

/* The next line, without blanks at its ends; what stands in it, in the arena. */
static const char *next_line(struct arena *mem, const char **text, bool *indented)
{
    size_t length = strcspn(*text, "\r\n");
    const char *start = *text, *end = start + length;

    *indented = isblank((unsigned char)*start);
    *text += length + strspn(*text + length, "\r\n");
    while (start < end && isblank((unsigned char)*start))
        start++;
    while (end > start && isblank((unsigned char)end[-1]))
        end--;
    return arena_strndup(mem, start, (size_t)(end - start));
}

/* "[profile x]" and "[x]" are x. */
static bool is_section(struct arena *mem, const char *line, const char *name)
{
    char *inside = arena_strdup(mem, line + 1 + strspn(line + 1, " \t"));
    size_t length;

    inside[strcspn(inside, "]")] = '\0';
    if (!strncmp(inside, "profile", 7) && isblank((unsigned char)inside[7]))
        inside += 7 + strspn(inside + 7, " \t");
    for (length = strlen(inside); length && isblank((unsigned char)inside[length - 1]);)
        inside[--length] = '\0';
    return !strcmp(inside, name);
}

/* The value of a line "name = value"; NULL if it is of another name. */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);

    if (strncasecmp(line, name, length) != 0)
        return NULL;
    line += length + strspn(line + length, " \t");
    return *line == '=' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

/* The value of a name in a section of an INI text; NULL: it has none. */
static const char *find_value(struct arena *mem, const char *text, const char *section,
                              const char *name)
{
    const char *found = NULL;
    bool inside = false, indented;

    while (*text) {
        const char *line = next_line(mem, &text, &indented), *value;

        if (*line == '[')
            inside = is_section(mem, line, section);
        else if (inside && !indented && *line != '#' && *line != ';' &&
                 (value = value_of(line, name)))
            found = value;
    }
    return found;
}

static const char *value_in(const struct artifact_store *store, const char *path, const char *name)
{
    const char *text = s3_file(store->mem, path);

    return text ? find_value(store->mem, text, profile_name(store), name) : NULL;
}

const char *s3_profile_value(const struct artifact_store *store, const char *name)
{
    const char *value = value_in(store, in_home(store->mem, "AWS_CONFIG_FILE", "config"), name);

    return value ? value : value_in(store, credentials_file(store), name);
}

static int read_keys(const struct artifact_store *store, const char *path,
                     struct s3_credentials *keys)
{
    const char *access_key = value_in(store, path, "aws_access_key_id");
    const char *secret_key = value_in(store, path, "aws_secret_access_key");
    const char *token = value_in(store, path, "aws_session_token");

    if (!access_key || !*access_key || !secret_key || !*secret_key)
        return 0;
    *keys = (struct s3_credentials){ access_key, secret_key, token ? token : "" };
    return 1;
}

int s3_profile_credentials(const struct artifact_store *store, struct s3_found *found)
{
    const char *path = credentials_file(store);

    if (read_keys(store, path, &found->credentials))
        return 1;
    if (read_keys(store, in_home(store->mem, "AWS_CONFIG_FILE", "config"), &found->credentials))
        return 1;
    if (!*store->config->s3_profile && !*store->config->s3_credentials_file)
        return 0;
    store->err->detail =
        arena_printf(store->mem, "no keys of profile %s in %s", profile_name(store), path);
    return fail(store, INVALID_STATE,
                "The artifact store is not set up as it should be: there are no keys for S3.");
}

const char *s3_region(const struct artifact_store *store)
{
    const char *const places[] = {
        store->config->s3_region,
        s3_environment("AWS_DEFAULT_REGION"),
        s3_environment("AWS_REGION"),
        s3_profile_value(store, "region"),
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (places[i] && *places[i])
            return places[i];
    return "us-east-1";
}
