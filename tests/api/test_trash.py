"""The trash: what is deleted is listed, restored, or deleted for good."""

import threading

import pytest
import requests

from harness.api import Api, unique
from harness.cairn import cairn
from harness.processes import wait_until

pytestmark = pytest.mark.cairn_only("MLflow has no such routes")
TRASH = "/ajax-api/cairn/1/trash/"
INVALID, UNKNOWN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
TABLES = ("metrics", "latest_metrics", "params", "tags")


@pytest.fixture
def api(api):
    """With an empty trash: it is one for the whole server."""
    while api.post(TRASH + "purge", {"everything": True, "limit": 500}).ok()["left"]:
        pass
    return api


def put(api, experiment, run, path, data):
    url = f"{api.server.url}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}"
    assert requests.put(url, data=data, timeout=60).status_code == 200


def filled(api, experiment, size=5):
    """A run with one of everything, and a file of so many bytes."""
    run = api.run(experiment, run_name=unique("run"))
    api.post("runs/log-batch", {
        "run_id": run, "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "1"}],
        "metrics": [{"key": "m", "value": i, "timestamp": i, "step": i} for i in range(50)]}).ok()
    put(api, experiment, run, "dir/file.txt", b"x" * size)
    return run


def delete(api, *runs, experiment=None):
    for run in runs:
        api.post("runs/delete", {"run_id": run}).ok()
    if experiment:
        api.post("experiments/delete", {"experiment_id": experiment}).ok()


def listed(api, what, **query):
    return api.get(TRASH + what, query).ok()


def purge(api, **body):
    return api.post(TRASH + "purge", body).ok()


def exists(api, run):
    return api.get("runs/get", {"run_id": run}).status == 200


def rows_of(server, run):
    return [server.db.rows(f"SELECT COUNT(*) FROM {table} WHERE run_uuid = '{run}'")[0][0] for table in TABLES]


def directory(server, experiment, run=""):
    return server.artifact_root / experiment / run


def test_deleted_things_are_listed_with_their_sizes(api, experiment):
    first, second, active = (filled(api, experiment, n) for n in (10, 20, 30))
    gone = api.experiment()
    hidden = filled(api, gone, 40)
    delete(api, first)
    delete(api, second, experiment=gone)
    api.server.db.execute("UPDATE runs SET deleted_time = deleted_time - 5 WHERE run_uuid = %s", first)
    runs = listed(api, "runs", sizes="true")
    assert runs["total"] == 2 and [r["run_id"] for r in runs["runs"]] == [second, first]
    assert [(r["bytes"], r["files"]) for r in runs["runs"]] == [(20, 1), (10, 1)]
    run = runs["runs"][0]
    info = api.get_run(second)["info"]
    assert run["run_name"] == info["run_name"] and run["experiment_id"] == experiment and run["status"] == "RUNNING"
    assert run["experiment_name"] == api.get_experiment(experiment)["name"]
    assert run["deleted_time"] > 1_700_000_000_000 and run["start_time"] == 1
    experiments = listed(api, "experiments", sizes="true")
    assert experiments["total"] == 1
    found = experiments["experiments"][0]
    assert (found["experiment_id"], found["runs"], found["active_runs"]) == (gone, 1, 0)
    assert (found["bytes"], found["files"]) == (40, 1) and found["deleted_time"] > 1_700_000_000_000
    assert "bytes" not in listed(api, "runs")["runs"][0]
    assert exists(api, active) and exists(api, hidden)


def test_pages(api, experiment):
    runs = [api.run(experiment) for _ in range(5)]
    delete(api, *runs)
    seen = []
    for offset in range(0, 6, 2):
        page = listed(api, "runs", offset=offset, limit=2)
        assert page["total"] == 5
        seen += [r["run_id"] for r in page["runs"]]
    assert sorted(seen) == sorted(runs)
    assert listed(api, "experiments", limit=0) == {"total": 0, "experiments": []}
    for bad in ({"limit": 501}, {"limit": -1}, {"offset": -1}, {"most_files": 100_001}):
        for what in ("runs", "experiments"):
            api.get(TRASH + what, bad).fails(400, INVALID)


def test_a_list_looks_at_so_many_files_and_says_so(api, experiment):
    runs = [filled(api, experiment) for _ in range(3)]
    put(api, experiment, runs[0], "more.txt", b"123")
    delete(api, runs[0])
    assert listed(api, "runs", sizes="true", most_files=1)["runs"][0]["partial"] is True
    delete(api, *runs[1:])
    sized = [r for r in listed(api, "runs", sizes="true", most_files=1)["runs"] if "bytes" in r]
    assert len(sized) == 1


def test_runs_and_experiments_are_restored(api, experiment):
    runs = [api.run(experiment) for _ in range(3)]
    gone = api.experiment()
    hidden = api.run(gone)
    delete(api, *runs, experiment=gone)
    assert api.post(TRASH + "restore", {"run_ids": runs[:1] + [hidden, unique("x")]}).ok() == {"experiments": 0, "runs": 1}
    assert [api.get_run(r)["info"]["lifecycle_stage"] for r in runs] == ["active", "deleted", "deleted"]
    assert api.get_run(hidden)["info"]["lifecycle_stage"] == "deleted"
    assert api.server.db.rows("SELECT deleted_time FROM runs WHERE run_uuid = %s", runs[0]) == [(None,)]
    assert api.post(TRASH + "restore", {"everything": True}).ok() == {"experiments": 1, "runs": 2}
    assert api.get_run(hidden)["info"]["lifecycle_stage"] == "active"
    assert api.get_experiment(gone)["lifecycle_stage"] == "active"
    api.post(TRASH + "restore", {"experiment_ids": [gone]}).fails(404, UNKNOWN)


def test_a_dry_run_counts_and_changes_nothing(api, server, experiment):
    run, other = filled(api, experiment, 10), filled(api, experiment, 20)
    gone = api.experiment()
    hidden = filled(api, gone, 40)
    put(api, gone, "models", "m.bin", b"1234567")
    delete(api, run, other, experiment=gone)
    assert purge(api, run_ids=[run], dry_run=True) == {
        "runs": 1, "logged_models": 0, "experiments": 0, "staying_experiments": 0, "bytes": 10, "files": 1}
    said = purge(api, everything=True, dry_run=True)
    assert said == {"runs": 3, "logged_models": 0, "experiments": 1, "staying_experiments": 0, "bytes": 77, "files": 4}
    # A run that is named and in an experiment that is named as well is counted once.
    assert purge(api, run_ids=[run, hidden], experiment_ids=[gone], dry_run=True)["runs"] == 2
    assert purge(api, run_ids=[run, hidden], experiment_ids=[gone], dry_run=True)["bytes"] == 57
    assert purge(api, everything=True, dry_run=True, most_files=2)["partial"] is True
    for r, e in ((run, experiment), (other, experiment), (hidden, gone)):
        assert exists(api, r) and directory(server, e, r).exists()


def test_what_is_purged_is_gone_and_nothing_else(api, server, experiment):
    run, kept, active = filled(api, experiment, 10), filled(api, experiment), filled(api, experiment)
    delete(api, run, kept)
    done = purge(api, run_ids=[run])
    assert done == {"runs": 1, "logged_models": 0, "experiments": 0, "bytes": 10, "files": 1, "left": 0, "staying_experiments": 0}
    assert not exists(api, run) and rows_of(server, run) == [0] * 4
    assert not directory(server, experiment, run).joinpath("artifacts").exists()
    for other in (kept, active):
        assert exists(api, other) and all(rows_of(server, other))
        assert directory(server, experiment, other).joinpath("artifacts/dir/file.txt").read_bytes() == b"xxxxx"
    # What is gone already may be named again: that is how a page goes on.
    assert purge(api, run_ids=[run])["runs"] == 0


def test_an_experiment_is_purged_with_all_that_is_its(api, server):
    gone = api.experiment()
    run = filled(api, gone)
    api.post("experiments/set-experiment-tag", {"experiment_id": gone, "key": "k", "value": "v"}).ok()
    delete(api, experiment=gone)
    done = purge(api, experiment_ids=["0" + gone])
    assert (done["runs"], done["experiments"], done["left"]) == (1, 1, 0)
    assert not exists(api, run) and not directory(server, gone).exists()
    api.get("experiments/get", {"experiment_id": gone}).fails(404, UNKNOWN)


def test_what_is_active_is_refused(api, server, experiment):
    run, deleted = filled(api, experiment), filled(api, experiment)
    delete(api, deleted)
    for body in ({"run_ids": [deleted, run]}, {"experiment_ids": [experiment]}):
        for dry in (True, False):
            api.post(TRASH + "purge", {**body, "dry_run": dry}).fails(400, INVALID)
    assert exists(api, run) and exists(api, deleted) and all(rows_of(server, run) + rows_of(server, deleted))


def test_an_experiment_with_an_active_run_stays(api, server):
    gone = api.experiment()
    run, other = filled(api, gone), filled(api, gone)
    delete(api, experiment=gone)
    api.post("runs/restore", {"run_id": run}).ok()
    for which in ({"experiment_ids": [gone]}, {"everything": True}):
        said = purge(api, **which, dry_run=True)
        assert (said["experiments"], said["staying_experiments"]) == (0, 1)
        done = purge(api, **which)
        assert (done["experiments"], done["left"], done["staying_experiments"]) == (0, 0, 1)
    assert exists(api, run) and all(rows_of(server, run)) and directory(server, gone, run).exists()
    assert not exists(api, other)  # of everything
    delete(api, run)


def test_artifacts_of_a_run_that_moved_stay(api, server, experiment):
    gone = api.experiment()
    moved, model_run = filled(api, gone), filled(api, gone)
    api.post("/ajax-api/cairn/1/runs/bulk", {"operation": "move", "run_ids": [moved], "experiment_id": experiment}).ok()
    delete(api, experiment=gone)
    assert purge(api, everything=True)["experiments"] == 1
    assert exists(api, moved) and directory(server, gone, moved).joinpath("artifacts/dir/file.txt").exists()
    assert not exists(api, model_run) and not directory(server, gone, model_run).joinpath("artifacts").exists()


def test_gc_keeps_them_too(api, server, experiment):
    gone = api.experiment()
    moved = filled(api, gone)
    api.post("/ajax-api/cairn/1/runs/bulk", {"operation": "move", "run_ids": [moved], "experiment_id": experiment}).ok()
    delete(api, experiment=gone)
    cairn("gc", "--config", server.config, "--delete")
    api.get("experiments/get", {"experiment_id": gone}).fails(404, UNKNOWN)
    assert directory(server, gone, moved).joinpath("artifacts/dir/file.txt").exists()


def test_much_is_purged_in_several_requests(api, experiment):
    runs = [filled(api, experiment) for _ in range(5)]
    gone = api.experiment()
    filled(api, gone)
    delete(api, *runs, experiment=gone)
    steps = []
    while not steps or steps[-1]["left"]:
        steps.append(purge(api, everything=True, limit=2))
        assert len(steps) < 9
    assert [s["left"] for s in steps] == sorted((s["left"] for s in steps), reverse=True)
    assert sum(s["runs"] for s in steps) == 6 and sum(s["experiments"] for s in steps) == 1
    assert sum(s["bytes"] for s in steps) == 30 and len(steps) == 4
    assert listed(api, "runs")["total"] == listed(api, "experiments")["total"] == 0


@pytest.mark.parametrize("restored", [True, False])
def test_a_run_that_is_restored_meanwhile_stays_whole(api, server, experiment, restored):
    run = filled(api, experiment)
    delete(api, run)
    link = server.db.mariadb.connect(server.db.name)
    link.begin()
    with link.cursor() as cursor:
        cursor.execute("UPDATE runs SET lifecycle_stage = 'active', deleted_time = NULL WHERE run_uuid = %s", (run,))
    replies = []
    purging = threading.Thread(target=lambda: replies.append(purge(Api(server), run_ids=[run])))
    purging.start()
    try:
        wait_until(lambda: server.db.lock_waits() == 1, 10, "the purge waits for who restores")
        if restored:
            link.commit()
    finally:
        link.rollback()
        link.close()
        purging.join()
    assert replies[0]["runs"] == (0 if restored else 1)
    assert exists(api, run) == restored and all(rows_of(server, run)) == restored
    assert directory(server, experiment, run).joinpath("artifacts/dir/file.txt").exists() == restored


@pytest.mark.timeout(240)
def test_a_run_of_many_rows_is_purged_in_several_requests(api, server, experiment):
    run = filled(api, experiment)
    server.db.execute(
        "INSERT INTO metrics (`key`, value, timestamp, run_uuid, step, is_nan)"
        " SELECT 'many', seq, seq, %s, seq, 0 FROM seq_1_to_320000", run)
    delete(api, run)
    first = purge(api, run_ids=[run])
    assert (first["runs"], first["left"], first["files"]) == (0, 1, 1)
    assert 0 < rows_of(server, run)[0] < 320_000
    second = purge(api, run_ids=[run])
    assert (second["runs"], second["left"]) == (1, 0) and rows_of(server, run) == [0] * 4


def test_deleted_models_go_with_everything(api, experiment):
    model = api.post("logged-models", {"experiment_id": experiment, "name": "m"}).ok()["model"]["info"]["model_id"]
    assert api.request("DELETE", f"logged-models/{model}").status == 200
    assert purge(api, everything=True, dry_run=True)["logged_models"] == 1
    assert purge(api, everything=True)["logged_models"] == 1
    api.get(f"logged-models/{model}").fails(404, UNKNOWN)


@pytest.mark.parametrize("route", ["restore", "purge"])
@pytest.mark.parametrize("body", [{}, {"everything": True, "run_ids": ["a"]}, {"run_ids": ["a"] * 1001}, {"experiment_ids": ["x"]}])
def test_what_is_meant_must_be_said(api, route, body):
    api.post(TRASH + route, body).fails(400, INVALID)


@pytest.mark.parametrize("limit", [0, 501, -1])
def test_a_purge_is_bounded(api, limit):
    api.post(TRASH + "purge", {"everything": True, "limit": limit}).fails(400, INVALID)


def test_what_is_purged_is_given_back_to_the_quota(servers):
    server = servers.cairn(quota_bytes=1_000_000)
    api = Api(server)
    experiment = api.experiment()
    runs = [filled(api, experiment, 100) for _ in range(2)]
    stored = "SELECT bytes, files FROM cairn_usage WHERE directory = '%s'" % experiment
    assert server.db.rows(stored) == [(200, 2)]
    delete(api, runs[0])
    assert purge(api, run_ids=[runs[0]])["bytes"] == 100
    assert server.db.rows(stored) == [(100, 1)]
