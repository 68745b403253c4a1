"""The requests of the R client, in the form it sends them.

Its bodies are lists turned to JSON with every scalar as text, vectors of one unboxed unless they are lists,
what is NULL left out (inside a list it becomes {}), and both `run_uuid` and `run_id`.
"""

import json

import pytest
from wire import wire as wire

from harness.api import unique

FORM = {
    "Accept": "application/json, text/xml, application/xml, */*",
    "Accept-Encoding": "deflate, gzip",
    "User-Agent": "mlflow-r-client/3.17.2",
}


class R:
    def __init__(self, wire):
        self.wire = wire
        self.get = wire.get
        self.refused = wire.refused

    def post(self, path, /, **data):
        status, told = self.wire.send("POST", path, body=body(data))
        assert status == 200, told
        return told


def text(value):
    """A value as R's as.character() writes it: fifteen digits, TRUE and FALSE."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def body(data):
    def each(value):
        if value is None:
            return {}
        if isinstance(value, dict):
            return {k: each(v) for k, v in value.items()}
        return [each(v) for v in value] if isinstance(value, list) else text(value)

    return json.dumps({k: each(v) for k, v in data.items() if v is not None}, separators=(",", ":"))


def both(run):
    return {"run_uuid": run, "run_id": run}


@pytest.fixture
def r(wire):
    return R(wire(FORM))


@pytest.fixture
def experiment(r):
    return r.post("experiments/create", name=unique("r"), artifact_location=None, tags=[])["experiment_id"]


@pytest.fixture
def run(r, experiment):
    made = r.post(
        "runs/create", experiment_id=experiment, user_id="ann", run_name=None, start_time=1_700_000_000_123,
        tags=[{"key": "mlflow.source.name", "value": "train.R"}],
    )  # fmt: skip
    return made["run"]["info"]["run_id"]


def test_experiments(r):
    name = unique("r")
    made = r.post("experiments/create", name=name, tags=[{"key": "team", "value": 7}])["experiment_id"]
    assert r.get("experiments/get", experiment_id=made)["experiment"]["tags"] == [{"key": "team", "value": "7"}]
    r.post("experiments/set-experiment-tag", experiment_id=made, key="done", value=True)
    r.post("experiments/update", experiment_id=int(made), new_name=name + "-2")
    found = r.get("experiments/get-by-name", experiment_name=name + "-2")["experiment"]
    assert {t["key"]: t["value"] for t in found["tags"]} == {"team": "7", "done": "TRUE"}
    r.post("experiments/delete", experiment_id=int(made))
    listed = r.post(
        "experiments/search", filter=f"name LIKE '{name}%'", max_results=1000, order_by=["name ASC"],
        view_type="DELETED_ONLY", page_token=None,
    )  # fmt: skip
    assert [e["experiment_id"] for e in listed["experiments"]] == [made]
    r.post("experiments/restore", experiment_id=made)
    message = r.refused("POST", "experiments/create", 400, "RESOURCE_ALREADY_EXISTS", body=body({"name": name + "-2"}))
    assert name in message
    r.refused("GET", "experiments/get-by-name", 404, "RESOURCE_DOES_NOT_EXIST", {"experiment_name": name})


def test_a_run_from_begin_to_end(r, experiment, run):
    for step, value in enumerate([0.5, 0.1 + 0.2, 1e-300]):
        r.post("runs/log-metric", **both(run), key="loss", value=value, timestamp=1_700_000_000_000 + step, step=step)
    r.post("runs/log-parameter", **both(run), key="alpha", value=0.5)
    r.post("runs/log-parameter", **both(run), key="shuffle", value=False)
    r.post("runs/set-tag", **both(run), key="estimator", value="glmnet")
    r.post("runs/set-tag", **both(run), key="gone", value=1)
    r.post("runs/delete-tag", run_id=run, key="gone")
    ended = r.post("runs/update", **both(run), status="FINISHED", end_time=1_700_000_099_000)
    assert ended["run_info"]["status"] == "FINISHED"
    got = r.get("runs/get", **both(run))["run"]
    assert (got["info"]["start_time"], got["info"]["end_time"]) == (1_700_000_000_123, 1_700_000_099_000)
    assert (got["info"]["run_uuid"], got["info"]["user_id"]) == (run, "ann")
    assert {p["key"]: p["value"] for p in got["data"]["params"]} == {"alpha": "0.5", "shuffle": "FALSE"}
    tags = {t["key"]: t["value"] for t in got["data"]["tags"]}
    assert (tags["estimator"], tags["mlflow.source.name"], "gone" in tags) == ("glmnet", "train.R", False)
    history = r.get("metrics/get-history", **both(run), metric_key="loss")["metrics"]
    assert [(m["step"], m["value"]) for m in history] == [(0, 0.5), (1, 0.3), (2, 1e-300)]


@pytest.mark.parametrize(("sent", "stored"), [("NaN", "NaN"), ("Infinity", 1.7976931348623157e308)])
def test_numbers_that_are_none(r, run, sent, stored):
    r.post("runs/log-metric", **both(run), key="m", value=sent, timestamp=1, step=0)
    (metric,) = r.get("runs/get", **both(run))["run"]["data"]["metrics"]
    assert metric["value"] == stored


def test_a_batch(r, run):
    """Data frames, row by row."""
    r.post(
        "runs/log-batch", run_id=run,
        metrics=[{"key": "m", "value": n / 8, "timestamp": 1_700_000_000_000, "step": n} for n in range(5)],
        params=[{"key": "p", "value": "x"}, {"key": "q", "value": 3}],
        tags=[{"key": "t", "value": "日本"}],
    )  # fmt: skip
    r.post("runs/log-batch", run_id=run, metrics=[], params=[], tags=[{"key": "u", "value": "y"}])
    data = r.get("runs/get", **both(run))["run"]["data"]
    assert {p["key"]: p["value"] for p in data["params"]} == {"p": "x", "q": "3"}
    assert {t["key"]: t["value"] for t in data["tags"]}.items() >= {"t": "日本", "u": "y"}.items()
    assert [(m["key"], m["value"], m["step"]) for m in data["metrics"]] == [("m", 0.5, 4)]


def test_round_numbers_in_scientific_notation(r, run):
    """R writes the time 1700000000000 as 1.7e+12, unless told otherwise."""
    r.post("runs/log-metric", **both(run), key="m", value="1e+05", timestamp="1.7e+12", step="1e+05")
    assert r.post("runs/update", **both(run), status="FINISHED", end_time="1.8e+12")["run_info"]["end_time"] == 1_800_000_000_000
    (metric,) = r.get("runs/get", **both(run))["run"]["data"]["metrics"]
    assert metric == {"key": "m", "value": 100_000.0, "timestamp": 1_700_000_000_000, "step": 100_000}
    refused = {**both(run), "key": "m", "value": 1, "timestamp": 1, "step": "1.5"}
    r.refused("POST", "runs/log-metric", 400, "INVALID_PARAMETER_VALUE", body=body(refused))


def test_search(r, experiment):
    runs = []
    for n in range(5):
        runs.append(r.post("runs/create", experiment_id=int(experiment), start_time=n + 1)["run"]["info"]["run_id"])
        r.post("runs/log-metric", **both(runs[-1]), key="m", value=n, timestamp=1, step=0)
    asked = {"experiment_ids": [experiment], "filter": "metrics.m >= 1", "run_view_type": "ACTIVE_ONLY"}
    first = r.post("runs/search", **asked, max_results=3, order_by=["metrics.m DESC"], page_token=None)
    rest = r.post("runs/search", **asked, max_results=3, order_by=["metrics.m DESC"], page_token=first["next_page_token"])
    assert [x["info"]["run_uuid"] for x in first["runs"] + rest["runs"]] == runs[:0:-1]
    everything = r.post("runs/search", experiment_ids=[int(experiment)], filter="", max_results=100, order_by=[])
    assert len(everything["runs"]) == 5
    r.post("runs/delete", run_id=runs[0])
    gone = r.post("runs/search", experiment_ids=[experiment], filter="", run_view_type="DELETED_ONLY", order_by=[])
    assert [x["info"]["run_id"] for x in gone["runs"]] == runs[:1]
    r.post("runs/restore", run_id=runs[0])
    assert r.get("runs/get", **both(runs[0]))["run"]["info"]["lifecycle_stage"] == "active"


def test_one_experiment_that_is_no_list(r, experiment, run):
    """A vector of one loses its brackets when the caller forgot to make it a list: refused, as ever."""
    message = r.refused(
        "POST", "runs/search", 400, "INVALID_PARAMETER_VALUE", body=body({"experiment_ids": experiment, "filter": ""})
    )
    assert "experiment_ids" in message


@pytest.mark.improves("the peer stores an empty text")
def test_null_inside_a_list_becomes_an_object(r, run):
    sent = body({"run_id": run, "params": [{"key": "p", "value": None}]})
    assert sent.endswith('"value":{}}]}')
    r.refused("POST", "runs/log-batch", 400, "INVALID_PARAMETER_VALUE", body=sent)
    assert "params" not in r.get("runs/get", **both(run))["run"]["data"]


def test_a_get_with_a_body(r, experiment, run):
    """A request object sent with GET: read when there is no query, else the query counts."""
    status, told = r.wire.send("GET", "runs/get", body=body({"run_id": run}))
    assert (status, told["run"]["info"]["run_id"]) == (200, run)
    status, told = r.wire.send("GET", "runs/get", {"run_id": run}, body({"run_id": "f" * 32}))
    assert (status, told["run"]["info"]["run_id"]) == (200, run)
    status, told = r.wire.send("GET", "experiments/get", body=body({"experiment_id": int(experiment)}))
    assert (status, told["experiment"]["experiment_id"]) == (200, experiment)


def test_artifacts_are_listed(r, run):
    assert r.get("artifacts/list", **both(run), path="").get("files", []) == []
    assert r.get("artifacts/list", **both(run), path="models")["root_uri"].endswith(f"/{run}/artifacts")


def test_many_requests_on_one_connection(r, run):
    before = None
    for step in range(200):
        r.post("runs/log-metric", **both(run), key="m", value=step, timestamp=step + 1, step=step)
        assert before in (None, r.wire.link.sock)
        before = r.wire.link.sock
    assert len(r.get("metrics/get-history", **both(run), metric_key="m")["metrics"]) == 200
