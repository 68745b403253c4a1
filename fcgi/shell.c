#include "shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* value between quotes in an option file. */
static void put_option(FILE *file, const char *name, const char *value)
{
    if (!*value)
        return;
    fprintf(file, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            (void)fputc('\\', file);
        (void)fputc(*value, file);
    }
    (void)fputs("\"\n", file);
}

/* How to connect: in memory, so that the password stands neither in a list of
 * processes nor on a disk. Returns the descriptor, or -1. */
static int option_file(const struct config *c)
{
    int descriptor = memfd_create("cairn-options", 0), copy = -1;
    FILE *file = NULL;

    /* The client does not read what others could write. */
    if (descriptor >= 0 && fchmod(descriptor, 0600) == 0)
        file = fdopen(descriptor, "w");
    if (!file)
        return -1;
    (void)fputs("[client]\ndefault-character-set=utf8mb4\n", file);
    if (*c->db_socket) {
        put_option(file, "socket", c->db_socket);
    } else {
        put_option(file, "host", c->db_host);
        fprintf(file, "port=%d\nprotocol=tcp\n", (int)c->db_port);
    }
    put_option(file, "user", c->db_user);
    put_option(file, "password", c->db_password);
    if (fflush(file) == 0)
        copy = dup(descriptor);
    (void)fclose(file);
    return copy;
}

int shell_run(const struct config *config, int count, char **words)
{
    static char clients[][8] = { "mariadb", "mysql" };
    char **all = calloc((size_t)count + 4, sizeof(*all)), options[64];
    char *database = strdup(config->db_name);
    int descriptor = option_file(config);

    if (all && database && descriptor >= 0) {
        /* It must be the first word; files of the machine and of the user do not count. */
        (void)snprintf(options, sizeof(options), "--defaults-file=/proc/self/fd/%d", descriptor);
        all[1] = options;
        for (int i = 0; i < count; i++)
            all[2 + i] = words[i];
        all[2 + count] = database;
        for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
            all[0] = clients[i];
            (void)execvp(all[0], all);
        }
    }
    fprintf(stderr, "cairn: db shell: the client \"mariadb\" or \"mysql\" cannot be started: %s\n",
            strerror(errno));
    free(all);
    free(database);
    return -1;
}
