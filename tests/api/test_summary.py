"""What is going on: experiments with the numbers of their runs, and when runs were last heard of."""

import math
import time

import pytest

pytestmark = pytest.mark.cairn_only("MLflow has no such routes")
SUMMARY = "/ajax-api/cairn/1/experiments/summary"
ACTIVITY = "/ajax-api/cairn/1/runs/activity"
MEMBERS = {"experiment_id", "name", "lifecycle_stage", "creation_time", "runs", "running", "failed", "activity"}


def summary(api, **body):
    answer = api.post(SUMMARY, body).ok()
    assert MEMBERS <= answer.keys() and len({len(answer[m]) for m in MEMBERS}) == 1
    return answer


def of(api, experiment, **body):
    """The row of one experiment; None if it is not there."""
    answer = summary(api, experiment_ids=[experiment], **body)
    assert len(answer["experiment_id"]) <= 1
    return {m: answer[m][0] for m in answer if m != "total"} if answer["experiment_id"] else None


def test_runs_are_counted_by_status(api):
    e = api.experiment()
    assert (of(api, e)["runs"], of(api, e)["running"], of(api, e)["failed"]) == (0, 0, 0)
    runs = [api.run(e, start_time=1000) for _ in range(5)]
    api.post("runs/update", {"run_id": runs[0], "status": "FAILED", "end_time": 2000}).ok()
    api.post("runs/update", {"run_id": runs[1], "status": "FINISHED", "end_time": 2000}).ok()
    api.post("runs/delete", {"run_id": runs[4]}).ok()
    row = of(api, e)
    assert (row["runs"], row["running"], row["failed"]) == (4, 2, 1), "the deleted one does not count"
    row = of(api, e, view_type="ALL")
    assert (row["runs"], row["running"], row["failed"]) == (5, 3, 1)


def test_activity_is_the_last_start_or_end(api):
    e = api.experiment()
    created = of(api, e)
    assert created["activity"] >= created["creation_time"] > 0
    future = int(time.time() * 1000) + 1_000_000
    run = api.run(e, start_time=future)
    assert of(api, e)["activity"] == future
    api.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": future + 5}).ok()
    assert of(api, e)["activity"] == future + 5


def test_the_last_active_are_first_and_the_limit_cuts_the_rest(api):
    future = int(time.time() * 1000) + 2_000_000
    a, b = api.experiment(), api.experiment()
    api.run(a, start_time=future + 2)
    api.run(b, start_time=future + 1)
    answer = summary(api, limit=2)
    assert answer["experiment_id"] == [a, b]
    assert answer["total"] > 2
    assert summary(api, limit=0)["experiment_id"] == []
    everything = summary(api)
    assert everything["total"] == len(everything["experiment_id"])
    assert everything["activity"] == sorted(everything["activity"], reverse=True)


def test_deleted_experiments_are_apart(api):
    e = api.experiment()
    api.run(e, start_time=1)
    api.post("experiments/delete", {"experiment_id": e}).ok()
    assert of(api, e) is None
    row = of(api, e, view_type="DELETED_ONLY")
    assert (row["lifecycle_stage"], row["runs"]) == ("deleted", 1), "its runs were deleted with it"
    assert e in summary(api, view_type="ALL")["experiment_id"]


def test_tags_are_those_of_people_and_the_beginning_of_notes(api):
    e = api.experiment()
    for key, value in [("team", "視覚"), ("long", "x" * 1000), ("mlflow.note.content", "é" * 300), ("mlflow.user", "hidden")]:
        api.post("experiments/set-experiment-tag", {"experiment_id": e, "key": key, "value": value}).ok()
    assert "tags" not in of(api, e)
    tags = {t["key"]: t["value"] for t in of(api, e, tags=True)["tags"]}
    assert tags == {"team": "視覚", "long": "x" * 200, "mlflow.note.content": "é" * 200}


@pytest.mark.parametrize(
    "body",
    [{"limit": -1}, {"limit": 20001}, {"limit": 501, "tags": True}, {"experiment_ids": ["x"]}, {"experiment_ids": ["1"] * 501}, {"limit": "many"}],
)
def test_what_is_wrong_is_refused(api, body):
    api.post(SUMMARY, body).fails(400, "INVALID_PARAMETER_VALUE")


def test_a_run_tells_of_the_metric_that_has_come_furthest(api):
    e = api.experiment()
    run, silent, other = (api.run(e) for _ in range(3))
    api.log_metric(run, "short", 1, timestamp=9000, step=3).ok()
    api.log_metric(run, "far", 0.25, timestamp=5000, step=70).ok()
    api.log_metric(run, "system/cpu", 50, timestamp=9500, step=900).ok()
    api.log_metric(other, "nan", "NaN", timestamp=7, step=1).ok()
    answer = {r["run_id"]: r for r in api.post(ACTIVITY, {"run_ids": [run, silent, other, "0" * 32]}).ok()["runs"]}
    assert set(answer) == {run, other}
    assert answer[run] == {"run_id": run, "metric_key": "far", "value": 0.25, "step": 70, "last": 9500}
    assert math.isnan(float(answer[other]["value"])) and answer[other]["last"] == 7
    api.post("experiments/set-experiment-tag", {"experiment_id": e, "key": "mlflow.experiment.primaryMetric.name", "value": "short"}).ok()
    assert api.post(ACTIVITY, {"run_ids": [run]}).ok()["runs"][0]["metric_key"] == "short"


def test_activity_of_no_runs_and_of_too_many(api):
    assert api.post(ACTIVITY, {}).ok() == {"runs": []}
    api.post(ACTIVITY, {"run_ids": ["a"] * 501}).fails(400, "INVALID_PARAMETER_VALUE")
    api.post(ACTIVITY, {"run_ids": "a"}).fails(400, "INVALID_PARAMETER_VALUE")
