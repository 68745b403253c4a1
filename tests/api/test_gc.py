"""cairn gc: what was deleted is deleted for good, what is active stays."""

import pytest
import requests

from harness.api import unique
from harness.cairn import cairn

pytestmark = pytest.mark.cairn_only("the peer's gc is another program")


def gc(server, *words, check=True):
    return cairn("gc", "--config", server.config, *words, check=check)


@pytest.fixture
def filled(api, server):
    """An experiment with a run of each kind, and artifacts of both."""
    experiment = api.experiment()
    runs = {name: api.run(experiment) for name in ("active", "deleted")}
    for run in runs.values():
        api.post(
            "runs/log-batch",
            {
                "run_id": run,
                "metrics": [{"key": "m", "value": i, "timestamp": i, "step": i} for i in range(50)],
                "params": [{"key": "p", "value": "1"}],
            },
        ).ok()
        url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/dir/file.txt"
        assert requests.put(url, data=b"12345", timeout=60).status_code == 200
    api.post("runs/delete", {"run_id": runs["deleted"]}).ok()
    return experiment, runs


def exists(api, run):
    return api.request("GET", "runs/get", params={"run_id": run}).status == 200


def test_it_only_says_what_it_would_do(api, server, filled):
    experiment, runs = filled
    said = gc(server, "--run-ids", runs["deleted"]).stdout
    assert f"Run with ID {runs['deleted']} would be permanently deleted." in said
    assert "1 runs, 0 logged models, 0 experiments; 1 files, 5 B of artifacts: nothing was deleted" in said
    assert exists(api, runs["deleted"])
    assert (server.artifact_root / experiment / runs["deleted"] / "artifacts/dir/file.txt").exists()


def test_it_deletes_what_is_deleted(api, server, filled):
    experiment, runs = filled
    said = gc(server, "--delete").stdout
    assert f"Run with ID {runs['deleted']} has been permanently deleted." in said
    assert not exists(api, runs["deleted"])
    assert exists(api, runs["active"])
    assert not (server.artifact_root / experiment / runs["deleted"] / "artifacts").exists()
    assert (server.artifact_root / experiment / runs["active"] / "artifacts/dir/file.txt").read_bytes() == b"12345"
    for table in ("metrics", "latest_metrics", "params", "tags"):
        counts = [server.db.rows(f"SELECT COUNT(*) FROM {table} WHERE run_uuid = '{run}'")[0][0] for run in runs.values()]
        assert counts[0] > 0 and counts[1] == 0, table


def test_an_experiment_goes_with_its_runs(api, server, filled):
    experiment, runs = filled
    api.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": "k", "value": "v"}).ok()
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    gc(server, "--experiment-ids", experiment, "--delete")
    api.get("experiments/get", {"experiment_id": experiment}).fails(404, "RESOURCE_DOES_NOT_EXIST")
    assert not any(exists(api, run) for run in runs.values())
    assert not (server.artifact_root / experiment).exists()


def test_an_experiment_with_an_active_run_stays(api, server, filled):
    experiment, runs = filled
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    api.post("runs/restore", {"run_id": runs["active"]}).ok()
    said = gc(server, "--experiment-ids", experiment, "--delete").stdout
    assert f"Experiment with ID {experiment} stays: 1 of its runs are active." in said
    assert exists(api, runs["active"])


def test_what_is_active_is_refused(api, server, filled):
    experiment, runs = filled
    for words in (["--run-ids", runs["active"]], ["--experiment-ids", experiment], ["--run-ids", unique("x")]):
        done = gc(server, *words, "--delete", check=False)
        assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1, done
    assert exists(api, runs["active"])


def test_age_counts(api, server, filled):
    _, runs = filled
    done = gc(server, "--older-than", "1d", "--run-ids", runs["deleted"], "--delete", check=False)
    assert done.returncode == 1 and "not older than the required age" in done.stderr
    assert runs["deleted"] not in gc(server, "--older-than", "1h30m").stdout
    server.db.execute(f"UPDATE runs SET deleted_time = deleted_time - 2 * 86400000 WHERE run_uuid = '{runs['deleted']}'")
    gc(server, "--older-than", "1d", "--delete")
    assert not exists(api, runs["deleted"])


@pytest.mark.parametrize("words", [["--older-than", "soon"], ["--older-than", "3h1d"], ["--older-than", "5"], ["--older-than"], ["--what"]])
def test_words_that_mean_nothing(server, words):
    done = gc(server, *words, check=False)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
