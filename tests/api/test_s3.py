"""Artifacts on S3: a SeaweedFS that checks every signature."""

import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.api import Api, unique
from harness.cairn import BINARY, cairn, environment
from harness.processes import free_port

pytestmark = pytest.mark.cairn_only("the peer takes its settings for S3 from the environment")

STORE = "/api/2.0/mlflow-artifacts/artifacts"
UPLOAD = "/ajax-api/2.0/mlflow/upload-artifact"
ODD_NAMES = [
    "blank s",
    "plus+plus",
    "per%cent",
    "what?",
    "quo'te\"s",
    "a&b=c;d,e:f@g",
    "(brackets)[]{}<>!*~$^`|",
    "grüße 日本語 🙂",
    "dots...",
    ".hidden",
]


@pytest.fixture(scope="module")
def server(servers, seaweed):
    """Its artifacts are at s3://cairn/some/where."""
    server = servers.cairn(artifacts_destination="s3://cairn/some/where/", **seaweed.settings())
    yield server
    assert server.deaths() == []
    assert seaweed.secret_key not in server.log()


def prefix(api, run):
    """What the keys of a run begin with."""
    uri = api.get_run(run)["info"]["artifact_uri"]
    return "some/where/" + uri.removeprefix("mlflow-artifacts:/") + "/"


def listed(api, run, path=None):
    """path: size, or None for directories."""
    reply = api.get("artifacts/list", {"run_id": run, **({"path": path} if path else {})}).ok()
    return {f["path"]: None if f["is_dir"] else f.get("file_size", 0) for f in reply.get("files", [])}


def upload(api, run, path, data=b"data"):
    headers = {"Content-Type": "application/octet-stream"}
    return api.request("POST", UPLOAD, params={"run_uuid": run, "path": path}, data=data, headers=headers)


# -- lists


def test_files_and_directories_are_listed(api, run, seaweed):
    assert listed(api, run) == {}
    for path, size in {"z": 3, "a/b/c": 2, "a/d": 1, "empty": 0, "a.txt": 4, "a0": 5}.items():
        seaweed.put("cairn", prefix(api, run) + path, b"x" * size)
    assert list(listed(api, run).items()) == [("a", None), ("a.txt", 4), ("a0", 5), ("empty", 0), ("z", 3)]
    assert listed(api, run, "a") == {"a/b": None, "a/d": 1}
    assert listed(api, run, "a/") == {"a/b": None, "a/d": 1}
    assert listed(api, run, "a/b") == {"a/b/c": 2}
    assert listed(api, run, "z") == listed(api, run, "none") == listed(api, run, "a/no") == {}


def test_the_store_itself_is_listed(api, run, seaweed):
    seaweed.put("cairn", prefix(api, run) + "m/MLmodel", b"x")
    root = prefix(api, run).removeprefix("some/where/").rstrip("/")
    reply = api.get(STORE, {"path": root + "/m"}).ok()
    assert reply == {"files": [{"path": "MLmodel", "is_dir": False, "file_size": 1}]}
    top = api.get(STORE).ok()["files"]
    assert {"path": root.split("/")[0], "is_dir": True} in top


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_names_like_others(api, run, seaweed, name):
    seaweed.put("cairn", f"{prefix(api, run)}{name}/{name}", b"12345")
    assert listed(api, run) == {name: None}
    assert listed(api, run, name) == {f"{name}/{name}": 5}
    assert upload(api, run, f"up/{name}", b"uploaded").status == 200
    assert seaweed.get("cairn", f"{prefix(api, run)}up/{name}") == b"uploaded"
    root = prefix(api, run).removeprefix("some/where/")
    api.request("DELETE", f"{STORE}/{quoted(root + name)}").ok()
    assert listed(api, run) == {"up": None}


def quoted(path):
    return "".join(f"%{b:02x}" if chr(b) != "/" else "/" for b in path.encode())


def test_a_directory_of_many_pages(api, run, seaweed):
    keys = [f"{prefix(api, run)}many/{i:05}" for i in range(1100)]
    client = seaweed.client()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: client.put_object(Bucket="cairn", Key=key, Body=b""), keys))
    assert list(listed(api, run, "many")) == [f"many/{i:05}" for i in range(1100)]
    seaweed.put("cairn", prefix(api, run) + "many.txt", b"stays")
    root = prefix(api, run).removeprefix("some/where/")
    assert api.request("DELETE", f"{STORE}/{root}many").ok() == {}
    assert listed(api, run) == {"many.txt": 5}
    assert seaweed.keys("cairn", prefix(api, run) + "many/") == []


def test_marks_of_directories_are_no_files(api, run, seaweed):
    seaweed.put("cairn", prefix(api, run) + "d/")
    seaweed.put("cairn", prefix(api, run) + "d/e/")
    seaweed.put("cairn", prefix(api, run) + "d/f", b"1")
    assert listed(api, run) == {"d": None}
    assert listed(api, run, "d") == {"d/e": None, "d/f": 1}
    root = prefix(api, run).removeprefix("some/where/")
    api.request("DELETE", f"{STORE}/{root}d").ok()
    assert listed(api, run) == {}
    assert seaweed.keys("cairn", prefix(api, run)) == []


# -- nginx moves the bytes


@pytest.mark.parametrize("name", ["plain.txt", *ODD_NAMES])
def test_what_was_put_is_got(api, run, seaweed, name):
    root = prefix(api, run).removeprefix("some/where/")
    where = f"{STORE}/{quoted(root + 'd/' + name)}"
    data = name.encode() * 50000
    assert api.raw("PUT", where, data).status == 200
    assert seaweed.get("cairn", f"{prefix(api, run)}d/{name}") == data
    got = api.raw("GET", where)
    assert (got.status, got.body) == (200, data)
    assert got.headers["Content-Disposition"].startswith("attachment; filename=")
    part = api.raw("GET", where, headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, data[10:20])
    assert api.get("/get-artifact", {"run_id": run, "path": f"d/{name}"}).body == data
    assert listed(api, run, "d") == {f"d/{name}": len(data)}


def test_what_is_not_there_is_not_got(api, run, seaweed):
    root = prefix(api, run).removeprefix("some/where/")
    seaweed.put("cairn", prefix(api, run) + "d/f", b"x")
    api.get(f"{STORE}/{root}none").fails(404, "RESOURCE_DOES_NOT_EXIST")
    api.get(f"{STORE}/{root}d").fails(400, "INVALID_PARAMETER_VALUE")
    api.get(f"{STORE}/{root}d/f/g").fails(404, "RESOURCE_DOES_NOT_EXIST")


# -- uploads in parts, and URLs for anybody: clients reach the bucket themselves


class Parts:
    """The requests of one upload, as the client sends them."""

    def __init__(self, api, run, name, count):
        self.api, self.name = api, name
        self.directory = prefix(api, run).removeprefix("some/where/") + "big"
        reply = self._post("create", {"num_parts": count}).ok()
        self.id = reply["upload_id"]
        self.urls = {c["part_number"]: c["url"] for c in reply["credentials"]}

    def _post(self, what, body):
        route = f"/api/2.0/mlflow-artifacts/mpu/{what}/{self.directory}"
        return self.api.post(route, {"path": f"/home/me/{self.name}", **body})

    def send(self, number, data):
        reply = requests.put(self.urls[number], data=data, timeout=60)
        assert reply.status_code == 200, reply.text
        return {"part_number": number, "etag": reply.headers["ETag"], "url": self.urls[number]}

    def complete(self, parts):
        return self._post("complete", {"upload_id": self.id, "parts": parts})

    def abort(self):
        return self._post("abort", {"upload_id": self.id})


@pytest.mark.parametrize("name", ["model.bin", "grüße +1%zz?.bin"])
def test_parts_become_a_file(api, run, seaweed, name):
    upload = Parts(api, run, name, 3)
    assert sorted(upload.urls) == [1, 2, 3]
    assert all(url.startswith(seaweed.endpoint + "/cairn/some/where/") for url in upload.urls.values())
    data = [os.urandom(5 << 20), os.urandom(5 << 20), b"the end"]
    sent = [upload.send(n, data[n - 1]) for n in (2, 3, 1)]
    assert listed(api, run) == {}
    assert upload.complete(sorted(sent, key=lambda part: part["part_number"])).ok() == {}
    assert listed(api, run, "big") == {f"big/{name}": sum(map(len, data))}
    assert seaweed.get("cairn", f"{prefix(api, run)}big/{name}") == b"".join(data)


def test_an_upload_that_is_given_up_leaves_nothing(api, run, seaweed):
    upload = Parts(api, run, "model.bin", 2)
    part = upload.send(1, b"x" * (5 << 20))
    upload.complete([{**part, "etag": '"0123"'}]).fails(400, "INVALID_PARAMETER_VALUE")
    for _ in range(2):
        assert upload.abort().ok() == {}
    upload.complete([part]).fails(404, "RESOURCE_DOES_NOT_EXIST")
    assert requests.put(upload.urls[2], data=b"x", timeout=60).status_code == 404
    assert listed(api, run) == {}
    assert "Uploads" not in seaweed.client().list_multipart_uploads(Bucket="cairn", Prefix=prefix(api, run))


def test_an_upload_without_an_id_touches_nothing(api, run, seaweed):
    seaweed.put("cairn", prefix(api, run) + "big/model.bin", b"there")
    upload = Parts(api, run, "model.bin", 1)
    upload.abort().ok()
    upload.id = ""
    upload.abort().ok()
    upload.complete([{"part_number": 1, "etag": "x", "url": ""}]).fails(404, "RESOURCE_DOES_NOT_EXIST")
    assert seaweed.get("cairn", prefix(api, run) + "big/model.bin") == b"there"


def test_a_url_of_a_part_is_good_for_that_part_alone(api, run):
    upload = Parts(api, run, "model.bin", 2)
    url = upload.urls[1]
    for other in (url.replace("partNumber=1", "partNumber=2"), url.replace("model.bin", "other.bin")):
        assert other != url
        assert requests.put(other, data=b"x", timeout=60).status_code == 403
    assert requests.get(url, timeout=60).status_code == 403
    assert upload.abort().ok() == {}


@pytest.mark.timeout(180)
def test_the_client_moves_a_large_file_in_parts(server, api, run, seaweed, tmp_path):
    """Unchanged, and straight to the bucket."""
    data = os.urandom(12_000_000)
    (tmp_path / "large.bin").write_bytes(data)
    ways = ("UPLOAD", "DOWNLOAD")
    asked = {name: server.log().count(f"endpoint={name} ") for name in ("artifact_presigned", "artifact_get", "artifact_put")}
    script = (
        "import mlflow, sys\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "mlflow.MlflowClient().log_artifact(sys.argv[2], 'large.bin', 'd')\n"
        "print(mlflow.artifacts.download_artifacts(run_id=sys.argv[2], artifact_path='d/large.bin', dst_path='back'))\n"
    )
    env = {
        **environment(),
        **{f"MLFLOW_ENABLE_PROXY_MULTIPART_{way}": "true" for way in ways},
        **{f"MLFLOW_MULTIPART_{way}_MINIMUM_FILE_SIZE": "5000000" for way in ways},
        **{f"MLFLOW_MULTIPART_{way}_CHUNK_SIZE": "5242880" for way in ways},
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    argv = [sys.executable, "-c", script, server.url, run]
    done = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
    head = seaweed.client().head_object(Bucket="cairn", Key=prefix(api, run) + "d/large.bin")
    assert (head["ContentLength"], head["ETag"].rstrip('"').split("-")[1:]) == (len(data), ["3"])
    back = (tmp_path / done.stdout.splitlines()[-1]).read_bytes()
    assert hashlib.sha256(back).digest() == hashlib.sha256(data).digest()
    log = server.log()
    assert log.count("endpoint=artifact_presigned ") > asked["artifact_presigned"]
    for name in ("artifact_get", "artifact_put"):
        assert log.count(f"endpoint={name} ") == asked[name]


@pytest.mark.parametrize("name", ["plot.png", "a b+c%zz?é'\"(x)~&=.json"])
def test_anybody_with_the_url_gets_the_file(api, run, seaweed, name):
    seaweed.put("cairn", f"{prefix(api, run)}d/{name}", b"content")
    root = prefix(api, run).removeprefix("some/where/")
    reply = api.raw("GET", f"/api/2.0/mlflow-artifacts/presigned/{quoted(root + 'd/' + name)}").ok()
    assert reply["file_size"] == 7
    got = requests.get(reply["url"], headers=reply["headers"], timeout=60)
    assert (got.status_code, got.content) == (200, b"content")
    assert got.headers["Content-Disposition"].startswith("attachment; filename")
    changed = reply["url"].replace("X-Amz-Expires=300", "X-Amz-Expires=900")
    assert changed != reply["url"] and requests.get(changed, timeout=60).status_code == 403
    api.get(f"/api/2.0/mlflow-artifacts/presigned/{root}none").fails(404, "RESOURCE_DOES_NOT_EXIST")


def test_urls_of_a_run_that_has_the_bucket_itself(api, seaweed):
    run = api.run(api.experiment(artifact_location="s3://cairn/some/where/own"))
    where = api.get_run(run)["info"]["artifact_uri"].removeprefix("s3://cairn/")
    put = api.post("artifacts/presigned-upload-url", {"run_id": run, "path": "d/x.json"}).ok()
    assert put["headers"] == {"Content-Type": "application/json"}
    assert requests.put(put["presigned_url"], data=b"{}", timeout=60).status_code == 403  # another type
    assert requests.put(put["presigned_url"], data=b"{}", headers=put["headers"], timeout=60).status_code == 200
    assert seaweed.get("cairn", f"{where}/d/x.json") == b"{}"
    got = api.post("artifacts/presigned-download-url", {"run_id": run, "path": "d/x.json"}).ok()
    assert (got["file_size"], requests.get(got["presigned_url"], timeout=60).content) == (2, b"{}")


# -- changes


def test_a_page_uploads_a_file(api, run, seaweed):
    data = bytes(range(256)) * 4000
    for content in (data, b"other"):
        assert upload(api, run, "d/plot.png", content).status == 200
        assert seaweed.get("cairn", prefix(api, run) + "d/plot.png") == content
    head = seaweed.client().head_object(Bucket="cairn", Key=prefix(api, run) + "d/plot.png")
    assert head["ContentType"] == "image/png"
    assert listed(api, run, "d") == {"d/plot.png": 5}


def test_deletion_takes_the_file_or_the_tree_and_nothing_beside_it(api, run, seaweed):
    for path in ("a/1", "a/b/2", "ab/3", "a.txt", "b"):
        seaweed.put("cairn", prefix(api, run) + path, b"x")
    root = prefix(api, run).removeprefix("some/where/")

    def left():
        # SeaweedFS lists a directory that has become empty for some seconds more.
        return [key.removeprefix(prefix(api, run)) for key in seaweed.keys("cairn", prefix(api, run))]

    assert api.request("DELETE", f"{STORE}/{root}a").ok() == {}
    assert left() == ["a.txt", "ab/3", "b"]
    assert api.request("DELETE", f"{STORE}/{root}b").ok() == {}
    assert api.request("DELETE", f"{STORE}/{root}b").ok() == {}
    assert api.request("DELETE", f"{STORE}/{root}no/such/thing").ok() == {}
    assert left() == ["a.txt", "ab/3"]


def test_paths_that_lead_out_are_refused(api, run, seaweed):
    seaweed.put("cairn", "secret", b"x")
    for path in ("../../secret", "%2e%2e/%2e%2e/secret", "a/../../b", "a%2f..%2fb"):
        api.raw("DELETE", f"{STORE}/{path}").fails(400, "INVALID_PARAMETER_VALUE")
    assert seaweed.get("cairn", "secret") == b"x"


def test_gc_takes_what_a_deleted_run_left(api, server, run, seaweed):
    other = api.run()
    for each in (run, other):
        for path in ("x", "d/y", "d/e/z"):
            seaweed.put("cairn", prefix(api, each) + path, b"12345")
    before = prefix(api, run)
    api.post("runs/delete", {"run_id": run}).ok()
    said = cairn("gc", "--config", server.config, "--run-ids", run).stdout
    assert "3 files, 15 B of artifacts: nothing was deleted" in said
    cairn("gc", "--config", server.config, "--run-ids", run, "--delete")
    assert seaweed.keys("cairn", before) == []
    assert len(seaweed.keys("cairn", prefix(api, other))) == 3


# -- ways to reach it


@pytest.fixture
def another(servers, request):
    """Starts a server with other settings; gives its Api."""
    started = []

    def start(**settings):
        server = servers.cairn(**{"artifact_workers": 1, "ingest_workers": 1, "query_workers": 1, **settings})
        api = Api(server)
        started.append(api)
        return api

    yield start
    for api in started:
        api.session.close()


def test_the_bucket_can_be_in_the_host(another, seaweed):
    endpoint = f"http://localhost:{seaweed.ports['s3'][0]}"
    api = another(artifacts_destination="s3://cairn/virtual", **seaweed.settings(s3_endpoint=endpoint, s3_addressing="virtual"))
    run = api.run()
    assert upload(api, run, "a b+c", b"123").status == 200
    assert listed(api, run) == {"a b+c": 3}
    assert len(seaweed.keys("cairn", "virtual/")) == 1


def test_keys_come_from_a_profile(another, seaweed, tmp_path):
    file = tmp_path / "credentials"
    file.write_text(
        "# keys\n[default]\naws_access_key_id = no\naws_secret_access_key = no\n\n"
        f"[ team ]\naws_access_key_id={seaweed.access_key}\n  aws_secret_access_key = {seaweed.secret_key}\n"
        .replace("\n  aws", "\naws")
    )
    settings = seaweed.settings(s3_credentials_file=file, s3_profile="team")
    del settings["s3_access_key"], settings["s3_secret_key"]
    api = another(artifacts_destination="s3://cairn/profile", **settings)
    run = api.run()
    assert upload(api, run, "a").status == 200
    assert listed(api, run) == {"a": 4}


def test_keys_come_from_the_environment(server, api, seaweed, run, tmp_path):
    seaweed.put("cairn", prefix(api, run) + "x", b"12345")
    api.post("runs/delete", {"run_id": run}).ok()
    config = tmp_path / "settings.conf"
    lines = [line for line in server.config.read_text().splitlines() if not line.startswith("s3_")]
    config.write_text("\n".join(lines) + "\n")
    env = {
        **environment(),
        "MLFLOW_S3_ENDPOINT_URL": seaweed.endpoint,
        "AWS_ACCESS_KEY_ID": seaweed.access_key,
        "AWS_SECRET_ACCESS_KEY": seaweed.secret_key,
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    argv = [BINARY, "gc", "--config", config, "--run-ids", run]
    said = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "1 files, 5 B of artifacts" in said


def test_a_bucket_beside_the_local_store(another, seaweed):
    seaweed.create_bucket("second")
    seaweed.create_bucket("closed")
    api = another(artifact_roots="s3://second/team s3://cairn/shared", **seaweed.settings())
    inside = api.run(api.experiment(artifact_location="s3://second/team/exp"))
    assert api.get_run(inside)["info"]["artifact_uri"].startswith("s3://second/team/exp/")
    assert upload(api, inside, "d/f", b"123").status == 200
    assert listed(api, inside) == {"d": None}
    assert [key.split("/", 1)[0] for key in seaweed.keys("second")] == ["team"]
    for location in ("s3://second/other", "s3://second/teams", "s3://closed/x", "s3://second", "s3://second/team/../../x"):
        reply = api.post("experiments/create", {"name": unique("e"), "artifact_location": location})
        if reply.status != 200:  # refused at once: as good
            assert reply.status == 400
            continue
        run = api.run(reply.ok()["experiment_id"])
        api.get("artifacts/list", {"run_id": run}).fails(400, "INVALID_PARAMETER_VALUE")
        assert upload(api, run, "f").status == 400
    assert seaweed.keys("closed") == []


# -- when it does not work


@pytest.mark.parametrize("endpoint", ["", "https://s3.eu-west-1.amazonaws.com"])
def test_a_file_that_amazon_does_not_take_in_one_piece_is_refused_before_it_is_sent(another, endpoint):
    api = another(artifacts_destination="s3://cairn-test/x", s3_endpoint=endpoint, s3_access_key="AK", s3_secret_key="SK",
                  s3_region="eu-west-1", nginx_flags=("--resolver", "127.0.0.1"))
    reply = api.raw("PUT", f"{STORE}/x", headers={"Content-Length": str((5 << 30) + 1)})
    reply.fails(413, "REQUEST_TOO_LARGE", re.compile("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"))


@pytest.mark.parametrize(
    ("change", "status", "code", "detail"),
    [
        ({"s3_secret_key": "wrong"}, 400, "INVALID_STATE", "SignatureDoesNotMatch"),
        ({"s3_access_key": "AKNOBODY"}, 400, "INVALID_STATE", "InvalidAccessKeyId"),
        ({"artifacts_destination": "s3://nowhere/x"}, 400, "INVALID_STATE", "NoSuchBucket"),
    ],
)
def test_what_waiting_does_not_heal_is_no_5xx(another, seaweed, change, status, code, detail):
    api = another(**{"artifacts_destination": "s3://cairn/x", **seaweed.settings(), **change})
    run = api.run()
    api.get("artifacts/list", {"run_id": run}).fails(status, code)
    upload(api, run, "f").fails(status, code)
    api.request("DELETE", f"{STORE}/0/{run}/f").fails(status, code)
    assert detail in api.server.log()
    assert "AWS4-HMAC-SHA256 " not in api.server.log()


def test_one_who_may_only_read(another, seaweed):
    settings = seaweed.settings(s3_access_key=seaweed.reader_access_key, s3_secret_key=seaweed.reader_secret_key)
    api = another(artifacts_destination="s3://cairn/reader", **settings)
    run = api.run()
    assert listed(api, run) == {}
    upload(api, run, "f").fails(403, "PERMISSION_DENIED")
    api.request("DELETE", f"{STORE}/0/{run}/artifacts/f").fails(403, "PERMISSION_DENIED")


def test_a_store_that_is_away_comes_back(another, seaweed):
    away = f"http://127.0.0.1:{free_port()}"
    api = another(artifacts_destination="s3://cairn/x", **seaweed.settings(s3_endpoint=away))
    run = api.run()
    api.get("artifacts/list", {"run_id": run}).fails(503, "TEMPORARILY_UNAVAILABLE")
    upload(api, run, "f").fails(503, "TEMPORARILY_UNAVAILABLE")


def test_it_works_again_when_the_store_does(api, run, seaweed):
    assert upload(api, run, "before").status == 200
    seaweed.stop()
    try:
        api.get("artifacts/list", {"run_id": run}).fails(503, "TEMPORARILY_UNAVAILABLE")
        upload(api, run, "meanwhile").fails(503, "TEMPORARILY_UNAVAILABLE")
    finally:
        seaweed.start()
    assert upload(api, run, "after").status == 200
    assert listed(api, run) == {"after": 4, "before": 4}


# -- settings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["--s3_access_key=a"], "s3_access_key and s3_secret_key belong together"),
        (["--s3_secret_key=a"], "s3_access_key and s3_secret_key belong together"),
        (["--s3_session_token=a"], "s3_session_token is of no use"),
        (["--s3_endpoint=ftp://x"], "http[s]://HOST[:PORT]"),
        (["--s3_endpoint=http://user@x"], "http[s]://HOST[:PORT]"),
        (["--s3_endpoint=http://x/path"], "http[s]://HOST[:PORT]"),
        (["--s3_endpoint=https://"], "http[s]://HOST[:PORT]"),
        (["--s3_addressing=other"], "s3_addressing cannot be"),
        (["--artifacts_destination=s3://"], "artifacts_destination cannot be"),
        (["--artifacts_destination=s3://a_b?c"], "artifacts_destination cannot be"),
        (["--artifacts_destination=s3://user@bucket/x"], "artifacts_destination cannot be"),
        (["--artifact_roots=s3://bucket:80/x"], "one of artifact_roots cannot be"),
    ],
)
def test_settings_that_cannot_be(settings, words):
    done = cairn("config", "check", "--artifacts_destination=s3://bucket/prefix", *settings, check=False)
    assert done.returncode != 0
    assert words in done.stderr


def test_secrets_are_not_shown():
    said = cairn("config", "dump", "--s3_access_key=a", "--s3_secret_key=hidden1", "--s3_session_token=hidden2").stdout
    assert "s3_access_key = a\n" in said
    assert "hidden" not in said
