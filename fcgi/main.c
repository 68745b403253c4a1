/* The subcommands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artifacts/artifacts.h"
#include "audit.h"
#include "config.h"
#include "describe.h"
#include "doctor.h"
#include "gc.h"
#include "log.h"
#include "master.h"
#include "openapi.h"
#include "shell.h"
#include "store/adopt.h"
#include "store/migrate.h"
#include "transfer/export.h"
#include "transfer/import.h"

enum {
    USAGE = 2
};

/* What a subcommand gets: its own words, and the whole command line for those
 * that load the configuration again. */
struct call {
    struct config config;
    int argc, whole_argc;
    char **argv, **whole_argv;
};

struct command {
    const char *name, *second; /* second: "db" has several; NULL for none */
    bool configured;
    int (*run)(struct call *);
    const char *doc;
};

static int run_serve(struct call *);
static int run_db_status(struct call *);
static int run_db_migrate(struct call *);
static int run_db_adopt(struct call *);
static int run_db_release(struct call *);
static int run_db_check(struct call *);
static int run_db_shell(struct call *);
static int run_config_check(struct call *);
static int run_config_dump(struct call *);
static int run_config_stores(struct call *);
static int run_gc(struct call *);
static int run_import(struct call *);
static int run_export(struct call *);
static int run_doctor(struct call *);
static int run_describe(struct call *);
static int run_version(struct call *);
static int run_help(struct call *);

static const struct command commands[] = {
    { "serve", NULL, true, run_serve, "Serve, in the foreground; SIGHUP reloads, SIGTERM stops." },
    { "db", "status", true, run_db_status, "Say which schema the database has." },
    { "db", "migrate", true, run_db_migrate,
      "Bring the schema up to date; --dry-run only says how." },
    { "db", "adopt", true, run_db_adopt,
      "Take over a database of MLflow's, while it is served; --dry-run only says how." },
    { "db", "release", true, run_db_release,
      "Give it back as MLflow made it; --dry-run only says how." },
    { "db", "check", true, run_db_check, "Compare the schema with what it should be." },
    { "db", "shell", true, run_db_shell,
      "Open the SQL client on the database; -- passes words to it." },
    { "config", "check", true, run_config_check,
      "Read the configuration and say whether it is right." },
    { "config", "dump", true, run_config_dump, "Print all settings as they are in force." },
    { "config", "stores", true, run_config_stores,
      "Print the flags of ops/nginx-conf that follow from the artifact settings, one a line." },
    { "gc", NULL, true, run_gc,
      "Delete for good what was deleted: --older-than 30d, --run-ids a,b, --experiment-ids 1,2, "
      "--logged-model-ids m,n; --delete does it. Or --orphans: files that belong to nothing in the "
      "database and are older than a day. --recount: what quotas are held against." },
    { "import", NULL, true, run_import,
      "Take over an mlruns directory or an SQLite mlflow.db: PATH, --artifacts copy|link|none, "
      "--artifact-root DIR, --dry-run." },
    { "export", NULL, true, run_export,
      "Write a file store of MLflow's, or its SQLite database: DIR, --format files|sqlite, "
      "--experiment-ids 1,2, --artifacts copy|link|none." },
    { "doctor", NULL, true, run_doctor,
      "Check everything the server needs; --artifacts: read the artifacts whose digests were "
      "recorded instead, or --sample N of them." },
    { "describe", NULL, true, run_describe,
      "Print the API as JSON; \"describe openapi\" as OpenAPI." },
    { "version", NULL, true, run_version, "Print the version." },
    { "help", NULL, false, run_help, "Print this." },
};

enum {
    COMMANDS = sizeof(commands) / sizeof(commands[0])
};

static int usage(const char *what, const char *word)
{
    fprintf(stderr, "cairn: %s%s%s (see \"cairn help\")\n", what, *word ? " " : "", word);
    return USAGE;
}

/* For subcommands without words of their own. */
static int no_more(const struct call *call)
{
    return call->argc ? usage("unexpected word", call->argv[0]) : 0;
}

/* 0, something to say, failed: as exit statuses. */
static int status_of(int result)
{
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_serve(struct call *call)
{
    if (no_more(call))
        return USAGE;
    return master_run(&call->config, call->whole_argc, call->whole_argv);
}

static int run_db_status(struct call *call)
{
    return no_more(call) ? USAGE : status_of(migrate_status(&call->config, stdout));
}

static int run_db_change(struct call *call, int (*change)(const struct config *, bool, FILE *))
{
    bool dry_run = call->argc > 0 && strcmp(call->argv[0], "--dry-run") == 0;

    if (call->argc > dry_run)
        return usage("unexpected word", call->argv[dry_run]);
    return status_of(change(&call->config, dry_run, stdout));
}

static int run_db_migrate(struct call *call)
{
    return run_db_change(call, migrate_run);
}

static int run_db_adopt(struct call *call)
{
    return run_db_change(call, adopt_run);
}

static int run_db_release(struct call *call)
{
    return run_db_change(call, release_run);
}

static int run_db_check(struct call *call)
{
    return no_more(call) ? USAGE : status_of(migrate_check(&call->config, stdout));
}

static int run_db_shell(struct call *call)
{
    if (call->argc && strcmp(call->argv[0], "--") != 0)
        return usage("unexpected word", call->argv[0]);
    return status_of(shell_run(&call->config, call->argc ? call->argc - 1 : 0, call->argv + 1));
}

static int run_config_check(struct call *call)
{
    if (no_more(call))
        return USAGE;
    puts("The configuration is right.");
    return EXIT_SUCCESS;
}

static int run_config_dump(struct call *call)
{
    if (no_more(call))
        return USAGE;
    config_dump(&call->config, stdout);
    return EXIT_SUCCESS;
}

static int run_config_stores(struct call *call)
{
    struct arena *mem = arena_create(0);
    struct error err = { .mem = mem };
    int failed = no_more(call);

    if (!failed && artifact_settings_print(&err, mem, &call->config, stdout) < 0) {
        fprintf(stderr, "cairn: %s\n", err.message);
        failed = EXIT_FAILURE;
    }
    arena_destroy(mem);
    return failed;
}

static int run_gc(struct call *call)
{
    return gc_run(&call->config, call->argc, call->argv, stdout);
}

static int run_import(struct call *call)
{
    return import_run(&call->config, call->argc, call->argv, stdout);
}

static int run_export(struct call *call)
{
    return export_run_command(&call->config, call->argc, call->argv, stdout);
}

static int run_doctor(struct call *call)
{
    if (call->argc)
        return audit_run(&call->config, call->argc, call->argv, stdout);
    return status_of(doctor(&call->config, stdout));
}

static int run_describe(struct call *call)
{
    if (call->argc == 1 && !strcmp(call->argv[0], "openapi")) {
        openapi(stdout);
        return EXIT_SUCCESS;
    }
    if (no_more(call))
        return USAGE;
    describe(stdout);
    return EXIT_SUCCESS;
}

static int run_version(struct call *call)
{
    if (no_more(call))
        return USAGE;
    puts("cairn " CAIRN_VERSION);
    return EXIT_SUCCESS;
}

static int run_help(struct call *call)
{
    (void)call;
    puts("usage: cairn COMMAND [--config FILE] [--SETTING=VALUE …]\n\ncommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-7s %-8s %s\n", commands[i].name, commands[i].second ? commands[i].second : "",
               commands[i].doc);
    puts("\nsettings (--name=value, CAIRN_NAME=value, or a line \"name = value\" of the file):");
    config_help(stdout);
    return EXIT_SUCCESS;
}

/* NULL after an explanation. */
static const struct command *command_find(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "", *second = argc > 2 ? argv[2] : "";
    bool known = false, word = *second && *second != '-'; /* not a flag */

    if (!strcmp(name, "--help") || !strcmp(name, "-h"))
        name = "help";
    if (!strcmp(name, "--version"))
        name = "version";
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (!commands[i].second || !strcmp(commands[i].second, second))
            return &commands[i];
        known = true;
    }
    if (!*name)
        (void)usage("a command is missing", "");
    else if (known)
        (void)usage(word ? "unknown command" : "a second word is missing after",
                    word ? second : name);
    else
        (void)usage("unknown command", name);
    return NULL;
}

/* A command's own words are what is left when the configuration has taken its flags. */
static int command_run(const struct command *command, struct call *call, int argc, char **argv)
{
    int taken = command->second ? 3 : 2;

    if (command->configured) {
        if (config_load(&call->config, &argc, argv) < 0)
            return USAGE;
        (void)log_set_level(call->config.log_level);
    }
    call->argc = argc - taken;
    call->argv = argv + taken;
    return command->run(call);
}

int main(int argc, char **argv)
{
    const struct command *command;
    struct call call = { .whole_argc = argc };
    int result;

    call.whole_argv = calloc((size_t)argc + 1, sizeof(*argv));
    if (!call.whole_argv)
        return EXIT_FAILURE;
    memcpy(call.whole_argv, argv, (size_t)argc * sizeof(*argv));
    command = command_find(argc, argv);
    result = command ? command_run(command, &call, argc, argv) : USAGE;
    free(call.whole_argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("cairn: standard output");
        result = EXIT_FAILURE;
    }
    return result;
}
