"""Metrics as curves: few numbers, the extremes among them."""

import random

import pytest

pytestmark = pytest.mark.cairn_only("MLflow has no such route")
SERIES = "/ajax-api/cairn/1/metrics/series"


def log(api, run, key, points):
    """points: (step, value) or (step, value, timestamp)."""
    metrics = [{"key": key, "step": p[0], "value": p[1], "timestamp": p[2] if len(p) > 2 else 1000 + i}
               for i, p in enumerate(points)]
    for i in range(0, len(metrics), 1000):
        api.post("runs/log-batch", {"run_id": run, "metrics": metrics[i:i + 1000]}).ok()


def curve(api, run, key, **more):
    found = api.post(SERIES, {"run_ids": [run], "metric_keys": [key], **more}).ok()["series"]
    assert len(found) == 1
    return found[0]


def test_few_points_are_all_given(api, run):
    log(api, run, "m", [(3, 0.5, 30), (1, 1.5, 10), (2, "NaN", 20)])
    assert curve(api, run, "m") == {
        "run_id": run, "key": "m", "points": 3, "width": 0, "step": [1, 2, 3], "timestamp": [10, 20, 30],
        "last": [1.5, "NaN", 0.5]}


@pytest.mark.parametrize("steps", [range(5000), range(-2500, 2500), range(0, 500000, 100),
                                   sorted(random.Random(3).sample(range(10**12), 5000))],
                         ids=["dense", "negative", "wide", "uneven"])
def test_many_points_lose_no_extreme(api, run, steps):
    rng = random.Random(7)
    points = [(s, rng.gauss(0, 1)) for s in steps]
    points[1234] = (points[1234][0], 1e6)
    points[4321] = (points[4321][0], -1e6)
    log(api, run, "m", points)
    c = curve(api, run, "m", buckets=100)
    width, first = c["width"], points[0][0]
    expected = {}
    for step, value in points:
        expected.setdefault((step - first) // width, []).append((step, value))
    assert c["points"] == 5000 and sum(c["count"]) == 5000
    assert c["step"] == [b[-1][0] for b in expected.values()]
    assert c["count"] == [len(b) for b in expected.values()]
    assert c["min"] == [min(v for _, v in b) for b in expected.values()]
    assert c["max"] == [max(v for _, v in b) for b in expected.values()]
    assert c["last"] == [b[-1][1] for b in expected.values()]
    assert 50 < len(c["step"]) <= 100
    assert (max(c["max"]), min(c["min"])) == (1e6, -1e6)


def test_points_that_are_no_numbers_take_no_part(api, run):
    log(api, run, "m", [(s, "NaN" if s % 2 or s < 4 else s) for s in range(16)])
    c = curve(api, run, "m", buckets=4)
    assert (c["width"], c["count"]) == (4, [4] * 4)
    assert (c["min"], c["max"], c["last"]) == (["NaN", 4, 8, 12], ["NaN", 6, 10, 14], ["NaN", 6, 10, 14])


def test_a_part_of_the_steps_is_finer(api, run):
    log(api, run, "m", [(s, s) for s in range(4096)])
    assert curve(api, run, "m", buckets=64)["width"] == 64
    part = curve(api, run, "m", buckets=64, from_step=1000, to_step=1063)
    assert (part["width"], part["step"], part["points"]) == (0, list(range(1000, 1064)), 64)


def test_one_bucket_holds_steps_as_far_apart_as_there_are(api, run):
    log(api, run, "m", [(-2**63, 1), (0, 5), (2**63 - 1, 3)])
    c = curve(api, run, "m", buckets=1)
    assert c["points"] == 3 and sum(c["count"]) == 3 and max(c["max"]) == 5


def test_several_runs_and_metrics_at_once(api, experiment):
    runs = [api.run(experiment) for _ in range(2)]
    for n, run in enumerate(runs):
        log(api, run, "a", [(0, n)])
    log(api, runs[0], "b", [(0, 7)])
    found = api.post(SERIES, {"run_ids": [*runs, "0" * 32], "metric_keys": ["a", "b"]}).ok()["series"]
    assert [(s["run_id"], s["key"], s["last"]) for s in found] == [
        (runs[0], "a", [0]), (runs[0], "b", [7]), (runs[1], "a", [1])]
    assert api.post(SERIES, {}).ok() == {"series": []}


@pytest.mark.parametrize("body", [{"buckets": 0}, {"buckets": 2001}, {"run_ids": ["a"] * 201, "metric_keys": ["m"]}])
def test_what_cannot_be_is_refused(api, body):
    api.post(SERIES, body).fails(400, "INVALID_PARAMETER_VALUE")
