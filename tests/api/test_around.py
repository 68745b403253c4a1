"""A run and what is around it, in one answer: what a page of it begins with."""

import pytest

pytestmark = pytest.mark.cairn_only("MLflow has no such route")
AROUND = "/ajax-api/cairn/1/runs/around"


def around(api, run):
    return api.get(AROUND, {"run_id": run}).ok()


def nested(api, experiment, parent, name=""):
    return api.run(experiment, run_name=name, tags=[{"key": "mlflow.parentRunId", "value": parent}])


def test_the_run_and_its_experiment_are_what_they_are_alone(api):
    e = api.experiment()
    api.post("experiments/set-experiment-tag", {"experiment_id": e, "key": "team", "value": "vision"}).ok()
    run = api.run(e)
    api.post("runs/log-metric", {"run_id": run, "key": "loss", "value": 0.5, "timestamp": 1, "step": 3}).ok()
    api.post("runs/log-parameter", {"run_id": run, "key": "lr", "value": "0.1"}).ok()
    answer = around(api, run)
    assert answer["run"] == api.get("runs/get", {"run_id": run}).ok()["run"]
    assert answer["experiment"] == api.get("experiments/get", {"experiment_id": e}).ok()["experiment"]
    assert (answer["parents"], answer["models"], answer["has_children"]) == ([], [], False)


def test_parents_come_from_the_outermost_to_the_nearest(api):
    e = api.experiment()
    outer = api.run(e)
    middle = nested(api, e, outer, "middle")
    inner = nested(api, api.experiment(), middle)
    answer = around(api, inner)
    assert [p["run_id"] for p in answer["parents"]] == [outer, middle]
    assert answer["parents"][1] == api.get("runs/get", {"run_id": middle}).ok()["run"]["info"]


def test_a_parent_that_is_not_there_and_a_circle_end_the_parents(api):
    e = api.experiment()
    assert around(api, nested(api, e, "f" * 32))["parents"] == []
    a = api.run(e)
    b = nested(api, e, a)
    api.post("runs/set-tag", {"run_id": a, "key": "mlflow.parentRunId", "value": b}).ok()
    assert [p["run_id"] for p in around(api, a)["parents"]] == [b]
    api.post("runs/set-tag", {"run_id": a, "key": "mlflow.parentRunId", "value": a}).ok()
    assert around(api, a)["parents"] == []
    assert [p["run_id"] for p in around(api, b)["parents"]] == [a]


def test_children_are_active_runs_of_the_same_experiment(api):
    e = api.experiment()
    parent = api.run(e)
    nested(api, api.experiment(), parent)
    assert around(api, parent)["has_children"] is False
    child = nested(api, e, parent)
    assert around(api, parent)["has_children"] is True
    api.post("runs/delete", {"run_id": child}).ok()
    assert around(api, parent)["has_children"] is False


def test_models_that_went_in_and_came_out_are_named(api):
    e = api.experiment()
    run = api.run(e)

    def model(name):
        return api.post("logged-models", {"experiment_id": e, "name": name, "tags": [{"key": "a", "value": "b"}]}).ok()["model"]["info"]

    made, given, gone = model("made"), model("given"), model("gone")
    api.post("runs/outputs", {"run_id": run, "models": [{"model_id": m["model_id"], "step": 1} for m in (made, gone)]}).ok()
    api.post("runs/log-inputs", {"run_id": run, "models": [{"model_id": given["model_id"]}]}).ok()
    assert api.request("DELETE", f"/api/2.0/mlflow/logged-models/{gone['model_id']}").status == 200
    answer = around(api, run)
    assert sorted(m["info"]["name"] for m in answer["models"]) == ["given", "made"]
    [found] = [m["info"] for m in answer["models"] if m["info"]["name"] == "made"]
    assert found == {k: v for k, v in made.items() if k != "tags"}


def test_a_run_that_is_not_there_is_an_error(api):
    error = api.get(AROUND, {"run_id": "f" * 32})
    assert (error.status, error.json["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert api.get(AROUND).status == 400
