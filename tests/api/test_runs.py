"""Runs: create, get, update, delete, restore; their names."""

import re

import pytest

from harness.api import missing, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
NAME = re.compile(r"^[a-z]+-[a-z]+-\d{1,4}$")
NOT_ACTIVE = "The run {} must be in the 'active' state. Current state is deleted."


def create(api, experiment, **body):
    return api.post("runs/create", {"experiment_id": experiment, **body}).ok()["run"]


# -- create


def test_a_created_run_comes_back_whole(api, experiment):
    run = create(
        api, experiment, start_time=1700000000000, user_id="u", tags=[{"key": "z", "value": "1"}, {"key": "a", "value": "b"}]
    )
    run_id, name = run["info"]["run_id"], run["info"]["run_name"]
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    assert NAME.match(name) and len(name) <= 20
    assert run == {
        "info": {
            "run_uuid": run_id,
            "run_id": run_id,
            "experiment_id": experiment,
            "run_name": name,
            "user_id": "u",
            "status": "RUNNING",
            "start_time": 1700000000000,
            "artifact_uri": f"mlflow-artifacts:/{experiment}/{run_id}/artifacts",
            "lifecycle_stage": "active",
        },
        "data": {
            "tags": [  # in the order given
                {"key": "z", "value": "1"},
                {"key": "a", "value": "b"},
                {"key": "mlflow.runName", "value": name},
            ]
        },
        "inputs": {},
    }
    tags = sorted(run["data"]["tags"], key=lambda t: t["key"])
    assert api.get_run(run_id) == {**run, "data": {"tags": tags}, "outputs": {}}


def test_the_least_a_run_needs_is_its_experiment(api, experiment):
    info = create(api, experiment)["info"]
    assert (info["user_id"], info["start_time"], info["status"]) == ("", 0, "RUNNING")
    assert "end_time" not in info


def test_generated_names_differ(api, experiment):
    names = {create(api, experiment)["info"]["run_name"] for _ in range(20)}
    assert len(names) > 15
    assert all(NAME.match(n) and len(n) <= 20 for n in names)


@pytest.mark.parametrize("name", ["nm", "日本語 🚀", " a  b ", "x" * 250, "it's \"q\" `b` \\"])
def test_a_given_name_is_kept(api, experiment, name):
    run = create(api, experiment, run_name=name)
    assert run["info"]["run_name"] == name
    assert api.tags(run["info"]["run_id"])["mlflow.runName"] == name


def test_the_name_may_come_as_a_tag(api, experiment):
    run = create(api, experiment, tags=[{"key": "mlflow.runName", "value": "by tag"}])
    assert run["info"]["run_name"] == "by tag"
    both = create(api, experiment, run_name="same", tags=[{"key": "mlflow.runName", "value": "same"}])
    assert both["info"]["run_name"] == "same"
    api.post(
        "runs/create",
        {"experiment_id": experiment, "run_name": "n1", "tags": [{"key": "mlflow.runName", "value": "n2"}]},
    ).fails(
        400,
        INVALID,
        "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
        "(run_name='n1', mlflow.runName='n2').",
    )


@pytest.mark.parametrize("start", ["1700000000001", 1700000000001, 1700000000001.0, 1.700000000001e12])
def test_numbers_may_come_as_text(api, experiment, start):
    assert create(api, experiment, start_time=start)["info"]["start_time"] == 1700000000001


def test_create_refuses(api, experiment):
    api.post("runs/create", {"experiment_id": "99999"}).fails(404, GONE, "No Experiment with id=99999 exists")
    api.post("runs/create", {"experiment_id": 3}).fails(400, INVALID, wrong("experiment_id", 3, "int"))
    api.post("runs/create", {"experiment_id": "abc"}).fails(
        400, INVALID, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."
    )
    api.post("runs/create", {"experiment_id": experiment, "run_name": 5}).fails(
        400, INVALID, wrong("run_name", 5, "int")
    )


@pytest.mark.improves("the peer answers BAD_REQUEST with the text of its SQL")
@pytest.mark.parametrize("body", [{}, {"experiment_id": ""}, {"experiment_id": None}])
def test_a_run_needs_an_experiment(api, body):
    api.post("runs/create", body).fails(400, INVALID)


@pytest.mark.improves("the peer makes a run without tags")
@pytest.mark.parametrize("tags", [{"a": "b"}, "t", [1], [{"key": 1, "value": "x"}], [{"key": "k", "value": 1}]])
def test_tags_that_cannot_be_read(api, experiment, tags):
    api.post("runs/create", {"experiment_id": experiment, "tags": tags}).fails(400, INVALID)


@pytest.mark.improves("the peer stores 0 without a word")
@pytest.mark.parametrize("start", [1.5, "soon", True, [], 10**30])
def test_a_start_time_that_is_no_integer(api, experiment, start):
    api.post("runs/create", {"experiment_id": experiment, "start_time": start}).fails(400, INVALID)


# -- get


def test_get_by_either_name_of_the_id(api, run):
    by_id = api.get("runs/get", {"run_id": run}).ok()
    assert api.get("runs/get", {"run_uuid": run}).ok() == by_id
    assert api.get("runs/get", {"run_uuid": run, "run_id": run}).ok() == by_id
    assert api.get("runs/get", {"run_id": run.upper()}).ok() == by_id


def test_get_of_what_is_not_there(api):
    api.get("runs/get", {"run_id": "deadbeef"}).fails(404, GONE, "Run with id=deadbeef not found")
    api.get("runs/get").fails(400, INVALID, missing("run_id"))
    api.get("runs/get", {"run_id": ""}).fails(400, INVALID, missing("run_id"))
    api.get("runs/get", {"run_id": "x" * 5000}).fails(404, GONE, f"Run with id={'x' * 5000} not found")


def test_data_of_a_run_comes_by_key(api, run):
    keys = ["b", "a/x", "日本", "Z", "a"]
    api.post(
        "runs/log-batch",
        {
            "run_id": run,
            "metrics": [{"key": k, "value": 1, "timestamp": 1} for k in keys],
            "params": [{"key": k, "value": "1"} for k in keys],
            "tags": [{"key": k, "value": "1"} for k in keys],
        },
    ).ok()
    data = api.get_run(run)["data"]
    expected = ["a", "a/x", "b", "Z", "日本"]
    assert [m["key"] for m in data["metrics"]] == expected
    assert [p["key"] for p in data["params"]] == expected
    assert [t["key"] for t in data["tags"] if t["key"] != "mlflow.runName"] == expected


# -- update


@pytest.mark.parametrize("id_field", ["run_id", "run_uuid"])
def test_update_ends_a_run(api, run, id_field):
    info = api.post("runs/update", {id_field: run, "status": "FINISHED", "end_time": 5}).ok()
    assert set(info) == {"run_info"}
    assert (info["run_info"]["status"], info["run_info"]["end_time"]) == ("FINISHED", 5)
    assert api.get_run(run)["info"] == info["run_info"]


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"])
def test_every_status_can_be_set(api, run, status):
    assert api.post("runs/update", {"run_id": run, "status": status}).ok()["run_info"]["status"] == status


def test_a_status_may_come_as_its_number(api, run):
    assert api.post("runs/update", {"run_id": run, "status": 3}).ok()["run_info"]["status"] == "FINISHED"


def test_an_unknown_status_changes_nothing(api, run):
    api.post("runs/update", {"run_id": run, "status": "FAILED", "end_time": 7}).ok()
    info = api.post("runs/update", {"run_id": run, "status": "BOGUS"}).ok()["run_info"]
    assert (info["status"], info["end_time"]) == ("FAILED", 7)


def test_update_renames_and_moves_the_tag_along(api, run):
    assert api.post("runs/update", {"run_id": run, "run_name": "新しい"}).ok()["run_info"]["run_name"] == "新しい"
    assert api.tags(run)["mlflow.runName"] == "新しい"
    assert api.post("runs/update", {"run_id": run, "run_name": ""}).ok()["run_info"]["run_name"] == "新しい"


def test_the_name_tag_renames_the_run(api, run):
    api.post("runs/set-tag", {"run_id": run, "key": "mlflow.runName", "value": "one"}).ok()
    assert api.get_run(run)["info"]["run_name"] == "one"
    api.post("runs/log-batch", {"run_id": run, "tags": [{"key": "mlflow.runName", "value": "two"}]}).ok()
    assert api.get_run(run)["info"]["run_name"] == "two"


def test_update_refuses(api, run):
    api.post("runs/update", {}).fails(400, INVALID, missing("run_id"))
    api.post("runs/update", {"run_id": "nope", "status": "FAILED"}).fails(404, GONE, "Run with id=nope not found")
    api.post("runs/update", {"run_id": run, "end_time": "x"}).fails(400, INVALID, wrong("end_time", "x", "str"))
    api.post("runs/update", {"run_id": run, "run_name": 5}).fails(400, INVALID, wrong("run_name", 5, "int"))


# -- delete and restore


def test_a_deleted_run_is_still_read_and_comes_back(api, run):
    for _ in range(2):  # twice is as once
        assert api.post("runs/delete", {"run_id": run}).ok() == {}
        assert api.get_run(run)["info"]["lifecycle_stage"] == "deleted"
    for _ in range(2):
        assert api.post("runs/restore", {"run_id": run}).ok() == {}
        assert api.get_run(run)["info"]["lifecycle_stage"] == "active"


@pytest.mark.parametrize("verb", ["delete", "restore"])
def test_delete_and_restore_refuse(api, verb):
    api.post(f"runs/{verb}", {}).fails(400, INVALID, missing("run_id"))
    api.post(f"runs/{verb}", {"run_id": "nope"}).fails(404, GONE, "Run with id=nope not found")
    api.post(f"runs/{verb}", {"run_id": 5}).fails(400, INVALID, wrong("run_id", 5, "int"))


WRITES = {
    "runs/update": {"run_name": "x"},
    "runs/log-metric": {"key": "m", "value": 1, "timestamp": 1},
    "runs/log-parameter": {"key": "p", "value": "1"},
    "runs/set-tag": {"key": "t", "value": "1"},
    "runs/delete-tag": {"key": "mlflow.runName"},
    "runs/log-batch": {"metrics": [{"key": "m", "value": 1, "timestamp": 1}]},
}


@pytest.mark.parametrize("route", WRITES)
def test_nothing_is_written_to_a_deleted_run(api, run, route):
    before = api.get_run(run)
    api.post("runs/delete", {"run_id": run}).ok()
    api.post(route, {"run_id": run, **WRITES[route]}).fails(400, INVALID, NOT_ACTIVE.format(run))
    api.post("runs/restore", {"run_id": run}).ok()
    assert api.get_run(run) == before


@pytest.mark.parametrize("route", WRITES)
def test_nothing_is_written_to_a_run_that_is_not_there(api, route):
    api.post(route, {"run_id": "nope", **WRITES[route]}).fails(404, GONE, "Run with id=nope not found")


@pytest.mark.parametrize("route", WRITES)
def test_every_write_needs_a_run_id(api, route):
    api.post(route, WRITES[route]).fails(400, INVALID, missing("run_id"))


@pytest.mark.parametrize("route", [r for r in WRITES if r not in ("runs/delete-tag", "runs/log-batch")])
def test_run_uuid_serves_as_run_id(api, run, route):
    api.post(route, {"run_uuid": run, **WRITES[route]}).ok()
