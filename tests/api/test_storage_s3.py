"""The trash and storage of a store of the network."""

import pytest
import requests

pytestmark = pytest.mark.cairn_only("MLflow has no such routes")
CAIRN = "/ajax-api/cairn/1/"


@pytest.fixture(scope="module")
def server(servers, seaweed):
    server = servers.cairn(artifacts_destination="s3://cairn/here", **seaweed.settings())
    yield server
    assert server.deaths() == []


@pytest.fixture
def run(api, server, experiment):
    run = api.run(experiment)
    for n, path in enumerate(("a", "dir/b", "dir/deep/c"), 1):
        url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}"
        assert requests.put(url, data=b"x" * 10 * n, timeout=60).status_code == 200
    return run


def test_what_is_stored_is_counted_and_counting_may_end_early(api, experiment, run):
    whole = {"experiment_id": experiment, "limit": 1}
    assert [(r["bytes"], r["files"]) for r in api.get(CAIRN + "storage/runs", whole).ok()["runs"]] == [(60, 3)]
    part = api.get(CAIRN + "storage/runs", {**whole, "most_files": 2}).ok()["runs"][0]
    assert part["partial"] is True and part["files"] == 2
    entries = api.get(CAIRN + "storage/folders", {"run_id": run}).ok()["entries"]
    assert entries == [{"name": "dir", "is_dir": True, "bytes": 50, "files": 2}, {"name": "a", "is_dir": False, "bytes": 10, "files": 1}]


def test_what_is_deleted_is_listed_and_purged(api, experiment, run):
    kept = api.run(experiment)
    api.post("runs/delete", {"run_id": run}).ok()
    listed = api.get(CAIRN + "trash/runs", {"sizes": "true"}).ok()["runs"]
    assert [(r["bytes"], r["files"]) for r in listed if r["run_id"] == run] == [(60, 3)]
    assert api.post(CAIRN + "trash/purge", {"run_ids": [run], "dry_run": True}).ok()["bytes"] == 60
    done = api.post(CAIRN + "trash/purge", {"run_ids": [run]}).ok()
    assert (done["runs"], done["bytes"], done["files"], done["left"]) == (1, 60, 3, 0)
    # By its files: SeaweedFS shows an empty folder some time longer than its last file.
    for path in ("a", "dir/b", "dir/deep/c"):
        assert api.get(f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}").status == 404
    assert api.get("runs/get", {"run_id": kept}).status == 200 and api.get("runs/get", {"run_id": run}).status == 404
