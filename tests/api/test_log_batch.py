"""log-batch: metrics, params and tags in one request."""

import json
import re

import pytest

from harness.api import missing, wrong

INVALID = "INVALID_PARAMETER_VALUE"


def metric(key, value=1, timestamp=1, **more):
    return {"key": key, "value": value, "timestamp": timestamp, **more}


def pair(key, value="1"):
    return {"key": key, "value": value}


def batch(api, run, **parts):
    return api.post("runs/log-batch", {"run_id": run, **parts})


def stored(api, run):
    data = api.get_run(run)["data"]
    return {k: v for k, v in data.items() if k != "tags"}, set(api.tags(run)) - {"mlflow.runName"}


NOTHING = ({}, set())


def test_all_three_at_once(api, run):
    reply = batch(
        api,
        run,
        metrics=[metric("a", 1.5, 10, step=1), metric("a", 2.5, 11, step=2), metric("b", "NaN")],
        params=[pair("p"), pair("日本", "値")],
        tags=[pair("t"), pair("u", "")],
    )
    assert reply.ok() == {}
    assert {k: m["value"] for k, m in api.metrics(run).items()} == {"a": 2.5, "b": "NaN"}
    assert [m["step"] for m in api.history(run, "a")] == [1, 2]
    assert api.params(run) == {"p": "1", "日本": "値"}
    assert {k: v for k, v in api.tags(run).items() if k != "mlflow.runName"} == {"t": "1", "u": ""}


def test_an_empty_batch_is_fine(api, run):
    assert batch(api, run).ok() == {}
    assert batch(api, run, metrics=[], params=[], tags=[]).ok() == {}
    assert stored(api, run) == NOTHING


def test_the_same_batch_again_changes_nothing(api, run):
    parts = {"metrics": [metric("a", i, i, step=i) for i in range(5)], "params": [pair("p")], "tags": [pair("t")]}
    batch(api, run, **parts).ok()
    before = api.get_run(run)
    batch(api, run, **parts).ok()
    assert api.get_run(run) == before
    assert len(api.history(run, "a")) == 5


def test_one_point_twice_in_one_batch(api, run):
    batch(api, run, metrics=[metric("a"), metric("a"), metric("a", 2)]).ok()
    assert [m["value"] for m in api.history(run, "a")] == [1.0, 2.0]


def test_the_latest_of_a_batch_in_any_order(api, run):
    batch(api, run, metrics=[metric("a", s, 1, step=s) for s in (3, 9, 4, 0)]).ok()
    assert api.metrics(run)["a"] == {"key": "a", "value": 9.0, "timestamp": 1, "step": 9}
    batch(api, run, metrics=[metric("a", 100, 1, step=5)]).ok()
    assert api.metrics(run)["a"]["step"] == 9


def test_the_last_of_two_tags_with_one_key_stays(api, run):
    batch(api, run, tags=[pair("t", "1"), pair("t", "2")]).ok()
    assert api.tags(run)["t"] == "2"


def test_a_changed_param(api, run):
    batch(api, run, params=[pair("p", "1"), pair("q", "1")]).ok()
    batch(api, run, params=[pair("p", "3"), pair("q", "1")]).fails(
        400,
        INVALID,
        "Changing param values is not allowed. Params were already logged="
        f"'[{{'key': 'p', 'old_value': '1', 'new_value': '3'}}]' for run ID='{run}'.",
    )
    batch(api, run, params=[pair("p", "1"), pair("q", "it's")]).fails(
        400,
        INVALID,
        "Changing param values is not allowed. Params were already logged="
        f"'[{{'key': 'q', 'old_value': '1', 'new_value': \"it's\"}}]' for run ID='{run}'.",
    )
    assert api.params(run) == {"p": "1", "q": "1"}


def test_one_param_twice_in_one_batch(api, run):
    for second in ("1", "2"):
        batch(api, run, params=[pair("w", "1"), pair("w", second)]).fails(
            400,
            INVALID,
            "Duplicate parameter keys have been submitted: ['w']. "
            "Please ensure the request contains only one param value per param key.",
        )
    assert stored(api, run) == NOTHING


@pytest.mark.parametrize(
    ("parts", "got", "most", "what"),
    [
        ({"metrics": 1001}, 1001, 1000, "metrics"),
        ({"params": 101}, 101, 100, "params"),
        ({"tags": 101}, 101, 100, "tags"),
        ({"metrics": 1000, "params": 1}, 1001, 1000, "metrics, params, and tags"),
        ({"metrics": 900, "params": 51, "tags": 50}, 1001, 1000, "metrics, params, and tags"),
    ],
)
def test_how_much_a_batch_holds(api, run, parts, got, most, what):
    make = {"metrics": metric, "params": pair, "tags": pair}
    full = {k: [make[k](f"k{i}") for i in range(n)] for k, n in parts.items()}
    batch(api, run, **full).fails(
        400,
        INVALID,
        f"A batch logging request can contain at most {most} {what}. Got {got} {what}. "
        f"Please split up {what} across multiple requests and try again.",
    )
    assert stored(api, run) == NOTHING


def test_a_full_batch(api, run):
    batch(
        api,
        run,
        metrics=[metric(f"m{i}", i) for i in range(800)],
        params=[pair(f"p{i}", str(i)) for i in range(100)],
        tags=[pair(f"t{i}", str(i)) for i in range(100)],
    ).ok()
    assert len(api.metrics(run)) == 800
    assert len(api.params(run)) == 100
    assert len(api.tags(run)) == 101


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"metrics": [{"key": "a", "value": 1}]}, missing("metrics[0].timestamp")),
        ({"metrics": [metric("a"), {"key": "a", "timestamp": 1}]}, missing("metrics[1].value")),
        ({"metrics": [{"value": 1, "timestamp": 1}]}, missing("metrics[0].key")),
        ({"params": [{"value": "3"}]}, missing("params[0].key")),
        ({"tags": [{"value": "3"}]}, missing("tags[0].key")),
        ({"metrics": {"a": 1}}, wrong("metrics", {"a": 1}, "dict")),
        ({"params": "p"}, wrong("params", "p", "str")),
        ({"tags": 5}, wrong("tags", 5, "int")),
        ({"tags": [pair("a$")]}, re.compile(r"^Invalid value \"a\$\" for parameter 'tags\[0\].(key|name)'")),
        ({"metrics": [metric("ok"), metric("a", timestamp=-1)]}, re.compile("Timestamp must be a nonnegative long")),
        ({"metrics": [metric("k" * 251)]}, re.compile("exceeds the maximum length of 250 characters$")),
        ({"params": [pair("k" * 251)]}, re.compile("exceeds the maximum length of 250 characters$")),
    ],
)
def test_log_batch_refuses(api, run, parts, message):
    batch(api, run, **parts).fails(400, INVALID, message)
    assert stored(api, run) == NOTHING


@pytest.mark.parametrize("run_id", ["bad id", "../x", "-x", "x" * 300])
def test_the_form_of_a_run_id(api, run_id):
    batch(api, run_id).fails(400, INVALID, f"Invalid value \"{run_id}\" for parameter 'run_id' supplied.")


@pytest.mark.improves("the peer drops what it cannot read, stores the rest, and answers 200")
@pytest.mark.parametrize(
    "parts",
    [
        *({"metrics": [metric("ok"), metric("a", step=s)]} for s in ("x", 1.5, True, [], 2**63)),
        *({"metrics": [metric("ok"), metric("a", v)]} for v in ("x", [], {}, "0x1")),
        {"metrics": [metric("ok"), metric("a", timestamp="x")]},
        {"metrics": [metric("ok"), 5]},
        {"params": [pair("ok"), pair("p", 5)]},
        {"params": [pair("ok"), "p"]},
        {"tags": [pair("ok"), pair("t", {})]},
        {"tags": [pair("ok"), None]},
    ],
)
def test_what_cannot_be_read_is_refused(api, run, parts):
    batch(api, run, **parts).fails(400, INVALID)
    assert stored(api, run) == NOTHING


@pytest.mark.improves("the peer writes params, metrics and tags in transactions of their own and keeps the first")
def test_a_batch_is_written_whole_or_not_at_all(api, run):
    batch(api, run, metrics=[metric("Loss")]).ok()
    batch(api, run, params=[pair("p")], tags=[pair("t")], metrics=[metric("loss", 2)]).fails(400, "BAD_REQUEST")
    assert api.params(run) == {}
    assert set(api.tags(run)) == {"mlflow.runName"}
    assert list(api.metrics(run)) == ["Loss"]


def test_more_than_a_megabyte(api, run):
    parts = {"params": [pair(f"p{i}", "語" * 5900) for i in range(100)]}
    assert len(json.dumps({"run_id": run, **parts}, ensure_ascii=False).encode()) > 1_700_000
    body = json.dumps({"run_id": run, **parts}, ensure_ascii=False)
    api.post("runs/log-batch", body).ok()
    assert api.params(run) == {p["key"]: p["value"] for p in parts["params"]}
