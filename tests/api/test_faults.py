"""What happens when something dies: a worker, the database, a client; and when nothing should."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from harness.api import Api, missing
from harness.databases import database_server
from harness.load import Load, MixedLoad, honest_503
from harness.processes import children, name_of, send, wait_until

pytestmark = pytest.mark.cairn_only("workers, nginx and database of our own")


@pytest.fixture(scope="module")
def own_mariadb(place):
    server = database_server(place / "own")
    yield server
    server.stop()


@pytest.fixture
def start(servers):
    """Start a Cairn with settings of its own; it ends with the test."""
    before = len(servers.started)

    def start(mariadb=None, **settings):
        return servers.cairn(mariadb, **settings)

    yield start
    problems = []
    while len(servers.started) > before:
        server = servers.started.pop()
        server.stop()
        problems += [f"{p}\n{server.log()[-5000:]}" for p in server.problems()]
    assert problems == []


def fresh_run(server):
    api = Api(server)
    return api.run(api.experiment())


def until(load, more, seconds=40):
    target = load.done() + more
    wait_until(lambda: load.done() >= target, seconds, f"{more} more requests")


def unavailable(server, method, route, **kw):
    """The request is answered 503 as it should be; the seconds it took."""
    began = time.monotonic()
    r = requests.request(method, server.url + route, timeout=60, **kw)
    assert honest_503(r), f"{r.status_code} {dict(r.headers)} {r.text[:500]}"
    return time.monotonic() - began


METRIC = {"key": "m", "value": 1, "timestamp": 1, "step": 1}


# -- the database


def test_without_a_database_all_is_503_and_heals_by_itself(start, own_mariadb):
    server = start(own_mariadb)
    run = fresh_run(server)
    workers = set(server.worker_pids())
    own_mariadb.kill()
    try:
        for method, route, body in [
            ("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0", None),
            ("POST", "/api/2.0/mlflow/runs/log-metric", {"run_id": run, **METRIC}),
            ("POST", "/api/2.0/mlflow/experiments/search", {"max_results": 5}),
            ("GET", f"/api/2.0/mlflow/artifacts/list?run_id={run}", None),
        ]:
            for _ in range(5):  # each worker, and each twice
                assert unavailable(server, method, route, **({"json": body} if body else {})) < 6
        assert requests.get(server.url + "/health", timeout=60).text == "OK"
        stored = requests.put(server.url + "/api/2.0/mlflow-artifacts/artifacts/x", data=b"1", timeout=60)
        assert stored.status_code == 200, "the artifact store needs no database"
    finally:
        own_mariadb.start()
    api = Api(server)
    for _ in range(8):
        api.get_experiment("0")
        api.post("runs/log-metric", {"run_id": run, **METRIC}).ok()
    assert set(server.worker_pids()) == workers, "nobody had to be restarted for that"


def test_workers_start_before_the_database(start, own_mariadb):
    """After a power cut all come up at once."""
    server = start(own_mariadb)
    run = fresh_run(server)
    server.workers.stop()
    own_mariadb.kill()
    try:
        server.start_workers()
        unavailable(server, "GET", "/api/2.0/mlflow/experiments/get?experiment_id=0")
    finally:
        own_mariadb.start()
    Api(server).post("runs/log-metric", {"run_id": run, **METRIC}).ok()


def test_a_killed_database_loses_nothing_that_was_acknowledged(start, own_mariadb):
    server = start(own_mariadb)
    with Load(server, fresh_run(server)) as load:
        for _ in range(3):
            until(load, 100)
            own_mariadb.kill()
            own_mariadb.start()
        until(load, 100)
    assert load.bad == []
    assert load.lost() == set()
    assert load.statuses[200] > 400 and load.statuses[503] > 0


def test_a_database_that_hangs_is_503_in_time(start, own_mariadb):
    server = start(own_mariadb, request_timeout=2)
    run = fresh_run(server)
    own_mariadb.pause()
    try:
        assert unavailable(server, "GET", "/api/2.0/mlflow/experiments/get?experiment_id=0") < 12
        assert unavailable(server, "POST", "/api/2.0/mlflow/runs/log-metric", json={"run_id": run, **METRIC}) < 12
    finally:
        own_mariadb.resume()
    api = Api(server)
    wait_until(lambda: api.get("experiments/get?experiment_id=0").status == 200, 20, "a healed server")
    api.post("runs/log-metric", {"run_id": run, **METRIC}).ok()


@pytest.fixture
def small_disk(place):
    """A database on a file system of its own, and who fills it."""
    disk = place / "small"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", disk], check=True)
    mariadb = database_server(disk / "own")
    filler = disk / "filler"

    def fill():
        with open(filler, "ab", buffering=0) as f, contextlib.suppress(OSError):
            while f.write(b"x" * 4096):
                pass

    try:
        yield mariadb, fill, filler.unlink
    finally:
        mariadb.stop()
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_of_the_database_is_503_and_heals_by_itself(start, small_disk):
    """Not 400, which no client sends again: what it logged would be lost."""
    mariadb, fill, empty = small_disk
    server = start(mariadb)
    run = fresh_run(server)
    written = set()

    def log(n):
        params = [{"key": f"{n}-{k}", "value": "v" * 6000} for k in range(100)]
        return requests.post(
            server.url + "/api/2.0/mlflow/runs/log-batch",
            json={"run_id": run, "params": params, "metrics": [{**METRIC, "step": n}]},
            timeout=60,
        )

    def refused():
        fill()
        n = len(written)
        reply = log(n)
        if reply.status_code == 200:
            written.add(n)
            return False
        assert honest_503(reply), reply.text
        return reply.json()["message"]

    message = wait_until(refused, 60, "a full disk")
    assert message == "The disk of the database is full. Try again when there is room."
    assert "make room on the disk of the database" in server.workers.log()
    assert requests.get(server.url + "/api/2.0/mlflow/runs/get", params={"run_id": run}, timeout=10).status_code == 200
    empty()
    assert log(len(written)).status_code == 200
    written.add(len(written))
    stored = server.db.rows("SELECT `key` FROM params WHERE run_uuid = %s", run)
    assert {key for (key,) in stored} == {f"{n}-{k}" for n in written for k in range(100)}
    assert {m["step"] for m in Api(server).history(run, "m")} == written


def test_what_the_database_will_not_do_for_anybody_is_not_the_clients_fault(start, own_mariadb):
    """Rights that were taken away: the request is as good as before."""
    server = start(own_mariadb)
    run = fresh_run(server)
    requests_ = [("runs/log-metric", METRIC), ("runs/set-tag", {"key": "a", "value": "b"})]

    def give(rights):
        server.workers.stop()  # connections keep the rights that they began with
        root = own_mariadb.connect(None, user="root", password="")
        with root.cursor() as cursor:
            cursor.execute("REVOKE ALL PRIVILEGES, GRANT OPTION FROM cairn@localhost")
            cursor.execute(f"GRANT {rights} TO cairn@localhost")
        root.close()
        server.start_workers()

    give(f"SELECT ON `{server.db.name}`.*")
    try:
        for route, body in requests_:
            unavailable(server, "POST", f"/api/2.0/mlflow/{route}", json={"run_id": run, **body})
        assert "command denied to user" in server.workers.log()
    finally:
        give("ALL ON *.*")
    for route, body in requests_:
        Api(server).post(route, {"run_id": run, **body}).ok()


def test_more_data_than_the_database_takes_at_once_is_413(start, own_mariadb):
    """The connection is lost by it, each time: as 503 clients would send it for minutes."""
    server = start(own_mariadb)
    run = fresh_run(server)

    def log(size):
        dataset = {"name": "d", "digest": f"{size}", "source_type": "t", "source": "s", "profile": "p" * size}
        body = {"run_id": run, "datasets": [{"dataset": dataset}]}
        return requests.post(server.url + "/api/2.0/mlflow/runs/log-inputs", json=body, timeout=60)

    root = own_mariadb.connect(None, user="root", password="")
    with root.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.max_allowed_packet")
        [before] = cursor.fetchone()
        cursor.execute("SET GLOBAL max_allowed_packet = 1048576")  # of new connections
        try:
            server.workers.stop()
            server.start_workers()
            for size in (1_500_000, 8_000_000):
                reply = log(size)
                assert reply.status_code == 413 and "max_allowed_packet" in reply.json()["message"], reply.text
            assert "max_allowed_packet of the database is 1048576; set it to 64M there" in server.workers.log()
            assert log(500_000).status_code == 200
        finally:
            cursor.execute(f"SET GLOBAL max_allowed_packet = {before}")
    root.close()
    Api(server).post("runs/log-metric", {"run_id": run, **METRIC}).ok()


def test_a_connection_the_database_closed_is_not_the_clients_trouble(start):
    server = start(ingest_workers=1, query_workers=1)
    run = fresh_run(server)
    api = Api(server)
    for _ in range(3):
        for (pid,) in server.db.rows(
            "SELECT id FROM information_schema.processlist WHERE db = %s AND id != connection_id()", server.db.name
        ):
            server.db.execute(f"KILL {pid}")
        assert api.get("experiments/get?experiment_id=0").status == 200
        assert api.post("runs/log-metric", {"run_id": run, **METRIC}).status == 200


# -- the workers


def kill_one(server, dice):
    """A worker, if one is there: the one killed before may still be listed, or none may be back yet."""
    workers = server.worker_pids()
    if workers:
        send(dice.choice(workers), signal.SIGKILL)


def test_killed_workers_lose_nothing_that_was_acknowledged(start):
    server = start()
    run = fresh_run(server)
    dice = random.Random(3)
    with Load(server, run) as load:
        for _ in range(25):
            until(load, 20)
            kill_one(server, dice)
        until(load, 100)
    assert load.bad == []
    assert load.lost() == set()
    assert load.statuses[503] <= 25
    assert server.log().count("event=worker_died") >= 10, "the kills did not hit"


def test_whatever_dies_what_was_acknowledged_is_there_and_nothing_else(start, own_mariadb):
    """All kinds of writes at once, and all kinds of deaths one after the other."""
    server = start(own_mariadb, ingest_workers=8)
    experiment = Api(server).experiment()
    run = Api(server).run(experiment)
    dice = random.Random(7)

    def loggers():
        return [pid for pid in server.worker_pids() if name_of(pid) == "cairn-ingest"]

    def kill_workers():
        for pid in dice.sample(loggers(), 3):
            send(pid, signal.SIGKILL)

    def freeze_workers():
        """Whoever writes for others among them: those do not wait for it."""
        frozen = dice.sample(loggers(), 3)
        for pid in frozen:
            send(pid, signal.SIGSTOP)
        try:
            until(load, 30)
        finally:
            for pid in frozen:
                send(pid, signal.SIGCONT)

    def kill_database():
        own_mariadb.kill()
        own_mariadb.start()

    def kill_master():
        server.workers.signal(signal.SIGKILL)
        server.workers.child.wait(20)
        server.start_workers()

    def reload():
        server.workers.signal(signal.SIGHUP)

    with MixedLoad(server, run, experiment) as load:
        for death in [kill_workers, freeze_workers, reload, kill_workers, kill_database, freeze_workers, kill_master] * 2:
            wait_until(lambda: len(loggers()) >= 8, 20, "eight workers that log")
            death()
            until(load, 60)
    assert load.bad == []
    assert not any(load.lost().values()), load.lost()
    assert load.statuses[200] > 300 and load.statuses[503] > 0


def test_reads_survive_killed_workers(start):
    """nginx asks another worker: nothing was changed by the first."""
    server = start(query_workers=4)
    stop = threading.Event()
    statuses = []

    def read():
        session = requests.Session()
        while not stop.is_set():
            statuses.append(session.get(server.url + "/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=60).status_code)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(25):
            count = len(statuses)
            wait_until(lambda: len(statuses) > count + 10, 30, "more reads")  # noqa: B023
            kill_one(server, random)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert set(statuses) == {200}


def test_a_reload_fails_no_request(start):
    server = start()
    with Load(server, fresh_run(server)) as load:
        for _ in range(8):
            before = set(server.worker_pids())
            until(load, 30)
            server.workers.signal(signal.SIGHUP)
            wait_until(lambda: not before & set(server.worker_pids()), 30, "all workers replaced")  # noqa: B023
        until(load, 100)
    assert set(load.statuses) == {200}
    assert load.lost() == set()


def test_a_reload_reads_the_configuration_anew(start):
    server = start(max_body=100_000)
    body = {"name": "x" * 200_000}
    assert Api(server).post("experiments/create", body).status == 413
    server.config.write_text(server.config.read_text().replace("max_body = 100000", "max_body = 1000000"))
    before = set(server.worker_pids())
    server.workers.signal(signal.SIGHUP)
    wait_until(lambda: not before & set(server.worker_pids()), 30, "all workers replaced")
    assert Api(server).post("experiments/create", body).status == 400


def test_a_reload_with_a_broken_configuration_changes_nothing(start):
    server = start()
    good = server.config.read_text()
    before = set(server.worker_pids())
    server.config.write_text(good + "no_such_setting = 1\n")
    server.workers.signal(signal.SIGHUP)
    wait_until(lambda: "reload_failed" in server.workers.log(), 20, "a word about it")
    assert set(server.worker_pids()) == before
    Api(server).get_experiment("0")


def test_an_nginx_reload_fails_no_request(start):
    server = start()
    # Each request on a connection of its own: a kept one may be closed while the client writes to it.
    with Load(server, fresh_run(server), headers={"Connection": "close"}) as load:
        for _ in range(5):
            before = set(children(server.nginx.pid))
            until(load, 50)
            server.nginx.signal(signal.SIGHUP)
            wait_until(lambda: set(children(server.nginx.pid)) - before, 30, "new nginx workers")  # noqa: B023
        until(load, 100)
    assert set(load.statuses) == {200}, load.bad
    assert load.lost() == set()


def test_recycled_workers_fail_no_request(start):
    server = start(max_requests=15)
    before = set(server.worker_pids())
    with Load(server, fresh_run(server)) as load:
        until(load, 800)
    assert set(load.statuses) == {200}
    assert load.lost() == set()
    others = len(before) - server.settings["ingest_workers"]
    assert len(before & set(server.worker_pids())) <= others, "the ingest workers are others by now"
    assert "worker_died" not in server.workers.log()


def refused_more(load, times):
    before = load.statuses[503]
    wait_until(lambda: load.statuses[503] >= before + times, 30, f"{times} requests refused")


def test_sigterm_ends_in_order(start):
    server = start()
    run = fresh_run(server)
    with Load(server, run) as load:
        until(load, 100)
        server.workers.signal(signal.SIGTERM)
        assert server.workers.child.wait(30) == 0
        unavailable(server, "POST", "/api/2.0/mlflow/runs/log-metric", json={"run_id": run, **METRIC})
        refused_more(load, 60)  # so that each thread has counted the reply it was reading
        count = load.done()
        refused_more(load, 60)
    assert load.done() == count
    assert load.bad == []
    assert "worker_died" not in server.workers.log()
    assert not (server.run_dir / "cairn.pid").exists()
    assert not list(server.run_dir.glob("[iqa]*.sock"))
    server.start_workers()
    assert load.lost() == set()


def test_a_killed_master_takes_its_workers_along_and_can_start_again(start):
    server = start()
    run = fresh_run(server)
    pids = server.worker_pids()
    server.workers.child.kill()
    server.workers.child.wait(10)
    wait_until(lambda: not any(os.path.exists(f"/proc/{p}") for p in pids), 20, "no orphans")
    server.start_workers()
    Api(server).post("runs/log-metric", {"run_id": run, **METRIC}).ok()


def test_a_stuck_worker_is_killed_and_only_its_request_fails(start):
    server = start(request_timeout=2, ingest_workers=2)
    stuck, free = fresh_run(server), fresh_run(server)
    api = Api(server)
    lock = server.db.mariadb.connect(server.db.name)
    try:
        lock.begin()
        with lock.cursor() as cursor:
            cursor.execute("SELECT run_uuid FROM runs WHERE run_uuid = %s FOR UPDATE", (stuck,))
        took = []
        thread = threading.Thread(
            target=lambda: took.append(
                unavailable(server, "POST", "/api/2.0/mlflow/runs/update", json={"run_id": stuck, "run_name": "x"})
            )
        )
        thread.start()
        beside = 0
        while thread.is_alive():
            api.post("runs/log-metric", {"run_id": free, **METRIC}).ok()
            beside += thread.is_alive()
            thread.join(0.1)
        assert beside > 0, "the other worker answers while this one is stuck"
        assert took and 1.5 < took[0] < 10
    finally:
        lock.rollback()
        lock.close()
    assert api.get_run(stuck)["info"]["run_name"] != "x"
    api.post("runs/update", {"run_id": stuck, "run_name": "y"}).ok()


def test_a_slow_question_does_not_delay_those_who_log(start):
    """The pools are separate: all readers are busy, loggers do not notice."""
    server = start(query_workers=2, request_timeout=30)
    locked, free = fresh_run(server), fresh_run(server)
    lock = server.db.mariadb.connect(server.db.name)
    lock.begin()
    with lock.cursor() as cursor:
        cursor.execute("SELECT run_uuid FROM runs WHERE run_uuid = %s FOR UPDATE", (locked,))
    replies = []
    threads = [
        threading.Thread(target=lambda: replies.append(Api(server).post("runs/delete", {"run_id": locked}).status))
        for _ in range(4)
    ]
    try:
        for thread in threads:
            thread.start()
        wait_until(lambda: server.db.lock_waits() >= 2, 20, "both readers busy")
        api = Api(server)
        for n in range(50):
            api.post("runs/log-metric", {"run_id": free, **METRIC, "step": n}).ok()
        assert replies == []
    finally:
        lock.rollback()
        lock.close()
        for thread in threads:
            thread.join(60)
    assert replies == [200] * 4


# -- the requests


def test_a_body_that_is_too_large_is_413(start):
    server = start(max_body=1_200_000)
    api = Api(server)
    run = fresh_run(server)
    params = [{"key": f"p{n}", "value": "v" * 6000} for n in range(100)]
    tags = [{"key": f"t{n}", "value": "v" * 5500} for n in range(100)]
    api.post("runs/log-batch", {"run_id": run, "params": params, "tags": tags}).ok()
    reply = api.post("runs/log-batch", {"run_id": run, "params": params, "tags": tags, "x": "y" * 100_000})
    assert reply.status == 413 and reply.type == "application/json", str(reply)
    # nginx has a limit as well, and does not wait for the bytes
    head = (
        "POST /api/2.0/mlflow/runs/log-batch HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 70000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as s:
        s.sendall(head.encode())
        answer = s.recv(65536)
    assert b" 413 " in answer.split(b"\r\n")[0] and b"application/json" in answer
    api.post("experiments/create", {}).fails(400, "INVALID_PARAMETER_VALUE", missing("name"))


def test_a_request_that_wants_too_much_memory_is_refused(start):
    server = start(max_body=2 * 1024 * 1024, request_memory=8 * 1024 * 1024)
    api = Api(server)
    run = fresh_run(server)
    greedy = '{"run_id":"%s","x":[%s]}' % (run, ",".join(["[]"] * 600_000))
    reply = requests.post(
        server.url + "/api/2.0/mlflow/runs/log-batch", data=greedy, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert reply.status_code == 413 and reply.headers["Content-Type"] == "application/json", reply.text
    assert "worker_died" not in server.workers.log()
    for _ in range(10):
        api.log_metric(run, "m", 1).ok()


def test_clients_that_go_away_leave_nothing_behind(start):
    server = start()
    run = fresh_run(server)
    api = Api(server)
    head = "POST /api/2.0/mlflow/runs/log-metric HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    body = '{"run_id":"%s","key":"m","value":1,"timestamp":1}' % run

    def rude(n):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as s:
            if n % 3 == 0:
                s.sendall((head + "Content-Length: 5000\r\n\r\n" + body).encode())  # never the rest
            elif n % 3 == 1:
                s.sendall((head + f"Content-Length: {len(body)}\r\n\r\n" + body).encode())  # gone before the reply
            else:
                s.sendall(head[:40].encode())

    def open_files():
        return {p: len(os.listdir(f"/proc/{p}/fd")) for p in server.worker_pids()}

    for n in range(30):
        rude(n)
    before = open_files()
    for n in range(300):
        rude(n)
    for _ in range(20):
        api.log_metric(run, "m", 2).ok()
    assert set(open_files()) == set(before), "no worker died of it"
    # One that has not been asked before has a link to the database now; one that still reads what a client left has that, too.
    wait_until(lambda: all(n <= before[p] + 1 for p, n in open_files().items()), 10, "nothing left open")


def test_uploads_while_workers_die_are_whole_or_not_there(start):
    server = start(artifact_workers=3)
    acked, bad = set(), []
    stop = threading.Event()

    def upload(n):
        session = requests.Session()
        i = 0
        while not stop.is_set():
            i += 1
            name = f"u{n}/f{i}"
            r = session.put(f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{name}", data=name.encode() * 20000, timeout=60)
            if r.status_code == 200:
                acked.add(name)
            elif not honest_503(r):
                bad.append(f"{r.status_code} {r.text[:200]}")

    threads = [threading.Thread(target=upload, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            count = len(acked)
            wait_until(lambda: len(acked) > count + 3, 30, "more uploads")  # noqa: B023
            kill_one(server, random)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert bad == []
    found = {f"{p.parent.name}/{p.name}": p for p in server.artifact_root.glob("*/*")}
    assert acked <= set(found)
    for name, path in found.items():
        assert path.read_bytes() == name.encode() * 20000
    wait_until(
        lambda: not [f for _, _, files in os.walk(server.settings["stage_dir"]) for f in files], 10, "an empty stage"
    )
