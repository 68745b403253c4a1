"""Clients that log without pause, and remember what was acknowledged."""

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
        url = self.server.url + API + "runs/log-metric"
        step = n * 1_000_000
        while not self._stop.is_set():
            step += 1
            body = {"run_id": self.run, "key": "m", "value": step, "timestamp": 1, "step": step}
            began = time.monotonic()
            try:
                r = session.post(url, json=body, headers=self.headers, timeout=60)
            except requests.RequestException as e:
                with self._lock:
                    self.statuses[type(e).__name__] += 1
                    self.bad.append(repr(e))
                continue
            with self._lock:
                self.statuses[r.status_code] += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                if r.status_code == 200:
                    self.acked.add(step)
                elif not honest_503(r):
                    self.bad.append(f"{r.status_code} {dict(r.headers)} {r.text[:300]}")
            if r.status_code != 200:
                time.sleep(0.02)  # a client waits before it tries again
        session.close()

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


def honest_503(r):
    return (
        r.status_code == 503
        and r.headers.get("Content-Type") == "application/json"
        and r.json().get("error_code") == "TEMPORARILY_UNAVAILABLE"
        and int(r.headers.get("Retry-After", 0)) > 0
    )
