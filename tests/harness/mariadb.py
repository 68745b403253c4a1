"""A private MariaDB: one directory, one unix socket, no network."""

import os
import secrets
import signal
import subprocess
from pathlib import Path

import pymysql

from .processes import Process, connects

USER = "cairn"


class Database:
    """SQL against one database of the server."""

    def __init__(self, mariadb, name):
        self.mariadb = mariadb
        self.name = name
        self._link = None

    def _cursor(self):
        try:
            if self._link is not None:
                self._link.ping(reconnect=False)
        except pymysql.err.Error:
            self._link = None
        if self._link is None:
            self._link = self.mariadb.connect(self.name)
        return self._link.cursor()

    def rows(self, sql, *args):
        with self._cursor() as cursor:
            cursor.execute(self.mariadb.understood(sql), args)
            return list(cursor.fetchall())

    def value(self, sql, *args):
        rows = self.rows(sql, *args)
        return rows[0][0] if rows else None

    def execute(self, sql, *args):
        with self._cursor() as cursor:
            return cursor.execute(self.mariadb.understood(sql), args)

    def lock_waits(self):
        """How many statements of the server wait for a row that another one has locked. Not asked of innodb_trx:
        that is a copy, which is not renewed while somebody asks for it all the time."""
        return int(self.rows("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")[0][1])

    def close(self):
        if self._link is not None:
            self._link.close()
            self._link = None


class MariaDB:
    """The server of Debian; MySQL is a class below it."""

    program = "mariadbd"
    dialect = ["--lc-messages-dir=/usr/share/mysql"]

    def __init__(self, directory):
        self.directory = directory
        self.socket = str(directory / "db.sock")
        self.password = secrets.token_hex(12)
        self.process = None
        directory.mkdir(mode=0o700)
        (directory / "tmp").mkdir()
        self.as_root = ["--user=root"] if os.geteuid() == 0 else []
        self._argv = [
            self.program,
            "--no-defaults",
            f"--datadir={directory}/data",
            f"--socket={self.socket}",
            f"--pid-file={directory}/db.pid",
            f"--tmpdir={directory}/tmp",  # one that starts empties it
            "--skip-networking",
            "--skip-name-resolve",
            "--performance-schema=OFF",
            "--max-connections=300",
            "--innodb-buffer-pool-size=128M",
            "--innodb-log-file-size=32M",
            # Speed: nothing of a test outlives the machine. A killed mariadbd loses
            # nothing by this, only a power cut would; that is tested elsewhere.
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-flush-method=nosync",
            "--innodb-doublewrite=OFF",
            *self.dialect,
            *self.as_root,
        ]
        done = self._install()
        assert done.returncode == 0, f"{done.args[0]}: {done.returncode}\n{done.stdout}"
        self.start()
        root = self.connect(None, user="root", password="")
        with root.cursor() as cursor:
            cursor.execute(f"CREATE USER {USER}@localhost IDENTIFIED BY '{self.password}'")
            cursor.execute(f"GRANT ALL ON *.* TO {USER}@localhost")
        root.close()

    def _install(self):
        """Makes the data directory. The bootstrap has a temporary directory of its own as well: in one that
        is shared, each server that starts takes the temporary tables of the others away."""
        command = [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={self.directory}/data",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            "--force",  # where the host name has no address
            *self.as_root,
        ]
        env = {**os.environ, "TMPDIR": f"{self.directory}/tmp"}
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=env)

    def understood(self, sql):
        """A statement of a test, in what this server understands."""
        return sql

    def start(self):
        self.process = Process(Path(self.program).name, self._argv, self.directory / "db.log")
        self.process.wait_ready(self._answers, 30)

    def _answers(self):
        if not connects(self.socket):
            return False
        try:
            self.connect(None, user="root", password="").close()
        except pymysql.err.OperationalError:
            return False
        return True

    def connect(self, database, user=USER, password=None):
        return pymysql.connect(
            unix_socket=self.socket,
            user=user,
            password=self.password if password is None else password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=30,
            read_timeout=60,
        )

    def create_database(self, name):
        link = self.connect(None)
        with link.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        link.close()
        return Database(self, name)

    def dump(self, name):
        return subprocess.run(
            [
                "mariadb-dump",
                "--no-defaults",
                f"--socket={self.socket}",
                "--user=root",
                "--skip-comments",
                name,
            ],
            check=True,
            capture_output=True,
        ).stdout

    def load(self, name, dump):
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", name],
            input=dump,
            check=True,
            capture_output=True,
        )

    def pause(self):
        self.process.signal(signal.SIGSTOP)

    def resume(self):
        self.process.signal(signal.SIGCONT)

    def kill(self):
        """As a crash would end it; `start` brings it back with its data."""
        self.process.child.kill()
        self.process.child.wait(10)

    def stop(self):
        self.process.stop(grace=15)
