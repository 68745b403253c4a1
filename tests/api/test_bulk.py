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


def kept(api, operation, **body):
    return api.post(BULK, {"operation": operation, "keep": True, **body}).ok()["before"]


def state(api, runs):
    found = [api.get_run(r) for r in runs]
    return [(f["info"]["run_name"], f["info"]["status"], f["info"].get("end_time"), f["info"]["experiment_id"], f["info"]["lifecycle_stage"],
             {t["key"]: t["value"] for t in f["data"].get("tags", [])}) for f in found]


def test_what_is_changed_can_be_put_back_to_the_letter(api, experiment, runs):
    api.post("runs/set-tag", {"run_id": runs[0], "key": "team", "value": "vision"}).ok()
    api.post("runs/set-tag", {"run_id": runs[1], "key": "team", "value": ""}).ok()
    api.post("runs/update", {"run_id": runs[2], "status": "FINISHED", "end_time": 77}).ok()
    before = state(api, runs)

    each = kept(api, "set_tag", run_ids=runs, key="team", value="all")
    assert sorted(each, key=lambda e: runs.index(e["run_id"]))[:3] == [{"run_id": runs[0], "value": "vision"}, {"run_id": runs[1], "value": ""}, {"run_id": runs[2]}]
    assert all(s[5]["team"] == "all" for s in state(api, runs))
    assert bulk(api, "set_tag", key="team", each=each) == 5
    assert state(api, runs) == before
    each = kept(api, "delete_tag", run_ids=runs, key="team")
    bulk(api, "set_tag", key="team", each=each)
    assert state(api, runs) == before

    each = kept(api, "set_tag", run_ids=runs, key="mlflow.runName", value="same")
    assert {s[0] for s in state(api, runs)} == {"same"}
    bulk(api, "set_tag", key="mlflow.runName", each=each)
    assert state(api, runs) == before

    each = kept(api, "set_status", run_ids=runs, status="FAILED")
    assert {s[1] for s in state(api, runs)} == {"FAILED"}
    bulk(api, "set_status", each=each)
    assert state(api, runs) == before

    moved = kept(api, "move", run_ids=runs, experiment_id=api.experiment())
    assert {m["value"] for m in moved} == {experiment}
    bulk(api, "move", run_ids=[m["run_id"] for m in moved], experiment_id=experiment)
    assert state(api, runs) == before


def test_what_was_deleted_already_is_not_told(api, experiment, runs):
    bulk(api, "delete", run_ids=runs[:2])
    gone = kept(api, "delete", run_ids=runs[:3])
    assert gone == [{"run_id": runs[2], "value": "active"}], "to undo it, only this one is to be restored"
    assert "before" not in api.post(BULK, {"operation": "delete", "run_ids": runs, "keep": True, "dry_run": True}).ok()
    assert [g["run_id"] for g in kept(api, "restore", run_ids=[runs[2]])] == [runs[2]]


def test_each_run_gets_a_name_of_its_own(api, runs):
    each = [{"run_id": r, "value": f"new-{n}"} for n, r in enumerate(runs)] + [{"run_id": "0" * 32, "value": "nobody"}]
    assert bulk(api, "set_tag", key="mlflow.runName", each=each, dry_run=True) == 6
    assert bulk(api, "set_tag", key="mlflow.runName", each=each) == 6
    assert [api.get_run(r)["info"]["run_name"] for r in runs] == [f"new-{n}" for n in range(5)]
    assert [api.tags(r)["mlflow.runName"] for r in runs] == [f"new-{n}" for n in range(5)]


def test_many_runs_with_values_of_their_own(api):
    experiment = api.experiment()
    db = api.server.db
    db.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " source_version, lifecycle_stage, artifact_uri, experiment_id)"
        " SELECT MD5(CONCAT('each', seq)), CONCAT('n', seq), 'UNKNOWN', '', '', 'u', 'RUNNING', 1, '', 'active', 'x', %s"
        " FROM seq_1_to_1300", int(experiment))
    before = kept(api, "set_tag", experiment_ids=[experiment], key="mlflow.runName", value="same")
    assert len(before) == 1300
    assert bulk(api, "set_tag", key="mlflow.runName", each=before) == 1300
    assert db.value("SELECT COUNT(*) FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid AND t.`key` = 'mlflow.runName'"
                    " WHERE r.experiment_id = %s AND t.value = r.name AND r.run_uuid = MD5(CONCAT('each', SUBSTRING(r.name, 2)))", int(experiment)) == 1300


@pytest.mark.parametrize("body", [
    {"operation": "move", "each": [{"run_id": "a", "value": "1"}]}, {"operation": "set_tag", "each": [{"run_id": "a", "value": "x"}]},
    {"operation": "set_tag", "key": "k", "each": [{"value": "x"}]}, {"operation": "set_tag", "key": "mlflow.runName", "each": [{"run_id": "a", "value": ""}]},
    {"operation": "set_status", "each": [{"run_id": "a", "value": "DONE"}]}, {"operation": "set_status", "each": [{"run_id": "a"}]},
    {}, {"operation": "delete"}, {"operation": "explode", "run_ids": ["a"]}, {"operation": "set_tag", "run_ids": ["a"]},
    {"operation": "set_status", "run_ids": ["a"]}, {"operation": "delete", "filter": "metrics.loss <"},
    {"operation": "delete", "run_ids": ["a"] * 10001}, {"operation": "delete", "filter": "", "order_by": ["start_time"]}])
def test_what_cannot_be_is_refused(api, body):
    api.post(BULK, body).fails(400, INVALID)


def test_everything_must_be_said(api, runs):
    assert bulk(api, "delete", everything=True, dry_run=True) >= 5
