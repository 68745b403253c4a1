"""runs/search: the filter language, the order, pages, and what it refuses."""

import re
from types import SimpleNamespace

import pytest

from harness.api import wrong
from harness.databases import IS_MYSQL

INVALID = "INVALID_PARAMETER_VALUE"
ALL = "edcba"  # the names, newest first: what no filter and no order give

SEARCHABLE = (
    "status", "run_id", "start_time", "artifact_uri", "created", "end_time",
    "Run Name", "run name", "run_name", "Created", "user_id", "Run name",
)  # fmt: skip
SORTABLE = ("status", "run_id", "start_time", "artifact_uri", "created", "end_time", "run_name", "Created", "user_id")


@pytest.fixture(scope="module")
def data(api):
    """Five runs a, b, c, d, e in one experiment, and f in another."""
    experiment = api.experiment()
    runs = {}
    for n, name in enumerate("abcde"):
        runs[name] = api.run(experiment, run_name=name, start_time=1000 + n, user_id="root" if n else "ann")
    other = api.experiment()
    runs["f"] = api.run(other, run_name="f", start_time=2000)

    def batch(name, metrics=(), params=(), tags=()):
        api.post(
            "runs/log-batch",
            {
                "run_id": runs[name],
                "metrics": [{"key": k, "value": v, "timestamp": 1, "step": s} for k, v, s in metrics],
                "params": [{"key": k, "value": v} for k, v in params],
                "tags": [{"key": k, "value": v} for k, v in tags],
            },
        ).ok()

    batch("a", [("m", 1.0, 0), ("m", 5.0, 1), ("n", "NaN", 0)], [("p", "1"), ("lr", "0.1")], [("t", "v")])
    batch("b", [("m", 0.5, 0), ("n", 3, 0), ("a/b.c", 1, 0)], [("p", "Abc"), ("q", "it's")], [("t", "V")])
    batch("c", [("m", -2, 0), ("n", 0, 0)], [("p", "abc"), ("a b", "x")], [("t", "50%"), ("mlflow.user", "root")])
    batch("d", [("m", "NaN", 0), ("inf", "Infinity", 0)], [("p", "a_c")], [("u", "日本")])
    batch("e", [], [], [("a b", "x"), ("t", "")])
    api.post("runs/update", {"run_id": runs["a"], "status": "FINISHED", "end_time": 3000}).ok()
    api.post("runs/update", {"run_id": runs["b"], "status": "FAILED", "end_time": 2000}).ok()
    return SimpleNamespace(experiment=experiment, other=other, runs=runs)


def search(api, data, **body):
    return api.post("runs/search", {"experiment_ids": [data.experiment], **body})


def names(reply):
    return "".join(r["info"]["run_name"] for r in reply.ok().get("runs", []))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ALL),
        # metrics: the latest value
        ("metrics.m > 0", "ba"),
        ("metrics.m > 0.5", "a"),
        ("metrics.m >= 0.5", "ba"),
        ("metrics.m < 0", "c"),
        ("metrics.m <= -2", "c"),
        ("metrics.m = 5", "a"),
        ("metrics.m = 5.0", "a"),
        ("metrics.m = 1", ""),
        ("metrics.m > 1e-3", "ba"),
        ("metrics.m > -1", "ba"),
        ("metrics.m > -1.5e0", "ba"),
        ("metric.m != 5", "dcb"),
        ("metrics.n != 3", "ca"),
        ("metrics.n = 0", "c"),
        ("metrics.n < 10", "cb"),
        ("metrics.inf > 1e308", "d"),
        ("metrics.`m` >= 0", "ba"),
        ('metrics."m" >= 0', "ba"),
        ("metrics.`a/b.c` = 1", "b"),
        ("metrics.none = 1", ""),
        ("metrics.M > 0", ""),
        # params
        ("params.p = '1'", "a"),
        ('params.p = "1"', "a"),
        ("param.p='1'", "a"),
        ("parameter.p='1'", "a"),
        ("parameters.p = '1'", "a"),
        ("params.p = 'abc'", "c"),
        ("params.p != 'abc'", "dba"),
        ("params.p LIKE 'a%'", "dc"),
        ("params.p like 'a%'", "dc"),
        ("params.p LIKE 'a_c'", "dc"),
        ("params.p LIKE '%'", "dcba"),
        ("params.p ILIKE 'A%'", "dcb"),
        ("params.p ilike 'aBC'", "cb"),
        ("params.p IS NULL", "e"),
        ("params.p IS NOT NULL", "dcba"),
        ("params.p is not null", "dcba"),
        ("params.P IS NULL", "e"),
        ("params.`a b` = 'x'", "c"),
        ('params."a b" = \'x\'', "c"),
        ("params.q = \"it's\"", "b"),
        ("params.q = 'it''s'", ""),
        # tags
        ("tags.t = 'v'", "a"),
        ("tag.t='V'", "b"),
        ("tags.t ILIKE 'V'", "ba"),
        ("tags.t != 'v'", "ecb"),
        ("tags.t = ''", "e"),
        ("tags.t = '50%'", "c"),
        ("tags.t IS NULL", "d"),
        ("tags.t IS NOT NULL", "ecba"),
        ("tags.u = '日本'", "d"),
        ("tags.mlflow.user = 'root'", "c"),
        ("tags.`mlflow.user` = 'root'", "c"),
        ('tags."a b" = \'x\'', "e"),
        # attributes
        ("attributes.status = 'FINISHED'", "a"),
        ("attribute.status='finished'", ""),
        ("status = 'FAILED'", "b"),
        ("attr.status != 'RUNNING'", "ba"),
        ("run.status = 'RUNNING'", "edc"),
        ("status LIKE 'F%'", "ba"),
        ("attributes.run_name = 'b'", "b"),
        ("run_name LIKE '_'", ALL),
        ("run_name ILIKE 'B'", "b"),
        ("`run name` = 'c'", "c"),
        ("attributes.`Run name` = 'd'", "d"),
        ('attributes."Run Name" = \'e\'', "e"),
        ("start_time > 1002", "ed"),
        ("attributes.start_time >= 1002", "edc"),
        ("start_time = 1001", "b"),
        ("start_time != 1001", "edca"),
        ("created < 1001", "a"),
        ("attributes.Created <= 1001", "ba"),
        ("end_time < 2500", "b"),
        ("end_time > 0", "ba"),
        ("start_time > 1002.5", "ed"),
        ("user_id = 'ann'", "a"),
        ("artifact_uri LIKE 'mlflow-artifacts:/%'", ALL),
        ("run_id IN ('a','b')", ""),
        ("run_id NOT IN ('a','b')", ALL),
        ("attributes.run_id in ('a')", ""),
        ("run_id IN ('a',)", ""),
        ("attributes.run_id = 'x'", ""),
        # AND
        ("metrics.m > 0 AND params.p='1'", "a"),
        ("metrics.m > 0 and params.p='1'", "a"),
        ("metrics.m > 0 AND metrics.m < 1 AND tags.t = 'V' AND status = 'FAILED'", "b"),
        ("metrics.m > -10 AND metrics.n > -10", "cb"),
        ("params.p = '1' AND params.lr = '0.1'", "a"),
        ("params.p = '1' AND params.p = '2'", ""),
        ("metrics.m > 0 AND", "ba"),
        ("AND", ALL),
        ("metrics.m>0 AND params.p IS NOT NULL AND tags.u IS NULL", "ba"),
        # blanks and odd forms
        ("  metrics.m   >  0  ", "ba"),
        ("metrics.m>0", "ba"),
        ("metrics.m\t>\n0", "ba"),
        ("params.p = 'a\\'b'", ""),
        ("tags.t = 'x; DROP TABLE runs'", ""),
        ("tags.t = '\\\\'", ""),
        ("params.p LIKE '\\\\%'", ""),
        # datasets
        ("dataset.name = 'ds'", ""),
        ("datasets.name='ds'", ""),
        ("dataset.digest = 'x'", ""),
        ("dataset.context = 'training'", ""),
        ("dataset.name IN ('ds','x')", ""),
        ("dataset.name LIKE 'd%'", ""),
    ],
)
def test_a_filter_finds(api, data, text, found):
    assert names(search(api, data, filter=text)) == found


def test_run_ids_in_filters(api, data):
    a, c = data.runs["a"], data.runs["c"]
    assert names(search(api, data, filter=f"run_id = '{c}'")) == "c"
    assert names(search(api, data, filter=f"run_id != '{c}'")) == "edba"
    assert names(search(api, data, filter=f"run_id IN ('{a}', '{c}')")) == "ca"
    assert names(search(api, data, filter=f"attributes.run_id NOT IN ('{a}',\"{c}\")")) == "edb"
    assert names(search(api, data, filter=f"run_id LIKE '{a[:20]}%'")) == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics.m > '0'", "Expected numeric value type for metric. Found '0'"),
        ("metrics.m LIKE 'x'", "Expected numeric value type for metric. Found 'x'"),
        ("metrics.m > metrics.n", "Expected numeric value type for metric. Found metrics.n"),
        ("metrics.m = nan", "Expected numeric value type for metric. Found nan"),
        ("params.p = ('1')", "Expected a quoted string value for parameter (e.g. 'my-value'). Got value ('1')"),
        ("tags.t = 1", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1"),
        ("start_time > '1'", "Expected numeric value type for numeric attribute: start_time. Found '1'"),
        (
            "status = FINISHED",
            "Parameter value is either not quoted or unidentified quote types used for string value FINISHED. "
            "Use either single or double quotes.",
        ),
        (
            "status = ('FINISHED','RUNNING')",
            "Only ['run_id'] attributes support comparison with a list of quoted string values.",
        ),
        ("bogus.x = 'y'", "Invalid entity type 'bogus'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"),
        ("dataset.name = 1", "Expected a quoted string value for dataset attributes. Got value 1"),
        ("metrics.m > 0 OR", "Invalid clause(s) in filter string: 'OR'"),
        ("(metrics.m)", "Invalid clause(s) in filter string: '(metrics.m)'"),
        ("metrics.m > 0 NOT", "Invalid clause(s) in filter string: 'NOT'"),
        ("metrics.m > 0;", "Invalid clause(s) in filter string: ';'"),
        (
            "metrics.m > 0; metrics.m<1",
            "Search filter contained multiple expression 'metrics.m > 0; metrics.m<1'. Provide AND-ed expression list.",
        ),
        ("metrics.a/b.c = 1", "Invalid comparison clause. Expected 'Identifier' found 'metrics.a/b.c'"),
        ("metrics.m", "Invalid clause(s) in filter string: 'metrics.m'"),
        ("metrics.m between 1 and x", "Invalid clause(s) in filter string: 'metrics.m', 'between', '1', 'x'"),
        ("0 < metrics.m", "Invalid comparison clause. Expected 'Identifier' found '0'"),
        ("  ", "Invalid filter '  '. Could not be parsed."),
        (
            "run_id IN ()",
            "While parsing a list in the query, expected a non-empty list of string values, but got empty list",
        ),
        (
            "run_id IN (1,2)",
            "While parsing a list in the query, expected string value, punctuation, or whitespace, "
            "but got different type in list: (1, 2)",
        ),
    ],
)
def test_a_filter_is_refused(api, data, text, message):
    search(api, data, filter=text).fails(400, INVALID, message)


@pytest.mark.parametrize(
    ("text", "start", "members"),
    [
        ("foo = 'x'", "Invalid attribute key 'foo' specified. Valid keys are ", SEARCHABLE),
        ("attributes.foo='x'", "Invalid attribute key 'foo' specified. Valid keys are ", SEARCHABLE),
        ("experiment_id = '1'", "Invalid attribute key 'experiment_id' specified. Valid keys are ", SEARCHABLE),
        ("lifecycle_stage = 'active'", "Invalid attribute key 'lifecycle_stage' specified. Valid keys are ", SEARCHABLE),
        ("dataset.foo='x'", "Invalid dataset key 'foo' specified. Valid keys are ", ("name", "digest", "context")),
        ("params.p > '1'", "Invalid comparator '>' not one of ", ("!=", "LIKE", "=", "IS NULL", "IS NOT NULL", "ILIKE")),
        ("tags.t < '1'", "Invalid comparator '<' not one of ", ("!=", "LIKE", "=", "IS NULL", "IS NOT NULL", "ILIKE")),
    ],
)
def test_a_refusal_names_what_there_is(api, data, text, start, members):
    """The peer prints Python sets: their order means nothing."""
    message = search(api, data, filter=text).fails(400, INVALID)["message"]
    assert message.startswith(start)
    assert set(re.findall(r"'([^'{}]+)'", message[len(start):])) == set(members)


# -- order


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ([], ALL),
        (["metrics.m"], "cbade"),  # values, then NaN, then none
        (["metrics.m DESC"], "abcde"),
        (["metrics.m desc"], "abcde"),
        (["metrics.`m` DESC"], "abcde"),
        (["metric.m ASC"], "cbade"),
        (["params.p ASC"], "adcbe" if IS_MYSQL else "acbde"),  # by the table's collation: abc and Abc are equal
        (["params.p DESC"], "cbdae" if IS_MYSQL else "dcbae"),
        (["start_time"], "abcde"),
        (["attributes.start_time DESC"], ALL),
        (["created ASC"], "abcde"),
        (["attributes.Created"], "abcde"),
        (["attributes.end_time"], "baedc"),
        (["attributes.end_time DESC"], "abedc"),
        (["status"], "baedc"),
        (["attributes.status DESC"], "edcab"),
        (["run_name DESC"], ALL),
        (["run_name"], "abcde"),
        (["attributes.user_id"], "aedcb"),
        (["tags.none"], ALL),
        (["metrics.none DESC"], ALL),
        (["user_id DESC", "start_time ASC"], "bcdea"),
        (["user_id DESC", "metrics.m ASC"], "cbdea"),
        (["metrics.n", "metrics.m"], "cbade"),
    ],
)
def test_an_order(api, data, order, found):
    assert names(search(api, data, order_by=order)) == found


def test_the_order_of_ids_and_places(api, data):
    by_id = "".join(sorted("abcde", key=data.runs.get))
    assert names(search(api, data, order_by=["run_id"])) == by_id
    assert names(search(api, data, order_by=["run_id DESC"])) == by_id[::-1]
    assert names(search(api, data, order_by=["attributes.artifact_uri"])) == by_id


def test_equal_start_times_are_ordered_by_id(api):
    experiment = api.experiment()
    runs = [api.run(experiment, start_time=5) for _ in range(6)]
    found = api.post("runs/search", {"experiment_ids": [experiment]}).ok()["runs"]
    assert [r["info"]["run_id"] for r in found] == sorted(runs)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["metrics.m FOO"], "Invalid ordering key in order_by clause 'metrics.m FOO'."),
        (["metrics.m, params.p"], "Invalid order_by clause 'metrics.m, params.p'. Could not be parsed."),
        (["metrics.m NULLS LAST"], "Invalid order_by clause 'metrics.m NULLS LAST'. Could not be parsed."),
        ([""], "Invalid order_by clause ''. Could not be parsed."),
        (["dataset.name"], "Invalid identifier type 'dataset'"),
        ([1], wrong("order_by", [1], "list")),
    ],
)
def test_an_order_is_refused(api, data, order, message):
    search(api, data, order_by=order).fails(400, INVALID, message)


@pytest.mark.parametrize("order", ["foo", "experiment_id", "attributes.`Run name` DESC"])
def test_a_refused_order_names_what_there_is(api, data, order):
    message = search(api, data, order_by=[order]).fails(400, INVALID)["message"]
    key = re.sub(r".*`(.*)`.*", r"\1", order)
    start = f"Invalid attribute key '{key}' specified. Valid keys are "
    assert message.startswith(start)
    assert set(re.findall(r"'([^'{}]+)'", message[len(start):])) == set(SORTABLE)


@pytest.mark.improves("the peer answers 500, and its client retries that for minutes")
def test_one_field_twice_in_an_order(api, data):
    search(api, data, order_by=["metrics.m", "metrics.m DESC"]).fails(
        400, INVALID, "`order_by` contains duplicate fields: ['metrics.m', 'metrics.m DESC']"
    )


# -- pages


@pytest.mark.parametrize("order", [[], ["metrics.m DESC"], ["params.p"], ["run_name"]])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_pages_together_are_the_whole(api, data, order, size):
    whole = names(search(api, data, order_by=order))
    assert len(whole) == 5
    pages, token = [], None
    while True:
        more = {"page_token": token} if token else {}
        page = search(api, data, order_by=order, max_results=size, **more)
        pages.append(names(page))
        token = page.json.get("next_page_token")
        if token is None:
            break
    assert "".join(pages) == whole
    assert len(pages) == -(-5 // size)


def test_the_form_of_a_page_token(api, data):
    assert search(api, data, max_results=2).ok()["next_page_token"] == "eyJvZmZzZXQiOiAyfQ=="
    assert names(search(api, data, max_results=2, page_token="eyJvZmZzZXQiOiAyfQ==")) == "cb"
    assert names(search(api, data, max_results=2, page_token="eyJvZmZzZXQiOjJ9")) == "cb"
    assert names(search(api, data, page_token="eyJvZmZzZXQiOiA1MDB9")) == ""


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("xx", "Invalid page token, could not base64-decode"),
        ("eyJvZmZzZXQiOiAwfQ==", "Invalid page token, parsed value={'offset': 0}"),
        ("e30=", re.compile("^Invalid page token, parsed value=")),
        ("bm90anNvbg==", "Invalid page token, decoded value=b'notjson'"),
    ],
)
def test_a_page_token_is_refused(api, data, token, message):
    search(api, data, page_token=token).fails(400, INVALID, message)


@pytest.mark.parametrize("token", ["eyJvZmZzZXQiOiAtMX0=", "W10=", "eyJvZmZzZXQiOiAxZTk5fQ=="])
@pytest.mark.improves("the peer answers 500")
def test_a_page_token_of_another_shape(api, data, token):
    search(api, data, page_token=token).fails(400, INVALID)


@pytest.mark.parametrize(
    ("most", "message"),
    [
        (0, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"),
        (-1, "Invalid value -1 for parameter 'max_results' supplied. It must be a positive integer"),
        (50001, wrong("max_results", 50001, "int")),
        ("abc", wrong("max_results", "abc", "str")),
    ],
)
def test_how_many_results_is_refused(api, data, most, message):
    search(api, data, max_results=most).fails(400, INVALID, message)


# -- where


def test_the_experiments_that_are_searched(api, data):
    both = api.post("runs/search", {"experiment_ids": [data.experiment, data.other]})
    assert names(both) == "f" + ALL
    assert names(api.post("runs/search", {"experiment_ids": ["99999"]})) == ""
    assert names(api.post("runs/search", {"experiment_ids": [data.other, "99999"]})) == "f"
    for body in ({}, {"experiment_ids": []}, {"filter": "metrics.m > 0"}):
        assert api.post("runs/search", body).ok() == {}


def test_the_experiments_are_refused(api, data):
    api.post("runs/search", {"experiment_ids": ["abc"]}).fails(
        400, INVALID, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."
    )
    api.post("runs/search", {"experiment_ids": data.experiment}).fails(
        400, INVALID, wrong("experiment_ids", data.experiment, "str")
    )


def test_deleted_runs_are_found_if_asked_for(api):
    experiment = api.experiment()
    kept = api.run(experiment, run_name="k", start_time=1)
    dropped = api.run(experiment, run_name="d", start_time=2)
    api.post("runs/delete", {"run_id": dropped}).ok()
    asked = {"experiment_ids": [experiment]}
    assert names(api.post("runs/search", asked)) == "k"
    for view, found in {"ACTIVE_ONLY": "k", "DELETED_ONLY": "d", "ALL": "dk", 1: "k", 2: "d", 3: "dk", "BOGUS": "k"}.items():
        assert names(api.post("runs/search", {**asked, "run_view_type": view})) == found, view
    assert api.get_run(kept)["info"]["lifecycle_stage"] == "active"


def test_a_found_run_is_whole(api, data):
    run = search(api, data, filter="params.p = '1'").ok()["runs"][0]
    whole = api.get_run(data.runs["a"])
    assert run == whole


def test_the_data_of_many_runs_is_not_mixed(api):
    experiment = api.experiment()
    for i in range(150):
        api.run(experiment, run_name=f"r{i}", start_time=i, tags=[{"key": "n", "value": str(i)}])
    found = api.post("runs/search", {"experiment_ids": [experiment], "max_results": 120}).ok()
    assert len(found["runs"]) == 120 and found["next_page_token"]
    for run in found["runs"]:
        tags = {t["key"]: t["value"] for t in run["data"]["tags"]}
        assert tags == {"n": str(run["info"]["start_time"]), "mlflow.runName": run["info"]["run_name"]}


@pytest.mark.improves("the peer answers 503: its SQL joins more tables than the database allows")
@pytest.mark.parametrize(
    "text",
    [
        "tags.t = 'v' AND " * 60 + "tags.t = 'v'",
        " AND ".join(f"metrics.m > {i - 100}" for i in range(40)),
        " AND ".join(f"params.x{i} IS NULL" for i in range(40)),
    ],
)
def test_long_filters_have_an_answer(api, data, text):
    assert search(api, data, filter=text).status in (200, 400)


@pytest.mark.improves("the peer answers 500 or recurses until it dies")
@pytest.mark.parametrize("text", ["(" * 5000, "a" * 300000, "'" * 1001, "metrics." * 1000, "\0", "`" * 99])
def test_hostile_filters_are_refused(api, data, text):
    search(api, data, filter=text).fails(400, INVALID)
