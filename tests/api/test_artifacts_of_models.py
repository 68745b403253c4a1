"""Artifacts of logged models, uploads from pages, and the ways of cloud stores."""

import json
import re

import pytest

from harness.api import missing, unique, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
AJAX = "/ajax-api/2.0/mlflow"
STORE = "/api/2.0/mlflow-artifacts"
UPLOAD = f"{AJAX}/upload-artifact"


@pytest.fixture
def model(api, experiment):
    return api.post("logged-models", {"experiment_id": experiment, "name": "m"}).ok()["model"]["info"]


def put(api, model, path, data=b"x"):
    root = model["artifact_uri"].removeprefix("mlflow-artifacts:/")
    assert api.request("PUT", f"{STORE}/artifacts/{root}/{path}", data=data).status == 200


def upload(api, run, path, data=b"data", kind="application/octet-stream"):
    query = {k: v for k, v in {"run_uuid": run, "path": path}.items() if v is not None}
    return api.request("POST", UPLOAD, params=query, data=data, headers={"Content-Type": kind})


# -- of models


def test_artifacts_of_a_model_are_listed(api, model):
    where = f"logged-models/{model['model_id']}/artifacts/directories"
    assert api.get(where).ok() == {"root_uri": model["artifact_uri"]}
    put(api, model, "MLmodel")
    put(api, model, "data/a.txt", b"12345")
    top = [{"path": "MLmodel", "is_dir": False, "file_size": 1}, {"path": "data", "is_dir": True}]
    below = [{"path": "data/a.txt", "is_dir": False, "file_size": 5}]
    assert api.get(where).ok() == {"root_uri": model["artifact_uri"], "files": top}
    for path in ("data", "data/"):
        assert api.get(where, {"artifact_directory_path": path}).ok()["files"] == below
    for path in ("none", "MLmodel"):
        assert api.get(where, {"artifact_directory_path": path}).ok() == {"root_uri": model["artifact_uri"]}
    api.get(where, {"artifact_directory_path": "../x"}).fails(400, INVALID, "Invalid path")
    api.get("logged-models/m-none/artifacts/directories").fails(404, GONE, "Logged model with ID 'm-none' not found.")


def test_an_artifact_of_a_model_is_downloaded(api, model):
    where = f"{AJAX}/logged-models/{model['model_id']}/artifacts/files"
    put(api, model, "data/a.txt", b"12345")
    got = api.get(where, {"artifact_file_path": "data/a.txt"})
    assert (got.status, got.body) == (200, b"12345")
    assert got.type.startswith("text/plain")
    assert got.headers["Content-Disposition"] == "attachment; filename=a.txt"
    for query in ({}, {"artifact_file_path": ""}):
        api.get(where, query).fails(400, "BAD_REQUEST", 'Request must include the "artifact_file_path" query parameter.')
    api.get(where, {"artifact_file_path": "../a"}).fails(400, INVALID, "Invalid path")
    api.get(f"{AJAX}/logged-models/m-none/artifacts/files", {"artifact_file_path": "a"}).fails(404, GONE)
    assert api.get(f"/api/2.0/mlflow/logged-models/{model['model_id']}/artifacts/files", {"artifact_file_path": "a"}).status == 404


@pytest.mark.improves("the peer answers 500 to these")
def test_files_of_a_model_that_are_not_there(api, model):
    where = f"{AJAX}/logged-models/{model['model_id']}/artifacts/files"
    put(api, model, "data/a.txt")
    api.get(where, {"artifact_file_path": "none"}).fails(404, GONE)
    api.get(where, {"artifact_file_path": "data"}).fails(400, INVALID)


def test_artifacts_of_a_deleted_model_are_hidden(api, model):
    put(api, model, "a")
    api.request("DELETE", f"logged-models/{model['model_id']}").ok()
    api.get(f"logged-models/{model['model_id']}/artifacts/directories").fails(404, GONE)
    api.get(f"{AJAX}/logged-models/{model['model_id']}/artifacts/files", {"artifact_file_path": "a"}).fails(404, GONE)


# -- upload-artifact


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", "image/png", "application/json"])
@pytest.mark.parametrize("path", ["a.txt", "d/e/f é.bin"])
def test_a_page_uploads_a_file(api, run, path, kind):
    data = bytes(range(256)) * 5000
    reply = upload(api, run, path, data, kind)
    assert (reply.status, reply.body, reply.type) == (200, b"", "application/json")
    assert api.get("/get-artifact", {"run_id": run, "path": path}).body == data
    assert upload(api, run, path, b"other").status == 200
    assert api.get("/get-artifact", {"run_id": run, "path": path}).body == b"other"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"run": None}, "Request must specify run_uuid."),
        ({"run": ""}, "Request must specify run_uuid."),
        ({"path": None}, "Request must specify path."),
        ({"path": "../a"}, "Invalid path"),
        ({"path": "/a"}, "Invalid path"),
        ({"data": b""}, "Request must specify data."),
        ({"data": b"a=b", "kind": "application/x-www-form-urlencoded"}, "Request must specify data."),
        ({"data": b"x" * (10 * 1024 * 1024 + 1)}, "Artifact size is too large. Max size is 10MB."),
    ],
)
def test_uploads_that_are_refused(api, run, change, message):
    upload(api, **{"run": run, "path": "a", **change}).fails(400, INVALID, message)
    assert "files" not in api.get("artifacts/list", {"run_id": run}).ok()


def test_the_largest_upload(api, run):
    assert upload(api, run, "a", b"x" * (10 * 1024 * 1024)).status == 200
    assert api.get("artifacts/list", {"run_id": run}).ok()["files"][0]["file_size"] == 10 * 1024 * 1024


def test_an_upload_to_no_run(api):
    upload(api, "none", "a").fails(404, GONE, "Run with id=none not found")


@pytest.mark.cairn_only("looks at the files of Cairn")
def test_an_upload_leaves_nothing_behind(api, server, run):
    assert upload(api, run, "a").status == 200
    upload(api, run, "a/b").fails(400, INVALID)  # a is a file
    assert list((server.directory / "stage").iterdir()) == []


# -- the ways of cloud stores


def test_a_local_disk_has_no_presigned_downloads(api):
    text = "Multipart download is not supported for the current artifact repository"
    api.get(f"{STORE}/presigned/a/b").fails(501, "NOT_IMPLEMENTED", text)
    api.get(f"{STORE}/presigned/a/..%2F..%2Fc").fails(400, INVALID, "Invalid path")


def test_proxied_runs_have_no_presigned_urls(api, run, model):
    upload_text = (
        "Presigned upload is not supported for proxied artifact storage (artifact URI scheme: mlflow-artifacts). "
        "This endpoint requires a direct cloud storage artifact URI."
    )
    for owner in ({"run_id": run}, {"model_id": model["model_id"]}):
        api.post("artifacts/presigned-upload-url", {**owner, "path": "a"}).fails(400, INVALID, upload_text)
    api.post("artifacts/presigned-download-url", {"run_id": run, "path": "a"}).fails(
        400,
        INVALID,
        "Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: mlflow-artifacts). "
        "This endpoint requires a run with a direct cloud storage artifact URI.",
    )


@pytest.mark.parametrize(
    ("route", "change", "code", "message"),
    [
        ("upload", {"path": ""}, INVALID, missing("path")),
        ("upload", {"path": "../a"}, INVALID, "Invalid path"),
        ("upload", {"run_id": ""}, INVALID, "Exactly one of run_id and model_id must be provided."),
        ("upload", {"model_id": "m"}, INVALID, "Exactly one of run_id and model_id must be provided."),
        ("upload", {"run_id": "none"}, GONE, "Run with id=none not found"),
        ("upload", {"run_id": "", "model_id": "m-none"}, GONE, "Logged model with ID 'm-none' not found."),
        ("download", {"path": ""}, INVALID, missing("path")),
        ("download", {"run_id": ""}, INVALID, missing("run_id")),
        ("download", {"path": "/a"}, INVALID, "Invalid path"),
        ("download", {"run_id": "none"}, GONE, "Run with id=none not found"),
        ("download", {"expiration": 0}, INVALID, "expiration must be between 1 and 604800 seconds (got 0)."),
        ("download", {"expiration": 604801}, INVALID, "expiration must be between 1 and 604800 seconds (got 604801)."),
        ("download", {"expiration": "x"}, INVALID, wrong("expiration", "x", "str")),
    ],
)
def test_presigned_urls_that_are_refused(api, run, route, change, code, message):
    body = {"run_id": run, "path": "a", **change}
    api.post(f"artifacts/presigned-{route}-url", body).fails(404 if code == GONE else 400, code, message)


def test_a_run_in_another_store_has_no_presigned_urls_either(api):
    run = api.run(api.experiment(artifact_location=f"file:///tmp/{unique('none')}"))
    for route in ("upload", "download"):
        text = f"Presigned {route} is not supported for the current artifact repository"
        api.post(f"artifacts/presigned-{route}-url", {"run_id": run, "path": "a"}).fails(501, "NOT_IMPLEMENTED", text)


# -- log-model


def test_models_of_old_clients_are_a_tag(api, run):
    one = {
        "artifact_path": "m", "run_id": run, "utc_time_created": "2020-01-01 00:00:00", "model_uuid": "u", "extra": 1,
        "flavors": {"f": {"version": "é", "n": 1, "config": {"long": 1}}, "g": "h"},
    }  # fmt: skip
    two = {"artifact_path": "n", "run_id": run, "utc_time_created": "2020-01-02 00:00:00", "flavors": {}}
    for m in (one, two):
        assert api.post("runs/log-model", {"run_id": run, "model_json": json.dumps(m)}).ok() == {}
    history = api.tags(run)["mlflow.log-model.history"]
    assert json.loads(history) == [
        {
            "run_id": run, "artifact_path": "m", "utc_time_created": "2020-01-01 00:00:00", "model_uuid": "u",
            "flavors": {"f": {"version": "é", "n": 1}, "g": "h"},
        },
        {"run_id": run, "artifact_path": "n", "utc_time_created": "2020-01-02 00:00:00", "model_uuid": None, "flavors": {}},
    ]  # fmt: skip
    assert history == json.dumps(json.loads(history))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"run_id": 5}, wrong("run_id", 5, "int")),
        ({"run_id": ""}, missing("run_id")),
        ({"model_json": ""}, missing("model_json")),
        ({"model_json": {"a": 1}}, wrong("model_json", {"a": 1}, "dict")),
        ({"model_json": "{x"}, "Malformed model info. \n {x \n is not a valid JSON."),
        ({"model_json": "{}"}, re.compile("^Model json is missing mandatory fields: {.*'flavors'.*}$")),
    ],
)
def test_log_model_refuses(api, run, change, message):
    api.post("runs/log-model", {"run_id": run, "model_json": "{}", **change}).fails(400, INVALID, message)


def test_log_model_of_no_run(api, run):
    model = json.dumps({"artifact_path": "m", "run_id": "r", "utc_time_created": "t", "flavors": {}})
    api.post("runs/log-model", {"run_id": "none", "model_json": model}).fails(404, GONE, "Run with id=none not found")
    api.post("runs/delete", {"run_id": run}).ok()
    api.post("runs/log-model", {"run_id": run, "model_json": model}).fails(400, INVALID)
