"""Artifacts through the server: put, get with ranges, list, delete; by run and by path."""

import hashlib
import os
import re
from urllib.parse import quote

import pytest

from harness import cairn
from harness.api import missing, unique
from harness.processes import wait_until

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
STORE = "/api/2.0/mlflow-artifacts/artifacts"


def url(path, door="api"):
    return f"/{door}/2.0/mlflow-artifacts/artifacts/{quote(path)}"


def put(api, path, body=b"hello", **kw):
    reply = api.request("PUT", url(path), data=body, **kw)
    assert (reply.status, reply.body) == (200, b""), str(reply)


def listed(api, path=None):
    return api.get(STORE, {"path": path} if path is not None else None).ok().get("files", [])


@pytest.fixture
def folder(api):
    return unique("f")


# -- put and get


def test_what_is_put_is_got(api, folder):
    put(api, f"{folder}/sub/x.txt", b"one\ntwo")
    reply = api.get(url(f"{folder}/sub/x.txt"))
    assert (reply.status, reply.body, reply.type) == (200, b"one\ntwo", "text/plain")
    assert reply.headers["Content-Disposition"] == "attachment; filename=x.txt"
    assert reply.headers["Content-Length"] == "7"
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["ETag"] and reply.headers["Last-Modified"]
    assert (api.server.artifact_root / folder / "sub/x.txt").read_bytes() == b"one\ntwo"


def test_both_doors_lead_to_the_same_store(api, folder):
    assert api.request("PUT", url(f"{folder}/a", "ajax-api"), data=b"1").status == 200
    assert api.get(url(f"{folder}/a")).body == b"1"
    assert api.get(url(f"{folder}/a", "ajax-api")).body == b"1"
    assert api.get("/ajax-api/2.0/mlflow-artifacts/artifacts", {"path": folder}).ok() == {
        "files": [{"path": "a", "is_dir": False, "file_size": 1}]
    }


def test_a_second_put_replaces_the_first(api, folder):
    put(api, f"{folder}/x", b"first, and longer")
    put(api, f"{folder}/x", b"second")
    assert api.get(url(f"{folder}/x")).body == b"second"
    assert os.listdir(api.server.artifact_root / folder) == ["x"]


@pytest.mark.parametrize("how", ["length", "chunked", "no body"])
def test_an_empty_file(api, folder, how):
    if how == "length":
        put(api, f"{folder}/empty", b"", headers={"Content-Length": "0"})
    elif how == "chunked":
        put(api, f"{folder}/empty", iter([b""]))  # so the client sends it
    else:
        assert api.raw("PUT", url(f"{folder}/empty"), headers={"Content-Length": "0"}).status == 200
    reply = api.get(url(f"{folder}/empty"))
    assert (reply.status, reply.body) == (200, b"")
    (file,) = listed(api, folder)
    assert (file["path"], file["is_dir"], file.get("file_size", 0)) == ("empty", False, 0)


@pytest.mark.parametrize("size", [1, 16383, 16384, 65537, 3_000_001])
@pytest.mark.parametrize("chunked", [False, True])
def test_every_byte_comes_back(api, folder, size, chunked):
    body = os.urandom(size)
    put(api, f"{folder}/b.bin", (body[i : i + 10000] for i in range(0, size, 10000)) if chunked else body)
    got = api.get(url(f"{folder}/b.bin"))
    assert got.type == "application/octet-stream"
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(body).digest()


@pytest.mark.cairn_only("nginx's staging directory is ours")
def test_nothing_is_left_in_the_staging_directory(api, folder, server):
    put(api, f"{folder}/x", os.urandom(500000))
    api.raw("PUT", STORE + "/../x", b"refused")
    api.raw("PUT", STORE + "/", b"refused")
    # nginx takes what was refused away after it has answered.
    wait_until(lambda: not [f for _, _, files in os.walk(server.settings["stage_dir"]) for f in files], 20, "an empty directory")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((f"x.{e}", "text/plain") for e in ("txt", "log", "json", "yaml", "csv", "md", "py", "js", "xml", "toml", "ipynb")),
        ("MLmodel", "text/plain"),
        ("x.png", "image/png"),
        ("x.jpg", "image/jpeg"),
        ("x.pdf", "application/pdf"),
        ("x.unknownext", "application/octet-stream"),
        ("noext", "application/octet-stream"),
        ("X.TXT", "text/plain"),
    ],
)
def test_the_type_follows_the_name(api, folder, name, expected):
    put(api, f"{folder}/{name}")
    assert api.get(url(f"{folder}/{name}")).type == expected


def test_html_is_never_shown_as_a_page_of_ours(api, folder):
    put(api, f"{folder}/x.html", b"<script>alert(1)</script>")
    reply = api.get(url(f"{folder}/x.html"))
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    if not api.server.is_peer:
        assert "sandbox" in reply.headers["Content-Security-Policy"]


NAMES = [
    "sp ace", "a+b", "a&b=c", "it's", 'quo"te', "semi;colon", "comma,", "é.txt", "日本語.png", "🚀", "per%cent", "a:b", "~x", ".hidden",
    "-dash", "back`tick", "$x{y}", "(a)[b]", "x" * 200, "a..b", "...", "star*", "ques?tion", "<b>", "pipe|", "a=b@c!",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(api, folder, name):
    if api.server.is_peer and "%" in name:
        pytest.skip("the peer decodes a path until nothing is left to decode")
    put(api, f"{folder}/{name}", b"odd")
    assert os.listdir(api.server.artifact_root / folder) == [name]
    got = api.get(url(f"{folder}/{name}"))
    assert (got.status, got.body) == (200, b"odd"), str(got)
    assert "\n" not in got.headers["Content-Disposition"]
    assert listed(api, folder) == [{"path": name, "is_dir": False, "file_size": 3}]
    assert api.request("DELETE", url(f"{folder}/{name}")).ok() == {}
    assert listed(api, folder) == []


@pytest.mark.improves("the peer stores the file under another name")
@pytest.mark.parametrize("name", ["tab\tname", "new\nline", "\x01", "\x7f", " ", "back\\slash"])
def test_a_strange_name_is_kept_or_refused(api, folder, name):
    reply = api.request("PUT", url(f"{folder}/{name}"), data=b"odd")
    if reply.status == 200:
        assert os.listdir(api.server.artifact_root / folder) == [name]
        assert api.get(url(f"{folder}/{name}")).body == b"odd"
    else:
        reply.fails(400, INVALID)
        assert listed(api, folder) == []


def test_a_name_beyond_ascii_is_told_in_two_ways(api, folder):
    put(api, f"{folder}/é.txt")
    disposition = api.get(url(f"{folder}/é.txt")).headers["Content-Disposition"]
    assert disposition == "attachment; filename=e.txt; filename*=UTF-8''%C3%A9.txt"


# -- ranges and conditions


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=10-", 416, None, "bytes */10"),
    ],
)
def test_a_range(api, folder, asked, status, body, told):
    put(api, f"{folder}/x", b"0123456789")
    reply = api.get(url(f"{folder}/x"), headers={"Range": asked})
    assert reply.status == status
    if body is not None:
        assert reply.body == body
        assert reply.headers["Content-Range"] == told


def test_head_tells_what_get_would(api, folder):
    put(api, f"{folder}/x.txt", b"0123456789")
    head, get = api.request("HEAD", url(f"{folder}/x.txt")), api.get(url(f"{folder}/x.txt"))
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Content-Disposition"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.cairn_only("the peer sends an ETag but does not look at it")
def test_what_the_client_has_is_not_sent_again(api, folder):
    put(api, f"{folder}/x", b"0123456789")
    etag = api.get(url(f"{folder}/x")).headers["ETag"]
    reply = api.get(url(f"{folder}/x"), headers={"If-None-Match": etag})
    assert (reply.status, reply.body) == (304, b"")
    assert api.get(url(f"{folder}/x"), headers={"If-None-Match": '"other"'}).status == 200


# -- list


def test_a_list_has_names_sizes_and_folders(api, folder):
    for path in ("b.txt", "a/deep/x", "c", "B", "日本"):
        put(api, f"{folder}/{path}", b"12345")
    files = listed(api, folder)
    assert [f["path"] for f in files] == ["B", "a", "b.txt", "c", "日本"]
    assert files[1] == {"path": "a", "is_dir": True}
    assert files[2] == {"path": "b.txt", "is_dir": False, "file_size": 5}
    assert listed(api, f"{folder}/a") == [{"path": "deep", "is_dir": True}]
    assert listed(api, f"{folder}/a/") == [{"path": "deep", "is_dir": True}]


def test_the_root_is_listed(api, folder):
    put(api, f"{folder}/x")
    names = {f["path"] for f in listed(api)}
    assert folder in names
    assert {f["path"] for f in listed(api, "")} == names


def test_a_list_of_what_is_no_folder_is_empty(api, folder):
    put(api, f"{folder}/x")
    for path in ("nope", f"{folder}/x", f"{folder}/nope/deeper"):
        assert api.get(STORE, {"path": path}).ok() == {}


# -- by run


def test_the_artifacts_of_a_run(api, run):
    root = api.get_run(run)["info"]["artifact_uri"]
    assert api.get("artifacts/list", {"run_id": run}).ok() == {"root_uri": root}
    base = root.removeprefix("mlflow-artifacts:/")
    put(api, f"{base}/all/f0.txt", b"0123456789")
    put(api, f"{base}/all/sp ace", b"1")
    put(api, f"{base}/d.json", b"{}")
    assert api.get("artifacts/list", {"run_id": run}).ok() == {
        "root_uri": root,
        "files": [{"path": "all", "is_dir": True}, {"path": "d.json", "is_dir": False, "file_size": 2}],
    }
    for id_field in ("run_id", "run_uuid"):
        assert api.get("artifacts/list", {id_field: run, "path": "all"}).ok() == {
            "root_uri": root,
            "files": [
                {"path": "all/f0.txt", "is_dir": False, "file_size": 10},
                {"path": "all/sp ace", "is_dir": False, "file_size": 1},
            ],
        }
    for path in ("d.json", "nope", "all/nope"):
        assert api.get("artifacts/list", {"run_id": run, "path": path}).ok() == {"root_uri": root}


def test_the_list_of_a_run_refuses(api, run):
    api.get("artifacts/list").fails(400, INVALID, missing("run_id"))
    api.get("artifacts/list", {"run_id": "nope"}).fails(404, GONE, "Run with id=nope not found")
    for path in ("../..", "/etc", "..", "a/../../b", "%2e%2e/x"):
        api.get("artifacts/list", {"run_id": run, "path": path}).fails(400, INVALID, "Invalid path")


def test_the_browser_gets_a_file_of_a_run(api, run):
    base = api.get_run(run)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    put(api, f"{base}/sub/d.json", b'{"a":1}')
    if not api.server.is_peer and "/get-artifact" not in {e["path"] for e in cairn.describe()["endpoints"]}:
        pytest.skip("/get-artifact comes with a later issue: the artifacts of every run here are proxied")
    for id_field in ("run_id", "run_uuid"):
        reply = api.get("/get-artifact", {id_field: run, "path": "sub/d.json"})
        assert (reply.status, reply.body, reply.type) == (200, b'{"a":1}', "text/plain")
        assert reply.headers["Content-Disposition"] == "attachment; filename=d.json"
    api.get("/get-artifact", {"run_id": run, "path": "nope"}).fails(404, GONE, re.compile("^No such artifact: '.*nope'$"))
    api.get("/get-artifact", {"run_id": run, "path": "sub"}).fails(
        400, INVALID, re.compile("^Artifact path refers to a directory, not a file: '.*sub'$")
    )
    api.get("/get-artifact", {"run_id": run, "path": "../x"}).fails(400, INVALID, "Invalid path")
    api.get("/get-artifact", {"run_id": "nope", "path": "x"}).fails(404, GONE, "Run with id=nope not found")
    assert api.get("/get-artifact", {"run_id": run}).status == 400


def test_a_colon_in_a_name_is_no_drive(api, experiment):
    run = api.run(experiment)
    root = f"{experiment}/{run}/artifacts"
    put(api, f"{root}/t:1/a:b", b"odd")
    files = api.get("artifacts/list", {"run_id": run, "path": "t:1"}).ok()["files"]
    assert files == [{"path": "t:1/a:b", "is_dir": False, "file_size": 3}]
    assert api.get("/get-artifact", {"run_id": run, "path": "t:1/a:b"}).body == b"odd"
    api.get("artifacts/list", {"run_id": run, "path": "t:/1"}).fails(400, INVALID, "Invalid path")


# -- delete


def test_delete_takes_files_and_folders_and_is_the_same_twice(api, folder):
    for path in ("a/1", "a/b/2", "c"):
        put(api, f"{folder}/{path}")
    for path in ("c", "c", "a", "a", "nope/deeper"):
        assert api.request("DELETE", url(f"{folder}/{path}")).ok() == {}
    assert listed(api, folder) == []


@pytest.mark.improves("the peer has no such address")
@pytest.mark.parametrize("door", ["api", "ajax-api"])
def test_the_root_is_not_deleted(api, folder, door):
    put(api, f"{folder}/x")
    api.request("DELETE", url("", door)).fails(400, INVALID, "Invalid path")
    assert api.get(url(f"{folder}/x")).body == b"hello"


# -- refusals


def test_get_of_what_is_not_there(api, folder):
    api.get(url(f"{folder}/nope")).fails(404, GONE, f"No such artifact: '{folder}/nope'")


def test_get_of_a_folder(api, folder):
    put(api, f"{folder}/a/x")
    reply = api.get(url(f"{folder}/a"))
    assert reply.status == 400
    assert f"Artifact path refers to a directory, not a file: '{folder}/a'" in reply.text
    assert "/_local/" not in str(reply.headers)


def test_put_of_what_is_no_file_name(api, folder):
    reply = api.request("PUT", url(f"{folder}/"), data=b"x")
    assert reply.status == 400
    assert "Artifact path must include a filename (cannot end with '/')." in reply.text
    api.request("PUT", url(f"{folder}/.artifact.uploading.q"), data=b"x").fails(
        400,
        INVALID,
        "Invalid artifact file name: '.artifact.uploading.q'. "
        "Artifact names starting with '.artifact.uploading.' are reserved.",
    )


@pytest.mark.improves("the peer answers 500")
def test_put_below_a_file_or_onto_a_folder(api, folder):
    put(api, f"{folder}/x")
    put(api, f"{folder}/d/y")
    for path in ("x/y", "d", "n" * 256, "/".join(["d"] * 3000)):
        reply = api.request("PUT", url(f"{folder}/{path}"), data=b"new")
        assert reply.status in (400, 409, 414), str(reply)
    assert api.get(url(f"{folder}/x")).body == b"hello"
    assert api.get(url(f"{folder}/d/y")).body == b"hello"


# -- many at once


def test_writers_of_one_file_leave_one_whole_version(api, folder):
    from concurrent.futures import ThreadPoolExecutor

    bodies = [bytes([65 + n]) * 200_000 for n in range(8)]
    path = f"{folder}/x"
    put(api, path, bodies[0])

    def write(body):
        from harness.api import Api

        Api(api.server).request("PUT", url(path), data=body)

    seen = []
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(write, b) for b in bodies * 2]
        while not all(j.done() for j in jobs):
            seen.append(api.get(url(path)).body)
    for job in jobs:
        job.result()
    seen.append(api.get(url(path)).body)
    assert set(seen) <= set(bodies), {(len(s), s[:1], s[-1:]) for s in set(seen) - set(bodies)}
    assert os.listdir(api.server.artifact_root / folder) == ["x"]


def test_an_aborted_upload_leaves_nothing(api, folder, server):
    import socket

    with socket.create_connection(("127.0.0.1", server.port)) as s:
        s.sendall(
            f"PUT {url(folder + '/x')} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".encode()
            + b"x" * 500_000
        )
    assert api.get(url(f"{folder}/x")).status == 404
    assert listed(api, folder) == []
