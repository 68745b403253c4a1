"""Areas that are not served yet: what is read there is empty, and nothing can be written."""

import re

import pytest

from harness.api import missing, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
V2, V3 = "/2.0/mlflow/", "/3.0/mlflow/"
DOORS = ["/api", "/ajax-api"]


def ask(api, method, path, data=None, door="/api"):
    if method == "GET":
        return api.get(door + path, data)
    return api.post(door + path, {} if data is None else data)


LOCATION = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
COUNT = {"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "trace_count", "aggregations": [{"aggregation_type": "COUNT"}]}
LATENCY = {**COUNT, "metric_name": "latency", "aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": 50}]}
NOTHING = {"data_points": [{"metric_name": "trace_count", "values": {"COUNT": 0.0}}]}

EMPTY = [
    ("GET", V2 + "registered-models/search", None, {}),
    ("GET", V2 + "registered-models/search", {"filter": "name = 'a'", "max_results": 1000, "order_by": "name ASC"}, {}),
    ("GET", V2 + "model-versions/search", {"filter": "run_id='x'"}, {}),
    ("GET", V2 + "webhooks", None, {}),
    ("POST", V3 + "traces/search", {"locations": [LOCATION], "max_results": 500, "order_by": ["timestamp DESC"]}, {}),
    ("POST", V3 + "traces/search", {"locations": []}, {}),
    ("POST", V3 + "traces/metrics", COUNT, NOTHING),
    ("POST", V3 + "traces/metrics", LATENCY, {}),
    ("POST", V3 + "traces/metrics", {**COUNT, "dimensions": ["trace_status"]}, {}),
    ("POST", V3 + "traces/metrics", {**COUNT, "time_interval_seconds": 60, "start_time_ms": 1, "end_time_ms": 2}, {}),
    ("GET", V3 + "traces/batchGet", {"trace_ids": ["a", "b"]}, {}),
    ("POST", V3 + "traces/batchGetInfos", {"trace_ids": ["a"]}, {}),
    ("GET", V2 + "traces", {"experiment_ids": "0"}, {}),
    ("GET", V3 + "scorers/list", None, {}),
    ("GET", V3 + "scorers/list", {"experiment_id": "0"}, {}),
    ("GET", V3 + "scorers/list", {"experiment_ids": ["0", "1"]}, {}),
    ("GET", V3 + "datasets/search", None, {}),
    ("POST", V3 + "datasets/search", {"experiment_ids": ["0"], "order_by": ["created_time DESC"], "max_results": 50}, {}),
    ("GET", V3 + "review-queues/list", {"experiment_id": "0"}, {"next_page_token": ""}),
    ("POST", V3 + "issues/search", {"experiment_id": "0"}, {"next_page_token": ""}),
    ("GET", V3 + "gateway/endpoints/list", None, {}),
    ("GET", V3 + "gateway/endpoints/bindings/list", None, {}),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("method", "path", "data", "answer"), EMPTY)
def test_there_is_nothing(api, door, method, path, data, answer):
    assert ask(api, method, path, data, door).ok() == answer


PAGES = [
    ("GET", V2 + "gateway-proxy", {"gateway_path": "api/2.0/endpoints/"}, {"endpoints": []}),
    ("POST", V2 + "gateway-proxy", {"gateway_path": "gateway/x/invocations"}, {"endpoints": []}),
    ("GET", V3 + "ui-telemetry", None, {"disable_ui_events": [], "disable_ui_telemetry": True, "ui_rollout_percentage": 0}),
    ("POST", V3 + "ui-telemetry", {"records": []}, {"status": "disabled"}),
    ("GET", V3 + "assistant/config", None, {"providers": {}, "projects": {}, "remote_access_allowed": False}),
]


@pytest.mark.parametrize(("method", "path", "data", "answer"), PAGES)
def test_what_only_pages_ask(api, method, path, data, answer):
    assert ask(api, method, path, data, "/ajax-api").ok() == answer
    assert ask(api, method, path, data, "/api").status == 404


@pytest.mark.cairn_only("the peer has a gateway and assistants")
def test_what_is_off(api):
    secrets = api.get("/ajax-api/3.0/mlflow/gateway/secrets/config").ok()
    assert secrets == {"secrets_available": False, "using_default_passphrase": False}
    assert api.get("/ajax-api/3.0/mlflow/assistant/providers").ok()["providers"] == []


def test_nobody_is_logged_in(api):
    """MLflow's page shows no account then."""
    assert api.get("/ajax-api/2.0/mlflow/users/current").status == 404


MODEL = "Registered Model with name=x not found"
VERSION = "Model Version (name=x, version=1) not found"


@pytest.mark.parametrize(
    ("method", "path", "data", "message"),
    [
        ("GET", V2 + "registered-models/get", {"name": "x"}, MODEL),
        ("GET", V2 + "registered-models/get-latest-versions", {"name": "x", "stages": ["a", "b"]}, MODEL),
        ("POST", V2 + "registered-models/get-latest-versions", {"name": "x"}, MODEL),
        ("GET", V2 + "registered-models/alias", {"name": "x", "alias": "a"}, MODEL),
        ("GET", V2 + "model-versions/get", {"name": "x", "version": "1"}, VERSION),
        ("GET", V2 + "model-versions/get-download-uri", {"name": "x", "version": "1"}, VERSION),
        ("GET", V3 + "traces/get", {"trace_id": "tr-x"}, "Trace with ID tr-x is not found."),
        ("GET", V3 + "traces/tr-x", None, "Trace with ID 'tr-x' not found."),
        ("GET", V2 + "traces/tr-x/info", None, "Trace with ID 'tr-x' not found."),
        ("GET", V3 + "scorers/list", {"experiment_id": "99999"}, "No Experiment with id=99999 exists"),
        ("GET", V3 + "review-queues/list", {"experiment_id": "99999"}, "No Experiment with id=99999 exists"),
    ],
)
def test_one_that_is_not_there(api, method, path, data, message):
    ask(api, method, path, data).fails(404, GONE, message)


@pytest.mark.parametrize(
    ("method", "path", "data", "message"),
    [
        ("GET", V2 + "registered-models/search", {"max_results": "1001"}, wrong("max_results", "1001", "str")),
        ("GET", V2 + "registered-models/get", None, missing("name")),
        ("GET", V2 + "registered-models/alias", {"name": "x"}, missing("alias")),
        ("GET", V2 + "model-versions/search", {"max_results": "200001"}, wrong("max_results", "200001", "str")),
        ("GET", V2 + "model-versions/search", {"max_results": "0"}, "Invalid value for max_results. It must be a positive integer, but got 0"),
        ("GET", V2 + "model-versions/get", {"name": "x"}, missing("version")),
        ("GET", V2 + "model-versions/get", {"name": "x", "version": "a"}, "Parameter 'version' must be an integer, got 'a'."),
        ("GET", V2 + "model-versions/get-download-uri", {"name": "x"}, "Parameter 'version' must be an integer, got ''."),
        ("GET", V2 + "model-versions/get-download-uri", None, "Missing value for required parameter 'name'."),
        ("POST", V3 + "traces/search", {}, missing("locations")),
        ("POST", V3 + "traces/search", {"locations": [], "max_results": 501}, wrong("max_results", 501, "int")),
        ("GET", V2 + "traces", None, missing("experiment_ids")),
        ("GET", V2 + "traces", {"experiment_ids": "0", "max_results": "1000"}, wrong("max_results", "1000", "str")),
        ("GET", V3 + "traces/batchGet", None, missing("trace_ids")),
        ("GET", V3 + "traces/get", None, missing("trace_id")),
        ("POST", V3 + "traces/metrics", {}, missing("experiment_ids")),
        ("POST", V3 + "traces/metrics", {k: v for k, v in COUNT.items() if k != "aggregations"}, missing("aggregations")),
        ("GET", V3 + "review-queues/list", None, missing("experiment_id")),
        ("GET", V3 + "review-queues/list", {"experiment_id": "0", "max_results": "0"}, re.compile("^max_results must be between 1 and 50000")),
        ("GET", V3 + "scorers/list", {"experiment_id": "0", "experiment_ids": "1"}, re.compile("^Cannot specify both")),
    ],
)  # fmt: skip
def test_reads_that_are_refused(api, method, path, data, message):
    ask(api, method, path, data).fails(400, INVALID, message)


@pytest.mark.cairn_only("the peer has these")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", V2 + "registered-models/create"), ("PATCH", V2 + "registered-models/update"),
        ("DELETE", V2 + "registered-models/delete"), ("POST", V2 + "registered-models/rename"),
        ("POST", V2 + "model-versions/create"), ("POST", V3 + "traces"), ("POST", V3 + "datasets/create"),
        ("POST", V3 + "scorers/register"), ("POST", V3 + "review-queues/create"), ("POST", V3 + "issues"),
        ("POST", V3 + "gateway/endpoints/create"), ("POST", V3 + "label-schemas/create"),
    ],
)  # fmt: skip
def test_nothing_is_taken_that_would_not_be_kept(api, method, path):
    reply = api.request(method, "/api" + path, json={"name": "x"})
    assert reply.status == 404 and reply.json["error_code"] == "ENDPOINT_NOT_FOUND", str(reply)
