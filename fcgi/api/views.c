/* Saved views of the table of runs: what stands in the address of the page, under a name
 * or, for a link that would be too long, without one. */
#include "../store/views.h"

#include <string.h>

#include "../artifacts/digest.h"
#include "../id.h"
#include "../store/experiments.h"
#include "endpoints.h"
#include "fragments.h"

enum {
    MOST_OF_EXPERIMENT = 50,
    MOST_EVERYWHERE = 200,
    MOST_LINKS = 10000,
    NAME_MOST = 100,
};

/* The experiment whose views are meant; none: views of no experiment. It exists, and is
 * active if its views are to change. */
static int read_scope(struct request *rq, const char *experiment_id, bool writes,
                      struct opt_int *scope)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };
    struct experiment e = { 0 };

    *scope = (struct opt_int){ 0 };
    if (!experiment_id || !*experiment_id)
        return 0;
    scope->set = true;
    if (parse_experiment_id(&ctx, experiment_id, &scope->value) < 0)
        return -1;
    return writes ? experiment_must_be_active(rq->db, scope->value, &e)
                  : experiment_by_id(rq->db, scope->value, &e);
}

static int check_name(struct request *rq, const char *name)
{
    const struct fields_ctx ctx = { rq->err, rq->mem };

    if (name[strspn(name, " ")] == '\0')
        return fail(rq, INVALID_PARAMETER_VALUE, "A view needs a name.");
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            return fail(rq, INVALID_PARAMETER_VALUE,
                        "The name of a view cannot hold control characters.");
    return validate_length(&ctx, "name", NAME_MOST, name);
}

static int check_state(struct request *rq, const char *state)
{
    if (strlen(state) > VIEW_STATE_MOST)
        return fail(rq, INVALID_PARAMETER_VALUE, "The state of a view may have %d bytes, not %zu.",
                    VIEW_STATE_MOST, strlen(state));
    for (const char *c = state; *c; c++)
        if (*c <= ' ' || *c >= 127 || *c == '#' || *c == '"' || *c == '\\')
            return fail(rq, INVALID_PARAMETER_VALUE,
                        "The state of a view is the query string of its page, without the '?'.");
    return 0;
}

/* Room for one more, and no other view of that name. */
static int check_others(struct request *rq, struct opt_int scope, const struct saved_view *view)
{
    size_t most = scope.set ? MOST_OF_EXPERIMENT : MOST_EVERYWHERE, count, others = 0;
    struct saved_view *views;
    const char *standard;

    if (views_list(rq->db, scope, &views, &count, &standard) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(views[i].view_id, view->view_id))
            continue;
        others++;
        if (!strcmp(views[i].name, view->name))
            return fail(rq, RESOURCE_ALREADY_EXISTS, "There is a view named '%s' already.",
                        view->name);
    }
    if (others >= most)
        return fail(rq, INVALID_PARAMETER_VALUE,
                    "There are %zu views, and no more may be. Delete one before saving another.",
                    others);
    return 0;
}

static void write_view(struct out *out, const char *key, struct opt_int scope,
                       const struct saved_view *view)
{
    out_object(out, key);
    out_text(out, "view_id", view->view_id);
    if (scope.set)
        out_int_text(out, "experiment_id", scope.value);
    out_text_if(out, "name", view->name);
    out_text(out, "state", view->state);
    out_int(out, "creation_time", view->created);
    out_int(out, "last_update_time", view->updated);
    out_end(out);
}

static int reply_view(struct request *rq, struct opt_int scope, const struct saved_view *view)
{
    out_object(&rq->out, NULL);
    write_view(&rq->out, "view", scope, view);
    out_end(&rq->out);
    return 0;
}

struct view_list_in {
    const char *experiment_id;
};
static const struct field view_list_fields[] = {
    OPTIONAL(view_list_in, experiment_id, "Its views; absent: those of no experiment."),
    FIELDS_END,
};
INPUT(view_list);

int view_list(struct request *rq)
{
    const struct view_list_in *in = rq->in;
    struct saved_view *views;
    const char *standard;
    struct opt_int scope;
    size_t count;

    if (read_scope(rq, in->experiment_id, false, &scope) < 0 ||
        views_list(rq->db, scope, &views, &count, &standard) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_array(&rq->out, "views");
    for (size_t i = 0; i < count; i++)
        write_view(&rq->out, NULL, scope, &views[i]);
    out_end(&rq->out);
    out_text_if(&rq->out, "default_view_id", standard);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

struct view_get_in {
    const char *experiment_id, *view_id;
};
static const struct field view_get_fields[] = {
    OPTIONAL(view_get_in, experiment_id, "Whose view it is; absent: a view of no experiment."),
    REQUIRED(view_get_in, view_id, "The view, or link."),
    FIELDS_END,
};
INPUT(view_get);

int view_get(struct request *rq)
{
    const struct view_get_in *in = rq->in;
    struct saved_view view;
    struct opt_int scope;

    if (read_scope(rq, in->experiment_id, false, &scope) < 0 ||
        view_by_id(rq->db, scope, in->view_id, &view) < 0)
        return -1;
    return reply_view(rq, scope, &view);
}

struct view_create_in {
    const char *experiment_id, *name, *state;
};
static const struct field view_create_fields[] = {
    OPTIONAL(view_create_in, experiment_id, "Whose view it is; absent: of no experiment."),
    REQUIRED(view_create_in, name, "Unique among the views of the experiment."),
    OPTIONAL(view_create_in, state, "The query string of the page."),
    FIELDS_END,
};
INPUT(view_create);

int view_create(struct request *rq)
{
    const struct view_create_in *in = rq->in;
    int64_t now = now_ms();
    struct saved_view view = {
        .view_id = arena_strndup(rq->mem, id_hex(rq->mem), VIEW_ID),
        .name = in->name,
        .state = in->state ? in->state : "",
        .created = now,
        .updated = now,
    };
    struct opt_int scope;

    if (check_name(rq, view.name) < 0 || check_state(rq, view.state) < 0 ||
        read_scope(rq, in->experiment_id, true, &scope) < 0 || check_others(rq, scope, &view) < 0 ||
        view_put(rq->db, scope, &view) < 0)
        return -1;
    return reply_view(rq, scope, &view);
}

struct view_link_in {
    const char *state;
};
static const struct field view_link_fields[] = {
    REQUIRED(view_link_in, state, "The query string of the page."),
    FIELDS_END,
};
INPUT(view_link);

/* The same state has the same link. */
int view_link(struct request *rq)
{
    const struct view_link_in *in = rq->in;
    int64_t now = now_ms();
    char digest[DIGEST_TEXT];
    struct saved_view view = { .state = in->state, .created = now, .updated = now };
    const struct opt_int nobody = { 0 };

    if (check_state(rq, view.state) < 0)
        return -1;
    digest_of(view.state, digest);
    view.view_id = arena_strndup(rq->mem, digest, VIEW_ID);
    if (view_put(rq->db, nobody, &view) < 0 || view_links_prune(rq->db, MOST_LINKS) < 0)
        return -1;
    return reply_view(rq, nobody, &view);
}

struct view_update_in {
    const char *experiment_id, *view_id, *name, *state;
};
static const struct field view_update_fields[] = {
    OPTIONAL(view_update_in, experiment_id, "Whose view it is; absent: a view of no experiment."),
    REQUIRED(view_update_in, view_id, "The view."),
    OPTIONAL(view_update_in, name, "Its name from now on; as it is when absent."),
    OPTIONAL(view_update_in, state, "Its state from now on; as it is when absent."),
    FIELDS_END,
};
INPUT(view_update);

int view_update(struct request *rq)
{
    const struct view_update_in *in = rq->in;
    struct saved_view view;
    struct opt_int scope;

    if ((in->name && check_name(rq, in->name) < 0) ||
        (in->state && check_state(rq, in->state) < 0) ||
        read_scope(rq, in->experiment_id, true, &scope) < 0 ||
        view_by_id(rq->db, scope, in->view_id, &view) < 0)
        return -1;
    if (!view.name)
        return fail(rq, INVALID_PARAMETER_VALUE, "A link stays as it is.");
    if (in->name)
        view.name = in->name;
    if (in->state)
        view.state = in->state;
    view.updated = now_ms();
    if (check_others(rq, scope, &view) < 0 || view_put(rq->db, scope, &view) < 0)
        return -1;
    return reply_view(rq, scope, &view);
}

struct view_delete_in {
    const char *experiment_id, *view_id;
};
static const struct field view_delete_fields[] = {
    OPTIONAL(view_delete_in, experiment_id, "Whose view it is; absent: a view of no experiment."),
    REQUIRED(view_delete_in, view_id, "The view."),
    FIELDS_END,
};
INPUT(view_delete);

int view_delete(struct request *rq)
{
    const struct view_delete_in *in = rq->in;
    struct opt_int scope;

    if (read_scope(rq, in->experiment_id, true, &scope) < 0 ||
        view_remove(rq->db, scope, in->view_id) < 0)
        return -1;
    return reply_empty(rq);
}

struct view_default_in {
    const char *experiment_id, *view_id;
};
static const struct field view_default_fields[] = {
    REQUIRED(view_default_in, experiment_id, "The experiment, for all who open it."),
    OPTIONAL(view_default_in, view_id, "One of its views; absent: it opens with none."),
    FIELDS_END,
};
INPUT(view_default);

int view_default(struct request *rq)
{
    const struct view_default_in *in = rq->in;
    const char *id = in->view_id && *in->view_id ? in->view_id : NULL;
    struct saved_view view;
    struct opt_int scope;

    if (read_scope(rq, in->experiment_id, true, &scope) < 0 ||
        (id && view_by_id(rq->db, scope, id, &view) < 0))
        return -1;
    if (id && !view.name)
        return fail(rq, INVALID_PARAMETER_VALUE, "An experiment opens with a view of its own.");
    return view_set_standard(rq->db, scope.value, id) < 0 ? -1 : reply_empty(rq);
}
