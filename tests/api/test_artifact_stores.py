"""One set of things that people do with artifacts, on every store and in every mode: the same client, the same files."""

import hashlib
import os
import shutil
import warnings
from pathlib import Path

import pytest
import requests
from harness.api import unique
from harness.azurite import Azurite

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

pytestmark = pytest.mark.cairn_only("the stores are told to Cairn by its settings")

# Bytes of the file that is large; 5368709120 and more is for a machine with room for three of them.
LARGE = int(os.environ.get("CAIRN_TEST_LARGE", 96 << 20))
MANY = int(os.environ.get("CAIRN_TEST_MANY", 300))
ODD = ["a b.txt", "100%.csv", "a+b&c=d.txt", "it's \"quoted\".txt", "ümläut.md", "数据.bin", "🦊.png", "(x)[y]{z}", "$HOME~`^|!@*",
       ".hidden", "semi;colon,comma", "no-extension", "UPPER.TXT"]   # MLflow's client takes a ? for a query


@pytest.fixture(scope="module")
def disk(place):
    """Of settings and environment: those of the server, and what a client needs to go there itself."""
    directory = place / unique("disk")
    directory.mkdir()
    return f"file://{directory}", {}, {}


@pytest.fixture(scope="module")
def s3(seaweed):
    return "s3://cairn/all/of it", seaweed.settings(), {
        "MLFLOW_S3_ENDPOINT_URL": seaweed.endpoint, "AWS_ACCESS_KEY_ID": seaweed.access_key,
        "AWS_SECRET_ACCESS_KEY": seaweed.secret_key, "AWS_DEFAULT_REGION": seaweed.region}


@pytest.fixture(scope="module")
def azure(place):
    store = Azurite(place / unique("az"))
    store.container("mlflow")
    yield store.uri("mlflow", "all/of"), {"azure_connection_string": store.connection}, {
        "AZURE_STORAGE_CONNECTION_STRING": store.connection}
    store.stop()


@pytest.fixture(scope="module", params=["disk", "s3", "azure"])
def store(request):
    return request.getfixturevalue(request.param)


def settings_of(store):
    uri, settings, _ = store
    if uri.startswith("file:"):
        # nginx serves the directory and places what is uploaded, so its uploads lie on the same file system.
        return {"artifacts_destination": uri}
    return {"artifacts_destination": uri, **settings}


@pytest.fixture(scope="module", params=["proxied", "direct", "elsewhere"])
def mode(request, store, servers):
    """How bytes go: through the server; from the client to the store; through a server of artifacts alone."""
    if request.param == "proxied":
        return servers.cairn(**settings_of(store))
    if request.param == "direct":
        return servers.cairn(serve_artifacts="no", **settings_of(store))
    alone = servers.cairn(artifacts_only="yes", **settings_of(store))
    return servers.cairn(default_artifact_root=f"{alone.url.replace('http', 'mlflow-artifacts', 1)}/")


@pytest.fixture
def client(mode, store, monkeypatch):
    for name, value in store[2].items():
        monkeypatch.setenv(name, value)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(mode.url)
    yield mlflow.MlflowClient(mode.url)
    mlflow.set_tracking_uri(before)


@pytest.fixture
def run(client):
    return client.create_run(client.create_experiment(unique("stores"))).info.run_id


def digest(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def paths(client, run, path=None):
    return sorted(f.path for f in client.list_artifacts(run, path))


def files(client, run, path=None):
    found = client.list_artifacts(run, path)
    return sorted(p for f in found for p in (files(client, run, f.path) if f.is_dir else [f.path]))


def fetched(client, run, path, into):
    into.mkdir(exist_ok=True)
    return Path(client.download_artifacts(run, path, into))


def test_a_file_is_logged_listed_fetched_and_replaced(client, run, tmp_path):
    file = tmp_path / "x.txt"
    for text in ("one", "another, longer", ""):
        file.write_text(text)
        client.log_artifact(run, file, "sub/dir")
        assert fetched(client, run, "sub/dir/x.txt", tmp_path / "back").read_text() == text
    assert paths(client, run) == ["sub"]
    assert paths(client, run, "sub") == ["sub/dir"]
    (found,) = client.list_artifacts(run, "sub/dir")
    assert (found.path, found.is_dir, found.file_size or 0) == ("sub/dir/x.txt", False, 0)
    assert paths(client, run, "nothing") == []
    with pytest.raises(Exception):  # noqa: B017 — each store's own client has its own
        client.download_artifacts(run, "sub/none.txt", tmp_path)


def test_names_of_every_kind_come_back(client, run, tmp_path):
    (tmp_path / "up").mkdir()
    for n, name in enumerate(ODD):
        (tmp_path / "up" / name).write_bytes(os.urandom(n * 10))
    client.log_artifacts(run, tmp_path / "up", "odd")
    assert paths(client, run, "odd") == sorted(f"odd/{name}" for name in ODD)
    back = fetched(client, run, "odd", tmp_path / "back")
    assert {p.name: p.read_bytes() for p in back.iterdir()} == {p.name: p.read_bytes() for p in (tmp_path / "up").iterdir()}


def test_a_tree_is_deleted(client, run, tmp_path):
    for name in ("keep/a", "gone/b", "gone/deep/c", "gone-not/d"):
        (tmp_path / "up" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "up" / name).write_text(name)
    client.log_artifacts(run, tmp_path / "up")
    repository = get_artifact_repository(client.get_run(run).info.artifact_uri)
    repository.delete_artifacts("gone")
    # By their files: SeaweedFS shows an empty folder, to every client, some time longer than its last file.
    assert files(client, run) == ["gone-not/d", "keep/a"]
    assert fetched(client, run, "gone-not/d", tmp_path / "back").read_text() == "gone-not/d"


def test_many_files_in_one_folder(client, run, tmp_path):
    (tmp_path / "up").mkdir()
    for n in range(MANY):
        (tmp_path / "up" / f"f{n:05}").write_text(str(n))
    client.log_artifacts(run, tmp_path / "up", "many")
    assert paths(client, run, "many") == [f"many/f{n:05}" for n in range(MANY)]
    back = fetched(client, run, "many", tmp_path / "back")
    assert all((back / f"f{n:05}").read_text() == str(n) for n in range(MANY))


def test_a_large_file_is_the_same_when_it_comes_back(client, run, tmp_path, monkeypatch):
    """In parts where the client makes parts of it: it does for files of this size when it is told to."""
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(32 << 20))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(16 << 20))
    file = tmp_path / "large.bin"
    with open(file, "wb") as f:   # with holes, so that it is quickly made, and no two parts alike
        for at in range(0, LARGE, 8 << 20):
            f.seek(at)
            f.write(os.urandom(4096))
        f.truncate(LARGE)
    client.log_artifact(run, str(file))   # its parts are named to the server in JSON
    (found,) = client.list_artifacts(run)
    assert (found.path, found.file_size) == ("large.bin", LARGE)
    back = fetched(client, run, "large.bin", tmp_path / "back")
    assert digest(back) == digest(file)


def test_a_folder_comes_as_one_archive(mode, client, run, tmp_path):
    (tmp_path / "up" / "deep" / "er").mkdir(parents=True)
    for n in range(MANY):
        (tmp_path / "up" / f"f{n:05}").write_text(str(n))
    for name in ODD:
        (tmp_path / "up" / "deep" / "er" / name).write_bytes(os.urandom(100_000))
    client.log_artifacts(run, tmp_path / "up", "all")
    client.log_text(run, "not in it", "beside.txt")
    reply = requests.get(f"{mode.url}/api/cairn/1/artifacts/archive", {"run_id": run, "path": "all", "format": "zip"}, timeout=300)
    if "default_artifact_root" in mode.settings:   # another server's
        assert (reply.status_code, reply.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
        return
    assert reply.status_code == 200, reply.text
    (tmp_path / "archive").write_bytes(reply.content)
    shutil.unpack_archive(tmp_path / "archive", tmp_path / "back", "zip")
    assert {p.name for p in (tmp_path / "back").iterdir()} == {"all", "manifest.sha256"}
    sent = {str(p.relative_to(tmp_path / "up")): p.read_bytes() for p in (tmp_path / "up").rglob("*") if p.is_file()}
    there = tmp_path / "back" / "all"
    assert {str(p.relative_to(there)): p.read_bytes() for p in there.rglob("*") if p.is_file()} == sent
    manifest = (tmp_path / "back" / "manifest.sha256").read_text()
    assert len(manifest.splitlines()) == len(sent)


def test_nested_runs_keep_their_own(client, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.set_experiment(unique("nested"))
        with mlflow.start_run() as parent:
            mlflow.log_text("of the parent", "who.txt")
            with mlflow.start_run(nested=True) as child:
                mlflow.log_text("of the child", "who.txt")
                mlflow.log_dict({"a": [1, 2]}, "deep/er/d.json")
    assert fetched(client, parent.info.run_id, "who.txt", tmp_path / "p").read_text() == "of the parent"
    assert fetched(client, child.info.run_id, "who.txt", tmp_path / "c").read_text() == "of the child"
    assert mlflow.artifacts.load_dict(f"runs:/{child.info.run_id}/deep/er/d.json") == {"a": [1, 2]}


def test_a_model_is_saved_and_loaded(client):
    from sklearn.linear_model import LinearRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.set_experiment(unique("models"))
        with mlflow.start_run():
            model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
            logged = mlflow.sklearn.log_model(model, name="line", input_example=[[0.5]])
        again = mlflow.sklearn.load_model(logged.model_uri)
    assert again.predict([[10.0]])[0] == pytest.approx(21.0)
