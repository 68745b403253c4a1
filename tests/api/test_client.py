"""The real mlflow client, as people use it."""

import math
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.api import unique
from harness.processes import wait_until

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
os.environ.setdefault("MPLBACKEND", "agg")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.entities import Metric, Param, RunTag, ViewType
    from mlflow.exceptions import MlflowException, RestException

pytestmark = pytest.mark.usefixtures("client")
BIG = 1.7976931348623157e308


@pytest.fixture
def experiment():
    return mlflow.set_experiment(unique("exp"))


# -- the script of the product's documents


@pytest.mark.timeout(180)
def test_the_first_script_of_a_new_user(server, api, tmp_path):
    script = textwrap.dedent(
        f"""
        import mlflow
        mlflow.set_tracking_uri("{server.url}")
        mlflow.set_experiment("check-localhost-connection")
        with mlflow.start_run():
            mlflow.log_metric("foo", 1)
            mlflow.log_metric("bar", 2)
        """
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**env, "HOME": str(tmp_path), "MLFLOW_DISABLE_TELEMETRY": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    experiment = api.get("experiments/get-by-name", {"experiment_name": "check-localhost-connection"}).ok()["experiment"]
    (run,) = api.post("runs/search", {"experiment_ids": [experiment["experiment_id"]]}).ok()["runs"]
    assert {m["key"]: m["value"] for m in run["data"]["metrics"]} == {"foo": 1.0, "bar": 2.0}
    assert run["info"]["status"] == "FINISHED"
    link = f"{server.url}/#/experiments/{experiment['experiment_id']}"
    assert f"View run {run['info']['run_name']} at: {link}/runs/{run['info']['run_id']}" in done.stdout
    assert f"View experiment at: {link}" in done.stdout
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", run["info"]["run_name"])
    assert "Traceback" not in done.stderr


# -- fluent


def test_a_run_with_everything(experiment, client):
    with mlflow.start_run(run_name="whole", description="a *note*", tags={"given": "1"}) as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"layers": [1, 2], "name": "日本語", "none": None, "flag": True})
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metrics({"acc": 0.9, "f1/val": 0.8}, step=2)
        mlflow.set_tag("t", "v")
        mlflow.set_tags({"a.b": 1, "日本": "値"})
    got = client.get_run(run.info.run_id)
    assert got.info.status == "FINISHED" and got.info.run_name == "whole"
    assert got.info.end_time >= got.info.start_time > 1_500_000_000_000
    assert got.data.params == {"lr": "0.1", "layers": "[1, 2]", "name": "日本語", "none": "None", "flag": "True"}
    assert got.data.metrics == {"loss": 0.5, "acc": 0.9, "f1/val": 0.8}
    tags = got.data.tags
    assert (tags["given"], tags["t"], tags["a.b"], tags["日本"]) == ("1", "v", "1", "値")
    assert tags["mlflow.note.content"] == "a *note*" and tags["mlflow.runName"] == "whole"


def test_a_failing_run_is_failed(experiment, client):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        1 / 0
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_is_resumed(experiment, client):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=1)
    with mlflow.start_run(run_id=run.info.run_id):
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2, step=2)
    assert [m.value for m in client.get_metric_history(run.info.run_id, "m")] == [1.0, 2.0]


def test_nested_runs(experiment, client):
    with mlflow.start_run() as parent:
        for n in range(3):
            with mlflow.start_run(nested=True, run_name=f"child {n}"):
                mlflow.log_metric("n", n)
    children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list")
    assert sorted(c.info.run_name for c in children) == ["child 0", "child 1", "child 2"]
    assert mlflow.get_parent_run(children[0].info.run_id).info.run_id == parent.info.run_id


def test_search_to_pandas(experiment):
    for n in range(4):
        with mlflow.start_run(run_name=f"r{n}"):
            mlflow.log_metric("m", n / 10)
            mlflow.log_param("p", n)
    frame = mlflow.search_runs(filter_string="metrics.m > 0.05", order_by=["metrics.m DESC"])
    assert list(frame["metrics.m"]) == [0.3, 0.2, 0.1]
    assert list(frame["params.p"]) == ["3", "2", "1"]
    assert list(frame["tags.mlflow.runName"]) == ["r3", "r2", "r1"]
    assert str(frame["start_time"].dtype).startswith("datetime64")
    assert len(mlflow.search_runs(search_all_experiments=True)) >= 4
    assert mlflow.last_active_run().info.run_name == "r3"


@pytest.mark.parametrize(
    ("value", "stored"), [(math.nan, math.nan), (math.inf, BIG), (-math.inf, -BIG), (1e-320, 1e-320), (True, 1.0)]
)
def test_special_numbers(experiment, client, value, stored):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", value)
        mlflow.log_metrics({"n": value}, step=3)
    for key in "mn":
        (point,) = client.get_metric_history(run.info.run_id, key)
        got = client.get_run(run.info.run_id).data.metrics[key]
        for number in (point.value, got):
            assert number == stored or (math.isnan(number) and math.isnan(stored))


def test_logging_without_waiting(experiment, client):
    with mlflow.start_run() as run:
        futures = [mlflow.log_metric("m", n, step=n, synchronous=False) for n in range(200)]
        mlflow.log_params({f"p{n}": n for n in range(20)}, synchronous=False)
        mlflow.set_tags({"t": 1}, synchronous=False)
        for future in futures:
            future.wait()
        mlflow.flush_async_logging()
    assert [m.value for m in client.get_metric_history(run.info.run_id, "m")] == list(range(200))
    got = client.get_run(run.info.run_id).data
    assert len(got.params) == 20 and got.tags["t"] == "1"


def test_system_metrics(experiment, client):
    mlflow.enable_system_metrics_logging()
    mlflow.set_system_metrics_sampling_interval(0.1)
    mlflow.set_system_metrics_samples_before_logging(1)
    try:
        with mlflow.start_run() as run:
            wait_until(
                lambda: "system/cpu_utilization_percentage" in client.get_run(run.info.run_id).data.metrics,
                30,
                "a system metric",
            )
    finally:
        mlflow.disable_system_metrics_logging()
        mlflow.set_system_metrics_sampling_interval(None)
        mlflow.set_system_metrics_samples_before_logging(None)
    keys = set(client.get_run(run.info.run_id).data.metrics)
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_percentage"} <= keys


def test_a_traced_function_does_not_disturb_a_run(experiment, client, caplog):
    """Where traces are not kept, the client says so; it must not blame a proxy."""

    @mlflow.trace
    def double(n):
        return 2 * n

    with mlflow.start_run() as run:
        mlflow.log_metric("doubled", double(21))
    mlflow.flush_trace_async_logging()
    assert client.get_run(run.info.run_id).data.metrics == {"doubled": 42}
    assert "not recognized by MLflow" not in caplog.text


# -- artifacts


def test_every_kind_of_artifact(experiment, client, tmp_path):
    import matplotlib.pyplot as plt
    import numpy as np

    (tmp_path / "dir" / "sub").mkdir(parents=True)
    (tmp_path / "one.txt").write_text("one")
    (tmp_path / "dir" / "日本.txt").write_text("二")
    (tmp_path / "dir" / "sub" / "sp ace+&.bin").write_bytes(bytes(range(256)))
    (tmp_path / "dir" / "empty").touch()
    with mlflow.start_run() as run:
        mlflow.log_artifact("one.txt")
        mlflow.log_artifact("one.txt", "deep/er")
        mlflow.log_artifacts("dir", "all")
        mlflow.log_text("text é", "t/notes.txt")
        mlflow.log_dict({"a": [1, 2]}, "d.json")
        mlflow.log_dict({"a": [1, 2]}, "d.yaml")
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "f.png")
        plt.close(figure)
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "i.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="seen", step=1)
        mlflow.log_table({"q": ["a"], "r": ["b"]}, "tab.json")
        mlflow.log_table({"q": ["c"], "r": ["d"]}, "tab.json")  # reads, appends, writes
    run_id = run.info.run_id

    top = {(f.path, f.is_dir) for f in client.list_artifacts(run_id)}
    expected = {"one.txt", "d.json", "d.yaml", "f.png", "i.png", "tab.json"}
    assert top == {(p, False) for p in expected} | {(p, True) for p in ("deep", "all", "t", "images")}
    listed = {f.path: f.file_size for f in client.list_artifacts(run_id, "all")}
    assert set(listed) == {"all/日本.txt", "all/sub", "all/empty"} and listed["all/日本.txt"] == 3
    assert not client.list_artifacts(run_id, "nope")

    local = client.download_artifacts(run_id, "", str(tmp_path))

    def read(path):
        return Path(local, path).read_bytes()

    assert read("one.txt") == read("deep/er/one.txt") == b"one"
    assert read("all/日本.txt").decode() == "二"
    assert read("all/sub/sp ace+&.bin") == bytes(range(256))
    assert read("all/empty") == b""
    assert read("t/notes.txt").decode() == "text é"
    assert read("f.png").startswith(b"\x89PNG") and read("i.png").startswith(b"\x89PNG")
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/t/notes.txt") == "text é"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/d.json") == {"a": [1, 2]}
    assert mlflow.artifacts.load_image(f"runs:/{run_id}/i.png").size == (4, 4)
    assert list(mlflow.load_table("tab.json", [run_id])["q"]) == ["a", "c"]
    assert len(client.list_artifacts(run_id, "images")) >= 1
    one = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="one.txt", dst_path=str(tmp_path / "x"))
    assert Path(one).read_text() == "one"
    with pytest.raises(MlflowException):
        mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="nope")


ESCAPES = ["a%2Fb.txt", "foo%20bar.txt", "100%25.txt", "50%2525.txt", "%C3%BC.txt", "95%.txt", "%zz"]


def test_names_with_escapes_are_found_under_the_name_they_were_given(experiment, client, tmp_path):
    for directory in ("local", "dir%20ectory"):
        Path(directory).mkdir()
    for name in ESCAPES:
        Path("local", name).write_text(name)
        Path("dir%20ectory", name).write_text(name)
    with mlflow.start_run() as run:
        for name in ESCAPES:
            mlflow.log_artifact(f"local/{name}")
        mlflow.log_artifacts("dir%20ectory", "x/dir%20ectory")
    run_id = run.info.run_id
    assert len(client.list_artifacts(run_id, "x/dir%20ectory")) == len(client.list_artifacts(run_id, "x/dir ectory")) > 0
    for name in ESCAPES:
        for path in (name, f"x/dir%20ectory/{name}"):
            (tmp_path / "to" / path).mkdir(parents=True)
            assert Path(client.download_artifacts(run_id, path, str(tmp_path / "to" / path))).read_text() == name


# -- MlflowClient


def test_experiments_by_the_client(client):
    name = unique("cl")
    made = client.create_experiment(name, tags={"k": "v"})
    with pytest.raises(RestException, match="already exists") as e:
        client.create_experiment(name)
    assert e.value.error_code == "RESOURCE_ALREADY_EXISTS"
    got = client.get_experiment_by_name(name)
    assert (got.experiment_id, got.tags, got.lifecycle_stage) == (made, {"k": "v"}, "active")
    assert client.get_experiment_by_name(name + "-nope") is None
    client.set_experiment_tag(made, "a", "b")
    client.delete_experiment_tag(made, "k")
    client.rename_experiment(made, name + "-2")
    got = client.get_experiment(made)
    assert (got.name, got.tags) == (name + "-2", {"a": "b"})
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    found = client.search_experiments(ViewType.DELETED_ONLY, filter_string=f"name LIKE '{name}%'")
    assert [e.experiment_id for e in found] == [made]
    with pytest.raises(MlflowException, match="Cannot set a deleted experiment"):
        mlflow.set_experiment(name + "-2")
    client.restore_experiment(made)
    assert [e.experiment_id for e in client.search_experiments(filter_string="tags.a = 'b'")] == [made]


def test_runs_by_the_client(client, experiment):
    run = client.create_run(experiment.experiment_id, start_time=5, tags={"t": "1"}, run_name="n")
    run_id = run.info.run_id
    assert (run.info.start_time, run.info.run_name, run.data.tags["t"]) == (5, "n", "1")
    assert run.info.artifact_uri == f"mlflow-artifacts:/{experiment.experiment_id}/{run_id}/artifacts"
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        [Metric("m", v, now + v, v) for v in range(3)],
        [Param("p", "1"), Param("q", "2")],
        [RunTag("u", "x")],
    )
    client.set_tag(run_id, "d", "gone")
    client.delete_tag(run_id, "d")
    client.update_run(run_id, name="renamed")
    client.set_terminated(run_id, "KILLED", end_time=9)
    got = client.get_run(run_id)
    assert (got.info.status, got.info.end_time, got.info.run_name) == ("KILLED", 9, "renamed")
    assert got.data.params == {"p": "1", "q": "2"} and got.data.metrics == {"m": 2.0}
    assert got.data.tags == {"t": "1", "u": "x", "mlflow.runName": "renamed"}
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_param(run_id, "p", "other")
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        client.log_metric(run_id, "m", 1)
    assert client.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY)[0].info.run_id == run_id
    client.restore_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "active"
    with pytest.raises(MlflowException, match="not found"):
        client.get_run("0" * 32)


def test_long_histories_are_read_in_pages(client, experiment):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    for start in range(0, 26000, 1000):
        client.log_batch(run_id, [Metric("m", n / 7, 1000 + n, n) for n in range(start, start + 1000)])
    got = client.get_metric_history(run_id, "m")  # in pages of 25,000
    assert [p.value for p in got] == [n / 7 for n in range(26000)]
    store = client._tracking_client.store
    page = store.get_metric_history(run_id, "m", max_results=999)
    assert len(page) == 999 and page.token
    assert store.get_metric_history(run_id, "m", max_results=999, page_token=page.token)[0].step == 999


def test_search_in_pages(client, experiment):
    ids = [client.create_run(experiment.experiment_id, start_time=n).info.run_id for n in range(1, 26)]
    found, token = [], None
    while True:
        page = client.search_runs([experiment.experiment_id], max_results=10, page_token=token)
        found += [r.info.run_id for r in page]
        token = page.token
        if not token:
            break
    assert found == ids[::-1]


def test_many_set_the_same_experiment_at_once(server):
    name = unique("race")
    barrier = threading.Barrier(6)

    def one(_):
        client = mlflow.MlflowClient(server.url)
        barrier.wait(20)
        found = client.get_experiment_by_name(name)
        if found:
            return found.experiment_id
        try:
            return client.create_experiment(name)
        except RestException as e:
            assert e.error_code == "RESOURCE_ALREADY_EXISTS"
            return client.get_experiment_by_name(name).experiment_id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(6)))) == 1
