"""Jobs as a cluster runs them, and what people keep beside numbers: datasets, models, tables of all runs."""

import multiprocessing
import os

import mlflow
import numpy as np
import pandas as pd
import pytest

from harness.api import unique

JOBS = 16
STEPS = 30


def train(url, name, job, barrier):
    """One of many jobs that begin at the same moment: all create the experiment, each has its runs."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    mlflow.set_tracking_uri(url)
    barrier.wait(60)
    experiment = mlflow.set_experiment(name)
    with mlflow.start_run(experiment_id=experiment.experiment_id, run_name=f"job {job}", tags={"job": str(job)}):
        mlflow.log_params({"job": job, "lr": 0.1 / (1 + job)})
        for step in range(STEPS):
            mlflow.log_metrics({"loss": job + 1 / (1 + step), "speed": step * job}, step=step)
        with mlflow.start_run(experiment_id=experiment.experiment_id, nested=True, run_name=f"check {job}"):
            mlflow.log_metric("checked", job, synchronous=False).wait()
        mlflow.log_text(f"by job {job}", "notes/said.txt")


@pytest.mark.timeout(240)
def test_sixteen_processes_train_at_once(server, client):
    name = unique("jobs")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["mlflow", "numpy", "pandas", "pytest", "git"])
    barrier = context.Barrier(JOBS)
    jobs = [context.Process(target=train, args=(server.url, name, job, barrier)) for job in range(JOBS)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(200)
    assert [job.exitcode for job in jobs] == [0] * JOBS
    runs = mlflow.search_runs(experiment_names=[name], filter_string="params.job LIKE '%'", order_by=["metrics.loss"])
    assert list(runs["params.job"]) == [str(job) for job in range(JOBS)]
    assert list(runs["metrics.loss"]) == [job + 1 / STEPS for job in range(JOBS)]
    assert set(runs["status"]) == {"FINISHED"}
    checks = mlflow.search_runs(experiment_names=[name], filter_string="metrics.checked >= 0")
    parents = dict(zip(runs["run_id"], runs["tags.job"], strict=True))
    assert {parents[p] for p in checks["tags.mlflow.parentRunId"]} == {str(job) for job in range(JOBS)}
    assert [parents[p] for p in checks["tags.mlflow.parentRunId"]] == [f"{v:.0f}" for v in checks["metrics.checked"]]
    for run_id, job in parents.items():
        history = client.get_metric_history(run_id, "loss")
        assert [(m.step, m.value) for m in history] == [(s, int(job) + 1 / (1 + s)) for s in range(STEPS)]
        assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/said.txt") == f"by job {job}"


def test_everything_is_logged_without_waiting(tracked, client):
    mlflow.config.enable_async_logging()
    try:
        with mlflow.start_run() as run:
            for step in range(300):
                mlflow.log_metrics({"a": step, "b": -step}, step=step)
            mlflow.log_params({f"p{n}": n for n in range(150)})
            mlflow.set_tags({f"t{n}": n for n in range(50)})
            mlflow.log_image(np.zeros((2, 2), dtype=np.uint8), key="seen", step=0, synchronous=False)
        mlflow.flush_async_logging()
        mlflow.flush_artifact_async_logging()
    finally:
        mlflow.config.enable_async_logging(False)
    got = client.get_run(run.info.run_id).data
    assert got.params == {f"p{n}": str(n) for n in range(150)}
    assert {k: v for k, v in got.tags.items() if k.startswith("t")} == {f"t{n}": str(n) for n in range(50)}
    assert [m.value for m in client.get_metric_history(run.info.run_id, "b")] == [-n for n in range(300)]
    assert len(client.list_artifacts(run.info.run_id, "images")) == 2  # the image and its small copy


@pytest.mark.filterwarnings("ignore:The specified dataset source can be interpreted:UserWarning")
def test_datasets_of_a_run(tracked, client, tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [0, 1, 0]})
    frame.to_csv(tmp_path / "wine.csv", index=False)
    wine = mlflow.data.from_pandas(frame, source=str(tmp_path / "wine.csv"), name="wine", targets="y")
    noise = mlflow.data.from_numpy(np.zeros((4, 2)), name="noise")
    with mlflow.start_run(run_name="both") as run:
        mlflow.log_input(wine, context="training", tags={"owner": "田中"})
        mlflow.log_input(noise, context="testing")
    with mlflow.start_run(run_name="one"):
        mlflow.log_inputs([wine], ["testing"], [{"owner": "x"}])
    inputs = {d.dataset.name: d for d in client.get_run(run.info.run_id).inputs.dataset_inputs}
    assert set(inputs) == {"wine", "noise"}
    assert (inputs["wine"].dataset.digest, inputs["wine"].dataset.source_type) == (wine.digest, "local")
    assert {t.key: t.value for t in inputs["wine"].tags} == {"mlflow.data.context": "training", "owner": "田中"}
    source = mlflow.data.get_source(inputs["wine"].dataset)
    assert pd.read_csv(source.load()).equals(frame)

    def found(text):
        return sorted(mlflow.search_runs(filter_string=text)["tags.mlflow.runName"])

    assert found("dataset.name = 'wine'") == ["both", "one"]
    assert found("dataset.name = 'wine' AND dataset.context = 'training'") == ["both"]
    assert found(f"dataset.digest IN ('{noise.digest}', 'other')") == ["both"]


def test_models_of_a_run(tracked, client, tmp_path):
    wine = mlflow.data.from_numpy(np.ones(3), name="wine")
    (tmp_path / "weights.bin").write_bytes(bytes(1000))
    with mlflow.start_run() as run:
        models = [mlflow.initialize_logged_model(f"net-{n}", params={"depth": str(n)}, tags={"n": str(n)}) for n in range(3)]
        for n, model in enumerate(models):
            mlflow.log_metrics({"acc": n / 10}, step=n, model_id=model.model_id, dataset=wine)
        client.log_model_artifact(models[2].model_id, str(tmp_path / "weights.bin"))
    client.finalize_logged_model(models[2].model_id, "READY")
    client.finalize_logged_model(models[0].model_id, "FAILED")
    client.set_logged_model_tags(models[2].model_id, {"best": "yes"})
    best = client.get_logged_model(models[2].model_id)
    assert (best.status.name, best.params, best.tags["best"]) == ("READY", {"depth": "2"}, "yes")
    (metric,) = best.metrics
    assert (metric.key, metric.value, metric.run_id, metric.dataset_name) == ("acc", 0.2, run.info.run_id, "wine")
    assert [f.path for f in client.list_logged_model_artifacts(best.model_id)] == ["weights.bin"]

    def search(text, **more):
        found = mlflow.search_logged_models([tracked.experiment_id], text, output_format="list", **more)
        return [m.name for m in found]

    assert search("name LIKE 'net-%' AND metrics.acc >= 0.1", order_by=[{"field_name": "metrics.acc"}]) == ["net-1", "net-2"]
    on_wine = {"datasets": [{"dataset_name": "wine", "dataset_digest": metric.dataset_digest}]}
    assert search("metrics.acc < 0.1", **on_wine) == ["net-0"]
    assert search("tags.n = '2'") == ["net-2"]
    client.delete_logged_model(best.model_id)
    assert sorted(search(None)) == ["net-0", "net-1"]
