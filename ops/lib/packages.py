"""The Debian packages a command needs: what is missing is found by what it provides."""
import os
import shutil
import stat
import subprocess
import sys

from common import ROOT, Problem, run, say

# (package, what shows that it is there): a command, a pkg-config module with ":", or a file with "/".
# The -core packages of MariaDB hold the programs and start no service of their own.
BUILD = [
    ("gcc", "cc"), ("libc6-dev", "/usr/include/stdio.h"), ("cmake", "cmake"), ("ninja-build", "ninja"),
    ("pkg-config", "pkg-config"), ("libfcgi-dev", ":fcgi"), ("libmariadb-dev", ":libmariadb"),
    ("libjansson-dev", ":jansson"), ("uuid-dev", ":uuid"), ("libssl-dev", ":openssl"),
    ("libsqlite3-dev", ":sqlite3"), ("libyaml-dev", ":yaml-0.1"),
    ("libcurl4-openssl-dev", ":libcurl"), ("libexpat1-dev", ":expat"), ("libarchive-dev", ":libarchive"),
]
UI = [
    ("ca-certificates", "/etc/ssl/certs/ca-certificates.crt"), ("nodejs", "node"), ("npm", "npm"),
    ("libdeflate-tools", "libdeflate-gzip"),
]
SERVE = [
    ("mariadb-server-core", "mariadbd"), ("mariadb-server-core", "mariadb-install-db"),
    ("mariadb-client-core", "my_print_defaults"), ("mariadb-client-core", "mariadb"), ("nginx", "nginx"),
]
TEST = [
    ("clang", "clang"), ("clang-format", "clang-format"), ("clang-tidy", "clang-tidy"), ("g++", "c++"),
    ("libcmocka-dev", ":cmocka"),
    ("python3-venv", "/usr/lib/python3.11/ensurepip/__init__.py"), ("python3-dev", "/usr/include/python3.11/Python.h"),
    ("git", "git"), ("mariadb-client", "mariadb-dump"), ("openssl", "openssl"), ("chromium", "chromium"),
    ("fonts-noto-cjk", "/usr/share/fonts/opentype/noto"),
]
# MySQL 8, which is fetched from Maven Central, for amd64 alone.
MYSQL = [
    ("maven", "mvn"), ("libaio1", "/usr/lib/x86_64-linux-gnu/libaio.so.1"),
    ("libnuma1", "/usr/lib/x86_64-linux-gnu/libnuma.so.1"),
]
SERVICES = ["nginx"]   # that a package among these starts on its own
PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"


def is_there(sign):
    if sign.startswith(":"):
        return shutil.which("pkg-config") and subprocess.run(["pkg-config", "--exists", sign[1:]]).returncode == 0
    if sign.startswith("/"):
        return os.path.exists(sign)
    return shutil.which(sign, path=PATH) is not None


def missing(*groups):
    return list(dict.fromkeys(package for group in groups for package, sign in group if not is_there(sign)))


def ensure(*groups):
    """Install what is missing, or say how to."""
    packages = missing(*groups)
    if not packages:
        return
    line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    become = [] if os.geteuid() == 0 else ["sudo"] if may_sudo() else None
    if become is None or not shutil.which("apt-get"):
        raise Problem(f"Debian packages are missing; please run as root: {' '.join(line)}")
    say(f"Installing Debian packages: {' '.join(packages)}")
    log = os.path.join(ROOT, "build", "log", "apt.log")
    guard = [sys.executable, os.path.abspath(__file__)]
    run([*become, *guard, *packages], log)
    still = missing(*groups)
    if still:
        raise Problem(f"apt-get ran, but this is still missing: {' '.join(still)} (see {log})")


def may_sudo():
    if not shutil.which("sudo"):
        return False
    # Without a terminal sudo could only ask for a password nobody types.
    return sys.stdin.isatty() or subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL).returncode == 0


def install(packages):
    """As root: install, without leaving services running that nobody asked for."""
    policy = "/usr/sbin/policy-rc.d"
    ours = not os.path.exists(policy)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    fresh = [s for s in SERVICES if s in packages]
    if ours:
        with open(policy, "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    try:
        subprocess.run(["apt-get", "update"], env=env, check=False)
        done = subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *packages], env=env)
    finally:
        if ours:
            os.unlink(policy)
    if fresh and os.path.isdir("/run/systemd/system"):
        subprocess.run(["systemctl", "disable", "--quiet", *fresh], check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
