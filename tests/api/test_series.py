"""Metrics as curves: few numbers, the extremes among them."""

import math
import random
import statistics
import struct

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


def test_infinite_values_hide_no_others(api, run):
    log(api, run, "m", [(s, "Infinity" if s == 5 else "NaN" if s == 6 else s) for s in range(16)])
    c = curve(api, run, "m", buckets=4, columns=["min", "max", "mean", "count"])
    assert (c["min"][1], c["max"][1], c["mean"][1], c["count"][1]) == (4, 7, 5.5, 4)
    assert "last" not in c and "step" not in c
    assert curve(api, run, "m", from_step=5, to_step=5)["last"] == [1.7976931348623157e308]


COLUMNS = {"step": "d", "timestamp": "d", "last": "d", "min": "f", "max": "f", "count": "I", "first": "f", "mean": "f"}

EXTREMES = 1 << len(COLUMNS)


def read_series(content):
    """The curves of a binary reply; fails if it is cut."""
    assert content[:8] == b"CRNSER1\n"
    found, at = [], 8

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, content, at)
        at += struct.calcsize("<" + form)
        return values

    while run := take("I")[0]:
        key, n, columns, points, nans, infinite, width = take("IIIdddd")
        c = {"run": run - 1, "key": key, "points": points, "nans": nans, "infinite": infinite, "width": width,
             "least": take("dd") if columns & EXTREMES else None, "greatest": take("dd") if columns & EXTREMES else None, "x": list(take(f"{n}d"))}
        for bit, (name, form) in enumerate(COLUMNS.items()):
            if columns & 1 << bit:
                c[name] = list(take(f"{n}{form}"))
        for name in {"min", "max", "first", "mean"} & c.keys():
            c[name] = [last + distance for last, distance in zip(c["last"], c[name])]
        found.append(c)
    assert at == len(content)
    return found


def bytes_of(api, runs, keys, **more):
    reply = api.post(SERIES, {"run_ids": runs, "metric_keys": keys, "binary": True, **more})
    assert reply.status == 200 and reply.type == "application/octet-stream"
    return read_series(reply.body)


def test_the_same_as_bytes(api, experiment):
    runs = [api.run(experiment) for _ in range(2)]
    rng = random.Random(5)
    for run in runs:
        log(api, run, "a", [(s, 1e9 + rng.random()) for s in range(3000)])
    log(api, runs[1], "b", [(0, "NaN"), (1, "-Infinity"), (2, 0.1)])
    names = list(COLUMNS)
    found = bytes_of(api, [*runs, "0" * 32], ["a", "b"], buckets=200, columns=names)
    assert [(c["run"], c["key"]) for c in found] == [(0, 0), (1, 0), (1, 1)]
    assert (found[2]["points"], found[2]["nans"], found[2]["infinite"], found[2]["width"]) == (3, 1, 1, 0)
    assert str(found[2]["last"]) == "[nan, -1.7976931348623157e+308, 0.1]" and "min" not in found[2]
    for c, run in zip(found, runs):
        text = curve(api, run, "a", buckets=200, columns=names)
        assert (c["points"], c["width"], c["x"]) == (3000, text["width"], text["step"])
        for name in names:
            assert c[name] == pytest.approx(text[name], rel=0, abs=1e-6), name
    assert bytes_of(api, [], []) == []


def test_the_extremes_are_exact_with_their_first_steps(api, experiment):
    run = api.run(experiment)
    values = [1e6 + (s * 7919 % 1000) / 1e7 for s in range(3000)]
    log(api, run, "m", list(enumerate(values)))
    log(api, run, "odd", [(5, "NaN"), (1, "Infinity"), (3, 0.1), (2, 0.1)])
    log(api, run, "none", [(0, "NaN")])
    least, greatest = min(values), max(values)
    for x in ("step", "time"):
        m, odd, none = bytes_of(api, [run], ["m", "odd", "none"], buckets=50, columns=["last"], extremes=True, x=x)
        assert m["least"] == (least, values.index(least)) and m["greatest"] == (greatest, values.index(greatest)), x
        assert odd["least"] == odd["greatest"] == (0.1, 2), x
        assert math.isnan(none["least"][0]) and math.isnan(none["greatest"][0]), x
    said = api.post(SERIES, {"run_ids": [run], "metric_keys": ["m"], "buckets": 50, "extremes": True, "from_step": 1000}).ok()["series"][0]
    later = values[1000:]
    assert said["least"] == {"value": min(later), "step": 1000 + later.index(min(later))}
    assert said["greatest"] == {"value": max(later), "step": 1000 + later.index(max(later))}


def test_ten_long_curves_are_small(api, experiment):
    runs = [api.run(experiment) for _ in range(10)]
    for run in runs:
        log(api, run, "m", [(s, s % 17) for s in range(2000)])
    reply = api.post(SERIES, {"run_ids": runs, "metric_keys": ["m"], "binary": True, "buckets": 400,
                              "columns": ["last", "min", "max", "mean"]})
    assert len(reply.body) < 120_000


def test_points_in_the_order_of_time(api, experiment):
    run = api.run(experiment, start_time=5000)
    points = [(s, s, 6000 + 10 * ((s * 7) % 1000)) for s in range(1000)]  # steps are not in order of time
    log(api, run, "m", points)
    by_time = sorted(points, key=lambda p: p[2])
    few = curve(api, run, "m", x="time", buckets=2000)
    assert (few["width"], few["x"]) == (0, [p[2] for p in by_time])
    assert (few["step"], few["last"]) == ([p[0] for p in by_time], [p[1] for p in by_time])
    assert curve(api, run, "m", x="relative", buckets=2000)["x"] == [p[2] - 5000 for p in by_time]

    many = curve(api, run, "m", x="relative", buckets=50, columns=["step", "min", "max", "mean", "count", "first", "last"])
    groups = [by_time[i:i + 20] for i in range(0, 1000, 20)]
    assert (many["width"], many["count"]) == (9990 / 50, [20] * 50)
    assert many["x"] == [g[-1][2] - 5000 for g in groups] and many["step"] == [g[-1][0] for g in groups]
    assert many["first"] == [g[0][1] for g in groups] and many["last"] == [g[-1][1] for g in groups]
    assert many["min"] == [min(p[1] for p in g) for g in groups] and many["max"] == [max(p[1] for p in g) for g in groups]
    assert many["mean"] == [statistics.mean(p[1] for p in g) for g in groups]

    part = curve(api, run, "m", x="relative", buckets=50, **{"from": 2000, "to": 2200.5})
    assert (part["points"], part["width"], part["x"]) == (21, 0, list(range(2000, 2201, 10)))
    tail = curve(api, run, "m", x="time", from_step=990)
    assert sorted(tail["step"]) == list(range(990, 1000))


def test_another_metric_as_the_axis(api, run):
    log(api, run, "loss", [(s, 100 - s) for s in range(100)])
    log(api, run, "epoch", [(s, s // 10) for s in range(0, 100, 2)] + [(4, 7, 9999), (6, "NaN", 9999)])
    log(api, run, "still", [(s, 3) for s in range(100)])
    c = curve(api, run, "loss", x="metric", x_key="epoch")
    expected = sorted([(7 if s == 4 else s // 10, s) for s in range(0, 100, 2)])
    assert (c["points"], c["width"]) == (50, 0)
    assert (c["x"], c["step"]) == ([x for x, _ in expected], [s for _, s in expected])
    one = curve(api, run, "loss", x="metric", x_key="still", buckets=10)
    assert (one["x"], one["count"], one["min"], one["max"]) == ([3], [100], [1], [100])
    part = curve(api, run, "loss", x="metric", x_key="epoch", **{"from": 8, "to": 9})
    assert set(part["x"]) == {8, 9} and part["points"] == 10
    assert api.post(SERIES, {"run_ids": [run], "metric_keys": ["loss"], "x": "metric", "x_key": "none"}).ok() == {"series": []}


def test_the_order_of_the_table_makes_no_difference(api, run):
    """The key of a database that Cairn did not make is another one."""
    log(api, run, "m", [(s, s % 7, 5000 - s) for s in range(1000)])
    log(api, run, "same", [(s // 10, s, 5000 - s) for s in range(1000)])

    def answers():
        curves = [curve(api, run, key, **q) for key in ("m", "same")
                  for q in ({}, {"buckets": 100}, {"x": "time"}, {"x": "relative", "buckets": 50}, {"from_step": 20, "to_step": 70},
                            {"x": "metric", "x_key": "same", "buckets": 20})]
        sample = api.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval",
                         {"run_ids": [run], "metric_key": "m", "max_results": 10}).ok()
        return curves, sample

    key = "ALTER TABLE metrics DROP PRIMARY KEY, ADD PRIMARY KEY (run_uuid, `key`, {}, value, is_nan)"
    of_cairns = answers()
    assert of_cairns[0][0]["timestamp"] == sorted(of_cairns[0][0]["timestamp"], reverse=True)
    api.server.db.execute(key.format("timestamp, step"))
    try:
        assert answers() == of_cairns
    finally:
        api.server.db.execute(key.format("step, timestamp"))


@pytest.mark.parametrize("body", [{"buckets": 0}, {"buckets": 2001}, {"run_ids": ["a"] * 201, "metric_keys": ["m"]},
                                  {"x": "metric"}, {"columns": ["last", "median"]}])
def test_what_cannot_be_is_refused(api, body):
    api.post(SERIES, body).fails(400, "INVALID_PARAMETER_VALUE")
