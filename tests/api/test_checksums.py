"""artifact_checksums: digests recorded at upload, before the answer; `cairn doctor --artifacts` holds them against the files."""

import hashlib
import os
import re
import threading
from urllib.parse import quote

import psutil
import pytest
import requests

from harness import cairn as harness
from harness.api import Api, unique
from harness.processes import wait_until

pytestmark = pytest.mark.cairn_only("Cairn's own record")

STORE = "/api/2.0/mlflow-artifacts/artifacts/"


@pytest.fixture(scope="module")
def server(servers):
    return servers.cairn(artifact_checksums="yes", artifact_workers=4)


@pytest.fixture
def folder():
    return unique("f")


@pytest.fixture
def alone(servers):
    """A server whose store holds nothing but what the test puts there."""
    server = servers.cairn(artifact_checksums="yes")
    api = Api(server)
    yield server, api
    api.session.close()
    server.stop()


def put(api, path, body):
    reply = api.request("PUT", STORE + quote(path), data=body)
    assert reply.status == 200, str(reply)


def rows(server, like="%"):
    found = server.db.rows(
        "SELECT path_hash, CONVERT(location USING utf8mb4), size, sha256 FROM cairn_artifact_checksums WHERE location LIKE BINARY %s", f"mlflow-artifacts:/{like}"
    )
    for path_hash, location, _, _ in found:
        assert path_hash == hashlib.sha256(location.encode()).hexdigest()
    return {location.removeprefix("mlflow-artifacts:/"): (size, sha256) for _, location, size, sha256 in found}


def recorded(body):
    return len(body), hashlib.sha256(body).hexdigest()


def doctor(server, *words):
    return harness.cairn("doctor", "--artifacts", *words, "--config", server.config, check=False)


# -- recording


@pytest.mark.parametrize("size", [0, 1, 65536, 3_000_001])
def test_an_upload_is_recorded_before_its_answer(server, api, folder, size):
    body = os.urandom(size)
    put(api, f"{folder}/sub/x.bin", body)
    assert rows(server, f"{folder}/%") == {f"{folder}/sub/x.bin": recorded(body)}


def test_the_last_upload_to_a_path_counts(server, api, folder):
    for body in (b"first, and longer", b"second"):
        put(api, f"{folder}/x", body)
    assert rows(server, f"{folder}/%") == {f"{folder}/x": recorded(b"second")}


def test_names_of_every_kind(server, api, folder):
    names = ["ünï/模型.bin", "😀", "a b'\"c", "x" * 255, "/".join(["d" * 200] * 15)]
    for name in names:
        put(api, f"{folder}/{name}", name.encode())
    assert rows(server, f"{folder}/%") == {f"{folder}/{n}": recorded(n.encode()) for n in names}


def test_names_that_differ_in_case_or_a_blank_are_two(server, api, folder):
    for name in ("a", "A", "a ", "á"):
        put(api, f"{folder}/{name}", name.encode())
    assert rows(server, f"{folder}/%") == {f"{folder}/{n}": recorded(n.encode()) for n in ("a", "A", "a ", "á")}


def test_an_upload_from_a_page_is_recorded(server, api, run):
    data = b"from a page"
    reply = api.request("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=p/x.txt", data=data)
    assert reply.status == 200, str(reply)
    [(path, row)] = [(p, r) for p, r in rows(server).items() if run in p]
    assert path.endswith("/artifacts/p/x.txt") and row == recorded(data)


def test_an_upload_in_parts_is_recorded_when_it_is_complete(server, api, folder):
    mpu = "/api/2.0/mlflow-artifacts/mpu"
    parts = [os.urandom(5 << 20), b"the rest"]
    begun = api.post(f"{mpu}/create/{folder}", {"path": "big.bin", "num_parts": 2}).ok()
    sent = []
    for credential, part in zip(begun["credentials"], parts, strict=True):
        reply = requests.put(credential["url"], data=part, headers=credential.get("headers"), timeout=60)
        assert reply.status_code == 200, reply.text
        sent.append({"part_number": credential["part_number"], "etag": reply.headers.get("ETag", ""), "url": credential["url"]})
    assert rows(server, f"{folder}/%") == {}
    api.post(f"{mpu}/complete/{folder}", {"path": "big.bin", "upload_id": begun["upload_id"], "parts": sent}).ok()
    assert rows(server, f"{folder}/%") == {f"{folder}/big.bin": recorded(b"".join(parts))}


def test_a_refused_upload_leaves_what_was_recorded(server, api, folder):
    put(api, f"{folder}/x", b"stays")
    api.raw("PUT", STORE + f"{folder}/x/y", b"its parent is a file").fails(400, "INVALID_PARAMETER_VALUE")
    api.raw("PUT", STORE + f"{folder}/.artifact.uploading.1", b"reserved").fails(400, "INVALID_PARAMETER_VALUE")
    assert rows(server, f"{folder}/%") == {f"{folder}/x": recorded(b"stays")}


def test_a_deletion_takes_the_records_below_along_and_no_others(server, api, folder):
    for name in ("d/x", "d/e/y", "d0", "d.txt", "d /z", "D/x"):
        put(api, f"{folder}/{name}", name.encode())
    api.request("DELETE", STORE + f"{folder}/d").ok()
    assert set(rows(server, f"{folder}/%")) == {f"{folder}/{n}" for n in ("d0", "d.txt", "d /z", "D/x")}
    api.request("DELETE", STORE + f"{folder}/d0").ok()
    assert f"{folder}/d0" not in rows(server, f"{folder}/%")
    assert doctor(server).stdout.count(f"/{folder}/") == 0


def test_of_uploads_to_one_path_at_once_digest_and_bytes_are_of_the_same(server, api, folder):
    bodies = [os.urandom(200_000) for _ in range(24)]

    def upload(body):
        assert requests.put(server.url + STORE + f"{folder}/x", data=body, timeout=60).status_code == 200

    threads = [threading.Thread(target=upload, args=(b,)) for b in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    there = (server.artifact_root / folder / "x").read_bytes()
    assert there in bodies
    assert rows(server, f"{folder}/%") == {f"{folder}/x": recorded(there)}


def test_a_second_root_is_recorded_with_its_uri(servers, tmp_path):
    root = tmp_path / "other"
    root.mkdir()
    server = servers.cairn(artifact_checksums="yes", artifact_roots=f"file://{root}")
    api = Api(server)
    run = api.run(api.experiment(artifact_location=f"file://{root}/e"))
    reply = api.request("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=x", data=b"there")
    assert reply.status == 200, str(reply)
    [(location, size)] = server.db.rows("SELECT CONVERT(location USING utf8mb4), size FROM cairn_artifact_checksums")
    assert location == f"file://{root}/e/{run}/artifacts/x" and size == 5
    assert "ok: 1 of 1" in doctor(server).stdout
    (root / "e" / run / "artifacts" / "x").write_bytes(b"THERE")
    assert f"changed     {location}\n" in doctor(server).stdout
    api.session.close()


# -- off, and the database away


def test_without_the_setting_nothing_is_recorded_and_no_database_is_needed(servers):
    server = servers.cairn()
    api = Api(server)
    put(api, "x", b"1")
    assert rows(server) == {}
    server.db.execute("RENAME TABLE cairn_artifact_checksums TO away")
    put(api, "y", b"1")
    api.request("DELETE", STORE + "y").ok()
    api.session.close()
    assert doctor(server).returncode == 1


@pytest.mark.parametrize("checksums", ["no", "yes"])
def test_while_the_database_is_away(servers, mariadb, place, checksums):
    from harness.databases import database_server

    private = database_server(place / f"m{checksums}")
    try:
        server = servers.cairn(mariadb=private, artifact_checksums=checksums)
        api = Api(server)
        put(api, "d/x", b"before")
        private.kill()
        reply = api.request("PUT", STORE + "d/x", data=b"meanwhile")
        if checksums == "no":
            assert reply.status == 200 and api.get(STORE + "d/x").body == b"meanwhile"
        else:
            reply.fails(503, "TEMPORARILY_UNAVAILABLE")
            api.request("DELETE", STORE + "d").fails(503, "TEMPORARILY_UNAVAILABLE")
            assert api.get(STORE + "d/x").body == b"before", "nothing was put, and reading goes on"
            assert [f for _, _, files in os.walk(server.settings["stage_dir"]) for f in files] == []
            private.start()
            wait_until(lambda: api.request("PUT", STORE + "d/x", data=b"after").status == 200, 30, "an upload")
            assert rows(server) == {"d/x": recorded(b"after")}
            assert doctor(server).returncode == 0
        api.session.close()
        server.stop()
    finally:
        private.stop()


def test_a_server_without_a_database_cannot_record(tmp_path):
    said = harness.cairn("config", "check", "--artifacts_only=yes", "--artifact_checksums=yes", check=False)
    assert said.returncode != 0 and "artifact_checksums: needs the database" in said.stderr


# -- the doctor


def test_the_doctor_finds_what_is_missing_changed_and_not_recorded(alone):
    server, api = alone
    for name in ("same", "gone", "longer", "flipped", "dir", "sub/same"):
        put(api, f"d/{name}", name.encode() * 1000)
    well = doctor(server)
    assert well.returncode == 0, well.stdout + well.stderr
    size = sum(len(n) * 1000 for n in ("same", "gone", "longer", "flipped", "dir", "sub/same"))
    assert well.stdout == (
        f"ok: 6 of 6 recorded artifacts read, {size} bytes; 0 missing, 0 changed, 0 unreadable; 0 files not recorded.\n"
    )
    d = server.artifact_root / "d"
    (d / "gone").unlink()
    with open(d / "longer", "ab") as f:
        f.write(b"x")
    with open(d / "flipped", "r+b") as f:
        f.seek(3000)
        f.write(b"F")
    (d / "dir").unlink()
    (d / "dir").mkdir()
    (d / "planted").write_text("from elsewhere")
    ill = doctor(server)
    assert ill.returncode == 1
    lines = {tuple(line.split(None, 1)) for line in ill.stdout.splitlines()[:-1]}
    assert lines == {
        ("missing", "mlflow-artifacts:/d/gone"),
        ("changed", "mlflow-artifacts:/d/longer"),
        ("changed", "mlflow-artifacts:/d/flipped"),
        ("changed", "mlflow-artifacts:/d/dir"),
        ("unrecorded", "mlflow-artifacts:/d/planted"),
    }
    assert re.search(r"^FAIL: 6 of 6 .*; 1 missing, 3 changed, 0 unreadable; 1 files not recorded\.$", ill.stdout, re.M)


def test_files_that_were_there_before_are_no_failure(alone):
    server, api = alone
    for n in range(30):
        (server.artifact_root / f"old{n}").write_text("x")
    put(api, "new", b"1")
    done = doctor(server)
    assert done.returncode == 0
    assert done.stdout.count("unrecorded  ") == 20 and "; 30 files not recorded." in done.stdout


def test_a_sample_is_a_part_and_all_are_reached_in_the_end(alone):
    server, api = alone
    for n in range(12):
        put(api, f"f{n}", b"%d" % n)
    few = doctor(server, "--sample", "5")
    assert few.returncode == 0 and few.stdout.startswith("ok: 5 of 12 recorded")
    assert doctor(server, "--sample", "100").stdout.startswith("ok: 12 of 12 recorded")
    (server.artifact_root / "f7").unlink()
    assert doctor(server, "--sample", "12").returncode == 1
    wait_until(lambda: doctor(server, "--sample", "4").returncode == 1, 60, "the sample with the missing one")


def test_more_rows_than_a_page(alone):
    server, api = alone
    for n in range(450):
        put(api, f"d{n % 7}/f{n}", b"%d" % n)
    assert "ok: 450 of 450" in doctor(server).stdout
    for n in range(0, 450, 9):
        (server.artifact_root / f"d{n % 7}/f{n}").write_bytes(b"!" * len(str(n)))
    ill = doctor(server)
    assert ill.returncode == 1 and ill.stdout.count("changed     ") == 50


def test_the_doctor_takes_little_memory_for_a_large_file(alone):
    server, api = alone
    put(api, "big", b"")
    size = 1 << 30
    os.truncate(server.artifact_root / "big", size)
    digest = hashlib.sha256()
    for _ in range(size >> 20):
        digest.update(bytes(1 << 20))
    server.db.execute("UPDATE cairn_artifact_checksums SET size = %s, sha256 = %s", size, digest.hexdigest())
    argv = [harness.BINARY, "doctor", "--artifacts", "--config", server.config]
    process = psutil.Popen(argv, stdout=-1, env=harness.environment())
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        threading.Event().wait(0.02)
    out = process.communicate()[0].decode()
    assert process.returncode == 0 and f"{size} bytes" in out
    assert 0 < peak < 64 << 20


def test_uploads_meanwhile_are_no_finding(alone):
    server, api = alone
    for n in range(20):
        put(api, f"f{n}", os.urandom(100_000))
    stop, failed = threading.Event(), []

    def upload():
        session = requests.Session()
        n = 0
        while not stop.is_set():
            n += 1
            r = session.put(f"{server.url}{STORE}f{n % 20}", data=os.urandom(100_000 + n), timeout=60)
            if r.status_code != 200:
                failed.append(r.text)

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        for _ in range(5):
            done = doctor(server)
            assert done.returncode == 0, done.stdout
            assert "; 0 files not recorded" in done.stdout
    finally:
        stop.set()
        thread.join(60)
    assert failed == []


@pytest.mark.parametrize(
    "words", [["--sample", "3"], ["--artifacts", "--sample"], ["--artifacts", "--sample", "0"], ["--artifacts", "--sample", "x"], ["--artifact"]]
)
def test_words_the_doctor_does_not_know(server, words):
    done = harness.cairn("doctor", *words, "--config", server.config, check=False)
    assert done.returncode == 2 and done.stderr.startswith("cairn doctor: ")


def test_gc_takes_the_records_along(alone):
    server, api = alone
    run, other = api.run(), api.run()
    for r in (run, other):
        assert api.request("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={r}&path=x", data=b"1").status == 200
    api.post("runs/delete", {"run_id": run}).ok()
    harness.cairn("gc", "--config", server.config)
    assert len(rows(server)) == 2
    harness.cairn("gc", "--delete", "--config", server.config)
    assert [p for p in rows(server) if run in p] == [] and len(rows(server)) == 1
    assert doctor(server).returncode == 0


def test_gc_of_orphans_takes_their_records_along(alone):
    server, api = alone
    put(api, f"0/{'a' * 32}/artifacts/x", b"of no run")
    put(api, "mine/x", b"of no experiment that there is")
    harness.cairn("gc", "--orphans", "--older-than", "0s", "--delete", "--config", server.config)
    there = {str(p.relative_to(server.artifact_root)) for p in server.artifact_root.rglob("*") if p.is_file()}
    assert f"0/{'a' * 32}/artifacts/x" not in there
    assert set(rows(server)) == there
    assert doctor(server).returncode == 0


def test_quotas_and_records_go_together(servers):
    server = servers.cairn(artifact_checksums="yes", quota_bytes=1000)
    api = Api(server)
    put(api, "1/x", b"x" * 900)
    reply = api.request("PUT", STORE + "1/y", data=b"y" * 101)
    assert reply.status in (400, 403, 413, 429, 507), str(reply)
    put(api, "1/x", b"z" * 999)
    assert rows(server) == {"1/x": recorded(b"z" * 999)}
    api.request("DELETE", STORE + "1/x").ok()
    assert rows(server) == {}
    put(api, "1/y", b"y" * 1000)
    assert rows(server) == {"1/y": recorded(b"y" * 1000)}
    api.session.close()
