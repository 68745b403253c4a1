"""A data directory of the embedded server: where things lie in it, who runs on it, and its configuration."""
import fcntl
import hashlib
import json
import os
import pwd
import re
import secrets
import signal
import time

from common import Problem, output

FORMAT = "1"            # written to DIR/CAIRN; a later ops/up can tell what it finds
SOCKET_PATH_MAX = 107
USER = "cairn"


def default_data():
    return "/var/lib/cairn" if os.geteuid() == 0 else os.path.expanduser("~/.local/share/cairn")


class Instance:
    def __init__(self, data):
        self.data = os.path.realpath(data)
        for name in ("db", "run", "log", "artifacts", "stage", "tmp", "conf", "app"):
            setattr(self, name, os.path.join(self.data, name))
        self.marker = os.path.join(self.data, "CAIRN")
        self.state_file = os.path.join(self.run, "up.json")
        self.db_socket = os.path.join(self.run, "mariadb.sock")
        self.cairn = os.path.join(self.app, "cairn")
        self.cairn_conf = os.path.join(self.conf, "cairn.conf")
        self.nginx_conf = os.path.join(self.conf, "nginx")
        self.my_cnf = os.path.join(self.conf, "my.cnf")
        self.lock_fd = -1

    # ------------------------------------------------------------ the directory

    def inspect(self):
        """"absent", "empty" or "ours"; anything else is a Problem."""
        if len(os.fsencode(self.db_socket)) > SOCKET_PATH_MAX:
            raise Problem(f"the path of the data directory is too long for a unix socket in it: {self.data}")
        if any(c in self.data for c in '"\\$@;{}#\n'):
            raise Problem(f"the path of the data directory must not contain any of \" \\ $ @ ; {{ }} #: {self.data}")
        try:
            names = set(os.listdir(self.data)) - {"lost+found"}
        except FileNotFoundError:
            return "absent"
        except NotADirectoryError as e:
            raise Problem(f"{self.data} is not a directory") from e
        except PermissionError as e:
            raise Problem(f"{self.data} belongs to {owner_name(self.data)}: run this as that user or as root") from e
        if not names:
            return "empty"
        if "CAIRN" not in names:
            raise Problem(f"{self.data} is neither empty nor a data directory of Cairn")
        with open(self.marker, encoding="utf-8", errors="replace") as f:
            found = f.read().strip()
        if found != FORMAT:
            raise Problem(f"{self.data} is a data directory of another version of Cairn (format {found[:20]!r})")
        return "ours"

    def lock(self):
        """Hold the directory; False when another ops/up does. The lock ends with its holder, however that ends."""
        fd = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self.lock_fd = fd
        return True

    def unlock(self):
        os.close(self.lock_fd)
        self.lock_fd = -1

    # ----------------------------------------------------------------- the state

    def read_state(self):
        try:
            with open(self.state_file, encoding="utf-8") as f:
                state = json.load(f)
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) and state.get("boot") == boot_id() else {}

    def write_state(self, state):
        write_file(self.state_file, json.dumps({"boot": boot_id(), **state}, indent=1) + "\n")

    def end_leftovers(self):
        """Stop what an ops/up that was killed has left, and forget it; returns the names."""
        found = []
        for name, (pid, start) in self.read_state().get("processes", {}).items():
            if end_group(pid, start, 30):
                found.append(name)
        for name in ("up.json", "up.pid", "cairn.pid", "nginx.pid", "mariadb.pid"):
            remove(os.path.join(self.run, name))
        return found

    # --------------------------------------------------------- the configuration

    def password(self):
        path = os.path.join(self.conf, "db_password")
        try:
            with open(path, encoding="ascii") as f:
                return f.read().strip()
        except FileNotFoundError:
            write_file(path, secrets.token_urlsafe(24) + "\n")
            return self.password()

    def write_configuration(self, workers, destination=None):
        """conf/ is written anew at each start; local.conf and local.cnf in it are the operator's."""
        native = "*" + hashlib.sha1(hashlib.sha1(self.password().encode()).digest()).hexdigest().upper()
        # Run by mariadbd at each start, as the superuser and before it listens.
        write_file(os.path.join(self.conf, "init.sql"), f"""\
CREATE DATABASE IF NOT EXISTS cairn CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE USER IF NOT EXISTS 'cairn'@'localhost' IDENTIFIED BY PASSWORD '{native}';
ALTER USER 'cairn'@'localhost' IDENTIFIED BY PASSWORD '{native}';
GRANT ALL ON cairn.* TO 'cairn'@'localhost';
""")
        pools = workers or {"ingest": 8, "query": 8, "artifact": 4}
        local_cnf = os.path.join(self.conf, "local.cnf")
        write_file(self.my_cnf, f"""\
# Written by ops/up at each start. Put your own settings into local.cnf beside this file.
[mariadbd]
datadir                        = "{self.db}"
socket                         = "{self.db_socket}"
pid-file                       = "{self.run}/mariadb.pid"
tmpdir                         = "{self.tmp}"
init-file                      = "{self.conf}/init.sql"
lc-messages-dir                = /usr/share/mysql
skip-networking
skip-name-resolve
skip-log-bin
local-infile                   = OFF
performance_schema             = OFF
character-set-server           = utf8mb4
collation-server               = utf8mb4_general_ci
max_connections                = {2 * sum(pools.values()) + 20}
max_allowed_packet             = 64M
innodb_flush_log_at_trx_commit = 1
innodb_buffer_pool_size        = {buffer_pool_mb()}M
innodb_log_file_size           = 192M
# a filter's walk over 1,000 runs costs 1 ms with it and 4 ms without
innodb_adaptive_hash_index     = ON
""" + (f"!include {local_cnf}\n" if os.path.exists(local_cnf) else ""))
        where = f"artifacts_destination = {destination}\n" if destination else ""
        numbers = "".join(f"{pool}_workers = {n}\n" for pool, n in workers.items()) if workers else ""
        self.write_settings(f"""\
# Written by ops/up at each start. Put your own settings into local.conf beside this file.
run_dir = {self.run}
pid_file = {self.run}/cairn.pid
db_socket = {self.db_socket}
db_user = cairn
db_password_file = {self.conf}/db_password
db_name = cairn
artifact_root = {self.artifacts}
stage_dir = {self.stage}
{where}{numbers}""")

    def write_settings(self, given):
        """The settings of ops/up, then those of local.conf: kept only if Cairn understands them."""
        path, new = os.path.join(self.conf, "local.conf"), self.cairn_conf + ".next"
        try:
            with open(path, encoding="utf-8") as f:
                given += "# from local.conf\n"
                local = f.read()
        except FileNotFoundError:
            local = ""
        except UnicodeDecodeError as e:
            raise Problem(f"{path} is not a text in UTF-8") from e
        write_file(new, given + local)
        try:
            output([self.cairn, "config", "check", f"--config={new}"])
        except Problem as e:
            raise Problem(in_local(str(e), new, path, given.count("\n"))) from e
        os.replace(new, self.cairn_conf)

    def nginx_flags(self):
        """What nginx-conf has to know of the artifact settings."""
        return output([self.cairn, "config", "stores", f"--config={self.cairn_conf}"]).splitlines()


# ------------------------------------------------------------------- processes

def boot_id():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as f:
        return f.read().strip()


def start_time(pid):
    """When a process began, in clock ticks since boot; with its number this names it for good. None: gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def group_members(pgid):
    members = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as f:
                    fields = f.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == pgid and fields[0] not in "ZX":
                members.append(int(name))
    return members


def end_group(pid, start, seconds):
    """Stop the process group that (pid, start) leads or led; True if any of it was still there."""
    now = start_time(pid)
    if now is not None and now != start:
        return False    # the number was used again: the group had ended before
    if not group_members(pid):
        return False
    if now is not None:
        os.kill(pid, signal.SIGTERM)
    else:
        os.killpg(pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    while group_members(pid):
        if time.monotonic() > end:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                break
            end = time.monotonic() + 5
        time.sleep(0.02)
    return True


# ----------------------------------------------------------------- small things

def write_file(path, text, mode=0o600):
    new = path + ".new"
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(new, path)


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def in_local(complaint, conf, local, above):
    """What Cairn says of a line of the settings that ops/up has written, in terms of local.conf."""
    found = re.fullmatch(rf"cairn: {re.escape(conf)}:(\d+): (.*)", complaint)
    if not found or int(found[1]) <= above:
        return complaint.removeprefix("cairn: ")
    line, said = int(found[1]) - above, found[2]
    twice = re.fullmatch(r"(\w+) is already set in line (\d+)", said)
    if twice and int(twice[2]) <= above:
        said = f"{twice[1]} is set by ops/up; remove it here, or give it to ops/up (--help)"
    elif twice:
        said = f"{twice[1]} is already set in line {int(twice[2]) - above}"
    return f"{local}:{line}: {said}"


def owner_name(path):
    """Who owns a path, as far as one may see it."""
    while True:
        try:
            uid = os.stat(path).st_uid
            break
        except PermissionError:
            path = os.path.dirname(path)
    return user_name(uid)


def user_name(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def become(uid, gid):
    """Give up root for good."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def become_owner(path):
    """As root, go on as the user the data directory belongs to."""
    if os.geteuid() == 0:
        st = os.stat(path)
        if st.st_uid == 0:
            raise Problem(f"{path} belongs to root, as which Cairn does not run: chown -R {USER}: {path}")
        become(st.st_uid, st.st_gid)


def buffer_pool_mb():
    """A quarter of the memory there is, the limit of a container included; 128 MB to 8 GB."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as f:
            total = min(total, int(f.read()))
    except (OSError, ValueError):
        pass
    return min(max(total // 4 // 2**20, 128), 8192)
