#include "views.h"

#include <stdlib.h>
#include <string.h>

#include "../json_in.h"
#include "experiments.h"
#include "rows.h"

static const char tag_prefix[] = "cairn.view.";
static const char standard_tag[] = "cairn.defaultView";

static const struct field view_columns[] = {
    COLUMN(saved_view, view_id), COLUMN(saved_view, name),    COLUMN(saved_view, state),
    COLUMN(saved_view, created), COLUMN(saved_view, updated), FIELDS_END,
};

/* ------------------------------------------------------------------ views as tags */

static int64_t number_of(const json_t *object, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(object, name));
}

/* False of what somebody else wrote under such a name. */
static bool read_tag(struct arena *mem, const struct experiment_tag *tag, struct saved_view *view)
{
    const json_t *tree;

    if (strncmp(tag->key, tag_prefix, strlen(tag_prefix)) != 0 || !tag->value)
        return false;
    tree = json_in(mem, tag->value, strlen(tag->value));
    *view = (struct saved_view){
        .view_id = tag->key + strlen(tag_prefix),
        .name = json_string_value(json_object_get(tree, "name")),
        .state = json_string_value(json_object_get(tree, "state")),
        .created = number_of(tree, "created"),
        .updated = number_of(tree, "updated"),
    };
    return view->name && view->state;
}

static int write_tag(struct db *db, int64_t experiment_id, const struct saved_view *view)
{
    struct out out = { 0 };
    struct key_value tag = { .key = arena_printf(db->mem, "%s%s", tag_prefix, view->view_id) };

    out_object(&out, NULL);
    out_text(&out, "name", view->name);
    out_text(&out, "state", view->state);
    out_int(&out, "created", view->created);
    out_int(&out, "updated", view->updated);
    out_end(&out);
    tag.value = arena_strndup(db->mem, out.data, out.length);
    out_free(&out);
    return experiment_tag_put(db, experiment_id, &tag);
}

static int by_age(const void *a, const void *b)
{
    const struct saved_view *x = a, *y = b;

    if (x->created != y->created)
        return x->created < y->created ? -1 : 1;
    return strcmp(x->view_id, y->view_id);
}

static int list_tags(struct db *db, int64_t experiment_id, struct saved_view **views, size_t *count,
                     const char **standard)
{
    const struct experiment e = { .experiment_id = experiment_id };
    struct experiment_tag *tags;
    size_t tag_count;

    if (experiment_tags(db, &e, 1, &tags, &tag_count) < 0)
        return -1;
    *views = arena_array(db->mem, struct saved_view, tag_count);
    for (size_t i = 0; i < tag_count; i++) {
        *count += read_tag(db->mem, &tags[i], &(*views)[*count]);
        if (!strcmp(tags[i].key, standard_tag))
            *standard = tags[i].value;
    }
    if (*count)
        qsort(*views, *count, sizeof(**views), by_age);
    return 0;
}

/* ---------------------------------------------------------------- views as rows */

static const char select_views[] = "SELECT view_id, name, state, created, updated FROM cairn_views"
                                   " WHERE name IS NOT NULL ORDER BY created, view_id";
static const char select_view[] =
    "SELECT view_id, name, state, created, updated FROM cairn_views WHERE view_id = ?";
static const char upsert_view[] =
    "INSERT INTO cairn_views (view_id, name, state, created, updated) VALUES (?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE name = VALUES(name), state = VALUES(state), updated = "
    "VALUES(updated)";
static const char delete_view[] = "DELETE FROM cairn_views WHERE view_id = ?";

int views_list(struct db *db, struct opt_int scope, struct saved_view **views, size_t *count,
               const char **standard)
{
    struct rows *rows;

    *count = 0;
    *standard = NULL;
    if (scope.set)
        return list_tags(db, scope.value, views, count, standard);
    if (db_select(db, &rows, select_views) < 0)
        return -1;
    return rows_collect(db, rows, view_columns, sizeof(**views), (void **)views, count);
}

static int find_row(struct db *db, const char *view_id, struct saved_view *view)
{
    struct rows *rows;
    int found;

    if (db_select(db, &rows, select_view, text(view_id)) < 0)
        return -1;
    found = db_next(rows, view_columns, view);
    db_finish(rows);
    return found;
}

static int find_tag(struct db *db, int64_t experiment_id, const char *view_id,
                    struct saved_view *view)
{
    struct saved_view *views;
    const char *standard = NULL;
    size_t count = 0;

    if (list_tags(db, experiment_id, &views, &count, &standard) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(views[i].view_id, view_id)) {
            *view = views[i];
            return 1;
        }
    return 0;
}

static int not_there(struct db *db, const char *view_id)
{
    return fail(db, RESOURCE_DOES_NOT_EXIST, "There is no saved view '%s'.", view_id);
}

int view_by_id(struct db *db, struct opt_int scope, const char *view_id, struct saved_view *view)
{
    int found = scope.set ? find_tag(db, scope.value, view_id, view) : 0;

    if (!found) {
        found = find_row(db, view_id, view);
        if (found > 0 && scope.set && view->name) /* of those, links alone go with experiments */
            found = 0;
    }
    if (found)
        return found < 0 ? -1 : 0;
    return not_there(db, view_id);
}

int view_put(struct db *db, struct opt_int scope, const struct saved_view *view)
{
    if (scope.set)
        return write_tag(db, scope.value, view);
    return db_exec(db, upsert_view, text(view->view_id), text(view->name), text(view->state),
                   integer(view->created), integer(view->updated)) < 0
               ? -1
               : 0;
}

static const char delete_standard[] =
    "DELETE FROM experiment_tags WHERE experiment_id = ? AND `key` = ? AND value = ?";
static const char delete_view_tag[] =
    "DELETE FROM experiment_tags WHERE experiment_id = ? AND `key` = ?";

int view_remove(struct db *db, struct opt_int scope, const char *view_id)
{
    int64_t gone;

    if (scope.set &&
        db_exec(db, delete_standard, integer(scope.value), text(standard_tag), text(view_id)) < 0)
        return -1;
    gone = scope.set ? db_exec(db, delete_view_tag, integer(scope.value),
                               text(arena_printf(db->mem, "%s%s", tag_prefix, view_id)))
                     : db_exec(db, delete_view, text(view_id));
    if (gone)
        return gone < 0 ? -1 : 0;
    return not_there(db, view_id);
}

static const char count_links[] = "SELECT COUNT(*) AS n FROM cairn_views WHERE name IS NULL";
static const char delete_links[] =
    "DELETE FROM cairn_views WHERE name IS NULL ORDER BY updated, view_id LIMIT ?";

int view_links_prune(struct db *db, int64_t most)
{
    struct rows *rows;
    int64_t count;

    if (db_select(db, &rows, count_links) < 0 || rows_count(rows, &count) < 0)
        return -1;
    if (count <= most)
        return 0;
    return db_exec(db, delete_links, integer(count - most)) < 0 ? -1 : 0;
}

int view_set_standard(struct db *db, int64_t experiment_id, const char *view_id)
{
    const struct key_value tag = { standard_tag, view_id };

    if (view_id)
        return experiment_tag_put(db, experiment_id, &tag);
    return db_exec(db, delete_view_tag, integer(experiment_id), text(standard_tag)) < 0 ? -1 : 0;
}
