"""Artifacts on a store of the network, from the real client through nginx and the workers to the store and back."""

import hashlib
import os
import re
import socket
import subprocess
import sys
import textwrap
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.api import Api, unique
from harness.cairn import cairn

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

pytestmark = pytest.mark.cairn_only("the peer takes its settings from the environment")
DOOR = "/api/2.0/mlflow-artifacts/artifacts/"
INVALID = "INVALID_PARAMETER_VALUE"


@pytest.fixture(scope="module")
def server(servers, seaweed):
    server = servers.cairn(artifacts_destination="s3://cairn/some/where/", **seaweed.settings())
    yield server
    assert server.deaths() == []
    assert seaweed.secret_key not in server.log()
    assert not re.search(r"Signature=|X-Amz-Signature", server.log())
    assert left_behind(server) == []


def left_behind(server):
    return [f for sub in ("tmp", "stage") for _, _, files in os.walk(server.directory / sub) for f in files]


def key(path):
    return f"some/where/{path}"


def test_the_client_keeps_files_there(client, api, run, seaweed, tmp_path):
    for name, text in {"a.txt": "hello", "empty": "", "grüße 日本 +&=.csv": "odd", "deep/er/x": "x"}.items():
        (tmp_path / "up" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "up" / name).write_text(text)
    client.log_artifacts(run, tmp_path / "up", "sub")
    base = key(api.get_run(run)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/") + "/sub/")
    names = [k.removeprefix(base) for k in seaweed.keys("cairn", base)]
    assert sorted(names) == sorted(["a.txt", "empty", "grüße 日本 +&=.csv", "deep/er/x"])
    assert {f.path for f in client.list_artifacts(run, "sub")} == {"sub/a.txt", "sub/empty", "sub/grüße 日本 +&=.csv", "sub/deep"}
    got = Path(client.download_artifacts(run, "sub", tmp_path))
    for file in (tmp_path / "up").rglob("*"):
        if file.is_file():
            assert (got / file.relative_to(tmp_path / "up")).read_bytes() == file.read_bytes()
    (tmp_path / "a.txt").write_text("second")
    client.log_artifact(run, tmp_path / "a.txt", "sub")
    assert Path(client.download_artifacts(run, "sub/a.txt", tmp_path)).read_text() == "second"
    get_artifact_repository(api.get_run(run)["info"]["artifact_uri"]).delete_artifacts("sub")
    assert seaweed.keys("cairn", base) == []


def test_every_byte_comes_back(api, seaweed):
    for size in (0, 1, 65537, 9_000_001):
        body, path = os.urandom(size), f"{unique('b')}/x.bin"
        for data in (body, (body[i : i + 10000] for i in range(0, size or 1, 10000))):
            reply = api.request("PUT", DOOR + path, data=data)
            assert (reply.status, reply.body) == (200, b""), str(reply)
            assert hashlib.sha256(seaweed.get("cairn", key(path))).digest() == hashlib.sha256(body).digest()
            got = api.get(DOOR + path)
            assert (got.status, got.type) == (200, "application/octet-stream")
            assert hashlib.sha256(got.body).digest() == hashlib.sha256(body).digest()


def test_what_http_can_ask(api):
    path = DOOR + unique("h") + "/%C3%A9%20x.json"
    assert api.request("PUT", path, data=b"0123456789").status == 200
    whole = api.get(path)
    assert whole.type == "text/plain"
    assert whole.headers["Content-Disposition"] == "attachment; filename=\"e x.json\"; filename*=UTF-8''%C3%A9%20x.json"
    assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert not [h for h in whole.headers if h.lower().startswith(("x-amz", "x-ms", "seaweed", "set-cookie"))]
    part = api.get(path, headers={"Range": "bytes=2-4"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert api.get(path, headers={"Range": "bytes=-3"}).body == b"789"
    api.get(path, headers={"Range": "bytes=10-"}).fails(416, "BAD_REQUEST")
    head = api.request("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Content-Disposition", "ETag", "Last-Modified"):
        assert head.headers[name] == whole.headers[name]
    for more in ({"If-None-Match": whole.headers["ETag"]}, {"If-Modified-Since": whole.headers["Last-Modified"]}):
        assert (api.get(path, headers=more).status, api.get(path, headers=more).body) == (304, b"")
    assert api.get(path, headers={"If-None-Match": '"other"'}).body == b"0123456789"


def test_a_worker_refuses_before_the_body_is_sent(api, seaweed):
    before = seaweed.keys("cairn")
    for path in ("a/../b", "..", "a//b", "a%2f..%2fb", "C:/x", "a%0Ab", "x/.artifact.uploading.y"):
        api.raw("PUT", DOOR + path, b"data").fails(400, INVALID)
        api.raw("PUT", DOOR + path, b"4\r\ndata\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}).fails(400, INVALID)
    api.request("PUT", DOOR + "folder/", data=b"x").fails(400, INVALID, "Artifact path must include a filename (cannot end with '/').")
    with socket.create_connection(("127.0.0.1", api.server.port), timeout=60) as s:
        s.sendall(f"PUT {DOOR}a/../b HTTP/1.1\r\nHost: localhost\r\nContent-Length: {5 << 30}\r\n\r\n".encode())
        assert s.recv(64).startswith(b"HTTP/1.1 400 ")
    assert seaweed.keys("cairn") == before


def test_what_is_not_there(api):
    path = unique("n")
    assert api.request("PUT", f"{DOOR}{path}/x", data=b"1").status == 200
    api.get(f"{DOOR}{path}/y").fails(404, "RESOURCE_DOES_NOT_EXIST", f"No such artifact: '{path}/y'")
    api.get(DOOR + path).fails(400, INVALID, f"Artifact path refers to a directory, not a file: '{path}'")


def test_the_page_gets_a_file_of_a_run(api, run):
    base = api.get_run(run)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    assert api.request("PUT", f"{DOOR}{base}/page.html", data=b"<script>").status == 200
    reply = api.get("/get-artifact", {"run_id": run, "path": "page.html"})
    assert (reply.status, reply.body) == (200, b"<script>")
    assert reply.headers["Content-Disposition"].startswith("attachment") and "sandbox" in reply.headers["Content-Security-Policy"]


def test_many_at_once(api, server, seaweed):
    folder = unique("m")
    bodies = {f"{folder}/{i}": os.urandom(200_000 + i) for i in range(24)}

    def round_trip(item):
        path, body = item
        mine = Api(server)
        assert mine.request("PUT", DOOR + path, data=body).status == 200
        return mine.get(DOOR + path).body == body

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(round_trip, bodies.items()))
    assert len(seaweed.keys("cairn", key(folder))) == 24


def test_an_upload_that_is_cut_off_leaves_nothing(api, server, seaweed):
    folder = unique("c")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as s:
        s.sendall(f"PUT {DOOR}{folder}/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n".encode() + bytes(4_000_000))
    assert api.request("PUT", f"{DOOR}{folder}/after", data=b"1").status == 200
    assert seaweed.keys("cairn", key(folder)) == [key(f"{folder}/after")]


def test_nginx_stays_small(api, server):
    """16 uploads of 32 MB and as many downloads, at once."""

    def peak():
        total = 0
        for pid in nginx_pids(server):
            found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
            total += int(found[1])
        return total

    folder, body = unique("big"), os.urandom(1 << 20)
    before = peak()

    def both(i):
        mine = Api(server)
        assert mine.request("PUT", f"{DOOR}{folder}/{i}", data=Repeated(body, 32)).status == 200
        got = hashlib.sha256()
        with mine.session.get(server.url + f"{DOOR}{folder}/{i}", stream=True, timeout=60) as reply:
            for piece in reply.iter_content(1 << 16):
                got.update(piece)
        return got.digest()

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(both, range(16))) == {hashlib.sha256(body * 32).digest()}
    assert peak() - before < 16 * 1024, "kB more in nginx"
    assert api.request("DELETE", DOOR + folder).status == 200


def nginx_pids(server):
    from harness.processes import children

    return [server.nginx.pid, *children(server.nginx.pid)]


class Repeated:
    """A body of a known length that is never whole in memory."""

    def __init__(self, block, times):
        self.block, self.left, self.at = block, times, 0
        self.length = len(block) * times

    def __len__(self):
        return self.length

    def read(self, size=-1):
        if self.at == len(self.block):
            self.left, self.at = self.left - 1, 0
        if not self.left:
            return b""
        piece = self.block[self.at : self.at + (size if size > 0 else len(self.block))]
        self.at += len(piece)
        return piece


def test_the_client_goes_to_the_bucket_itself(servers, seaweed, tmp_path):
    """serve_artifacts = no: what the client needs for S3 it finds in its own environment."""
    server = servers.cairn(serve_artifacts="no", artifacts_destination="s3://cairn/direct", **seaweed.settings())
    script = textwrap.dedent(
        """
        import mlflow, pathlib
        pathlib.Path("a.txt").write_text("hello")
        with mlflow.start_run() as run:
            mlflow.log_artifact("a.txt", "sub")
        client = mlflow.MlflowClient()
        assert [f.path for f in client.list_artifacts(run.info.run_id, "sub")] == ["sub/a.txt"]
        pathlib.Path("got").mkdir()
        assert pathlib.Path(client.download_artifacts(run.info.run_id, "sub/a.txt", "got")).read_text() == "hello"
        print(run.info.run_id)
        """
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "AWS_"))}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**env, "HOME": str(tmp_path), "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_TRACKING_URI": server.url, "NO_PROXY": "*",
             "MLFLOW_S3_ENDPOINT_URL": seaweed.endpoint, "AWS_ACCESS_KEY_ID": seaweed.access_key,
             "AWS_SECRET_ACCESS_KEY": seaweed.secret_key, "AWS_DEFAULT_REGION": seaweed.region},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    run = re.search(r"^[0-9a-f]{32}$", done.stdout, re.M)[0]
    api = Api(server)
    uri = api.get_run(run)["info"]["artifact_uri"]
    assert re.fullmatch(rf"s3://cairn/direct/\d+/{run}/artifacts", uri)
    assert seaweed.get("cairn", uri.removeprefix("s3://cairn/") + "/sub/a.txt") == b"hello"
    assert api.get("artifacts/list", {"run_id": run, "path": "sub"}).ok()["files"] == [{"path": "sub/a.txt", "is_dir": False, "file_size": 5}]
    assert api.get("/get-artifact", {"run_id": run, "path": "sub/a.txt"}).body == b"hello"


def test_an_experiment_with_a_bucket_of_its_own(servers, seaweed, tmp_path):
    """The server's own artifacts are on disk; one experiment's are in a bucket that it knows."""
    seaweed.create_bucket("other")
    server = servers.cairn(artifact_roots="s3://other/team", **seaweed.settings())
    api = Api(server)
    run = api.run(api.experiment(artifact_location="s3://other/team/a"))
    seaweed.put("other", f"team/a/{run}/artifacts/x.txt", b"hello")
    assert api.get("artifacts/list", {"run_id": run}).ok()["files"] == [{"path": "x.txt", "is_dir": False, "file_size": 5}]
    assert api.get("/get-artifact", {"run_id": run, "path": "x.txt"}).body == b"hello"
    elsewhere = api.run(api.experiment(artifact_location="s3://other/secret"))
    seaweed.put("other", f"secret/{elsewhere}/artifacts/x.txt", b"hello")
    for reply in (api.get("artifacts/list", {"run_id": elsewhere}), api.get("/get-artifact", {"run_id": elsewhere, "path": "x.txt"})):
        reply.fails(400, INVALID, re.compile("which this server does not read"))
    assert api.request("PUT", DOOR + "on/disk", data=b"x").status == 200
    assert (server.artifact_root / "on" / "disk").read_bytes() == b"x"


def test_wrong_keys_are_told_and_are_no_5xx(servers, seaweed):
    server = servers.cairn(artifacts_destination="s3://cairn/x", **seaweed.settings(s3_secret_key="wrong"))
    api = Api(server)
    for reply in (api.request("PUT", DOOR + "x", data=b"1"), api.request("PUT", DOOR + "x", data=iter([b"1"])), api.get(DOOR + "x")):
        assert reply.status == 400 and reply.json["error_code"] == "INVALID_STATE", str(reply)
    assert seaweed.get("cairn", "x/x") is None
    done = cairn("doctor", "--config", server.config, check=False)
    assert re.search(r"^FAIL +artifacts: ", done.stdout, re.M) and done.returncode == 1, done.stdout


def test_the_doctor_asks_the_store(server):
    done = cairn("doctor", "--config", server.config, check=False)
    assert re.search(r"^ok +artifacts: s3://cairn/some/where/ answers$", done.stdout, re.M), done.stdout
    assert "FAIL" not in done.stdout and "artifact_root" not in done.stdout and done.returncode == 0


def test_a_store_that_is_down_is_told_and_is_back_by_itself(api, seaweed):
    path = DOOR + unique("down")
    assert api.request("PUT", path, data=b"before").status == 200
    seaweed.kill()
    try:
        for reply in (api.get(path), api.request("PUT", path, data=b"x"), api.request("PUT", path, data=iter([b"x"]))):
            reply.fails(503, "TEMPORARILY_UNAVAILABLE")
            assert reply.headers["Retry-After"] == "1"
    finally:
        seaweed.start()
    assert api.get(path).body == b"before"
    assert api.request("PUT", path, data=b"after").status == 200
    assert api.get(path).body == b"after"
