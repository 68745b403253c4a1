"""A folder or a selection as one zip or tar, made while it is sent, with a manifest of digests as its last entry."""

import hashlib
import io
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import threading
import zipfile
from urllib.parse import quote, urlencode

import psutil
import pytest
import requests

from harness.api import Api, missing
from harness.processes import wait_until

pytestmark = pytest.mark.cairn_only("a route of Cairn's own")
KILLS_WORKERS = True

ROUTE = "/api/cairn/1/artifacts/archive"
INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
MANIFEST = "manifest.sha256"
FORMATS = ["zip", "tar"]
NAMES = [
    "plain.txt",
    "sub/deep/er/x.bin",
    "with blank/a b.csv",
    "quote's \"double\".json",
    "ünïcode/模型 – 日本語.bin",
    "😀.png",
    "dollar$&;(x)*.yaml",
    "-dash",
    "long/" + "n" * 200 + "/" + "m" * 200 + ".txt",
    "empty",
]


def folder_of(server, api, run):
    uri = api.get_run(run)["info"]["artifact_uri"]
    return server.artifact_root / uri.removeprefix("mlflow-artifacts:/")


def fill(folder, names=NAMES):
    """The names and what is in them; text repeats, the rest does not."""
    files = {}
    for name in names:
        text = name.endswith((".txt", ".csv", ".json", ".yaml"))
        files[name] = b"" if name == "empty" else name.encode() * 3000 if text else os.urandom(100_001)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return files


@pytest.fixture
def folder(server, api, run):
    return folder_of(server, api, run)


def archive(api, run, *paths, **more):
    return api.get(ROUTE, [("run_id", run), *(("path", p) for p in paths), *more.items()])


def unpack_zip(body):
    with zipfile.ZipFile(io.BytesIO(body)) as z:
        assert z.testzip() is None
        return {i.filename: z.read(i) for i in z.infolist()}


def unpack_tar(body):
    with tarfile.open(fileobj=io.BytesIO(body), mode="r|") as t:
        return {m.name: t.extractfile(m).read() for m in t}


UNPACK = {"zip": unpack_zip, "tar": unpack_tar}


def unpacked(reply, format_):
    """What is in the archive, after its manifest was held against it."""
    assert reply.status == 200, str(reply)
    found = UNPACK[format_](reply.body)
    assert list(found)[-1] == MANIFEST
    manifest = found.pop(MANIFEST).decode()
    expected = "".join(f"{hashlib.sha256(found[n]).hexdigest()}  {n}\n" for n in sorted(found, key=str.encode))
    assert manifest == expected
    return found


# -- what is in it


@pytest.mark.parametrize("format_", FORMATS)
def test_everything_of_a_run_comes_out_as_it_went_in(api, run, folder, format_):
    files = fill(folder)
    reply = archive(api, run, format=format_)
    assert reply.type == {"zip": "application/zip", "tar": "application/x-tar"}[format_]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Length" not in reply.headers
    assert unpacked(reply, format_) == files


def test_zip_is_what_comes_without_a_format_and_both_doors_lead_there(api, run, folder):
    files = fill(folder, ["a", "b/c.txt"])
    assert unpacked(archive(api, run), "zip") == files
    assert unpacked(api.get("/ajax" + "-" + ROUTE[1:], {"run_id": run}), "zip") == files
    assert unpacked(api.get(ROUTE, {"run_uuid": run, "format": ""}), "zip") == files


@pytest.mark.parametrize("format_", FORMATS)
def test_a_selection_keeps_its_paths_and_takes_each_file_once(api, run, folder, format_):
    files = fill(folder, ["m/a", "m/b/c", "m/b/d", "n/e", "o", "m2"])
    got = unpacked(archive(api, run, "m/b", "o", "m/b/d", "m/b/", format=format_), format_)
    assert got == {n: files[n] for n in ("m/b/c", "m/b/d", "o")}
    assert set(unpacked(archive(api, run, "m", format=format_), format_)) == {"m/a", "m/b/c", "m/b/d"}


@pytest.mark.parametrize(
    ("paths", "name"), [(["m/b"], "b"), (["m"], "m"), (["m/a.txt"], "a.txt"), ([], "a run"), (["m", "o"], "a run"), ([""], "a run")]
)
def test_the_name_is_that_of_what_was_selected(api, server, experiment, paths, name):
    run = api.run(experiment, run_name="a run")
    fill(folder_of(server, api, run), ["m/b/x", "m/a.txt", "o"])
    quoted = f'"{name}.tar"' if " " in name else f"{name}.tar"
    assert archive(api, run, *paths, format="tar").headers["Content-Disposition"] == f"attachment; filename={quoted}"


def test_a_name_of_a_run_cannot_break_out_of_its_header(api, experiment):
    run = api.run(experiment, run_name='../é\r\nX-Evil: 1\\"')
    headers = archive(api, run).headers
    assert "X-Evil" not in headers
    assert headers["Content-Disposition"] == (
        "attachment; filename=\".._e__X-Evil: 1__.zip\"; filename*=UTF-8''.._%C3%A9__X-Evil%3A%201_%22.zip"
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_is_an_archive_too(api, run, format_):
    assert unpacked(archive(api, run, format=format_), format_) == {}


def test_a_manifest_that_is_an_artifact_stays(api, run, folder):
    files = fill(folder, [MANIFEST, "manifest.1.sha256", "x"])
    found = unpack_zip(archive(api, run).body)
    assert list(found)[-1] == "manifest.2.sha256"
    assert {n: found[n] for n in files} == files


def test_text_is_compressed_and_what_is_random_is_stored(api, run, folder):
    fill(folder, ["a.txt", "b.bin", "c.json", "d.csv.gz", "e.png", "MLmodel"])
    with zipfile.ZipFile(io.BytesIO(archive(api, run).body)) as z:
        how = {i.filename: i.compress_type for i in z.infolist()}
    packed = {n for n, c in how.items() if c == zipfile.ZIP_DEFLATED}
    assert packed == {"a.txt", "c.json", "MLmodel"}
    assert set(how.values()) == {zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED}


def test_times_and_the_mark_of_utf8_are_there(api, run, folder):
    fill(folder)
    with zipfile.ZipFile(io.BytesIO(archive(api, run).body)) as z:
        for i in z.infolist():
            assert i.flag_bits & 0x800 or i.filename.isascii()
            assert i.filename == MANIFEST or i.date_time[:3] == (2023, 11, 14)
    with tarfile.open(fileobj=io.BytesIO(archive(api, run, format="tar").body)) as t:
        assert {m.mtime for m in t if m.name != MANIFEST} == {1_700_000_000}


def test_links_and_uploads_under_way_are_not_in_it(api, run, folder):
    files = fill(folder, ["x"])
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "dir").symlink_to("/etc")
    (folder / ".artifact.uploading.1").write_text("part")
    os.mkfifo(folder / "fifo")
    assert unpacked(archive(api, run), "zip") == files


@pytest.mark.parametrize("format_", FORMATS)
def test_a_logged_model(api, server, experiment, format_):
    model = api.post("/api/2.0/mlflow/logged-models", {"experiment_id": experiment, "name": "m"}).ok()["model"]["info"]
    files = fill(server.artifact_root / model["artifact_uri"].removeprefix("mlflow-artifacts:/"), ["MLmodel", "d/w.bin"])
    route = f"/api/cairn/1/logged-models/{model['model_id']}/artifacts/archive"
    reply = api.get(route, {"format": format_})
    assert unpacked(reply, format_) == files
    assert reply.headers["Content-Disposition"] == f"attachment; filename=m.{format_}"
    assert set(unpacked(api.get(route, {"path": "d", "format": format_}), format_)) == {"d/w.bin"}
    api.get(route.replace("m-", "n-"), {}).fails(404, GONE)


# -- what the tools of the shell say


@pytest.mark.parametrize("format_", FORMATS)
def test_the_tools_unpack_it_and_the_manifest_holds(api, run, folder, tmp_path, format_):
    tool = {"zip": "unzip", "tar": "tar"}[format_]
    assert shutil.which(tool) and shutil.which("sha256sum")
    files = fill(folder)
    file = tmp_path / f"x.{format_}"
    file.write_bytes(archive(api, run, format=format_).body)
    argv = {"zip": ["unzip", "-q", file], "tar": ["tar", "xf", file]}[format_]
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run(argv, cwd=out, env=env, check=True, capture_output=True)
    told = subprocess.run(["sha256sum", "-c", "--strict", MANIFEST], cwd=out, env=env, check=True, capture_output=True, text=True)
    assert told.stdout.count(": OK\n") == len(files)
    assert {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()} == {*files, MANIFEST}


def test_names_that_no_upload_can_have_are_marked_as_sha256sum_marks_them(api, run, folder, tmp_path):
    folder.mkdir(parents=True)
    for name in ("line\nbreak", "back\\slash"):
        (folder / name).write_bytes(name.encode())
    file = tmp_path / "x.tar"
    file.write_bytes(archive(api, run, format="tar").body)
    subprocess.run(["tar", "xf", file], cwd=tmp_path, check=True)
    assert (tmp_path / MANIFEST).read_bytes().startswith(b"\\")
    subprocess.run(["sha256sum", "-c", "--strict", MANIFEST], cwd=tmp_path, check=True)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_name_that_is_no_utf8_does_not_spoil_the_others(api, run, folder, format_):
    files = fill(folder, ["a", "z"])
    with open(os.fsencode(folder) + b"/n\xff.bin", "wb") as f:
        f.write(b"odd")
    reply = archive(api, run, format=format_)
    if format_ == "zip":  # zipfile does not read on after such a name
        assert reply.body.count(b"PK\x01\x02") == 4 and reply.body.count(b"PK\x05\x06") == 1
        return
    with tarfile.open(fileobj=io.BytesIO(reply.body), errors="surrogateescape") as t:
        found = {m.name: t.extractfile(m).read() for m in t}
    assert {n: found[n] for n in files} == files
    assert len(found) == 4 and MANIFEST in found


# -- size


@pytest.mark.parametrize("format_", FORMATS)
def test_ten_thousand_files(api, run, folder, format_):
    for n in range(100):
        (folder / f"d{n:02}").mkdir(parents=True)
        for m in range(100):
            (folder / f"d{n:02}" / f"f{m:02}.txt").write_text(f"{n} {m}")
    found = unpacked(archive(api, run, format=format_), format_)
    assert len(found) == 10_000 and found["d07/f42.txt"] == b"7 42"


SIZE = 5 << 30


def name_of(pid):
    try:
        return psutil.Process(pid).name()
    except psutil.NoSuchProcess:   # it has ended since it was listed
        return ""


def archive_pids(server):
    return [p for p in server.worker_pids() if name_of(p) == "cairn-archive"]


def tree_of_nginx(server):
    nginx = psutil.Process(server.nginx.pid)
    return [nginx, *nginx.children(recursive=True)]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.timeout(300)
def test_five_gibibytes_in_little_memory_and_no_file(api, server, run, folder, format_):
    folder.mkdir(parents=True)
    with open(folder / "big.bin", "wb") as f:
        f.truncate(SIZE)
        f.seek(SIZE - 3)
        f.write(b"end")
    (folder / "small.txt").write_text("after it")
    archive(api, run, "small.txt")  # what is needed once is there
    processes = [psutil.Process(p) for p in archive_pids(server)] + tree_of_nginx(server)
    before = sum(p.memory_info().rss for p in processes)
    peak = before
    with requests.get(server.url + ROUTE, {"run_id": run, "format": format_}, stream=True, timeout=60) as r:
        assert r.status_code == 200
        tail, length = b"", 0
        for n, chunk in enumerate(r.iter_content(1 << 20)):
            tail = (tail + chunk)[-8192:]
            length += len(chunk)
            if n % 512 == 0:
                peak = max(peak, sum(p.memory_info().rss for p in processes))
    assert peak - before < 16 << 20, (before, peak)
    assert not [f for _, _, files in os.walk(server.directory / "tmp") for f in files]
    assert SIZE < length < SIZE + 20_000
    if format_ == "zip":
        # Zip64: the directory's record of the file says its size in eight bytes.
        at = tail.index(b"PK\x01\x02")
        assert struct.pack("<Q", SIZE) in tail[at:] and b"PK\x06\x06" in tail and b"PK\x06\x07" in tail
        assert tail.rindex(b"PK\x05\x06") == len(tail) - 22
    else:
        assert tail.endswith(bytes(1024)) and f"{hashlib.sha256(b'after it').hexdigest()}  small.txt\n".encode() in tail


# -- what is refused, as everywhere


def test_errors_are_json_and_come_first(api, run, folder):
    fill(folder, ["x"])
    api.get(ROUTE).fails(400, INVALID, missing("run_id"))
    archive(api, "0" * 32).fails(404, GONE, f"Run with id={'0' * 32} not found")
    archive(api, run, "nothing").fails(404, GONE, "No such artifact: 'nothing'")
    archive(api, run, "x", "x/y").fails(404, GONE, "No such artifact: 'x/y'")
    archive(api, run, format="rar").fails(400, INVALID, re.compile("'rar'.*zip or tar"))
    api.post(ROUTE, {}).fails(405, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize("path", ["..", "../x", "/etc", "a/../b", "a\\b", "%2e%2e", "a//b", "./a", "a\nb", "c:/x"])
def test_a_path_that_leads_elsewhere_is_refused(api, run, path):
    archive(api, run, path).fails(400, INVALID, "Invalid path")


def test_too_many_paths_are_refused(api, run, folder):
    fill(folder, ["x"])
    assert set(unpacked(archive(api, run, *["x"] * 1000), "zip")) == {"x"}
    archive(api, run, *["x"] * 1001).fails(400, INVALID, re.compile("At most 1000 paths"))


def test_artifacts_elsewhere_are_refused(api):
    run = api.run(api.experiment(artifact_location="s3://elsewhere/x"))
    archive(api, run).fails(400, INVALID, re.compile("which this server does not read"))


def test_more_files_than_the_list_may_hold_are_refused(servers):
    server = servers.cairn(request_memory=4 << 20, max_body=1 << 20)
    api = Api(server)
    run = api.run(api.experiment())
    folder = folder_of(server, api, run)
    folder.mkdir(parents=True)
    for n in range(12000):
        (folder / f"{n}").touch()
    archive(api, run).fails(400, INVALID, re.compile("too many files for one archive"))
    (folder / "few").mkdir()
    fill(folder / "few", ["a", "b"])
    assert set(unpacked(archive(api, run, "few"), "zip")) == {"few/a", "few/b"}
    api.session.close()


def test_head_gives_the_headers_alone(api, run, folder):
    fill(folder, ["m/x"])
    reply = api.request("HEAD", ROUTE, params={"run_id": run, "path": "m"})
    assert (reply.status, reply.type, reply.body) == (200, "application/zip", b"")
    assert reply.headers["Content-Disposition"] == "attachment; filename=m.zip"
    assert api.request("HEAD", ROUTE, params={"run_id": run, "path": "n"}).status == 404
    assert set(unpacked(archive(api, run), "zip")) == {"m/x"}


# -- broken off


class Slow:
    """A client that reads the beginning of an archive, and the rest when it is told to."""

    def __init__(self, server, run, path="", format_="zip", version="1.1"):
        self.s = socket.socket()
        self.s.settimeout(60)
        self.s.connect(("127.0.0.1", server.port))
        query = urlencode({"run_id": run, "format": format_, **({"path": path} if path else {})}, quote_via=quote)
        self.s.sendall(f"GET {ROUTE}?{query} HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    def begin(self):
        self.head = b""
        while b"\r\n\r\n" not in self.head:
            self.head += self.s.recv(1024)
        assert b" 200 OK" in self.head.split(b"\r\n")[0], self.head
        return self

    def rest(self):
        """Head and body, chunks as they are."""
        body = bytearray(self.head)
        with self.s:
            while data := self.s.recv(1 << 18):
                body += data
        return bytes(body)


def large(folder, name="large.bin", size=64 << 20):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(os.urandom(1 << 20) * (size >> 20))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_reply_that_a_killed_worker_leaves_is_seen_to_be_cut(server, api, run, folder, format_):
    large(folder)
    slow = Slow(server, run, format_=format_).begin()
    [worker] = archive_pids(server)
    os.kill(worker, signal.SIGKILL)
    body = slow.rest()
    assert not body.endswith(b"0\r\n\r\n"), "the chunked reply has no end"
    assert MANIFEST.encode() not in body and b"PK\x05\x06" not in body[-64:]
    wait_until(lambda: archive_pids(server) not in ([], [worker]), 20, "another worker")
    assert set(unpacked(archive(api, run, format=format_), format_)) == {"large.bin"}


def test_python_and_curl_notice_it(server, api, run, folder):
    large(folder)
    with requests.get(server.url + ROUTE, {"run_id": run}, stream=True, timeout=60) as r:
        chunks = r.iter_content(65536)
        next(chunks)
        [worker] = archive_pids(server)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            for _ in chunks:
                pass
    wait_until(lambda: archive_pids(server) not in ([], [worker]), 20, "another worker")
    [worker] = archive_pids(server)
    assert shutil.which("curl")
    curl = subprocess.Popen(
        ["curl", "-s", "--limit-rate", "2M", "-o", "/dev/null", f"{server.url}{ROUTE}?run_id={run}"], stdout=subprocess.PIPE
    )
    wait_until(lambda: psutil.Process(worker).io_counters().read_chars > 1 << 20, 20, "the archive to be under way")
    os.kill(worker, signal.SIGKILL)
    assert curl.wait(60) in (18, 56, 92), "transfer closed with outstanding data"
    curl.stdout.close()


def test_a_file_that_shrinks_while_it_is_packed_breaks_the_reply_off(server, api, run, folder):
    large(folder)
    slow = Slow(server, run, format_="tar").begin()
    os.truncate(folder / "large.bin", 32 << 20)
    body = slow.rest()
    assert not body.endswith(b"0\r\n\r\n") and MANIFEST.encode() not in body
    wait_until(lambda: "event=broken_off" in server.workers.log(), 20, "the line of the log")
    assert "'large.bin' changed while it was packed" in server.workers.log()
    [line] = re.findall(r".*event=broken_off.*changed while.*", server.workers.log())
    assert "level=error" in line
    assert set(unpacked(archive(api, run), "zip")) == {"large.bin"}


def test_files_that_are_replaced_or_deleted_before_their_turn_do_no_harm(server, api, run, folder):
    large(folder, "a.bin")
    fill(folder, ["b", "c", "d"])
    slow = Slow(server, run, format_="tar", version="1.0").begin()
    (folder / "b").unlink()
    (folder / "c").write_bytes(b"another, of another size")
    _, _, body = slow.rest().partition(b"\r\n\r\n")
    found = unpack_tar(body)
    assert set(found) == {"a.bin", "c", "d", MANIFEST}
    assert found["c"] == b"another, of another size" and b"  b\n" not in found[MANIFEST]


def test_a_client_that_goes_away_frees_its_worker(server, api, run, folder):
    large(folder)
    [worker] = archive_pids(server)
    for _ in range(5):
        Slow(server, run).begin().s.close()
    assert set(unpacked(archive(api, run), "zip")) == {"large.bin"}
    assert archive_pids(server) == [worker]


# -- its own pool


def test_archives_delay_nobody_and_wait_for_each_other_in_a_short_queue(server, api, run, folder):
    large(folder)
    fill(folder, ["small.txt"])
    first = Slow(server, run).begin()  # the one worker of this server
    small = {"run_id": run, "path": "small.txt"}
    replies = []
    asking = [
        threading.Thread(target=lambda: replies.append(requests.get(server.url + ROUTE, small, timeout=60))) for _ in range(2)
    ]
    for thread in asking:
        thread.start()
    wait_until(lambda: replies, 30, "the answer to the one for whom there is no room")
    [refused] = replies
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
    assert refused.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    for n in range(20):
        api.log_metric(run, "m", n).ok()
        assert api.get("artifacts/list", {"run_id": run}).status == 200
    assert len(replies) == 1
    first.rest()
    for thread in asking:
        thread.join(60)
    assert replies[1].status_code == 200 and set(unpack_zip(replies[1].content)) == {"small.txt", MANIFEST}


def test_progress_keeps_a_long_archive_alive_and_a_client_that_stalls_ends_it(servers):
    server = servers.cairn(request_timeout=2)
    api = Api(server)
    run = api.run(api.experiment())
    large(folder_of(server, api, run))
    slow = Slow(server, run, version="1.0").begin()
    body, begun = bytearray(slow.head.partition(b"\r\n\r\n")[2]), psutil.Process(archive_pids(server)[0]).create_time()
    waited = threading.Event()
    while data := slow.s.recv(1 << 18):
        body += data
        waited.wait(0.02)  # a slow line: the whole takes longer than request_timeout
    slow.s.close()
    assert set(unpack_zip(bytes(body))) == {"large.bin", MANIFEST}
    assert [psutil.Process(p).create_time() for p in archive_pids(server)] == [begun]
    assert "event=worker_stuck" not in server.workers.log()
    stalled = Slow(server, run).begin()
    wait_until(lambda: "event=worker_stuck pool=archive" in server.workers.log(), 20, "the end of the stalled one")
    assert not stalled.rest().endswith(b"0\r\n\r\n")
    assert set(unpacked(archive(api, run), "zip")) == {"large.bin"}
    api.session.close()


def test_an_archive_under_way_outlives_a_reload(server, api, run, folder):
    large(folder)
    slow = Slow(server, run, version="1.0").begin()
    old = archive_pids(server)
    server.workers.signal(signal.SIGHUP)
    wait_until(lambda: set(archive_pids(server)) - set(old), 20, "a new worker")
    _, _, body = slow.rest().partition(b"\r\n\r\n")
    assert hashlib.sha256(unpack_zip(body)["large.bin"]).digest() == hashlib.sha256((folder / "large.bin").read_bytes()).digest()
    wait_until(lambda: not set(old) & set(archive_pids(server)), 20, "the old one's end")
