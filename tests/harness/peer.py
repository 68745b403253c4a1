"""The peer: `mlflow server`, on a database of its own."""

import os
import sys
from pathlib import Path

import requests

from .processes import Process, free_port


def environment(home):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "CAIRN_"))}
    env.update(
        HOME=str(home),
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",  # eight processes nobody asks for here
        MLFLOW_DISABLE_TELEMETRY="true",
        DO_NOT_TRACK="true",
        NO_PROXY="*",
        PYTHONDONTWRITEBYTECODE="1",
    )
    return env


def uri(db):
    """db: a database of the server, or the path of an SQLite file."""
    if isinstance(db, Path):
        return f"sqlite:///{db}"
    return (
        f"mysql+pymysql://cairn:{db.mariadb.password}@localhost/{db.name}"
        f"?unix_socket={db.mariadb.socket}&charset=utf8mb4"
    )


def upgrade(db, directory):
    """The peer's own schema, made by the peer itself."""
    job = Process(
        "mlflow db upgrade",
        [sys.executable, "-m", "mlflow", "db", "upgrade", uri(db)],
        directory / "upgrade.log",
        env=environment(directory),
    )
    if job.child.wait(120) != 0:
        raise AssertionError(job.log())


def first_experiment(db):
    """What the peer writes when it starts on its schema for the first time."""
    with db.mariadb.connect(db.name) as link, link.cursor() as cursor:
        cursor.execute("SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
        cursor.execute(
            "INSERT IGNORE INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
            " VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', UNIX_TIMESTAMP() * 1000, UNIX_TIMESTAMP() * 1000)"
        )


class Peer:
    is_peer = True

    def __init__(self, directory, db, *flags, artifact_root=None):
        self.directory = directory
        self.db = db
        self.artifact_root = artifact_root or directory / "artifacts"
        self.artifact_root.mkdir(exist_ok=True)
        for attempt in range(3):
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.process = Process(
                "mlflow server",
                [
                    sys.executable, "-m", "mlflow", "server",
                    # A server of artifacts alone must not be given one.
                    *(() if "--artifacts-only" in flags else ("--backend-store-uri", uri(db))),
                    "--artifacts-destination", self.artifact_root,
                    "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
                    *flags,
                ],
                directory / "peer.log",
                env=environment(directory),
                cwd=directory,
            )
            self.process.wait_ready(self._healthy, 90)
            if self.process.alive():
                return

    def _healthy(self):
        try:
            return requests.get(self.url + "/health", timeout=2).text == "OK"
        except requests.RequestException:
            return False

    def log(self):
        return self.process.log()

    def problems(self):
        return []

    def stop(self):
        self.process.stop(grace=10)
        if not isinstance(self.db, Path):
            self.db.close()
