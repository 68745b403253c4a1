#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "artifacts/artifacts.h"

enum setting_type {
    SETTING_TEXT,
    SETTING_SECRET,
    SETTING_INT,
    SETTING_BOOL,
};

static const struct setting {
    const char *name;
    enum setting_type type;
    const char *fallback;
    size_t offset;
    const char *doc;
} settings[] = {
#define CONFIG(name_, type_, fallback_, doc_)                                                      \
    { #name_, SETTING_##type_, fallback_, offsetof(struct config, name_), doc_ },
#include "config.def"
#undef CONFIG
};

enum {
    SETTINGS = sizeof(settings) / sizeof(settings[0])
};

static const struct bounds {
    const char *name;
    int64_t low, high;
} bounds[] = {
    { "backlog", 1, 65535 },
    { "ingest_workers", 1, 1000 },
    { "query_workers", 1, 1000 },
    { "artifact_workers", 1, 1000 },
    { "archive_workers", 1, 1000 },
    { "max_requests", 0, 1000000000 },
    { "request_timeout", 0, 86400 },
    { "stop_timeout", 0, 86400 },
    { "db_port", 1, 65535 },
    { "db_connect_timeout", 1, 3600 },
    { "upload_lifetime", 10, 31536000 },
    { "max_body", 1024, 1 << 30 },
    { "request_memory", 1 << 20, (int64_t)1 << 40 },
    { "slow_ms", 0, 86400000 },
    { "quota_bytes", 0, (int64_t)1 << 60 },
    { "quota_files", 0, (int64_t)1 << 40 },
};

static const struct choice {
    const char *name;
    const char *const values[8];
} choices[] = {
    { "log_level", { "error", "warn", "info", "debug" } },
    { "s3_addressing", { "auto", "path", "virtual" } },
};

/* Names in the environment that start as settings do and are not: they are
 * for the scripts and the tests. */
static const char *const not_settings[] = {
    "CONFIG", "DATA", "URL", "BUILD", "PEER", "CACHE", "KEEP",
};

/* The texts of every load, so that an old configuration stays valid. */
static struct arena *texts;

__attribute__((format(printf, 2, 3))) static int complain(const char *where, const char *format,
                                                          ...)
{
    char line[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    fprintf(stderr, "cairn: %s: %s\n", where, line);
    return -1;
}

static void *setting_in(struct config *c, const struct setting *s)
{
    return (char *)c + s->offset;
}

static const char *setting_text(const struct config *c, const struct setting *s)
{
    return *(const char *const *)(const void *)((const char *)c + s->offset);
}

static int64_t setting_int(const struct config *c, const struct setting *s)
{
    return *(const int64_t *)(const void *)((const char *)c + s->offset);
}

static bool setting_bool(const struct config *c, const struct setting *s)
{
    return *(const bool *)(const void *)((const char *)c + s->offset);
}

static const struct setting *setting_find(const char *name, size_t length)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strlen(settings[i].name) == length && strncmp(settings[i].name, name, length) == 0)
            return &settings[i];
    return NULL;
}

static int check_int(const char *where, const char *name, int64_t value)
{
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
        if (strcmp(bounds[i].name, name) == 0 && (value < bounds[i].low || value > bounds[i].high))
            return complain(where, "%s must be between %" PRId64 " and %" PRId64 ", not %" PRId64,
                            name, bounds[i].low, bounds[i].high, value);
    return 0;
}

static int check_choice(const char *where, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        const char *const *allowed = choices[i].values;

        if (strcmp(choices[i].name, name) != 0)
            continue;
        for (; *allowed; allowed++)
            if (strcmp(*allowed, value) == 0)
                return 0;
        return complain(where, "%s cannot be \"%s\"", name, value);
    }
    return 0;
}

static int check_text(const char *where, const char *name, const char *value)
{
    /* What is empty by default means something when it is. */
    if (!*value)
        return *setting_find(name, strlen(name))->fallback
                   ? complain(where, "%s must not be empty", name)
                   : 0;
    if (strcmp(name, "socket_mode") == 0 &&
        (strlen(value) > 4 || strspn(value, "01234567") != strlen(value) ||
         strtol(value, NULL, 8) > 0777))
        return complain(where, "socket_mode must be octal, like 0660, not \"%s\"", value);
    if (strcmp(name, "run_dir") == 0 &&
        strlen(value) + strlen("/artifact.sock") >= sizeof(((struct sockaddr_un *)0)->sun_path))
        return complain(where, "run_dir is too long for the name of a socket: \"%s\"", value);
    return check_choice(where, name, value);
}

static int set_bool(struct config *c, const struct setting *s, const char *value, const char *where)
{
    bool yes = strcmp(value, "yes") == 0;

    if (!yes && strcmp(value, "no") != 0)
        return complain(where, "%s must be yes or no, not \"%s\"", s->name, value);
    *(bool *)setting_in(c, s) = yes;
    return 0;
}

static int set_int(struct config *c, const struct setting *s, const char *value, const char *where)
{
    char *end;
    int64_t number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (!isdigit((unsigned char)value[0]) || *end || errno)
        return complain(where, "%s must be a whole number, not \"%s\"", s->name, value);
    *(int64_t *)setting_in(c, s) = number;
    return check_int(where, s->name, number);
}

static int setting_set(struct config *c, const struct setting *s, const char *value,
                       const char *where)
{
    switch (s->type) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        *(const char **)setting_in(c, s) = arena_strdup(texts, value);
        return check_text(where, s->name, value);
    case SETTING_INT:
        return set_int(c, s, value, where);
    case SETTING_BOOL:
        return set_bool(c, s, value, where);
    }
    return -1;
}

static char *trim(char *s)
{
    size_t length;

    while (isspace((unsigned char)*s))
        s++;
    length = strlen(s);
    while (length && isspace((unsigned char)s[length - 1]))
        s[--length] = '\0';
    return s;
}

/* One line of the file; lines[] says where each setting was set. */
static int file_line(struct config *c, char *line, const char *where, int number, int *lines)
{
    char *name = trim(line), *value = strchr(name, '=');
    const struct setting *s;

    if (!*name || *name == '#')
        return 0;
    if (!value)
        return complain(where, "expected \"name = value\"");
    *value++ = '\0';
    name = trim(name);
    value = trim(value);
    s = setting_find(name, strlen(name));
    if (!s)
        return complain(where, "unknown setting \"%s\"", name);
    if (lines[s - settings])
        return complain(where, "%s is already set in line %d", name, lines[s - settings]);
    if (strstr(value, " #") || *value == '#')
        return complain(where, "a comment must stand on a line of its own");
    lines[s - settings] = number;
    return setting_set(c, s, value, where);
}

static int file_read(struct config *c, const char *path)
{
    FILE *file = fopen(path, "re");
    int lines[SETTINGS] = { 0 }, number = 0, failed = 0;
    char *line = NULL, where[600];
    size_t room = 0;
    ssize_t length;

    if (!file)
        return complain(path, "cannot be read: %s", strerror(errno));
    while (!failed && (length = getline(&line, &room, file)) >= 0) {
        (void)snprintf(where, sizeof(where), "%s:%d", path, ++number);
        if (strlen(line) != (size_t)length)
            failed = complain(where, "the line holds a zero byte");
        else
            failed = file_line(c, line, where, number, lines);
    }
    if (!failed && ferror(file))
        failed = complain(path, "cannot be read: %s", strerror(errno));
    free(line);
    (void)fclose(file);
    return failed;
}

/* The setting of NAME in CAIRN_NAME. */
static const struct setting *setting_of_environment(const char *name, size_t length)
{
    char lower[64];

    if (length >= sizeof(lower))
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (islower((unsigned char)name[i]))
            return NULL;
        lower[i] = (char)tolower((unsigned char)name[i]);
    }
    return setting_find(lower, length);
}

static bool is_not_a_setting(const char *name, size_t length)
{
    if (strncmp(name, "TEST_", 5) == 0)
        return true;
    for (size_t i = 0; i < sizeof(not_settings) / sizeof(not_settings[0]); i++)
        if (strlen(not_settings[i]) == length && strncmp(not_settings[i], name, length) == 0)
            return true;
    return false;
}

static int environment_read(struct config *c)
{
    static const char prefix[] = "CAIRN_";

    for (char **at = environ; *at; at++) {
        const char *name = *at + strlen(prefix), *value = strchr(*at, '=');
        const struct setting *s;
        char where[100];

        if (!value || strncmp(*at, prefix, strlen(prefix)) != 0 ||
            is_not_a_setting(name, (size_t)(value - name)))
            continue;
        (void)snprintf(where, sizeof(where), "environment: %.*s", (int)(value - *at), *at);
        s = setting_of_environment(name, (size_t)(value - name));
        if (!s)
            return complain(where, "unknown setting");
        if (setting_set(c, s, value + 1, where) < 0)
            return -1;
    }
    return 0;
}

/* The words that a flag takes: 0 if it is none of ours. */
static int flag_words(const char *flag)
{
    if (strcmp(flag, "--config") == 0)
        return 2;
    return strncmp(flag, "--", 2) == 0 && strchr(flag, '=') ? 1 : 0;
}

/* The file that the flags or the environment name; NULL for none. */
static int config_file(const char **file, int argc, char **argv)
{
    *file = getenv("CAIRN_CONFIG");
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--config") == 0) {
            if (i + 1 == argc)
                return complain("--config", "needs the name of a file");
            *file = argv[++i];
        } else if (strncmp(argv[i], "--config=", 9) == 0) {
            *file = argv[i] + 9;
        }
    if (*file && !**file)
        *file = NULL;
    return 0;
}

static int flag_set(struct config *c, const char *flag)
{
    const char *name = flag + 2, *value = strchr(name, '=');
    const struct setting *s = setting_find(name, (size_t)(value - name));
    char where[100];

    if (strncmp(flag, "--config=", strlen("--config=")) == 0)
        return 0;
    (void)snprintf(where, sizeof(where), "%.*s", (int)(value - flag), flag);
    return s ? setting_set(c, s, value + 1, where) : complain(where, "unknown setting");
}

/* Sets what the flags say and takes them out of argv; what follows "--" stays. */
static int flags_read(struct config *c, int *argc, char **argv)
{
    int kept = 1, i = 1;

    while (i < *argc && strcmp(argv[i], "--") != 0) {
        int words = flag_words(argv[i]);

        if (words == 1 && flag_set(c, argv[i]) < 0)
            return -1;
        if (!words && strncmp(argv[i], "--", 2) == 0 &&
            setting_find(argv[i] + 2, strlen(argv[i] + 2)))
            return complain(argv[i], "needs a value: %s=…", argv[i]);
        if (!words)
            argv[kept++] = argv[i++];
        else
            i += words;
    }
    while (i < *argc)
        argv[kept++] = argv[i++];
    *argc = kept;
    argv[kept] = NULL;
    return 0;
}

static int password_read(struct config *c)
{
    FILE *file;
    char *line = NULL;
    size_t room = 0, length = 0;

    if (!*c->db_password_file)
        return 0;
    if (*c->db_password)
        return complain("db_password_file", "db_password is set as well: use one of them");
    file = fopen(c->db_password_file, "re");
    if (!file)
        return complain("db_password_file", "%s cannot be read: %s", c->db_password_file,
                        strerror(errno));
    if (getline(&line, &room, file) > 0) {
        length = strcspn(line, "\r\n");
        c->db_password = arena_strndup(texts, line, length);
    }
    free(line);
    (void)fclose(file);
    return length ? 0 : complain("db_password_file", "%s holds no password", c->db_password_file);
}

/* Clients of a server that serves no artifacts go where those are. */
static void default_root(struct config *c)
{
    if (*c->default_artifact_root)
        return;
    if (c->serve_artifacts)
        c->default_artifact_root = "mlflow-artifacts:/";
    else
        c->default_artifact_root =
            *c->artifacts_destination ? c->artifacts_destination : c->artifact_root;
}

/* What settings must be to each other. */
static int config_agrees(const struct config *c)
{
    struct error err = { .mem = texts };

    if (c->artifacts_only && !c->serve_artifacts)
        return complain("artifacts_only",
                        "there is nothing left to serve if serve_artifacts is no");
    if (c->artifacts_only && c->artifact_checksums)
        return complain("artifact_checksums", "needs the database, which artifacts_only has not");
    if (artifact_settings_check(&err, texts, c) < 0)
        return complain("settings", "%s", err.message);
    if (c->request_memory < 4 * c->max_body)
        return complain("request_memory", "must be at least four times max_body (%" PRId64 ")",
                        4 * c->max_body);
    return 0;
}

int config_load(struct config *c, int *argc, char **argv)
{
    const char *file;

    if (!texts)
        texts = arena_create(0);
    memset(c, 0, sizeof(*c));
    for (size_t i = 0; i < SETTINGS; i++)
        if (setting_set(c, &settings[i], settings[i].fallback, "default") < 0)
            return -1;
    if (config_file(&file, *argc, argv) < 0 || (file && file_read(c, file) < 0) ||
        environment_read(c) < 0 || flags_read(c, argc, argv) < 0)
        return -1;
    default_root(c);
    return password_read(c) < 0 || config_agrees(c) < 0 ? -1 : 0;
}

void config_dump(const struct config *c, FILE *to)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];

        if (s->type == SETTING_INT)
            fprintf(to, "%s = %" PRId64 "\n", s->name, setting_int(c, s));
        else if (s->type == SETTING_BOOL)
            fprintf(to, "%s = %s\n", s->name, setting_bool(c, s) ? "yes" : "no");
        else if (s->type == SETTING_SECRET && *setting_text(c, s))
            fprintf(to, "%s = ********\n", s->name);
        else
            fprintf(to, "%s = %s\n", s->name, setting_text(c, s));
    }
}

void config_help(FILE *to)
{
    static const char *const types[] = {
        [SETTING_TEXT] = "text",
        [SETTING_SECRET] = "text",
        [SETTING_INT] = "number",
        [SETTING_BOOL] = "yes|no",
    };

    for (size_t i = 0; i < SETTINGS; i++)
        fprintf(to, "  %-22s %-7s %-26s %s\n", settings[i].name, types[settings[i].type],
                *settings[i].fallback ? settings[i].fallback : "(empty)", settings[i].doc);
}
