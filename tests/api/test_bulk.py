"""One change to many runs."""

import pytest

pytestmark = pytest.mark.cairn_only("MLflow has no such route")
BULK = "/ajax-api/cairn/1/runs/bulk"
INVALID = "INVALID_PARAMETER_VALUE"


@pytest.fixture
def runs(api, experiment):
    made = [api.run(experiment, run_name=f"r{n}") for n in range(5)]
    for n, run in enumerate(made):
        api.log_metric(run, "loss", n).ok()
    return made


def bulk(api, operation, **body):
    return api.post(BULK, {"operation": operation, **body}).ok()["runs"]


def stages(api, runs):
    return [api.get_run(r)["info"]["lifecycle_stage"] for r in runs]


def test_what_a_search_finds_is_deleted_and_restored(api, experiment, runs):
    which = {"experiment_ids": [experiment], "filter": "metrics.loss < 3", "except_run_ids": [runs[1]]}
    assert bulk(api, "delete", **which, dry_run=True) == 2
    assert stages(api, runs) == ["active"] * 5
    assert bulk(api, "delete", **which) == 2
    assert stages(api, runs) == ["deleted", "active", "deleted", "active", "active"]
    assert bulk(api, "restore", experiment_ids=[experiment], run_view_type="DELETED_ONLY") == 2
    assert stages(api, runs) == ["active"] * 5


def test_tags_are_set_and_taken_away(api, experiment, runs):
    assert bulk(api, "set_tag", run_ids=runs[:2], key="keep", value="yes") == 2
    assert bulk(api, "set_tag", run_ids=runs[1:3], key="keep", value="no") == 2
    assert [api.tags(r).get("keep") for r in runs] == ["yes", "no", "no", None, None]
    assert bulk(api, "delete_tag", experiment_ids=[experiment], key="keep") == 5
    assert [api.tags(r).get("keep") for r in runs] == [None] * 5


def test_the_tag_of_the_name_is_the_name(api, runs):
    bulk(api, "set_tag", run_ids=runs[:2], key="mlflow.runName", value="better")
    assert [api.get_run(r)["info"]["run_name"] for r in runs] == ["better", "better", "r2", "r3", "r4"]
    assert api.tags(runs[0])["mlflow.runName"] == "better"
    api.post(BULK, {"operation": "set_tag", "run_ids": runs, "key": "mlflow.runName"}).fails(400, INVALID)


def test_runs_move_with_their_models(api, experiment, runs):
    other = api.experiment()
    model = api.post("logged-models", {"experiment_id": experiment, "name": "m", "source_run_id": runs[0]}).ok()
    uri = api.get_run(runs[0])["info"]["artifact_uri"]
    assert bulk(api, "move", run_ids=runs[:2], experiment_id=other) == 2
    assert [api.get_run(r)["info"]["experiment_id"] for r in runs] == [other] * 2 + [experiment] * 3
    assert api.get_run(runs[0])["info"]["artifact_uri"] == uri
    model_id = model["model"]["info"]["model_id"]
    assert api.get(f"logged-models/{model_id}").ok()["model"]["info"]["experiment_id"] == other
    api.post("experiments/delete", {"experiment_id": other}).ok()
    api.post(BULK, {"operation": "move", "run_ids": runs, "experiment_id": other}).fails(400, INVALID)
    api.post(BULK, {"operation": "move", "run_ids": runs, "experiment_id": "99999"}).fails(404, "RESOURCE_DOES_NOT_EXIST")
    api.post(BULK, {"operation": "move", "run_ids": runs}).fails(400, INVALID)


def test_runs_that_nobody_ended_are_ended(api, runs):
    api.post("runs/update", {"run_id": runs[0], "status": "FINISHED", "end_time": 77}).ok()
    assert bulk(api, "set_status", run_ids=runs[:2], status="FAILED") == 2
    first, second, third = (api.get_run(r)["info"] for r in runs[:3])
    assert (first["status"], first["end_time"]) == ("FAILED", 77)
    assert second["status"] == "FAILED" and second["end_time"] > 1_700_000_000_000
    assert third["status"] == "RUNNING" and "end_time" not in third


def test_many_runs_in_one_transaction(api):
    experiment = api.experiment()
    db = api.server.db
    db.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " source_version, lifecycle_stage, artifact_uri, experiment_id)"
        " SELECT MD5(CONCAT('bulk', seq)), 'x', 'UNKNOWN', '', '', 'u', 'RUNNING', 1, '', 'active', 'x', %s"
        " FROM seq_1_to_2500", int(experiment))
    assert bulk(api, "set_tag", experiment_ids=[experiment], key="k", value="v") == 2500
    assert bulk(api, "delete", experiment_ids=[experiment], filter="tags.k = 'v'") == 2500
    assert bulk(api, "delete", experiment_ids=[experiment]) == 0


@pytest.mark.parametrize("body", [
    {}, {"operation": "delete"}, {"operation": "explode", "run_ids": ["a"]}, {"operation": "set_tag", "run_ids": ["a"]},
    {"operation": "set_status", "run_ids": ["a"]}, {"operation": "delete", "filter": "metrics.loss <"},
    {"operation": "delete", "run_ids": ["a"] * 10001}, {"operation": "delete", "filter": "", "order_by": ["start_time"]}])
def test_what_cannot_be_is_refused(api, body):
    api.post(BULK, body).fails(400, INVALID)


def test_everything_must_be_said(api, runs):
    assert bulk(api, "delete", everything=True, dry_run=True) >= 5
