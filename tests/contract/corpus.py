"""One script of requests, sent alike to the peer and to Cairn.

A step is (method, route, data, options). `data` is the query of a GET or the body
of a POST; text is sent as it is. `save="x"` remembers an id of the reply, `{x}` in
a later step is replaced by it: each server has ids of its own.
"""

from corpus_models import MODELS

API = "/api/2.0/mlflow/"
AJAX = "/ajax-api/2.0/mlflow/"
STORE = "/api/2.0/mlflow-artifacts/artifacts"


def get(route, data=None, **more):
    return "GET", route, data, more


def post(route, data=None, **more):
    return "POST", route, {} if data is None else data, more


def metric(key, value=1, timestamp=1, **more):
    return {"key": key, "value": value, "timestamp": timestamp, **more}


def pair(key, value="1"):
    return {"key": key, "value": value}


def experiments():
    yield get("experiments/get", {"experiment_id": "0"})
    yield post("experiments/create", {"name": "e1"}, save="e1")
    yield get("experiments/get", {"experiment_id": "{e1}"})
    bodies = [
        {"name": "e1"}, {"name": "E1"}, {"name": ""}, {}, {"name": 123}, {"name": None}, {"name": ["a"]}, {"name": {"a": 1}},
        {"name": 1.5}, {"name": True}, {"name": "x", "unknown": 1}, {"name": "y", "artifact_location": "runs:/x"},
        {"name": "y2", "artifact_location": "s3://b/p?x=../y"}, {"name": "y3", "artifact_location": "s3://b/p#frag"},
        {"name": "y4", "artifact_location": "s3://b/p"}, {"name": "y5", "artifact_location": ""},
        {"name": "y6", "artifact_location": "ftp://h/p"}, {"name": "y7", "artifact_location": "http://h/p"},
        {"name": "y8", "artifact_location": "mlflow-artifacts:/own"}, {"name": "y9", "artifact_location": "mlflow-artifacts://h/p"},
        {"name": "y10", "artifact_location": "s3://b/p;x"}, {"name": "y11", "artifact_location": "S3://b/p/"},
        {"name": "y12", "artifact_location": "gs://b/p/../q"}, {"name": "y13", "artifact_location": "wasbs://c@h/p"},
        {"name": "y14", "artifact_location": "hdfs://h/p"}, {"name": "y15", "artifact_location": "dbfs:/p"},
        {"name": "y16", "artifact_location": "abfss://c@h/p"}, {"name": "y17", "artifact_location": "s3://b/p?v=1"},
        {"name": "z", "tags": [pair("", "v")]}, {"name": "z1", "tags": {"a": "b"}}, {"name": "z2", "tags": [pair("b"), pair("a")]},
        {"name": "z3", "tags": []}, {"name": "z4", "tags": None}, {"name": "z5", "tags": [{"key": "only"}]},
        {"name": "z6", "tags": [{"value": "only"}]}, {"name": "z7", "tags": [pair("k" * 251)]}, {"name": "z8", "tags": [pair("k$")]},
        {"name": "z9", "tags": [pair("k", "v" * 20001)]}, {"name": "n" * 500}, {"name": "n" * 501}, {"name": "日本語 🚀"},
        {"name": "a/b:c"}, {"name": " x "}, {"name": "'; DROP TABLE experiments; --"}, {"name": "0"},
    ]  # fmt: skip
    for body in bodies:
        yield post("experiments/create", body)
    for text in ("", "notjson", "null", '{"name":', '"{\\"name\\":\\"dbl\\"}"', '{"name":"dup","name":"dup2"}', " \n", "{}garbage"):
        yield post("experiments/create", text)
    for value in ("99999", "abc", "", "-1", "1.0", "1e3", " 1", "1 ", "+1", "0x1", "٣", "99999999999999999999", "0001"):
        yield get("experiments/get", {"experiment_id": value})
    yield get("experiments/get")
    yield get("experiments/get", {"bogus": "1"})
    yield get("experiments/get", {"experimentId": "0"})
    yield get("experiments/get", [("experiment_id", "0"), ("experiment_id", "99999")])
    for value in ("nope", "e1", "E1", "", "dbl", "dup2", "日本語 🚀", "x\ty", "é\"'"):
        yield get("experiments/get-by-name", {"experiment_name": value})
    yield get("experiments/get-by-name")

    yield post("experiments/create", {"name": "life"}, save="e2")
    for body in (
        {"experiment_id": "{e2}"}, {"new_name": "x"}, {}, {"experiment_id": "{e2}", "new_name": ""},
        {"experiment_id": "{e2}", "new_name": 5}, {"experiment_id": "99999", "new_name": "q"},
        {"experiment_id": "abc", "new_name": "q"}, {"experiment_id": "{e2}", "new_name": "life2"},
        {"experiment_id": "{e2}", "new_name": "life2"}, {"experiment_id": "{e2}", "new_name": "n" * 501},
    ):  # fmt: skip
        yield post("experiments/update", body)
    yield get("experiments/get", {"experiment_id": "{e2}"})
    for verb in ("set-experiment-tag", "delete-experiment-tag"):
        for body in (
            {"experiment_id": "{e2}", "key": "k", "value": "v"}, {"experiment_id": "{e2}", "key": "k"}, {"experiment_id": "{e2}"},
            {"key": "k"}, {"experiment_id": "99999", "key": "k", "value": "v"}, {"experiment_id": "{e2}", "key": ""},
            {"experiment_id": "{e2}", "key": 5}, {"experiment_id": "{e2}", "key": "k", "value": 5},
            {"experiment_id": "{e2}", "key": "k$", "value": "v"}, {"experiment_id": "{e2}", "key": "nope"},
            {"experiment_id": "{e2}", "key": "../x", "value": "v"}, {"experiment_id": "abc", "key": "k", "value": "v"},
            {"experiment_id": "{e2}", "key": "k" * 251, "value": "v"}, {"experiment_id": 1, "key": "k"},
        ):  # fmt: skip
            yield post(f"experiments/{verb}", body)
            yield get("experiments/get", {"experiment_id": "{e2}"})
    for body in ({}, {"experiment_id": "99999"}, {"experiment_id": "abc"}, {"experiment_id": 5}, {"experiment_id": ""}):
        yield post("experiments/delete", body)
        yield post("experiments/restore", body)
    yield post("experiments/restore", {"experiment_id": "{e2}"})
    yield post("experiments/delete", {"experiment_id": "{e2}"})
    yield post("experiments/delete", {"experiment_id": "{e2}"})
    yield get("experiments/get", {"experiment_id": "{e2}"})
    yield get("experiments/get-by-name", {"experiment_name": "life2"})
    yield post("experiments/create", {"name": "life2"})
    yield post("experiments/set-experiment-tag", {"experiment_id": "{e2}", "key": "k", "value": "v"})
    yield post("experiments/delete-experiment-tag", {"experiment_id": "{e2}", "key": "k"})
    yield post("runs/create", {"experiment_id": "{e2}"})
    yield post("experiments/restore", {"experiment_id": "{e2}"})
    yield get("experiments/get", {"experiment_id": "{e2}"})


def search_experiments():
    for n, name in enumerate(("s/one", "s/Two", "s/three", "s/50%")):
        yield post("experiments/create", {"name": name, "tags": [pair("n", str(n)), pair("a b", name)]}, save=f"s{n}", pause=True)
    yield post("experiments/delete", {"experiment_id": "{s2}"})
    own = "name LIKE 's/%'"
    yield post("experiments/search", {"max_results": 10, "filter": own})
    for text in (
        "name = 's/one'", "name = 'S/ONE'", "name != 's/one' AND " + own, "name ILIKE 'S/T%'", "name LIKE 's/50\\%'", "name LIKE '%50%'",
        "name LIKE 's/T%'", "name like 's/%'", "name ilike 's/%'", "name LIKE s", "name IN ('s/one')", "name > 'a'", "foo = 1",
        "attribute.name = 's/one'", "attributes.name = 's/one'", "attr.name = 's/one'", "tags.n = '1'", "tag.n = '1'", "tags.`a b` = 's/Two'",
        'tags."a b" = \'s/Two\'', "tags.n != '1' AND " + own, "tags.n IS NULL AND " + own, "tags.x IS NULL AND " + own, "tags.n IS NOT NULL",
        "tags.n LIKE '%'", "tags.n > '1'", "tags.n = 1", "tags.n IN ('1')", "creation_time > 0 AND " + own, "creation_time > 'x'",
        "creation_time = 1.5", "last_update_time < 5", "last_update_time LIKE '1'", "experiment_id = '{s0}'", "experiment_id = {s0}",
        "experiment_id IN ('{s0}', '{s1}')", "experiment_id NOT IN ('{s0}') AND " + own, "experiment_id IN ()", "experiment_id IN (1)",
        "experiment_id LIKE '1'", "name = 's/one' AND tags.n = '0'", "name = 's/one' AND", "AND", "  ", "name", "name =", "= 'x'", "'x' = name",
        "name = 'a' OR name = 'b'", "(name = 'a')", "NOT name = 'a'", "name = 'a';", "name = 'a' name = 'b'", "metrics.m > 1", "params.p = '1'",
        "run.name = 'x'", "lifecycle_stage = 'active'", "name = \"s/one\"", "name = `s/one`", "name IS NULL", "name IS NOT NULL", "1 = 1",
    ):  # fmt: skip
        yield post("experiments/search", {"max_results": 10, "filter": text})
    for order in (
        ["name"], ["name ASC"], ["name DESC"], ["name desc"], ["creation_time"], ["creation_time DESC"], ["experiment_id"], ["experiment_id DESC"],
        ["last_update_time"], ["attribute.name"], ["tags.n"], ["foo"], [""], ["name FOO"], ["name, creation_time"], ["name DESC", "creation_time"],
        ["name", "name"], ["`name`"], ["lifecycle_stage"],
    ):  # fmt: skip
        yield post("experiments/search", {"max_results": 10, "filter": own, "order_by": order, "view_type": "ALL"})
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", 1, 2, 3, "BOGUS", 99, "", None):
        yield post("experiments/search", {"max_results": 10, "filter": own, "view_type": view})
        if isinstance(view, str):
            yield get("experiments/search", {"max_results": "10", "filter": own, "view_type": view})
    for most in (0, -1, 1, 2, 3, 4, 50000, 50001, "2", "x", 1.0, None):
        yield post("experiments/search", {"max_results": most, "filter": own})
    for token in ("xx", "eyJvZmZzZXQiOiAxfQ==", "eyJvZmZzZXQiOiAwfQ==", "e30=", "bm90anNvbg==", "eyJvZmZzZXQiOiA5OX0=", ""):
        yield post("experiments/search", {"max_results": 2, "filter": own, "page_token": token})
    yield get("experiments/search")
    yield post("experiments/search", {})


def runs():
    yield post("experiments/create", {"name": "runs"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1700000000000, "user_id": "u", "tags": [pair("z"), pair("a")]}, save="r")
    yield get("runs/get", {"run_id": "{r}"})
    for body in (
        {"experiment_id": "{e}"}, {"experiment_id": "99999"}, {"experiment_id": 3}, {"experiment_id": "abc"}, {"experiment_id": "0"},
        {"experiment_id": "{e}", "run_name": "n1", "tags": [pair("mlflow.runName", "n2")]},
        {"experiment_id": "{e}", "run_name": "n", "tags": [pair("mlflow.runName", "n")]}, {"experiment_id": "{e}", "tags": [pair("mlflow.runName", "t")]},
        {"experiment_id": "{e}", "start_time": "1700000000001", "run_name": "nm"}, {"experiment_id": "{e}", "start_time": 5.0},
        {"experiment_id": "{e}", "start_time": -5}, {"experiment_id": "{e}", "run_name": ""}, {"experiment_id": "{e}", "run_name": 5},
        {"experiment_id": "{e}", "start_time": "x"}, {"experiment_id": "{e}", "user_id": "日本"}, {"experimentId": "{e}", "startTime": 7},
        {"experiment_id": "{e}", "tags": [pair("same", "1"), pair("same", "2")]}, {"experiment_id": "{e}", "run_name": "x" * 250},
        {"experiment_id": "{e}", "run_name": "x" * 251}, {"experiment_id": "{e}", "tags": [pair("long", "v" * 8001)]},
        {"experiment_id": "{e}", "tags": [pair("bad$")]}, {"experiment_id": "{e}", "tags": [pair("k" * 251)]}, {"experiment_id": "{e}", "tags": []},
        {"experiment_id": "{e}", "end_time": 5, "status": "FINISHED"}, {"experiment_id": "{e}", "tags": [{"key": "novalue"}]},
    ):  # fmt: skip
        yield post("runs/create", body)
    for params in (
        {"run_uuid": "{r}"}, {"run_id": "{r}", "run_uuid": "other"}, {"run_id": "other", "run_uuid": "{r}"}, {"run_id": "deadbeef"}, {}, {"run_id": ""},
        {"run_id": "{r} "}, {"runId": "{r}"},
    ):  # fmt: skip
        yield get("runs/get", params)
    for body in (
        {"run_id": "{r}", "status": "FINISHED", "end_time": 5}, {"run_id": "{r}", "status": "BOGUS"}, {"run_id": "{r}", "status": 4},
        {"run_id": "{r}", "status": ""}, {"run_uuid": "{r}", "run_name": "renamed"}, {"run_id": "{r}", "run_name": ""},
        {"run_id": "{r}"}, {}, {"run_id": "nope"}, {"run_id": "{r}", "end_time": "7"}, {"run_id": "{r}", "end_time": "x"}, {"run_id": "{r}", "run_name": 5},
        {"run_id": "{r}", "status": None, "end_time": None}, {"run_id": "{r}", "end_time": 0}, {"run_id": "{r}", "status": "finished"},
        {"run_id": "{r}", "run_name": "日本"}, {"run_id": "{r}", "runName": "c"},
    ):  # fmt: skip
        yield post("runs/update", body)
    yield get("runs/get", {"run_id": "{r}"})
    for verb in ("delete", "delete", "get", "restore", "restore", "get"):
        yield get("runs/get", {"run_id": "{r}"}) if verb == "get" else post(f"runs/{verb}", {"run_id": "{r}"})
    for verb in ("delete", "restore"):
        for body in ({}, {"run_id": "nope"}, {"run_id": 5}, {"run_id": ""}, {"run_uuid": "{r}"}):
            yield post(f"runs/{verb}", body)
    yield post("runs/delete", {"run_id": "{r}"})
    for route, body in {
        "update": {"run_name": "x"}, "log-metric": metric("m"), "log-parameter": pair("p"), "set-tag": pair("t"), "delete-tag": {"key": "a"},
        "log-batch": {"metrics": [metric("m")]},
    }.items():  # fmt: skip
        yield post(f"runs/{route}", {"run_id": "{r}", **body})
    yield get("runs/get", {"run_id": "{r}"})


def values():
    yield post("experiments/create", {"name": "values"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1, "run_name": "v"}, save="r")
    for body in (
        metric("m", 1.5, 1, step=0), metric("m", 1.5, 1, step=0), metric("m", "2.5", "2", step="-1"), metric("nan", "NaN"), metric("inf", "Infinity"),
        metric("ninf", "-Infinity"), metric("m", "abc"), {"key": "m", "timestamp": 1}, {"key": "m", "value": 1}, {"value": 1, "timestamp": 1},
        metric("m", 1, -1), metric("../m"), metric("m$"), metric("mé ü"), metric("k" * 250), metric("k" * 251), metric(""), metric(5), metric("m", None),
        metric("m", "1e5"), metric("m", "0x10"), metric("m", True), metric("m", "inf"), metric("m", "-Infinity "), metric("n", "NAN"), metric("a/b"), metric("/a"), metric("a/"), metric("a//b"),
        metric("./a"), metric("."), metric(".."), metric("a\nb"), metric("日本"), metric("🚀"), metric("m", 5e-324),
        metric("big", 123456789012345678), metric("zero", -0.0), metric("third", 1 / 3), metric("m", 1, 0), metric("s", 1, 1, step=2**63 - 1),
        metric("s", 1, 1, step=-(2**63)), metric("m", 1, 1, step=None), metric("x", 1, 1, bogus=1), {"key": "m", "value": 0, "timestamp": 0},
    ):  # fmt: skip
        yield post("runs/log-metric", {"run_id": "{r}", **body})
    yield post("runs/log-metric", {"run_id": "nope", **metric("m")})
    yield post("runs/log-metric", {"run_uuid": "{r}", **metric("by uuid")})
    yield post("runs/log-metric", metric("m"))
    yield get("runs/get", {"run_id": "{r}"})
    for key in ("m", "nan", "inf", "s", "none", "M", "mé ü", "big", ""):
        yield get("metrics/get-history", {"run_id": "{r}", "metric_key": key})
    for more in (
        {"max_results": "1"}, {"max_results": "2", "page_token": "eyJvZmZzZXQiOiAxfQ=="}, {"max_results": "0"}, {"max_results": "-1"}, {"page_token": "xx"},
        {"max_results": "1000000"}, {"page_token": "eyJvZmZzZXQiOiAyfQ=="}, {"max_results": "3", "page_token": ""},
    ):  # fmt: skip
        yield get("metrics/get-history", {"run_id": "{r}", "metric_key": "m", **more})
    yield get("metrics/get-history")
    yield get("metrics/get-history", {"run_id": "{r}"})
    yield get("metrics/get-history", {"run_uuid": "{r}", "metric_key": "m"})
    yield get("metrics/get-history", {"run_id": "nope", "metric_key": "m"})

    for body in (
        pair("p"), pair("p"), pair("p", "2"), {"key": "pe"}, pair("plong", "v" * 6001), pair("plong", "v" * 7000), pair("p5", 5), pair(""), pair("$"),
        pair("../p"), pair("k" * 250), pair("k" * 251), pair("日本", "値 🚀"), pair("e", ""), pair("nul", None), {"value": "x"}, pair("list", []),
        pair("quote", "it's \"q\" \\ \n"), pair("sp", " x "),
    ):  # fmt: skip
        yield post("runs/log-parameter", {"run_id": "{r}", **body})
        yield post("runs/set-tag", {"run_id": "{r}", **body})
    for body in (pair("p"), {}):
        yield post("runs/log-parameter", {"run_id": "nope", **body})
        yield post("runs/set-tag", {"run_id": "nope", **body})
    yield post("runs/set-tag", {"run_id": "{r}", **pair("tlong", "v" * 8001)})
    yield post("runs/set-tag", {"run_id": "{r}", **pair("mlflow.runName", "newname")})
    yield post("runs/set-tag", {"run_id": "{r}", **pair("p", "changed")})
    for body in ({"key": "nope"}, {"key": "p"}, {"key": "p"}, {}, {"key": 5}, {"key": "$"}):
        yield post("runs/delete-tag", {"run_id": "{r}", **body})
    yield get("runs/get", {"run_id": "{r}"})


def batches():
    yield post("experiments/create", {"name": "batches"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1, "run_name": "b"}, save="r")
    batch = lambda **parts: post("runs/log-batch", {"run_id": "{r}", **parts})  # noqa: E731
    yield batch()
    yield batch(metrics=[metric("a", i, i + 1, step=i) for i in range(5)], params=[pair("p"), pair("q", "it's")], tags=[pair("t"), pair("u", "")])
    yield get("runs/get", {"run_id": "{r}"})
    for parts in (
        {"params": [pair("p", "3"), pair("q", "it's")]}, {"params": [pair("p", "3"), pair("q", "2")]}, {"params": [pair("q", "x'y\"z")]},
        {"params": [pair("p"), pair("q", "it's")]}, {"params": [pair("w", "3"), pair("w", "1")]}, {"params": [pair("w", "3"), pair("w", "3")]},
        {"params": [pair("w"), pair("x"), pair("x"), pair("w")]}, {"metrics": [{"key": "a", "value": 1}]}, {"metrics": [{"key": "a", "timestamp": 1}]},
        {"metrics": [{"value": 1, "timestamp": 1}]}, {"metrics": [metric("a$")]},
        {"metrics": [metric("a"), metric("b", 1, -1)]}, {"metrics": [metric("k" * 251)]}, {"metrics": [metric("")]}, {"metrics": {"a": 1}}, {"metrics": "x"},
        {"metrics": [5]}, {"metrics": [None]}, {"metrics": [[]]}, {"metrics": None}, {"tags": [{"key": "tt"}]}, {"tags": [{"value": "x"}]},
        {"tags": [pair("t", "1"), pair("t", "2")]}, {"tags": [pair("k" * 251)]}, {"tags": [pair("$")]}, {"tags": [pair("a", "v" * 8001)]}, {"tags": 5},
        {"params": [{"value": "3"}]}, {"params": [{"key": "noval"}]}, {"params": [pair("k" * 251)]}, {"params": [pair("long", "v" * 6001)]},
        {"params": [pair("$")]}, {"params": [pair("", "x")]}, {"params": {"a": "b"}}, {"metrics": [metric("n", "NaN"), metric("i", "Infinity")]},
        {"metrics": [metric("a", 9, 1, step=1), metric("a", 8, 1, step=9)]}, {"metrics": [metric("dup"), metric("dup")]}, {"bogus": 1},
        {"metrics": [metric(f"m{i}") for i in range(1001)]}, {"params": [pair(f"p{i}") for i in range(101)]}, {"tags": [pair(f"t{i}") for i in range(101)]},
        {"metrics": [metric(f"m{i}") for i in range(1000)], "params": [pair("px")]}, {"tags": [pair("mlflow.runName", "by batch")]},
        {"params": [pair("p", "1")], "tags": [pair("new", "1")], "metrics": [metric("a", 7, 7, step=7)]},
    ):  # fmt: skip
        yield batch(**parts)
    for run_id in ("nope", "bad id", "", 5, "../x", "x" * 300):
        yield post("runs/log-batch", {"run_id": run_id, "metrics": [metric("a")]})
    yield post("runs/log-batch", {})
    yield get("runs/get", {"run_id": "{r}"})
    yield get("metrics/get-history", {"run_id": "{r}", "metric_key": "a"})


def unreadable():
    """Values that cannot be read; the peer keeps something else, so nothing is read back here."""
    yield post("experiments/create", {"name": "unreadable"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1, "run_name": "u"}, save="r")
    for change in ({"value": "1_0"}, {"value": "1,0"}, {"value": []}, {"value": {}}, {"timestamp": 1.5}, {"timestamp": True}, {"step": "x"}, {"step": 1.5}, {"step": 2**63}):
        yield post("runs/log-metric", {"run_id": "{r}", **metric("m"), **change})
        yield post("runs/log-batch", {"run_id": "{r}", "metrics": [{**metric("m"), **change}]})
    for parts in ({"metrics": [metric("a", "x")]}, {"metrics": [metric("a", 1, "x")]}, {"params": [pair("p", 5)]}, {"tags": [pair("t", 5)]}, {"tags": [5]}, {"params": [[]]}):
        yield post("runs/log-batch", {"run_id": "{r}", **parts})
    for body in ({"start_time": 1.5}, {"start_time": True}, {"start_time": []}, {"tags": {"a": "b"}}, {"tags": [5]}, {"user_id": 5}):
        yield post("runs/create", {"experiment_id": "{e}", **body})
    for body in ({"end_time": 1.5}, {"end_time": []}, {"status": []}, {"status": 99}, {"runId": "{r}"}):
        yield post("runs/update", {"run_id": "{r}", **body})
    yield post("experiments/create", {"name": "nul\0"})
    for route in ("log-parameter", "set-tag"):
        yield post(f"runs/{route}", {"run_id": "{r}", **pair("nul", "a\0b")})
    for route, body in {"log-metric": metric("camel"), "set-tag": pair("camel"), "delete-tag": {"key": "camel"}, "update": {"runName": "u"}}.items():
        yield post(f"runs/{route}", {"runId": "{r}", **body})
    yield post("experiments/update", {"experimentId": "{e}", "newName": "read"})
    for literal in ("Infinity", "NaN", "1e999"):
        yield post("runs/log-metric", '{"run_id":"{r}","key":"m","value":%s,"timestamp":1}' % literal)


def histories():
    yield post("experiments/create", {"name": "histories"}, save="e")
    for n in range(2):
        yield post("runs/create", {"experiment_id": "{e}", "start_time": n}, save=f"h{n}")
        points = [metric("m", (i * 7) % 11, 100 - i % 5, step=i) for i in range(30)] + [metric("m", "NaN", 50, step=3)]
        yield post("runs/log-batch", {"run_id": f"{{h{n}}}", "metrics": points})
    yield get("metrics/get-history", {"run_id": "{h0}", "metric_key": "m"})
    yield get("metrics/get-history", {"run_id": "{h0}", "metric_key": "m", "max_results": "7", "page_token": "eyJvZmZzZXQiOiA3fQ=="})
    bulk = AJAX + "metrics/get-history-bulk"
    for params in (
        {"run_id": ["{h0}"], "metric_key": "m"}, {"run_id": ["{h0}"], "metric_key": "m", "max_results": "5"}, {"metric_key": "m"}, {"run_id": ["{h0}"]},
        {"run_id": ["nope"], "metric_key": "m"}, {"run_id": ["{h0}"], "metric_key": "none"}, {"run_id": [f"r{i}" for i in range(101)], "metric_key": "m"},
        {"run_id": ["{h0}"], "metric_key": "m", "max_results": "0"}, {"run_id": ["{h0}"], "metric_key": "m", "max_results": "x"}, {},
    ):  # fmt: skip
        yield get(bulk, params)
    interval = "metrics/get-history-bulk-interval"
    for more in (
        {}, {"max_results": "1"}, {"max_results": "2"}, {"max_results": "3"}, {"max_results": "7"}, {"max_results": "29"}, {"max_results": "31"},
        {"start_step": "5", "end_step": "10"}, {"start_step": "5", "end_step": "25", "max_results": "4"}, {"start_step": "5"}, {"end_step": "5"},
        {"start_step": "5", "end_step": "5"}, {"start_step": "9", "end_step": "5"}, {"start_step": "500", "end_step": "900"}, {"start_step": "-3", "end_step": "2"},
        {"max_results": "0"}, {"max_results": "-1"}, {"max_results": "2500"}, {"max_results": "2501"}, {"max_results": "x"}, {"start_step": "x", "end_step": "5"},
        {"metric_key": "none"}, {"metric_key": ""}, {"run_ids": ["nope"]}, {"run_ids": []}, {"run_ids": [f"r{i}" for i in range(101)]},
    ):  # fmt: skip
        yield get(interval, {"run_ids": ["{h0}"], "metric_key": "m", **more})
    yield get(interval)
    yield get(AJAX + interval, {"run_ids": ["{h1}"], "metric_key": "m", "max_results": "5"})


FILTERS = [
    "", "metrics.m > 0", "metrics.m > '0'", "metrics.m > 1e-3", "metrics.m > -1", "metrics.`m` >= 0", 'metrics."m" >= 0', "metric.m != 0", "metrics.n != 3",
    "metrics.n = 0", "metrics.m LIKE 'x'", "params.p = '1'", "params.p = 1", 'params.p = "1"', "param.p='1'", "parameters.p = '1'", "params.p LIKE '%'",
    "params.p like '%'", "params.p ILIKE '%'", "params.p IN ('1')", "params.p NOT IN ('1')", "params.p IS NULL", "params.p IS NOT NULL", "params.p is not null",
    "params.p is  null", "params.p IS", "params.p IS NOT", "params.p NULL", "params.p > '1'", "tags.t = 'v'", "tag.t='V'", "tags.t ILIKE 'V'",
    "tags.`mlflow.user` = 'root'", "tags.mlflow.user = 'root'", "tags.t IS NULL", 'tags."a b" = \'x\'', "tags.`a b` = 'x'", "tags.a b = 'x'",
    "attributes.status = 'FINISHED'", "attribute.status='finished'", "status = 'FINISHED'", "attr.status != 'FINISHED'", "run.status = 'FINISHED'",
    "status IN ('FINISHED','RUNNING')", "run_id IN ('a','b')", "run_id NOT IN ('a','b')", "attributes.run_id = 'x'", "attributes.run_name = 'a'",
    "run_name LIKE '_'", "`run name` = 'a'", "attributes.`Run name` = 'a'", "start_time > 1", "attributes.start_time >= 1", "created > 0",
    "attributes.Created > 0", "end_time < 1", "start_time > '1'", "start_time > 1.5", "user_id = 'u'", "artifact_uri LIKE 'mlflow%'", "experiment_id = '1'",
    "lifecycle_stage = 'active'", "foo = 'x'", "attributes.foo='x'", "bogus.x = 'y'", "METRICS.m > 0", "Metrics.m > 0", "dataset.name = 'ds'",
    "datasets.name='ds'", "dataset.digest = 'x'", "dataset.context = 'training'", "dataset.name IN ('ds','x')", "dataset.name LIKE 'd%'", "dataset.foo='x'",
    "dataset.name = 1", "dataset.name IS NULL", "metrics.m > 0 AND params.p='1'", "metrics.m > 0 and params.p='1'", "metrics.m > 0 And params.p='1'",
    "metrics.m > 0 OR params.p='1'", "(metrics.m > 0)", "NOT metrics.m > 0", "metrics.m > 0;", "metrics.m > 0; metrics.m<1", "metrics.m",
    "metrics.m > metrics.n", "metrics.m between 1 and 2", "params.p = 'it''s'", "params.p = 'a\\'b'", "params.x = \"a'b\"", "0 < metrics.m", "metrics.m = nan",
    "metrics.m > 0 AND", "AND metrics.m > 0", "AND", "AND AND", "  ", "run_id IN ()", "run_id IN (1,2)", "run_id IN ('a',)", "run_id IN ('a'", "run_id IN 'a'",
    "run_id IN (a)", "attributes.run_id in ('a')", "metrics.m >= 0.5", "metrics.m == 1", "metrics.m <> 1", "metrics.m =! 1", "metrics.m > +1", "metrics.m > .5",
    "metrics.m > 5.", "metrics.m > 1e400", "metrics.m > 1_000", "metrics.m > 0x10", "metrics.m > inf", "metrics.m > Infinity", "metrics.m > NaN", "metrics.m>0",
    "metrics.m>0AND params.p='1'", "metrics . m > 0", "metrics.m\n>\n0", "metrics.m > 0 -- comment", "metrics.m > 0 /* c */", "params.p = ''", "params.p != ''",
    "tags.t = '%'", "tags.t LIKE '50\\%'", "tags.t LIKE '50%'", "params.p = '1' params.p = '2'", "params.p = '1', params.p = '1'", "metrics.a/b = 1",
    "metrics.`a/b` = 1", "metrics.a.b = 1", "metrics.a-b = 1", "metrics.1 > 0", "metrics.日本 > 0", "params.`日本` = '値'", "tags.'t' = 'v'", "'tags'.t = 'v'",
    "`tags`.t = 'v'", "`tags.t` = 'v'", "tags. = 'v'", ".t = 'v'", "tags.t =", "= 'v'", "tags.t 'v'", "tags.t LIKE v", "status = FINISHED", "status = \"FINISHED\"",
    "status LIKE 'F%'", "status ILIKE 'f%'", "status > 'A'", "start_time LIKE '1'", "start_time IN (1)", "start_time IS NULL", "run_name IS NULL",
    "select * from runs", "tags.t = 'v' UNION SELECT 1", "SELECT.x = 'y'", "tags.select = 'x'", "tags.order = 'x'", "tags.key = 'x'", "metrics.count > 0",
    "metrics.value > 0", "params.name = 'x'", "tags.date = 'x'", "attributes.end_time > 0 AND attributes.end_time < 9999", "tags.in = 'x'", "params.is = 'x'",
    "params.like = 'x'", "metrics.and > 0", "metrics.max(x) > 0", "metrics.m > 1 - 2", "metrics.m > (1)", "tags.t = ('v')", "tags.t = \"v'", "tags.t = 'v", "tags.`t = 'v'",
    "tags.t=\u3000'v'", "params.p = 'A' AND params.q = 'B' AND tags.t IS NOT NULL AND metrics.m > -100", "tags.`t` is NULL", "tags.t Is Not Null",
]  # fmt: skip

ORDERS = [
    [], ["metrics.m"], ["metrics.m DESC"], ["metrics.m desc"], ["params.p ASC"], ["tags.t DESC"], ["start_time"], ["attributes.start_time DESC"],
    ["attributes.status"], ["status"], ["run_name"], ["attributes.`Run name` DESC"], ["metrics.`m` DESC"], ["metrics.m FOO"], ["metrics.m, params.p"],
    ["foo"], ["dataset.name"], ["metrics.m", "metrics.m DESC"], ["created DESC"], ["attributes.Created"], ["attributes.end_time"], ["attributes.user_id"],
    ["experiment_id"], ["metrics.m NULLS LAST"], [""], ["  metrics.m   DESC "], ["metrics.none"], ["metrics.n ASC", "start_time DESC"], ["tag.t"], ["param.p"],
    ["metric.m"], ["attr.start_time"], ["run.start_time"], ["bogus.x"], ["metrics.a b"], ["metrics.`a b`"], ['metrics."m"'], ["`start_time`"], ["start_time ASC DESC"],
    ["DESC"], ["metrics.m ASC;"], ["tags.mlflow.runName"], ["params.P"], ["lifecycle_stage"], ["Run Name"], ["user_id ASC", "run_name DESC"],
]  # fmt: skip


def search_runs():
    yield post("experiments/create", {"name": "search"}, save="e")
    for n, name in enumerate("abcde"):
        body = {"experiment_id": "{e}", "run_name": name, "start_time": 1000 + n, "user_id": "u" if n % 2 else "U"}
        yield post("runs/create", body, save=f"r{n}")
    data = [
        {"metrics": [metric("m", 5, 1, step=1), metric("n", "NaN")], "params": [pair("p", "1"), pair("q", "B")], "tags": [pair("t", "v"), pair("mlflow.user", "root")]},
        {"metrics": [metric("m", 0.5), metric("n", 3), metric("a/b")], "params": [pair("p", "A")], "tags": [pair("t", "V"), pair("a b", "x")]},
        {"metrics": [metric("m", -2), metric("n", 0), metric("日本")], "params": [pair("p", "a"), pair("日本", "値")], "tags": [pair("t", "50%")]},
        {"metrics": [metric("m", "NaN")], "params": [pair("p", "it's")], "tags": [pair("t", "")]},
        {"metrics": [metric("m", "Infinity")], "params": [], "tags": []},
    ]
    for n, parts in enumerate(data):
        yield post("runs/log-batch", {"run_id": f"{{r{n}}}", **parts})
    yield post("runs/update", {"run_id": "{r0}", "status": "FINISHED", "end_time": 3000})
    yield post("runs/update", {"run_id": "{r1}", "status": "FAILED", "end_time": 2000})
    search = lambda **more: post("runs/search", {"experiment_ids": ["{e}"], **more})  # noqa: E731
    for text in FILTERS:
        yield search(filter=text)
    yield search(filter="run_id IN ('{r0}', '{r2}')")
    yield search(filter="run_id NOT IN ('{r0}', '{r2}')")
    yield search(filter="run_id = '{r0}' AND metrics.m > 1")
    for order in ORDERS:
        yield search(order_by=order)
    for most in (0, -1, 1, 2, 4, 5, 6, 50000, 50001, "abc", "3", 2.0, None):
        yield search(max_results=most)
    for token in ("xx", "eyJvZmZzZXQiOiAyfQ==", "eyJvZmZzZXQiOjJ9", "eyJvZmZzZXQiOiAwfQ==", "e30=", "bm90anNvbg==", "eyJvZmZzZXQiOiA5OX0=", "", "eyJv"):
        yield search(max_results=2, page_token=token)
    for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", 2, "BOGUS", None):
        yield search(run_view_type=view)
    for ids in ([], ["99999"], ["abc"], ["{e}", "0"], [""], "0", None, [5], ["{e}", "{e}"]):
        yield post("runs/search", {"experiment_ids": ids})
    yield post("runs/search", {})
    yield search(filter=5)
    yield search(order_by="metrics.m")
    yield search(order_by=[1])
    yield post("runs/search", {"experimentIds": ["{e}"], "maxResults": 1})


def reading():
    """How requests are read, and what is there besides."""
    yield get("/health")
    yield get("/version")
    yield get("/api/3.0/mlflow/server-info")
    yield get("/ajax-api/3.0/mlflow/server-info")
    yield get(AJAX + "experiments/get", {"experiment_id": "0"})
    yield post(AJAX + "runs/log-metric", {})
    for content_type in ("text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "", "application/json2"):
        yield post("experiments/search", '{"max_results":1,"filter":"name = \'Default\'"}', headers={"Content-Type": content_type})
    yield post("logged-models/search", {"experiment_ids": ["0"], "filter": "name = 'x'"})
    yield post("logged-models/search", {})
    yield "OPTIONS", "experiments/search", None, {}
    yield get("experiments/get", None, json={"experiment_id": "0"})
    for method, path in (
        ("GET", "/api/2.0/mlflow/nope"), ("GET", "/api/2.0/mlflow/experiments/list"), ("PUT", "/api/2.0/mlflow/experiments/get"), ("GET", "/version/"),
        ("GET", "//api/2.0/mlflow/experiments/get"), ("POST", "/api/2.0/mlflow//runs/create"), ("GET", "/api/2.0/mlflow//nope"),
        ("DELETE", "/api/2.0/mlflow/runs/create"), ("POST", "/api/2.0/mlflow/experiments/get"), ("GET", "/api/2.0/mlflow/metrics/get-history-bulk"),
    ):  # fmt: skip
        yield method, path, None, {}
    for header in ({"Host": "evil.com"}, {"Host": "localhost:1"}):
        yield get("experiments/get", {"experiment_id": "0"}, headers=header)
    yield post("experiments/search", {"max_results": 1}, headers={"Origin": "http://evil.com"})
    yield post("experiments/search", {"max_results": 1, "filter": "name = 'Default'"}, headers={"Origin": "http://localhost:3000"})


def artifacts():
    yield post("experiments/create", {"name": "artifacts"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1, "run_name": "a"}, save="r")
    put = lambda path, body=b"hello": ("PUT", f"{STORE}/{path}", body, {})  # noqa: E731
    root = "{e}/{r}/artifacts"
    for path in ("d.json", "all/f0.txt", "all/sp%20ace", "%C3%A9.txt", "x.png", "MLmodel", "empty.bin", "noext", "deep/er/x.unknownext", "p.html", "a+b&c=d'.csv"):
        yield put(f"{root}/{path}", b"" if path.startswith("empty") else b"hello")
        yield get(f"{STORE}/{root}/{path}")
        yield "HEAD", f"{STORE}/{root}/{path}", None, {}
    for path in (None, "all", "d.json", "nope", "../..", "", "all/", "deep/er", "/etc", "%2e%2e/x", "a#b"):
        yield get("artifacts/list", {"run_id": "{r}", **({} if path is None else {"path": path})})
        yield get(STORE, {"path": f"{root}/{path or ''}"})
    yield get("artifacts/list", {"run_uuid": "{r}"})
    yield get("artifacts/list")
    yield get("artifacts/list", {"run_id": "nope"})
    for path in ("../x", "%2e%2e/x", "/etc", "nope", "a%23b", "C:/x"):
        yield get(f"{STORE}?path={path}")
    for span in ("bytes=0-1", "bytes=2-", "bytes=-1", "bytes=9-", "bytes=0-0,2-2", "lines=1-2", "bytes=3-1"):
        yield get(f"{STORE}/{root}/d.json", None, headers={"Range": span})
    for path in (f"{root}/nope", f"{root}/all", "", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "a%23b", "a%00b", "%252e%252e/x", "a/./b", "."):
        yield get(f"{STORE}/{path}")
    # Names that lose more than one layer of escapes.
    for path in ("esc/a%252Fb", "esc/e%2541", "esc%2520g/h", "%25252e%25252e/x", "a%255cb/%252e%252e/x"):
        yield put(f"{root}/{path}")
        yield get(f"{STORE}/{root}/{path}")
    for path in ("esc", "esc/a", "esc/a%2Fb", "esc/a%252F", "esc%20g", "%65sc"):
        yield get(STORE, {"path": f"{root}/{path}"})
        yield get("artifacts/list", {"run_id": "{r}", "path": path})
    yield get("/get-artifact", {"run_id": "{r}", "path": "%65sc/a%2Fb"})
    for path in (f"{root}/", "../x", f"{root}/.artifact.uploading.q", "%2e%2e/x", "/etc/x", "a%23b"):
        yield put(path)
    yield put(f"{root}/d.json", b"second")
    yield get(f"{STORE}/{root}/d.json")
    for path in (f"{root}/d.json", f"{root}/d.json", f"{root}/all", "nope/deeper", "../x", "%2e%2e/x", "a%23b"):
        yield "DELETE", f"{STORE}/{path}", None, {}
    yield get("artifacts/list", {"run_id": "{r}"})


CHAPTERS = [experiments, search_experiments, runs, values, batches, unreadable, histories, search_runs, reading, artifacts, *MODELS]
