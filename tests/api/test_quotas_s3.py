"""Quotas and files of nobody in a store of the network."""

import pytest
import requests

from harness.cairn import cairn

pytestmark = pytest.mark.cairn_only("the peer has no quotas")
STORE = "/api/2.0/mlflow-artifacts/artifacts"
BYTES = 10_000


@pytest.fixture(scope="module")
def server(servers, seaweed):
    server = servers.cairn(artifacts_destination="s3://cairn/here", quota_bytes=BYTES, **seaweed.settings())
    yield server
    assert server.deaths() == []


def put(server, path, data):
    return requests.put(f"{server.url}{STORE}/{path}", data=data, timeout=60)


def names(api, path):
    return [f["path"] for f in api.get(STORE, {"path": path}).ok().get("files", [])]


@pytest.mark.parametrize("how", ["at once", "in chunks"])
def test_an_upload_beyond_the_quota_never_reaches_the_store(api, server, experiment, how):
    def body(size):
        return b"x" * size if how == "at once" else iter([b"x" * size])

    assert put(server, f"{experiment}/a", body(6000)).status_code == 200
    reply = put(server, f"{experiment}/b", body(4001))
    assert reply.status_code == 413 and reply.json()["error_code"] == "QUOTA_EXCEEDED", reply.text
    assert names(api, experiment) == ["a"]
    assert put(server, f"{experiment}/b", body(4000)).status_code == 200
    assert requests.delete(f"{server.url}{STORE}/{experiment}/a", timeout=60).status_code == 200
    assert put(server, f"{experiment}/c", body(6000)).status_code == 200
    cairn("gc", "--config", server.config, "--recount")
    assert server.db.rows("SELECT bytes, files FROM cairn_usage WHERE directory = %s", experiment) == [(10_000, 2)]


def test_files_of_nobody_are_found_and_removed(api, server, experiment):
    run = api.run(experiment)
    lost = f"{experiment}/{'0' * 32}"
    for path in (f"{experiment}/{run}/artifacts/a", f"{experiment}/notes", f"{lost}/artifacts/b", "nobody/c"):
        assert put(server, path, b"12345").status_code == 200
    said = cairn("gc", "--config", server.config, "--orphans").stdout
    assert said.startswith("0 files, ")  # all are young
    said = cairn("gc", "--config", server.config, "--orphans", "--older-than", "0s", "--delete").stdout
    assert said.splitlines()[:2] == [f"{lost}: 1 files, 5 B", "nobody: 1 files, 5 B"]
    assert names(api, f"{lost}/artifacts") == names(api, "nobody") == []
    # This server of S3 goes on listing directories that are empty.
    assert set(names(api, experiment)) - {"0" * 32} == {run, "notes"} and names(api, f"{experiment}/{run}/artifacts") == ["a"]
