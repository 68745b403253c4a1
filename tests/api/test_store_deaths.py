"""Whoever dies in the middle of a transfer to or from S3: what is there is whole, and it goes on by itself."""

import hashlib
import os
import re
import signal
import socket
import zipfile

import pytest
import requests
import urllib3
from harness.api import Api, unique
from harness.processes import children, send, wait_until

pytestmark = pytest.mark.cairn_only("processes are killed by pid: those are Cairn's")
KILLS_WORKERS = True
DOOR = "/api/2.0/mlflow-artifacts/artifacts/"
MB = 1 << 20
LARGE = 64 * MB


@pytest.fixture(scope="module")
def server(servers, seaweed):
    return servers.cairn(artifacts_destination="s3://cairn/all", **seaweed.settings())


def kill_store(server, seaweed):
    seaweed.kill()
    return seaweed.start


def kill_nginx(server, seaweed):
    for pid in [server.nginx.pid, *children(server.nginx.pid)]:
        send(pid, signal.SIGKILL)
    server.nginx.child.wait(10)
    return server.start_nginx


def kill_workers(server, seaweed):
    old = server.worker_pids()
    for pid in old:
        send(pid, signal.SIGKILL)

    def others():
        wait_until(lambda: len(server.worker_pids()) == len(old) and not set(old) & set(server.worker_pids()), 20, "new workers")

    return others


def put(server, path, data):
    return requests.put(f"{server.url}{DOOR}{path}", data=data, timeout=60)


def get(server, path, **more):
    return requests.get(f"{server.url}{DOOR}{path}", timeout=60, **more)


def left_behind(server):
    return [f for sub in ("tmp", "stage") for _, _, files in os.walk(server.directory / sub) for f in files]


class Half:
    """An upload of which half was sent."""

    def __init__(self, server, path, data):
        self.data = data
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.socket.sendall(f"PUT {DOOR}{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n".encode()
                            + data[: len(data) // 2])

    def end(self):
        """Sends the rest: what is answered, if anything is."""
        try:
            self.socket.sendall(self.data[len(self.data) // 2:])
            return self.socket.recv(100)
        except OSError:
            return b""
        finally:
            self.socket.close()


def rest_of(download, first):
    """All of it, or None where the client was told that it is cut off."""
    try:
        return first + download.raw.read()
    except (OSError, urllib3.exceptions.HTTPError):
        return None


@pytest.mark.parametrize("kill", [kill_store, kill_nginx, kill_workers])
def test_killed_in_the_middle_of_uploads_and_downloads(server, seaweed, kill):
    folder = unique("k")
    large, upload = os.urandom(MB) * (LARGE // MB), os.urandom(16 * MB)
    assert put(server, f"{folder}/whole", large).status_code == 200
    assert put(server, f"{folder}/old", b"before").status_code == 200
    halves = {name: Half(server, f"{folder}/{name}", upload) for name in ("new", "old")}
    with get(server, f"{folder}/whole", stream=True) as download:
        first = download.raw.read(64 * 1024)
        again = kill(server, seaweed)
        got = rest_of(download, first)
    said = {name: half.end() for name, half in halves.items()}
    again()

    assert got in (None, large)
    assert got == large or kill is not kill_workers   # workers have done their part by then
    good = {name for name, reply in said.items() if reply.startswith(b"HTTP/1.1 200 ")}
    assert good == (set(said) if kill is kill_workers else set())
    wait_until(lambda: put(server, f"{folder}/after", b"x").status_code == 200, 30, "an upload")
    assert get(server, f"{folder}/whole").content == large
    assert get(server, f"{folder}/old").content == (upload if "old" in good else b"before")
    assert get(server, f"{folder}/new").status_code == (200 if "new" in good else 404)
    wait_until(lambda: not left_behind(server), 20, "nothing left")
    assert requests.delete(f"{server.url}{DOOR}{folder}", timeout=60).status_code == 200


def test_an_archive_of_a_store_that_dies_is_seen_to_be_cut(server, seaweed, tmp_path):
    api = Api(server)
    run = api.run()
    base = api.get_run(run)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    for n in range(4):
        assert put(server, f"{base}/{n}.bin", os.urandom(MB) * 16).status_code == 200
    query = {"run_id": run, "format": "zip"}
    with requests.get(f"{server.url}/api/cairn/1/artifacts/archive", query, stream=True, timeout=60) as reply:
        assert reply.status_code == 200
        first = reply.raw.read(64 * 1024)
        seaweed.kill()
        assert rest_of(reply, first) is None
    assert requests.get(f"{server.url}/api/cairn/1/artifacts/archive", query, timeout=60).status_code == 503
    seaweed.start()
    file = tmp_path / "all.zip"
    wait_until(lambda: get(server, f"{base}/0.bin").status_code == 200, 30, "a download")
    file.write_bytes(requests.get(f"{server.url}/api/cairn/1/artifacts/archive", query, timeout=60).content)
    with zipfile.ZipFile(file) as z:
        assert z.testzip() is None
        manifest = dict(reversed(line.split("  ")) for line in z.read("manifest.sha256").decode().splitlines())
        assert manifest == {f"{n}.bin": hashlib.sha256(z.read(f"{n}.bin")).hexdigest() for n in range(4)}
    assert re.search("event=broken_off", server.log())
    assert requests.delete(f"{server.url}{DOOR}{base}", timeout=60).status_code == 200
