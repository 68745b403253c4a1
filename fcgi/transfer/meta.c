#include "meta.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

static const char *scalar_text(struct arena *mem, const yaml_node_t *node)
{
    return arena_strndup(mem, (const char *)node->data.scalar.value, node->data.scalar.length);
}

/* Plain null, as YAML 1.1 spells it. */
static bool is_null(const yaml_node_t *node)
{
    const char *value = (const char *)node->data.scalar.value;

    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*value || !strcmp(value, "null") || !strcmp(value, "~") || !strcmp(value, "Null") ||
            !strcmp(value, "NULL"));
}

/* depth: mappings within it that are read; deeper ones are left out. */
static void read_mapping(struct arena *mem, yaml_document_t *document, const yaml_node_t *node,
                         int depth, struct meta *meta)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    meta->items = arena_array(mem, struct meta_item,
                              node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    for (; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(document, pair->key),
                          *value = yaml_document_get_node(document, pair->value);
        struct meta_item *item = &meta->items[meta->count];

        if (!key || !value || key->type != YAML_SCALAR_NODE)
            continue;
        item->key = scalar_text(mem, key);
        if (value->type == YAML_SCALAR_NODE) {
            item->value = is_null(value) ? NULL : scalar_text(mem, value);
            meta->count++;
        } else if (value->type == YAML_MAPPING_NODE && depth > 0) {
            item->map = arena_new(mem, struct meta);
            read_mapping(mem, document, value, depth - 1, item->map);
            meta->count++;
        }
    }
}

static int read_document(const struct fields_ctx *ctx, const char *path, yaml_parser_t *parser,
                         struct meta *meta)
{
    yaml_document_t document;
    const yaml_node_t *root;
    int failed = 0;

    if (!yaml_parser_load(parser, &document))
        return fail(ctx, INVALID_PARAMETER_VALUE, "%s is not YAML: line %zu: %s", path,
                    parser->problem_mark.line + 1, parser->problem ? parser->problem : "?");
    root = yaml_document_get_root_node(&document);
    if (root && root->type == YAML_MAPPING_NODE)
        read_mapping(ctx->mem, &document, root, 1, meta);
    else
        failed = fail(ctx, INVALID_PARAMETER_VALUE, "%s holds no mapping.", path);
    yaml_document_delete(&document);
    return failed;
}

int meta_read(const struct fields_ctx *ctx, const char *path, struct meta *meta)
{
    FILE *file = fopen(path, "re");
    yaml_parser_t parser;
    int failed;

    *meta = (struct meta){ 0 };
    if (!file && errno == ENOENT)
        return fail(ctx, NOT_FOUND, "%s is not there.", path);
    if (!file)
        return fail(ctx, INTERNAL_ERROR, "%s cannot be read: %s", path, strerror(errno));
    if (!yaml_parser_initialize(&parser)) {
        (void)fclose(file);
        return fail(ctx, INTERNAL_ERROR, "Out of memory.");
    }
    yaml_parser_set_input_file(&parser, file);
    failed = read_document(ctx, path, &parser, meta);
    yaml_parser_delete(&parser);
    (void)fclose(file);
    return failed;
}

static const struct meta_item *find(const struct meta *meta, const char *key)
{
    for (size_t i = 0; i < meta->count; i++)
        if (!strcmp(meta->items[i].key, key))
            return &meta->items[i];
    return NULL;
}

const char *meta_text(const struct meta *meta, const char *key)
{
    const struct meta_item *item = find(meta, key);

    return item ? item->value : NULL;
}

struct opt_int meta_int(const struct meta *meta, const char *key)
{
    const char *value = meta_text(meta, key);
    struct opt_int result = { 0 };
    char *end;

    if (!value || !*value)
        return result;
    errno = 0;
    result.value = strtoll(value, &end, 10);
    result.set = !*end && !errno;
    return result;
}

const struct meta *meta_map(const struct meta *meta, const char *key)
{
    const struct meta_item *item = find(meta, key);

    return item ? item->map : NULL;
}

struct meta meta_new(struct arena *mem, size_t room)
{
    return (struct meta){ .items = arena_array(mem, struct meta_item, room + 1) };
}

void meta_put_text(struct meta *meta, const char *key, const char *value)
{
    meta->items[meta->count++] =
        (struct meta_item){ .key = key, .value = value, .is_text = value != NULL };
}

void meta_put_int(struct meta *meta, struct arena *mem, const char *key, struct opt_int number)
{
    meta->items[meta->count++] = (struct meta_item){
        .key = key,
        .value = number.set ? arena_printf(mem, "%" PRId64, number.value) : NULL,
    };
}

void meta_put_map(struct meta *meta, const char *key, struct meta *map)
{
    meta->items[meta->count++] = (struct meta_item){ .key = key, .map = map };
}

static bool emit_scalar(yaml_emitter_t *emitter, const char *text, bool quoted)
{
    yaml_event_t event;

    return yaml_scalar_event_initialize(
               &event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), !quoted, quoted,
               quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE) &&
           yaml_emitter_emit(emitter, &event);
}

static bool emit_mapping(yaml_emitter_t *emitter, const struct meta *meta)
{
    yaml_event_t event;

    if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_MAPPING_STYLE) ||
        !yaml_emitter_emit(emitter, &event))
        return false;
    for (size_t i = 0; i < meta->count; i++) {
        const struct meta_item *item = &meta->items[i];

        if (!emit_scalar(emitter, item->key, true))
            return false;
        if (item->map ? !emit_mapping(emitter, item->map)
                      : !emit_scalar(emitter, item->value ? item->value : "null", item->is_text))
            return false;
    }
    return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static bool emit(FILE *file, const struct meta *meta)
{
    yaml_emitter_t emitter;
    yaml_event_t event;
    bool good = yaml_emitter_initialize(&emitter);

    if (!good)
        return false;
    yaml_emitter_set_output_file(&emitter, file);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    good = yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
           yaml_emitter_emit(&emitter, &event) &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
           yaml_emitter_emit(&emitter, &event) && emit_mapping(&emitter, meta) &&
           yaml_document_end_event_initialize(&event, 1) && yaml_emitter_emit(&emitter, &event) &&
           yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(&emitter, &event);
    yaml_emitter_delete(&emitter);
    return good;
}

int meta_write(const struct fields_ctx *ctx, const char *path, const struct meta *meta)
{
    const char *part = arena_printf(ctx->mem, "%s.part", path);
    FILE *file = fopen(part, "we");
    bool good = file && emit(file, meta) && !ferror(file);

    if (file && fclose(file) != 0)
        good = false;
    if (!good || rename(part, path) < 0)
        return fail(ctx, INTERNAL_ERROR, "%s cannot be written: %s", path, strerror(errno));
    return 0;
}
