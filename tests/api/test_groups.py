"""Runs in groups: what a search finds, all of it, by the values of some columns."""

import pytest

pytestmark = pytest.mark.cairn_only("MLflow has no such route")
ROUTE = "/ajax-api/cairn/1/runs/groups"
LOSS = {"kind": "metric", "key": "loss"}
OPT = {"kind": "param", "key": "opt"}
TEAM = {"kind": "tag", "key": "team"}


@pytest.fixture(scope="module")
def data(api):
    """Seven runs: a0 a1 a2 of adam, s3 s4 of sgd, A5 of Adam, n6 without an optimizer."""

    class Data:
        experiment = api.experiment()
        runs = {}

    for n, (name, opt) in enumerate([("a0", "adam"), ("a1", "adam"), ("a2", "adam"), ("s3", "sgd"), ("s4", "sgd"), ("A5", "Adam"), ("n6", None)]):
        run = Data.runs[name] = api.run(Data.experiment, run_name=name, start_time=1000 + n)
        if name != "a2":
            for step, value in enumerate([n + 10, n]):
                api.log_metric(run, "loss", value, step=step).ok()
        api.log_metric(run, "odd", ["NaN", "Infinity", 3][n % 3]).ok()
        if opt:
            api.post("runs/log-parameter", {"run_id": run, "key": "opt", "value": opt}).ok()
        api.post("runs/log-parameter", {"run_id": run, "key": "lr", "value": ["0.1", "1e-2", "high"][n % 3]}).ok()
        api.post("runs/set-tag", {"run_id": run, "key": "team", "value": "same"}).ok()
    return Data


def groups(api, data, **body):
    return api.post(ROUTE, {"experiment_ids": [data.experiment], **body}).ok()


def test_groups_have_their_size_and_what_a_metric_comes_to(api, data):
    g = groups(api, data, by=[OPT], columns=[LOSS, {**LOSS, "value": "max"}], best=0, best_is_least=True)
    assert g["total"] == 4
    assert g["values"] == [["adam", "sgd", None, "Adam"]], "the largest first; case tells apart"
    assert g["runs"] == [3, 2, 1, 1]
    last, most = g["columns"]
    assert last["count"] == [2, 2, 1, 1]
    assert last["mean"] == [0.5, 3.5, 6, 5]
    assert last["std"] == [pytest.approx(0.5**0.5), pytest.approx(0.5**0.5), None, None]
    assert (last["min"], last["max"]) == ([0, 3, 6, 5], [1, 4, 6, 5])
    assert most["mean"] == [10.5, 13.5, 16, 15]
    assert [b["run_name"] for b in g["best"]] == ["a0", "s3", "n6", "A5"]
    assert g["best"][0]["run_id"] == data.runs["a0"] and g["best"][0]["experiment_id"] == data.experiment
    assert [b["run_name"] for b in groups(api, data, by=[OPT], columns=[LOSS], best=0)["best"]] == ["a1", "s4", "n6", "A5"]


def test_without_keys_all_runs_are_one_group(api, data):
    g = groups(api, data, columns=[LOSS, OPT, TEAM, {"kind": "attribute", "key": "status"}])
    assert (g["total"], g["runs"], g["values"]) == (1, [7], [])
    assert [c["count"] for c in g["columns"]] == [[6], [6], [7], [7]]
    assert [(c["min"], c["max"]) for c in g["columns"]] == [([0], [6]), (["Adam"], ["sgd"]), (["same"], ["same"]), (["RUNNING"], ["RUNNING"])]
    assert g["columns"][1]["mean"] == [None]
    g = groups(api, data, columns=[LOSS], filter="params.opt = 'adam' AND metrics.loss >= 1")
    assert (g["runs"], g["columns"][0]["count"]) == ([1], [1])
    g = groups(api, data, columns=[LOSS], filter="params.opt = 'none'")
    assert (g["runs"], g["columns"][0]["mean"]) == ([0], [None])


def test_several_keys_and_pages(api, data):
    by = [TEAM, OPT]
    whole = groups(api, data, by=by, order="keys")
    assert whole["values"] == [["same"] * 4, [None, "Adam", "adam", "sgd"]]
    for offset in range(5):
        page = groups(api, data, by=by, order="keys", offset=offset, limit=2)
        assert page["values"][1] == whole["values"][1][offset:offset + 2]
    assert groups(api, data, by=[{"kind": "attribute", "key": "run_name"}])["total"] == 7
    assert groups(api, data, by=[{"kind": "attribute", "key": "experiment_id"}])["runs"] == [7]


def test_groups_are_ordered_by_what_a_column_comes_to(api, data):
    def order(**more):
        return groups(api, data, by=[OPT], columns=[LOSS], order_column=0, **more)["values"][0]

    assert order(order="mean") == ["adam", "sgd", "Adam", None]
    assert order(order="max", descending=True) == [None, "Adam", "sgd", "adam"]
    assert order(order="runs", descending=False)[-1] == "adam"


def test_texts_that_are_numbers_and_numbers_that_are_none(api, data):
    lr, odd = groups(api, data, columns=[{"kind": "param", "key": "lr", "numeric": True}, {"kind": "metric", "key": "odd"}])["columns"]
    assert (lr["count"], lr["min"], lr["max"]) == ([5], [0.01], [0.1])
    assert lr["mean"] == [pytest.approx((3 * 0.1 + 2 * 0.01) / 5)]
    assert odd["count"] == [4] and odd["mean"] == [3], "NaN counts nowhere, infinity not in the mean"
    assert odd["max"] == [1.7976931348623157e308]


@pytest.mark.parametrize("body", [
    {"by": [OPT] * 6}, {"columns": [LOSS] * 41}, {"limit": 501}, {"offset": -1}, {"best": 0}, {"columns": [LOSS], "best": 1},
    {"order": "mean"}, {"columns": [LOSS], "order": "mean", "order_column": 1}, {"by": [{"kind": "attribute", "key": "artifact_uri; --"}]},
    {"by": [{"key": "x"}]}, {"filter": "metrics.loss <"}])
def test_what_cannot_be_is_refused(api, data, body):
    api.post(ROUTE, body).fails(400, "INVALID_PARAMETER_VALUE")


def test_as_many_keys_and_columns_as_are_taken(api, data):
    g = groups(api, data, by=[OPT, TEAM, {"kind": "tag", "key": "none"}, {"kind": "param", "key": "lr"}, {"kind": "attribute", "key": "status"}], columns=[LOSS] * 40, best=39)
    assert len(g["columns"]) == 40 and len(g["values"]) == 5
    assert all(column == g["columns"][0] for column in g["columns"])
    assert sum(g["runs"]) == 7 and all(g["best"][i] for i in range(g["total"]) if g["columns"][0]["count"][i])
