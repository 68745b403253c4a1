"""What a server does that serves no artifacts, or nothing else; the peer in the same mode beside it."""

import contextlib
import os
import re
import warnings
from pathlib import Path

import pytest

from harness import cairn
from harness.api import Api, unique

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.exceptions import MlflowException

pytestmark = pytest.mark.cairn_only("starts servers of both kinds itself")
STORE = "/api/2.0/mlflow-artifacts/artifacts"
# Routes that are Cairn's own have nothing to be compared with.
ENDPOINTS = [e for e in cairn.describe()["endpoints"] if not e["path"].startswith("/api/cairn/")]


def path_of(endpoint):
    return re.sub(r"\{[^}]*\}", "x", endpoint["path"])


def ask(server, method, path):
    body = None if method == "GET" else b"{}"
    reply = Api(server).raw(method, path, body, {"Content-Type": "application/json"})
    return reply.status, reply.type, reply.body


@pytest.fixture(scope="module")
def direct(servers):
    """A server that serves no artifacts, as the peer's --no-serve-artifacts."""
    return servers.cairn(serve_artifacts="no")


@pytest.fixture(scope="module")
def direct_peer(servers):
    return servers.peer("--no-serve-artifacts")


@pytest.fixture(scope="module")
def alone(servers, place):
    """A server of artifacts alone: there is no database, neither at its start nor later."""
    return servers.cairn(artifacts_only="yes", db_socket=place / "nobody.sock")


@pytest.fixture(scope="module")
def alone_peer(servers):
    return servers.peer("--artifacts-only")


def text_of(path):
    return Path(path).read_text()


@contextlib.contextmanager
def tracking(uri):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    try:
        yield mlflow.MlflowClient(uri)
    finally:
        mlflow.set_tracking_uri(before)


# -- serve_artifacts = no


def test_the_client_goes_to_the_store_itself(direct, tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    root = direct.artifact_root
    with tracking(direct.url) as client:
        experiment = client.create_experiment(unique("direct"))
        assert client.get_experiment(experiment).artifact_location == f"{root}/{experiment}"
        run = client.create_run(experiment).info
        assert run.artifact_uri == f"{root}/{experiment}/{run.run_id}/artifacts"
        client.log_artifact(run.run_id, tmp_path / "a.txt", "sub")
        stored = root / experiment / run.run_id / "artifacts" / "sub" / "a.txt"
        assert stored.read_text() == "hello"
        assert [f.path for f in client.list_artifacts(run.run_id, "sub")] == ["sub/a.txt"]
        assert text_of(client.download_artifacts(run.run_id, "sub/a.txt", tmp_path)) == "hello"


def test_pages_still_see_what_is_below_a_root_of_the_server(direct):
    api = Api(direct)
    run = api.run(api.experiment())
    place = Path(api.get_run(run)["info"]["artifact_uri"])
    place.mkdir(parents=True)
    (place / "x.txt").write_text("seen")
    files = api.get("artifacts/list", {"run_id": run}).ok()["files"]
    assert files == [{"path": "x.txt", "is_dir": False, "file_size": 4}]
    reply = api.get("/get-artifact", {"run_id": run, "path": "x.txt"})
    assert (reply.status, reply.body) == (200, b"seen")


def test_the_default_root_is_what_the_settings_say(servers, tmp_path):
    server = servers.cairn(serve_artifacts="no", default_artifact_root="s3://bucket/some/prefix")
    api = Api(server)
    experiment = api.experiment()
    run = api.run(experiment)
    uri = f"s3://bucket/some/prefix/{experiment}/{run}/artifacts"
    assert api.get_run(run)["info"]["artifact_uri"] == uri


PROXY = sorted({(e["method"], path_of(e)) for e in ENDPOINTS if "mlflow-artifacts" in e["path"]})


@pytest.mark.parametrize("door", ["api", "ajax-api"])
@pytest.mark.parametrize(("method", "path"), [*PROXY, ("HEAD", STORE + "/x"), ("OPTIONS", STORE), ("PATCH", STORE)])
def test_the_proxy_is_off_as_the_peers_is(direct, direct_peer, method, path, door):
    path = path.replace("/api/", f"/{door}/")
    ours, theirs = ask(direct, method, path), ask(direct_peer, method, path)
    assert ours[0] == theirs[0]
    if theirs[0] == 503:
        assert ours == theirs


@pytest.mark.parametrize("what", ["list", "download", "upload"])
def test_the_client_hears_the_same_and_sooner(direct, direct_peer, what, tmp_path, monkeypatch):
    """The peer does not say when to come again: its client waits longer each time."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    (tmp_path / "a.txt").write_text("hello")

    def said_by(server):
        with tracking(server.url), pytest.raises(MlflowException) as e:
            if what == "list":
                mlflow.artifacts.list_artifacts("mlflow-artifacts:/0/x")
            elif what == "download":
                mlflow.artifacts.download_artifacts("mlflow-artifacts:/0/x.txt", dst_path=tmp_path)
            else:
                upload(tmp_path / "a.txt")
        return type(e.value), str(e.value).replace(str(server.port), "PORT")

    def upload(file):
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        get_artifact_repository("mlflow-artifacts:/0").log_artifact(file)

    assert said_by(direct) == said_by(direct_peer)


# -- artifacts_only = yes


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: e["name"])
def test_only_artifacts_are_served(alone, alone_peer, endpoint):
    method, path = endpoint["method"], path_of(endpoint)
    ours, theirs = ask(alone, method, path), ask(alone_peer, method, path)
    if endpoint["name"] == "graphql_query":  # the peer makes itself a database for it
        assert ours[0] == 503
        assert b"Endpoint: /graphql disabled" in ours[2]
        return
    assert ours[0] == theirs[0], (ours, theirs)
    if theirs[0] == 503:
        assert ours == theirs


@pytest.mark.parametrize("path", ["/ajax-api/2.0/mlflow/runs/get?run_id=1", "/ajax-api/2.0/mlflow/logged-models/m-1?x"])
def test_the_other_door_is_named_as_it_was_asked(alone, alone_peer, path):
    assert ask(alone, "GET", path) == ask(alone_peer, "GET", path)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nope"), ("GET", "/api/2.0/mlflow/nope"), ("DELETE", "/api/2.0/mlflow/runs/create"), ("OPTIONS", "/api/2.0/mlflow/runs/create")],
)
def test_what_is_no_endpoint_is_none_in_this_mode(alone, alone_peer, method, path):
    assert ask(alone, method, path)[0] == ask(alone_peer, method, path)[0]


def test_it_says_that_it_is_well(alone):
    api = Api(alone)
    assert api.get("/health").text == "OK"
    assert api.get("/version").text == "3.17.2"
    assert api.get("/api/3.0/mlflow/server-info").ok()["store_type"] == "SqlStore"


def test_the_doctor_asks_for_no_database(alone):
    done = cairn.cairn("doctor", "--config", alone.config, check=False)
    assert re.search(r"^ok +database: not needed", done.stdout, re.M), done.stdout
    assert "FAIL" not in done.stdout
    assert done.returncode == 0


def test_a_tracking_server_can_leave_its_artifacts_to_another(servers, alone, tmp_path):
    """As MLflow's scenario 6: the tracking server names the artifact server in its default root."""
    root = f"mlflow-artifacts://127.0.0.1:{alone.port}/here"
    tracker = servers.cairn(serve_artifacts="no", default_artifact_root=root)
    (tmp_path / "a.txt").write_text("hello")
    with tracking(tracker.url) as client:
        experiment = client.create_experiment(unique("two"))
        run = client.create_run(experiment).info
        assert run.artifact_uri == f"{root}/{experiment}/{run.run_id}/artifacts"
        client.log_artifact(run.run_id, tmp_path / "a.txt", "sub")
        stored = alone.artifact_root / "here" / experiment / run.run_id / "artifacts" / "sub" / "a.txt"
        assert stored.read_text() == "hello"
        assert [f.path for f in client.list_artifacts(run.run_id, "sub")] == ["sub/a.txt"]
        assert text_of(client.download_artifacts(run.run_id, "sub/a.txt", tmp_path)) == "hello"
        repo = mlflow.store.artifact.artifact_repository_registry.get_artifact_repository(run.artifact_uri)
        repo.delete_artifacts("sub")
        assert not stored.exists()
        assert os.listdir(tracker.artifact_root) == []
    api = Api(tracker)
    api.get("artifacts/list", {"run_id": run.run_id}).fails(400, "INVALID_PARAMETER_VALUE")


# -- an experiment's own place


def test_a_place_below_a_further_root_is_served(servers, tmp_path):
    (tmp_path / "more").mkdir()
    server = servers.cairn(artifact_roots=f"file://{tmp_path}/more")
    api = Api(server)
    run = api.run(api.experiment(artifact_location=f"{tmp_path}/more/of/mine"))
    uri = api.get_run(run)["info"]["artifact_uri"]
    os.makedirs(uri)
    with open(f"{uri}/x.txt", "w") as f:
        f.write("there")
    assert api.get("artifacts/list", {"run_id": run}).ok()["files"] == [
        {"path": "x.txt", "is_dir": False, "file_size": 5}
    ]
    reply = api.get("/get-artifact", {"run_id": run, "path": "x.txt"})
    assert (reply.status, reply.body) == (200, b"there")
    assert "sandbox" in reply.headers["Content-Security-Policy"]


PLACES = ["/etc", "file:///etc", "s3://bucket/x", "gs://bucket/x", "wasbs://c@a.blob.core.windows.net/x", "dbfs:/x"]


@pytest.mark.parametrize("location", PLACES)
def test_a_place_elsewhere_is_a_text_that_is_never_opened(servers, location):
    server = next((s for s in servers.started if not s.is_peer and s.settings.get("backlog") == 64), None)
    api = Api(server or servers.cairn(backlog=64))
    experiment = api.experiment(artifact_location=location)
    run = api.run(experiment)
    uri = api.get_run(run)["info"]["artifact_uri"]
    assert uri == f"{location}/{run}/artifacts"
    for reply in (
        api.get("artifacts/list", {"run_id": run}),
        api.get("/get-artifact", {"run_id": run, "path": "passwd"}),
        api.request("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=x", data=b"x", headers={"Content-Type": "text/plain"}),
    ):
        reply.fails(400, "INVALID_PARAMETER_VALUE", re.compile("which this server does not (read|write)"))
