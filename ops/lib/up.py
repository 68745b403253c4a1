"""ops/up: build, set up a data directory, and run MariaDB, Cairn's workers and nginx on it."""
import argparse
import ctypes
import errno
import io
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tarfile

import build
import instance
import packages
from common import ROOT, Problem, main, run, say, says_full
from instance import Instance, become_owner, remove, start_time
from supervisor import Service, Supervisor

DOCTOR_SECONDS = 15
ROOM_NEW, ROOM_OLD = 320, 48   # MB of free disk that a new and an old data directory start with


def arguments():
    p = argparse.ArgumentParser(prog="up", description="Build Cairn if need be and serve it from one directory: a "
                                "private MariaDB, the workers and nginx. Ctrl-C stops all of it.")
    p.add_argument("--data", metavar="DIR", default=instance.default_data(),
                   help="where everything is kept (%(default)s)")
    p.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    p.add_argument("--port", type=int, default=5000, help="port to listen on (%(default)s)")
    p.add_argument("--workers", type=int, metavar="N",
                   help="workers for logging, and as many for reading (8), half of them for artifacts (4)")
    p.add_argument("--artifacts-destination", metavar="URI",
                   help="where artifacts are kept: another directory, s3://BUCKET/PREFIX, wasbs://…; its credentials are "
                        "taken from the environment (DIR/artifacts)")
    p.add_argument("--server-name", metavar="NAME", action="append", default=[],
                   help="a name under which the server is reached, besides localhost and private addresses; repeatable")
    p.add_argument("--detach", action="store_true", help="return when the server answers; ops/down stops it")
    args = p.parse_args()
    if not 0 < args.port < 65536:
        raise Problem(f"{args.port} is not a port")
    if args.workers is not None and not 0 < args.workers <= 1000:
        raise Problem("--workers must be from 1 to 1000")
    if args.artifacts_destination and not args.artifacts_destination.isprintable():
        raise Problem("--artifacts-destination is not a URI")
    return args


# -------------------------------------------------------------------- the address

def listeners(args):
    """The addresses --host stands for, each of them free."""
    try:
        found = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as e:
        raise Problem(f"--host {args.host} is not an address of this machine: {e.strerror}") from e
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as f:
        if args.port < int(f.read()):
            raise Problem(f"port {args.port} is for root only, and nothing here runs as root: put a proxy before Cairn")
    addresses = []
    for family, kind, proto, _, address in found:
        with socket.socket(family, kind, proto) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                s.bind(address)
            except OSError as e:
                if e.errno == errno.EADDRINUSE:
                    raise Problem(f"port {args.port} on {args.host} is taken; choose another with --port") from e
                raise Problem(f"cannot listen on {args.host}: {e.strerror}") from e
        text = f"[{address[0]}]" if family == socket.AF_INET6 else address[0]
        addresses.append(f"{text}:{args.port}")
    return list(dict.fromkeys(addresses))


def url(args):
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(args.host, args.host)
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{args.port}"


# ------------------------------------------------------------- the data directory

def refuse_second(inst):
    """The directory is in use: say by whom."""
    state = inst.read_state()
    pid = state.get("processes", {}).get("up", [0])[0]
    raise Problem(f"already running on {inst.data}: {state.get('url', 'starting')} (process {pid})" if pid else
                  f"another ops/up is starting on {inst.data}")


def lock(inst):
    if not inst.lock():
        refuse_second(inst)


def end_leftovers(inst):
    left = inst.end_leftovers()
    if left:
        say(f"Ended what an earlier ops/up had left running: {', '.join(left)}")


def as_owner(inst, function):
    """As root: call it in a child that has become the owner, who has written what is acted on."""
    pid = os.fork()
    if pid == 0:
        try:
            become_owner(inst.data)
            function()
        except (Problem, OSError) as e:
            print(f"up: {e}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        os._exit(1)


def may_pass(owner, path):
    """Whether a user can go through a directory, tried by a child that is that user."""
    pid = os.fork()
    if pid == 0:
        instance.become(owner.pw_uid, owner.pw_gid)
        os._exit(0 if os.access(path, os.X_OK) else 1)
    return os.waitpid(pid, 0)[1] == 0


def make_data(inst, found):
    """Make the directory; as root, make it over to a user of its own."""
    owner = None
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam(instance.USER)
        except KeyError:
            say(f"Making the system user {instance.USER}")
            run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                 "--shell", "/usr/sbin/nologin", instance.USER], os.path.join(build.LOGS, "useradd.log"))
            owner = pwd.getpwnam(instance.USER)
        above = inst.data
        while not os.path.exists(above):
            above = os.path.dirname(above)
        if not may_pass(owner, above if above != inst.data else os.path.dirname(above)):
            raise Problem(f"user {owner.pw_name} cannot reach {inst.data}: every directory above it must let others "
                          "pass (chmod o+x)")
    if found == "absent":
        os.makedirs(os.path.dirname(inst.data), exist_ok=True)
        os.mkdir(inst.data, 0o700)
    if owner:
        fd = os.open(inst.data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        os.fchown(fd, owner.pw_uid, owner.pw_gid)
        os.fchmod(fd, 0o700)
        os.close(fd)


def check_above(inst):
    """That the directory can be made, or made over; root can do both."""
    above = inst.data
    while not os.path.exists(above):
        above = os.path.dirname(above)
    if not os.access(above, os.W_OK | os.X_OK):
        raise Problem(f"{inst.data} cannot be made in {above}, which belongs to {instance.owner_name(above)}: choose another "
                      f"place with --data{read_only(above)}")


def payload(cairn, dist):
    """What is needed at run time, read before root is given up: the checkout may be unreadable afterwards."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(cairn, "cairn")
        tar.add(dist, "static")
        tar.add(os.path.join(ROOT, "nginx"), "nginx")
        tar.add(os.path.join(ROOT, "ops", "nginx-conf"), "ops/nginx-conf")
    buffer.seek(0)
    return buffer


def unpack(inst, files):
    """Into DIR/app, beside what a running server may still use."""
    new, old = inst.app + ".new", inst.app + ".old"
    for path in (new, old):
        shutil.rmtree(path, ignore_errors=True)
    with tarfile.open(fileobj=files) as tar:
        for member in tar.getmembers():
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.uid, member.gid = os.geteuid(), os.getegid()
            member.uname = member.gname = ""
        tar.extractall(new)
    if os.path.exists(inst.app):
        os.rename(inst.app, old)
    os.rename(new, inst.app)
    shutil.rmtree(old, ignore_errors=True)


def check_ours(inst):
    """Somebody copied, restored or looked at it as another user."""
    user = instance.user_name(os.geteuid())
    for path in (inst.db, inst.run, inst.log, inst.artifacts, inst.stage, inst.tmp, inst.conf, inst.app):
        if os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise Problem(f"user {user} cannot write to {path}: chown -R {user}: {path} && chmod -R u+rwX {path}"
                          + read_only(path))


def read_only(path):
    return "; it lies on a file system that is read-only" if os.statvfs(path).f_flag & os.ST_RDONLY else ""


def check_room(inst, fresh):
    free = shutil.disk_usage(inst.data).free // 2**20
    need = ROOM_NEW if fresh else ROOM_OLD
    if free < need:
        raise Problem(f"the disk is full: {free} MB are free for {inst.data}, and {need} MB are needed to start")


def pools(args):
    n = args.workers
    return n and {"ingest": n, "query": n, "artifact": max(1, n // 2)}


def set_up(inst, args, files):
    """All that must lie in the directory before something is started; runs as its owner."""
    if not os.access(inst.data, os.R_OK | os.W_OK | os.X_OK):
        raise Problem(f"{instance.user_name(os.geteuid())} may not write to {inst.data}")
    check_ours(inst)
    fresh = not os.path.isdir(os.path.join(inst.db, "mysql"))
    if fresh and os.path.exists(inst.db):
        raise Problem(f"{inst.db} holds no database: restore it from a backup, or remove {inst.data} to begin anew")
    check_room(inst, fresh)
    instance.write_file(inst.marker, instance.FORMAT + "\n")
    for path in (inst.run, inst.log, inst.artifacts, inst.stage, inst.tmp, inst.conf):
        os.makedirs(path, mode=0o700, exist_ok=True)
    for path in (inst.stage, inst.tmp):   # uploads and temporary files that nobody will finish
        for entry in os.scandir(path):
            if entry.path == os.path.join(inst.stage, "parts"):
                continue   # uploads in parts, which clients may go on with; the server cleans them
            shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
    unpack(inst, files)
    inst.write_configuration(pools(args), args.artifacts_destination)
    names = list(args.server_name)
    if args.host not in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::"):
        names.append(f"[{args.host}]" if ":" in args.host else args.host)
    run([sys.executable, os.path.join(inst.app, "ops", "nginx-conf"), "--out", inst.nginx_conf, "--run-dir", inst.run,
         *inst.nginx_flags(), "--stage-dir", inst.stage, "--static-dir", os.path.join(inst.app, "static"),
         "--log-dir", inst.log, "--tmp-dir", inst.tmp, *(f"--listen={a}" for a in listeners(args)),
         *(f"--server-name={n}" for n in names)], os.path.join(inst.log, "setup.log"))
    if fresh:
        make_database(inst)


def make_database(inst):
    say(f"Making a database in {inst.db}")
    new = inst.db + ".new"     # so that an interrupted start is not taken for a database
    shutil.rmtree(new, ignore_errors=True)
    try:
        run([shutil.which("mariadb-install-db", path=packages.PATH), "--no-defaults", f"--datadir={new}",
             "--auth-root-authentication-method=socket", "--auth-root-socket-user=root", "--skip-test-db",
             "--skip-name-resolve", "--force", "--innodb-log-file-size=192M"], os.path.join(inst.log, "setup.log"),
            env={**os.environ, "TMPDIR": inst.tmp})
    except Problem as e:
        full = says_full(os.path.join(inst.log, "setup.log"))
        shutil.rmtree(new, ignore_errors=True)
        raise Problem(f"the disk is full: the database did not fit into {inst.data}") if full else e
    os.rename(new, inst.db)


# ---------------------------------------------------------------------- the services

def answers_as_mysql(path):
    """A MariaDB that lets clients in sends its greeting, protocol version 10."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(1)
        try:
            s.connect(path)
            return s.recv(5)[4:] == b"\n"
        except OSError:
            return False


def answers_http(args, path):
    """Whether GET path is 200, through nginx and a worker."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(args.host, args.host)
    try:
        with socket.create_connection((host, args.port), timeout=5) as s:
            s.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            return s.makefile("rb").readline().split()[1:2] == [b"200"]
    except OSError:
        return False


def migrate(inst):
    run([inst.cairn, "db", "migrate", f"--config={inst.cairn_conf}"], os.path.join(inst.log, "migrate.log"))


def services(inst, args):
    exe = {n: shutil.which(n, path=packages.PATH) for n in ("mariadbd", "nginx")}
    pid_file = os.path.join(inst.run, "cairn.pid")
    return [
        Service("mariadbd", [exe["mariadbd"], f"--defaults-file={inst.my_cnf}"], "mariadb.log",
                ready=lambda: answers_as_mysql(inst.db_socket), prepare=lambda: remove(inst.db_socket),
                then=lambda: migrate(inst), stop_seconds=120, words=("[ERROR]",)),
        Service("cairn", [inst.cairn, "serve", f"--config={inst.cairn_conf}"], "cairn.log",
                ready=lambda: os.path.exists(pid_file), prepare=lambda: remove(pid_file), stop_seconds=40,
                words=("level=error",), reloads=True),
        Service("nginx", [exe["nginx"], "-p", inst.data, "-e", os.path.join(inst.log, "nginx-error.log"),
                          "-c", os.path.join(inst.nginx_conf, "nginx.conf"), "-g", "daemon off;"], "nginx.log",
                ready=lambda: answers_http(args, "/health"), stop_signal=signal.SIGQUIT, stop_seconds=5,
                words=("[emerg]",)),
    ]


def warn(inst):
    """What runs but does not do all it should: a store of artifacts that does not answer, little room."""
    try:
        done = subprocess.run([inst.cairn, "doctor", f"--config={inst.cairn_conf}"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, errors="replace", timeout=DOCTOR_SECONDS)
    except subprocess.TimeoutExpired:
        say(f"Warning: ops/cairn --data {inst.data} doctor does not come to an end: it may say more")
        return
    for line in done.stdout.splitlines():
        if not line.startswith("ok "):
            say(f"Warning: {line.partition(' ')[2].strip()}")


def serve(inst, args, announce):
    """Start all, say so, and stay until told to stop."""
    with open(os.path.join(inst.run, "up.pid"), "w", encoding="ascii") as f:
        f.write(f"{os.getpid()}\n")

    def remember(processes):
        inst.write_state({"url": url(args), "processes": {"up": [os.getpid(), start_time(os.getpid())], **processes}})

    supervisor = Supervisor(services(inst, args), inst.log, remember,
                            reload=(lambda: inst.write_configuration(pools(args), args.artifacts_destination)) if args.detach else None)
    try:
        if not supervisor.start():
            return
        say(f"Cairn is ready: {url(args)}")
        say(f"Data and logs are in {inst.data}; " +
            (f"ops/down --data {inst.data} stops it." if args.detach else "Ctrl-C stops it."))
        warn(inst)
        announce()
        supervisor.watch()
    finally:
        supervisor.stop()
        for name in ("up.json", "up.pid"):
            remove(os.path.join(inst.run, name))
    if not args.detach:
        say("Cairn has stopped.")


def detached(inst, args, files):
    """Go on as a process of its own; the caller's returns when that is ready, or has failed."""
    ready, tell = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tell)
        inst.unlock()
        good = os.read(ready, 1) == b"1"
        if not good:
            os.waitpid(pid, 0)
        os._exit(0 if good else 1)
    os.close(ready)

    def announce():
        os.setsid()          # from here on a Ctrl-C in the caller's terminal is not meant for us
        null = os.open(os.devnull, os.O_RDONLY)
        log = os.open(os.path.join(inst.log, "up.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sys.stdout.flush()
        for fd, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(fd, target)
        os.write(tell, b"1")
        os.close(tell)

    set_up(inst, args, files)
    serve(inst, args, announce)


def up():
    os.closerange(3, 256)    # nothing of the caller's is held open by a server
    os.umask(0o077)
    args = arguments()
    inst = Instance(args.data)
    found = inst.inspect()
    if found == "ours":      # all that can be known is said before anything is installed or built
        lock(inst)
        as_owner(inst, lambda: end_leftovers(inst))
    else:
        check_above(inst)
    listeners(args)
    os.umask(0o022)
    packages.ensure(packages.BUILD, packages.UI, packages.SERVE)
    with build.alone():
        files = payload(build.server("release", "-DCAIRN_TESTS=OFF"), build.ui())
    os.umask(0o077)
    if found != "ours":
        make_data(inst, inst.inspect())
        lock(inst)
    become_owner(inst.data)
    os.chdir("/")
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)    # PR_SET_NO_NEW_PRIVS, for all that is started from here
    if args.detach:
        detached(inst, args, files)
    else:
        set_up(inst, args, files)
        serve(inst, args, lambda: None)
    return 0


main(up)
