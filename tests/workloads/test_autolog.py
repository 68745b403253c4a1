"""Training with autologging on: params, metrics, datasets, charts, models, and the models read back."""

import json
import os
from pathlib import Path

import pytest

os.environ["KERAS_BACKEND"] = "jax"
import mlflow
import numpy as np

pytestmark = [
    pytest.mark.timeout(300),
    # what the libraries say to each other
    pytest.mark.filterwarnings("ignore:`y_pred` was renamed:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType:UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(sklearn|xgboost|keras|jax|h5py|google|cloudpickle).*"),
]


@pytest.fixture(autouse=True)
def without_pip(monkeypatch):
    """A model is loaded in a process of its own to find what it imports: seconds without the server."""
    monkeypatch.setattr("mlflow.utils.environment._infer_requirements", lambda *args, **kw: [])


@pytest.fixture
def autolog():
    """Switches autologging on for one library, until the test ends."""
    enabled = []

    def enable(library, **settings):
        enabled.append(getattr(mlflow, library))
        enabled[-1].autolog(silent=True, **settings)

    yield enable
    for library in enabled:
        library.autolog(disable=True, silent=True)


@pytest.fixture(scope="module")
def flowers():
    from sklearn.datasets import load_iris

    return load_iris(return_X_y=True, as_frame=True)


@pytest.fixture(scope="module")
def numbers():
    points = np.random.default_rng(1).random((80, 4)).astype("float32")
    return points, (points[:, 0] > 0.5).astype("float32")


def contexts(run):
    return sorted(t.value for d in run.inputs.dataset_inputs for t in d.tags if t.key == "mlflow.data.context")


def the_model(client, run):
    """The one model of a run, as the server knows it."""
    (output,) = client.get_run(run.info.run_id).outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert (str(model.status), model.source_run_id) == ("READY", run.info.run_id)
    return model


def steps(client, run, key):
    return [m.step for m in client.get_metric_history(run.info.run_id, key)]


def test_scikit_learn(tracked, client, autolog, flowers):
    from sklearn.linear_model import LogisticRegression

    autolog("sklearn")
    from sklearn.metrics import accuracy_score

    X, y = flowers
    with mlflow.start_run() as active:
        fitted = LogisticRegression(max_iter=300).fit(X, y)
        expected = fitted.predict(X)
        accuracy_score(y, expected)  # logged as well, since autologging knows the prediction
    run = client.get_run(active.info.run_id)
    assert run.data.params == {k: str(v) for k, v in fitted.get_params().items()}
    assert run.data.metrics["training_accuracy_score"] == run.data.metrics["training_score"] == fitted.score(X, y)
    assert run.data.metrics["accuracy_score_X"] == fitted.score(X, y)
    assert {"training_f1_score", "training_log_loss", "training_roc_auc"} <= set(run.data.metrics)
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    (dataset,) = run.inputs.dataset_inputs
    assert contexts(run) == ["train"] and json.loads(dataset.dataset.profile)["num_rows"] == 150
    assert {"estimator.html", "training_confusion_matrix.png"} <= {f.path for f in client.list_artifacts(run.info.run_id)}

    model = the_model(client, run)
    assert model.params == run.data.params
    metrics = {m.key: m for m in model.metrics}
    assert metrics["training_score"].value == fitted.score(X, y)
    assert metrics["training_score"].dataset_digest == dataset.dataset.digest
    for uri in (f"models:/{model.model_id}", f"runs:/{run.info.run_id}/model"):
        assert (mlflow.sklearn.load_model(uri).predict(X) == expected).all()
    frame = mlflow.search_logged_models(
        [tracked.experiment_id], filter_string="metrics.training_score > 0.9 AND params.max_iter = '300'"
    )
    assert list(frame["model_id"]) == [model.model_id]


def test_a_search_for_parameters_makes_nested_runs(tracked, client, autolog, flowers):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    autolog("sklearn", log_models=False, max_tuning_runs=None)
    steps_of_it = make_pipeline(StandardScaler(), LogisticRegression())
    with mlflow.start_run() as active:
        search = GridSearchCV(steps_of_it, {"logisticregression__C": [0.01, 0.1, 1.0]}, cv=2).fit(*flowers)
    run = client.get_run(active.info.run_id)
    assert run.data.metrics["best_cv_score"] == search.best_score_
    assert run.data.params["best_logisticregression__C"] == str(search.best_params_["logisticregression__C"])
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'", order_by=["metrics.mean_test_score DESC"]
    )
    assert list(children["metrics.mean_test_score"]) == sorted(search.cv_results_["mean_test_score"], reverse=True)
    assert sorted(children["params.logisticregression__C"]) == ["0.01", "0.1", "1.0"]
    assert set(children["status"]) == {"FINISHED"}
    table = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/cv_results.csv")
    assert len(table.splitlines()) == 1 + 3


def test_xgboost(tracked, client, autolog, numbers):
    import xgboost

    autolog("xgboost")
    points, labels = numbers
    data = xgboost.DMatrix(points, labels, feature_names=list("abcd"))
    told = {}
    with mlflow.start_run() as active:
        booster = xgboost.train(
            {"objective": "binary:logistic", "max_depth": 2, "eval_metric": ["logloss", "auc"], "nthread": 1},
            data, num_boost_round=9, evals=[(data, "train")], evals_result=told, verbose_eval=False,
        )  # fmt: skip
    run = client.get_run(active.info.run_id)
    assert (run.data.params["max_depth"], run.data.params["num_boost_round"]) == ("2", "9")
    for name in ("logloss", "auc"):
        history = client.get_metric_history(run.info.run_id, f"train-{name}")
        assert [(m.step, m.value) for m in history] == list(enumerate(told["train"][name]))
        assert run.data.metrics[f"train-{name}"] == told["train"][name][-1]
    assert contexts(run) == ["eval", "train"]
    weights = mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/feature_importance_weight.json")
    assert weights == booster.get_score(importance_type="weight")
    again = mlflow.xgboost.load_model(f"models:/{the_model(client, run).model_id}")
    assert (again.predict(data) == booster.predict(data)).all()


def test_keras(tracked, client, autolog, numbers):
    import keras

    autolog("keras")
    layers = [keras.Input((4,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    network = keras.Sequential(layers)
    network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    with mlflow.start_run() as active:
        told = network.fit(*numbers, epochs=4, batch_size=20, validation_split=0.25, verbose=0).history
    run = client.get_run(active.info.run_id)
    assert {k: run.data.params[k] for k in ("epochs", "batch_size", "optimizer_name")} == {
        "epochs": "4", "batch_size": "20", "optimizer_name": "adam",
    }  # fmt: skip
    for name in ("loss", "accuracy", "val_loss"):
        history = client.get_metric_history(run.info.run_id, name)
        assert [m.value for m in history] == told[name]
        assert len({m.step for m in history}) == 4
    assert contexts(run) == ["train"]
    summary = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/model_summary.txt")
    assert "dense" in summary
    again = mlflow.keras.load_model(f"models:/{the_model(client, run).model_id}")
    np.testing.assert_allclose(again.predict(numbers[0], verbose=0), network.predict(numbers[0], verbose=0), rtol=1e-6)
