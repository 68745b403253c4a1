"""Multipart uploads to a local disk: parts in any order, by several workers, and what goes wrong."""

import concurrent.futures
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from harness import cairn
from harness.api import Api, missing, unique
from harness.processes import send, wait_until

pytestmark = pytest.mark.cairn_only("the peer has no multipart uploads on a local disk")

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
STORE = "/api/2.0/mlflow-artifacts"
PART = "/api/cairn/1/parts"
KILLS_WORKERS = True
KIB = 1024


@pytest.fixture
def folder():
    return unique("f")


@pytest.fixture(autouse=True)
def empty_stage(server):
    """Other tests leave uploads that were begun."""
    shutil.rmtree(Path(server.settings["stage_dir"]) / "parts", ignore_errors=True)


class Upload:
    """As the client does it: the URL has the directory, the body the client's own path."""

    def __init__(self, api, folder, count, name="/home/me/data.bin"):
        self.api, self.folder, self.name = api, folder, name
        made = self.post("create", num_parts=count).ok()
        self.id = made["upload_id"]
        self.urls = [c["url"] for c in made["credentials"]]
        assert [c["part_number"] for c in made["credentials"]] == list(range(1, count + 1))
        self.etags = {}

    def post(self, step, folder=None, **more):
        return self.api.post(f"{STORE}/mpu/{step}/{folder or self.folder}", {"path": self.name, **more})

    def put(self, number, body):
        """By a client that says nothing of itself, as requests.put does."""
        r = requests.put(self.urls[number - 1], data=body, timeout=60)
        if r.status_code == 200:
            self.etags[number] = r.headers["ETag"]
        return r

    def send(self, number, body):
        r = self.put(number, body)
        assert (r.status_code, r.content) == (200, b""), r.text

    def parts(self):
        return [{"part_number": n, "etag": e, "url": self.urls[n - 1]} for n, e in sorted(self.etags.items())]

    def complete(self, parts=None, **more):
        return self.post("complete", **{"upload_id": self.id, "parts": self.parts() if parts is None else parts, **more})

    def abort(self, **more):
        return self.post("abort", **{"upload_id": self.id, **more})


def stored(server, folder, name="data.bin"):
    return server.artifact_root / folder / name


def staged(server):
    """All files of the stage but the tables of uploads that were completed."""
    stage = Path(server.settings["stage_dir"])
    files = [p for p in stage.rglob("*") if p.is_file()]
    return [str(p.relative_to(stage)) for p in files if p.name != "table" or (p.parent / "data").exists()]


def stage_is(server, expected):
    """nginx removes the body of a request that was refused after it has sent the reply."""
    wait_until(lambda: sorted(staged(server)) == sorted(expected), 10, f"a stage with {expected}")


def body_of(count, size=64 * KIB, last=None):
    return [os.urandom(size) for _ in range(count - 1)] + [os.urandom(size if last is None else last)]


def bad(reply, status, code, message=None):
    error = reply.json()
    assert (reply.status_code, error["error_code"]) == (status, code), reply.text
    if message is not None:
        assert error["message"] == message


# -- what works


ORDERS = {
    "in order": [1, 2, 3, 4, 5],
    "backwards": [5, 4, 3, 2, 1],
    "mixed": [3, 5, 1, 4, 2],
    "the first twice": [1, 1, 2, 3, 4, 5],
    "all twice": [1, 2, 3, 4, 5, 5, 4, 3, 2, 1],
    "the last first and again": [5, 1, 5, 2, 3, 4],
}
SIZES = {
    "equal": [65536] * 5,
    "short last": [65536] * 4 + [1],
    "long last": [1000] * 4 + [70000],
    "uneven": [1, 70000, 3, 65536, 16385],
    "one differs": [65536, 65536, 65535, 65536, 10],
    "the first differs": [10, 65536, 65536, 65536, 65536],
    "some empty": [0, 65536, 0, 65536, 0],
    "all empty": [0] * 5,
}


@pytest.mark.parametrize("order", ORDERS, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("sizes", SIZES, ids=lambda name: name.replace(" ", "-"))
def test_parts_in_any_order_and_of_any_size(api, server, folder, order, sizes):
    bodies = [os.urandom(size) for size in SIZES[sizes]]
    upload = Upload(api, folder, 5)
    for number in ORDERS[order]:
        upload.send(number, bodies[number - 1])
    assert not stored(server, folder).exists()
    assert upload.complete().ok() == {}
    assert stored(server, folder).read_bytes() == b"".join(bodies)
    assert stored(server, folder).stat().st_mode & 0o777 == 0o640
    stage_is(server, [])
    got = api.get(f"{STORE}/artifacts/{folder}/data.bin")
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(b"".join(bodies)).digest()


def test_one_part(api, server, folder):
    upload = Upload(api, folder, 1)
    upload.send(1, b"longer than the second")
    upload.send(1, b"second")
    assert upload.complete().ok() == {}
    assert stored(server, folder).read_bytes() == b"second"


def test_a_part_that_comes_again_replaces_the_first(api, server, folder):
    bodies = body_of(3)
    upload = Upload(api, folder, 3)
    for number, body in enumerate([os.urandom(64 * KIB), os.urandom(70 * KIB), os.urandom(200 * KIB)], 1):
        upload.send(number, body)
    for number, body in enumerate(bodies, 1):
        before = upload.etags[number]
        upload.send(number, body)
        assert upload.etags[number] != before
    upload.complete().ok()
    assert stored(server, folder).read_bytes() == b"".join(bodies)


def test_a_part_that_another_took_the_place_of_is_found_out(api, server, folder):
    """Who learned the id of an upload can disturb it, and put nothing into it unseen."""
    upload = Upload(api, folder, 2)
    upload.send(1, b"a" * 1000)
    upload.send(2, b"b")
    theirs = upload.parts()
    upload.send(1, b"x" * 1000)
    upload.complete(theirs).fails(400, INVALID, "The ETag of part 1 is not that of the part that was uploaded.")
    assert not stored(server, folder).exists()


def test_eight_at_once(api, server, folder):
    bodies = body_of(40, 256 * KIB, 1000)
    upload = Upload(api, folder, len(bodies))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: upload.put(n, bodies[n - 1]), range(1, len(bodies) + 1)))
    assert {r.status_code for r in replies} == {200}
    upload.complete().ok()
    assert stored(server, folder).read_bytes() == b"".join(bodies)
    stage_is(server, [])


def test_the_same_part_eight_times_at_once(api, server, folder):
    """One of them is the part, whole, and the table names its ETag."""
    bodies = [os.urandom(256 * KIB) for _ in range(8)]
    upload = Upload(api, folder, 1)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        etags = [r.headers["ETag"] for r in pool.map(lambda body: upload.put(1, body), bodies)]
    assert len(set(etags)) == 8
    done = [b for b, e in zip(bodies, etags) if upload.complete([{"part_number": 1, "etag": e}]).status == 200]
    assert done == [stored(server, folder).read_bytes()]


def test_an_artifact_is_replaced(api, server, folder):
    api.request("PUT", f"{STORE}/artifacts/{folder}/data.bin", data=b"old")
    upload = Upload(api, folder, 1)
    upload.send(1, b"new")
    assert stored(server, folder).read_bytes() == b"old"
    upload.complete().ok()
    assert stored(server, folder).read_bytes() == b"new"


@pytest.mark.parametrize("name", ["x.bin", "/a/b c/x.bin", "C:\\Users\\me\\x.bin", "../../x.bin", "/x.bin"])
def test_the_name_is_the_last_step_of_the_clients_path(api, server, folder, name):
    upload = Upload(api, folder, 1, name)
    upload.send(1, b"1")
    upload.complete().ok()
    assert [p.name for p in (server.artifact_root / folder).iterdir()] == ["x.bin"]


def test_etags_may_come_without_their_quotes(api, server, folder):
    upload = Upload(api, folder, 1)
    upload.send(1, b"1")
    assert re.fullmatch('"[0-9a-f]{32}"', upload.etags[1])
    upload.complete([{"part_number": 1, "etag": upload.etags[1].strip('"')}]).ok()


def test_the_most_parts(api, server, folder):
    upload = Upload(api, folder, 10000)
    upload.send(10000, b"z")
    assert len(set(upload.urls)) == 10000
    upload.complete([{"part_number": n, "etag": "e"} for n in range(1, 10001)]).fails(400, INVALID, "Part 1 was not uploaded.")
    upload.abort().ok()
    stage_is(server, [])


def test_urls_lead_to_where_the_client_came_from(api, server, folder):
    body = {"path": "x", "num_parts": 1}
    for host in ("localhost:1234", "127.0.0.1", "[::1]:80"):
        made = api.post(f"{STORE}/mpu/create/{folder}", body, headers={"Host": host}).ok()
        assert made["credentials"][0]["url"] == f"http://{host}{PART}/{made['upload_id']}/1"
        assert re.fullmatch("[0-9a-f]{32}", made["upload_id"])


# -- completing twice, aborting


def test_completing_again_is_no_failure(api, server, folder):
    """The reply to the first may have been lost."""
    upload = Upload(api, folder, 2)
    for number, body in enumerate(body_of(2), 1):
        upload.send(number, body)
    upload.complete().ok()
    before = stored(server, folder).stat()
    assert upload.complete().ok() == {}
    assert stored(server, folder).stat().st_ino == before.st_ino
    upload.complete([{**p, "etag": "x"} for p in upload.parts()]).fails(400, INVALID)


def test_a_part_after_the_end_is_refused(api, server, folder):
    upload = Upload(api, folder, 1)
    upload.send(1, b"1")
    upload.complete().ok()
    bad(upload.put(1, b"2"), 404, GONE)
    assert stored(server, folder).read_bytes() == b"1"
    stage_is(server, [])


def test_abort_leaves_nothing(api, server, folder):
    upload = Upload(api, folder, 3)
    upload.send(3, b"kept as a file")
    upload.send(1, b"1" * KIB)
    wait_until(lambda: len(staged(server)) == 3, 10, "a stage with the table and two parts")
    assert upload.abort().ok() == {}
    stage_is(server, [])
    assert not (Path(server.settings["stage_dir"]) / "parts" / upload.id).exists()
    assert upload.abort().ok() == {}
    bad(upload.put(2, b"2"), 404, GONE)
    upload.complete([{"part_number": 1, "etag": "e"}]).fails(404, GONE)
    stage_is(server, [])
    assert not (server.artifact_root / folder).exists()


def test_abort_while_parts_arrive(api, server, folder):
    bodies = body_of(24, 512 * KIB)
    upload = Upload(api, folder, len(bodies))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        parts = [pool.submit(upload.put, n, bodies[n - 1]) for n in range(1, len(bodies) + 1)]
        wait_until(lambda: len(upload.etags) > 2, 30, "the first parts")
        upload.abort().ok()
        statuses = {p.result().status_code for p in parts}
    assert statuses <= {200, 404} and 404 in statuses
    stage_is(server, [])


# -- what is refused


@pytest.mark.parametrize("step", ["create", "complete", "abort"])
def test_what_every_step_refuses(api, folder, step):
    where = f"{STORE}/mpu/{step}/"
    body = {"path": "p", "num_parts": 1, "upload_id": "u", "parts": [{"part_number": 1, "etag": "e", "url": "u"}]}
    api.post(f"{where}{folder}", {**body, "path": ""}).fails(400, INVALID, missing("path"))
    api.post(f"{where}a%5Cb/..%2Fc", body).fails(400, INVALID, "Invalid path")
    for name in ("/", "..", "x/..", ".", "a\nb", "a#b", "x" * 256, "%2e%2e"):
        api.post(f"{where}{folder}", {**body, "path": name}).fails(400, INVALID)
    for directory in ("..%2f..", "%2fetc", "a%2f..%2fb", "a%00b", "%252e%252e"):
        assert api.post(f"{where}{directory}", body).status in (400, 404)


@pytest.mark.parametrize("count", [0, -1, 10001, 1 << 40, None])
def test_numbers_of_parts_that_are_refused(api, server, folder, count):
    body = {"path": "x"} if count is None else {"path": "x", "num_parts": count}
    text = f"num_parts must be between 1 and 10000 (got {count or 0})."
    api.post(f"{STORE}/mpu/create/{folder}", body).fails(400, INVALID, text)
    stage_is(server, [])


def test_reserved_names_and_directories(api, server, folder):
    body = {"path": ".artifact.uploading.x", "num_parts": 1}
    api.post(f"{STORE}/mpu/create/{folder}", body).fails(400, INVALID, re.compile("are reserved"))
    (server.artifact_root / folder / "data.bin").mkdir(parents=True)
    text = f"Invalid path: '{folder}/data.bin' is a directory, not a file."
    api.post(f"{STORE}/mpu/create/{folder}", {"path": "data.bin", "num_parts": 1}).fails(400, INVALID, text)
    stage_is(server, [])


def test_a_directory_in_the_way_at_the_end(api, server, folder):
    """Nothing is lost by it: when the way is free, the upload can be completed."""
    upload = Upload(api, folder, 1)
    upload.send(1, b"1")
    stored(server, folder).mkdir(parents=True)
    upload.complete().fails(400, INVALID)
    stored(server, folder).rmdir()
    upload.complete().ok()
    assert stored(server, folder).read_bytes() == b"1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p[:2], "This upload has 3 parts; 2 were named."),
        (lambda p: p + p[:1], "This upload has 3 parts; 4 were named."),
        (lambda p: [p[0], p[2], p[1]], "The parts must be named in order: part 2 is missing."),
        (lambda p: [p[0], p[0], p[2]], "The parts must be named in order: part 2 is missing."),
        (lambda p: [{**p[0], "part_number": 0}, *p[1:]], "The parts must be named in order: part 1 is missing."),
        (lambda p: [{**p[0], "part_number": (1 << 32) + 1}, *p[1:]], "The parts must be named in order: part 1 is missing."),
        (lambda p: [*p[:2], {**p[2], "etag": p[0]["etag"]}], "The ETag of part 3 is not that of the part that was uploaded."),
        (lambda p: [*p[:2], {**p[2], "etag": ""}], "The ETag of part 3 is not that of the part that was uploaded."),
        (lambda p: [*p[:2], {"part_number": 3}], "The ETag of part 3 is not that of the part that was uploaded."),
        (lambda p: [], "This upload has 3 parts; 0 were named."),
    ],
)
def test_parts_that_are_not_those_that_were_sent(api, server, folder, change, message):
    upload = Upload(api, folder, 3)
    for number, body in enumerate(body_of(3), 1):
        upload.send(number, body)
    upload.complete(change(upload.parts())).fails(400, INVALID, message)
    assert not stored(server, folder).exists()
    upload.complete().ok()


def test_a_part_that_was_not_sent(api, server, folder):
    upload = Upload(api, folder, 2)
    upload.send(2, b"2")
    parts = [{"part_number": 1, "etag": upload.etags[2]}, {"part_number": 2, "etag": upload.etags[2]}]
    upload.complete(parts).fails(400, INVALID, "Part 1 was not uploaded.")


def test_an_upload_ends_where_it_was_begun(api, server, folder):
    upload = Upload(api, folder, 1)
    upload.send(1, b"1")
    text = "This upload is one of another artifact."
    for more in ({"folder": unique("other")}, {"path": "other.bin"}):
        body = {"upload_id": upload.id, "path": upload.name, **{k: v for k, v in more.items() if k == "path"}}
        where = more.get("folder", folder)
        api.post(f"{STORE}/mpu/complete/{where}", {**body, "parts": upload.parts()}).fails(400, INVALID, text)
        api.post(f"{STORE}/mpu/abort/{where}", body).fails(400, INVALID, text)
    upload.complete().ok()
    assert stored(server, folder).read_bytes() == b"1"


@pytest.mark.parametrize("number", ["0", "4", "10001", "99999", "100000", "-1", "1x", "x", "1.0", "%31x", "1" * 30, "+1"])
def test_part_numbers_that_are_refused(api, server, folder, number):
    upload = Upload(api, folder, 3)
    where = f"{PART}/{upload.id}/{number}"
    api.raw("PUT", where, b"1").fails(400, INVALID)
    upload.abort().ok()
    stage_is(server, [])


IDS = [
    "0" * 32, "f" * 32, "", "x", ".", "..", "../x", "..%2f..", "%2e%2e", "%2e%2e%2f%2e%2e%2fsecret", "..%5c..", "a%00b", "A" * 32, "0" * 31, "0" * 33,
    "%30" * 32, "%252e%252e", "parts", "*", "~", "%20", "\u00e9".encode().hex(), "%c3%a9", "%ff", "0" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("name", IDS)
def test_ids_that_are_of_no_upload(api, server, folder, name):
    reply = api.raw("PUT", f"{PART}/{name}/1", b"1")
    assert reply.status in (400, 404, 405, 414), str(reply)
    assert reply.type == "application/json", str(reply)
    body = {"path": "x", "upload_id": name, "parts": [{"part_number": 1, "etag": "e"}]}
    api.post(f"{STORE}/mpu/complete/{folder}", body).fails(404, GONE)
    assert api.post(f"{STORE}/mpu/abort/{folder}", body).ok() == {}
    stage_is(server, [])


@pytest.mark.parametrize("where", ["table", "data", "x", "../x"])
def test_an_id_that_leads_to_a_file_of_another_upload(api, server, folder, where):
    upload = Upload(api, folder, 1)
    before = staged(server)
    assert api.raw("PUT", f"{PART}/{upload.id}/{where}/1", b"1").status in (400, 404)
    assert api.raw("PUT", f"{PART}/{upload.id}%2f{where}/1", b"1").status in (400, 404)
    stage_is(server, before)
    upload.abort().ok()


def test_parts_are_only_put(api, folder):
    upload = Upload(api, folder, 1)
    for method in ("GET", "POST", "DELETE", "PATCH"):
        assert requests.request(method, upload.urls[0], timeout=60).status_code == 405
    upload.abort().ok()


def test_the_id_of_an_upload_is_in_no_log(api, server, folder):
    upload = Upload(api, folder, 1)
    bad(requests.put(upload.urls[0][:-1] + "9", data=b"x", timeout=60), 400, INVALID)
    assert requests.put(upload.urls[0] + "/9", data=b"x", timeout=60).status_code == 404
    upload.abort().ok()
    bad(upload.put(1, b"x"), 404, GONE)
    access = server.log_dir / "access.log"
    wait_until(lambda: access.read_text().count("/cairn/1/parts/-/") >= 3, 10, "the access log")
    assert "/cairn/1/parts/-/9" in server.workers.log()
    for text in (access.read_text(), server.workers.log()):
        assert upload.id not in text


# -- faults


def test_a_killed_worker_loses_nothing(api, server, folder):
    bodies = body_of(6, 128 * KIB, 77)
    upload = Upload(api, folder, 6)
    for number in (2, 6, 1, 5, 3, 4):
        upload.send(number, bodies[number - 1])
        for pid in server.worker_pids():
            send(pid, signal.SIGKILL)
    wait_until(lambda: upload.complete().status == 200, 30, "a new worker")
    assert stored(server, folder).read_bytes() == b"".join(bodies)


def test_workers_die_while_parts_arrive(api, server, folder):
    """What was acknowledged is there; what was not can be sent again."""
    bodies = body_of(60, 128 * KIB, 5)
    upload = Upload(api, folder, len(bodies))

    def arrive(number):
        for _ in range(100):
            r = upload.put(number, bodies[number - 1])
            if r.status_code == 200:
                return r.status_code
            assert r.status_code == 503, r.text
        return None

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = [pool.submit(arrive, n) for n in range(1, len(bodies) + 1)]
        for _ in range(8):
            count = len(upload.etags)
            wait_until(lambda: len(upload.etags) > count + 1 or len(upload.etags) == len(bodies), 30, "parts")  # noqa: B023
            for pid in server.worker_pids():
                send(pid, signal.SIGKILL)
        assert {r.result() for r in replies} == {200}
    wait_until(lambda: upload.complete().status == 200, 30, "a new worker")
    assert stored(server, folder).read_bytes() == b"".join(bodies)
    stage_is(server, [])


# -- the janitor


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_the_janitor(api, server, folder):
    stage = Path(server.settings["stage_dir"])
    upload, old, done, fresh = (Upload(api, f"{folder}/{i}", 2) for i in range(4))
    for each in (upload, old, done, fresh):
        each.send(1, b"1" * KIB)
        each.send(2, b"2")
    done.complete().ok()
    broken = stage / "parts" / ("e" * 32)
    broken.mkdir()
    (broken / "data").write_bytes(b"x")
    loose = {n: stage / n for n in ("0000000077", "worker-Ab12Cd", "0000000078", "mine", "link", "12")}
    (stage / "12").mkdir()
    (stage / "link").symlink_to("/etc/passwd")
    for name in ("0000000077", "worker-Ab12Cd", "0000000078", "mine"):
        loose[name].write_bytes(b"x")
    try:
        for path in (loose["0000000077"], loose["worker-Ab12Cd"], loose["mine"], loose["12"], broken):
            age(path, 86500)
        age(loose["0000000078"], 86000)
        for each in (old, done):
            age(stage / "parts" / each.id / "table", 86500)
        age(stage / "parts" / upload.id, 90000)
        age(stage / "parts" / upload.id / "data", 90000)  # its last part came less than a day ago
        server.workers.signal(signal.SIGHUP)
        wait_until(lambda: "event=stage_cleaned uploads=3 files=2 failed=0" in server.workers.log(), 20, "the janitor")
        assert {n for n, p in loose.items() if p.is_symlink() or p.exists()} == {"0000000078", "mine", "link", "12"}
        assert {p.name for p in (stage / "parts").iterdir()} >= {upload.id, fresh.id}
        assert not {old.id, done.id, broken.name} & {p.name for p in (stage / "parts").iterdir()}
        for each in (upload, fresh):
            each.complete().ok()
        old.complete().fails(404, GONE)
        assert stored(server, f"{folder}/2").read_bytes() == b"1" * KIB + b"2"
    finally:
        for name in ("0000000078", "mine", "link"):
            loose[name].unlink(missing_ok=True)
        (stage / "12").rmdir()


def test_the_janitor_comes_at_the_start(servers):
    """Uploads outlive a restart, but not for ever."""
    own_server = servers.cairn(upload_lifetime=10)
    api = Api(own_server)
    stage = Path(own_server.settings["stage_dir"])
    kept, old = Upload(api, "kept", 2), Upload(api, "old", 1)
    kept.send(1, b"1")
    own_server.workers.stop()
    age(stage / "parts" / old.id / "table", 11)
    (stage / "0000000001").write_bytes(b"x")
    age(stage / "0000000001", 11)
    own_server.start_workers()
    wait_until(lambda: "event=stage_cleaned uploads=1 files=1 failed=0" in own_server.workers.log(), 20, "the janitor")
    kept.send(2, b"2")
    kept.complete().ok()
    assert stored(own_server, "kept").read_bytes() == b"12"
    bad(old.put(1, b"x"), 404, GONE)
    stage_is(own_server, [])


# -- a quota


def test_a_quota_is_asked_before_the_end(servers):
    """What is refused can be completed when there is room."""
    server = servers.cairn(quota_bytes=10_000)
    api = Api(server)
    experiment = api.experiment()
    counted = "SELECT bytes, files FROM cairn_usage WHERE directory = %r" % experiment
    upload = Upload(api, experiment, 2)
    upload.send(1, b"1" * 6000)
    upload.send(2, b"2" * 3000)
    api.request("PUT", f"{STORE}/artifacts/{experiment}/other", data=b"x" * 1001)
    upload.complete().fails(413, "QUOTA_EXCEEDED")
    assert not stored(server, experiment).exists()
    assert server.db.rows(counted) == [(1001, 1)]
    api.request("DELETE", f"{STORE}/artifacts/{experiment}/other")
    for _ in range(2):
        upload.complete().ok()
        assert server.db.rows(counted) == [(9000, 1)]


# -- a site that does not want them


def test_multipart_uploads_can_be_switched_off(api, servers, folder):
    upload = Upload(api, folder, 1)
    upload.send(1, b"1")
    other = servers.cairn(multipart_uploads="no")
    refused = Api(other)
    assert refused.get("/api/3.0/mlflow/server-info").ok()["multipart_uploads_enabled"] is False
    text = "Multipart upload is not supported for the current artifact repository"
    body = {"path": "x", "num_parts": 1, "upload_id": upload.id, "parts": upload.parts()}
    for step in ("create", "complete", "abort"):
        refused.post(f"{STORE}/mpu/{step}/{folder}", body).fails(501, "NOT_IMPLEMENTED", text)
    refused.raw("PUT", f"{PART}/{upload.id}/1", b"1").fails(404, GONE)
    stage_is(other, [])


# -- the client


SCRIPT = """
import hashlib, os, sys
import mlflow
from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

parts = []
plain = HttpArtifactRepository._upload_part
def counted(credential, *args, **kw):
    part = plain(credential, *args, **kw)
    parts.append(part)
    return part
HttpArtifactRepository._upload_part = staticmethod(counted)

mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run() as run:
    mlflow.log_artifact(sys.argv[2], "big")
    mlflow.log_artifact(sys.argv[2])
got = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="big/big.bin", dst_path=sys.argv[3])
print(len(parts), hashlib.sha256(open(got, "rb").read()).hexdigest(), run.info.run_id)
"""


def test_the_client_uploads_a_large_file(server, tmp_path):
    body = os.urandom(40_000_000)
    (tmp_path / "big.bin").write_bytes(body)
    (tmp_path / "down").mkdir()
    env = {
        **cairn.environment(),
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "5000000",
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "5242880",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
    before = server.workers.log().count("endpoint=multipart_part status=200")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, server.url, tmp_path / "big.bin", tmp_path / "down"],
        env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-5000:]
    parts, digest, run = done.stdout.split()[-3:]
    assert (int(parts), digest) == (16, hashlib.sha256(body).hexdigest())
    assert server.workers.log().count("endpoint=multipart_part status=200") - before == 16
    (root,) = server.artifact_root.glob(f"*/{run}/artifacts")
    for name in ("big/big.bin", "big.bin"):
        assert hashlib.sha256((root / name).read_bytes()).digest() == hashlib.sha256(body).digest()
    stage_is(server, [])
