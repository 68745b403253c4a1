"""Artifacts: Cairn beside nginx alone, the disk, the S3 server and the peer. See README.md."""

import argparse
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import bench
import servers
from bench import LOAD, say, short
from harness import peer
from harness.processes import Died, wait_until
from harness.seaweed import Seaweed

import boto3
import psutil
import requests
from botocore.config import Config

MIB = 2**20
FILES, FILE_SIZE = 1000, 4096
MEMORY_CONNS, BUSY_CONNS = 16, 8
ROUNDS = 3
SECONDS = 4   # of each measurement of log-metric
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
API = "/api/2.0/mlflow/"
BUCKET = "bench"

# What nginx does by itself: a file that is sent, a body that becomes a file.
BARE = """
location ^~ /bench/ {{
    alias "{static}/";
    gzip  off;
}}
location = /bench-put {{
    client_max_body_size      0;
    client_body_buffer_size   128k;
    client_body_temp_path     "{bare}";
    client_body_in_file_only  on;
    proxy_method              GET;
    proxy_pass_request_body   off;
    proxy_pass_request_headers off;
    proxy_set_header          Content-Length "";
    proxy_set_header          Host localhost;
    proxy_pass                "http://unix:{http}:/bench/small";
}}
"""

# The best that nginx can do between a client and an S3 server: it signs nothing, asks nobody, and may
# take more memory than Cairn lets it.
BARE_S3 = """
location ^~ /bench-s3/ {{
    gzip              off;
    proxy_buffering   off;
    proxy_buffer_size 1m;
    proxy_buffers     4 1m;
    proxy_http_version 1.1;
    proxy_set_header  Connection "";
    proxy_set_header  Host {host};
    proxy_pass        http://{host}/;
}}
"""

CLIENT = """
import sys, time, mlflow
url, run, files, one = sys.argv[1:]
client = mlflow.MlflowClient(url)
client.log_artifact(run, one, "warm")
begin = time.monotonic()
client.log_artifacts(run, files, "client")
print(time.monotonic() - begin)
"""


class Failed(Exception):
    """A figure could not be taken; the others can."""


def arguments():
    p = argparse.ArgumentParser(prog="tests/bench/run --artifacts", description="How artifacts are moved.")
    p.add_argument("--size", type=int, default=1024, metavar="MIB", help="of a large file (%(default)s)")
    p.add_argument("--only", action="append", default=[], metavar="TEXT", help="rows with this in their name; repeatable")
    p.add_argument("--dir", default="/var/tmp", help="where the private directory is made: on a disk (%(default)s)")
    p.add_argument("--no-peer", action="store_true", help="without the peer")
    return p.parse_args()


# ------------------------------------------------------------------- the servers

class Site:
    """A server, and a run of its own that artifacts and metrics are logged to."""

    def __init__(self, server, root):
        self.server, self.url, self.port = server, server.url, server.port
        experiment = self.post("experiments/create", name="bench-artifacts")["experiment_id"]
        self.runs = [self.post("runs/create", experiment_id=experiment)["run"]["info"]["run_id"]
                     for _ in range(BUSY_CONNS)]
        self.below = f"{experiment}/{self.runs[0]}/artifacts/"
        self.path = PROXY + self.below
        self.files = root / self.below     # of a local root
        self.list = server.directory / "runs"
        self.list.write_text("".join(r + "\n" for r in self.runs))

    def post(self, what, **body):
        reply = requests.post(self.url + API + what, json=body, timeout=60)
        reply.raise_for_status()
        return reply.json()

    def pids(self):
        """All its processes, as they are now."""
        found = []
        for root in (self.server.workers.pid, self.server.nginx.pid):
            process = psutil.Process(root)
            found += [root, *(p.pid for p in process.children(recursive=True))]
        return found


class Place:
    """The private directory and what runs in it, started when it is first needed."""

    def __init__(self, args):
        self.args, self.started = args, []
        self.size = args.size * MIB
        self.where = Path(tempfile.mkdtemp(prefix="ca-", dir=args.dir))
        # A starting mariadbd removes the temporary tables of every other that shares its directory for them.
        os.environ["TMPDIR"] = str(self.where)

    def directory(self, name):
        made = self.where / name
        made.mkdir(mode=0o700)
        return made

    @cached_property
    def static(self):
        made = self.directory("static")
        (made / "small").write_bytes(b"x" * FILE_SIZE)
        with open(made / "large.bin", "wb") as f:
            for _ in range(self.args.size):
                f.write(os.urandom(MIB))
        for name, size in (("zeros.bin", self.size), ("zeros-eighth.bin", self.size // 8)):
            with open(made / name, "wb") as f:
                f.truncate(size)
        (made / "names").write_text("".join(f"t{n}\n" for n in range(MEMORY_CONNS)))
        return made

    @property
    def large(self):
        return self.static / "large.bin"

    @cached_property
    def mariadb(self):
        made = servers.Durable(self.where / "m", 512)
        self.started.append((made, [made.process.pid]))
        return made

    @cached_property
    def small_files(self):
        made = self.directory("files")
        for n in range(FILES):
            (made / f"{n}.bin").write_bytes(os.urandom(FILE_SIZE))
        return made

    @cached_property
    def bare(self):
        """Where nginx puts bodies that no worker takes."""
        return self.directory("bare")

    def cairn(self, name, more="", **settings):
        directory = self.directory(name)
        include = directory / "bare.conf"
        include.write_text(BARE.format(static=self.static, bare=self.bare, http=directory / "run" / "http.sock") + more)
        server = servers.Cairn(name, directory, self.mariadb.create_database(name), self.static, 0,
                               nginx_flags=("--include", include), **settings)
        self.started.append((server, [server.workers.pid, server.nginx.pid]))
        return Site(server, directory / "artifacts")

    def link(self, site):
        """The very file that nginx sends by itself is an artifact too."""
        site.files.mkdir(mode=0o750, parents=True, exist_ok=True)
        for name in ("large.bin", "zeros.bin"):
            os.link(self.static / name, site.files / name)
        return site

    @cached_property
    def local(self):
        return self.link(self.cairn("local"))

    @cached_property
    def peer(self):
        if self.args.no_peer:
            return None
        directory = self.directory("p")
        server = servers.Peer(directory, self.mariadb.create_database("peer"), 4)
        self.started.append((server, [server.process.pid]))
        return self.link(Site(server, directory / "artifacts"))

    @cached_property
    def seaweed(self):
        made = Seaweed(self.where / "s")
        self.started.append((made, [made.process.pid]))
        made.create_bucket(BUCKET)
        return made

    @property
    def s3_port(self):
        return self.seaweed.ports["s3"][0]

    @cached_property
    def remote(self):
        return self.cairn("remote", BARE_S3.format(host=self.seaweed.host), artifacts_destination=f"s3://{BUCKET}/root", **self.seaweed.settings())

    def presigned(self, method, key):
        """The path of a URL of the S3 server, signed for an hour."""
        client = boto3.client(
            "s3", endpoint_url=self.seaweed.endpoint, region_name=self.seaweed.region,
            aws_access_key_id=self.seaweed.access_key, aws_secret_access_key=self.seaweed.secret_key,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, proxies={}))
        url = client.generate_presigned_url(method, Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=3600)
        return url.removeprefix(self.seaweed.endpoint)

    def busy(self):
        """CPU time of all that was started here, and of this program."""
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in own) + sum(servers.cpu_seconds(pids) for _, pids in self.started)

    def logs(self):
        """What the servers said that is no mere record of a request."""
        text = "\n".join(server.log() for server, _ in self.started if hasattr(server, "log"))
        return "\n".join([line for line in text.splitlines() if "level=info" not in line][-60:])

    def stop(self):
        for number in (signal.SIGINT, signal.SIGTERM):   # it ends soon: every wait below is bounded
            signal.signal(number, signal.SIG_IGN)
        for server, _ in reversed(self.started):
            server.stop()
        shutil.rmtree(self.where, ignore_errors=True)


# --------------------------------------------------------------------- the load

def load_argv(port, method, path, conns=1, count=1, seconds=0, body=None, names=None, raw=True, first=0):
    argv = [LOAD, "-c", conns, "-s", seconds, "-m", count, "-x", 600, "-n", first]
    if body:
        argv += ["-b", body] + (["-r", "-t", "application/octet-stream"] if raw else [])
    if names:
        argv += ["-l", names]
    return [str(a) for a in [*argv, port, method, path]]


def load(*args, size=None, **more):
    """Runs the generator to its end; every reply has to be good, and of this size."""
    done = subprocess.run(load_argv(*args, **more), capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(done.stderr.strip())
    found = json.loads(done.stdout)
    if found["errors"] or found["unfinished"] or not found["requests"]:
        raise Failed(f"{found['errors']} errors, {found['unfinished']} unfinished of "
                     f"{found['requests'] + found['errors']}: {found['said'][:200]}")
    if size is not None and found["bytes"] != size * found["requests"]:
        raise Failed(f"{found['bytes']} bytes came instead of {size * found['requests']}")
    return found


class Transfers:
    """Runs in the background, without an end of its own, while the block is executed."""

    def __init__(self, argvs):
        self.argvs, self.children = argvs, []

    def __enter__(self):
        self.children = [subprocess.Popen(a, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
                         for a in self.argvs]
        try:
            wait_until(lambda: all(servers.cpu_seconds([c.pid]) > 0.05 for c in self.children), 30, "transfers under way",
                       self.check)
        except BaseException:
            self.stop()
            raise

    def check(self):
        if any(c.poll() is not None for c in self.children):
            raise Failed("a transfer in the background ended by itself")

    def stop(self):
        for child in self.children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.check()
        finally:
            self.stop()


class Memory:
    """The most that the RSS of processes grew while the block was executed, in MB."""

    def __init__(self, site):
        self.site, self.ended, self.most = site, threading.Event(), 0

    def now(self):
        total = 0
        for pid in self.site.pids():
            try:
                total += psutil.Process(pid).memory_info().rss
            except psutil.NoSuchProcess:
                pass
        return total / 1e6

    def watch(self):
        while not self.ended.wait(0.05):
            self.most = max(self.most, self.now())

    def __enter__(self):
        self.before = self.most = self.now()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.growth = self.most - self.before


# -------------------------------------------------------------------- the figures

@dataclass
class Row:
    cairn: str
    beside: str = ""            # what it is measured beside, and what that has
    share: str = ""             # Cairn's of it
    target: str = ""
    met: bool | None = None
    peer: str = ""
    ratio: str = ""             # Cairn's to the peer's


def middle(values):
    return statistics.median(values)


def rates(taken, beside, least=None, other=None):
    """Of rounds of (Cairn's, the other's) MiB/s: medians, and that of the ratios of each round."""
    share = middle(ours / theirs for ours, theirs, *_ in taken)
    ours, theirs = (middle(t[n] for t in taken) for n in (0, 1))
    return Row(f"{short(ours)} MiB/s", f"{beside}: {short(theirs)} MiB/s", f"{100 * share:.0f} %",
               f"≥ {100 * least:.0f} %" if least else "", least and share >= least,
               f"{short(other)} MiB/s" if other else "", f"× {short(ours / other)}" if other else "")


def sync(file):
    with open(file, "rb+") as f:
        os.fsync(f.fileno())


class Figures:
    """Each of cases() yields the rows of one thing that is measured."""

    def __init__(self, args, place):
        self.args, self.place, self.number = args, place, 0

    def cases(self):
        size = f"{self.args.size} MiB"
        eighth = f"{self.args.size / 8:g} MiB"
        return {
            f"download, {size}, disk": self.downloads,
            f"upload, {size}, disk": self.uploads,
            f"download, {size}, S3": self.remote_downloads,
            f"upload, {size}, S3": self.remote_uploads,
            f"{FILES} files of 4 KiB, log_artifacts": lambda: self.many(self.client),
            f"{FILES} files of 4 KiB, 8 connections": lambda: self.many(self.plain),
            f"memory, {MEMORY_CONNS} downloads of {size}, disk": self.memory_downloads,
            f"memory, {MEMORY_CONNS} uploads of {size}, disk": self.memory_uploads,
            f"memory, {MEMORY_CONNS} downloads of {eighth}, S3": self.memory_remote_downloads,
            f"memory, {MEMORY_CONNS} uploads of {eighth}, S3": self.memory_remote_uploads,
            f"log-metric p99, {BUSY_CONNS} downloads meanwhile": lambda: self.latency("GET"),
            f"log-metric p99, {BUSY_CONNS} uploads meanwhile": lambda: self.latency("PUT"),
        }

    def mib(self, seconds):
        return self.args.size / seconds

    def calm(self):
        """What was written before must not be charged to what comes next."""
        for site in (self.place.__dict__.get("local"), self.place.__dict__.get("remote")):
            if site:
                stage = site.server.directory / "stage"
                wait_until(lambda: not any(p.is_file() for p in stage.rglob("*")), 120, "uploads ended")
        os.sync()

    # ---------------------------------------------------------- one large file, disk

    def download(self, port, path):
        return self.mib(load(port, "GET", path, size=self.place.size)["seconds"])

    def downloads(self):
        local, other = self.place.local, self.place.peer
        bare, cairn = "/bench/large.bin", local.path + "large.bin"
        for path in (bare, cairn):   # the file is in memory from here on
            self.download(local.port, path)
        taken = [(self.download(local.port, cairn), self.download(local.port, bare)) for _ in range(ROUNDS)]
        yield rates(taken, "nginx, a static file", 0.9, other and self.download(other.port, other.path + "large.bin"))

    def upload(self, site):
        """To a name that is not there yet; the file is compared and removed afterwards."""
        self.calm()
        found = load(site.port, "PUT", site.path + "up.bin", body=self.place.large)
        file = site.files / "up.bin"
        if subprocess.run(["cmp", "-s", file, self.place.large]).returncode != 0:
            raise Failed(f"{file} is not what was sent")
        file.unlink()
        return self.mib(found["seconds"])

    def upload_bare(self):
        """Into a file of nginx's, and on to the disk: (both, the first alone)."""
        self.calm()
        found = load(self.place.local.port, "PUT", "/bench-put", body=self.place.large)
        begin = time.monotonic()
        file, = (p for p in self.place.bare.rglob("*") if p.is_file())
        sync(file)
        lasted = found["seconds"] + time.monotonic() - begin
        file.unlink()
        return self.mib(lasted), self.mib(found["seconds"])

    def dd(self):
        self.calm()
        to = self.place.where / "dd.bin"
        begin = time.monotonic()
        subprocess.run(["dd", f"if={self.place.large}", f"of={to}", "bs=1M", "conv=fsync"], check=True,
                       stderr=subprocess.DEVNULL)
        lasted = time.monotonic() - begin
        to.unlink()
        return self.mib(lasted)

    def uploads(self):
        taken = [(self.upload(self.place.local), self.dd(), *self.upload_bare()) for _ in range(ROUNDS)]
        other = self.place.peer and self.upload(self.place.peer)
        for n, beside, least in ((1, "dd, fsync", 0.9), (2, "nginx, body to file, then fsync", 0.9),
                                 (3, "nginx, body to file, no fsync", None)):
            yield rates([(t[0], t[n]) for t in taken], beside, least, other if n == 1 else None)

    # ------------------------------------------------------------ one large file, S3

    def put_object(self, port, path, key):
        self.calm()
        found = load(port, "PUT", path, body=self.place.large)
        client = self.place.seaweed.client()
        there = client.head_object(Bucket=BUCKET, Key=key)["ContentLength"]
        if there != self.place.size:
            raise Failed(f"{key} has {there} bytes")
        client.delete_object(Bucket=BUCKET, Key=key)
        return self.mib(found["seconds"])

    def remote_uploads(self):
        remote, port = self.place.remote, self.place.s3_port
        taken = [(self.put_object(remote.port, f"{remote.path}up{n}", f"root/{remote.below}up{n}"),
                  self.put_object(port, self.place.presigned("put_object", f"up{n}"), f"up{n}"))
                 for n in range(ROUNDS)]
        yield rates(taken, "the S3 server directly", 0.9)

    def remote_downloads(self):
        remote, port = self.place.remote, self.place.s3_port
        key = f"root/{remote.below}large.bin"
        load(port, "PUT", self.place.presigned("put_object", key), body=self.place.large)
        direct = self.place.presigned("get_object", key)
        ways = [(remote.port, remote.path + "large.bin"), (port, direct), (remote.port, "/bench-s3" + direct)]
        for way in ways:   # the S3 server and nginx have done it once
            self.download(*way)
        taken = [[self.download(*way) for way in ways] for _ in range(2 * ROUNDS)]
        yield rates(taken, "the S3 server directly", 0.9)
        yield rates([(t[0], t[2]) for t in taken], "nginx alone as a proxy of it", 0.9)
        yield rates([(t[2], t[1]) for t in taken], "the S3 server directly (here: that nginx alone)")

    # -------------------------------------------------------------- many small files

    def many(self, how):
        rate = []
        for site in (self.place.local, self.place.peer):
            if site:
                self.calm()
                seconds, folder = how(site)
                there = len(list((site.files / folder).iterdir()))
                if there != FILES:
                    raise Failed(f"{there} files of {FILES}")
                rate.append(FILES / seconds)
        yield Row(*(f"{short(r)} files/s" for r in rate[:1]), peer="".join(f"{short(r)} files/s" for r in rate[1:]),
                  ratio="".join(f"× {short(rate[0] / r)}" for r in rate[1:]))

    def client(self, site):
        done = subprocess.run([sys.executable, "-c", CLIENT, site.url, site.runs[0], self.place.small_files,
                               self.place.static / "small"],
                              env=peer.environment(self.place.where), capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr[-300:])
        return float(done.stdout.split()[-1]), "client"

    def plain(self, site):
        found = load(site.port, "PUT", site.path + "plain/@n@", conns=8, count=FILES, body=self.place.static / "small")
        return found["seconds"], "plain"

    # ----------------------------------------------------------------------- memory

    def memory(self, site, method, path, body=None, size=None):
        # Every worker and nginx have done each thing once: what that takes is taken once, not for each transfer.
        for how in ({"method": "PUT", "body": self.place.static / "small"}, {"method": "GET", "size": FILE_SIZE}):
            load(site.port, how.pop("method"), site.path + "small@c@", conns=MEMORY_CONNS, count=16 * MEMORY_CONNS,
                 names=self.place.static / "names", **how)
        self.calm()
        with Memory(site) as memory:
            load(site.port, method, path, conns=MEMORY_CONNS, count=MEMORY_CONNS, body=body, size=size,
                 names=self.place.static / "names")
        return Row(f"+ {memory.growth:.1f} MB", f"RSS before: {memory.before:.0f} MB", "", "< 16 MB",
                   memory.growth < 16)

    def memory_downloads(self):
        local = self.place.local
        yield self.memory(local, "GET", local.path + "zeros.bin", size=self.place.size)

    def memory_uploads(self):
        local = self.place.local
        yield self.memory(local, "PUT", local.path + "m/@c@", body=self.place.static / "zeros.bin")
        shutil.rmtree(local.files / "m")

    def memory_remote_downloads(self):
        remote = self.place.remote
        load(remote.port, "PUT", remote.path + "zeros", body=self.place.static / "zeros-eighth.bin")
        yield self.memory(remote, "GET", remote.path + "zeros", size=self.place.size // 8)

    def memory_remote_uploads(self):
        remote = self.place.remote
        yield self.memory(remote, "PUT", remote.path + "m/@c@", body=self.place.static / "zeros-eighth.bin")

    # ------------------------------------------------- what transfers do to logging

    def p99(self, site):
        body = self.place.where / "metric"
        body.write_text('{"run_id": "@c@", "key": "loss", "value": 0.5, "timestamp": 1700000000000, "step": @n@}')
        found = load(site.port, "POST", API + "runs/log-metric", conns=8, seconds=SECONDS, body=body, names=site.list,
                     raw=False, first=self.number)
        self.number += found["requests"]
        return found["p99"]

    def transfers(self, site, method):
        if method == "GET":
            return [load_argv(site.port, "GET", site.path + "large.bin", conns=BUSY_CONNS, seconds=600)]
        return [load_argv(site.port, "PUT", site.path + "m/@c@", conns=BUSY_CONNS, seconds=600, body=self.place.large,
                          names=self.place.static / "names")]

    def bare_transfers(self, method):
        """The same without Cairn: what this machine's CPUs and disk have left."""
        if method == "GET":
            return [load_argv(self.place.local.port, "GET", "/bench/large.bin", conns=BUSY_CONNS, seconds=600)]
        again = 'while dd if="$1" of="$2" bs=1M conv=fsync; do rm "$2"; done'
        return [["sh", "-c", again, "sh", str(self.place.large), f"{self.place.bare}/{n}"] for n in range(BUSY_CONNS)]

    def with_and_without(self, site, argvs):
        self.calm()
        self.p99(site)   # warm
        alone = self.p99(site)
        with Transfers(argvs):
            meanwhile = self.p99(site)
        for left in (site.files / "m", self.place.bare):
            shutil.rmtree(left, ignore_errors=True)
        self.place.bare.mkdir(mode=0o700)
        return alone, meanwhile

    def latency(self, method):
        local, other = self.place.local, self.place.peer
        alone, meanwhile = self.with_and_without(local, self.transfers(local, method))
        row = Row(f"{short(meanwhile)} ms", f"without them: {short(alone)} ms", f"× {short(meanwhile / alone)}")
        if other:
            other_alone, others = self.with_and_without(other, self.transfers(other, method))
            row.peer = f"{short(others)} ms, × {short(others / other_alone)}"
        bare_alone, bare = self.with_and_without(local, self.bare_transfers(method))
        # Better than the machine itself cannot be asked for.
        row.target = "≤ × 2, or as without Cairn"
        row.met = meanwhile / alone <= max(2, 1.1 * bare / bare_alone)
        yield row
        name = "nginx, a static file" if method == "GET" else "dd, fsync"
        yield Row("", f"{name}, {BUSY_CONNS} meanwhile: {short(bare)} ms; without: {short(bare_alone)} ms",
                  f"× {short(bare / bare_alone)}")

    # -------------------------------------------------------------------- the table

    def run(self):
        todo = {name: case for name, case in self.cases().items()
                if not self.args.only or any(t in name for t in self.args.only)}
        say("| figure | Cairn | beside | Cairn of it | target | | peer | Cairn to peer |\n" + "|---" * 8 + "|")
        failed = False
        for name, case in todo.items():
            try:
                for row in case():
                    met = {True: "met", False: "**missed**", None: ""}[row.met]
                    say(f"| {name} | {row.cairn} | {row.beside} | {row.share} | {row.target} | {met} | {row.peer} "
                        f"| {row.ratio} |")
            except (Failed, Died) as e:
                failed = True
                say(f"| {name} | failed: {' '.join(str(e).split())[:300]} | | | | | | |")
        return not failed


def enough_room(args):
    """The most there is at once: uploads of memory(), with staged and replaced ones, beside the files of other rows."""
    need = (20 * args.size + 2048) * MIB
    free = shutil.disk_usage(args.dir).free
    if free < need:
        say(f"{args.dir} has {free / 2**30:.0f} GiB free, and {need / 2**30:.0f} GiB are needed: "
            "choose another --dir or a smaller --size")
    return free >= need


def main():
    args = arguments()
    if not enough_room(args):
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):   # in the background a shell has SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    place = Place(args)
    begin, busy = time.monotonic(), bench.busy_seconds()
    try:
        good = Figures(args, place).run()
        lasted = time.monotonic() - begin
        others = max(0, bench.busy_seconds() - busy - place.busy()) / lasted
        say(f"\nIn {lasted:.0f} s, medians of {ROUNDS} rounds in turns. Other programs, and the kernel as it writes, used "
            f"{others:.2f} cores of {os.cpu_count()} meanwhile (mean).")
        if not good:
            say(place.logs())
        return 0 if good else 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except Exception:
        say(place.logs())
        raise
    finally:
        place.stop()


sys.exit(main())
