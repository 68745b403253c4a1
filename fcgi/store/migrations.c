#include "store/migrations.h"

#include <stdio.h>
#include <string.h>

#ifndef CAIRN_SQL
#define CAIRN_SQL "sql" /* CMake gives the whole path; a compiler run by hand starts at the top */
#endif

/* The assembler reads the files, so that nothing has to be generated. CMake
 * knows that this object depends on them. */
#define MIGRATION(area, number, name)                                                              \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global migration_" #area #number "\n"                                                \
            ".global migration_" #area #number "_end\n"                                            \
            "migration_" #area #number ":\n"                                                       \
            ".incbin \"" CAIRN_SQL "/" #area "/" #number "_" #name ".sql\"\n"                      \
            "migration_" #area #number "_end:\n"                                                   \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const char migration_##area##number[] __attribute__((visibility("hidden")));            \
    extern const char migration_##area##number##_end[] __attribute__((visibility("hidden")));
#include "store/migrations.def"
#include "store/sqlite_schema.def"
#undef MIGRATION

/* 1##number - 10000: read as it is written, 0008 would be octal. */
#define MIGRATION(area_, number_, name_)                                                           \
    {                                                                                              \
        .area = #area_,                                                                            \
        .number = 1##number_ - 10000,                                                              \
        .name = #name_,                                                                            \
        .file = #area_ "/" #number_ "_" #name_,                                                    \
        .sql = migration_##area_##number_,                                                         \
        .end = migration_##area_##number_##_end,                                                   \
    },
const struct migration migrations[] = {
#include "store/migrations.def"
    { .area = NULL }
};
const struct migration sqlite_schema[] = {
#include "store/sqlite_schema.def"
    { .area = NULL }
};
#undef MIGRATION

/* Statements are separated by empty lines (a trigger has semicolons inside),
 * and comments stand above them. */
bool migration_next(const struct migration *m, size_t *at, struct migration_statement *statement)
{
    const char *s = m->sql + *at;
    const char *stop;

    while (s < m->end && (*s == '\n' || strncmp(s, "--", 2) == 0)) {
        const char *newline = memchr(s, '\n', (size_t)(m->end - s));

        s = newline ? newline + 1 : m->end;
    }
    stop = s < m->end ? memmem(s, (size_t)(m->end - s), "\n\n", 2) : NULL;
    if (!stop)
        stop = m->end;
    *at = (size_t)(stop - m->sql);
    while (stop > s && stop[-1] == '\n')
        stop--;
    statement->sql = s;
    statement->length = (size_t)(stop - s);
    return stop > s;
}

/* "CREATE TABLE IF NOT EXISTS runs (" is "CREATE TABLE runs". */
void migration_title(const struct migration_statement *statement, char *buffer, size_t size)
{
    static const char repeatable[] = "IF NOT EXISTS ";
    const char *line = statement->sql;
    size_t length = strcspn(line, "(\n");
    const char *cut;

    while (length && (line[length - 1] == ' ' || line[length - 1] == ';'))
        length--;
    cut = memmem(line, length, repeatable, strlen(repeatable));
    if (cut) {
        const char *rest = cut + strlen(repeatable);

        (void)snprintf(buffer, size, "%.*s%.*s", (int)(cut - line), line,
                       (int)(line + length - rest), rest);
    } else {
        (void)snprintf(buffer, size, "%.*s", (int)length, line);
    }
}
