#include "xml.h"

#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

enum {
    DEEPEST = 16
};

struct level {
    char *path;
    char *text;
    size_t length, room;
};

struct reading {
    struct arena *mem;
    XML_Parser parser;
    xml_element *element;
    void *context;
    struct level levels[DEEPEST + 1];
    int depth;
};

/* Names may come with a prefix: <d:Key>. */
static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct reading *r = context;
    const struct level *parent = &r->levels[r->depth];

    (void)attributes;
    if (r->depth == DEEPEST) {
        (void)XML_StopParser(r->parser, XML_FALSE);
        return;
    }
    name = local_name(name);
    r->depth++;
    r->levels[r->depth] = (struct level){
        .path = parent->path ? arena_printf(r->mem, "%s/%s", parent->path, name)
                             : arena_strdup(r->mem, name),
    };
}

static void on_text(void *context, const char *text, int length)
{
    struct reading *r = context;
    struct level *level = &r->levels[r->depth];
    size_t n = (size_t)length;

    if (level->length + n + 1 > level->room) {
        size_t room = 2 * (level->length + n) + 64;

        level->text = arena_grow(r->mem, level->text, level->length, room);
        level->room = room;
    }
    memcpy(level->text + level->length, text, n);
    level->length += n;
    level->text[level->length] = '\0';
}

static void on_end(void *context, const char *name)
{
    struct reading *r = context;
    const struct level *level = &r->levels[r->depth--];

    (void)name;
    r->element(r->context, level->path, level->text ? level->text : "");
}

static void on_doctype(void *context, const char *name, const char *system, const char *public,
                       int internal)
{
    const struct reading *r = context;

    (void)name, (void)system, (void)public, (void)internal;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

/* One parser for the life of the process: a jump out of memory loses none. */
static XML_Parser open_parser(void)
{
    static XML_Parser parser;

    if (parser)
        (void)XML_ParserReset(parser, "UTF-8");
    else
        parser = XML_ParserCreate("UTF-8");
    return parser;
}

int xml_read(struct arena *mem, const char *document, size_t length, xml_element *element,
             void *context)
{
    struct reading r = {
        .mem = mem, .parser = open_parser(), .element = element, .context = context
    };

    if (!r.parser || length > INT_MAX)
        return -1;
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    return XML_Parse(r.parser, document, (int)length, XML_TRUE) == XML_STATUS_OK ? 0 : -1;
}
