"""Quotas of experiments: what would exceed one is refused for good, and leaves nothing."""

import os
import threading

import pytest
import requests

from harness.api import Api
from harness.cairn import cairn
from harness.processes import wait_until

pytestmark = pytest.mark.cairn_only("the peer has no quotas")
STORE = "/api/2.0/mlflow-artifacts/artifacts"
BYTES, FILES = 10_000, 8


@pytest.fixture(scope="module")
def server(servers):
    server = servers.cairn(quota_bytes=BYTES, quota_files=FILES, artifact_workers=3)
    yield server
    assert server.deaths() == []


def put(api, path, size):
    return api.request("PUT", f"{STORE}/{path}", data=b"x" * size)


def refused(reply, text):
    error = reply.fails(413, "QUOTA_EXCEEDED")
    assert text in error["message"]


def usage(server, directory):
    """What the server believes, and what is there."""
    rows = server.db.rows("SELECT bytes, files FROM cairn_usage WHERE directory = %s" % repr(str(directory)))
    files = [p for p in (server.artifact_root / directory).rglob("*") if p.is_file()]
    there = (sum(p.stat().st_size for p in files), len(files))
    return (rows[0] if rows else None), there


def exact(server, directory):
    known, there = usage(server, directory)
    assert known == there
    return there


def nothing_staged(server):
    stage = server.settings["stage_dir"]
    wait_until(lambda: not [f for _, _, files in os.walk(stage) for f in files], 10, "an empty stage")


def recount(server):
    return cairn("gc", "--config", server.config, "--recount")


def test_uploads_pass_until_the_bytes_are_used_up(api, server, experiment):
    assert put(api, f"{experiment}/r/a", 6000).status == 200
    assert put(api, f"{experiment}/r/b", 4000).status == 200
    refused(put(api, f"{experiment}/r/c", 1), f"Experiment {experiment} may store {BYTES} bytes, has 10000")
    assert exact(server, experiment) == (10_000, 2)
    nothing_staged(server)
    assert put(api, f"{experiment}/r/empty", 0).status == 200
    assert exact(server, experiment) == (10_000, 3)


def test_uploads_pass_until_the_files_are_used_up(api, server, experiment):
    for n in range(FILES):
        assert put(api, f"{experiment}/{n}", 1).status == 200
    refused(put(api, f"{experiment}/more", 0), f"may store {FILES} files and has {FILES}")
    assert put(api, f"{experiment}/0", 2).status == 200
    assert exact(server, experiment) == (FILES + 1, FILES)


def test_a_file_is_replaced_within_its_own_room(api, server, experiment):
    assert put(api, f"{experiment}/a", 9000).status == 200
    refused(put(api, f"{experiment}/a", 10_001), "would add 1001")
    assert (server.artifact_root / experiment / "a").stat().st_size == 9000
    assert put(api, f"{experiment}/a", 10_000).status == 200
    assert put(api, f"{experiment}/a", 10).status == 200
    assert exact(server, experiment) == (10, 1)


def test_what_is_too_much_already_may_shrink(api, server, experiment):
    (server.artifact_root / experiment).mkdir()
    (server.artifact_root / experiment / "big").write_bytes(b"x" * 50_000)
    refused(put(api, f"{experiment}/a", 1), "has 50000")
    assert put(api, f"{experiment}/big", 20_000).status == 200
    assert exact(server, experiment) == (20_000, 1)


def test_deletes_make_room(api, server, experiment):
    for path in ("a", "d/b", "d/e/c"):
        assert put(api, f"{experiment}/{path}", 3000).status == 200
    refused(put(api, f"{experiment}/x", 3000), "has 9000")
    assert api.request("DELETE", f"{STORE}/{experiment}/d").status == 200
    assert exact(server, experiment) == (3000, 1)
    assert api.request("DELETE", f"{STORE}/{experiment}/none").status == 200
    assert put(api, f"{experiment}/x", 7000).status == 200
    assert api.request("DELETE", f"{STORE}/{experiment}").status == 200
    assert usage(server, experiment) == ((0, 0), (0, 0))


def test_an_upload_that_cannot_be_stored_is_not_counted(api, server, experiment):
    assert put(api, f"{experiment}/file", 10).status == 200
    put(api, f"{experiment}/file/below", 10).fails(400, "INVALID_PARAMETER_VALUE")
    assert exact(server, experiment) == (10, 1)
    nothing_staged(server)


def test_each_experiment_has_its_own(api, server, experiment):
    other = api.experiment()
    assert put(api, f"{experiment}/a", BYTES).status == 200
    assert put(api, f"{other}/a", BYTES).status == 200
    refused(put(api, f"{experiment}/b", 1), f"Experiment {experiment} ")
    assert exact(server, other) == (BYTES, 1)


def test_uploads_from_pages_count(api, server, experiment, run):
    def upload(path, size):
        query = {"run_uuid": run, "path": path}
        kind = {"Content-Type": "application/octet-stream"}
        return api.request("POST", "/ajax-api/2.0/mlflow/upload-artifact", params=query, data=b"x" * size, headers=kind)

    assert upload("a", 8000).status == 200
    refused(upload("b", 2001), "would add 2001")
    assert exact(server, experiment) == (8000, 1)
    nothing_staged(server)


def test_the_client_is_told_at_once(server, api, experiment, tmp_path, monkeypatch):
    """An error that the client repeats for minutes would be no refusal."""
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    client = MlflowClient(server.url)
    run = client.create_run(experiment).info.run_id
    (tmp_path / "big").write_bytes(b"x" * (BYTES + 1))
    before = server.log().count("endpoint=artifact_put")
    with pytest.raises(Exception, match="may store 10000 bytes"):
        client.log_artifact(run, str(tmp_path / "big"))
    assert server.log().count("endpoint=artifact_put") == before + 1


@pytest.mark.parametrize("first", ["counted before", "counted by them"])
def test_of_uploads_at_the_limit_only_what_fits_passes(api, server, experiment, first):
    if first == "counted before":
        assert put(api, f"{experiment}/first", 0).status == 200
    statuses, barrier = [], threading.Barrier(8)

    def upload(n):
        barrier.wait(30)
        for k in range(4):
            r = requests.put(f"{server.url}{STORE}/{experiment}/u{n}/{k}", data=b"x" * 3000, timeout=60)
            statuses.append(r.status_code)

    threads = [threading.Thread(target=upload, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert statuses.count(200) == 3 and statuses.count(413) == 29, statuses
    assert exact(server, experiment)[0] == 9000
    nothing_staged(server)


def test_one_path_overwritten_at_once_is_counted_once(api, server, experiment):
    def upload(n):
        for k in range(10):
            r = requests.put(f"{server.url}{STORE}/{experiment}/same", data=b"x" * (n * 100 + k), timeout=60)
            assert r.status_code == 200

    threads = [threading.Thread(target=upload, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert exact(server, experiment)[1] == 1


def test_a_recount_heals_what_others_did(api, server, experiment):
    assert put(api, f"{experiment}/a", 9000).status == 200
    (server.artifact_root / experiment / "a").unlink()
    (server.artifact_root / experiment / "b").write_bytes(b"x" * 100)
    refused(put(api, f"{experiment}/c", 2000), "has 9000")
    assert "were counted" in recount(server).stdout
    assert exact(server, experiment) == (100, 1)
    assert put(api, f"{experiment}/c", 2000).status == 200


def test_gc_gives_the_room_back(api, server, experiment):
    run = api.run(experiment)
    assert put(api, f"{experiment}/{run}/artifacts/a", BYTES).status == 200
    api.post("runs/delete", {"run_id": run}).ok()
    cairn("gc", "--config", server.config, "--run-ids", run, "--delete")
    assert usage(server, experiment) == (None, (0, 0))
    assert put(api, f"{experiment}/b", BYTES).status == 200


def test_without_quotas_nothing_is_counted_and_no_database_is_needed(servers, place):
    server = servers.cairn()
    api = Api(server)
    experiment = api.experiment()
    assert put(api, f"{experiment}/a", BYTES * 3).status == 200
    assert server.db.rows("SELECT * FROM cairn_usage") == []
    server.db.execute("INSERT INTO cairn_usage VALUES ('7', 1, 1, 1)")
    recount(server)
    assert server.db.rows("SELECT * FROM cairn_usage") == []
    server.db.execute("RENAME TABLE cairn_usage TO gone")
    assert put(api, f"{experiment}/b", 1).status == 200
    assert api.request("DELETE", f"{STORE}/{experiment}/b").status == 200
