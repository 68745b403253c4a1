"""Measures Cairn beside `mlflow server` on the same MariaDB, in turns. See README.md."""

import argparse
import base64
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("CAIRN_BUILD", "release")

import requests

import fill
import servers
from fill import CREATED, LOGGED, POINTS_RUNS, SEARCHED, SERIES, run_id
from harness.processes import wait_until

LOAD = ROOT / "build" / "bench" / "load"
API = "/api/2.0/mlflow/"
AJAX = "/ajax-api/2.0/mlflow/"


@dataclass
class Workload:
    name: str
    path: str
    body: object = None
    method: str = ""
    conns: str = "few"          # which of --conns: all, few (all but the last), one
    list: str = ""              # lines for @c@ and @i@
    check: object = None        # takes the reply's JSON; what it returns must be equal on all servers
    raw: bool = False
    static: bool = False        # nginx alone: nothing to compare with
    mib: int = 0                # of a request: the rate is told in MiB/s
    least: int = 1
    slow: bool = False          # the peer needs most of a minute for one: what is asked to compare replies warms it

    def __post_init__(self):
        self.method = self.method or ("POST" if self.body is not None else "GET")


def workloads(sizes):
    def search(**more):
        return {"experiment_ids": [str(SEARCHED)], "max_results": 100, **more}

    def names(reply):
        return [r["info"]["run_id"] for r in reply["runs"]]

    series = "&".join(f"run_ids={run_id(SERIES, n)}" for n in range(POINTS_RUNS))
    offset = max(0, min(49, sizes.runs // 100 - 1)) * 100
    token = base64.b64encode(json.dumps({"offset": offset}).encode()).decode()
    metric = {"key": "loss", "value": 0.6931471805599453, "timestamp": 1700000000000, "step": "@n@"}
    batch = {
        "run_id": "@i@",
        "metrics": [{**metric, "key": f"metric_{k}"} for k in range(100)],
        "params": [{"key": f"param_{k}", "value": f"value {k}"} for k in range(20)],
    }
    created = {
        "experiment_id": str(CREATED), "start_time": 1700000000000, "run_name": "run-@n@",
        "tags": [{"key": "mlflow.user", "value": "bench"}, {"key": "mlflow.source.name", "value": "train.py"},
                 {"key": "mlflow.source.type", "value": "LOCAL"}],
    }
    file = f"/api/2.0/mlflow-artifacts/artifacts/{SEARCHED}/{run_id(SEARCHED, 0)}/artifacts/bench.bin"
    return [
        Workload("nginx, a static file", "/small.json", conns="all", static=True),
        Workload("GET /health", "/health", conns="all"),
        Workload("runs/get", API + "runs/get?run_id=@i@", conns="all", list="searched",
                 check=lambda r: [len(r["run"]["data"][k]) for k in ("params", "metrics", "tags")]),
        Workload("log-metric", API + "runs/log-metric", {"run_id": "@c@", **metric}, conns="all", list="logged"),
        Workload("log-batch, 100 metrics + 20 params", API + "runs/log-batch", batch, conns="all", list="logged"),
        Workload("runs/create", API + "runs/create", created, conns="all"),
        Workload("runs/search, 100, no filter", API + "runs/search", search(), check=names),
        Workload("runs/search, metric filter, 10 %", API + "runs/search",
                 search(filter="metrics.metric_0 > 0.9"), check=names),
        Workload("runs/search, metric filter, 0.1 %", API + "runs/search",
                 search(filter="metrics.metric_1 > 0.999"), check=names),
        Workload("runs/search, param filter, 10 %", API + "runs/search",
                 search(filter="params.param_0 = 'v3'"), check=names),
        Workload("runs/search, order by metric", API + "runs/search",
                 search(order_by=["metrics.metric_0 DESC"]), check=names),
        Workload(f"runs/search, offset {offset}", API + "runs/search", search(page_token=token), check=names),
        *(Workload(f"get-history, {points} points", conns="one", least=least, slow=least == 1,
                   path=f"{API}metrics/get-history?run_id={run_id(SERIES, 0)}&metric_key={key}",
                   check=lambda r: [len(r["metrics"]), r["metrics"][-1]])
          for key, points, least in (("loss", sizes.points, 3), ("long", sizes.long, 1))),
        Workload(f"get-history-bulk-interval, {POINTS_RUNS} × {sizes.points} → 320", conns="one", least=3,
                 path=f"{AJAX}metrics/get-history-bulk-interval?{series}&metric_key=loss&max_results=320",
                 check=lambda r: sorted((m["run_id"], m["step"]) for m in r["metrics"])),
        Workload(f"experiments/search, {sizes.experiments}", API + "experiments/search",
                 {"max_results": sizes.experiments},
                 check=lambda r: [len(r["experiments"]), r["experiments"][0]["name"]]),
        Workload(f"nginx, a file of {sizes.artifact} MiB", "/large.bin", static=True, conns="one", mib=sizes.artifact),
        Workload(f"artifact upload, {sizes.artifact} MiB", file, body="large.bin", method="PUT", raw=True, conns="one",
                 mib=sizes.artifact),
        Workload(f"artifact download, {sizes.artifact} MiB", file, conns="one", mib=sizes.artifact),
    ]


def arguments():
    p = argparse.ArgumentParser(prog="tests/bench/run", description="Cairn and `mlflow server` side by side.")
    p.add_argument("--only", action="append", default=[], metavar="TEXT", help="workloads with this in their name; repeatable")
    p.add_argument("--seconds", type=float, default=3, help="of each measurement (%(default)s)")
    p.add_argument("--repeat", type=int, default=1, help="measurements of each; medians are told (%(default)s)")
    p.add_argument("--conns", default="1,8,32", help="connections (%(default)s)")
    p.add_argument("--workers", default="8", metavar="N,…", help="Cairn's workers of a pool, one column each (%(default)s)")
    p.add_argument("--peer-workers", type=int, default=4, metavar="N", help="0: without the peer (%(default)s)")
    p.add_argument("--runs", type=int, default=10000, help="that are searched (%(default)s)")
    p.add_argument("--points", type=int, default=100000, help="of each long metric (%(default)s)")
    p.add_argument("--long", type=int, default=1000000, help="of one metric that is longer (%(default)s)")
    p.add_argument("--experiments", type=int, default=1000, help="(%(default)s)")
    p.add_argument("--logged", type=int, default=4000, help="empty runs that are logged to (%(default)s)")
    p.add_argument("--artifact", type=int, default=256, help="MiB (%(default)s)")
    p.add_argument("--pool", type=int, default=1536, help="MiB of InnoDB's buffer pool (%(default)s)")
    p.add_argument("--dir", default="/var/tmp", help="where the private directory is made: on a disk (%(default)s)")
    p.add_argument("--serve", action="store_true", help="fill, start, say where, and wait for Ctrl-C")
    p.add_argument("--quick", action="store_true",
                   help="all of it, 100,000 runs searched, in about five minutes: one short measurement of each")
    if "--quick" in sys.argv[1:]:
        p.set_defaults(runs=100000, seconds=0.7, artifact=64)
    args = p.parse_args()
    args.conns = [int(c) for c in args.conns.split(",")]
    args.workers = [int(w) for w in args.workers.split(",")]
    return args


def say(text=""):
    print(text, flush=True)


# ------------------------------------------------------------------- the servers

class Bench:
    def __init__(self, args):
        self.args, self.servers, self.number = args, [], 0
        self.place = Path(tempfile.mkdtemp(prefix="cb-", dir=args.dir))
        self.static = self.place / "static"    # what nginx serves besides the API
        self.mariadb = None

    def start(self):
        self.write_files()
        # A starting mariadbd removes the temporary tables of every other that shares its directory for them.
        os.environ["TMPDIR"] = str(self.place)
        self.mariadb = servers.Durable(self.place / "m", self.args.pool)
        begin = time.monotonic()
        db = self.mariadb.create_database("cairn")
        for workers in self.args.workers:
            directory = self.place / f"c{workers}"
            directory.mkdir(mode=0o700)
            self.servers.append(servers.Cairn(f"Cairn, {workers} workers", directory, db, self.static, workers))
        if self.args.peer_workers:
            (self.place / "p").mkdir(mode=0o700)
            peer_db = self.mariadb.create_database("peer")
            self.servers.append(servers.Peer(self.place / "p", peer_db, self.args.peer_workers))
        said = []
        for server in self.servers:
            if server.db.name not in said:
                fill.fill(server.db, self.args)
                said.append(server.db.name)
        say(f"Started and filled in {time.monotonic() - begin:.0f} s: {self.place}")

    def write_files(self):
        static = self.place / "static"
        static.mkdir()
        (static / "small.json").write_bytes(b"x" * 2048)
        with open(static / "large.bin", "wb") as f:
            for _ in range(self.args.artifact):
                f.write(os.urandom(2**20))
        for name, experiment, count in (("searched", SEARCHED, self.args.runs), ("logged", LOGGED, self.args.logged)):
            ids = [run_id(experiment, n) for n in range(count)]
            random.Random(7).shuffle(ids)
            (self.place / name).write_text("".join(i + "\n" for i in ids))

    def tell_logs(self):
        for thing in [self.mariadb and self.mariadb.process, *self.servers]:
            if thing:
                say(f"--- {thing.name}\n" + thing.log()[-6000:])

    def stop(self):
        for number in (signal.SIGINT, signal.SIGTERM):   # it ends soon: every wait below is bounded
            signal.signal(number, signal.SIG_IGN)
        for server in self.servers:
            server.stop()
        if self.mariadb:
            self.mariadb.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    # --------------------------------------------------------------- measuring

    def roots(self, server):
        return {**server.roots(), "database": [self.mariadb.process.pid]}

    def settle(self):
        """What the last measurement left the database to do must not be charged to the next."""
        wait_until(lambda: self.mariadb.status().get("Innodb_history_list_length", 0) < 5000, 30, "purge")

    def load(self, server, w, conns, seconds, least):
        argv = [LOAD, "-c", conns, "-s", seconds, "-x", max(10 * self.args.seconds, 60), "-m", least, "-n", self.number]
        if w.list:
            argv += ["-l", self.place / w.list]
        if w.raw:
            argv += ["-r", "-t", "application/octet-stream", "-b", self.place / "static" / w.body]
        elif w.body is not None:
            file = self.place / "body"
            file.write_text(json.dumps(w.body).replace('"@n@"', "@n@"))
            argv += ["-b", file]
        done = subprocess.run([*map(str, argv), str(server.port), w.method, w.path], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{w.name}, {server.name}: {done.stderr}")
        found = json.loads(done.stdout)
        self.number += found["requests"] + found["errors"] + found["unfinished"]   # @i@ goes on in the list
        return found

    def measure(self, server, w, conns):
        if not w.slow:   # warm
            self.load(server, w, conns, 0, 1 if w.least > 1 or w.mib else conns if self.args.quick else 4 * conns)
        self.settle()
        roots = self.roots(server)
        before = {k: servers.cpu_seconds(v) for k, v in roots.items()}, self.mariadb.status(), busy_seconds(), time.monotonic()
        found = self.load(server, w, conns, self.args.seconds, w.least)
        lasted = time.monotonic() - before[3]
        after = {k: servers.cpu_seconds(v) for k, v in roots.items()}, self.mariadb.status(), busy_seconds()
        found["cost"] = {k: after[0][k] - before[0][k] for k in roots}
        found["status"] = {k: v - before[1].get(k, 0) for k, v in after[1].items()}
        found["per_cpu"] = found["requests"] / max(sum(found["cost"].values()), 0.01)   # of all its processes
        found["others"] = max(0, (after[2] - before[2] - sum(found["cost"].values()) - found["cpu"]) / lasted)
        return found

    def check(self, w):
        """One reply of each server, read and compared: what is fast must also be right."""
        seen = {}
        for server in self.servers:
            if w.static or not w.check or w.slow and self.args.quick:
                continue
            path = w.path.replace("@i@", run_id(SEARCHED, 0))
            reply = requests.request(w.method, server.url + path, json=w.body, timeout=300)
            if reply.status_code != 200:
                raise SystemExit(f"{w.name}, {server.name}: {reply.status_code} {reply.text[:500]}")
            seen[server.name] = w.check(reply.json())
        values = list(seen.values())
        if any(v != values[0] for v in values):
            say(f"! {w.name}: the replies differ: " + "; ".join(f"{n}: {str(v)[:150]}" for n, v in seen.items()))

    def conns(self, w):
        c = self.args.conns
        return {"all": c, "few": c[:-1] or c, "one": c[:1]}[w.conns]

    def run(self):
        todo = [w for w in workloads(self.args)
                if not self.args.only or any(t in w.name for t in self.args.only)]
        if any("download" in w.name for w in todo) and not any("upload" in w.name for w in todo):
            todo.insert(0, next(w for w in workloads(self.args) if "upload" in w.name))
        table = Table(self.servers)
        try:
            for w in todo:
                self.run_one(w, table)
        except KeyboardInterrupt:
            say("interrupted")
        table.costs()
        for server in self.servers:
            sizes = {k: servers.memory_mb(v) for k, v in server.roots().items()}
            say(f"{server.name}: " + ", ".join(f"{k} {v:.0f} MB" for k, v in sizes.items()) + " (PSS)")
        table.footnotes()


    def run_one(self, w, table):
        self.check(w)
        for conns in self.conns(w):
            taken = []
            for _ in range(self.args.repeat):
                chosen = self.servers[:1] if w.static else self.servers
                taken.append({s.name: self.measure(s, w, conns) for s in chosen})
            table.add(w, conns, taken)


def busy_seconds():
    """CPU time that all processes of the machine have used."""
    with open("/proc/stat") as f:
        user, nice, system, _, _, irq, softirq = map(int, f.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


# --------------------------------------------------------------------- the table

COUNTERS = {   # of MariaDB, per request
    "statements": ["Com_select", "Com_insert", "Com_update", "Com_delete", "Com_commit", "Com_rollback", "Com_begin",
                   "Com_set_option"],
    "round trips": ["Questions", "Com_stmt_prepare"],
    "prepares": ["Com_stmt_prepare"],
    "commits": ["Com_commit"],
    "rows read": ["Handler_read_first", "Handler_read_key", "Handler_read_next", "Handler_read_prev",
                  "Handler_read_rnd", "Handler_read_rnd_next"],
    "rows written": ["Handler_write", "Handler_update"],
    "log writes": ["Innodb_log_writes"],
    "temporary tables on disk": ["Created_tmp_disk_tables"],
    "deadlocks": ["Innodb_deadlocks"],
}


def short(x):
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}" if x >= 0.1 else f"{x:.3f}"


def ratio(taken, name, kind):
    ratios = [t[name][kind] / t["peer"][kind] for t in taken if t["peer"][kind]]
    return short(statistics.median(ratios)) if ratios else "∞"


class Table:
    def __init__(self, all_servers):
        self.names = [s.name for s in all_servers]
        self.rows, self.others, self.trouble = [], [], []
        self.with_peer = "peer" in self.names
        cells = [f"{n}: req/s (p50 / p99 ms)" for n in self.names]
        if self.with_peer:
            of = [f", {n}" if len(self.names) > 2 else "" for n in self.names[:-1]]
            cells += [kind + n for n in of for kind in ("ratio", "CPU ratio")]
        say("| workload | conns | " + " | ".join(cells) + " |")
        say("|" + "---|" * (2 + len(cells)))

    def add(self, w, conns, taken):
        self.rows.append((w, conns, taken))
        cells = []
        for name in self.names:
            runs = [t[name] for t in taken if name in t]
            if not runs:
                cells.append("")
                continue
            rate, p50, p99 = (statistics.median(r[k] for r in runs) for k in ("rate", "p50", "p99"))
            told = f"{short(rate * w.mib)} MiB/s" if w.mib else short(rate)
            errors = sum(r["errors"] for r in runs)
            cells.append(f"{told} ({short(p50)} / {short(p99)})" + (f", {errors} errors" if errors else ""))
            self.others += [r["others"] for r in runs]
            for r in runs:
                if r["errors"] or r["unfinished"]:
                    self.trouble.append(f"{w.name}, {conns} connections, {name}: {r['errors']} errors, "
                                        f"{r['unfinished']} unfinished after {r['seconds']:.0f} s: {r['said'][:200]}")
        if self.with_peer:
            for name in self.names[:-1]:
                cells += ["", ""] if w.static else [ratio(taken, name, "rate"), ratio(taken, name, "per_cpu")]
        say(f"| {w.name} | {conns} | " + " | ".join(cells) + " |")

    def costs(self):
        say("\nWhat one request costs (CPU in ms; the database's counters):\n")
        say("| workload | conns | server | workers | nginx | database | " + " | ".join(COUNTERS) + " |")
        say("|" + "---|" * (6 + len(COUNTERS)))
        for w, conns, taken in self.rows:
            for name in self.names if not w.static else []:
                runs = [t[name] for t in taken]
                n = sum(r["requests"] + r["errors"] for r in runs) or 1
                cpu = [1000 * sum(r["cost"].get(k, 0) for r in runs) / n for k in ("workers", "nginx", "database")]
                counts = [sum(r["status"].get(c, 0) for r in runs for c in names) / n for names in COUNTERS.values()]
                say(f"| {w.name} | {conns} | {name} | " + " | ".join(short(v) for v in [*cpu, *counts]) + " |")
        say()

    def footnotes(self):
        for line in self.trouble:
            say("! " + line)
        if self.others:
            say(f"Other programs used {statistics.median(self.others):.2f} cores of {os.cpu_count()} meanwhile "
                f"(median; most {max(self.others):.2f}).")


def main():
    args = arguments()
    bench = Bench(args)
    for number in (signal.SIGINT, signal.SIGTERM):   # in the background a shell has SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        bench.start()
        if args.serve:
            for server in bench.servers:
                say(f"{server.name}: {server.url} {server.directory} {server.roots()}")
            say(f"MariaDB: mariadb --no-defaults --socket={bench.mariadb.socket} --user=root (cairn, peer)")
            signal.pause()
        bench.run()
    except KeyboardInterrupt:
        say("interrupted")
    except Exception:
        bench.tell_logs()
        raise
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
