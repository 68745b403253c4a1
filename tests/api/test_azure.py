"""Artifacts in Azure Blob: through the server, and as Microsoft's own client sees what is there."""

import hashlib
import os
import re
import warnings
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from harness import cairn
from harness.api import Api, unique
from harness.azurite import Azurite
from harness.processes import wait_until
from harness.processes import free_port

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow

pytestmark = pytest.mark.cairn_only("Cairn's own way to Azure")

GONE = "RESOURCE_DOES_NOT_EXIST"
STORE = "/api/2.0/mlflow-artifacts/artifacts"
PREFIX = "teams/blue"
ODD = ["a b.txt", "100%.csv", "a+b&c=d.txt", "<tag>.xml", "it's \"quoted\".txt", "ümläut.md", "数据.bin", "🦊.png",
       "semi;colon,comma", "(round)[square]{curly}", "$HOME~`^|!@*", "xy:z", "question?.txt", ".hidden", "trailing.dot."]


def url(path):
    return f"{STORE}/{quote(path)}"


@pytest.fixture(scope="module")
def azure(place):
    azurite = Azurite(place / unique("az"))
    yield azurite
    azurite.stop()


@pytest.fixture(scope="module")
def container(azure):
    return azure.container("mlflow")


@pytest.fixture(scope="module")
def server(servers, azure, container):
    server = servers.cairn(
        artifacts_destination=azure.uri("mlflow", PREFIX),
        artifact_roots=azure.uri("mlflow", "second"),
        azure_connection_string=azure.connection,
    )
    yield server
    assert server.deaths() == []
    no_secrets(server, azure)


def no_secrets(server, azure):
    for file in server.log_dir.iterdir():
        text = file.read_text(errors="replace")
        assert azure.key not in text and "SharedKey" not in text and "sig=" not in text, file


def at(container, path):
    """The bytes of a blob."""
    return container.download_blob(f"{PREFIX}/{path}").readall()


def blobs(container, path=""):
    return sorted(b.name.removeprefix(f"{PREFIX}/") for b in container.list_blobs(f"{PREFIX}/{path}"))


def upload(api, run, path, body=b"hello"):
    return api.request(
        "POST", "/ajax-api/2.0/mlflow/upload-artifact", params={"run_uuid": run, "path": path}, data=body,
        headers={"Content-Type": "application/octet-stream"},
    )


def put(api, path, body=b"hello", **kw):
    reply = api.request("PUT", url(path), data=body, **kw)
    # Azure says 201, and nginx cannot make another success of one.
    assert (reply.status, reply.body) == (201, b""), str(reply)


def listed(api, path):
    return api.get(STORE, {"path": path}).ok().get("files", [])


def names(api, path):
    return [f["path"] for f in listed(api, path)]


@pytest.fixture
def folder():
    return unique("f")


# -- what a worker does itself


def test_a_page_uploads_into_the_container(api, container, experiment):
    run = api.run(experiment)
    assert upload(api, run, "plots/loss.json", b'{"a": 1}').status == 200
    assert at(container, f"{experiment}/{run}/artifacts/plots/loss.json") == b'{"a": 1}'
    found = api.get("artifacts/list", {"run_id": run, "path": "plots"}).ok()
    assert found == {
        "root_uri": f"mlflow-artifacts:/{experiment}/{run}/artifacts",
        "files": [{"path": "plots/loss.json", "is_dir": False, "file_size": 8}],
    }
    assert api.get("artifacts/list", {"run_id": run}).ok()["files"] == [{"path": "plots", "is_dir": True}]


def test_odd_names_are_listed_as_they_are(api, container, folder):
    for name in ODD:
        container.upload_blob(f"{PREFIX}/{folder}/{name}", b"x")
        container.upload_blob(f"{PREFIX}/{folder}/{name}-dir/{name}", b"xy")
    expected = [{"path": n, "is_dir": False, "file_size": 1} for n in ODD]
    expected += [{"path": f"{n}-dir", "is_dir": True} for n in ODD]
    assert listed(api, folder) == sorted(expected, key=lambda f: f["path"].encode())
    for name in ODD:
        assert listed(api, f"{folder}/{name}-dir") == [{"path": name, "is_dir": False, "file_size": 2}]


def test_odd_names_are_written_and_removed_as_they_are(api, container, experiment):
    run = api.run(experiment)
    root = f"{experiment}/{run}/artifacts"
    for name in ODD:
        assert upload(api, run, name, name.encode()).status == 200
    assert blobs(container, root) == sorted(f"{root}/{n}" for n in ODD)
    for name in ODD:
        assert at(container, f"{root}/{name}") == name.encode()
        assert api.request("DELETE", url(f"{root}/{name}")).status == 200
    assert blobs(container, root) == []


def test_a_folder_holds_what_is_in_it_and_not_what_begins_like_it(api, container, folder):
    for path in ("a", "a/b", "a/c/d", "a.txt", "ab/c", "a b"):
        container.upload_blob(f"{PREFIX}/{folder}/{path}", b"1")
    assert names(api, folder) == ["a", "a", "a b", "a.txt", "ab"]
    assert names(api, f"{folder}/a") == ["b", "c"]
    assert names(api, f"{folder}/a/c") == ["d"]
    assert names(api, f"{folder}/a.txt") == []
    assert names(api, f"{folder}/nothing") == []


def test_a_blob_that_stands_for_its_folder_is_no_entry(api, container, folder):
    for path in ("dir/", "dir/sub/", "dir/x"):
        container.upload_blob(f"{PREFIX}/{folder}/{path}", b"")
    assert names(api, f"{folder}/dir") == ["sub", "x"]


def test_a_listing_of_more_than_ten_thousand(api, azure, folder):
    count = 10001
    azure.fill("mlflow", [f"{PREFIX}/{folder}/{i:05d}" for i in range(count)])
    assert names(api, folder) == [f"{i:05d}" for i in range(count)]


def test_delete_takes_a_file_or_a_folder_and_nothing_beside(api, container, folder):
    for path in ("a", "a/b", "a/c/d", "a.txt", "ab/c", "z/1", "z/2"):
        container.upload_blob(f"{PREFIX}/{folder}/{path}", b"1")
    assert api.request("DELETE", url(f"{folder}/z/1")).ok() == {}
    assert blobs(container, folder) == [f"{folder}/{p}" for p in ("a", "a.txt", "a/b", "a/c/d", "ab/c", "z/2")]
    assert api.request("DELETE", url(f"{folder}/a")).ok() == {}
    assert blobs(container, folder) == [f"{folder}/{p}" for p in ("a.txt", "ab/c", "z/2")]
    assert api.request("DELETE", url(f"{folder}/a")).ok() == {}
    assert api.request("DELETE", url("nothing/at/all")).ok() == {}


def test_a_large_folder_is_deleted_by_few_requests(api, azure, container, folder):
    azure.fill("mlflow", [f"{PREFIX}/{folder}/{name} {i}" for i in range(40) for name in ODD])
    container.upload_blob(f"{PREFIX}/{folder}.txt", b"stays")
    before = len(azure.asked())
    assert api.request("DELETE", url(folder)).ok() == {}
    # The emulator logs a request some time after it has answered it.
    wait_until(lambda: sum("comp=batch" in line for line in azure.asked()[before:]) >= 3, 20, "three batches in its log")
    asked = [line.split("?")[-1] for line in azure.asked()[before:]]
    assert [a for a in asked if "comp=batch" in a] == ["restype=container&comp=batch"] * 3, asked
    assert len([a for a in asked if a.startswith("DELETE")]) == 1, asked  # of a file of that name
    assert blobs(container, folder) == [f"{folder}.txt"]


def test_a_second_root_is_found_by_its_uri(api, azure, container):
    location = azure.uri("mlflow", "second/exp")
    run = api.run(api.experiment(artifact_location=location))
    assert upload(api, run, "x.txt", b"second").status == 200
    assert container.download_blob(f"second/exp/{run}/artifacts/x.txt").readall() == b"second"
    found = api.get("artifacts/list", {"run_id": run}).ok()
    assert found["root_uri"] == f"{location}/{run}/artifacts"
    assert [f["path"] for f in found["files"]] == ["x.txt"]
    reply = api.request("GET", "/get-artifact", params={"run_id": run, "path": "x.txt"})
    assert (reply.status, reply.body) == (200, b"second")


@pytest.mark.parametrize(
    "uri", ["wasbs://other@cairntest.blob.core.windows.net/second", "wasbs://mlflow@else.blob.core.windows.net/second",
            "wasbs://mlflow@cairntest.blob.core.windows.net/secondly",
            "wasbs://mlflow@cairntest.blob.core.windows.net.evil.com/second"])
def test_what_lies_below_no_root_is_not_opened(api, uri):
    run = api.run(api.experiment(artifact_location=uri))
    upload(api, run, "x").fails(400, "INVALID_PARAMETER_VALUE", re.compile("does not write"))


def test_gc_removes_what_a_run_had(api, server, container, experiment):
    run = api.run(experiment)
    for i in range(3):
        assert upload(api, run, f"d{i}/x", b"12345").status == 200
    api.post("runs/delete", {"run_id": run}).ok()
    said = cairn.cairn("gc", "--config", server.config, "--run-ids", run).stdout
    assert "3 files, 15 B of artifacts" in said
    cairn.cairn("gc", "--config", server.config, "--run-ids", run, "--delete")
    assert blobs(container, f"{experiment}/{run}") == []


# -- what nginx moves


@pytest.mark.parametrize("size", [0, 1, 16384, 3_000_001])
@pytest.mark.parametrize("chunked", [False, True])
def test_every_byte_is_stored_and_comes_back(api, container, folder, size, chunked):
    body = os.urandom(size)
    path = f"{folder}/ü b.bin"
    put(api, path, (body[i : i + 10000] for i in range(0, size, 10000)) if chunked else body)
    digest = hashlib.sha256(body).digest()
    assert hashlib.sha256(at(container, path)).digest() == digest
    got = api.get(url(path))
    assert (got.status, got.type) == (200, "application/octet-stream")
    assert hashlib.sha256(got.body).digest() == digest


def test_odd_names_travel(api, container, folder):
    for name in ODD:
        put(api, f"{folder}/{name}", name.encode())
        assert at(container, f"{folder}/{name}") == name.encode()
        assert api.get(url(f"{folder}/{name}")).body == name.encode()


def test_a_download_has_the_headers_of_one_from_disk(api, folder):
    put(api, f"{folder}/x.html", b"<script>alert(1)</script>")
    for method, body in (("GET", b"<script>alert(1)</script>"), ("HEAD", b"")):
        reply = api.request(method, url(f"{folder}/x.html"))
        assert (reply.status, reply.body) == (200, body)
        assert reply.headers["Content-Length"] == "25"
        assert reply.headers["Content-Disposition"] == "attachment; filename=x.html"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Accept-Ranges"] == "bytes"
        assert reply.headers["ETag"] and reply.headers["Last-Modified"]
        assert not [h for h in reply.headers if h.lower().startswith(("x-ms-", "x-store-"))]


def test_a_range(api, folder):
    body = os.urandom(100000)
    put(api, f"{folder}/x", body)
    for asked, expected in (("0-0", body[:1]), ("10-19", body[10:20]), ("99990-", body[99990:]),
                            ("99990-200000", body[99990:])):
        reply = api.get(url(f"{folder}/x"), headers={"Range": f"bytes={asked}"})
        assert (reply.status, reply.body) == (206, expected), asked
        assert reply.headers["Content-Range"].endswith("/100000")
    for nonsense in ("5-3", "-", "0-1,3-4", "x"):
        reply = api.get(url(f"{folder}/x"), headers={"Range": f"bytes={nonsense}"})
        assert (reply.status, reply.body) == (200, body), nonsense


def test_the_last_bytes(api, folder):
    """Azure has no word for them."""
    body = os.urandom(1000)
    put(api, f"{folder}/x", body)
    for asked, expected in ((10, body[-10:]), (1000, body), (5000, body)):
        reply = api.get(url(f"{folder}/x"), headers={"Range": f"bytes=-{asked}"})
        assert (reply.status, reply.body) == (206, expected), str(reply)


def test_what_a_client_has_is_not_sent_again(api, folder):
    put(api, f"{folder}/x", b"1")
    first = api.get(url(f"{folder}/x"))
    for name, value in (("If-None-Match", first.headers["ETag"]),
                        ("If-Modified-Since", first.headers["Last-Modified"])):
        reply = api.get(url(f"{folder}/x"), headers={name: value})
        assert (reply.status, reply.body) == (304, b""), name
    assert api.get(url(f"{folder}/x"), headers={"If-None-Match": '"other"'}).body == b"1"


def test_a_second_put_replaces_the_first(api, container, folder):
    put(api, f"{folder}/x", b"first, and longer")
    put(api, f"{folder}/x", b"second")
    assert at(container, f"{folder}/x") == b"second"
    assert blobs(container, folder) == [f"{folder}/x"]


def test_what_is_not_there(api, container, folder):
    container.upload_blob(f"{PREFIX}/{folder}/d/x", b"1")
    api.get(url(f"{folder}/no")).fails(404, GONE, f"No such artifact: '{folder}/no'")
    api.get(url(f"{folder}/d/x/y")).fails(404, GONE)
    api.get(url(f"{folder}/d")).fails(400, "INVALID_PARAMETER_VALUE")


def test_a_file_too_large_for_one_piece_is_refused_before_it_is_sent(api, folder):
    reply = api.raw("PUT", url(f"{folder}/x"), headers={"Content-Length": str((5000 << 20) + 1)})
    reply.fails(413, "REQUEST_TOO_LARGE", re.compile("multipart"))


# -- what clients move themselves

MPU = "/api/2.0/mlflow-artifacts/mpu"


def begin(api, folder, name, count):
    made = api.post(f"{MPU}/create/{folder}", {"path": f"/home/me/{name}", "num_parts": count}).ok()
    assert [c["part_number"] for c in made["credentials"]] == list(range(1, count + 1))
    return made["upload_id"], [c["url"] for c in made["credentials"]]


def end(api, step, folder, name, upload, **more):
    return api.post(f"{MPU}/{step}/{folder}", {"path": name, "upload_id": upload, **more})


def sent(numbers):
    return [{"part_number": n, "etag": "", "url": ""} for n in numbers]


def test_a_file_in_parts(api, container, folder):
    upload, urls = begin(api, folder, "ü b.bin", 12)
    body = [os.urandom(1000 + n) for n in range(12)]
    for n in reversed(range(12)):
        assert requests.put(urls[n], data=body[n], timeout=60).status_code == 201
    assert blobs(container, folder) == []
    assert end(api, "complete", folder, "ü b.bin", upload, parts=sent(range(1, 13))).ok() == {}
    assert at(container, f"{folder}/ü b.bin") == b"".join(body)
    # A client that did not hear the answer asks again.
    assert end(api, "complete", folder, "ü b.bin", upload, parts=sent(range(1, 13))).ok() == {}
    assert at(container, f"{folder}/ü b.bin") == b"".join(body)


def test_two_uploads_to_one_path_do_not_mix(api, container, folder):
    first, theirs = begin(api, folder, "x", 2)
    second, ours = begin(api, folder, "x", 2)
    for n in range(2):
        assert requests.put(theirs[n], data=b"theirs", timeout=60).status_code == 201
        assert requests.put(ours[n], data=b"ours", timeout=60).status_code == 201
    assert end(api, "complete", folder, "x", first, parts=sent([1, 2])).ok() == {}
    assert at(container, f"{folder}/x") == b"theirstheirs"


def test_parts_that_were_not_sent(api, container, folder):
    upload, urls = begin(api, folder, "x", 2)
    assert requests.put(urls[0], data=b"1", timeout=60).status_code == 201
    invalid = "INVALID_PARAMETER_VALUE"
    end(api, "complete", folder, "x", upload, parts=sent([1, 2])).fails(400, invalid, re.compile("parts"))
    end(api, "complete", folder, "x", upload, parts=sent([1, 1])).fails(400, invalid, re.compile("each once"))
    end(api, "complete", folder, "x", upload, parts=sent([0])).fails(400, invalid, re.compile("numbers"))
    for bad in ("", "../x", "0" * 31, "<Latest>" * 4):
        end(api, "complete", folder, "x", bad, parts=sent([1])).fails(400, invalid, "Invalid upload_id")
    assert end(api, "abort", folder, "x", upload).ok() == {}
    assert blobs(container, folder) == []


def test_the_url_of_a_part_is_good_for_its_file_alone(api, container, folder):
    upload, urls = begin(api, folder, "x", 1)
    elsewhere = urls[0].replace(f"{folder}/x", f"{folder}/y")
    assert elsewhere != urls[0]
    assert requests.put(elsewhere, data=b"1", timeout=60).status_code == 403
    assert requests.get(urls[0].replace("comp=block&", ""), timeout=60).status_code == 403
    assert requests.delete(urls[0].replace("comp=block&", ""), timeout=60).status_code == 403


def test_the_client_uploads_and_downloads_in_parts(api, container, experiment, tmp_path, monkeypatch):
    for name, value in (("UPLOAD_MINIMUM_FILE_SIZE", 5 << 20), ("UPLOAD_CHUNK_SIZE", 5 << 20),
                        ("DOWNLOAD_MINIMUM_FILE_SIZE", 5 << 20), ("DOWNLOAD_CHUNK_SIZE", 5 << 20)):
        monkeypatch.setenv(f"MLFLOW_MULTIPART_{name}", str(value))
    for name in ("UPLOAD", "DOWNLOAD"):
        monkeypatch.setenv(f"MLFLOW_ENABLE_PROXY_MULTIPART_{name}", "true")
    client, run = mlflow.MlflowClient(api.server.url), api.run(experiment)
    source = tmp_path / "large.bin"
    source.write_bytes(os.urandom(13 << 20))
    mark = len(api.server.workers.log())
    client.log_artifact(run, str(source), "d")
    assert at(container, f"{experiment}/{run}/artifacts/d/large.bin") == source.read_bytes()
    (tmp_path / "back").mkdir()
    back = client.download_artifacts(run, "d/large.bin", str(tmp_path / "back"))
    assert Path(back).read_bytes() == source.read_bytes()
    log = api.server.workers.log()[mark:]
    for endpoint in ("multipart_create", "multipart_complete", "artifact_presigned"):
        assert f"endpoint={endpoint} status=200" in log, endpoint


def test_signed_urls_of_a_run(api, azure, container):
    run = api.run(api.experiment(artifact_location=azure.uri("mlflow", "second/signed")))
    to = api.post("artifacts/presigned-upload-url", {"run_id": run, "path": "a b/ü.bin"}).ok()
    assert to["headers"] == {"x-ms-blob-type": "BlockBlob"}
    assert requests.put(to["presigned_url"], data=b"signed", headers=to["headers"], timeout=60).status_code == 201
    assert container.download_blob(f"second/signed/{run}/artifacts/a b/ü.bin").readall() == b"signed"
    assert requests.get(to["presigned_url"], timeout=60).status_code == 403
    back = api.post("artifacts/presigned-download-url", {"run_id": run, "path": "a b/ü.bin"}).ok()
    assert back["file_size"] == 6
    assert requests.get(back["presigned_url"], timeout=60).content == b"signed"
    assert requests.put(back["presigned_url"], data=b"x", headers=to["headers"], timeout=60).status_code == 403


# -- with MLflow's own client


def tree(directory):
    return {str(f.relative_to(directory)): f.read_bytes() for f in directory.rglob("*") if f.is_file()}


def log_and_fetch(api, tmp_path):
    """A run whose artifacts came back as they went."""
    client = mlflow.MlflowClient(api.server.url)
    run = client.create_run(api.experiment()).info
    source = tmp_path / "source"
    for name, size in (("model/MLmodel", 100), ("model/data/weights.bin", 2_000_000), ("empty", 0), ("ü b.txt", 5)):
        file = source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(size))
    client.log_artifacts(run.run_id, str(source), "out")
    client.log_text(run.run_id, "text", "out/text.txt")
    (source / "text.txt").write_text("text")
    assert [f.path for f in client.list_artifacts(run.run_id, "out")] == [
        "out/empty", "out/model", "out/text.txt", "out/ü b.txt"]
    (tmp_path / "back").mkdir()
    client.download_artifacts(run.run_id, "out", str(tmp_path / "back"))
    assert tree(tmp_path / "back" / "out") == tree(source)
    return run


def test_the_client_through_the_server(api, container, tmp_path):
    run = log_and_fetch(api, tmp_path)
    assert run.artifact_uri.startswith("mlflow-artifacts:/")
    assert at(container, run.artifact_uri.removeprefix("mlflow-artifacts:/") + "/out/text.txt") == b"text"


def test_the_client_beside_the_server(another, azure, container, tmp_path, monkeypatch):
    """Of a server that serves no artifacts the client gets the store's address; pages still show what is there."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure.connection)
    api = another(serve_artifacts="no")
    run = log_and_fetch(api, tmp_path)
    assert run.artifact_uri.startswith(azure.uri("mlflow", PREFIX))
    assert len(api.get("artifacts/list", {"run_id": run.run_id, "path": "out"}).ok()["files"]) == 4
    reply = api.request("GET", "/get-artifact", params={"run_id": run.run_id, "path": "out/text.txt"})
    assert (reply.status, reply.body) == (200, b"text")


# -- with other rights, and without


@pytest.fixture
def another(servers, azure):
    """A further server and its client."""
    started = []

    def start(**settings):
        server = servers.cairn(**{"artifacts_destination": azure.uri("mlflow", PREFIX), **settings})
        started.append(Api(server))
        return started[-1]

    yield start
    for api in started:
        api.session.close()
        no_secrets(api.server, azure)


def test_a_sas_is_enough(another, azure, container, folder):
    api = another(azure_sas="?" + azure.sas("mlflow", "rwdl"), azure_endpoint=azure.endpoint)
    put(api, f"{folder}/d/a b", b"one")
    put(api, f"{folder}/d/c", b"two")
    assert at(container, f"{folder}/d/a b") == b"one"
    assert api.get(url(f"{folder}/d/a b")).body == b"one"
    assert api.get(url(f"{folder}/d/a b"), headers={"Range": "bytes=1-"}).body == b"ne"
    assert names(api, f"{folder}/d") == ["a b", "c"]
    assert api.request("DELETE", url(folder)).ok() == {}
    assert blobs(container, folder) == []
    # It opens the whole container, so that no client gets it.
    says = api.get("/api/3.0/mlflow/server-info").ok()
    assert (says["multipart_uploads_enabled"], says["multipart_downloads_enabled"]) == (False, False)
    api.post(f"{MPU}/create/{folder}", {"path": "x", "num_parts": 1}).fails(501, "NOT_IMPLEMENTED")


def test_a_sas_is_in_no_log_when_the_store_is_down(another, azure, folder):
    """nginx's error log names the URIs of requests that failed."""
    nobody = azure.endpoint.replace(f":{azure.port}/", f":{free_port()}/")
    api = another(azure_sas=azure.sas("mlflow", "rwdl"), azure_endpoint=nobody)  # another() looks into the logs
    for data in (b"1", iter([b"1"])):
        api.request("PUT", url(f"{folder}/x"), data=data).fails(503, "TEMPORARILY_UNAVAILABLE")


def test_the_environment_is_read_as_mlflow_reads_it(another, azure, monkeypatch, folder):
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure.connection)
    put(another(), f"{folder}/x", b"1")
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING")
    monkeypatch.setenv("AZURE_STORAGE_ACCESS_KEY", azure.key)
    assert names(another(azure_endpoint=azure.endpoint), folder) == ["x"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"azure_account_key": "c2VjcmV0"}, "403 AuthorizationFailure"),
        ({"azure_connection_string": "", "azure_endpoint": "ENDPOINT"}, "set azure_account_key"),
        ({"artifacts_destination": "wasbs://nowhere@cairntest.blob.core.windows.net/"}, "404 ContainerNotFound"),
    ],
    ids=["wrong key", "no key", "no container"],
)
def test_what_somebody_has_to_see_to_is_not_tried_again(another, azure, settings, said):
    settings = {k: v.replace("ENDPOINT", azure.endpoint) for k, v in settings.items()}
    api = another(**{"azure_connection_string": azure.connection, **settings})
    for method, path in (("GET", f"{STORE}?path=x"), ("GET", url("x")), ("DELETE", url("x"))):
        mark = len(api.server.workers.log())
        api.request(method, path).fails(400, "INVALID_STATE")
        assert said in api.server.workers.log()[mark:]
    api.request("PUT", url("x"), data=b"1").fails(400, "INVALID_STATE")  # by nginx's word, unless a worker knows


def test_a_store_that_is_away_is_waited_for(another, place, folder):
    azure = Azurite(place / unique("az"))
    azure.container("mlflow")
    api = another(artifacts_destination=azure.uri("mlflow"), azure_connection_string=azure.connection)
    put(api, f"{folder}/x", b"kept")
    azure.process.stop()
    for call in (
        lambda: api.get(STORE, {"path": folder}),
        lambda: api.get(url(f"{folder}/x")),
        lambda: api.request("PUT", url(f"{folder}/y"), data=b"1"),
        lambda: api.request("DELETE", url(f"{folder}/x")),
    ):
        call().fails(503, "TEMPORARILY_UNAVAILABLE")
    azure.start()
    assert api.get(url(f"{folder}/x")).body == b"kept"
    assert names(api, folder) == ["x"]
    azure.stop()


# -- settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"artifacts_destination": "abfss://c@a.dfs.core.windows.net/x"}, "artifacts_destination cannot be"),
        ({"artifacts_destination": "wasbs://c@a.example.com/x"}, "artifacts_destination cannot be"),
        ({"artifacts_destination": "wasbs://a.blob.core.windows.net/x"}, "artifacts_destination cannot be"),
        ({"azure_account_key": "top secret"}, "the account key is not base64"),
        ({"azure_sas": "top secret"}, "the SAS is none"),
        ({"azure_connection_string": "AccountName=b;AccountKey=c2VjcmV0"}, "is for the account b, not for a."),
        ({"azure_endpoint": "ftp://a"}, "the endpoint must be"),
        ({"azure_endpoint": "https://user@a"}, "the endpoint must be"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings, said):
    settings = {"artifacts_destination": "wasbs://c@a.blob.core.windows.net/x", **settings}
    done = cairn.cairn("config", "check", *(f"--{k}={v}" for k, v in settings.items()), check=False)
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert "secret" not in done.stderr and "c2VjcmV0" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "https://a.blob.core.windows.net"),
        ({"artifacts_destination": "wasb://c@a.blob.core.chinacloudapi.cn"}, "https://a.blob.core.chinacloudapi.cn"),
        ({"azure_endpoint": "https://blobs.example.com:8443/"}, "https://blobs.example.com:8443"),
        ({"azure_connection_string": "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=c2VjcmV0;"
                                     "EndpointSuffix=core.usgovcloudapi.net"}, "http://a.blob.core.usgovcloudapi.net"),
        ({"azure_connection_string": "SharedAccessSignature=sv=1&sig=x;BlobEndpoint=https://x.example.com/;"},
         "https://x.example.com"),
    ],
)
def test_where_the_service_is(settings, address):
    settings = {"artifacts_destination": "wasbs://c@a.blob.core.windows.net/x", **settings}
    said = cairn.cairn("config", "stores", *(f"--{k}={v}" for k, v in settings.items())).stdout
    signed = ["--secret-uris"] if "Signature" in str(settings) else []
    assert said.splitlines() == ["--destination=remote", f"--store={address}", *signed]


def test_a_dump_shows_no_secret():
    secrets = {"azure_account_key": "c2VjcmV0", "azure_sas": "sig=hidden",
               "azure_connection_string": "AccountName=a;AccountKey=c2VjcmV0"}
    said = cairn.cairn("config", "dump", *(f"--{k}={v}" for k, v in secrets.items())).stdout
    assert "c2VjcmV0" not in said and "hidden" not in said
    assert said.count("********") == 3
