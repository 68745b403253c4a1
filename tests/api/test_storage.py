"""Who fills the artifact store."""

import pytest
import requests

from harness.api import Api, missing, unique

pytestmark = pytest.mark.cairn_only("MLflow has no such routes")
STORAGE = "/ajax-api/cairn/1/storage/"
INVALID, UNKNOWN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"


def put(api, experiment, path, size):
    url = f"{api.server.url}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{path}"
    assert requests.put(url, data=b"x" * size, timeout=60).status_code == 200


def filled(api, experiment, *files):
    run = api.run(experiment, run_name=unique("run"))
    for path, size in files:
        put(api, experiment, f"{run}/artifacts/{path}", size)
    return run


def walk(api, what, key, **query):
    """All pages."""
    found, after = [], None
    while True:
        page = api.get(STORAGE + what, {**query, **({"after": after} if after else {})}).ok()
        found += page[key]
        after = page.get("next")
        if not after:
            return found
        assert len(found) < 1000


def of(api, experiment, **query):
    return next(e for e in walk(api, "experiments", "experiments", **query) if e["experiment_id"] == experiment)


def test_experiments_and_what_of_them_is_deleted(api, experiment):
    filled(api, experiment, ("a.txt", 10), ("dir/b.txt", 20))
    gone = filled(api, experiment, ("c.txt", 5))
    put(api, experiment, "models/m-1/artifacts/model.bin", 100)
    api.post("runs/delete", {"run_id": gone}).ok()
    assert of(api, experiment) == {
        "experiment_id": experiment, "name": api.get_experiment(experiment)["name"], "lifecycle_stage": "active", "runs": 2,
        "bytes": 135, "files": 4, "deleted_bytes": 5, "deleted_files": 1}
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    found = of(api, experiment)
    assert found["lifecycle_stage"] == "deleted" and (found["deleted_bytes"], found["deleted_files"]) == (135, 4)


def test_an_experiment_without_files_stores_nothing(api, experiment):
    found = of(api, experiment)
    assert (found["bytes"], found["files"], found["runs"]) == (0, 0, 0) and "partial" not in found


def test_what_lies_elsewhere_is_not_counted(api):
    experiment = api.experiment(artifact_location="s3://some-bucket/there")
    found = of(api, experiment)
    assert found["elsewhere"] is True and found["bytes"] == 0
    run = api.run(experiment)
    assert walk(api, "runs", "runs", experiment_id=experiment)[0]["elsewhere"] is True
    api.get(STORAGE + "folders", {"run_id": run}).fails(400, INVALID)


def test_pages_go_on_where_counting_ended(api):
    made = [api.experiment() for _ in range(4)]
    for experiment in made:
        filled(api, experiment, ("a", 1), ("b", 2))
    first = api.get(STORAGE + "experiments", {"after": str(int(made[0]) - 1), "most_files": 3}).ok()
    assert first["total"] >= 5
    assert [(e["experiment_id"], e["bytes"] if not e.get("partial") else None) for e in first["experiments"]] == [(made[0], 3), (made[1], None)]
    assert first["next"] == made[1]
    ids = [e["experiment_id"] for e in walk(api, "experiments", "experiments", limit=2)]
    assert ids == sorted(set(ids), key=int) and set(made) <= set(ids)
    assert "next" not in api.get(STORAGE + "experiments", {"after": made[3]}).ok()


def test_runs_of_an_experiment(api, experiment):
    runs = {filled(api, experiment, *(("f%d" % i, 10) for i in range(n))): n for n in range(4)}
    gone = next(iter(runs))
    api.post("runs/delete", {"run_id": gone}).ok()
    found = walk(api, "runs", "runs", experiment_id=experiment, limit=3, most_files=2)
    assert sorted(r["run_id"] for r in found) == sorted(runs)
    found = walk(api, "runs", "runs", experiment_id=experiment, limit=3)
    assert {r["run_id"]: r["files"] for r in found} == runs and all(r["bytes"] == 10 * r["files"] for r in found)
    assert {r["run_id"]: r["lifecycle_stage"] for r in found} == {r: "deleted" if r == gone else "active" for r in runs}
    assert api.get(STORAGE + "runs", {"experiment_id": experiment}).ok()["total"] == 4


def test_folders_of_a_run(api, experiment):
    run = filled(api, experiment, ("small.txt", 1), ("dir/a", 10), ("dir/deep/b", 20), ("large", 15), ("日本/c", 2))
    said = api.get(STORAGE + "folders", {"run_id": run}).ok()
    assert said["experiment_id"] == experiment and said["run_name"]
    assert said["entries"] == [
        {"name": "dir", "is_dir": True, "bytes": 30, "files": 2}, {"name": "large", "is_dir": False, "bytes": 15, "files": 1},
        {"name": "日本", "is_dir": True, "bytes": 2, "files": 1}, {"name": "small.txt", "is_dir": False, "bytes": 1, "files": 1}]
    below = api.get(STORAGE + "folders", {"run_id": run, "path": "dir"}).ok()["entries"]
    assert [(e["name"], e["bytes"]) for e in below] == [("deep", 20), ("a", 10)]
    assert api.get(STORAGE + "folders", {"run_id": run, "most_files": 1}).ok()["entries"][0]["partial"] is True
    assert api.get(STORAGE + "folders", {"run_id": run, "path": "not/there"}).ok()["entries"] == []
    for path in ("../x", "/etc", "a/../../b"):
        api.get(STORAGE + "folders", {"run_id": run, "path": path}).fails(400, INVALID)
    api.get(STORAGE + "folders", {"run_id": unique("x")}).fails(404, UNKNOWN)


def test_of_a_folder_with_very_many_entries_the_largest_are_given(api, server, experiment):
    run = filled(api, experiment, ("many/f0", 1))
    folder = server.artifact_root / experiment / run / "artifacts" / "many"
    for n in range(1, 1010):
        (folder / f"f{n}").write_bytes(b"x" * 2)
    said = api.get(STORAGE + "folders", {"run_id": run, "path": "many"}).ok()
    assert len(said["entries"]) == 1000 and said["rest"] == {"entries": 10, "bytes": 19, "files": 10}


def test_the_metrics_with_most_points(api, experiment):
    run = api.run(experiment)
    for key, points in (("few", 2), ("many", 30), ("also", 2)):
        api.post("runs/log-batch", {"run_id": run, "metrics": [{"key": key, "value": i, "timestamp": i, "step": i} for i in range(points)]}).ok()
    assert api.get(STORAGE + "metrics", {"run_id": run}).ok() == {
        "points": 34, "metrics": [{"key": "many", "points": 30}, {"key": "also", "points": 2}, {"key": "few", "points": 2}]}
    assert api.get(STORAGE + "metrics", {"run_id": api.run(experiment)}).ok() == {"points": 0, "metrics": []}
    api.get(STORAGE + "metrics", {"run_id": unique("x")}).fails(404, UNKNOWN)


def test_under_a_quota_what_was_counted_is_not_counted_again(servers):
    server = servers.cairn(quota_bytes=1_000_000)
    api = Api(server)
    experiment, other = api.experiment(), api.experiment(artifact_location="s3://some-bucket/there")
    filled(api, experiment, ("a", 100))
    found = of(api, experiment, most_files=0)
    assert (found["bytes"], found["files"]) == (100, 1) and found["counted_time"] > 1_700_000_000_000
    server.db.execute("INSERT INTO cairn_usage VALUES (%s, 7, 7, 7)", other)
    assert of(api, other)["elsewhere"] is True


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"most_files": -1}, {"after": "x"}])
def test_what_cannot_be_is_refused(api, query):
    api.get(STORAGE + "experiments", query).fails(400, INVALID)
    if "after" not in query:
        api.get(STORAGE + "runs", {"experiment_id": "0", **query}).fails(400, INVALID)


def test_an_experiment_must_be_there(api):
    api.get(STORAGE + "runs", {"experiment_id": "999999"}).fails(404, UNKNOWN)
    api.get(STORAGE + "runs").fails(400, INVALID, missing("experiment_id"))
