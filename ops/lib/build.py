"""Build the server and the UI, and nothing that is already built."""
import contextlib
import fcntl
import hashlib
import os
import shutil

from common import ROOT, Problem, run, say

LOGS = os.path.join(ROOT, "build", "log")
STATIC = os.path.join(ROOT, "static")
DIST = os.path.join(STATIC, "dist")


def digest(*paths):
    """A hash over files and directories: names and contents."""
    h = hashlib.sha256()
    for path in paths:
        files = [path]
        if os.path.isdir(path):
            files = sorted(os.path.join(d, f) for d, _, names in os.walk(path) for f in names)
        for file in files:
            with open(file, "rb") as f:
                h.update(os.path.relpath(file, ROOT).encode() + b"\0" + f.read() + b"\0")
    return h.hexdigest()


def stamped(name, value):
    """Whether the step was last done for this value; else the function to call when it is."""
    path = os.path.join(LOGS, name + ".stamp")

    def done():
        with open(path, "w", encoding="ascii") as f:
            f.write(value)
    try:
        with open(path, encoding="ascii") as f:
            if f.read() == value:
                return None
    except OSError:
        pass
    return done


@contextlib.contextmanager
def alone():
    """One build at a time in one checkout."""
    try:
        os.makedirs(LOGS, exist_ok=True)
    except PermissionError:
        pass     # said below
    if not os.access(LOGS, os.W_OK | os.X_OK) or not os.access(os.path.dirname(LOGS), os.W_OK | os.X_OK):
        raise Problem(f"Cairn is built in {ROOT}/build, which you cannot write: use a checkout of your own, or run this "
                      "as its owner")
    with open(os.path.join(ROOT, "build", "lock"), "w", encoding="ascii") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def server(preset, *options):
    """build/<preset>/cairn"""
    where = os.path.join(ROOT, "build", preset)
    binary = os.path.join(where, "cairn")
    inputs = [os.path.join(ROOT, n) for n in ("CMakePresets.json", "CMakeLists.txt", "fcgi", "sql")]
    done = stamped(f"server-{preset}", digest(*inputs) + " ".join(options))
    if done is None and os.path.exists(binary):
        return binary
    say(f"Building the server ({preset})")
    cache = os.path.join(where, "CMakeCache.txt")
    if os.path.exists(cache):
        with open(cache, encoding="utf-8", errors="replace") as f:
            if f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in f.read():
                shutil.rmtree(where)   # the checkout was moved: CMake would refuse
    run(["cmake", "--preset", preset, *options], os.path.join(LOGS, f"cmake-{preset}.log"), cwd=ROOT)
    run(["cmake", "--build", "--preset", preset], os.path.join(LOGS, f"build-{preset}.log"), cwd=ROOT)
    if done:
        done()
    return binary


def node_modules():
    done = stamped("npm", digest(os.path.join(STATIC, "package-lock.json")))
    if done or not os.path.isdir(os.path.join(STATIC, "node_modules")):
        say("Installing what the UI is built from")
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], os.path.join(LOGS, "npm.log"), cwd=STATIC)
        if done:
            done()


def ui():
    """static/dist"""
    sources = [os.path.join(STATIC, n) for n in ("package-lock.json", "package.json", "build.mjs", "tsconfig.json",
                                                 "src")]
    done = stamped("ui", digest(*sources))
    if done or not os.path.exists(os.path.join(DIST, "index.html")):
        node_modules()
        say("Building the UI")
        run(["node", "build.mjs"], os.path.join(LOGS, "ui.log"), cwd=STATIC)
        if done:
            done()
    return DIST
