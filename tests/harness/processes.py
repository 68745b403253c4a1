"""Start a child, wait until it is ready, stop it: by its pid, in bounded time."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

POLL = 0.02
PATIENCE = 4  # a machine that has much else to do may take so many times as long: who waits for nothing loses nothing


class Died(Exception):
    """A child ended, or was not ready in time; the text holds its log."""


def wait_until(condition, seconds, what, check=lambda: None):
    """Poll `condition` until it is true; `check` may raise to end the wait early. The seconds are those of an idle machine."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        check()
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Died(f"{what}: not within {seconds * PATIENCE} s")
        time.sleep(POLL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connects(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        try:
            s.connect(address)
        except OSError:
            return False
    return True


def send(pid, number):
    """Signal a process that somebody else may end at any moment. Returns whether it was there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


class Process:
    """One child in a session of its own; everything it prints is in `log_file`."""

    def __init__(self, name, argv, log_file, env=None, cwd=None):
        self.name = name
        self.log_file = Path(log_file)
        # Whatever happens to pytest, the child gets SIGTERM when it goes.
        if shutil.which("setpriv"):
            argv = ["setpriv", "--pdeathsig", "TERM", *argv]
        with open(self.log_file, "ab") as log:
            self.child = subprocess.Popen(
                [os.fspath(a) for a in argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self.child.pid

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def alive(self):
        return self.child.poll() is None

    def must_live(self):
        if not self.alive():
            raise Died(f"{self.name} ended with {self.child.returncode}:\n{self.log()[-8000:]}")

    def wait_ready(self, condition, seconds):
        try:
            return wait_until(condition, seconds, f"{self.name} ready", self.must_live)
        except Died as e:
            self.stop(grace=2)
            raise Died(f"{e}\n{self.log()[-8000:]}") from None

    def signal(self, number):
        os.kill(self.pid, number)

    def stop(self, grace=10):
        """SIGTERM; after the grace SIGKILL for the whole session. Returns the exit status."""
        if self.alive():
            self.child.send_signal(signal.SIGCONT)
            self.child.terminate()
            try:
                self.child.wait(grace)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
        self.child.wait(10)
        try:
            os.killpg(self.pid, signal.SIGKILL)  # what it left behind
        except ProcessLookupError:
            pass
        return self.child.returncode


def children(pid):
    """The pids of the direct children of a process."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def name_of(pid):
    """The name that a process gave itself, or None when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
