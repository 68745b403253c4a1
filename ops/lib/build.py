"""Build the server and the UI, and nothing that is already built."""
import hashlib
import os
import shutil

from common import ROOT, run, say

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
    path = os.path.join(ROOT, "build", name + ".stamp")

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


def server(preset, *options):
    """build/<preset>/cairn; ninja knows what is up to date, the presets it does not."""
    where = os.path.join(ROOT, "build", preset)
    cache = os.path.join(where, "CMakeCache.txt")
    if os.path.exists(cache):
        with open(cache, encoding="utf-8", errors="replace") as f:
            if f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in f.read():
                shutil.rmtree(where)   # the checkout was moved: CMake would refuse
    os.makedirs(LOGS, exist_ok=True)
    done = stamped(f"cmake-{preset}", digest(os.path.join(ROOT, "CMakePresets.json")) + " ".join(options))
    if done or not os.path.exists(os.path.join(where, "build.ninja")):
        say(f"Building the server ({preset})")
        run(["cmake", "--preset", preset, *options], os.path.join(LOGS, f"cmake-{preset}.log"), cwd=ROOT)
    run(["cmake", "--build", "--preset", preset], os.path.join(LOGS, f"build-{preset}.log"), cwd=ROOT)
    if done:
        done()
    return os.path.join(where, "cairn")


def node_modules():
    os.makedirs(LOGS, exist_ok=True)
    done = stamped("npm", digest(os.path.join(STATIC, "package-lock.json")))
    if done or not os.path.isdir(os.path.join(STATIC, "node_modules")):
        say("Installing what the UI is built from")
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], os.path.join(LOGS, "npm.log"), cwd=STATIC)
        if done:
            done()


def ui():
    """static/dist"""
    os.makedirs(LOGS, exist_ok=True)
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
