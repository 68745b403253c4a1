"""ops/up, ops/down and ops/cairn as a person uses them: on a directory of their own, through the shell."""

import json
import os
import re
import signal
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from harness.processes import send
from harness.seaweed import Seaweed

OPS = Path(__file__).resolve().parents[2] / "ops"
pytestmark = pytest.mark.timeout(900)   # the first ops/up builds the release


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ops(command, *args, text=None, ok=True):
    done = subprocess.run([OPS / command, *map(str, args)], input=text or "", capture_output=True, text=True, timeout=800)
    if ok:
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


class Up:
    def __init__(self):
        self.top = Path(tempfile.mkdtemp(prefix="cu", dir="/tmp"))
        self.top.chmod(0o755)   # the user of the server passes through it
        self.data = self.top / "d"
        self.port = free_port()

    def up(self, **more):
        return ops("up", "--data", self.data, "--port", self.port, "--workers", 3, "--detach", **more)

    def down(self, **more):
        return ops("down", "--data", self.data, **more)

    def pids(self):
        state = json.loads((self.data / "run" / "up.json").read_text())
        return {name: pid for name, (pid, _) in state["processes"].items()}

    def get(self, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.read().decode()

    def post(self, path, **body):
        return json.loads(self.get("/api/2.0/mlflow/" + path, body))

    def sql(self, statement):
        return ops("cairn", "--data", self.data, "db", "shell", text=statement).stdout


def wait_for(condition, seconds=120):
    """Until condition() is true; errors of a server on its way up count as not yet."""
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (OSError, ValueError, KeyError, AssertionError, urllib.error.URLError):
            pass
        assert time.monotonic() < end, "did not come about in time"
        time.sleep(0.05)


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize(("uri", "said"), [("gs://bucket", "artifacts_destination cannot be"), ("s3:x\ny = z", "is not a URI")])
def test_a_destination_that_is_none_is_one_clear_line(uri, said):
    server = Up()
    try:
        done = ops("up", "--data", server.data, "--port", server.port, "--artifacts-destination", uri, ok=False)
        assert done.returncode == 1 and said in done.stderr.splitlines()[-1]
        assert not (server.data / "run" / "up.json").exists()
    finally:
        shutil.rmtree(server.top, ignore_errors=True)


@pytest.fixture(scope="module")
def prepared():
    """A data directory that has settings, and no database yet: the first look at it is enough."""
    server = Up()
    server.data.mkdir()
    (server.data / "CAIRN").write_text("1\n")
    (server.data / "conf").mkdir()
    owner = server.top.owner() if os.geteuid() else "nobody"
    for path in (server.data, server.data / "CAIRN", server.data / "conf"):
        shutil.chown(path, owner)
    server.owner = owner
    yield server
    shutil.rmtree(server.top, ignore_errors=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"# mine\ningest_wokers = 3\n", ':2: unknown setting "ingest_wokers"'),
        (b"slow_ms = soon\n", ":1: slow_ms must be"),
        (b"slow_ms = 1\nslow_ms = 2\n", ":2: slow_ms is already set in line 1"),
        (b"db_name = other\n", ":1: db_name is set by ops/up; remove it here"),
        (b"just words\n", ':1: expected "name = value"'),
        (b"\xff\xfe", " is not a text in UTF-8"),
    ],
)
def test_a_wrong_setting_is_named_by_its_line_in_local_conf(prepared, text, said):
    local = prepared.data / "conf" / "local.conf"
    local.write_bytes(text)
    try:
        refused = prepared.up(ok=False)
    finally:
        local.unlink()
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"up: {local}{said}") and refused.stderr.count("\n") == 1
    assert not (prepared.data / "run" / "up.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
@pytest.mark.parametrize("name", ["artifacts", "db", "log"])
def test_a_directory_of_somebody_else_is_named_and_how_to_get_it_back(prepared, name):
    foreign = prepared.data / name
    foreign.mkdir(exist_ok=True)
    shutil.chown(foreign, "root")
    foreign.chmod(0o755)
    try:
        refused = prepared.up(ok=False)
    finally:
        foreign.rmdir() if name == "db" else shutil.chown(foreign, prepared.owner)
    assert refused.returncode == 1
    assert refused.stderr == (f"up: user {prepared.owner} cannot write to {foreign}: chown -R {prepared.owner}: {foreign}"
                              f" && chmod -R u+rwX {foreign}\n")


def test_artifacts_may_be_kept_in_another_directory():
    server = Up()
    try:
        kept = server.top / "kept elsewhere"
        kept.mkdir(mode=0o777)
        kept.chmod(0o777)
        ops("up", "--data", server.data, "--port", server.port, "--workers", 3, "--detach", "--artifacts-destination", kept)
        path = "/api/2.0/mlflow-artifacts/artifacts/a%20folder/x"
        put = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data=b"hello", method="PUT")
        assert urllib.request.urlopen(put, timeout=60).status == 200
        assert (kept / "a folder" / "x").read_bytes() == b"hello"
        assert server.get(path) == "hello"
    finally:
        server.down(ok=False)
        shutil.rmtree(server.top, ignore_errors=True)


def test_artifacts_may_be_kept_in_a_bucket():
    """Credentials come from the environment of ops/up and stay out of the configuration."""
    server = Up()
    store = Seaweed(server.top / "s3")
    try:
        store.create_bucket("kept")
        env = {**os.environ, "AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key,
               "AWS_DEFAULT_REGION": store.region, "AWS_ENDPOINT_URL": store.endpoint}
        subprocess.run([OPS / "up", "--data", server.data, "--port", str(server.port), "--workers", "3", "--detach",
                        "--artifacts-destination", "s3://kept/here"], check=True, timeout=800, env=env)
        path = "/api/2.0/mlflow-artifacts/artifacts/a%20folder/x"
        put = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data=b"hello", method="PUT")
        assert urllib.request.urlopen(put, timeout=60).status == 200
        assert store.get("kept", "here/a folder/x") == b"hello"
        assert server.get(path) == "hello"
        texts = [f.read_text(errors="replace") for sub in ("conf", "log") for f in (server.data / sub).rglob("*") if f.is_file()]
        assert not any(store.secret_key in text for text in texts)
    finally:
        server.down(ok=False)
        store.stop()
        shutil.rmtree(server.top, ignore_errors=True)


@pytest.fixture(scope="module")
def served():
    server = Up()
    try:
        server.up()
        yield server
    finally:
        server.down(ok=False)
        shutil.rmtree(server.top, ignore_errors=True)


def test_it_serves_and_nothing_of_it_is_root(served):
    assert served.get("/health") == "OK"
    for name, pid in served.pids().items():
        uid = os.stat(f"/proc/{pid}").st_uid
        assert uid != 0, f"{name} runs as root"
        assert uid == served.data.stat().st_uid
        assert "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text()


def test_a_second_up_says_so_and_changes_nothing(served):
    before = served.pids()
    second = served.up(ok=False)
    assert second.returncode == 1
    assert re.fullmatch(rf"up: already running on {served.data}: http://127.0.0.1:{served.port} \(process \d+\)\n", second.stderr)
    assert served.pids() == before


def test_a_taken_port_is_one_clear_line_and_no_directory(served):
    other = served.top / "other"
    taken = ops("up", "--data", other, "--port", served.port, "--detach", ok=False)
    assert taken.returncode == 1
    assert taken.stderr == f"up: port {served.port} on 127.0.0.1 is taken; choose another with --port\n"
    assert not other.exists()


def test_a_foreign_directory_is_refused_and_left_alone(served):
    foreign = served.top / "foreign"
    foreign.mkdir()
    (foreign / "thesis.tex").write_text("mine")
    refused = ops("up", "--data", foreign, "--port", free_port(), "--detach", ok=False)
    assert refused.stderr == f"up: {foreign} is neither empty nor a data directory of Cairn\n"
    assert [p.name for p in foreign.iterdir()] == ["thesis.tex"]


def test_the_admin_command_reaches_the_database(served):
    name = f"from the shell {time.time_ns()}"
    made = served.post("experiments/create", name=name)
    assert served.sql(f"SELECT experiment_id FROM experiments WHERE name = '{name}'").split() == [
        "experiment_id", made["experiment_id"]]
    assert f"artifact_root = {served.data}/artifacts" in ops("cairn", "--data", served.data, "config", "dump").stdout


@pytest.mark.parametrize("name", ["nginx", "cairn", "mariadbd"])
def test_what_is_killed_comes_back_and_nothing_is_lost(served, name):
    made = served.post("experiments/create", name=f"before {name} was killed {time.time_ns()}")["experiment_id"]
    before = served.pids()
    os.kill(before[name], signal.SIGKILL)
    wait_for(lambda: served.pids()[name] != before[name])
    wait_for(lambda: served.post("experiments/create", name=f"after {name} was killed {time.time_ns()}"))
    assert json.loads(served.get(f"/api/2.0/mlflow/experiments/get?experiment_id={made}"))
    after = served.pids()
    assert {n for n in after if after[n] != before[n]} == {name}


def test_up_lives_on_when_it_cannot_write(served):
    """A full disk must not end what it starts again."""
    before = served.pids()
    in_the_way = served.data / "run" / "up.json.new"   # as good as a full disk, and needs none

    def children():
        return {int(p) for p in Path(f"/proc/{before['up']}/task/{before['up']}/children").read_text().split()}

    in_the_way.mkdir()
    try:
        for name in ("nginx", "cairn"):
            os.kill(before[name], signal.SIGKILL)
        wait_for(lambda: not {before["nginx"], before["cairn"]} & children() and served.get("/health") == "OK"
                 and served.post("experiments/create", name=f"unwritten {time.time_ns()}"))
        assert served.pids() == before
        note = "up.json cannot be written"
        assert (served.data / "log" / "up.log").read_text().count(note) == 1
    finally:
        in_the_way.rmdir()
    wait_for(lambda: set(served.pids().values()) - {before["up"]} <= children())   # it has been written since


def test_a_reload_with_a_wrong_setting_changes_nothing_and_says_so(served):
    settings = served.data / "conf" / "cairn.conf"
    local, before, pids = served.data / "conf" / "local.conf", settings.read_text(), served.pids()
    local.write_text("slow_ms = soon\n")
    local.chmod(0o644)
    try:
        os.kill(pids["up"], signal.SIGHUP)
        wait_for(lambda: f"not reloaded: {local}:1: slow_ms must be" in (served.data / "log" / "up.log").read_text())
    finally:
        local.unlink()
    assert settings.read_text() == before
    assert served.get("/health") == "OK" and served.pids() == pids


def begin_upload(served, name):
    """An upload in parts; returns its directory."""
    made = json.loads(served.get(f"/api/2.0/mlflow-artifacts/mpu/create/{name}", {"path": "x", "num_parts": 2}))
    directory = served.data / "stage" / "parts" / made["upload_id"]
    assert directory.is_dir()
    return directory


def test_after_up_itself_was_killed_the_next_one_starts_clean(served):
    made = served.post("experiments/create", name=f"before up was killed {time.time_ns()}")["experiment_id"]
    before = served.pids()
    stale = served.data / "stage" / "0000000001"
    goes_on, given_up = (begin_upload(served, name) for name in ("goes_on", "given_up"))
    for pid in before.values():
        send(pid, signal.SIGKILL)  # up itself is the first: others may end with it
    wait_for(lambda: not any(running(pid) for pid in before.values()))
    stale.write_bytes(b"half an upload")
    os.utime(given_up / "table", (0, 0))
    served.up()
    assert not stale.exists()
    wait_for(lambda: not given_up.exists())
    assert goes_on.exists()
    assert not set(before.values()) & set(served.pids().values())
    assert json.loads(served.get(f"/api/2.0/mlflow/experiments/get?experiment_id={made}"))


def test_down_stops_all_of_it_and_the_data_stay(served):
    made = served.post("experiments/create", name=f"kept {time.time_ns()}")["experiment_id"]
    before = served.pids()
    assert served.down().stdout == "Cairn has stopped.\n"
    assert not any(running(pid) for pid in before.values())
    assert served.down().stdout == f"Nothing runs on {served.data}\n"
    # its first line: a second start neither installs nor builds
    assert served.up().stdout.splitlines()[0] == f"Cairn is ready: http://127.0.0.1:{served.port}"
    assert json.loads(served.get(f"/api/2.0/mlflow/experiments/get?experiment_id={made}"))


def test_what_is_less_than_it_should_be_is_said_at_the_start(served):
    local = served.data / "conf" / "local.cnf"
    served.down()
    local.write_text("[mariadbd]\ninnodb_flush_log_at_trx_commit = 2\n")
    local.chmod(0o644)
    try:
        out = served.up().stdout.splitlines()
    finally:
        local.unlink()
    assert out[0].startswith("Cairn is ready") and any(line.startswith("Warning: durability: ") for line in out)
    served.down()
    assert "durability" not in served.up().stdout


def test_control_c_in_the_foreground_stops_all_of_it():
    server = Up()
    process = subprocess.Popen([OPS / "up", "--data", server.data, "--port", str(server.port)], text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
    try:
        # the line, not /health: that answers before up has seen it answer
        assert f"Cairn is ready: http://127.0.0.1:{server.port}\n" in iter(process.stdout.readline, "")
        assert server.get("/health") == "OK"
        pids = server.pids()
        os.killpg(process.pid, signal.SIGINT)   # as a terminal does
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert out.endswith("Cairn has stopped.\n")
        assert not any(running(pid) for pid in pids.values())
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        shutil.rmtree(server.top, ignore_errors=True)
