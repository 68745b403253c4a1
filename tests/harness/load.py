"""Clients that log without pause, and remember what was acknowledged."""

import random
import threading
import time
from collections import Counter

import requests

from .api import API, Api


class Load:
    """Threads that each log one metric after another; `with Load(...) as load:`."""

    def __init__(self, server, run, threads=6, headers=None):
        self.server, self.run, self.headers = server, run, headers or {}
        self.acked = set()
        self.statuses = Counter()
        self.bad = []  # replies that are neither a success nor an honest 503
        self.slowest = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(threads)]

    def _work(self, n):
        session = requests.Session()
        session.trust_env = False
        step = n * 1_000_000
        while not self._stop.is_set():
            step += 1
            self._log(session, n, step)
        session.close()

    def _log(self, session, _, step):
        point = {"key": "m", "value": step, "timestamp": 1, "step": step}
        if self._ask(session, "runs/log-metric", run_id=self.run, **point) is not None:
            with self._lock:
                self.acked.add(step)

    def _ask(self, session, route, **body):
        """The reply's body, or None when it was refused."""
        began = time.monotonic()
        try:
            r = session.post(self.server.url + API + route, json=body, headers=self.headers, timeout=60)
        except requests.RequestException as e:
            with self._lock:
                self.statuses[type(e).__name__] += 1
                self.bad.append(repr(e))
            return None
        with self._lock:
            self.statuses[r.status_code] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if r.status_code != 200 and not honest_503(r):
                self.bad.append(f"{r.status_code} {dict(r.headers)} {r.text[:300]}")
        if r.status_code == 200:
            return r.json()
        time.sleep(0.02)  # a client waits before it tries again
        return None

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(90)
            assert not thread.is_alive()

    def done(self):
        with self._lock:
            return len(self.acked)

    def lost(self):
        """What was acknowledged and is not there."""
        stored = {m["step"] for m in Api(self.server).history(self.run, "m")}
        return self.acked - stored


class MixedLoad(Load):
    """Single metrics, batches, tags and new runs; what is stored is read from the database, table by table."""

    def __init__(self, server, run, experiment, threads=12):
        super().__init__(server, run, threads)
        self.experiment = experiment
        self.sent, self.params, self.tags, self.runs = set(), set(), {}, {}

    def _log(self, session, n, number):
        kind = number % 10
        if kind == 0:
            self._create(session, number)
        elif kind == 1:
            self._tag(session, n, number)
        else:
            self._metrics(session, number, batch=kind < 4)

    def _create(self, session, number):
        reply = self._ask(session, "runs/create", experiment_id=self.experiment, run_name=str(number))
        if reply:
            with self._lock:
                self.runs[reply["run"]["info"]["run_id"]] = str(number)

    def _tag(self, session, n, number):
        if self._ask(session, "runs/set-tag", run_id=self.run, key=f"t{n}", value=str(number)) is not None:
            with self._lock:
                self.tags[f"t{n}"] = number

    def _metrics(self, session, number, batch):
        points = [(key, number, random.randrange(50), random.random()) for key in (["a", "b", "c"] if batch else ["a"])]
        metrics = [dict(zip(("key", "timestamp", "step", "value"), point)) for point in points]
        with self._lock:
            self.sent.update(points)
        if batch:
            params = [{"key": f"p{number}", "value": "v"}]
            done = self._ask(session, "runs/log-batch", run_id=self.run, metrics=metrics, params=params)
        else:
            done = self._ask(session, "runs/log-metric", run_id=self.run, **metrics[0])
        if done is not None:
            with self._lock:
                self.acked.update(points)
                self.params.update({f"p{number}"} if batch else ())

    def lost(self):
        """All that is not as it was acknowledged, or is there without having been sent."""
        db = self.server.db
        stored = db.rows("SELECT `key`, timestamp, step, value FROM metrics WHERE run_uuid = %s", self.run)
        latest = {}
        for key, timestamp, step, value in stored:
            latest[key] = max(latest.get(key, (0, 0, 0.0)), (step, timestamp, value))
        kept = db.rows("SELECT `key`, step, timestamp, value FROM latest_metrics WHERE run_uuid = %s", self.run)
        params = {key for (key,) in db.rows("SELECT `key` FROM params WHERE run_uuid = %s", self.run)}
        tags = dict(db.rows("SELECT `key`, value FROM tags WHERE run_uuid = %s AND `key` LIKE 't%%'", self.run))
        runs = dict(db.rows("SELECT run_uuid, name FROM runs WHERE experiment_id = %s", self.experiment))
        return {
            "points": self.acked - set(stored),
            "points that nobody sent": set(stored) - self.sent,
            "latest": set(latest.items()) ^ {(key, tuple(rest)) for key, *rest in kept},
            "params": self.params - params,
            "tags": {key for key, number in self.tags.items() if int(tags.get(key, -1)) < number},
            "runs": {run for run, name in self.runs.items() if runs.get(run) != name},
        }


def honest_503(r):
    return (
        r.status_code == 503
        and r.headers.get("Content-Type") == "application/json"
        and r.json().get("error_code") == "TEMPORARILY_UNAVAILABLE"
        and int(r.headers.get("Retry-After", 0)) > 0
    )
