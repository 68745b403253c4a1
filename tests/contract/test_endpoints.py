"""Our table of endpoints (`cairn describe`) against the installed mlflow package.

The peer tells what it has in three places: the routes of its Flask application,
the protobuf messages of its services, and the schema each handler checks a
request against. The last is read from the source of the handlers, for it stands
nowhere else.
"""

import ast
import inspect
import os
import re
import warnings

import pytest

from harness import cairn

if os.environ.get("CAIRN_PEER") == "1":
    pytest.skip("nothing of Cairn runs here", allow_module_level=True)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow.server
    from mlflow.protos import databricks_pb2, mlflow_artifacts_pb2, model_registry_pb2, service_pb2, webhooks_pb2
    from mlflow.server import fastapi_app, handlers

# What the peer does not require and we do, with the reason.
REQUIRED_BY_US = {
    ("/api/2.0/mlflow/runs/create", "experiment_id"): "the peer fails in its SQL without one",
    ("/get-artifact", "run_id"): "the peer requires it without a schema",
    ("/get-artifact", "path"): "the peer requires it without a schema",
}


# What handlers read from the query beside their message.
QUERY = {"/api/2.0/mlflow/logged-models/{model_id}": {"allow_deleted"}}


def plain(path):
    """/x/<path:artifact_path>, /x/{artifact_path...} and /x/{artifact_path} are the same."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
    return re.sub(r"\{(\w+)(?:\.\.\.)?\}", r"{\1}", path)


def their_routes():
    found = set()
    for rule in mlflow.server.app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            found.add((method, plain(rule.rule)))
    for router in fastapi_app.app.routes:
        for route in getattr(router, "original_router", fastapi_app.app).routes:
            for method in getattr(route, "methods", None) or ():
                found.add((method, plain(route.path)))
    return found


def their_messages():
    """(method, path) -> descriptor of the request."""
    found = {}
    services = (
        (service_pb2, "MlflowService"), (mlflow_artifacts_pb2, "MlflowArtifactsService"),
        (model_registry_pb2, "ModelRegistryService"), (webhooks_pb2, "WebhookService"),
    )  # fmt: skip
    for module, service in services:
        for method in module.DESCRIPTOR.services_by_name[service].methods:
            for endpoint in method.GetOptions().Extensions[databricks_pb2.rpc].endpoints:
                for path in handlers._get_paths(endpoint.path, version=endpoint.since.major):
                    found[endpoint.method, plain(path)] = method.input_type
    return found


def their_schemas():
    """Full name of a request message -> the members its handler requires."""
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(handlers))):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_get_request_message"):
            continue
        schema = {k.arg: k.value for k in node.keywords}.get("schema")
        if not node.args or not isinstance(node.args[0], ast.Call) or not isinstance(schema, ast.Dict):
            continue
        message = getattr(handlers, node.args[0].func.id)
        found[message.DESCRIPTOR.full_name] = {
            key.value
            for key, checks in zip(schema.keys, schema.values)
            if "_assert_required" in {getattr(c, "id", "") for c in getattr(checks, "elts", [])}
        }
    return found


ROUTES = their_routes()
MESSAGES = their_messages()
SCHEMAS = their_schemas()
OURS = cairn.describe()["endpoints"]
# Routes that only Cairn has lie where the peer will never have one.
ROWS = [pytest.param(row, id=row["name"]) for row in OURS if not row["path"].startswith("/api/cairn/")]
TYPES = {
    "string": {"string"}, "string[]": {"string[]"}, "int64": {"int64", "int32"}, "int32": {"int32", "int64"},
    "double": {"double", "float"}, "bool": {"bool"}, "enum": {"enum"}, "object": {"message"}, "object[]": {"message[]"},
}  # fmt: skip


def message_of(row):
    return MESSAGES.get((row["method"], plain(row["path"])))


def type_of(field):
    names = {
        field.TYPE_STRING: "string", field.TYPE_INT64: "int64", field.TYPE_INT32: "int32", field.TYPE_DOUBLE: "double",
        field.TYPE_BOOL: "bool", field.TYPE_ENUM: "enum", field.TYPE_MESSAGE: "message", field.TYPE_FLOAT: "float",
    }  # fmt: skip
    return names[field.type] + ("[]" if field.is_repeated else "")


def test_the_oracle_is_read():
    """Were nothing read, the tests below would hold for any table."""
    assert ("POST", "/api/2.0/mlflow/runs/create") in ROUTES
    assert len(MESSAGES) > 300
    assert SCHEMAS["mlflow.LogMetric"] >= {"run_id", "key", "value", "timestamp"}
    assert len(OURS) >= 30


def test_our_rows_are_all_different():
    keys = [(r["method"], plain(r["path"])) for r in OURS]
    assert len(set(keys)) == len(keys)
    assert len({r["name"] for r in OURS}) == len(OURS)


@pytest.mark.parametrize("row", ROWS)
def test_the_peer_has_this_route(row):
    key = row["method"], plain(row["path"])
    assert key in ROUTES
    if row.get("ajax"):
        assert (row["method"], plain("/ajax-" + row["path"][1:])) in ROUTES


@pytest.mark.parametrize("row", ROWS)
def test_the_peer_knows_these_members(row):
    message = message_of(row)
    if message is None:
        assert not row["path"].startswith("/api/2.0/mlflow/"), "every such route has a message"
        return
    theirs = {f.name: f for f in message.fields}
    in_path = set(re.findall(r"\{(\w+)", row["path"]))
    for field in row["fields"]:
        if field["name"] in in_path or field["name"] in QUERY.get(row["path"], ()):
            continue
        assert field["name"] in theirs
        assert type_of(theirs[field["name"]]) in TYPES[field["type"]], field["name"]
        if field["type"] == "object[]":
            inner = {f.name for f in theirs[field["name"]].message_type.fields}
            assert {f["name"] for f in field["fields"]} <= inner


@pytest.mark.parametrize("row", ROWS)
def test_what_the_peer_requires_we_require(row):
    message = message_of(row)
    theirs = SCHEMAS.get(message.full_name, set()) if message else set()
    ours = {f["name"] for f in row["fields"] if f["required"]}
    assert theirs <= ours
    assert {(row["path"], m) for m in ours - theirs if "{%s" % m not in row["path"]} <= set(REQUIRED_BY_US)


@pytest.mark.parametrize("row", ROWS)
def test_no_member_of_the_peer_is_forgotten(row):
    """What a client may send we read, but for what is named here."""
    unread = {
        "mlflow.ListArtifacts": {"page_token"},  # nor does the peer read it
    }
    message = message_of(row)
    if message is None or unread.get(message.full_name, set()) is None:
        return
    in_path = set(re.findall(r"\{(\w+)", row["path"]))
    theirs = {f.name for f in message.fields} - unread.get(message.full_name, set()) - in_path
    ours = {f["name"] for f in row["fields"]}
    aliases = {"run_uuid"} if "run_id" in ours else set()
    assert theirs - aliases <= ours


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in OURS])
def test_every_row_says_who_may_call_and_what_it_does(row):
    assert row["allow"]
    assert re.fullmatch(r"[A-Z].*\.", row["summary"])


ISSUE_3 = """
POST experiments/create, GET experiments/get, GET experiments/get-by-name, GET experiments/search, POST experiments/search,
POST experiments/update, POST experiments/delete, POST experiments/restore, POST experiments/set-experiment-tag,
POST experiments/delete-experiment-tag, POST runs/create, GET runs/get, POST runs/update, POST runs/delete,
POST runs/restore, POST runs/search, POST runs/log-metric, POST runs/log-parameter, POST runs/set-tag, POST runs/delete-tag,
POST runs/log-batch, GET metrics/get-history, GET metrics/get-history-bulk-interval, GET artifacts/list,
POST logged-models/search
"""


def test_the_core_of_the_tracking_api_is_there():
    ours = {(r["method"], r["path"]) for r in OURS}
    for item in re.findall(r"(GET|POST) ([\w/-]+)", ISSUE_3):
        assert (item[0], f"/api/2.0/mlflow/{item[1]}") in ours
