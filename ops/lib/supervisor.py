"""Start services in order, restart what dies, stop them in reverse order. Nothing here polls while all is well."""
import ctypes
import datetime
import os
import shutil
import signal
import subprocess
import time

from common import Problem, say, says_full, telling_line
from instance import group_members, remove, start_time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
WANTED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
START_SECONDS = 900          # a database may have to recover first
PATIENCE = 10                # seconds of starting after which it is said what is waited for
LONGEST_PAUSE = 5            # seconds between two starts
SETTLED = 10                 # seconds after which a restart counts as a success
LOG_BYTES, LOG_SECONDS = 64 << 20, 10
libc = ctypes.CDLL(None)


class Service:
    def __init__(self, name, argv, log, ready, prepare=lambda: None, then=lambda: None,
                 stop_signal=signal.SIGTERM, stop_seconds=30, words=(), reloads=False):
        self.name, self.argv, self.log = name, argv, log
        self.ready, self.prepare, self.then = ready, prepare, then
        self.stop_signal, self.stop_seconds, self.words, self.reloads = stop_signal, stop_seconds, words, reloads
        self.process = None      # subprocess.Popen while it runs
        self.log_start = 0       # where in its log this run begins
        self.began = 0.0
        self.delay = 0.0         # before the next restart
        self.due = None          # when that is


class Supervisor:
    def __init__(self, services, log_dir, remember, reload=None):
        self.services, self.log_dir, self.remember = services, log_dir, remember
        self.reload = reload     # called at SIGHUP; None: SIGHUP is the terminal that went away
        self.groups = {}         # of dead leaders, with the time when what is left is killed
        self.hurry = False
        self.watching = False    # while starting, what dies is not brought back
        self.untold = False      # what runs could not be written down
        signal.pthread_sigmask(signal.SIG_BLOCK, WANTED)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)    # orphaned workers are ours to bury

    # ------------------------------------------------------------------- starting

    def start(self):
        """Start all, one after the other; False when asked to stop meanwhile."""
        for s in self.services:
            self.spawn(s)
            told = False
            while not s.ready():
                waited = time.monotonic() - s.began
                if waited > PATIENCE and not told:
                    say(f"Waiting for {s.name}; what it does is in {os.path.join(self.log_dir, s.log)}")
                    told = True
                if waited > START_SECONDS:
                    raise Problem(f"{s.name} did not become ready: {self.reason(s)}")
                if self.wait(0.02):
                    return False
                if s.process is None:
                    raise Problem(f"{s.name} did not start: {self.reason(s)}")
            s.then()
        return True

    def reason(self, s):
        path = os.path.join(self.log_dir, s.log)
        if says_full(path, s.log_start) or shutil.disk_usage(self.log_dir).free < 1 << 20:
            return f"the disk is full (see {path})"
        if s.name == "nginx" and os.path.getsize(path) == s.log_start:
            path, s.log_start = os.path.join(self.log_dir, "nginx-error.log"), 0
        return f"{telling_line(path, s.words, s.log_start)} (see {path})"

    def spawn(self, s):
        s.prepare()
        parent = os.getpid()

        def child():
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)   # should the supervisor be killed
            if os.getppid() != parent:
                os._exit(1)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])

        with open(os.path.join(self.log_dir, s.log), "ab") as log:
            s.log_start = log.tell()
            s.process = subprocess.Popen(s.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         start_new_session=True, preexec_fn=child)
        s.began, s.due = time.monotonic(), None
        self.write_down()

    def write_down(self):
        """Who runs, for ops/down and the next ops/up. A full disk is no reason to end what runs: it is tried again."""
        try:
            self.remember({x.name: [x.process.pid, start_time(x.process.pid)] for x in self.services if x.process})
            self.untold = False
        except OSError as e:
            if not self.watching:
                raise
            if not self.untold:
                self.note(f"up.json cannot be written: {e.strerror}; make room on the disk of {self.log_dir}")
            self.untold = True

    def respawn(self, s):
        try:
            self.spawn(s)
        except OSError as e:
            s.due = time.monotonic() + LONGEST_PAUSE
            self.note(f"{s.name} cannot be started: {e.strerror}; it is tried again in {LONGEST_PAUSE} s")

    # ------------------------------------------------------------------- watching

    def watch(self):
        """Until a signal says stop."""
        self.watching = True
        check_logs = time.monotonic() + LOG_SECONDS
        while True:
            now = time.monotonic()
            due = [check_logs, *(s.due for s in self.services if s.due), *self.groups.values()]
            if self.wait(max(0.0, min(due) - now)):
                return
            now = time.monotonic()
            for s in self.services:
                if s.due and s.due <= now:
                    self.respawn(s)
            for pgid in [g for g, end in self.groups.items() if end <= now or not group_members(g)]:
                self.kill_group(pgid, signal.SIGKILL)
                del self.groups[pgid]
            if now >= check_logs:
                self.bound_logs()
                if self.untold:
                    self.write_down()
                check_logs = now + LOG_SECONDS

    def wait(self, seconds):
        """Wait for a signal; bury the dead and plan their return; True when asked to stop."""
        info = signal.sigtimedwait(WANTED, seconds)
        self.reap()
        if info is None or info.si_signo == signal.SIGCHLD:
            return False
        if info.si_signo == signal.SIGHUP and self.reload:
            self.reload_all()
            return False
        return True

    def reload_all(self):
        try:
            self.reload()
        except Problem as e:
            self.note(f"not reloaded: {e}")
            return
        except OSError as e:
            self.note(f"not reloaded: {e.filename or 'DIR/conf'}: {e.strerror}")
            return
        for s in self.services:
            if s.process and s.reloads:
                self.signal(s, signal.SIGHUP)

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for s in self.services:
                if s.process and s.process.pid == pid:
                    s.process.returncode = os.waitstatus_to_exitcode(status)
                    self.died(s)

    def died(self, s):
        code, pgid = s.process.returncode, s.process.pid
        s.process = None
        if not self.watching:
            return
        lived = time.monotonic() - s.began
        s.delay = 0.0 if lived > SETTLED else min(max(0.1, s.delay * 2), LONGEST_PAUSE)
        s.due = time.monotonic() + s.delay
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        if code != -signal.SIGKILL and lived < SETTLED:
            how += f": {self.reason(s)}"
        self.note(f"{s.name} {how}; it is started again" + (f" in {s.delay:.1f} s" if s.delay else ""))
        # Its workers live on and may hold the port or finish a request: they are
        # asked to end at once, and made to after a moment.
        if group_members(pgid):
            self.kill_group(pgid, signal.SIGKILL if s.name == "nginx" else signal.SIGTERM)
            self.groups[pgid] = time.monotonic() + 5

    @staticmethod
    def kill_group(pgid, signo):
        try:
            os.killpg(pgid, signo)
        except ProcessLookupError:
            pass

    @staticmethod
    def note(text):
        say(f"{datetime.datetime.now().astimezone().isoformat(timespec='seconds')} {text}")

    def bound_logs(self):
        """A log that has grown is kept once and begun anew; all of them are written by appending."""
        for entry in os.scandir(self.log_dir):
            if entry.name.endswith(".log") and entry.stat().st_size > LOG_BYTES:
                try:
                    shutil.copyfile(entry.path, entry.path + ".1")
                except OSError as e:      # no room for the copy: the room is needed now
                    remove(entry.path + ".1")
                    self.note(f"{entry.name} is dropped: {e.strerror}")
                os.truncate(entry.path, 0)

    # ------------------------------------------------------------------- stopping

    def stop(self):
        """In reverse order, each with its time; a second Ctrl-C makes it quick."""
        for s in reversed(self.services):
            s.due = None
            if s.process:
                self.stop_one(s)
        for pgid in self.groups:
            self.kill_group(pgid, signal.SIGKILL)

    def stop_one(self, s):
        pid = s.process.pid
        patience = [(s.stop_signal, s.stop_seconds), (signal.SIGTERM, 5), (signal.SIGKILL, 5)]
        for signo, seconds in patience:
            self.signal(s, signo)
            end = time.monotonic() + (1 if self.hurry else seconds)
            while s.process and time.monotonic() < end:
                info = signal.sigtimedwait(WANTED, max(0.0, end - time.monotonic()))
                if info and info.si_signo in (signal.SIGINT, signal.SIGTERM) and not self.hurry:
                    self.hurry = True
                    end = time.monotonic() + 1
                self.reap_quietly(s)
            if not s.process:
                break
        self.kill_group(pid, signal.SIGKILL)

    @staticmethod
    def signal(s, signo):
        try:
            os.kill(s.process.pid, signo)
        except ProcessLookupError:
            pass

    def reap_quietly(self, stopping):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                stopping.process = None
                return
            if pid == 0:
                return
            for s in self.services:
                if s.process and s.process.pid == pid:
                    s.process.returncode = os.waitstatus_to_exitcode(status)
                    s.process = None
