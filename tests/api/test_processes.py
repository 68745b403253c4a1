"""Master and workers: stop, reload, crash, stuck, recycled; nobody who waits is forgotten."""

import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
import termios
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from harness import cairn as harness
from harness.api import Api
from harness.processes import send, wait_until

pytestmark = pytest.mark.cairn_only("its own processes")
KILLS_WORKERS = True


def pool(server, name):
    """The pids of a pool's workers."""
    pids = []
    for pid in server.worker_pids():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == f"cairn-{name}":
                pids.append(pid)
    return pids


def log_metric(server, run, value=1.0):
    return requests.post(
        f"{server.url}/api/2.0/mlflow/runs/log-metric",
        json={"run_id": run, "key": "m", "value": value, "timestamp": 1, "step": int(value)},
        timeout=60,
    )


def get_experiment(server):
    return requests.get(f"{server.url}/api/2.0/mlflow/experiments/get", params={"experiment_id": "0"}, timeout=60)


def unread(peer):
    """How much of what was sent nobody has read yet."""
    return struct.unpack("i", fcntl.ioctl(peer, termios.TIOCOUTQ, b"\0\0\0\0"))[0]


@contextlib.contextmanager
def locked(server, run):
    """Whoever logs to the run waits in the database until this ends."""
    link = server.db.mariadb.connect(server.db.name)
    with link.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT run_uuid FROM runs WHERE run_uuid = %s FOR UPDATE", (run,))
        assert cursor.fetchall()
    try:
        yield
    finally:
        link.rollback()
        link.close()


def someone_waits(server):
    return lambda: server.db.lock_waits() > 0


def record(kind, content=b""):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def health_request():
    params = b"".join(
        struct.pack("BB", len(k), len(v)) + k + v
        for k, v in ((b"REQUEST_METHOD", b"GET"), (b"REQUEST_URI", b"/health"))
    )
    return record(1, struct.pack("!HB5x", 1, 0)) + record(4, params) + record(4) + record(5)


def ask(server, name, request):
    """Says something to a pool as nginx would; it is in the queue when this returns."""
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect(str(server.run_dir / f"{name}.sock"))
    peer.sendall(request)
    return peer


def new_run(server):
    api = Api(server)
    run = api.run(api.experiment())
    api.session.close()
    return run


@pytest.fixture(scope="module")
def impatient(servers):
    """Kills what is stuck for two seconds, and replaces its workers often."""
    return servers.cairn(request_timeout=2, max_requests=5, ingest_workers=2, query_workers=1)


def test_no_request_fails_while_workers_end_and_the_master_reloads(server, run):
    before, done, statuses = set(server.worker_pids()), threading.Event(), []

    def work(n):
        while not done.is_set():
            statuses.append(log_metric(server, run, n).status_code)

    with ThreadPoolExecutor(4) as threads:
        for n in range(4):
            threads.submit(work, n)
        try:
            for round_ in range(5):
                for pid in server.worker_pids():
                    count = len(statuses)
                    send(pid, signal.SIGTERM)
                    wait_until(lambda: len(statuses) > count, 20, "another reply")
                reloads = server.workers.log().count("event=reload ")
                server.workers.signal(signal.SIGHUP)
                wait_until(lambda: server.workers.log().count("event=reload ") > reloads, 20, "a reload")
        finally:
            done.set()
    assert len(statuses) > 40
    assert set(statuses) == {200}
    wait_until(lambda: len(server.worker_pids()) == 9, 20, "all workers")
    assert not before & set(server.worker_pids())


def test_a_reload_changes_what_the_file_says_and_a_bad_file_changes_nothing(server):
    settings = server.config.read_text()
    try:
        server.config.write_text(settings.replace("query_workers = 3", "query_workers = 5"))
        server.workers.signal(signal.SIGHUP)
        wait_until(lambda: len(pool(server, "query")) == 5 and len(server.worker_pids()) == 11, 20, "eleven workers")
        server.config.write_text(settings + "query_wokers = 2\n")
        workers = set(server.worker_pids())
        server.workers.signal(signal.SIGHUP)
        wait_until(lambda: "event=reload_failed" in server.workers.log(), 20, "the complaint")
        assert 'unknown setting "query_wokers"' in server.workers.log()
        assert set(server.worker_pids()) == workers
        assert get_experiment(server).status_code == 200
    finally:
        server.config.write_text(settings)
        server.workers.signal(signal.SIGHUP)
    wait_until(lambda: len(pool(server, "query")) == 3 and len(server.worker_pids()) == 9, 20, "nine workers")


def test_killed_workers_are_replaced(server, run):
    assert log_metric(server, run).status_code == 200
    for pid in pool(server, "ingest"):
        send(pid, signal.SIGKILL)
    wait_until(lambda: len(pool(server, "ingest")) == 3, 20, "three workers")
    assert log_metric(server, run, 2).status_code == 200
    assert "event=worker_died pool=ingest" in server.workers.log()


def test_a_second_server_is_refused(server):
    second = harness.cairn("serve", "--config", server.config, check=False)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "another cairn serves here" in second.stderr
    assert f"owner={server.workers.pid}" in second.stderr
    assert get_experiment(server).status_code == 200


def test_a_stuck_worker_is_killed_and_named(impatient):
    run = new_run(impatient)
    with locked(impatient, run):
        reply = log_metric(impatient, run)
    assert reply.status_code == 503
    assert reply.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert reply.headers["Retry-After"]
    stuck = [line for line in impatient.workers.log().splitlines() if "event=worker_stuck" in line]
    assert 'request="POST /api/2.0/mlflow/runs/log-metric"' in stuck[-1]
    assert log_metric(impatient, run, 2).status_code == 200


def test_half_a_record_holds_a_worker_no_longer_than_a_request_may_take(impatient):
    before = impatient.workers.log().count("event=worker_stuck")
    with ask(impatient, "query", health_request()[:4]):
        assert get_experiment(impatient).status_code == 200  # by the pool's only worker
    assert impatient.workers.log().count("event=worker_stuck") == before + 1


def test_a_signal_neither_cuts_a_request_nor_is_forgotten_under_load(servers):
    server = servers.cairn(ingest_workers=1, query_workers=1, artifact_workers=1, request_timeout=0)
    assert requests.get(server.url + "/health", timeout=60).status_code == 200
    [worker] = pool(server, "query")
    request, served = health_request(), f"pid={worker} event=request"
    before = server.workers.log().count(served)
    with contextlib.ExitStack() as open_:
        peers = [open_.enter_context(ask(server, "query", request[:30]))]
        wait_until(lambda: unread(peers[0]) == 0, 20, "the worker reads")
        peers += [open_.enter_context(ask(server, "query", request)) for _ in range(10)]
        os.kill(worker, signal.SIGTERM)
        peers[0].sendall(request[30:])
        for peer in peers:
            assert b"Status: 200" in peer.recv(4096)
            peer.close()  # libfcgi waits for that
    log = server.workers.log()
    assert log.count(served) == before + 1  # the one it was reading
    assert "event=cut_request" not in log


def test_workers_are_replaced_after_max_requests(impatient):
    died = impatient.workers.log().count("event=worker_died")
    seen = set()
    for _ in range(20):
        assert get_experiment(impatient).status_code == 200
        seen |= set(pool(impatient, "query"))
    assert len(seen) >= 3
    assert impatient.workers.log().count("event=worker_died") == died


def test_a_stop_serves_what_runs_and_what_waits(servers):
    server = servers.cairn(ingest_workers=1, query_workers=1, artifact_workers=1)
    run = new_run(server)
    with ThreadPoolExecutor(1) as threads:
        with locked(server, run):
            running = threads.submit(log_metric, server, run)
            wait_until(someone_waits(server), 20, "a request that waits")
            waiting = ask(server, "ingest", health_request())
            server.workers.signal(signal.SIGTERM)
            wait_until(lambda: not (server.run_dir / "ingest.sock").exists(), 20, "the end of the socket")
            assert log_metric(server, run, 2).status_code == 503
            assert server.workers.alive()
        assert running.result().status_code == 200
        with waiting:
            assert b"Status: 200" in waiting.recv(4096)
    assert server.workers.child.wait(20) == 0
    assert server.db.value("SELECT COUNT(*) FROM metrics WHERE run_uuid = %s", run) == 1
    assert not Path(server.settings["pid_file"]).exists()


def test_workers_go_with_a_killed_master_and_the_next_one_starts_at_once(servers):
    server = servers.cairn(ingest_workers=1, query_workers=1, artifact_workers=1)
    run, old = new_run(server), server.worker_pids()
    with ThreadPoolExecutor(1) as threads:
        with locked(server, run):
            reply = threads.submit(log_metric, server, run)
            wait_until(someone_waits(server), 20, "a request that waits")
            server.workers.signal(signal.SIGKILL)
            server.workers.child.wait(20)
            server.start_workers()
            assert get_experiment(server).status_code == 200
        assert reply.result().status_code == 200  # it was the old worker's

    def gone(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    wait_until(lambda: all(map(gone, old)), 20, "the end of the old workers")


def test_without_a_database_the_server_starts_and_answers_503(servers, mariadb, place):
    link = place / "away.sock"
    link.symlink_to(mariadb.socket)
    server = servers.cairn(db_socket=link)
    server.workers.stop()
    link.unlink()
    server.start_workers()
    assert "event=no_database" in server.workers.log()
    assert requests.get(server.url + "/health", timeout=60).text == "OK"
    reply = get_experiment(server)
    assert reply.status_code == 503
    assert reply.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert reply.headers["Retry-After"]
    assert harness.cairn("doctor", "--config", server.config, check=False).returncode == 1
    link.symlink_to(mariadb.socket)
    assert get_experiment(server).status_code == 200


def test_without_a_directory_for_artifacts_runs_are_logged_and_the_log_says_what_to_do(servers):
    server = servers.cairn(artifact_root="/nonexistent/artifacts")
    assert log_metric(server, new_run(server)).status_code == 200
    [line] = [line for line in server.workers.log().splitlines() if "event=no_artifacts" in line]
    assert 'setting=artifact_root path=/nonexistent/artifacts reason="No such file or directory; make it' in line


def test_a_schema_that_is_not_known_is_not_served(servers):
    server = servers.cairn()
    known = server.db.value("SELECT version_num FROM alembic_version")
    server.db.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    server.workers.signal(signal.SIGHUP)
    wait_until(lambda: get_experiment(server).status_code == 503, 20, "the refusal")
    assert requests.get(server.url + "/health", timeout=60).text == "OK"
    assert server.workers.stop() == 0
    refused = harness.cairn("serve", "--config", server.config, check=False)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "ffffffffffff" in refused.stderr
    server.db.execute("UPDATE alembic_version SET version_num = %s", known)
    server.start_workers()
    assert get_experiment(server).status_code == 200


def test_the_doctor_finds_nothing_wrong_with_a_running_server_and_says_when_it_is_down(servers):
    server = servers.cairn()
    well = harness.cairn("doctor", "--config", server.config)
    assert "FAIL" not in well.stdout
    for socket_ in ("ingest", "query", "artifact", "archive"):
        assert f"ok    server: {socket_}.sock answers" in well.stdout
    server.workers.stop()
    ill = harness.cairn("doctor", "--config", server.config, check=False)
    assert ill.returncode == 1
    assert "FAIL  server: does not run" in ill.stdout


def test_the_shell_reads_statements_and_shows_its_password_to_nobody(server):
    shell = subprocess.Popen(
        [harness.BINARY, "db", "shell", "--config", server.config],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=harness.environment(),
    )
    wait_until(lambda: b"defaults-file" in Path(f"/proc/{shell.pid}/cmdline").read_bytes(), 20, "the client")
    shown = Path(f"/proc/{shell.pid}/cmdline").read_bytes() + Path(f"/proc/{shell.pid}/environ").read_bytes()
    out, err = shell.communicate("SELECT DATABASE() AS name, 'é' AS letter;", timeout=60)
    assert (shell.returncode, err) == (0, "")
    assert out == f"name\tletter\n{server.db.name}\té\n"
    assert server.db.mariadb.password.encode() not in shown


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "a command is missing"),
        (["bogus"], "unknown command bogus"),
        (["db"], "a second word is missing after db"),
        (["db", "--db_port=3306"], "a second word is missing after db"),
        (["db", "bogus"], "unknown command bogus"),
        (["serve", "now"], "unexpected word now"),
        (["serve", "--bogus"], "unexpected word --bogus"),
        (["serve", "--bogus=1"], "--bogus: unknown setting"),
        (["db", "migrate", "--dry"], "unexpected word --dry"),
        (["config", "check", "--config", "/nonexistent"], "/nonexistent: cannot be read"),
        (["doctor", "--db_port=0"], "db_port must be between 1 and 65535"),
    ],
)
def test_what_cannot_be_understood_is_one_line_and_status_2(words, said):
    done = harness.cairn(*words, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
