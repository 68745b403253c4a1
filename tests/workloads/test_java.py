"""The requests of the Java client, in the form it sends them.

It prints protobuf messages as JSON over several lines: names as in the .proto files, 64-bit integers as text,
enums by name, nothing that is not set. It asks with `run_uuid` and `run_id`, and keeps its connection.
(A replay: the jar of the client itself could not be fetched where these tests are run.)
"""

import json
import math

import pytest
from wire import wire as wire

from harness.api import unique

FORM = {
    "Content-Type": "application/json",
    "Accept-Encoding": "gzip,deflate",
    "User-Agent": "mlflow-java-client/3.17.2",
    "Connection": "Keep-Alive",
}
LONGS = {"start_time", "end_time", "timestamp", "step"}


def printed(message):
    """A message as the printer for JSON of protobuf writes it."""

    def each(value, name=""):
        if isinstance(value, dict):
            return {k: each(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [each(v) for v in value]
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return str(value) if name in LONGS else value

    return json.dumps(each(message), indent=2, ensure_ascii=False)


class Java:
    def __init__(self, wire):
        self.get, self.refused, self.send = wire.get, wire.refused, wire.send

    def post(self, path, /, **message):
        status, told = self.send("POST", path, body=printed(message))
        assert status == 200, told
        return told

    def run(self, run_id):
        return self.get("runs/get", run_uuid=run_id, run_id=run_id)["run"]


@pytest.fixture
def java(wire):
    return Java(wire(FORM))


@pytest.fixture
def experiment(java):
    return java.post("experiments/create", name=unique("java"))["experiment_id"]


@pytest.fixture
def run(java, experiment):
    made = java.post("runs/create", experiment_id=experiment, user_id="ann", start_time=1_700_000_000_000)
    return made["run"]["info"]["run_id"]


def both(run):
    return {"run_uuid": run, "run_id": run}


def test_logging(java, run):
    java.post("runs/log-parameter", **both(run), key="min_samples", value="2")
    for step in range(3):
        java.post("runs/log-metric", **both(run), key="auc", value=step / 4, timestamp=1_700_000_000_000 + step, step=step)
    java.post("runs/log-metric", **both(run), key="nan", value=math.nan, timestamp=1, step=0)
    java.post("runs/set-tag", **both(run), key="名", value='値 "quoted"')
    java.post("runs/set-tag", **both(run), key="gone", value="x")
    java.post("runs/delete-tag", run_id=run, key="gone")
    java.post(
        "runs/log-batch", run_id=run,
        metrics=[{"key": "b", "value": 2.5, "timestamp": 7, "step": -1}],
        params=[{"key": "p", "value": "x"}], tags=[{"key": "t", "value": "y"}],
    )  # fmt: skip
    java.post("runs/update", **both(run), status="FINISHED", end_time=1_700_000_100_000)
    got = java.run(run)
    assert (got["info"]["status"], got["info"]["end_time"]) == ("FINISHED", 1_700_000_100_000)
    assert {p["key"]: p["value"] for p in got["data"]["params"]} == {"min_samples": "2", "p": "x"}
    metrics = {m["key"]: (m["value"], m["step"]) for m in got["data"]["metrics"]}
    assert metrics == {"auc": (0.5, 2), "nan": ("NaN", 0), "b": (2.5, -1)}
    tags = {t["key"]: t["value"] for t in got["data"]["tags"]}
    assert (tags["名"], tags["t"], "gone" in tags) == ('値 "quoted"', "y", False)
    history = java.get("metrics/get-history", **both(run), metric_key="auc")["metrics"]
    assert [(m["value"], m["timestamp"]) for m in history] == [(n / 4, 1_700_000_000_000 + n) for n in range(3)]


def test_searching(java, experiment):
    runs = []
    for n in range(7):
        made = java.post("runs/create", experiment_id=experiment, start_time=n + 1)
        runs.append(made["run"]["info"]["run_id"])
        java.post("runs/log-metric", **both(runs[-1]), key="acc", value=n / 10, timestamp=1, step=0)
    asked = {
        "experiment_ids": [experiment], "filter": "metrics.acc > 0.05", "run_view_type": "ACTIVE_ONLY",
        "max_results": 4, "order_by": ["metrics.acc DESC"],
    }  # fmt: skip
    first = java.post("runs/search", **asked)
    rest = java.post("runs/search", **asked, page_token=first["next_page_token"])
    assert [r["info"]["run_id"] for r in first["runs"] + rest["runs"]] == runs[:0:-1]
    assert "next_page_token" not in rest
    java.post("runs/delete", run_id=runs[3])
    deleted = java.post("runs/search", experiment_ids=[experiment], filter="", run_view_type="DELETED_ONLY", max_results=1000)
    assert [r["info"]["run_id"] for r in deleted["runs"]] == [runs[3]]
    java.post("runs/restore", run_id=runs[3])
    assert java.run(runs[3])["info"]["lifecycle_stage"] == "active"


def test_experiments(java):
    name = unique("java é")
    made = java.post("experiments/create", name=name)["experiment_id"]
    java.post("experiments/set-experiment-tag", experiment_id=made, key="k", value="v")
    java.post("experiments/update", experiment_id=made, new_name=name + "2")
    assert java.get("experiments/get-by-name", experiment_name=name + "2")["experiment"]["experiment_id"] == made
    java.refused("GET", "experiments/get-by-name", 404, "RESOURCE_DOES_NOT_EXIST", {"experiment_name": name})
    # max_results of this one is a 64-bit integer
    asked = {"view_type": "ALL", "max_results": "1000", "filter": "tags.k = 'v'", "order_by": ["experiment_id DESC"]}
    assert made in [e["experiment_id"] for e in java.post("experiments/search", **asked)["experiments"]]
    java.post("experiments/delete", experiment_id=made)
    assert java.get("experiments/get", experiment_id=made)["experiment"]["lifecycle_stage"] == "deleted"
    java.post("experiments/restore", experiment_id=made)


def test_artifacts(java, run):
    listed = java.get("artifacts/list", path="", run_id=run)
    assert listed["root_uri"] == java.run(run)["info"]["artifact_uri"] and "files" not in listed


def test_errors_have_what_the_client_reads(java):
    message = java.refused("GET", "runs/get", 404, "RESOURCE_DOES_NOT_EXIST", both("0" * 32))
    assert "0" * 32 in message
    java.refused("POST", "runs/create", 404, "RESOURCE_DOES_NOT_EXIST", body=printed({"experiment_id": "999999"}))
    java.refused("POST", "runs/log-metric", 400, "INVALID_PARAMETER_VALUE", body=printed({"key": "k"}))
