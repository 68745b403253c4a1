"""The script's chapters on datasets, logged models, and areas that are not served yet."""

API2, API3 = "/api/2.0/mlflow/", "/api/3.0/mlflow/"
AJAX2 = "/ajax-api/2.0/mlflow/"


def get(route, data=None, **more):
    return "GET", route, data, more


def post(route, data=None, **more):
    return "POST", route, {} if data is None else data, more


def patch(route, data):
    return "PATCH", API2 + route, data, {"headers": {"Content-Type": "application/json"}}


def delete(route):
    return "DELETE", API2 + route, None, {}


def pair(key, value="1"):
    return {"key": key, "value": value}


def dataset(name="d", digest="1", **more):
    return {"name": name, "digest": digest, "source_type": "local", "source": "s", **more}


def datasets():
    yield post("experiments/create", {"name": "datasets"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1, "run_name": "a"}, save="r")
    odd = [
        {}, {"run_id": ""}, {"run_id": 5}, {"run_id": "nope"}, {"run_id": "a b"}, {"datasets": "x"}, {"models": "x"}, {"datasets": None},
        {"datasets": [{"dataset": dataset("n" * 501)}]}, {"datasets": [{"dataset": dataset("n", "d" * 37)}]},
        {"datasets": [{"dataset": dataset(source="s" * 65536)}]}, {"datasets": [{"dataset": dataset(), "tags": [pair("k" * 256)]}]},
        {"datasets": [{"dataset": dataset(), "tags": [pair("k", "v" * 501)]}]}, {"datasets": [{"dataset": {"sourceType": "a", "source_type": "b"}}]},
    ]  # fmt: skip
    for change in odd:
        yield post("runs/log-inputs", {"run_id": "{r}", **change} if change else {})
    one = {"tags": [pair("b"), pair("a", "é")], "dataset": dataset(schema='{"c": 1}', profile="p")}
    for body in ({"datasets": [one]}, {"datasets": [one, one]}, {"datasets": [{"dataset": dataset(source="other"), "tags": [pair("c")]}]}):
        yield post("runs/log-inputs", {"run_id": "{r}", **body})
        yield get("runs/get", {"run_id": "{r}"})
    for body in ({"models": [{"model_id": "m-1"}, {"model_id": "m-1"}]}, {"models": [{"model_id": "m-0"}]}, {"models": [{}]}):
        yield post("runs/log-inputs", {"run_id": "{r}", **body})
    for body in (
        {"models": [{"model_id": "m-2", "step": 3}, {"modelId": "m-1"}]}, {"models": []}, {}, {"models": "x"}, {"models": [{"model_id": "m-2"}]},
        {"models": [{"model_id": "m-5", "step": "7"}]}, {"models": [{"model_id": "m-6", "step": -1}]},
    ):  # fmt: skip
        yield post("runs/outputs", {"run_id": "{r}", **body})
    yield post("runs/outputs", {"run_id": "nope", "models": []})
    yield get("runs/get", {"run_id": "{r}"})
    yield post("runs/search", {"experiment_ids": ["{e}"], "filter": "dataset.name = 'd' AND dataset.digest LIKE '1%'"})
    for ids in (["{e}"], ["{e}", "{e}", "99999"], [], ["abc"], [""], "x", ["0"] * 21, None):
        yield post(AJAX2 + "experiments/search-datasets", {"experiment_ids": ids})
    yield post(API2 + "experiments/search-datasets", {"experiment_ids": ["{e}"]})
    for model in ("", "{x", "[]", "{}", '{"flavors": {}}'):
        yield post("runs/log-model", {"run_id": "{r}", "model_json": model})
    full = '{"artifact_path": "a", "run_id": "x", "utc_time_created": "t", "flavors": {"f": {"config": 1, "v": "\\u00e9", "n": [1, 2.5, null, true]}}}'
    for body in ({"run_id": "nope", "model_json": full}, {"run_id": "{r}", "model_json": full}, {"run_id": "{r}", "model_json": full}, {"run_id": "{r}", "model_json": 5}):
        yield post("runs/log-model", body)
    yield get("runs/get", {"run_id": "{r}"})
    yield post("runs/delete", {"run_id": "{r}"})
    for route in ("log-inputs", "outputs"):
        yield post(f"runs/{route}", {"run_id": "{r}", "models": []})


def logged_models():
    yield post("experiments/create", {"name": "models"}, save="e")
    yield post("runs/create", {"experiment_id": "{e}", "start_time": 1, "run_name": "a"}, save="r")
    for body in (
        {}, {"experiment_id": ""}, {"experiment_id": "abc"}, {"experiment_id": "99999"}, {"experiment_id": 5}, {"experiment_id": "{e}", "name": 5},
        {"experiment_id": "{e}", "name": "a/b"}, {"experiment_id": "{e}", "name": "a'b"}, {"experiment_id": "{e}", "tags": "x"},
        {"experiment_id": "{e}", "params": {"a": 1}}, {"experiment_id": "{e}", "name": "é🚀", "modelType": "t"},
    ):  # fmt: skip
        yield post("logged-models", body)
    full = {"model_type": "Tree", "source_run_id": "{r}", "params": [pair("lr", "0.1"), {"key": "k"}], "tags": [pair("t", "é"), pair("a b")]}
    yield post("logged-models", {"experiment_id": "{e}", "name": "one", **full}, save="m", pause=True)
    yield post("logged-models", {"experiment_id": "{e}", "name": "two", "params": [pair("lr", "0.2")]}, save="n", pause=True)
    for body in (
        {}, {"model_id": "{m}"}, {"status": 2}, {"model_id": "{m}", "status": "LOGGED_MODEL_READY"}, {"model_id": "{m}", "status": "x"},
        {"model_id": "{m}", "status": 3}, {"model_id": "{m}", "status": 2},
    ):  # fmt: skip
        yield patch("logged-models/{m}", body)
    yield patch("logged-models/m-none", {"model_id": "m-none", "status": 2})
    for tags in ([pair("t", "2"), pair("t", "3")], [], "x", [{"key": "only"}], [{"value": "only"}], None):
        yield patch("logged-models/{m}/tags", {"tags": tags})
    for key in ("t", "t", "none", "it's", 'a"b'):
        yield delete(f"logged-models/{{m}}/tags/{key}")
    yield patch("logged-models/m-none/tags", {"tags": []})
    yield delete("logged-models/m-none/tags/t")
    for body in ({}, {"model_id": "{m}"}, {"model_id": "{m}", "params": [pair("new")]}, {"model_id": "{m}", "params": [pair("new")]}, {"model_id": "{m}", "params": "x"}):
        yield post(API2 + "logged-models/{m}/params", body)
    for point in (
        {"key": "acc", "value": 0.5, "timestamp": 1, "model_id": "{m}", "dataset_name": "d", "dataset_digest": "1"},
        {"key": "acc", "value": 0.7, "timestamp": 2, "step": 1, "model_id": "{m}"}, {"key": "acc", "value": 0.6, "timestamp": 1, "model_id": "{n}"},
        {"key": "acc", "value": "NaN", "timestamp": 3, "model_id": "{n}"}, {"key": "inf", "value": "-Infinity", "timestamp": 3, "model_id": "{n}"},
        {"key": "acc", "value": 1, "timestamp": 1, "model_id": "{m}", "dataset_name": "d"}, {"key": "x", "value": 1, "timestamp": 1, "model_id": "m-none"},
    ):  # fmt: skip
        yield post("runs/log-metric", {"run_id": "{r}", **point})
    for model in ("{m}", "{n}", "m-none", "{m}?allow_deleted=x"):
        yield get(API2 + f"logged-models/{model}")
    search = lambda **more: post("logged-models/search", {"experiment_ids": ["{e}"], "filter": "name IN ('one', 'two')", **more})  # noqa: E731
    for text in (
        "name = 'one'", "name != 'one' AND model_type ILIKE '%'", "params.lr = 0.1", "params.lr LIKE '0%' AND name IN ('two')", "metrics.acc > 0.5",
        "metrics.acc = 0.7 AND tags.`a b` = '1'", "metrics.inf < 0", "source_run_id = '{r}'", "status = '2'", "model_id = '{m}'", "name = \"one\"",
        "name = 'one' OR name = 'two'", "name >= 'one'", "metrics.acc LIKE 'x'", "bogus.x = 1", "name IS NULL", "name", "(name = 'one')", "name =", "= 'x'",
        "name = 'one';", "name = 'a'; name = 'b'", ";", " ", "creation_time > 1", "creation_timestamp_ms < 1.5e3", "last_updated_timestamp != 1",
        "name LIKE 'O%'", "name NOT IN ('one')", "attributes.name = 'one'", "`name` = 'one'", "foo = 'x'", "metrics.acc > 'x'", "name IN ('a'", "1 = 1",
    ):  # fmt: skip
        yield search(filter=text)
    for by in (
        [{"field_name": "name"}], [{"field_name": "name", "ascending": False}], [{"fieldName": "metrics.acc"}], [{"field_name": "metrics.acc", "ascending": False}],
        [{"field_name": "metrics.acc", "dataset_name": "d", "dataset_digest": "1"}], [{"field_name": "creation_timestamp", "ascending": True}],
        [{"field_name": "params.lr"}], [{}], "x", [{"field_name": "model_type"}, {"field_name": "name"}],
    ):  # fmt: skip
        yield search(order_by=by)
    for more in (
        {"datasets": [{"dataset_name": "d", "dataset_digest": "1"}]}, {"datasets": [{"dataset_name": "d"}]}, {"datasets": [{}]}, {"datasets": "x"},
        {"max_results": 0}, {"max_results": "x"}, {"max_results": 2}, {"experiment_ids": []}, {"experiment_ids": ["abc"]}, {"experiment_ids": "x"},
        {"experiment_ids": None}, {"page_token": "bm90anNvbg=="}, {"page_token": 5}, {"filter": 5}, {"filter": None}, {"experiment_ids": ["99999"]},
    ):  # fmt: skip
        yield search(**more)
    for path in (None, "", "x", "../x", "/x"):
        yield get(API2 + "logged-models/{m}/artifacts/directories", {} if path is None else {"artifact_directory_path": path})
        yield get(AJAX2 + "logged-models/{m}/artifacts/files", {} if path is None else {"artifact_file_path": path})
    yield delete("logged-models/{n}")
    yield delete("logged-models/{n}")
    yield get(API2 + "logged-models/{n}")
    yield get(API2 + "logged-models/{n}", {"allow_deleted": "TRUE"})
    yield search()
    for route, more in (("upload", {}), ("upload", {"model_id": "{m}"}), ("upload", {"run_id": "", "model_id": "{m}"}), ("download", {}), ("download", {"expiration": 0})):
        yield post(f"artifacts/presigned-{route}-url", {"run_id": "{r}", "path": "a", **more})
    for step in ("create", "complete", "abort"):
        yield post(f"/api/2.0/mlflow-artifacts/mpu/{step}/a/b", {"path": "p", "parts": [{}]})
        yield post(f"/api/2.0/mlflow-artifacts/mpu/{step}/a/b", {})
    yield get("/api/2.0/mlflow-artifacts/presigned/a/b")


def elsewhere():
    for name in ("search", "get", "get?name=", "get?name=x", "get-latest-versions?name=x", "get-latest-versions", "alias?name=x&alias=y", "alias?name=x", "search?max_results=1001"):
        yield get(API2 + f"registered-models/{name}")
    yield post("registered-models/get-latest-versions", {"name": "x", "stages": ["None"]})
    for name in ("search", "get?name=x&version=1", "get?name=x", "get?name=x&version=a", "get-download-uri?name=x&version=1", "get-download-uri", "search?max_results=0"):
        yield get(API2 + f"model-versions/{name}")
    count = {"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "trace_count", "aggregations": [{"aggregation_type": "COUNT"}]}
    for body in ({}, count, {**count, "dimensions": ["trace_status"]}, {**count, "time_interval_seconds": 60, "start_time_ms": 1, "end_time_ms": 2}, {**count, "aggregations": None}):
        yield post(API3 + "traces/metrics", body)
    for body in ({}, {"locations": []}, {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]}, {"locations": [], "max_results": 501}, {"locations": "x"}):
        yield post(API3 + "traces/search", body)
    for path in ("traces/batchGet?trace_ids=a", "traces/batchGet", "traces/get?trace_id=x", "traces/get", "traces/tr-x", "scorers/list", "scorers/list?experiment_id=0",
                 "scorers/list?experiment_id=99999", "datasets/search", "review-queues/list?experiment_id=0", "review-queues/list", "review-queues/list?experiment_id=99999",
                 "gateway/endpoints/list", "gateway/endpoints/bindings/list"):  # fmt: skip
        yield get(API3 + path)
    for path in ("traces?experiment_ids=0", "traces", "traces/x/info", "webhooks"):
        yield get(API2 + path)
    yield post(API3 + "issues/search", {})
    yield post(API3 + "datasets/search", {"experiment_ids": ["0"]})
    yield get(AJAX2 + "gateway-proxy", {"gateway_path": "api/2.0/endpoints/"})
    yield get("/ajax-api/3.0/mlflow/ui-telemetry")
    yield post("/ajax-api/3.0/mlflow/ui-telemetry", {"records": []})
    yield get("/ajax-api/3.0/mlflow/assistant/config")
    yield get(AJAX2 + "users/current")


MODELS = [datasets, logged_models, elsewhere]
