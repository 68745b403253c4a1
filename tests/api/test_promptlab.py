"""create-promptlab-run: the prompt engineering page of MLflow."""

import json
import warnings

import pytest
import yaml

INVALID = "INVALID_PARAMETER_VALUE"
ROUTE = "/ajax-api/2.0/mlflow/runs/create-promptlab-run"


def pair(key, value):
    return {"key": key, "value": value}


def body(experiment, **change):
    whole = {
        "experiment_id": experiment,
        "prompt_template": "Say {{ a }}\nto: 'me' \"é\" 🚀",
        "prompt_parameters": [pair("a", "x é 🚀"), pair("b", 2)],
        "model_route": "route",
        "model_parameters": [pair("temperature", 0.5), pair("stop", True)],
        "model_input": "Say x",
        "model_output": "X!",
        "model_output_parameters": [pair("latency", 12)],
        "mlflow_version": "3.17.2",
        "user_id": "me",
        "start_time": 5,
        "run_name": "pl",
        **change,
    }
    return {k: v for k, v in whole.items() if v is not None}


def artifact(api, run, path):
    got = api.get("/get-artifact", {"run_id": run, "path": path})
    assert got.status == 200, str(got)
    return got.text


def test_a_run_of_a_prompt(api, experiment):
    made = api.post(ROUTE, body(experiment)).ok()["run"]
    run = made["info"]["run_id"]
    assert made == api.get_run(run)
    info = made["info"]
    assert (info["run_name"], info["user_id"], info["status"], info["start_time"]) == ("pl", "me", "FINISHED", 5)
    assert info["end_time"] > 1.7e12
    assert api.params(run) == {
        "model_route": "route", "prompt_template": body("0")["prompt_template"], "temperature": "0.5", "stop": "True",
    }  # fmt: skip
    tags = api.tags(run)
    [entry] = json.loads(tags.pop("mlflow.log-model.history"))
    assert (entry["run_id"], entry["artifact_path"], entry["flavors"]) == (run, "model", {})
    assert tags == {
        "mlflow.loggedArtifacts": '[{"path": "eval_results_table.json", "type": "table"}]',
        "mlflow.runName": "pl",
        "mlflow.runSourceType": "PROMPT_ENGINEERING",
    }
    assert json.loads(artifact(api, run, "eval_results_table.json")) == {
        "columns": ["a", "b", "prompt", "output", "latency"],
        "data": [["x é 🚀", "2", "Say x", "X!", "12"]],
    }


def test_the_model_of_a_prompt(api, experiment):
    run = api.post(ROUTE, body(experiment)).ok()["run"]["info"]["run_id"]
    [entry] = json.loads(api.tags(run)["mlflow.log-model.history"])
    files = api.get("artifacts/list", {"run_id": run, "path": "model"}).ok()["files"]
    assert sorted(f["path"].removeprefix("model/") for f in files) == [
        "MLmodel", "conda.yaml", "input_example.json", "parameters.yaml", "python_env.yaml", "requirements.txt",
        "serving_input_example.json",
    ]  # fmt: skip
    model = yaml.safe_load(artifact(api, run, "model/MLmodel"))
    assert (model["run_id"], model["model_uuid"], model["utc_time_created"]) == (
        run, entry["model_uuid"], entry["utc_time_created"],
    )  # fmt: skip
    assert model["flavors"]["python_function"]["loader_module"] == "mlflow.prompt.promptlab_model"
    assert [c["name"] for c in json.loads(model["signature"]["inputs"])] == ["a", "b"]
    assert yaml.safe_load(artifact(api, run, "model/parameters.yaml")) == {
        "model_parameters": {"temperature": "0.5", "stop": "True"},
        "model_route": "route",
        "prompt_parameters": {"a": "x é 🚀", "b": "2"},
        "prompt_template": body("0")["prompt_template"],
    }
    assert json.loads(artifact(api, run, "model/input_example.json")) == {"inputs": ["x é 🚀", "2"]}
    assert json.loads(artifact(api, run, "model/serving_input_example.json")) == {"inputs": {"inputs": ["x é 🚀", "2"]}}
    assert yaml.safe_load(artifact(api, run, "model/conda.yaml"))["channels"] == ["conda-forge"]
    assert artifact(api, run, "model/requirements.txt") == "mlflow[gateway]==3.17.2"


def test_the_model_of_a_prompt_is_loaded_by_the_client(api, server, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        run = api.post(ROUTE, body(experiment)).ok()["run"]["info"]["run_id"]
        mlflow.set_tracking_uri(server.url)
        model = mlflow.pyfunc.load_model(f"runs:/{run}/model")
    assert model.metadata.signature.inputs.input_names() == ["a", "b"]
    assert model.metadata.run_id == run


def test_what_may_be_left_out(api, experiment):
    made = api.post(
        ROUTE, body(experiment, model_output=None, model_parameters=None, model_output_parameters=None, user_id=None, start_time=None, run_name=None)
    ).ok()["run"]
    run = made["info"]["run_id"]
    assert made["info"]["user_id"] == "unknown" and made["info"]["start_time"] > 1.7e12 and made["info"]["run_name"]
    assert json.loads(artifact(api, run, "eval_results_table.json"))["data"] == [["x é 🚀", "2", "Say x", None]]


@pytest.mark.parametrize(
    "name", ["experiment_id", "prompt_template", "prompt_parameters", "model_route", "model_input", "mlflow_version"]
)
def test_what_is_needed(api, experiment, name):
    for value in (None, [] if name == "prompt_parameters" else ""):
        api.post(ROUTE, body(experiment, **{name: value})).fails(400, INVALID, f"CreatePromptlabRun request must specify {name}.")


def test_experiments_that_take_no_prompts(api, experiment):
    api.post(ROUTE, body("99999")).fails(404, "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=99999 exists")
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    api.post(ROUTE, body(experiment)).fails(400, INVALID)


@pytest.mark.improves("the peer answers 500")
def test_tags_of_a_prompt(api, experiment):
    run = api.post(ROUTE, body(experiment, tags=[pair("t", "v")])).ok()["run"]["info"]["run_id"]
    assert api.tags(run)["t"] == "v"


@pytest.mark.improves("the peer keeps a failed run and answers 200, or 500")
@pytest.mark.parametrize(
    "change",
    [{"model_parameters": [pair("a$", 1)]}, {"model_parameters": [pair("a", 1), pair("a", 2)]}, {"prompt_parameters": ["x"]}, {"tags": "x"},
     {"prompt_template": 5}, {"start_time": "x"}],
)  # fmt: skip
def test_prompts_that_are_refused(api, experiment, change):
    assert api.post(ROUTE, body(experiment, **change)).status == 400
    assert api.post("runs/search", {"experiment_ids": [experiment]}).ok() == {}
