"""cairn import and export: what a client reads from the one store it reads from the other."""

import contextlib
import datetime
import math
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid
import warnings

import pytest

from harness import peer
from harness.api import unique
from harness.cairn import BINARY, ROOT, cairn, environment
from harness.databases import IS_MYSQL
from harness.processes import wait_until

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # MLflow 3.17 refuses its own file store without it
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.tracking._tracking_service import utils as client_utils
    from mlflow.entities import (
        Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, Metric, Param, RunTag, ViewType,
    )

pytestmark = pytest.mark.cairn_only("the peer has no such commands")

BIG = 1.7976931348623157e308
T0 = 1700000000000


def transfer(command, server, *words, check=True):
    return cairn(command, "--config", server.config, *words, check=check)


@pytest.fixture(params=["files", "sqlite"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def empty_sqlite(tmp_path_factory):
    """Made once: the peer takes its time for it."""
    path = tmp_path_factory.mktemp("empty") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def new_store(tmp_path, monkeypatch, empty_sqlite):
    def make(kind, name="source"):
        directory = tmp_path / name
        directory.mkdir()
        monkeypatch.chdir(directory)  # an SQLite store keeps its artifacts in ./mlruns
        if kind == "files":
            path = uri = directory / "mlruns"
        else:
            path = shutil.copy(empty_sqlite, directory / "mlflow.db")
            uri = f"sqlite:///{path}"
        return path, mlflow.MlflowClient(str(uri))

    return make


@pytest.fixture
def source(kind, new_store):
    """A store of MLflow's: (what cairn import is given, a client of it)."""
    return new_store(kind)


@pytest.fixture
def files(new_store):
    return new_store("files")


@pytest.fixture
def sqlite(new_store):
    return new_store("sqlite")


def fill(client, name):
    """One experiment of everything, and a deleted one."""
    experiment = client.create_experiment(name, tags={"team": "ünï", "mlflow.note.content": "# a: b\n\n'c' \"d\"\n"})
    run = client.create_run(experiment, run_name='näme: #1 "q" \\ 😀', tags={"mlflow.user": "me", "multi": "a\nb "}).info.run_id
    client.log_batch(
        run,
        metrics=[Metric("loss", random.uniform(-1e-3, 1e9), T0 + i, i) for i in range(2000)]
        + [Metric("dir/acc", i / 7, T0 - i, -i) for i in range(50)]
        + [Metric("odd", v, T0, i) for i, v in enumerate([math.nan, math.inf, -math.inf, 5e-324, -0.5])]
        + [Metric("last is nan", math.nan, T0, 3)],
        params=[Param("lr", "0.01"), Param("a/b", "näme\nline"), Param("empty", ""), Param("long", "x" * 6000)],
        tags=[RunTag("null", "null"), RunTag("number", "007")],
    )
    client.log_text(run, "hello", "top.txt")
    client.log_text(run, "", "dir/sub/empty.txt")
    client.log_text(run, "näme\r\n", "dir/ä ö 100%.txt")
    model = client.create_logged_model(experiment, name="model", source_run_id=run, tags={"k": "v"}, params={"p": "1"}, model_type="T")
    client.log_metric(run, "of model", 0.5, timestamp=T0, step=0, model_id=model.model_id, dataset_name="data", dataset_digest="d1")
    client.log_metric(run, "of model", 0.25, timestamp=T0 + 1, step=0, model_id=model.model_id)
    data = Dataset("data", "d1", "local", '{"uri": "/x: y"}', '{"a": [1]}', None)
    client.log_inputs(run, [DatasetInput(data, [InputTag("mlflow.data.context", "train")])], [LoggedModelInput(model.model_id)])
    client.log_outputs(run, [LoggedModelOutput(model.model_id, step=4)])
    client.finalize_logged_model(model.model_id, "READY")
    client.set_terminated(run, "FINISHED", end_time=T0 + 5)

    child = client.create_run(experiment, start_time=T0, tags={"mlflow.parentRunId": run}).info.run_id
    client.log_inputs(child, [DatasetInput(data, [])])
    client.set_terminated(child, "FAILED")
    client.create_run(experiment)  # still runs
    deleted = client.create_run(experiment).info.run_id
    client.log_metric(deleted, "m", 1, timestamp=T0, step=1)
    client.delete_run(deleted)
    client.delete_logged_model(client.create_logged_model(experiment, name="deleted").model_id)

    gone = client.create_experiment(name + " gone")
    client.log_param(client.create_run(gone).info.run_id, "p", "of a deleted experiment")
    client.delete_experiment(gone)
    return experiment, run, model.model_id


def finite(value):
    return "nan" if math.isnan(value) else math.copysign(BIG, value) if math.isinf(value) else value


def files_of(client, run_id, path=None):
    client_utils._artifact_repos_cache.clear()  # all clients of a process share it, by run
    found = {}
    for entry in client.list_artifacts(run_id, path):
        if entry.is_dir:
            found.update(files_of(client, run_id, entry.path))
        else:
            with open(client.download_artifacts(run_id, entry.path), "rb") as file:
                found[entry.path] = file.read()
    return found


def run_of(client, info, with_files):
    run = client.get_run(info.run_id)
    history = {}
    for key in run.data.metrics:
        points = client.get_metric_history(info.run_id, key)
        history[key] = sorted((m.timestamp, m.step, finite(m.value)) for m in points if not math.isnan(m.value))
        history[key] += sorted((m.timestamp, m.step, "nan") for m in points if math.isnan(m.value))
    return {
        "info": (info.run_name, info.user_id, info.status, info.start_time, info.end_time, info.lifecycle_stage),
        "params": run.data.params,
        "tags": run.data.tags,
        "latest": {k: finite(v) for k, v in run.data.metrics.items()},
        "history": history,
        "datasets": sorted(
            (d.dataset.name, d.dataset.digest, d.dataset.source_type, d.dataset.source, d.dataset.schema, d.dataset.profile,
             sorted((t.key, t.value) for t in d.tags))
            for d in run.inputs.dataset_inputs
        ),
        "model inputs": sorted(m.model_id for m in run.inputs.model_inputs),
        "model outputs": sorted((m.model_id, m.step) for m in run.outputs.model_outputs),
        "files": files_of(client, info.run_id) if with_files else None,
    }


def model_of(m):
    return {
        "row": (m.name, m.creation_timestamp, m.last_updated_timestamp, str(m.status), m.model_type, m.source_run_id),
        "tags": m.tags,
        "params": m.params,
        "metrics": sorted((x.key, x.timestamp, x.step, x.value, x.run_id, x.dataset_name or "", x.dataset_digest or "") for x in m.metrics or []),
    }


def content(client, prefix, ids=False):
    """All that a client can read of the experiments whose names begin so."""
    found = {}
    for e in client.search_experiments(view_type=ViewType.ALL):
        if not e.name.startswith(prefix):
            continue
        active = e.lifecycle_stage == "active"
        runs = client.search_runs([e.experiment_id], run_view_type=ViewType.ALL, max_results=1000)
        models = client.search_logged_models([e.experiment_id]) if active else []
        found[e.name] = {
            "row": (e.lifecycle_stage, e.creation_time, e.last_update_time, e.experiment_id if ids else None),
            "tags": e.tags,
            # The files of a deleted experiment's runs cannot be reached in a file store.
            "runs": {r.info.run_id: run_of(client, r.info, active) for r in runs},
            "models": {m.model_id: model_of(m) for m in models},
        }
    return found


def rows(server, name):
    """The rows of the experiments whose names begin so, but for what the database made up itself."""
    ids = "SELECT experiment_id FROM experiments WHERE name LIKE %s"
    runs = f"SELECT run_uuid FROM runs WHERE experiment_id IN ({ids})"
    of_runs = ["params", "tags", "metrics", "latest_metrics"]
    of_experiments = ["experiments", "experiment_tags", "runs", "logged_models", "logged_model_params", "logged_model_tags",
                      "logged_model_metrics"]
    found = {t: server.db.rows(f"SELECT * FROM {t} WHERE run_uuid IN ({runs})", name + "%") for t in of_runs}
    found |= {t: server.db.rows(f"SELECT * FROM {t} WHERE experiment_id IN ({ids})", name + "%") for t in of_experiments}
    found["inputs"] = server.db.rows(
        "SELECT i.source_type, IFNULL(d.name, i.source_id), i.destination_type, i.destination_id, i.step, t.name, t.value"
        f" FROM inputs i LEFT JOIN datasets d ON d.dataset_uuid = i.source_id AND d.experiment_id IN ({ids})"
        f" LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid WHERE i.destination_id IN ({runs}) OR i.source_id IN ({runs})",
        name + "%", name + "%", name + "%",
    )
    found["datasets"] = server.db.rows(
        f"SELECT experiment_id, name, digest, dataset_source_type, dataset_source, dataset_schema, dataset_profile FROM datasets WHERE experiment_id IN ({ids})",
        name + "%",
    )
    return {table: sorted(r, key=repr) for table, r in found.items()}


@pytest.fixture
def here(server):
    return mlflow.MlflowClient(server.url)


# -- import


def test_a_client_reads_the_same_after_an_import(server, here, source):
    path, client = source
    name = unique("all")
    fill(client, name)
    said = transfer("import", server, path).stdout
    assert "experiments, 5 runs, 2 logged models" in said, said
    ours, theirs = content(here, name), content(client, name)
    assert len(theirs) == 2 and sorted(len(e["runs"]) for e in theirs.values()) == [1, 4]
    assert any(len(r["files"] or {}) == 3 for e in theirs.values() for r in e["runs"].values())
    assert ours == theirs


def test_artifacts_are_served_by_the_server(server, here, source):
    path, client = source
    experiment, run, model = fill(client, unique("uris"))
    transfer("import", server, path)
    run = here.get_run(run)
    assert run.info.artifact_uri == f"mlflow-artifacts:/{run.info.experiment_id}/{run.info.run_id}/artifacts"
    assert here.get_experiment(run.info.experiment_id).artifact_location == f"mlflow-artifacts:/{run.info.experiment_id}"
    assert here.get_logged_model(model).artifact_location == f"mlflow-artifacts:/{run.info.experiment_id}/models/{model}/artifacts"
    client_utils._artifact_repos_cache.clear()
    here.log_text(run.info.run_id, "later", "later.txt")
    assert files_of(here, run.info.run_id)["later.txt"] == b"later"


def test_a_second_import_changes_nothing(server, here, source):
    path, client = source
    name = unique("again")
    fill(client, name)
    transfer("import", server, path)
    before = rows(server, name)
    assert len(before["metrics"]) > 2000 and len(before["inputs"]) == 4
    uuids = server.db.rows("SELECT dataset_uuid FROM datasets ORDER BY 1"), server.db.rows("SELECT * FROM inputs ORDER BY input_uuid")
    said = transfer("import", server, path).stdout
    assert "could not" not in said
    assert rows(server, name) == before
    assert uuids == (server.db.rows("SELECT dataset_uuid FROM datasets ORDER BY 1"), server.db.rows("SELECT * FROM inputs ORDER BY input_uuid"))


def test_what_changed_here_meanwhile_stays(server, here, files):
    path, client = files
    _, run, _ = fill(client, unique("changed"))
    transfer("import", server, path)
    here.set_tag(run, "mlflow.runName", "renamed")
    here.set_tag(run, "new", "tag")
    client.log_param(client.create_run(client.get_run(run).info.experiment_id).info.run_id, "p", "later")
    said = transfer("import", server, path).stdout
    assert "could not" not in said
    data = here.get_run(run)
    assert data.info.run_name == "renamed" and data.data.tags["new"] == "tag"
    assert len(here.search_runs([data.info.experiment_id])) == 4


def test_killed_in_the_middle_it_goes_on(server, here, source):
    path, client = source
    name = unique("killed")
    experiment = client.create_experiment(name)
    for i in range(25):
        run = client.create_run(experiment).info.run_id
        client.log_batch(run, metrics=[Metric("m", random.random(), T0 + k, k) for k in range(200)], params=[Param("i", str(i))])
        client.log_text(run, "x" * 50000, "dir/big.txt")
    kills = 0
    server.db.execute("CREATE TRIGGER slow BEFORE INSERT ON runs FOR EACH ROW DO SLEEP(0.03)")  # it is not over before it is seen to work
    for wanted in (1, 10, 18):
        job = subprocess.Popen(
            [BINARY, "import", "--config", server.config, path], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        count = "SELECT COUNT(*) FROM runs r JOIN experiments e USING (experiment_id) WHERE e.name = %s"
        while job.poll() is None and server.db.value(count, name) < wanted:
            time.sleep(0.002)
        if job.poll() is None:
            job.send_signal(signal.SIGKILL)
            kills += 1
        job.communicate()
    server.db.execute("DROP TRIGGER slow")
    assert kills, "no call was slow enough to be killed"
    transfer("import", server, path)
    theirs = content(client, name)
    assert len(theirs[name]["runs"]) == 25
    assert content(here, name) == theirs
    id_here = here.get_experiment_by_name(name).experiment_id
    assert not [f for f in (server.artifact_root / id_here).rglob("*") if f.name.startswith(".artifact")]


def test_a_dry_run_writes_nothing(server, here, files):
    path, client = files
    name = unique("dry")
    fill(client, name)
    before = sorted(server.artifact_root.rglob("*"))
    said = transfer("import", server, path, "--dry-run").stdout
    assert "Would import" in said and "5 runs, 2 logged models" in said and "3 files" in said, said
    assert not content(here, name) and sorted(server.artifact_root.rglob("*")) == before


def test_an_id_that_is_taken_becomes_another(server, here, sqlite):
    path, client = sqlite
    name = unique("taken")
    experiment, run, _ = fill(client, name)
    taken = here.create_experiment(unique("other"))
    while int(taken) < int(experiment):
        taken = here.create_experiment(unique("other"))
    other = here.get_experiment(experiment).name
    said = transfer("import", server, path).stdout
    new = here.get_experiment_by_name(name).experiment_id
    assert new != experiment and f"Experiment {experiment} '{name}' is {new} here." in said
    assert here.get_experiment(experiment).name == other
    assert content(here, name) == content(client, name)


def test_an_id_that_is_free_is_kept(servers, sqlite):
    path, client = sqlite
    fill(client, "kept")
    fresh = servers.cairn()
    said = transfer("import", fresh, path).stdout
    assert said.startswith("Imported"), said  # no id became another
    assert content(mlflow.MlflowClient(fresh.url), "kept", ids=True) == content(client, "kept", ids=True)


def test_a_store_that_was_moved_keeps_its_artifacts(server, here, tmp_path, monkeypatch, files):
    path, client = files
    name = unique("moved")
    _, run, _ = fill(client, name)
    theirs = files_of(client, run)
    monkeypatch.chdir(tmp_path)
    path.parent.rename(tmp_path / "new")
    transfer("import", server, tmp_path / "new" / "mlruns")
    assert files_of(here, run) == theirs and len(theirs) == 3


def test_artifacts_of_the_peers_server_come_from_their_root(server, here, tmp_path, sqlite):
    path, client = sqlite
    name = unique("proxied")
    experiment, run, _ = fill(client, name)
    theirs = files_of(client, run)
    uri = f"mlflow-artifacts:/{experiment}/{run}/artifacts"
    with sqlite3.connect(path) as db:
        db.execute("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", (uri, run))
    (path.parent / "mlruns").rename(tmp_path / "mlartifacts")
    transfer("import", server, path, "--artifact-root", tmp_path / "mlartifacts")
    assert files_of(here, run) == theirs and len(theirs) == 3


def test_the_registry_comes_along(server, here, sqlite):
    path, client = sqlite
    name = unique("registered")
    _, run, _ = fill(client, name)
    uri = client.get_run(run).info.artifact_uri
    client.create_registered_model(name, tags={"k": "v"}, description="ünï")
    client.create_model_version(name, uri + "/dir/sub", run_id=run, tags={"a": "b"})
    client.create_model_version(name, "s3://bucket/else/where")
    client.set_registered_model_alias(name, "best", 1)
    transfer("import", server, path)
    to = here.get_run(run).info.artifact_uri
    versions = server.db.rows("SELECT version, source, storage_location, run_id FROM model_versions WHERE name = %s ORDER BY version", name)
    assert versions[0] == (1, to + "/dir/sub", to + "/dir/sub", run) and versions[1][1] == "s3://bucket/else/where"
    assert server.db.rows("SELECT description FROM registered_models WHERE name = %s", name) == [("ünï",)]
    assert server.db.rows("SELECT alias, version FROM registered_model_aliases WHERE name = %s", name) == [("best", 1)]
    assert server.db.rows("SELECT `key`, value FROM registered_model_tags WHERE name = %s", name) == [("k", "v")]
    assert server.db.rows("SELECT `key`, value FROM model_version_tags WHERE name = %s", name) == [("a", "b")]


def test_every_table_of_the_peer_is_copied(sqlite):
    """A table that a later MLflow brings must not be forgotten."""
    path, _ = sqlite
    with sqlite3.connect(path) as db:
        theirs = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")}
    rows = (ROOT / "fcgi" / "transfer" / "tables.def").read_text()
    ours = set(re.findall(r"^TABLE\((\w+),", rows, re.M))
    assert theirs ^ ours == {"alembic_version", "experiments"}


def test_it_says_how_far_it_is(server, files):
    """On a terminal, a bar."""
    path, client = files
    fill(client, unique("bar"))
    end, terminal = os.openpty()
    subprocess.run([BINARY, "import", "--config", server.config, path], env=environment(), stderr=terminal, stdout=subprocess.DEVNULL, check=True, timeout=60)
    os.close(terminal)
    os.set_blocking(end, False)
    shown = os.read(end, 1 << 16).decode()
    os.close(end)
    assert re.search(r"\r\[#* *\] +\d+ % \d+/7 runs and models", shown), shown


def test_artifacts_may_stay_or_be_linked(server, here, new_store):
    path, client = new_store("files")
    _, run, _ = fill(client, unique("linked"))
    where = client.get_run(run).info.artifact_uri
    transfer("import", server, path, "--artifacts", "link")
    file = server.artifact_root / here.get_run(run).info.experiment_id / run / "artifacts" / "top.txt"
    original = os.path.join(where.removeprefix("file://"), "top.txt")
    assert file.read_bytes() == b"hello"
    assert os.path.samefile(file, original) or os.stat(file).st_dev != os.stat(original).st_dev

    path, client = new_store("files", "stay")
    _, run, _ = fill(client, unique("stay"))
    transfer("import", server, path, "--artifacts", "none")
    assert here.get_run(run).info.artifact_uri == client.get_run(run).info.artifact_uri


def test_names_that_the_database_cannot_keep_apart_are_told(server, here, source):
    path, client = source
    name = unique("case")
    experiment = client.create_experiment(name)
    good, bad = (client.create_run(experiment).info.run_id for _ in range(2))
    client.log_param(good, "p", "1")
    client.log_param(bad, "Key", "1")
    client.log_param(bad, "key", "2")
    done = transfer("import", server, path, check=False)
    assert done.returncode == 1
    assert "differ in case" in done.stderr and "1 could not be imported" in done.stdout, done
    assert here.get_run(good).data.params == {"p": "1"}


def test_a_broken_run_does_not_stop_the_others(server, here, files):
    path, client = files
    name = unique("broken")
    experiment, run, _ = fill(client, name)
    broken = client.create_run(experiment).info.run_id
    client.log_param(broken, "p", "1")
    metric = path / experiment / broken / "metrics" / "m"
    metric.write_text(f"{T0} 1.0 1\n{T0} nonsense 2\n")
    done = transfer("import", server, path, check=False)
    assert done.returncode == 1 and f"run {broken}: " in done.stderr and "nonsense" in done.stderr
    assert not server.db.rows("SELECT 1 FROM runs WHERE run_uuid = %s", broken)
    assert not server.db.rows("SELECT 1 FROM params WHERE run_uuid = %s", broken)
    assert len(here.search_runs([here.get_experiment_by_name(name).experiment_id])) == 3
    metric.write_text(f"{T0} 1.0 1\n")
    transfer("import", server, path)
    assert here.get_run(broken).data.metrics == {"m": 1.0}


def test_an_older_database_is_told_to_upgrade(server, sqlite):
    path, _ = sqlite
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
    done = transfer("import", server, path, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"mlflow db upgrade sqlite:///{path}" in done.stderr and "0123456789ab" in done.stderr


@pytest.mark.parametrize(
    "words, status",
    [([], 2), (["a", "b"], 2), (["--artifacts", "move", "."], 2), (["--artifacts"], 2), (["--what", "."], 2), (["/nowhere"], 2),
     (["/etc/hostname"], 1), (["/usr/share"], 1)],
)
def test_words_are_checked(server, words, status):
    done = transfer("import", server, *words, check=False)
    assert done.returncode == status and done.stderr.startswith("cairn import: "), done


# -- export


@pytest.fixture
def exported(server, here, tmp_path):
    """Everything logged here, exported, and the peer's own reader of it."""
    name = unique("export")
    ids = fill(here, name)
    directory = tmp_path / "out" / "mlruns"
    said = transfer("export", server, directory).stdout
    assert "MLFLOW_ALLOW_FILE_STORE" in said
    return name, directory, mlflow.MlflowClient(str(directory)), ids


def test_a_client_reads_the_same_from_an_export(here, exported):
    name, _, client, _ = exported
    ours = content(here, name, ids=True)
    assert sorted(len(e["runs"]) for e in ours.values()) == [1, 4]
    assert content(client, name, ids=True) == ours


def test_an_export_can_be_written_to(exported):
    _, _, client, (experiment, run, model) = exported
    client.log_metric(run, "loss", 1.5, timestamp=T0 * 2, step=10**6)
    client.set_tag(run, "later", "tag")
    client_utils._artifact_repos_cache.clear()
    client.log_text(run, "later", "later.txt")
    client.restore_experiment(next(e for e in client.search_experiments(ViewType.DELETED_ONLY)).experiment_id)
    assert client.get_run(run).data.metrics["loss"] == 1.5
    assert client.get_run(client.create_run(experiment).info.run_id).info.experiment_id == experiment
    assert client.get_logged_model(model).name == "model"


def test_an_import_of_an_export_is_what_it_was(servers, server, exported):
    name, directory, _, _ = exported
    fresh = servers.cairn()
    done = transfer("import", fresh, directory, check=False)
    assert done.returncode == 0, done
    ours = rows(fresh, name)
    assert len(ours["metrics"]) > 2000 and len(ours["inputs"]) == 4
    assert ours == rows(server, name)
    def contents(s):
        return sorted((p.relative_to(s.artifact_root), p.read_bytes()) for p in s.artifact_root.rglob("*") if p.is_file())
    assert set(contents(fresh)) <= set(contents(server)) and len(contents(fresh)) >= 3


def test_one_experiment_can_be_exported(server, here, tmp_path):
    wanted, other = (here.create_experiment(unique("one")) for _ in range(2))
    run = here.create_run(wanted).info.run_id
    said = transfer("export", server, tmp_path / "out", "--experiment-ids", wanted).stdout
    assert "Exported 1 experiments, 1 runs" in said
    assert (tmp_path / "out" / wanted / run / "meta.yaml").is_file() and not (tmp_path / "out" / other).exists()
    done = transfer("export", server, tmp_path / "out", "--experiment-ids", "999999", check=False)
    assert done.returncode == 1 and "There is no experiment with id 999999" in done.stderr


def test_an_export_follows_what_changed(server, here, tmp_path):
    experiment = here.create_experiment(unique("twice"))
    run = here.create_run(experiment).info.run_id
    here.log_metric(run, "m", 1, timestamp=T0, step=1)
    transfer("export", server, tmp_path / "out", "--experiment-ids", experiment)
    here.log_metric(run, "m", 2, timestamp=T0, step=2)
    here.delete_experiment(experiment)
    transfer("export", server, tmp_path / "out", "--experiment-ids", experiment)
    client = mlflow.MlflowClient(str(tmp_path / "out"))
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    assert [m.value for m in client.get_metric_history(run, "m")] == [1, 2]
    assert not (tmp_path / "out" / experiment).exists()


def test_another_experiment_is_not_overwritten(server, here, tmp_path):
    experiment = here.create_experiment(unique("mine"))
    theirs = tmp_path / "out" / experiment
    theirs.mkdir(parents=True)
    (theirs / "meta.yaml").write_text("experiment_id: '%s'\nname: theirs\n" % experiment)
    done = transfer("export", server, tmp_path / "out", "--experiment-ids", experiment, check=False)
    assert done.returncode == 1 and "holds another experiment, 'theirs'" in done.stderr
    assert (theirs / "meta.yaml").read_text().endswith("name: theirs\n")


def test_keys_that_are_no_file_names_are_told(server, here, tmp_path):
    experiment = here.create_experiment(unique("keys"))
    good, bad, clash = (here.create_run(experiment).info.run_id for _ in range(3))
    here.log_param(good, "p", "1")
    here.log_param(clash, "a", "1")
    here.log_param(clash, "a/b", "2")
    server.db.execute("INSERT INTO params (run_uuid, `key`, value) VALUES (%s, '../../../../escaped', 'x')", bad)
    done = transfer("export", server, tmp_path / "deep" / "er" / "out", "--experiment-ids", experiment, check=False)
    assert done.returncode == 1 and "2 could not be exported" in done.stdout
    assert f"run {bad}: " in done.stderr and f"run {clash}: " in done.stderr
    assert not list(tmp_path.rglob("escaped*"))
    found = mlflow.MlflowClient(str(tmp_path / "deep/er/out")).search_runs([experiment])
    assert [r.info.run_id for r in found] == [good]


@pytest.mark.parametrize("words", [[], ["a", "b"], ["x", "--format", "mysql"], ["x", "--experiment-ids"], ["--what"]])
def test_words_of_an_export_are_checked(server, words, tmp_path):
    done = transfer("export", server, *words, check=False)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1


# -- export to SQLite


def export_sqlite(server, directory, *words, check=True):
    return transfer("export", server, directory, "--format", "sqlite", *words, check=check)


def sqlite_rows(path, sql, *values):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


@pytest.fixture
def peer_on(place):
    """mlflow server on what an export wrote."""
    started = []

    def start(directory):
        home = place / uuid.uuid4().hex[:8]
        home.mkdir()
        started.append(peer.Peer(home, directory / "mlflow.db", artifact_root=directory / "mlartifacts"))
        return mlflow.MlflowClient(started[-1].url)

    yield start
    for server in started:
        server.stop()


def test_the_peer_serves_an_export_to_sqlite(server, here, tmp_path, peer_on):
    name = unique("sqlite")
    experiment, run, model = fill(here, name)
    ours = content(here, name, ids=True)
    assert sorted(len(e["runs"]) for e in ours.values()) == [1, 4]
    said = export_sqlite(server, tmp_path / "out").stdout
    assert f"--backend-store-uri sqlite:///{tmp_path}/out/mlflow.db --artifacts-destination {tmp_path}/out/mlartifacts" in said
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [".mlflow.db.exported", "mlartifacts", "mlflow.db"]
    client = peer_on(tmp_path / "out")
    assert content(client, name, ids=True) == ours
    # and goes on with it
    client.log_metric(run, "loss", 1.5, timestamp=T0 * 2, step=10**6)
    client_utils._artifact_repos_cache.clear()
    client.log_text(run, "later", "later.txt")
    assert client.get_run(run).data.metrics["loss"] == 1.5 and files_of(client, run)["later.txt"] == b"later"
    assert client.get_run(client.create_run(experiment).info.run_id).info.experiment_id == experiment
    assert client.get_logged_model(model).name == "model"
    done = export_sqlite(server, tmp_path / "out", check=False)
    assert done.returncode == 1 and "was written to since" in done.stderr
    assert client.get_run(run).data.metrics["loss"] == 1.5


def test_an_import_of_an_export_to_sqlite_is_what_it_was(servers, server, here, tmp_path):
    name = unique("back")
    fill(here, name)
    export_sqlite(server, tmp_path / "out")
    fresh = servers.cairn()
    done = transfer("import", fresh, tmp_path / "out" / "mlflow.db", "--artifact-root", tmp_path / "out" / "mlartifacts", check=False)
    assert done.returncode == 0, done
    ours = rows(fresh, name)
    assert len(ours["metrics"]) > 2000 and len(ours["inputs"]) == 4
    assert ours == rows(server, name)
    assert content(mlflow.MlflowClient(fresh.url), name, ids=True) == content(here, name, ids=True)


RANDOM_TEXTS = ["", "a", "näme 😀", "it's \"q\"\\n", "line\nline\r\n", "a\0b", " ", "NULL", "0x", "%s ?", "\u2028"]


def random_cell(rng, table, column, kind, length, nullable):
    fixed = {
        "lifecycle_stage": ["active", "deleted"],
        ("runs", "status"): ["SCHEDULED", "FAILED", "FINISHED", "RUNNING", "KILLED"],
        ("runs", "source_type"): ["NOTEBOOK", "JOB", "LOCAL", "UNKNOWN", "PROJECT"],
        "is_nan": [0, 1],
    }
    choices = fixed.get((table, column)) or fixed.get(column)
    if nullable and rng.random() < 0.3:
        return None
    if choices:
        return rng.choice(choices)
    if kind == "json":
        return rng.choice(['{"ä": [1, 2.5, null, "x"]}', "[]", '"text"'])
    if kind == "float":
        return rng.choice([0.1, 1.5, 100.25])
    if kind == "double":
        return rng.choice([0.0, -0.0, 5e-324, BIG, -BIG, 0.1 + 0.2, rng.uniform(-1e9, 1e9)])
    if kind == "date":
        return f"20{rng.randint(10, 40)}-0{rng.randint(1, 9)}-11"
    if kind == "tinyint":
        return rng.randint(0, 1)
    if kind in ("int", "bigint"):
        return rng.choice([0, -1, 1]) if rng.random() < 0.2 else rng.randint(2, 2**31 - 1 if kind == "int" else 2**63 - 1)
    if kind.endswith("blob") or kind.endswith("binary"):
        return bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 700])))
    filler = rng.choice(RANDOM_TEXTS) + uuid.UUID(int=rng.getrandbits(128)).hex
    return filler[-length:] if length and len(filler) > length else filler if rng.random() < 0.9 else filler * min(20, (length or 2000) // len(filler) or 1)


def test_every_table_is_exported_as_it_is(servers, tmp_path):
    """Rows that no server would write, in all tables."""
    fresh = servers.cairn()
    rng = random.Random(4)
    columns = {}
    for table, column, kind, length, nullable, extra in fresh.db.rows(
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable = 'YES', extra"
        " FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT LIKE 'cairn\\_%%'"
        " ORDER BY table_name, ordinal_position"
    ):
        if "GENERATED" not in extra:
            columns.setdefault(table, []).append((column, kind, length, nullable))
    json = set() if IS_MYSQL else set(fresh.db.rows(  # MySQL has a type of that name
        "SELECT table_name, constraint_name FROM information_schema.check_constraints"
        " WHERE constraint_schema = DATABASE() AND check_clause LIKE 'json_valid%%'"
    ))
    columns.pop("alembic_version")
    assert len(columns) == 64
    columns["jobs"] = [(c, k, n, null and c != "job_name") for c, k, n, null in columns["jobs"]]  # may be NULL in MySQL alone
    with fresh.db.mariadb.connect(fresh.db.name) as link, link.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        for table, of in columns.items():
            for _ in range(8):
                row = [random_cell(rng, table, c, "json" if (table, c) in json else k, n, null) for c, k, n, null in of]
                names = ", ".join(f"`{c}`" for c, *_ in of)
                cursor.execute(f"INSERT IGNORE INTO `{table}` ({names}) VALUES ({', '.join(['%s'] * len(row))})", row)
        link.commit()
    export_sqlite(fresh, tmp_path / "out", "--artifacts", "none")
    def plain(value):
        return str(value) if isinstance(value, datetime.date) else value
    for table, of in columns.items():
        names = ", ".join(f'"{c}"' for c, *_ in of)
        theirs = [tuple(map(plain, r)) for r in fresh.db.rows(f"SELECT {names.replace(chr(34), '`')} FROM `{table}`")]
        assert len(theirs) >= 5, table
        assert sorted(sqlite_rows(tmp_path / "out" / "mlflow.db", f'SELECT {names} FROM "{table}"'), key=repr) == sorted(theirs, key=repr), table


def test_some_experiments_are_exported_with_what_is_theirs(server, here, tmp_path, peer_on):
    name = unique("some")
    experiment, run, model = fill(here, name)
    other, other_run, other_model = fill(here, unique("not"))
    here.log_metric(other_run, "on the model", 1.0, model_id=model)
    server.db.execute("INSERT INTO registered_models (name, workspace) VALUES (%s, 'default'), (%s, 'default')", name, name + " not")
    for model_name, of in ((name, run), (name, other_run), (name + " not", other_run)):
        server.db.execute(
            "INSERT INTO model_versions (name, version, run_id, source, current_stage) VALUES (%s, %s, %s, 'x', 'None')",
            model_name, 1 if of == run else 2, of,
        )
    server.db.execute(
        "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status) VALUES (%s, %s, 1, 'OK'), (%s, %s, 1, 'OK')",
        name, experiment, name + " not", other,
    )
    server.db.execute("INSERT INTO trace_tags (request_id, `key`, value) VALUES (%s, 'k', 'v'), (%s, 'k', 'v')", name, name + " not")
    gone = next(e for e in here.search_experiments(view_type=ViewType.DELETED_ONLY) if e.name == name + " gone").experiment_id
    said = export_sqlite(server, tmp_path / "out", "--experiment-ids", f"{experiment},{gone}").stdout
    assert "Exported 2 experiments, 5 runs, 2 logged models" in said
    assert "Not exported" not in said  # the value on the model is a row of the other experiment
    path = tmp_path / "out" / "mlflow.db"
    assert sqlite_rows(path, "SELECT name, version FROM model_versions") == [(name, 1)]
    assert sqlite_rows(path, "SELECT name FROM registered_models") == [(name,)]
    assert sqlite_rows(path, "SELECT request_id FROM trace_tags") == sqlite_rows(path, "SELECT request_id FROM trace_info") == [(name,)]
    assert not sqlite_rows(path, "PRAGMA foreign_key_check")
    assert sorted(p.name for p in (tmp_path / "out" / "mlartifacts").iterdir()) == [experiment]
    wanted = content(here, name, ids=True)
    dropped = [m for m in wanted[name]["models"][model]["metrics"] if m[0] == "on the model"]
    assert len(dropped) == 1
    wanted[name]["models"][model]["metrics"].remove(dropped[0])
    client = peer_on(tmp_path / "out")
    found = content(client, "", ids=True)
    found.pop("Default")  # the peer makes it at its start
    assert found == wanted
    said = export_sqlite(server, tmp_path / "other", "--experiment-ids", other).stdout
    assert "Not exported: 1 rows that refer to what other experiments have." in said
    assert not sqlite_rows(tmp_path / "other" / "mlflow.db", "PRAGMA foreign_key_check")
    done = export_sqlite(server, tmp_path / "none", "--experiment-ids", "999999", check=False)
    assert done.returncode == 1 and "There is no experiment with id 999999" in done.stderr
    assert not (tmp_path / "none" / "mlflow.db").exists()


def test_a_database_of_others_is_not_overwritten(server, tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"mine")
    done = export_sqlite(server, tmp_path, check=False)
    assert done.returncode == 1 and "it is there already" in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert (tmp_path / "mlflow.db").read_bytes() == b"mine" and not (tmp_path / "mlflow.db.part").exists()


def test_an_export_to_sqlite_can_be_repeated(server, here, tmp_path):
    experiment = here.create_experiment(unique("repeat"))
    words = ("--experiment-ids", experiment, "--artifacts", "link")
    run = here.create_run(experiment).info.run_id
    here.log_text(run, "one", "a.txt")
    export_sqlite(server, tmp_path, *words)
    exported = tmp_path / "mlartifacts" / experiment / run / "artifacts" / "a.txt"
    assert exported.stat().st_ino == (server.artifact_root / experiment / run / "artifacts" / "a.txt").stat().st_ino
    here.log_param(run, "p", "2")
    export_sqlite(server, tmp_path, *words)
    assert sqlite_rows(tmp_path / "mlflow.db", "SELECT key, value FROM params") == [("p", "2")]


def test_a_killed_export_leaves_no_database(server, here, tmp_path):
    experiment = here.create_experiment(unique("killed"))
    run = here.create_run(experiment).info.run_id
    for i in range(40):
        here.log_batch(run, metrics=[Metric("m", random.random(), T0 + k, k) for k in range(i * 1000, i * 1000 + 1000)])
    lock = server.db.mariadb.connect(server.db.name)
    lock.cursor().execute("LOCK TABLES metrics WRITE")
    job = subprocess.Popen(
        [BINARY, "export", "--config", server.config, tmp_path, "--format", "sqlite"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until((tmp_path / "mlflow.db.part").exists, 20, "a database that is being written")
    assert job.poll() is None, "it cannot be over: it waits for the metrics"
    job.send_signal(signal.SIGKILL)
    job.communicate()
    lock.close()
    assert (tmp_path / "mlflow.db.part").exists() and not (tmp_path / "mlflow.db").exists()
    export_sqlite(server, tmp_path)
    assert sqlite_rows(tmp_path / "mlflow.db", "SELECT COUNT(*) FROM metrics WHERE run_uuid = ?", run) == [(40000,)]
    assert not (tmp_path / "mlflow.db.part").exists()


def test_artifacts_may_stay_where_they_are(server, here, tmp_path):
    experiment = here.create_experiment(unique("stay"))
    run = here.create_run(experiment).info.run_id
    here.log_text(run, "one", "a.txt")
    local = f"file://{server.artifact_root}/{experiment}/{run}/artifacts"
    server.db.execute("UPDATE runs SET artifact_uri = %s WHERE run_uuid = %s", local, run)
    uri = "SELECT artifact_uri FROM runs WHERE run_uuid = ?"
    export_sqlite(server, tmp_path / "none", "--artifacts", "none")
    assert sqlite_rows(tmp_path / "none" / "mlflow.db", uri, run) == [(local,)]
    assert not (tmp_path / "none" / "mlartifacts").exists()
    export_sqlite(server, tmp_path / "copy")
    assert sqlite_rows(tmp_path / "copy" / "mlflow.db", uri, run) == [(f"mlflow-artifacts:/{experiment}/{run}/artifacts",)]
    assert (tmp_path / "copy" / "mlartifacts" / experiment / run / "artifacts" / "a.txt").read_text() == "one"
