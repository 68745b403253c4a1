"""What is measured: a durable MariaDB, Cairn as a site runs it, and the peer with four workers."""

import os
import signal
import sys
from pathlib import Path

import psutil
import requests

from harness import cairn, peer
from harness.mariadb import MariaDB
from harness.processes import Died, Process, free_port


class Durable(MariaDB):
    """Every commit is on the disk before it is answered, as in production."""

    def __init__(self, directory, pool_mb):
        self.options = [
            f"--innodb-buffer-pool-size={pool_mb}M",
            "--innodb-log-file-size=192M",
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-flush-method=O_DIRECT",
            "--innodb-doublewrite=ON",
            "--innodb-adaptive-hash-index=ON",   # as ops/up has it
            "--skip-log-bin",
            "--max-connections=500",
            "--max-allowed-packet=64M",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_general_ci",
        ]
        super().__init__(directory)

    def start(self):
        self._argv += [o for o in self.options if o not in self._argv]  # the last of two options wins
        super().start()

    def connect(self, *args, **more):
        link = super().connect(*args, **more)
        link._read_timeout = 600  # a fill takes longer than a test may
        return link

    def status(self):
        """The server's counters."""
        link = self.connect(None)
        with link.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS")
            found = {name: int(value) for name, value in cursor.fetchall() if value.lstrip("-").isdigit()}
        link.close()
        return found


class Cairn(cairn.Cairn):
    def __init__(self, name, directory, db, static, workers, **more):
        self.name, self.served = name, static
        settings = {"ingest_workers": workers, "query_workers": workers} if workers else {}
        defaults = {"ingest_workers": 8, "query_workers": 8, "artifact_workers": 4}
        super().__init__(directory, db, **{**defaults, **settings, **more})

    def write_nginx_conf(self):
        self.static_dir = self.served
        super().write_nginx_conf()

    def roots(self):
        return {"workers": [self.workers.pid], "nginx": [self.nginx.pid]}


class Peer:
    """`mlflow server` as its documentation has it, with the faster driver."""

    name = "peer"

    def __init__(self, directory, db, workers):
        self.directory, self.db = directory, db
        self.env = peer.environment(directory)
        uri = (
            f"mysql://cairn:{db.mariadb.password}@localhost/{db.name}"
            f"?unix_socket={db.mariadb.socket}&charset=utf8mb4"
        )
        job = Process("mlflow db upgrade", [sys.executable, "-m", "mlflow", "db", "upgrade", uri],
                      directory / "upgrade.log", env=self.env)
        if job.child.wait(180) != 0:
            raise Died(job.log())
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(
            "mlflow server",
            [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri,
             "--artifacts-destination", directory / "artifacts", "--host", "127.0.0.1",
             "--port", str(self.port), "--workers", str(workers)],
            directory / "peer.log", env=self.env, cwd=directory,
        )
        self.process.wait_ready(self._healthy, 120)

    def _healthy(self):
        try:
            return requests.get(self.url + "/health", timeout=2).text == "OK"
        except requests.RequestException:
            return False

    def roots(self):
        return {"workers": [self.process.pid]}

    def log(self):
        return self.process.log()

    def stop(self):
        self.process.stop(grace=10)


def cpu_seconds(pids):
    """CPU time of processes and of all their children, those that have ended included."""
    total = 0.0
    for pid in pids:
        try:
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                t = process.cpu_times()
                total += t.user + t.system + t.children_user + t.children_system
        except psutil.NoSuchProcess:
            pass
    return total


def memory_mb(pids):
    """Proportional set size of processes and their children."""
    total = 0
    for pid in pids:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.NoSuchProcess:
                pass
    return total / 2**20
