/* What is going on, for the first page of the UI and its list of experiments. */
#include "../store/summary.h"

#include <math.h>
#include <string.h>

#include "endpoints.h"
#include "grid.h"

enum {
    MOST_EXPERIMENTS = 20000,
    MOST_WITH_TAGS = 500,
    MOST_ASKED = 500, /* by their ids */
};

struct summary_experiments_in {
    struct text_list experiment_ids;
    struct opt_enum view_type;
    struct opt_int limit;
    struct opt_bool tags;
};
static const struct field summary_experiments_fields[] = {
    OPTIONAL(summary_experiments_in, experiment_ids, "Of these alone; at most 500."),
    ENUM(summary_experiments_in, view_type, view_type_names,
         "Active ones, and their active runs, when absent."),
    WITH_DEFAULT(summary_experiments_in, limit, 1000, "At most 20000."),
    OPTIONAL(summary_experiments_in, tags,
             "Give tags and the beginning of notes, of at most 500 experiments."),
    FIELDS_END,
};
INPUT(summary_experiments);

#define MEMBER(name, ...)                                                                          \
    static void write_##name(struct out *out, const struct experiment_summary *e)                  \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
MEMBER(experiment_id, out_int_text(out, NULL, e->experiment_id))
MEMBER(name, out_text(out, NULL, e->name ? e->name : ""))
MEMBER(lifecycle_stage, out_text(out, NULL, e->lifecycle_stage ? e->lifecycle_stage : ""))
MEMBER(creation_time, out_int(out, NULL, e->creation_time.value))
MEMBER(runs, out_int(out, NULL, e->runs))
MEMBER(running, out_int(out, NULL, e->running))
MEMBER(failed, out_int(out, NULL, e->failed))
MEMBER(activity, out_int(out, NULL, e->activity))

static const struct {
    const char *name;
    void (*write)(struct out *, const struct experiment_summary *);
} members[] = {
    { "experiment_id", write_experiment_id },
    { "name", write_name },
    { "lifecycle_stage", write_lifecycle_stage },
    { "creation_time", write_creation_time },
    { "runs", write_runs },
    { "running", write_running },
    { "failed", write_failed },
    { "activity", write_activity },
};

/* One list of tags an experiment. */
static int write_tags(struct request *rq, const struct experiment_summary *found, size_t count)
{
    struct experiment_tag *tags;
    size_t tag_count;

    if (summary_tags(rq->db, found, count, &tags, &tag_count) < 0)
        return -1;
    out_array(&rq->out, "tags");
    for (size_t i = 0; i < count; i++) {
        out_array(&rq->out, NULL);
        for (size_t t = 0; t < tag_count; t++)
            if (tags[t].experiment_id == found[i].experiment_id)
                write_pair(&rq->out, tags[t].key, tags[t].value);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    return 0;
}

int summary_experiments(struct request *rq)
{
    const struct summary_experiments_in *in = rq->in;
    int64_t most = in->tags.value ? MOST_WITH_TAGS : MOST_EXPERIMENTS, total, *ids;
    struct experiment_summary *found;
    struct summary_search search = {
        .view = in->view_type.set ? (enum view_type)in->view_type.value : VIEW_ACTIVE_ONLY,
        .experiment_count = in->experiment_ids.count,
        .limit = in->limit.set || in->limit.value < most ? in->limit.value : most,
    };
    size_t count;

    if (check_range(rq, "limit", search.limit, most) < 0 ||
        check_range(rq, "The number of experiments", (int64_t)search.experiment_count, MOST_ASKED) <
            0 ||
        read_experiment_ids(rq, &in->experiment_ids, &ids) < 0)
        return -1;
    search.experiment_ids = ids;
    if (summary_read(rq->db, &search, &found, &count, &total) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_int(&rq->out, "total", total);
    for (size_t m = 0; m < sizeof(members) / sizeof(*members); m++) {
        out_array(&rq->out, members[m].name);
        for (size_t i = 0; i < count; i++)
            members[m].write(&rq->out, &found[i]);
        out_end(&rq->out);
    }
    if (in->tags.value && write_tags(rq, found, count) < 0)
        return -1;
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}

struct summary_activity_in {
    struct text_list run_ids;
};
static const struct field summary_activity_fields[] = {
    OPTIONAL(summary_activity_in, run_ids,
             "At most 500; those without metrics are not in the answer."),
    FIELDS_END,
};
INPUT(summary_activity);

int summary_activity(struct request *rq)
{
    const struct summary_activity_in *in = rq->in;
    struct run_activity *found;
    size_t count;

    if (check_range(rq, "The number of runs", (int64_t)in->run_ids.count, MOST_ASKED) < 0 ||
        summary_activity_read(rq->db, &in->run_ids, &found, &count) < 0)
        return -1;
    out_object(&rq->out, NULL);
    out_array(&rq->out, "runs");
    for (size_t i = 0; i < count; i++) {
        out_object(&rq->out, NULL);
        out_text(&rq->out, "run_id", found[i].run_uuid);
        out_text(&rq->out, "metric_key", found[i].key);
        out_real(&rq->out, "value", found[i].is_nan ? NAN : found[i].value);
        out_int(&rq->out, "step", found[i].step);
        out_int(&rq->out, "last", found[i].last);
        out_end(&rq->out);
    }
    out_end(&rq->out);
    out_end(&rq->out);
    rq->rows = (int64_t)count;
    return 0;
}
