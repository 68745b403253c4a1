"""log-metric and the histories: get-history, get-history-bulk, get-history-bulk-interval."""

import re

import pytest

from harness.api import missing, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
BIG = 1.7976931348623157e308
BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
INTERVAL = "metrics/get-history-bulk-interval"


def log(api, run, key, points):
    """Log (step, timestamp, value) points as they are given."""
    for at in range(0, len(points), 1000):
        metrics = [{"key": key, "step": s, "timestamp": t, "value": v} for s, t, v in points[at : at + 1000]]
        api.post("runs/log-batch", {"run_id": run, "metrics": metrics}).ok()


def values(metrics):
    return [m["value"] for m in metrics]


# -- log-metric


def test_a_metric_is_in_the_run_and_in_its_history(api, run):
    assert api.log_metric(run, "m", 1.5, timestamp=7, step=3).ok() == {}
    point = {"key": "m", "value": 1.5, "timestamp": 7, "step": 3}
    assert api.get_run(run)["data"]["metrics"] == [point]
    assert api.history(run, "m") == [point]


def test_the_step_is_zero_by_default(api, run):
    api.post("runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": 1}).ok()
    assert api.history(run, "m") == [{"key": "m", "value": 1.0, "timestamp": 1, "step": 0}]


def test_the_same_point_twice_is_one_point(api, run):
    for _ in range(2):
        api.log_metric(run, "m", 1.5).ok()
    assert len(api.history(run, "m")) == 1


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (1, 1.0),
        (0.1, 0.1),
        (-0.0, 0.0),
        (1e-05, 1e-05),
        (5e-324, 5e-324),
        (BIG, BIG),
        (0.1 + 0.2, 0.30000000000000004),
        (1 / 3, 1 / 3),
        (123456789012345678, 1.2345678901234568e17),
        (2**53 + 1, 2.0**53),
        ("2.5", 2.5),
        ("1e3", 1000.0),
        ("NaN", "NaN"),
        ("Infinity", BIG),
        ("-Infinity", -BIG),
        ("inf", BIG),
        ("-INF", -BIG),
        ("+Inf", BIG),
        ("1e400", BIG),
        ("NAN", "NaN"),
        (" 2.5\n", 2.5),
        (True, 1.0),
        (False, 0.0),
    ],
)
def test_every_double_comes_back_exactly(api, run, sent, got):
    api.log_metric(run, "m", sent).ok()
    assert values(api.history(run, "m")) == [got]
    assert api.metrics(run)["m"]["value"] == got


def test_text_for_integers_and_negative_steps(api, run):
    api.log_metric(run, "m", 1, timestamp="2", step="-1").ok()
    assert api.history(run, "m") == [{"key": "m", "value": 1.0, "timestamp": 2, "step": -1}]


@pytest.mark.parametrize("step", [2**63 - 1, -(2**63)])
def test_the_whole_range_of_steps_and_times(api, run, step):
    api.log_metric(run, "m", 1, timestamp=2**63 - 1, step=step).ok()
    assert api.history(run, "m") == [{"key": "m", "value": 1.0, "timestamp": 2**63 - 1, "step": step}]


@pytest.mark.improves("the peer stores 0 at time 0 instead")
@pytest.mark.parametrize(("literal", "got"), [("Infinity", BIG), ("-Infinity", -BIG), ("NaN", "NaN")])
def test_bare_literals_are_numbers(api, run, literal, got):
    """Python's json module writes them so."""
    api.post("runs/log-metric", f'{{"run_id":"{run}","key":"m","value":{literal},"timestamp":5,"step":2}}').ok()
    assert api.history(run, "m") == [{"key": "m", "value": got, "timestamp": 5, "step": 2}]


@pytest.mark.improves("the peer stores 0 without a word, and fails with 500 for the list")
@pytest.mark.parametrize(
    "change",
    [{"value": []}, {"value": {}}, {"timestamp": 1.5}, {"step": 1.5}, {"step": 2**63}, {"timestamp": 2**64}, {"value": "1e999x"}, {"step": True}],
)
def test_what_cannot_be_read_is_refused(api, run, change):
    body = {"run_id": run, "key": "m", "value": 1, "timestamp": 1, **change}
    api.post("runs/log-metric", body).fails(400, INVALID)
    assert api.history(run, "m") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": None}, missing("value")),
        ({"timestamp": None}, missing("timestamp")),
        ({"key": None}, missing("key")),
        ({"key": ""}, missing("key")),
        ({"value": "abc"}, wrong("value", "abc", "str")),
        ({"timestamp": "x"}, wrong("timestamp", "x", "str")),
        ({"step": "x"}, wrong("step", "x", "str")),
        ({"key": 5}, wrong("key", 5, "int")),
        ({"run_id": 5}, wrong("run_id", 5, "int")),
        (
            {"timestamp": -1},
            "Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=1.0). "
            "Timestamp must be a nonnegative long (64-bit integer) ",
        ),
        (
            {"key": "../m"},
            "Invalid value \"../m\" for parameter 'name' supplied: Names may be treated as files in certain cases, "
            "and must not resolve to other names when treated as such. This name would resolve to '../m'",
        ),
        (
            {"key": "m$"},
            "Invalid value \"m$\" for parameter 'name' supplied: Names may only contain alphanumerics, "
            "underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).",
        ),
        ({"key": "k" * 251}, "'Metric name' exceeds the maximum length of 250 characters"),
    ],
)
def test_log_metric_refuses(api, run, change, message):
    body = {"run_id": run, "key": "m", "value": 1, "timestamp": 1, **change}
    api.post("runs/log-metric", {k: v for k, v in body.items() if v is not None}).fails(400, INVALID, message)
    assert "metrics" not in api.get_run(run)["data"]


@pytest.mark.parametrize("key", ["mé ü", "日本語", "a/b.c-d_e:f", "x" * 250, " ", "0", "ªº"])
def test_keys_that_are_taken(api, run, key):
    api.log_metric(run, key, 1).ok()
    assert list(api.metrics(run)) == [key]
    assert values(api.history(run, key)) == [1.0]


@pytest.mark.parametrize("key", ["a//b", "a/../b", "/a", "..", ".", "a/", "./a", "🚀", "a\tb", "a\nb", "a\\b", "a,b", "²$"])
def test_keys_that_are_refused(api, run, key):
    api.log_metric(run, key, 1).fails(400, INVALID, re.compile("^Invalid value "))


@pytest.mark.improves("the peer answers the same code with the text of its SQL")
def test_a_key_that_differs_only_in_case(api, run):
    api.log_metric(run, "Loss", 1).ok()
    reply = api.log_metric(run, "loss", 2)
    assert "SQL" not in reply.fails(400, "BAD_REQUEST")["message"]
    assert list(api.metrics(run)) == ["Loss"]


def test_the_latest_value_is_the_greatest_step_time_value(api, run):
    for step, timestamp, value, latest in [
        (0, 10, 1.0, 1.0),
        (0, 10, 0.5, 1.0),
        (0, 10, 2.0, 2.0),
        (0, 9, 99.0, 2.0),
        (0, 11, 0.1, 0.1),
        (5, 1, 7.0, 7.0),
        (4, 100, 8.0, 7.0),
        (5, 1, "NaN", 7.0),
        (6, 1, -3.0, -3.0),
        (6, 1, "NaN", "NaN"),
        (6, 1, -1.0, "NaN"),
        (6, 1, 0.5, 0.5),
        (-1, 200, 9.0, 0.5),
    ]:
        api.log_metric(run, "m", value, timestamp=timestamp, step=step).ok()
        assert api.metrics(run)["m"]["value"] == latest, (step, timestamp, value)
    assert len(api.history(run, "m")) == 13


# -- get-history


def test_history_is_ordered_by_time_step_value(api, run):
    points = [(0, 3, 1.0), (1, 1, 5.0), (-1, 2, 2.5), (0, 1, 9.0), (0, 1, 3.0), (0, 1, "NaN")]
    log(api, run, "m", points)
    got = [(m["timestamp"], m["step"], m["value"]) for m in api.history(run, "m")]
    assert got == [(1, 0, "NaN"), (1, 0, 3.0), (1, 0, 9.0), (1, 1, 5.0), (2, -1, 2.5), (3, 0, 1.0)]


def test_history_in_pages(api, run):
    log(api, run, "m", [(i, 1000 - i, i / 7) for i in range(250)])
    whole = api.history(run, "m")
    assert len(whole) == 250
    pages, token = [], None
    while True:
        more = {"page_token": token} if token else {}
        page = api.get("metrics/get-history", {"run_id": run, "metric_key": "m", "max_results": 100, **more}).ok()
        pages.append(page["metrics"])
        token = page.get("next_page_token")
        if token is None:
            break
    assert [len(p) for p in pages] == [100, 100, 50]
    assert sum(pages, []) == whole


def test_there_is_no_token_after_the_last_point(api, run):
    log(api, run, "m", [(0, 1, 1.0), (1, 1, 1.0)])
    page = api.get("metrics/get-history", {"run_id": run, "metric_key": "m", "max_results": 2}).ok()
    assert "next_page_token" not in page
    page = api.get("metrics/get-history", {"run_id": run, "metric_key": "m", "max_results": 1}).ok()
    assert page["next_page_token"] == "eyJvZmZzZXQiOiAxfQ=="


def test_history_of_what_is_not_there_is_empty(api, run):
    for params in ({"run_id": run, "metric_key": "none"}, {"run_id": "nope", "metric_key": "none"}):
        assert api.get("metrics/get-history", params).ok() == {}


@pytest.mark.parametrize("id_field", ["run_id", "run_uuid"])
def test_history_by_either_name_of_the_id(api, run, id_field):
    api.log_metric(run, "m", 1).ok()
    assert len(api.get("metrics/get-history", {id_field: run, "metric_key": "m"}).ok()["metrics"]) == 1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, missing("run_id")),
        ({"run_id": "x"}, missing("metric_key")),
        ({"run_id": "x", "metric_key": "m", "max_results": "0"},
         "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer."),
        ({"run_id": "x", "metric_key": "m", "max_results": "-3"},
         "Invalid value -3 for parameter 'max_results' supplied. It must be a positive integer."),
        ({"run_id": "x", "metric_key": "m", "max_results": "1", "page_token": "xx"},
         "Invalid page token, could not base64-decode"),
    ],
)
def test_get_history_refuses(api, params, message):
    api.get("metrics/get-history", params).fails(400, INVALID, message)


def test_twenty_five_thousand_points(api, run):
    points = [(i, 1700000000000 + i, i * 0.1) for i in range(25001)]
    log(api, run, "m", points)
    page = api.get("metrics/get-history", {"run_id": run, "metric_key": "m", "max_results": 25000}).ok()
    assert len(page["metrics"]) == 25000 and "next_page_token" in page
    assert page["metrics"][24999] == {"key": "m", "value": 24999 * 0.1, "timestamp": 1700000024999, "step": 24999}
    assert api.metrics(run)["m"]["step"] == 25000


# -- get-history-bulk


@pytest.fixture
def two(api, experiment):
    runs = sorted(api.run(experiment) for _ in range(2))
    for n, run in enumerate(runs):
        log(api, run, "m", [(i, 10 - i, n + i / 10) for i in range(4)])
    return runs


def test_bulk_history_of_many_runs(api, two):
    reply = api.get(BULK, {"run_id": two[::-1], "metric_key": "m"}).ok()
    assert [(m["run_id"], m["timestamp"], m["step"], m["value"]) for m in reply["metrics"]] == [
        (run, 10 - i, i, n + i / 10) for n, run in enumerate(two) for i in (3, 2, 1, 0)
    ]
    assert set(reply["metrics"][0]) == {"key", "run_id", "step", "timestamp", "value"}
    assert len(api.get(BULK, {"run_id": two, "metric_key": "m", "max_results": 3}).ok()["metrics"]) == 3


def test_bulk_history_of_what_is_not_there(api):
    assert api.get(BULK, {"run_id": "nope", "metric_key": "m"}).ok() == {"metrics": []}


def test_bulk_history_refuses(api):
    api.get(BULK, {"metric_key": "m"}).fails(
        400, INVALID, "GetMetricHistoryBulk request must specify at least one run_id."
    )
    api.get(BULK, {"run_id": ["r%d" % i for i in range(101)], "metric_key": "m"}).fails(
        400, INVALID, "GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received 101 run_ids."
    )
    api.get(BULK, {"run_id": "r"}).fails(400, INVALID, "GetMetricHistoryBulk request must specify a metric_key.")


def test_bulk_history_is_the_browsers_only(api, two):
    reply = api.get("metrics/get-history-bulk", {"run_id": two, "metric_key": "m"})
    assert reply.status == 404


def test_a_nan_in_bulk_history(api, run):
    api.log_metric(run, "nan", "NaN").ok()
    (point,) = api.get(BULK, {"run_id": run, "metric_key": "nan"}).ok()["metrics"]
    assert point["value"] != point["value"] or point["value"] == "NaN"


# -- get-history-bulk-interval


def interval(api, runs, **params):
    return api.get(INTERVAL, {"run_ids": runs, "metric_key": "m", **params}).ok().get("metrics", [])


def test_interval_gives_all_if_there_is_room(api, two):
    got = interval(api, two)
    assert [(m["run_id"], m["step"]) for m in got] == [(r, i) for r in two for i in range(4)]
    assert got[0] == {"key": "m", "value": 0.0, "timestamp": 10, "step": 0, "run_id": two[0]}


def test_interval_by_steps(api, two):
    got = interval(api, two[:1], start_step=1, end_step=2)
    assert [m["step"] for m in got] == [1, 2]
    assert interval(api, two[:1], start_step=50, end_step=60) == []
    assert [m["step"] for m in interval(api, two[:1], start_step=3, end_step=3)] == [3]


@pytest.mark.parametrize(
    ("rows", "most", "steps"),
    [
        (10, 3, [0, 4, 9]),
        (10, 4, [0, 3, 6, 9]),
        (10, 1, [9]),
        (10, 10, list(range(10))),
        (11, 10, [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (7, 5, [0, 2, 4, 5, 6]),
    ],
)
def test_interval_samples_evenly_and_keeps_the_last(api, run, rows, most, steps):
    log(api, run, "m", [(i, 1, 1.0) for i in range(rows)])
    assert [m["step"] for m in interval(api, [run], max_results=most)] == steps


def test_interval_skips_runs_that_are_not_there(api, two):
    assert interval(api, ["nope"]) == []
    assert {m["run_id"] for m in interval(api, ["nope", two[1]])} == {two[1]}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"start_step": 1}, "If either start step or end step are specified, both must be specified."),
        ({"end_step": 1}, "If either start step or end step are specified, both must be specified."),
        ({"start_step": 5, "end_step": 1}, "end_step must be greater than start_step. Found start_step=5 and end_step=1."),
        ({"max_results": 9999}, re.compile("^max_results must be between 1 and 2500.")),
        ({"max_results": 0}, re.compile("^max_results must be between 1 and 2500.")),
        ({"run_ids": []}, missing("run_ids")),
        ({"metric_key": None}, missing("metric_key")),
    ],
)
def test_interval_refuses(api, run, params, message):
    query = {"run_ids": [run], "metric_key": "m", **params}
    api.get(INTERVAL, query).fails(400, INVALID, message)


def test_interval_takes_a_hundred_runs(api):
    query = {"run_ids": ["r%d" % i for i in range(101)], "metric_key": "m"}
    api.get(INTERVAL, query).fails(400, INVALID, re.compile("at most 100 run_ids. Received 101 run_ids."))
