"""The UI's view of many runs: columns, any offset, totals, keys, values, what has changed."""

import math
import struct

import pytest

pytestmark = pytest.mark.cairn_only("MLflow has no such routes")
CAIRN = "/ajax-api/cairn/1/runs/"


@pytest.fixture(scope="module")
def data(api):
    """Six runs of two experiments, the newest first: f e d | c b a."""

    class Data:
        experiments = [api.experiment(), api.experiment()]
        runs = {}

    for n, name in enumerate("abcdef"):
        run = Data.runs[name] = api.run(Data.experiments[n // 3], run_name=name, start_time=1000 + n)
        for step, value in enumerate([n, 10 + n, 5 + n]):
            api.log_metric(run, "loss", value, step=step).ok()
        if n % 2:
            api.log_metric(run, "odd", "NaN" if n == 5 else n / 2).ok()
        api.post("runs/log-parameter", {"run_id": run, "key": "opt", "value": ["adam", "sgd"][n % 2]}).ok()
        api.post("runs/set-tag", {"run_id": run, "key": "team", "value": f"t{n // 2}"}).ok()
    return Data


def ask(api, route, **body):
    return api.post(CAIRN + route, body).ok()


def query(api, data, **body):
    body.setdefault("experiment_ids", data.experiments)
    return ask(api, "query", **body)


def test_runs_are_columns(api, data):
    page = query(api, data, total=True, columns=[
        {"kind": "metric", "key": "loss"}, {"kind": "param", "key": "opt"}, {"kind": "tag", "key": "team"},
        {"kind": "metric", "key": "odd"}, {"kind": "metric", "key": "none"}])
    assert page["total"] == 6
    assert page["run_name"] == list("fedcba")
    assert page["run_id"] == [data.runs[n] for n in "fedcba"]
    assert page["experiment_id"] == [data.experiments[1]] * 3 + [data.experiments[0]] * 3
    assert page["status"] == ["RUNNING"] * 6 and page["end_time"] == [None] * 6
    assert page["start_time"] == [1005, 1004, 1003, 1002, 1001, 1000]
    assert page["columns"] == [
        [10, 9, 8, 7, 6, 5], ["sgd", "adam"] * 3, ["t2", "t2", "t1", "t1", "t0", "t0"],
        ["NaN", None, 1.5, None, 0.5, None], [None] * 6]


def test_any_offset_and_limit(api, data):
    for offset in range(8):
        for limit in (0, 1, 4, 500):
            page = query(api, data, offset=offset, limit=limit)
            assert page["run_name"] == list("fedcba")[offset:offset + limit]
            assert "total" not in page and page["columns"] == []


def test_it_filters_and_sorts_as_a_search_does(api, data):
    page = query(api, data, filter="params.opt = 'sgd' OR metrics.loss < 6", order_by=["metrics.loss ASC"], total=True)
    assert (page["run_name"], page["total"]) == (["a", "b", "d", "f"], 4)
    page = query(api, data, experiment_ids=[data.experiments[0]], order_by=["params.opt DESC", "run_name ASC"])
    assert page["run_name"] == ["b", "a", "c"]
    api.post(CAIRN + "query", {"filter": "metrics.loss <"}).fails(400, "INVALID_PARAMETER_VALUE")


def test_no_experiment_means_all_of_them(api, data):
    page = ask(api, "query", total=True, limit=3)
    assert page["run_name"] == list("fed") and page["total"] == 6


def test_deleted_runs_are_asked_for(api, data):
    experiment = api.experiment()
    run = api.run(experiment)
    api.post("runs/delete", {"run_id": run}).ok()
    assert query(api, data, experiment_ids=[experiment], total=True)["total"] == 0
    page = query(api, data, experiment_ids=[experiment], run_view_type="DELETED_ONLY", total=True)
    assert (page["run_id"], page["lifecycle_stage"], page["total"]) == ([run], ["deleted"], 1)


def test_values_over_all_points(api, data):
    def column(value, key="loss", **more):
        return query(api, data, columns=[{"kind": "metric", "key": key, "value": value, **more}])["columns"][0]

    assert column("min") == [5, 4, 3, 2, 1, 0]
    assert column("max") == [15, 14, 13, 12, 11, 10]
    assert column("points") == [3] * 6
    assert column("at", step=1) == [15, 14, 13, 12, 11, 10]
    assert column("at", step=9) == [None] * 6
    assert column("min", "odd") == [None, None, 1.5, None, 0.5, None], "NaN is no least value"
    assert column("points", "odd") == [1, None, 1, None, 1, None]


def test_the_best_value_is_as_the_experiment_says(api):
    one, two = api.experiment(), api.experiment()
    api.post("experiments/set-experiment-tag", {"experiment_id": two, "key": "cairn.metric.direction.loss", "value": "maximize"}).ok()
    for experiment in (one, two):
        run = api.run(experiment, run_name="best", start_time=1)
        for step, (loss, acc) in enumerate([(3, 1), (1, 5), (2, 4)]):
            api.log_metric(run, "loss", loss, step=step).ok()
            api.log_metric(run, "acc", acc, step=step).ok()
        api.log_metric(run, "nothing", "NaN").ok()
    page = ask(api, "query", experiment_ids=[one, two], columns=[
        {"kind": "metric", "key": key, "value": "best"} for key in ("loss", "acc", "nothing", "none")])
    of = dict(zip(page["experiment_id"], zip(*page["columns"])))
    assert of == {one: (1, 5, None, None), two: (3, 5, None, None)}


def test_the_last_value_of_a_step_is_the_one(api, data):
    run = api.run(api.experiment(), run_name="twice")
    for timestamp, value in ((5, 1), (7, 2), (6, 3)):
        api.log_metric(run, "m", value, timestamp=timestamp, step=4).ok()
    page = ask(api, "query", filter="run_name = 'twice'", columns=[{"kind": "metric", "key": "m", "value": "at", "step": 4}])
    assert page["columns"] == [[2]]


@pytest.mark.parametrize("body", [
    {"limit": 501}, {"limit": -1}, {"offset": -1}, {"columns": [{"key": "loss"}]}, {"columns": [{"kind": "metric"}]},
    {"columns": [{"kind": "metric", "key": "x"}] * 101}, {"experiment_ids": ["x"]}, {"columns": "loss"}])
def test_what_cannot_be_is_refused(api, data, body):
    api.post(CAIRN + "query", body).fails(400, "INVALID_PARAMETER_VALUE")


def test_keys_say_what_runs_have(api, data):
    keys = ask(api, "keys", experiment_ids=data.experiments)
    assert keys["runs"] == 6
    assert keys["metrics"] == [
        {"key": "loss", "runs": 6, "values": 6, "min": 5, "max": 10},
        {"key": "odd", "runs": 3, "values": 3, "min": 0.5, "max": 1.5}]
    assert keys["params"] == [{"key": "opt", "runs": 6, "values": 2}]
    assert {"key": "team", "runs": 6, "values": 3} in keys["tags"]
    keys = ask(api, "keys", experiment_ids=data.experiments, filter="run_name = 'a'")
    assert keys["runs"] == 1 and [k["key"] for k in keys["metrics"]] == ["loss"]
    keys = ask(api, "keys", experiment_ids=data.experiments, sample=2)
    assert keys["runs"] == 2 and keys["params"] == [{"key": "opt", "runs": 2, "values": 2}]
    assert ask(api, "keys", experiment_ids=[api.experiment()]) == {"runs": 0, "metrics": [], "params": [], "tags": []}


def test_facets_are_the_values_by_how_often(api, data):
    values = ask(api, "facets", experiment_ids=data.experiments, kind="tag", key="team", filter="metrics.loss > 5")["values"]
    assert values == [{"value": "t1", "runs": 2}, {"value": "t2", "runs": 2}, {"value": "t0", "runs": 1}]
    values = ask(api, "facets", experiment_ids=data.experiments, kind="param", key="opt", limit=1)["values"]
    assert values == [{"value": "adam", "runs": 3}]
    api.post(CAIRN + "facets", {"kind": "metric", "key": "loss"}).fails(400, "INVALID_PARAMETER_VALUE")
    api.post(CAIRN + "facets", {"kind": "param"}).fails(400, "INVALID_PARAMETER_VALUE")


def test_changes_are_told_once(api):
    experiment = api.experiment()
    runs = [api.run(experiment) for _ in range(3)]

    def changed(revisions, total=None):
        reply = ask(api, "changes", experiment_ids=[experiment], run_ids=runs, revisions=revisions, total=True)
        assert reply["total"] == (total or 3)
        return {c["run_id"]: c["revision"] for c in reply["changed"]}

    known = changed([])
    assert set(known) == set(runs)
    now = [known[r] for r in runs]
    assert changed(now) == {}
    for what in (
        lambda r: api.log_metric(r, "m", 1),
        lambda r: api.log_metric(r, "m", 2, step=1),
        lambda r: api.post("runs/log-parameter", {"run_id": r, "key": "p", "value": "v"}),
        lambda r: api.post("runs/set-tag", {"run_id": r, "key": "t", "value": "v"}),
        lambda r: api.post("runs/set-tag", {"run_id": r, "key": "t", "value": "w"}),
        lambda r: api.post("runs/delete-tag", {"run_id": r, "key": "t"}),
        lambda r: api.post("runs/update", {"run_id": r, "status": "FINISHED", "end_time": 5}),
    ):
        what(runs[1]).ok()
        told = changed(now)
        assert list(told) == [runs[1]]
        now[1] = told[runs[1]]
        assert changed(now) == {}
    api.run(experiment)
    assert changed(now, total=4) == {}


def test_changes_of_runs_that_are_gone(api):
    gone = ask(api, "changes", run_ids=["0" * 32])["changed"]
    assert ask(api, "changes", run_ids=["0" * 32], revisions=[gone[0]["revision"]])["changed"] == []


# -------------------------------------------------------------------------------- runs/column


def read_columns(content, count):
    """The columns of a reply, and how many blocks they came in; fails if the reply is cut."""
    columns, at, blocks = [[] for _ in range(count)], 8, 0
    assert content[:8] == b"CRNCOL1\n"

    def take(form):
        nonlocal at
        found = struct.unpack_from("<" + form, content, at)
        at += struct.calcsize("<" + form)
        return found

    while rows := take("I")[0]:
        blocks += 1
        for column in columns:
            if take("I")[0] == 1:
                column += [None if math.isnan(v) else v for v in take(f"{rows}d")]
                continue
            texts = [None]
            for _ in range(take("I")[0]):
                length = take("I")[0]
                texts.append(content[at:at + length].decode())
                at += length
            column += [texts[code] for code in take(f"{rows}I")]
    assert at == len(content)
    return columns, blocks


def columns_of(api, data, columns, **body):
    body.setdefault("experiment_ids", data.experiments)
    reply = api.post(CAIRN + "column", {**body, "columns": [{"kind": "attribute", "key": "run_name"}, *columns]})
    assert reply.status == 200 and reply.type == "application/octet-stream", reply
    names, *rest = read_columns(reply.body, len(columns) + 1)[0]
    order = sorted(range(len(names)), key=names.__getitem__)
    return ["".join(names[i] for i in order)] + [[c[i] for i in order] for c in rest]


def test_columns_of_all_runs(api, data):
    assert columns_of(api, data, [
        {"kind": "metric", "key": "loss"}, {"kind": "metric", "key": "loss", "value": "min"},
        {"kind": "metric", "key": "loss", "value": "max"}, {"kind": "metric", "key": "odd", "value": "points"},
        {"kind": "metric", "key": "loss", "value": "at", "step": 1}, {"kind": "metric", "key": "odd"},
        {"kind": "param", "key": "opt"}, {"kind": "tag", "key": "team"}, {"kind": "attribute", "key": "start_time"},
        {"kind": "attribute", "key": "duration"}, {"kind": "attribute", "key": "experiment_id"},
        {"kind": "param", "key": "none"}]) == [
        "abcdef", [5, 6, 7, 8, 9, 10], [0, 1, 2, 3, 4, 5], [10, 11, 12, 13, 14, 15], [None, 1, None, 1, None, 1],
        [10, 11, 12, 13, 14, 15], [None, 0.5, None, 1.5, None, None], ["adam", "sgd"] * 3,
        ["t0", "t0", "t1", "t1", "t2", "t2"], [1000, 1001, 1002, 1003, 1004, 1005], [None] * 6,
        [data.experiments[0]] * 3 + [data.experiments[1]] * 3, [None] * 6]
    assert columns_of(api, data, [], filter="metrics.loss > 7.5") == ["def"]
    assert columns_of(api, data, [], experiment_ids=data.experiments[:1]) == ["abc"]
    assert columns_of(api, data, [], filter="params.opt = 'nobody'") == [""]
    assert columns_of(api, data, [], run_view_type="DELETED_ONLY") == [""]


def test_params_as_numbers(api):
    experiment = api.experiment()
    texts = ["1", "-2.5e3", "", "0x10", "nan", "inf", "1 ", "1,5", ".5", "abc", "1e400"]
    for n, value in enumerate(texts):
        run = api.run(experiment, run_name=f"{n:02}")
        api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": value}).ok()
        api.post("runs/set-tag", {"run_id": run, "key": "日本", "value": f"値{n}"}).ok()

    class Data:
        experiments = [experiment]
    _, numbers, as_texts, tags = columns_of(api, Data, [
        {"kind": "param", "key": "p", "numeric": True}, {"kind": "param", "key": "p"}, {"kind": "tag", "key": "日本"}])
    assert numbers == [1, -2500, None, None, None, None, None, None, 0.5, None, math.inf]
    assert as_texts == texts and tags == [f"値{n}" for n in range(len(texts))]


def test_columns_come_in_blocks(api):
    experiment = api.experiment()
    count = 4096 * 2 + 5
    api.server.db.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " source_version, lifecycle_stage, artifact_uri, experiment_id) SELECT MD5(CONCAT('column', seq)), seq, 'UNKNOWN',"
        f" '', '', 'u', 'FINISHED', seq, '', 'active', '', %s FROM seq_1_to_{count}", int(experiment))
    reply = api.post(CAIRN + "column", {"experiment_ids": [experiment], "columns": [
        {"kind": "attribute", "key": k} for k in ("run_name", "start_time", "status")]})
    (names, starts, states), blocks = read_columns(reply.body, 3)
    assert blocks == 3 and len(names) == count and states == ["FINISHED"] * count
    assert names == [str(int(s)) for s in starts] and set(starts) == set(range(1, count + 1))


@pytest.mark.parametrize("body, text", [
    ({"columns": []}, "The number of columns must be between 1 and 16, not 0"),
    ({}, "The number of columns must be between 1 and 16, not 0"),
    ({"columns": [{"kind": "tag", "key": "a"}] * 17}, "The number of columns must be between 1 and 16, not 17"),
    ({"columns": [{"key": "a"}]}, "A column needs a key and a kind: metric, param, tag or attribute."),
    ({"columns": [{"kind": "attribute", "key": "artifact_uri"}]}, "Runs have no attribute 'artifact_uri'."),
    ({"columns": [{"kind": "tag", "key": "a"}], "filter": "metrics.loss >"}, None),
    ({"columns": [{"kind": "tag", "key": "a"}], "filter": "tags.a REGEXP '('"}, None),
    ({"columns": [{"kind": "shape", "key": "a"}]}, None)])
def test_columns_that_cannot_be(api, data, body, text):
    reply = api.post(CAIRN + "column", {"experiment_ids": data.experiments, **body})
    assert reply.status == 400 and reply.json["error_code"] == "INVALID_PARAMETER_VALUE", reply
    assert text is None or reply.json["message"] == text


@pytest.fixture(scope="module")
def family(api):
    """root > (a > (a1, a2), b), alone; away is below a run of another experiment, own below itself."""

    class Family:
        experiment, other = api.experiment(), api.experiment()
        runs = {}

    def run(name, parent=None, experiment=None):
        Family.runs[name] = api.run(experiment or Family.experiment, run_name=name, start_time=2000 + len(Family.runs))
        if parent:
            api.post("runs/set-tag", {"run_id": Family.runs[name], "key": "mlflow.parentRunId", "value": Family.runs[parent]}).ok()
        api.log_metric(Family.runs[name], "score", len(name)).ok()

    for name, parent in [("root", None), ("a", "root"), ("a1", "a"), ("a2", "a"), ("b", "root"), ("alone", None)]:
        run(name, parent)
    run("foreign", experiment=Family.other)
    run("away", "foreign")
    run("own")
    api.post("runs/set-tag", {"run_id": Family.runs["own"], "key": "mlflow.parentRunId", "value": Family.runs["own"]}).ok()
    return Family


def tree(api, family, parent=None, **body):
    body.setdefault("experiment_ids", [family.experiment])
    page = ask(api, "query", tree=True, total=True, roots=True, parent=family.runs.get(parent), **body)
    return dict(zip(page["run_name"], page["children"])), page["total"], page.get("roots")


def test_a_tree_is_given_level_by_level(api, family):
    assert tree(api, family) == ({"own": 0, "away": 0, "alone": 0, "root": 2}, 8, 4)
    assert tree(api, family, "root") == ({"b": 0, "a": 2}, 2, None)
    assert tree(api, family, "a") == ({"a2": 0, "a1": 0}, 2, None)
    assert tree(api, family, "b") == ({}, 0, None)


def test_a_tree_has_pages_and_an_order(api, family):
    for offset in range(5):
        page = ask(api, "query", experiment_ids=[family.experiment], tree=True, offset=offset, limit=2)
        assert page["run_name"] == ["own", "away", "alone", "root"][offset:offset + 2]
        assert "total" not in page and "roots" not in page
    names = lambda **body: list(tree(api, family, **body)[0])
    assert names(order_by=["run_name ASC"]) == ["alone", "away", "own", "root"]
    assert names(order_by=["metrics.score DESC", "run_name ASC"]) == ["alone", "away", "root", "own"]
    assert names(parent="a", order_by=["run_name ASC"]) == ["a1", "a2"]


def test_in_a_tree_a_run_stands_alone_when_its_parent_is_not_found(api, family):
    assert tree(api, family, filter="run_name LIKE 'a%'") == ({"away": 0, "alone": 0, "a": 2}, 5, 3)
    assert tree(api, family, filter="run_name = 'a1' OR run_name = 'root'") == ({"a1": 0, "root": 0}, 2, 2)
    assert tree(api, family, "a", filter="run_name = 'a1' OR run_name = 'a'") == ({"a1": 0}, 1, None)
    both = [family.experiment, family.other]
    assert tree(api, family, experiment_ids=both) == ({"own": 0, "foreign": 1, "alone": 0, "root": 2}, 9, 4)


def test_in_a_tree_a_run_stands_alone_when_its_parent_is_deleted(api):
    experiment = api.experiment()
    parent, child = (api.run(experiment, run_name=name, start_time=1) for name in ("parent", "child"))
    api.post("runs/set-tag", {"run_id": child, "key": "mlflow.parentRunId", "value": parent}).ok()
    api.post("runs/delete", {"run_id": parent}).ok()
    page = ask(api, "query", experiment_ids=[experiment], tree=True, total=True, roots=True)
    assert (page["run_name"], page["children"], page["total"], page["roots"]) == (["child"], [0], 1, 1)
    page = ask(api, "query", experiment_ids=[experiment], tree=True, run_view_type="ALL", order_by=["run_name ASC"])
    assert (page["run_name"], page["children"]) == (["parent"], [1])
