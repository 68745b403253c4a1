"""The web pages of Cairn and of `mlflow server`, on the same data in the same browser, in turns. See README.md."""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import types
from pathlib import Path

import bench
from bench import ROOT, say
from fill import SEARCHED, SERIES, POINTS_RUNS, run_id

DRIVER = Path(__file__).with_name("pages.mjs")


def arguments():
    p = argparse.ArgumentParser(prog="tests/bench/run --pages", description="Pages of Cairn and of MLflow.")
    p.add_argument("--runs", type=int, default=100000, help="(%(default)s)")
    p.add_argument("--points", type=int, default=100000, help="of each of ten curves (%(default)s)")
    p.add_argument("--long", type=int, default=1000000, help="of one curve (%(default)s)")
    p.add_argument("--repeat", type=int, default=3, help="visits of each page; medians are told (%(default)s)")
    p.add_argument("--only", action="append", default=[], metavar="TEXT", help="rows with this in their name; repeatable")
    p.add_argument("--no-peer", action="store_true", help="without the peer")
    p.add_argument("--dir", default="/var/tmp", help="where the private directory is made: on a disk (%(default)s)")
    args = p.parse_args()
    # What the other benches choose is fixed here.
    more = {"workers": [8], "peer_workers": 0 if args.no_peer else 4, "experiments": 1000, "logged": 10, "artifact": 1, "pool": 1536}
    return types.SimpleNamespace(**vars(args), **more)


class Pages(bench.Bench):
    def __init__(self, args):
        super().__init__(args)
        self.static = ROOT / "static" / "dist"


def kind(server):
    return "peer" if server.name == "peer" else "cairn"


def visit(server, job, repeat, **more):
    """Medians of what some visits took; None where the page has nothing like it."""
    asked = {"url": server.url, "kind": "cairn" if kind(server) == "cairn" else "mlflow", "job": job, **more}
    found = []
    for _ in range(repeat):
        done = subprocess.run(["node", DRIVER, json.dumps(asked)], capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            said = [line.strip() for line in done.stderr.splitlines() if "Error" in line] or done.stderr.splitlines()
            say(f"! {job}, {server.name}: {said[0] if said else done.returncode}")
            return None
        found.append(json.loads(done.stdout))
    return {name: statistics.median(f[name] for f in found) for name in found[0]}


def best_by_metric(db):
    return db.value(f"SELECT r.name FROM runs r JOIN latest_metrics m USING (run_uuid) WHERE r.experiment_id = {SEARCHED} "
                    "AND m.`key` = 'metric_3' ORDER BY m.value DESC, r.start_time DESC LIMIT 1")


def jobs(args, db):
    """Name, what is told of it, the driver's job, its words; `ours`: MLflow's page cannot do it."""
    series = [run_id(SERIES, n) for n in range(POINTS_RUNS)]
    last = f"run-{args.runs - 1}"
    here = {"experiment": str(SEARCHED), "first": last}
    weight = ("first_ms", "requests", "kb", "js_kb", "api_requests", "api_kb", "nodes", "heap_mb")
    # MLflow's page of one metric (#/metric) reads every point of every run and takes minutes; its charts read samples.
    # Both come from the page of the other experiment: MLflow's table does not show runs without tags, as these are.
    # Ours asks for all charts at once and is told which: theirs asks for each, and the first that is there counts.
    ten = {
        "cairn": f"#/experiments/{SERIES}/runs?show=charts&find=loss",
        "peer": f"#/experiments/{SERIES}/runs?compareRunsMode=CHART",
    }
    long = f"#/experiments/{SERIES}/runs?show=charts&find=long&filter=metrics.long+%3E+-1"
    one = {k: f"#/experiments/{SERIES}/runs/{series[0]}/model-metrics" for k in ("cairn", "peer")}
    return [
        (f"runs page, {args.runs:,} runs", weight, "runs", here, False),
        ("sort by a metric", ("ms",), "sort", {**here, "best": best_by_metric(db)}, False),
        ("jump to 70 %", ("ms", "heap_mb"), "jump", {**here, "share": 0.7, "total": args.runs}, True),
        (f"{POINTS_RUNS} curves of {args.points:,} points", ("ms", "api_kb", "heap_mb"), "curves", {**here, "hash": ten, "curves": POINTS_RUNS}, False),
        (f"a curve of {args.long:,} points", ("drawn_after_ms", "zoom_ms"), "zoom",
         {"hash": long, "zoomed": f"{long}&zoom={args.long // 2}~{args.long // 2 + args.long // 100}"}, True),
        (f"run page with a curve of {args.long:,} points", weight, "run", {"hash": one}, False),
    ]


def table(pages, args):
    say("\n| page | figure | " + " | ".join(s.name for s in pages.servers) + " | ratio |")
    say("|---|---|" + "---:|" * (len(pages.servers) + 1))
    for name, figures, job, words, ours in jobs(args, pages.servers[0].db):
        if args.only and not any(text in name for text in args.only):
            continue
        found = []
        for server in pages.servers:
            mine = {k: v[kind(server)] if isinstance(v, dict) else v for k, v in words.items()}
            found.append(None if ours and kind(server) == "peer" else visit(server, job, args.repeat, **mine))
        for figure in figures:
            values = [f and f[figure] for f in found]
            cells = [f"{v:,.0f}" if v is not None and v >= 10 else "–" if v is None else f"{v:.1f}" for v in values]
            both = len(values) == 2 and all(values)
            say(f"| {name} | {figure} | " + " | ".join(cells) + f" | {f'{values[1] / values[0]:.1f}' if both else ''} |")


def main():
    args = arguments()
    pages = Pages(args)
    for number in (signal.SIGINT, signal.SIGTERM):   # in the background a shell has SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    begin, busy = time.monotonic(), None
    try:
        pages.start()
        begin, busy = time.monotonic(), bench.busy_seconds()
        table(pages, args)
        say(f"\nMedians of {args.repeat} visits with an empty cache, 1440 × 900. {os.cpu_count()} cores, busy "
            f"{(bench.busy_seconds() - busy) / (time.monotonic() - begin):.2f} of them (mean, browser and servers included).")
        return 0
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except Exception:
        pages.tell_logs()
        raise
    finally:
        pages.stop()


sys.exit(main())
