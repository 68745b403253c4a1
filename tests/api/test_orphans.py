"""cairn gc --orphans: files that belong to nothing in the database, and no others."""

import os
import re
import time

import pytest

from harness.cairn import cairn

pytestmark = pytest.mark.cairn_only("the peer has no such command")
STORE = "/api/2.0/mlflow-artifacts/artifacts"
DAY = 24 * 3600


def orphans(server, *words):
    said = cairn("gc", "--config", server.config, "--orphans", *words).stdout
    return dict(re.findall(r"^(.*): (\d+ files, .*)$", said, re.M)), said


def tree(server):
    root = server.artifact_root
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


@pytest.fixture
def put(api, server):
    def put(path, data=b"12345", age=2 * DAY):
        assert api.request("PUT", f"{STORE}/{path}", data=data).status == 200
        at = time.time() - age
        os.utime(server.artifact_root / path, (at, at))
        return path

    return put


@pytest.fixture
def owned(api, server, put):
    """What somebody owns, of every kind."""
    experiment = api.experiment()
    own = api.experiment(artifact_location="mlflow-artifacts:/own/place")
    below = api.experiment(artifact_location=f"file://{server.artifact_root}/by/file")
    run, deleted, placed, filed = api.run(experiment), api.run(experiment), api.run(own), api.run(below)
    api.post("runs/delete", {"run_id": deleted}).ok()
    model = api.post("logged-models", {"experiment_id": experiment, "name": "m"}).ok()["model"]["info"]["model_id"]
    gone = api.experiment()
    of_gone = api.run(gone)
    api.post("experiments/delete", {"experiment_id": gone}).ok()
    trace, archived, version = "tr-" + "a" * 32, "tr-" + "b" * 32, "m-" + "c" * 32
    db = server.db
    for request_id in (trace, archived):
        db.execute(
            "INSERT IGNORE INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status) VALUES (%s, %s, 1, 1, 'OK')",
            request_id, experiment,
        )  # fmt: skip
    db.execute(
        "REPLACE INTO trace_tags (request_id, `key`, value) VALUES (%s, 'mlflow.trace.archiveLocation', 'mlflow-artifacts:/archive/t1')", archived
    )
    db.execute("INSERT IGNORE INTO registered_models (name, workspace) VALUES ('reg', 'default')")
    db.execute(
        "REPLACE INTO model_versions (name, workspace, version, source) VALUES ('reg', 'default', 1, %s)", f"models:/{version}"
    )
    return [
        put(path)
        for path in (
            f"{experiment}/{run}/artifacts/a/b.txt", f"{experiment}/{deleted}/artifacts/x", f"own/place/{placed}/artifacts/y",
            f"by/file/{filed}/artifacts/z", f"{experiment}/models/{model}/artifacts/MLmodel", f"{gone}/{of_gone}/artifacts/k",
            f"{experiment}/traces/{trace}/artifacts/traces.json", "archive/t1/spans.pb", f"{experiment}/models/{version}/artifacts/MLmodel",
            f"{experiment}/notes.txt", f"{experiment}/{run}/other.txt", f"{experiment}/models/readme", "own/place/data/d.csv",
        )
    ]  # fmt: skip


@pytest.fixture
def lost(api, put, owned):
    """What nobody owns: by directory."""
    experiment = owned[0].split("/")[0]
    run, model, trace = "0" * 32, "m-" + "1" * 32, "tr-" + "2" * 32
    return {
        f"{experiment}/{run}": [put(f"{experiment}/{run}/artifacts/a"), put(f"{experiment}/{run}/artifacts/d/b")],
        f"{experiment}/models/{model}": [put(f"{experiment}/models/{model}/artifacts/MLmodel")],
        f"{experiment}/traces/{trace}": [put(f"{experiment}/traces/{trace}/artifacts/traces.json")],
        f"own/place/{run}": [put(f"own/place/{run}/artifacts/a")],
        "99999": [put(f"99999/{run}/artifacts/a"), put("99999/b")],
        "stray.txt": [put("stray.txt")],
        "own": [put("own/elsewhere")],
    }


def test_it_says_what_belongs_to_nothing_and_deletes_only_when_told(server, owned, lost, put):
    young = put(f"{owned[0].split('/')[0]}/{'3' * 32}/artifacts/young", age=3600)
    before = tree(server)
    found, said = orphans(server)
    assert {unit: int(text.split()[0]) for unit, text in found.items()} == {unit: len(files) for unit, files in lost.items()}
    count = sum(len(files) for files in lost.values())
    assert f"{count} files, {5 * count} B belong to nothing in the database: nothing was deleted" in said
    assert tree(server) == before

    found, said = orphans(server, "--delete")
    assert set(found) == set(lost) and "and were removed." in said
    assert tree(server) == sorted(set(before) - {f for files in lost.values() for f in files})
    assert {*owned, young} <= set(tree(server))
    for unit in lost:
        if re.search(r"/(0{32}|m-1+|tr-2+)$", unit):
            assert not (server.artifact_root / unit).exists()
    assert orphans(server)[0] == {}

    assert list(orphans(server, "--older-than", "30m")[0]) == [os.path.dirname(os.path.dirname(young))]
    assert orphans(server, "--older-than", "2h", "--delete")[0] == {}
    assert list(orphans(server, "--older-than", "0s", "--delete")[0]) == [os.path.dirname(os.path.dirname(young))]
    assert set(owned) <= set(tree(server)) and young not in tree(server)


def test_links_lead_nowhere(server, owned):
    outside = server.artifact_root.parent / "beside"
    outside.mkdir(exist_ok=True)
    (outside / "f").write_bytes(b"kept")
    (server.artifact_root / "away").symlink_to(outside)
    before = tree(server)
    orphans(server, "--older-than", "0s", "--delete")
    assert (outside / "f").read_bytes() == b"kept"
    assert tree(server) == before and set(owned) <= set(before)
    (server.artifact_root / "away").unlink()


def test_what_gc_of_the_peer_left_is_found(api, server, put, owned):
    """A run whose rows are gone, however they went."""
    experiment = api.experiment()
    run = api.run(experiment)
    put(f"{experiment}/{run}/artifacts/a")
    assert orphans(server)[0] == {}
    server.db.execute("DELETE FROM tags WHERE run_uuid = %s", run)
    server.db.execute("DELETE FROM runs WHERE run_uuid = %s", run)
    assert list(orphans(server, "--delete")[0]) == [f"{experiment}/{run}"]


@pytest.mark.parametrize("words", [["--orphans", "--older-than", "x"], ["--orphan"]])
def test_words_that_it_does_not_know(server, words):
    assert cairn("gc", "--config", server.config, *words, check=False).returncode == 2
