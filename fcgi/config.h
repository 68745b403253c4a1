/* The settings of config.def as a struct, from file, environment and flags. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_TYPE_TEXT   const char *
#define CONFIG_TYPE_SECRET const char *
#define CONFIG_TYPE_INT    int64_t
#define CONFIG_TYPE_BOOL   bool

struct config {
#define CONFIG(name, type, ...) CONFIG_TYPE_##type name;
#include "config.def"
#undef CONFIG
};

/* Fills c from defaults, then the file named by --config (or CAIRN_CONFIG),
 * then the environment, then the flags --name=value in argv, which are taken
 * out of it (*argc shrinks). Checks ranges and reads db_password_file. On an
 * unknown name or a bad value prints one clear line to stderr and returns -1.
 * Strings live as long as the process. */
int config_load(struct config *c, int *argc, char **argv);

/* name = value lines; secrets are shown as stars. */
void config_dump(const struct config *c, FILE *to);
/* One line per setting: name, type, default, what it is for. */
void config_help(FILE *to);
