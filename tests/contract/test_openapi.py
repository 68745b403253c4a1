"""`cairn describe openapi`, and whatever can be made from it: no request of its shapes fails the server."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from harness.cairn import cairn, describe

DOCUMENT = json.loads(cairn("describe", "openapi").stdout)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)

# Generated calls must not end what other calls need.
DANGEROUS = {"DELETE /api/2.0/mlflow-artifacts/artifacts/{artifact_path}"}


def test_every_row_of_the_table_is_an_operation():
    rows = {(row["method"].lower(), row["path"].replace("...}", "}")) for row in describe()["endpoints"]}
    operations = {(method, path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert operations == rows


@SCHEMA.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_shape_of_request_fails_the_server(case, server):
    if f"{case.method} {case.path}" in DANGEROUS:
        pytest.skip("would empty the store")
    reply = case.call(base_url=server.url, timeout=60)
    assert reply.status_code < 500, f"{case.as_curl_command()}\n{reply.status_code} {reply.text}"
    if reply.status_code >= 400 and case.path.startswith("/api/"):
        error = reply.json()
        assert error["error_code"] and error["message"]
