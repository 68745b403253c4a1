"""The real mlflow client with datasets and logged models."""

import os
import warnings

import pytest

from harness.api import unique

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    import numpy as np
    import pandas as pd
    from mlflow.exceptions import MlflowException
    from sklearn.linear_model import LogisticRegression

pytestmark = [pytest.mark.usefixtures("client"), pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def experiment():
    return mlflow.set_experiment(unique("exp"))


@pytest.fixture(scope="module")
def fitted():
    x = np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.3]])
    return LogisticRegression().fit(x, [0, 1, 0, 1]), x


def test_a_dataset_is_an_input(client, experiment):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    with mlflow.start_run() as run:
        data = mlflow.data.from_pandas(frame, source="https://example.com/d.csv", name="frame")
        mlflow.log_input(data, context="training", tags={"k": "v"})
        mlflow.log_input(data, context="test")  # the run has it already
    [logged] = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (logged.dataset.name, logged.dataset.digest) == ("frame", data.digest)
    assert {t.key: t.value for t in logged.tags} == {"k": "v", "mlflow.data.context": "training"}
    assert '"name": "a"' in logged.dataset.schema and "num_rows" in logged.dataset.profile
    found = mlflow.search_runs([experiment.experiment_id], "dataset.name = 'frame' AND dataset.context = 'training'")
    assert list(found["run_id"]) == [run.info.run_id]


def test_a_model_is_logged_and_loaded(client, experiment, fitted):
    model, x = fitted
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, name="lr", input_example=x[:2], params={"c": 1})
        mlflow.log_metric("acc", 0.75, model_id=info.model_id)
    logged = mlflow.get_logged_model(info.model_id)
    assert (logged.name, str(logged.status), logged.source_run_id) == ("lr", "READY", run.info.run_id)
    assert logged.params == {"c": "1"}
    assert [(m.key, m.value, m.run_id) for m in logged.metrics] == [("acc", 0.75, run.info.run_id)]
    assert [o.model_id for o in client.get_run(run.info.run_id).outputs.model_outputs] == [info.model_id]
    loaded = mlflow.sklearn.load_model(f"models:/{info.model_id}")
    assert list(loaded.predict(x)) == list(model.predict(x))
    assert list(mlflow.pyfunc.load_model(info.model_uri).predict(x)) == [0, 1, 0, 1]
    assert "MLmodel" in [f.path for f in client.list_logged_model_artifacts(info.model_id)]


def test_models_are_searched_tagged_and_deleted(client, experiment):
    ids = {}
    for name, acc in (("a", 0.5), ("b", 0.9), ("c", 0.7)):
        made = client.create_logged_model(experiment.experiment_id, name=name, params={"n": name}, model_type="t")
        ids[name] = made.model_id
        with mlflow.start_run():
            mlflow.log_metric("acc", acc, model_id=made.model_id)
        client.finalize_logged_model(made.model_id, "READY")
    search = lambda **more: client.search_logged_models([experiment.experiment_id], **more)  # noqa: E731
    best = search(filter_string="metrics.acc > 0.6", order_by=[{"field_name": "metrics.acc", "ascending": False}])
    assert [m.name for m in best] == ["b", "c"]
    pages = search(max_results=2, order_by=[{"field_name": "name"}])
    assert [m.name for m in pages] == ["a", "b"]
    assert [m.name for m in search(max_results=2, order_by=[{"field_name": "name"}], page_token=pages.token)] == ["c"]
    client.set_logged_model_tags(ids["a"], {"stage": "old", "x": "y"})
    client.delete_logged_model_tag(ids["a"], "x")
    assert client.get_logged_model(ids["a"]).tags["stage"] == "old"
    assert [m.name for m in search(filter_string="tags.stage = 'old'")] == ["a"]
    client.log_model_params(ids["a"], {f"p{i}": str(i) for i in range(120)})  # in two requests
    assert client.get_logged_model(ids["a"]).params["p119"] == "119"
    client.delete_logged_model(ids["a"])
    with pytest.raises(MlflowException, match="not found"):
        client.get_logged_model(ids["a"])
    frame = mlflow.search_logged_models([experiment.experiment_id], order_by=[{"field_name": "name"}])
    assert list(frame["name"]) == ["b", "c"]


def test_autologging_keeps_data_model_and_scores(client, experiment, fitted):
    _, x = fitted
    mlflow.sklearn.autolog(silent=True, log_model_signatures=True)
    try:
        with mlflow.start_run() as run:
            LogisticRegression(C=0.5).fit(x, np.array([0, 1, 0, 1]))
    finally:
        mlflow.sklearn.autolog(disable=True)
    done = client.get_run(run.info.run_id)
    assert done.data.params["C"] == "0.5" and "training_accuracy_score" in done.data.metrics
    assert done.inputs.dataset_inputs[0].dataset.name
    [model] = client.search_logged_models([experiment.experiment_id], filter_string=f"source_run_id = '{run.info.run_id}'")
    assert model.params["C"] == "0.5" and str(model.status) == "READY"
    scores = {m.key: m for m in model.metrics}
    assert scores["training_accuracy_score"].dataset_digest == done.inputs.dataset_inputs[0].dataset.digest
    assert mlflow.sklearn.load_model(model.model_uri).C == 0.5
