"""A reply that its worker could not finish is seen to be cut, compressed or not."""

import os
import signal
import socket

import pytest

from harness.processes import children, wait_until

pytestmark = pytest.mark.cairn_only("workers and nginx of our own")
KILLS_WORKERS = True
POINTS = 40_000


@pytest.fixture(scope="module")
def long_run(api):
    """A metric whose history is some megabytes: more than what waits between worker and nginx."""
    run = api.run(api.experiment())
    api.server.db.execute(
        "INSERT INTO metrics (`key`, value, timestamp, run_uuid, step, is_nan)"
        f" SELECT 'm', 1 / (1 + seq), 1700000000000 + seq, %s, seq, 0 FROM seq_0_to_{POINTS - 1}", run)
    return run


def ask(server, run, *headers):
    link = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    lines = [f"GET /api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=m HTTP/1.1", "Host: localhost",
             "Connection: close", *headers]
    link.sendall("\r\n".join([*lines, "", ""]).encode())
    return link


def whole(link):
    data = b""
    while piece := link.recv(65536):
        data += piece
    link.close()
    return data


def is_complete(reply):
    head, _, body = reply.partition(b"\r\n\r\n")
    if b"chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return len(body) == length


def is_sending(pid):
    """Blocked in write(): what waits between it and nginx is full."""
    try:
        with open(f"/proc/{pid}/syscall", encoding="ascii") as f:
            return f.read().split()[0] == "1"
    except (OSError, IndexError):
        return False


@pytest.mark.parametrize("headers", [[], ["Accept-Encoding: gzip"]], ids=["plain", "gzip"])
def test_it_is_cut_for_the_client_too(server, long_run, headers):
    assert is_complete(whole(ask(server, long_run, *headers)))
    nginx, link = children(server.nginx.pid), None
    lock = server.db.mariadb.connect(server.db.name)
    try:
        with lock.cursor() as cursor:   # the worker has the request and waits
            cursor.execute("LOCK TABLES metrics WRITE")
            link = ask(server, long_run, *headers)
            waits = "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%%'"
            wait_until(lambda: server.db.value(waits) > 0, 20, "a worker that has the request")
            for pid in nginx:   # it takes nothing any more
                os.kill(pid, signal.SIGSTOP)
            cursor.execute("UNLOCK TABLES")
        wait_until(lambda: any(is_sending(p) for p in server.worker_pids()), 20, "a worker that sends")
        for pid in server.worker_pids():
            if is_sending(pid):
                os.kill(pid, signal.SIGKILL)
    finally:
        for pid in nginx:
            os.kill(pid, signal.SIGCONT)
        lock.close()
    with link:
        try:
            reply = whole(link)
        except ConnectionError:
            return
    assert b" 200 " not in reply.split(b"\r\n")[0] or not is_complete(reply), reply[-200:]
