"""Generated filters, orders and JSON shapes, sent to the peer and to Cairn.

The corpus holds what somebody thought of; this is for the rest. The examples are
the same in every run; CAIRN_TEST_EXAMPLES=5000 makes more of them.
"""

import json
import os

import pytest
from accepted import ACCEPTED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sides import Normal, differences, normal

if os.environ.get("CAIRN_PEER") == "1":
    pytest.skip("needs both servers", allow_module_level=True)

pytestmark = pytest.mark.timeout(300)
bounded = settings(
    max_examples=int(os.environ.get("CAIRN_TEST_EXAMPLES", 120)),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

words = st.sampled_from
KEYS = ["m", "n", "p", "t", "none", "`m`", '"p"', "`a b`", "a.b", "日本", "M", "", "'t'", "1", "a-b", "select", "mlflow.runName"]
ENTITIES = ["metrics", "metric", "params", "param", "tags", "tag", "attributes", "attr", "run", "dataset", "bogus", "", "Tags"]
ATTRIBUTES = ["status", "run_name", "start_time", "end_time", "user_id", "run_id", "artifact_uri", "created", "`run name`", "foo", "experiment_id"]
COMPARATORS = ["=", "!=", ">", ">=", "<", "<=", "LIKE", "ILIKE", "like", "ilike", "IN", "NOT IN", "not in", "IS NULL", "IS NOT NULL", "is null", "==", "<>", ""]
VALUES = ["1", "-1", "0.5", "1e3", "'1'", '"1"', "'a%'", "'it''s'", "''", "('a','b')", "('a')", "()", "(1)", "nan", "x", "'", '"x', "NULL", "", "'日本'", "metrics.m"]

identifiers = st.one_of(
    st.builds(lambda e, k: f"{e}.{k}" if e else k, words(ENTITIES), words(KEYS)),
    words(ATTRIBUTES),
    st.builds("attributes.{}".format, words(ATTRIBUTES)),
)
clauses = st.builds(
    lambda i, c, v, s: f"{i}{s}{c}{s}{v}" if "NULL" not in c.upper() else f"{i}{s}{c}",
    identifiers,
    words(COMPARATORS),
    words(VALUES),
    words([" ", " ", " ", "", "  ", "\t"]),
)
glue = words([" AND ", " AND ", " AND ", " and ", " OR ", " ", ", ", "; ", " AND NOT ", " AND ("])
filters = st.one_of(
    clauses,
    st.builds(lambda parts, joints: "".join(p + j for p, j in zip(parts, [*joints, ""])), st.lists(clauses, min_size=2, max_size=3), st.lists(glue, min_size=2, max_size=2)),
    st.text(st.sampled_from("mp.t=<>!'\"`() ANDINLKE%_1-;,\\"), max_size=12),
)
directions = words(["", " ASC", " DESC", " desc", " FOO", " ASC DESC", ",", ";"])
by_id = ("run_id", "artifact_uri")  # each server draws ids of its own
orders = st.lists(
    st.builds("{}{}".format, identifiers.filter(lambda i: not i.endswith(by_id)), directions), max_size=2
)


@pytest.fixture(scope="module")
def data(sides):
    """The same runs on both sides."""
    for side in sides:
        side.send(("POST", "experiments/create", {"name": "generated"}, {"save": "e"}))
        for n in range(4):
            body = {"experiment_id": "{e}", "run_name": f"r{n}", "start_time": 1000 + n, "user_id": "u"}
            side.send(("POST", "runs/create", body, {"save": f"r{n}"}))
            parts = {
                "metrics": [{"key": "m", "value": n - 1, "timestamp": 1}, {"key": "n", "value": "NaN" if n % 2 else 3, "timestamp": 1}],
                "params": [{"key": "p", "value": ["1", "a", "A%", "it's"][n]}],
                "tags": [{"key": "t", "value": ["1", "", "x", "日本"][n]}] + ([{"key": "a b", "value": "1"}] if n else []),
            }
            assert side.send(("POST", "runs/log-batch", {"run_id": f"{{r{n}}}", **parts}, {})).status_code == 200
        side.send(("POST", "runs/update", {"run_id": "{r1}", "status": "FINISHED", "end_time": 2000}, {}))
    return sides


def compare(sides, step, rules=ACCEPTED):
    theirs, ours = (normal(side.send(step), Normal(side.ids)) for side in sides)
    assert ours["status"] < 500, f"{step}\n{ours}"
    found = differences(theirs, ours)
    if found and not any(rule.covers(step, theirs, ours) for rule in rules):
        lines = [f"{at}: peer {t!r}, Cairn {o!r}" for at, t, o in found[:6]]
        raise AssertionError(f"{step[1]} {json.dumps(step[2], ensure_ascii=False)}\n" + "\n".join(lines))


@given(text=filters)
@bounded
def test_filters_of_runs(data, text):
    compare(data, ("POST", "runs/search", {"experiment_ids": ["{e}"], "filter": text}, {}))


@given(order=orders)
@bounded
def test_orders_of_runs(data, order):
    compare(data, ("POST", "runs/search", {"experiment_ids": ["{e}"], "order_by": order}, {}))


experiment_clauses = st.builds(
    "{}{}{}{}{}".format,
    words(["name", "tags.t", "tag.`a b`", "creation_time", "last_update_time", "experiment_id", "attribute.name", "foo", "tags.none", "metrics.m", "`name`"]),
    words([" ", " ", ""]),
    words(COMPARATORS),
    words([" ", " ", ""]),
    words(["'Default'", "'generated'", "'D%'", "0", "1.5", "'0'", "('0','1')", "x", "", '"generated"', "'"]),
)


@given(text=st.lists(experiment_clauses, min_size=1, max_size=2).map(" AND ".join))
@bounded
def test_filters_of_experiments(data, text):
    compare(data, ("POST", "experiments/search", {"max_results": 50, "filter": text}, {}))


json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([2**31, 2**63 - 1, -(2**63), 0.5, 1e300, 5.0]),
        st.sampled_from(["", "x", "1", "-1", "1.5", "NaN", "{e}", "{r0}", "日本", "a$", "../x", " ", "FINISHED", "ACTIVE_ONLY", "eyJvZmZzZXQiOiAxfQ=="]),
    ),  # fmt: skip
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["key", "value", "timestamp", "step", "x"]), inner, max_size=3)),
    max_leaves=4,
)

SHAPES = {
    "experiments/create": ["name", "artifact_location", "tags"],
    "experiments/update": ["experiment_id", "new_name"],
    "experiments/set-experiment-tag": ["experiment_id", "key", "value"],
    "experiments/search": ["max_results", "filter", "order_by", "page_token", "view_type"],
    "runs/create": ["experiment_id", "run_name", "user_id", "start_time", "tags"],
    "runs/update": ["run_id", "status", "end_time", "run_name"],
    "runs/log-metric": ["run_id", "key", "value", "timestamp", "step"],
    "runs/log-parameter": ["run_id", "key", "value"],
    "runs/set-tag": ["run_id", "key", "value"],
    "runs/delete-tag": ["run_id", "key"],
    "runs/log-batch": ["run_id", "metrics", "params", "tags"],
    "runs/search": ["experiment_ids", "filter", "run_view_type", "max_results", "order_by", "page_token"],
}


def shapes(route):
    members = SHAPES[route]
    good = {"run_id": "{r0}", "experiment_id": "{e}", "key": "k", "max_results": 5, "experiment_ids": ["{e}"], "timestamp": 1, "value": 1}
    start = {m: good[m] for m in members if m in good}
    changes = st.dictionaries(st.sampled_from(members), json_values, max_size=3)
    return changes.map(lambda c: {**start, **c})


@pytest.mark.parametrize("route", SHAPES)
def test_shapes_of_json(data, route):
    """Of a body of any shape Cairn thinks what the peer thinks, or refuses what the peer misreads."""

    @given(body=shapes(route))
    @settings(bounded, max_examples=max(10, bounded.max_examples // 4))
    def check(body):
        theirs, ours = (side.send(("POST", route, body, {})) for side in data)
        told = f"{route} {json.dumps(body, ensure_ascii=False)}\npeer {theirs.status_code} {theirs.text[:400]}\nCairn {ours.status_code} {ours.text[:400]}"
        assert ours.status_code < 500, told
        if theirs.status_code >= 500:
            return
        if theirs.status_code == 200:
            if ours.status_code != 200:
                assert ours.status_code == 400 and ours.json()["error_code"] == "INVALID_PARAMETER_VALUE", told
                assert "Hint: Value was of type" in ours.text or "Missing value for" in ours.text or "Invalid page token" in ours.text, told
            return
        # What the peer keeps of an unreadable body differs from then on: the same names exist or not.
        assert ours.status_code in (theirs.status_code, 400), told

    check()
