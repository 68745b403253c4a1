#include "store/schema.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "store/migrations.h"

/* A part of a schema, in words that are the same whether they come from our
 * files or from the information_schema of MariaDB or MySQL. */
struct part {
    const char *kind, *tbl, *name, *value;
};

struct parts {
    struct arena *mem;
    struct part *items;
    size_t count, room;
};

static void add_part(struct parts *parts, const char *kind, const char *table, const char *name,
                     const char *value)
{
    if (parts->count == parts->room) {
        size_t size = parts->room * sizeof(struct part);

        parts->room = parts->room ? 2 * parts->room : 256;
        parts->items =
            arena_grow(parts->mem, parts->items, size, parts->room * sizeof(struct part));
    }
    parts->items[parts->count++] = (struct part){ kind, table, name, value };
}

static int compare_parts(const void *a, const void *b)
{
    const struct part *x = a;
    const struct part *y = b;
    int order = strcmp(x->tbl, y->tbl);

    if (order == 0)
        order = strcmp(x->kind, y->kind);
    return order ? order : strcmp(x->name, y->name);
}

static const struct part *find_part(const struct parts *parts, const char *kind, const char *table,
                                    const char *name)
{
    struct part wanted = { kind, table, name, NULL };

    return bsearch(&wanted, parts->items, parts->count, sizeof(wanted), compare_parts);
}

static char *lower(struct arena *mem, const char *s, size_t length)
{
    char *copy = arena_strndup(mem, s, length);

    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

/* The order of a primary key's columns is a matter of layout: "b, a" is "a, b". */
static const char *sorted(struct arena *mem, const char *list)
{
    const char *names[32];
    size_t count = 0;
    char *save;
    char *copy = arena_strdup(mem, list);
    const char *result = "";

    for (char *name = strtok_r(copy, ", ", &save); name && count < 32;
         name = strtok_r(NULL, ", ", &save)) {
        size_t at = count++;

        for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    for (size_t i = 0; i < count; i++)
        result = arena_printf(mem, "%s%s%s", result, i ? ", " : "", names[i]);
    return result;
}

/* Our files: what a schema should be. */

/* One blank for any white space, no comments, no backticks. */
static char *plain(struct arena *mem, const struct migration_statement *statement)
{
    char *copy = arena_alloc(mem, statement->length + 1);
    char *to = copy;
    const char *s = statement->sql;
    const char *end = s + statement->length;

    while (s < end) {
        if (end - s > 1 && s[0] == '-' && s[1] == '-') {
            while (s < end && *s != '\n')
                s++;
        } else if (isspace((unsigned char)*s)) {
            if (to > copy && to[-1] != ' ' && to[-1] != '(')
                *to++ = ' ';
            s++;
        } else {
            if (*s != '`')
                *to++ = *s;
            s++;
        }
    }
    *to = '\0';
    return copy;
}

/* The text of the bracket that opens at or after *s, without it; *s moves behind. */
static char *bracket(struct arena *mem, const char **s)
{
    const char *open = strchr(*s, '(');
    const char *c = open + 1;

    for (int depth = 1; depth > 0; c++)
        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
    *s = c;
    return arena_strndup(mem, open + 1, (size_t)(c - open - 2));
}

static char *word(struct arena *mem, const char **s)
{
    size_t length;
    char *result;

    *s += strspn(*s, " ");
    length = strcspn(*s, " (,;");
    result = arena_strndup(mem, *s, length);
    *s += length;
    return result;
}

static bool starts(const char **s, const char *with)
{
    size_t length = strlen(with);

    *s += strspn(*s, " ");
    if (strncmp(*s, with, length) != 0)
        return false;
    *s += length;
    return true;
}

/* DESC is left out: servers before MariaDB 10.8 accept and forget it. */
static const char *key_columns(struct arena *mem, const char **s)
{
    char *columns = bracket(mem, s);
    char *desc;

    while ((desc = strstr(columns, " DESC")))
        memmove(desc, desc + 5, strlen(desc + 5) + 1);
    return columns;
}

static void add_foreign_key(struct parts *parts, const char *table, const char *name, const char *s)
{
    struct arena *mem = parts->mem;
    const char *columns = bracket(mem, &s);
    const char *referenced, *rules;

    (void)starts(&s, "REFERENCES");
    referenced = word(mem, &s);
    rules = arena_printf(mem, "(%s) to %s (%s)", columns, referenced, bracket(mem, &s));
    add_part(parts, "foreign key", table, name,
             arena_printf(mem, "%s%s", rules, lower(mem, s, strlen(s))));
}

static void add_constraint(struct parts *parts, const char *table, const char *s)
{
    const char *name = word(parts->mem, &s);

    if (starts(&s, "FOREIGN KEY"))
        add_foreign_key(parts, table, name, s);
    else
        add_part(parts, "check", table, name, "");
}

static const char *column_value(struct arena *mem, const char *type, bool nullable,
                                const char *fallback, bool counts, bool generated)
{
    return arena_printf(mem, "%s%s%s%s%s%s", type, nullable ? "" : " not null",
                        fallback ? " default " : "", fallback ? fallback : "",
                        counts ? " auto_increment" : "", generated ? " generated" : "");
}

/* NULL for none; 'x' is x, as MySQL has it and MariaDB does not. */
static const char *default_value(struct arena *mem, const char *s)
{
    if (!s || !strcmp(s, "NULL"))
        return NULL;
    return *s == '\'' ? arena_strndup(mem, s + 1, strlen(s) - 2) : s;
}

static void add_column(struct parts *parts, const char *table, const char *s)
{
    struct arena *mem = parts->mem;
    const char *name = word(mem, &s);
    const char *type, *fallback;

    s += strspn(s, " ");
    type = s;
    s += strcspn(s, " (");
    if (*s == '(')
        (void)bracket(mem, &s);
    type = lower(mem, type, (size_t)(s - type));
    fallback = strstr(s, "DEFAULT ");
    if (fallback) {
        fallback += strlen("DEFAULT ");
        fallback = default_value(mem, word(mem, &fallback));
    }
    add_part(parts, "column", table, name,
             column_value(mem, type, !strstr(s, "NOT NULL"), fallback,
                          strstr(s, "AUTO_INCREMENT") != NULL, strstr(s, "GENERATED") != NULL));
}

static void add_table_part(struct parts *parts, const char *table, const char *s, int *checks)
{
    struct arena *mem = parts->mem;
    const char *name;

    if (starts(&s, "PRIMARY KEY")) {
        add_part(parts, "primary key", table, "", sorted(mem, bracket(mem, &s)));
    } else if (starts(&s, "UNIQUE KEY ")) {
        name = word(mem, &s);
        add_part(parts, "unique key", table, name, key_columns(mem, &s));
    } else if (starts(&s, "KEY ")) {
        name = word(mem, &s);
        add_part(parts, "index", table, name, key_columns(mem, &s));
    } else if (starts(&s, "CONSTRAINT ")) {
        add_constraint(parts, table, s);
    } else if (starts(&s, "CHECK ")) {
        ++*checks;
    } else {
        add_column(parts, table, s);
    }
}

static void add_table(struct parts *parts, const char *s)
{
    struct arena *mem = parts->mem;
    const char *table = word(mem, &s);
    char *body = bracket(mem, &s);
    char *item = body;
    int depth = 0;
    int checks = 0;

    body[strlen(body) - (body[strlen(body) - 1] == ' ')] = '\0';
    add_part(parts, "table", table, "", "");
    for (char *c = body;; c++) {
        bool last = *c == '\0';

        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
        if (!last && (*c != ',' || depth > 0))
            continue;
        *c = '\0';
        add_table_part(parts, table, item, &checks);
        if (last)
            break;
        item = c + 1;
    }
    if (checks)
        add_part(parts, "checks without a name", table, "", arena_printf(mem, "%d", checks));
}

static void add_statement(struct parts *parts, const struct migration_statement *statement)
{
    struct arena *mem = parts->mem;
    const char *s = plain(mem, statement);
    const char *name, *table;

    if (starts(&s, "CREATE TABLE IF NOT EXISTS ")) {
        add_table(parts, s);
    } else if (starts(&s, "CREATE INDEX ")) {
        name = word(mem, &s);
        (void)starts(&s, "ON");
        table = word(mem, &s);
        add_part(parts, "index", table, name, key_columns(mem, &s));
    } else if (starts(&s, "CREATE TRIGGER ")) {
        name = word(mem, &s);
        s = strstr(s, " ON ") + 4;
        table = word(mem, &s);
        add_part(parts, "trigger", table, name, "");
    }
}

/* Those that the database can have. */
static void read_files(struct parts *parts, bool with_checks)
{
    size_t kept = 0;

    for (const struct migration *m = migrations; m->area; m++) {
        struct migration_statement statement;
        size_t at = 0;

        while (migration_next(m, &at, &statement))
            add_statement(parts, &statement);
    }
    /* What MLflow may add later takes it from the database. */
    add_part(parts, "default character set", "", "", "utf8mb4");
    for (size_t i = 0; i < parts->count; i++)
        if (with_checks || strncmp(parts->items[i].kind, "check", 5) != 0)
            parts->items[kept++] = parts->items[i];
    parts->count = kept;
    qsort(parts->items, parts->count, sizeof(*parts->items), compare_parts);
}

/* The database: what its schema is. */

static const char select_parts[] =
    "SELECT 'default character set' AS kind, '' AS tbl, '' AS name,"
    "       default_character_set_name AS value"
    "  FROM information_schema.schemata WHERE schema_name = DATABASE()"
    " UNION ALL "
    "SELECT 'table', table_name, '', ''"
    "  FROM information_schema.tables WHERE table_schema = DATABASE()"
    " UNION ALL "
    "SELECT CASE WHEN index_name = 'PRIMARY' THEN 'primary key'"
    "            WHEN non_unique = 0 THEN 'unique key' ELSE 'index' END,"
    "       table_name, IF(index_name = 'PRIMARY', '', index_name),"
    "       GROUP_CONCAT(column_name, IFNULL(CONCAT('(', sub_part, ')'), '')"
    "                    ORDER BY seq_in_index SEPARATOR ', ')"
    "  FROM information_schema.statistics WHERE table_schema = DATABASE()"
    " GROUP BY table_name, index_name, non_unique"
    " UNION ALL "
    "SELECT 'foreign key', k.table_name, k.constraint_name,"
    "       CONCAT('(', GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position SEPARATOR ', '),"
    "              ') to ', k.referenced_table_name, ' (',"
    "              GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR ', "
    "'),"
    "              ')', IF(r.delete_rule IN ('NO ACTION', 'RESTRICT'), '',"
    "                      CONCAT(' on delete ', LOWER(r.delete_rule))),"
    "              IF(r.update_rule IN ('NO ACTION', 'RESTRICT'), '',"
    "                 CONCAT(' on update ', LOWER(r.update_rule))))"
    "  FROM information_schema.key_column_usage k"
    "  JOIN information_schema.referential_constraints r"
    "    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name"
    "   AND r.table_name = k.table_name"
    " WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL"
    " GROUP BY k.table_name, k.constraint_name, k.referenced_table_name, r.delete_rule, "
    "r.update_rule"
    " UNION ALL "
    "SELECT 'check', table_name, constraint_name, ''"
    "  FROM information_schema.table_constraints"
    " WHERE constraint_type = 'CHECK' AND table_schema = DATABASE()"
    " UNION ALL "
    "SELECT 'checks without a name', table_name, '', COUNT(*)"
    "  FROM information_schema.table_constraints"
    " WHERE constraint_type = 'CHECK' AND table_schema = DATABASE()"
    "   AND (constraint_name LIKE 'CONSTRAINT\\_%' OR constraint_name LIKE '%\\_chk\\_%')"
    " GROUP BY table_name"
    " UNION ALL "
    "SELECT 'trigger', event_object_table, trigger_name, ''"
    "  FROM information_schema.triggers WHERE trigger_schema = DATABASE()";

static int read_parts(struct db *db, struct parts *parts)
{
    static const struct field fields[] = {
        COLUMN(part, kind), COLUMN(part, tbl), COLUMN(part, name), COLUMN(part, value), FIELDS_END,
    };
    struct part p;
    struct rows *rows;
    int more;

    if (db_select(db, &rows, select_parts) < 0)
        return -1;
    while ((more = db_next(rows, fields, &p)) > 0) {
        bool primary = !strcmp(p.kind, "primary key");

        add_part(parts, p.kind, p.tbl, p.name, primary ? sorted(parts->mem, p.value) : p.value);
    }
    return more;
}

struct column {
    const char *tbl, *name, *type, *nullable, *fallback, *extra, *charset, *collation;
};
static const struct field column_fields[] = {
    COLUMN(column, tbl),      COLUMN(column, name),      COLUMN(column, type),
    COLUMN(column, nullable), COLUMN(column, fallback),  COLUMN(column, extra),
    COLUMN(column, charset),  COLUMN(column, collation), FIELDS_END,
};
static const char select_columns[] =
    "SELECT table_name AS tbl, column_name AS name, column_type AS type, is_nullable AS nullable,"
    "       column_default AS fallback, extra AS extra, character_set_name AS charset,"
    "       collation_name AS collation"
    "  FROM information_schema.columns WHERE table_schema = DATABASE()";

/* int(11) is int, tinyint(1) is boolean; JSON is a longtext of its own
 * collation in MariaDB. Text that is not utf8mb4 says so. */
static const char *column_type(struct arena *mem, const struct column *c)
{
    if (!strcmp(c->type, "tinyint(1)"))
        return "boolean";
    if (!strncmp(c->type, "int(", 4) || !strncmp(c->type, "bigint(", 7))
        return arena_strndup(mem, c->type, strcspn(c->type, "("));
    if (!strcmp(c->type, "longtext") && c->collation && !strcmp(c->collation, "utf8mb4_bin"))
        return "json";
    if (c->charset && strcmp(c->charset, "utf8mb4") != 0)
        return arena_printf(mem, "%s character set %s", c->type, c->charset);
    return c->type;
}

static int read_columns(struct db *db, struct parts *parts)
{
    struct arena *mem = parts->mem;
    struct column c;
    struct rows *rows;
    int more;

    if (db_select(db, &rows, select_columns) < 0)
        return -1;
    while ((more = db_next(rows, column_fields, &c)) > 0)
        add_part(parts, "column", c.tbl, c.name,
                 column_value(mem, column_type(mem, &c), !strcmp(c.nullable, "YES"),
                              default_value(mem, c.fallback),
                              strstr(c.extra, "auto_increment") != NULL,
                              strstr(c.extra, "STORED GENERATED") != NULL));
    return more;
}

static int read_database(struct db *db, struct parts *parts)
{
    if (read_parts(db, parts) < 0 || read_columns(db, parts) < 0)
        return -1;
    assert(parts->count > 0); /* the database's own character set, at least */
    qsort(parts->items, parts->count, sizeof(*parts->items), compare_parts);
    return 0;
}

/* Both. */

static const char *label(struct arena *mem, const struct part *p)
{
    return arena_printf(mem, "%s%s%s%s%s", p->kind, p->tbl[0] ? " " : "", p->tbl,
                        p->name[0] ? "." : "", p->name);
}

static void print_difference(struct arena *mem, const struct part *expected,
                             const struct part *found, FILE *out)
{
    bool hidden = !strcmp(expected->kind, "trigger"); /* MySQL shows them to few */

    if (found)
        (void)fprintf(out, "%s is %s, should be %s\n", label(mem, expected), found->value,
                      expected->value);
    else
        (void)fprintf(out, "%s is missing%s%s%s\n", label(mem, expected),
                      hidden ? ", or this user may not see triggers" : "",
                      expected->value[0] ? ": " : "", expected->value);
}

static int print_missing(const struct parts *expected, const struct parts *found, FILE *out)
{
    int count = 0;

    for (size_t i = 0; i < expected->count; i++) {
        const struct part *e = &expected->items[i];
        const struct part *f = find_part(found, e->kind, e->tbl, e->name);

        if (e->tbl[0] && strcmp(e->kind, "table") != 0 && !find_part(found, "table", e->tbl, ""))
            continue; /* its table is missing, and that is said once */
        if (f && !strcmp(e->value, f->value))
            continue;
        print_difference(expected->mem, e, f, out);
        count++;
    }
    return count;
}

/* Of what is there and not expected, only what can refuse a row matters. */
static int print_unknown(const struct parts *expected, const struct parts *found, FILE *out)
{
    int count = 0;

    for (size_t i = 0; i < found->count; i++) {
        const struct part *f = &found->items[i];
        bool matters = !strcmp(f->kind, "column") || !strcmp(f->kind, "unique key") ||
                       !strcmp(f->kind, "foreign key") || !strcmp(f->kind, "trigger");

        if (!matters || !find_part(expected, "table", f->tbl, "") ||
            find_part(expected, f->kind, f->tbl, f->name))
            continue;
        (void)fprintf(out, "%s is not known here: %s\n", label(found->mem, f), f->value);
        count++;
    }
    return count;
}

int schema_compare(struct db *db, FILE *out)
{
    struct parts expected = { .mem = db->mem };
    struct parts found = { .mem = db->mem };

    read_files(&expected, db_has_checks(db));
    if (read_database(db, &found) < 0)
        return -1;
    return print_missing(&expected, &found, out) + print_unknown(&expected, &found, out);
}
