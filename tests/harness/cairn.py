"""Cairn as a site runs it: workers behind nginx, on a private directory."""

import json
import os
import re
import secrets
import subprocess
from pathlib import Path

import requests

from .processes import Died, Process, children, connects, free_port, name_of

ROOT = Path(__file__).resolve().parents[2]
BUILD = os.environ.get("CAIRN_BUILD", "dev")
BINARY = Path(BUILD) / "cairn" if "/" in BUILD else ROOT / "build" / BUILD / "cairn"
TROUBLE = re.compile(
    r"(AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|Assertion .* failed"
    r"|stack smashing|SUMMARY: .*Sanitizer).*"
)


def environment():
    env = {k: v for k, v in os.environ.items() if not k.startswith(("CAIRN_", "MLFLOW_"))}
    env.update(
        ASAN_OPTIONS="detect_leaks=1:abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1",
        UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:abort_on_error=1",
        LSAN_OPTIONS="report_objects=1",
    )
    return env


def cairn(*args, check=True, **more):
    """Run a sub-command to its end."""
    done = subprocess.run(
        [BINARY, *map(str, args)], capture_output=True, text=True, env=environment(), timeout=60, **more
    )
    if check and done.returncode != 0:
        raise AssertionError(f"cairn {' '.join(map(str, args))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def describe():
    return json.loads(cairn("describe").stdout)


class Cairn:
    """nginx and `cairn serve`; settings given by name override the harness's own."""

    is_peer = False

    def __init__(self, directory, db, nginx_flags=(), prepared_by="migrate", **settings):
        self.directory = directory
        self.db = db
        self.nginx_flags = nginx_flags
        self.artifact_root = directory / "artifacts"
        self.run_dir = directory / "run"
        self.log_dir = directory / "log"
        self.static_dir = ROOT / "static" / "dist"
        for sub in ("artifacts", "run", "log", "conf", "stage", "tmp"):
            (directory / sub).mkdir(mode=0o700)
        password_file = directory / "conf" / "db_password"
        password_file.write_text(db.mariadb.password + "\n")
        password_file.chmod(0o600)
        self.settings = {
            "run_dir": self.run_dir,
            "pid_file": self.run_dir / "cairn.pid",
            "db_socket": db.mariadb.socket,
            "db_user": "cairn",
            "db_password_file": password_file,
            "db_name": db.name,
            "artifact_root": self.artifact_root,
            "stage_dir": directory / "stage",
            "ingest_workers": 3,
            "query_workers": 3,
            "artifact_workers": 2,
            "archive_workers": 1,
            **settings,
        }
        self.config = directory / "conf" / "settings.conf"  # nginx has a cairn.conf there
        self.config.write_text("".join(f"{k} = {v}\n" for k, v in self.settings.items()))
        self.workers = self.nginx = None
        if self.settings.get("artifacts_only") != "yes":
            cairn("db", prepared_by, "--config", self.config)
        try:
            self.start_workers()
            self.start_nginx()
        except BaseException:
            self.stop()
            raise

    # -- cairn serve

    def start_workers(self):
        pid_file = Path(self.settings["pid_file"])
        pid_file.unlink(missing_ok=True)
        self.workers = Process(
            "cairn serve",
            [BINARY, "serve", "--config", self.config],
            self.log_dir / "cairn.log",
            env=environment(),
            cwd=self.directory,
        )
        self.workers.wait_ready(
            lambda: pid_file.exists()
            and all(connects(str(self.run_dir / f"{p}.sock")) for p in ("ingest", "query", "artifact", "archive")),
            30,
        )

    def worker_pids(self):
        return [pid for pid in children(self.workers.pid) if name_of(pid) != "cairn-janitor"]

    # -- nginx

    def start_nginx(self):
        for attempt in range(5):
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.unix_socket = str(self.run_dir / "http.sock")
            Path(self.unix_socket).unlink(missing_ok=True)
            self.write_nginx_conf()
            self.nginx = Process("nginx", self.nginx_argv(), self.log_dir / "nginx.out", cwd=self.directory)
            try:
                self.nginx.wait_ready(self._healthy, 20)
                return
            except Died as e:
                if "Address already in use" not in str(e) + self.nginx_log():
                    raise
        raise Died("nginx found no free port")

    def write_nginx_conf(self):
        static = self.static_dir if self.static_dir.is_dir() else self.directory / "tmp"
        subprocess.run(
            [
                ROOT / "ops" / "nginx-conf",
                "--out", self.directory / "conf",
                "--listen", f"127.0.0.1:{self.port}",
                "--listen", f"unix:{self.unix_socket}",
                "--run-dir", self.run_dir,
                *cairn("config", "stores", "--config", self.config).stdout.splitlines(),
                *self.nginx_flags,
                "--stage-dir", self.settings["stage_dir"],
                "--static-dir", static,
                "--log-dir", self.log_dir,
                "--tmp-dir", self.directory / "tmp",
            ],
            check=True,
            capture_output=True,
            text=True,
        )

    def nginx_argv(self):
        conf = self.directory / "conf" / "nginx.conf"
        text = conf.read_text()
        extra = []
        if not re.search(r"^\s*daemon\s", text, re.M):
            extra.append("daemon off;")
        if os.geteuid() == 0 and not re.search(r"^\s*user\s", text, re.M):
            extra.append("user root;")
        argv = ["nginx", "-p", self.directory, "-e", self.log_dir / "nginx-error.log", "-c", conf]
        return argv + (["-g", " ".join(extra)] if extra else [])

    def _healthy(self):
        try:
            return requests.get(self.url + "/health", timeout=2).text == "OK"
        except requests.RequestException:
            return False

    def nginx_log(self):
        return "".join(
            p.read_text(errors="replace") for p in sorted(self.log_dir.glob("nginx*")) + sorted(self.log_dir.glob("error*"))
        )

    # -- both

    def log(self):
        parts = [f"--- cairn serve\n{self.workers.log()}" if self.workers else ""]
        for file in sorted(self.log_dir.iterdir()):
            if file.name != "cairn.log" and "access" not in file.name:
                parts.append(f"--- {file.name}\n{file.read_text(errors='replace')}")
        return "\n".join(parts)

    def problems(self):
        """Sanitizer reports, failed assertions, secrets in a log; a test run that caused one has failed."""
        found = [m.group(0) for m in TROUBLE.finditer(self.workers.log() if self.workers else "")]
        for file in self.log_dir.iterdir():
            if self.db.mariadb.password in file.read_text(errors="replace"):
                found.append(f"the password of the database is in {file.name}")
        return found

    def deaths(self):
        """What the master says of workers that ended as none should."""
        return re.findall(r".*event=worker_died.*", self.workers.log())

    def stop(self):
        for process in (self.nginx, self.workers):
            if process is not None:
                process.stop(grace=15)
        self.db.close()


