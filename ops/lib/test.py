"""ops/test: everything that must pass. Steps run side by side as far as they can and there are cores."""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree

import build
import packages
from common import ROOT, Problem, log_lines, main, run, say

LOGS = os.path.join(ROOT, "build", "test-logs")
CACHE = os.path.realpath(os.environ.get("CAIRN_CACHE") or os.path.join(ROOT, "build", "cache"))
TESTS = os.path.join(ROOT, "tests")
AT_ONCE = 2
# What is run a second time, on a real MySQL 8: there is a program of it for this kind of machine alone.
HAS_MYSQL = platform.machine() == "x86_64"
ON_MYSQL = [
    "contract/test_adopt.py::test_a_database_of_the_peers_is_taken_over_and_given_back",
    "contract/test_adopt.py::test_the_user_of_the_grants_may_do_it",
    "contract/test_schema.py::test_the_check_finds_what_differs_and_nothing_else",
    *(f"api/test_{name}.py" for name in (
        "concurrency", "experiments", "groups", "log_batch", "metrics", "params_tags", "search_runs", "search_superset")),
]
SHOWN = 250    # lines of a failed step's log


class Step:
    """What must pass: a command, or several, or a function; and what must have passed before."""

    def __init__(self, name, *commands, needs=(), slow=False, large=False, counts="step", cwd=ROOT, minutes=30, env=None):
        self.name, self.commands, self.needs, self.slow, self.large = name, commands, needs, slow, large
        self.counts, self.cwd, self.minutes, self.env = counts, cwd, minutes, env or {}
        self.log = os.path.join(LOGS, name.replace(" ", "-") + ".log")
        self.junit = os.path.join(LOGS, name.replace(" ", "-") + ".xml")
        self.good = None         # not run yet
        self.passed = self.failed = self.skipped = 0
        self.seconds = 0.0


running = set()
running_lock = threading.Lock()
interrupted = threading.Event()


def execute(step):
    """Run a step to its end, its output in its log."""
    begin = time.monotonic()
    env = {k: v for k, v in os.environ.items() if not k.startswith(("CAIRN_", "MLFLOW_"))}
    env.update(LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1", CI="1", **step.env)
    for stale in (step.log, step.junit):
        if os.path.exists(stale):
            os.unlink(stale)
    step.good = True
    with open(step.log, "ab") as log:
        for command in step.commands:
            if step.good and not interrupted.is_set():
                step.good = command(log) if callable(command) else call(step, command, log, env)
    step.seconds = time.monotonic() - begin
    count(step)
    return step


def call(step, argv, log, env):
    log.write(f"$ {' '.join(argv)}\n".encode())
    log.flush()
    process = subprocess.Popen(argv, cwd=step.cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                               start_new_session=True)
    with running_lock:
        running.add(process)
    try:
        return process.wait(timeout=step.minutes * 60) == 0
    except subprocess.TimeoutExpired:
        log.write(f"\nstopped after {step.minutes} minutes\n".encode())
        return False
    finally:
        end(process)
        with running_lock:
            running.discard(process)


def end(process):
    """A step that still runs is asked to clean up, and after a while killed with all of its group."""
    try:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                pass
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def count(step):
    """A step's tests, from what its tool has written; a step that is no test counts as one."""
    if step.counts == "junit" and os.path.exists(step.junit):
        for case in ElementTree.parse(step.junit).iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                step.failed += 1
            elif case.find("skipped") is not None or case.get("status") in ("disabled", "notrun"):
                step.skipped += 1
            else:
                step.passed += 1
    elif step.counts == "node":
        with open(step.log, encoding="utf-8", errors="replace") as f:
            for word, number in re.findall(r"^(?:#|ℹ) (pass|fail|skipped) (\d+)$", f.read(), re.M):
                name = {"pass": "passed", "fail": "failed", "skipped": "skipped"}[word]
                setattr(step, name, getattr(step, name) + int(number))
    elif step.good:
        step.passed = 1
    if step.good and step.failed == 0 and step.passed == 0:
        step.good = False        # a suite of no tests proves nothing
    if step.good and step.failed:
        step.good = False
    if not step.good and step.failed == 0:
        step.failed = 1


# ------------------------------------------------------------------------- steps

def preset(name):
    where = os.path.join(ROOT, "build", name)

    def forget_if_moved(_log):
        cache = os.path.join(where, "CMakeCache.txt")
        if os.path.exists(cache):
            with open(cache, encoding="utf-8", errors="replace") as f:
                if f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in f.read():
                    shutil.rmtree(where)
        return True
    return [forget_if_moved, ["cmake", "--preset", name], ["cmake", "--build", "--preset", name, "-j2"]]


def sources(*suffixes):
    found = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", "fcgi", "tests"], cwd=ROOT,
                           capture_output=True, text=True).stdout.splitlines()
    if not found:    # not a checkout: an unpacked archive
        found = [os.path.relpath(p, ROOT) for d in ("fcgi", "tests")
                 for p in glob.glob(os.path.join(ROOT, d, "**", "*"), recursive=True)]
    return sorted(p for p in found if p.endswith(suffixes) and os.path.exists(os.path.join(ROOT, p)))


def clang_format(log):
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *sources(".c", ".h")], cwd=ROOT, stdout=log,
                          stderr=log)
    return done.returncode == 0


def clang_tidy(log):
    """Each file that has changed, or whose headers have, since it was found clean."""
    where = os.path.join(ROOT, "build", "clang")
    with open(os.path.join(where, "compile_commands.json"), encoding="utf-8") as f:
        commands = {c["file"]: c["command"] for c in json.load(f)}
    seen = os.path.join(ROOT, "build", "tidy")
    os.makedirs(seen, exist_ok=True)
    base = build.digest(*(os.path.join(ROOT, p) for p in (".clang-tidy", *sources(".h", ".def"))))
    good = True
    for file, command in sorted(commands.items()):
        key = hashlib.sha256((base + build.digest(file) + command).encode()).hexdigest()
        stamp = os.path.join(seen, key)
        if os.path.exists(stamp) or interrupted.is_set():
            continue
        done = subprocess.run(["nice", "clang-tidy", "-p", where, "--quiet", file], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT)
        if done.returncode == 0:
            open(stamp, "w", encoding="ascii").close()
        else:
            good = False
            log.write(done.stdout)
            log.flush()
    return good


def ui_build(log):
    """As ops/up builds it, so that ops/up finds it built while other tests look at it."""
    try:
        with build.alone():
            build.ui()
    except Problem as e:
        log.write(f"{e}\n".encode() + "\n".join(log_lines(os.path.join(build.LOGS, "ui.log"))).encode())
        return False
    return True


def scripts(log):
    """The shell and Python of ops/ can be read, and .ci/run calls ops/test."""
    good = True
    for path in [os.path.join(ROOT, "ops", n) for n in ("up", "down", "cairn", "test", "lib/run")]:
        good &= subprocess.run(["sh", "-n", path], stdout=log, stderr=log).returncode == 0
    for path in [*glob.glob(os.path.join(ROOT, "ops", "lib", "*.py")), os.path.join(ROOT, "ops", "nginx-conf")]:
        try:
            with open(path, encoding="utf-8") as f:
                compile(f.read(), path, "exec")
        except SyntaxError as e:
            log.write(f"{path}: {e}\n".encode())
            good = False
    return good


def layers(log):
    """A store knows no handlers, a language no stores; nothing but db.c and db_rows.c know the client library."""
    below = {"store": "api|artifacts|request", "search": "api|store|artifacts|request",
             "artifacts": "api|store|search|request|db", "graphql": "api|store|search|artifacts|request|db"}
    rules = [(rf"fcgi/{folder}/", rf'#include "(\.\./)*({not_its})[/.]') for folder, not_its in below.items()]
    rules.append((r"fcgi/(?!db)", r"#include <(mysql|mariadb)"))
    good = True
    for path in sources(".c", ".h"):
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if any(re.match(where, path) and re.match(pattern, line) for where, pattern in rules):
                    log.write(f"{path}:{number}: {line}".encode())
                    good = False
    return good


def pytest(name, *where, workers, **more):
    step = Step(name, counts="junit", cwd=TESTS, **more)
    spread = ["-n", str(workers)] if workers > 1 else []
    step.commands = ([os.path.join(venv_path(), "bin", "python"), "-m", "pytest", "-p", "no:cacheprovider", "-q",
                      *spread, f"--junitxml={step.junit}", *where],)
    return step


def mysql():
    """Whether there is a MySQL 8 to test on: where Maven Central cannot be asked, all else is still tested."""
    if not HAS_MYSQL:
        say("Skipped: the tests on MySQL 8, of which there is a program for amd64 only")
        return False
    fetch = [os.path.join(venv_path(), "bin", "python"), "-m", "harness.mysql"]
    done = subprocess.run(fetch, cwd=TESTS, env={**os.environ, "CAIRN_CACHE": CACHE}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        with open(os.path.join(LOGS, "fetch-mysql.log"), "w", encoding="utf-8") as log:
            log.write(done.stdout)
        say(f"Skipped: the tests on MySQL 8, which could not be fetched: see {log.name}")
    return not done.returncode


def steps(on_mysql):
    every = [
        Step("scripts", scripts),
        Step("layers", layers),
        Step("clang-format", clang_format),
        Step("build dev", *preset("dev"), needs=()),
        Step("ui build", ui_build),
        Step("ctest dev", needs=("build dev",), counts="junit"),
        pytest("pytest", "api", "contract", "workloads", workers=3, needs=("build dev", "ui build")),
        Step("ui types", ["npm", "run", "--silent", "check"], cwd=build.STATIC),
        Step("ui unit", ["npm", "test", "--silent"], cwd=build.STATIC, counts="node"),
        Step("build clang", *preset("clang"), slow=True),
        Step("clang-tidy", clang_tidy, needs=("build clang",), slow=True),
        Step("build asan", *preset("asan"), slow=True),
        Step("ctest asan", needs=("build asan",), counts="junit", slow=True),
        pytest("pytest asan", "api", workers=3, needs=("build asan", "ui build"), slow=True,
               env={"CAIRN_BUILD": "asan"}),
    ]
    if on_mysql:
        every.append(pytest("pytest mysql", *ON_MYSQL, workers=2, needs=("build dev", "ui build"), slow=True,
                            env={"CAIRN_DATABASE": "mysql", "CAIRN_CACHE": CACHE}))
    for name in ("dev", "asan"):
        step = next(s for s in every if s.name == f"ctest {name}")
        step.commands = (["ctest", "--preset", name, "--output-junit", step.junit],)
    if glob.glob(os.path.join(TESTS, "ui", "test_*.py")):
        every.append(pytest("ui browser", "ui", workers=1, needs=("build dev", "ui build"), slow=True))
        every.append(pytest("ui large", "ui", "-m", "large", workers=1, needs=("build dev", "ui build"), slow=True, large=True))
    if glob.glob(os.path.join(TESTS, "ops", "test_*.py")):
        every.append(pytest("ops up", "ops", workers=1, needs=("build dev", "ui build"), slow=True))
    return every


# ------------------------------------------------------------------- the machinery

def venv_path():
    return os.path.join(CACHE, "venv-" + build.digest(os.path.join(TESTS, "requirements.txt"))[:12])


def venv():
    """Python with exactly what tests/requirements.txt names."""
    path = venv_path()
    if os.path.exists(os.path.join(path, "complete")):
        return
    say("Installing what the tests are run with")
    if "CAIRN_CACHE" not in os.environ:    # else others may use what lies there
        for old in glob.glob(os.path.join(CACHE, "venv-*")):
            shutil.rmtree(old)
    run([sys.executable, "-m", "venv", path], os.path.join(LOGS, "venv.log"))
    run([os.path.join(path, "bin", "pip"), "install", "--disable-pip-version-check", "--no-input", "-r",
         os.path.join(TESTS, "requirements.txt")], os.path.join(LOGS, "pip.log"))
    open(os.path.join(path, "complete"), "w", encoding="ascii").close()


def report(step):
    numbers = f"{step.passed} passed" + (f", {step.failed} failed" if step.failed else "") + \
              (f", {step.skipped} skipped" if step.skipped else "")
    say(f"{'ok  ' if step.good else 'FAIL'}  {step.name:14} {step.seconds:6.1f} s  "
        f"{numbers if step.counts != 'step' or not step.good else ''}".rstrip())
    if not step.good:
        with open(step.log, encoding="utf-8", errors="replace") as f:
            lines = f.read().splitlines()
        if len(lines) > SHOWN:
            say(f"    … {len(lines) - SHOWN} lines before this: {step.log}")
        say("\n".join("    " + line for line in lines[-SHOWN:]))


def run_all(todo):
    """In the order of the list as far as needs and cores allow."""
    waiting, active = list(todo), {}
    names = {s.name: s for s in todo}
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    while waiting or active:
        for step in list(waiting):
            needs = [names[n] for n in step.needs if n in names]
            if any(n.good is False and n not in active.values() for n in needs):
                waiting.remove(step)
                step.good, step.failed = False, 1
                say(f"FAIL  {step.name:14} not run: {', '.join(n.name for n in needs if n.good is False)} failed")
            elif len(active) < AT_ONCE and all(n.good and n not in active.values() for n in needs):
                waiting.remove(step)
                active[pool.submit(execute, step)] = step
        done, _ = concurrent.futures.wait(active, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            report(future.result())
            del active[future]


def with_needs(every, wanted):
    names = {s.name: s for s in every}
    unknown = [n for n in wanted if n not in names]
    if unknown:
        raise Problem(f"no such step: {', '.join(unknown)} (there are: {', '.join(names)})")
    chosen = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        chosen.add(name)
        queue.extend(n for n in names[name].needs if n not in chosen)
    return [s for s in every if s.name in chosen]


def test():
    p = argparse.ArgumentParser(prog="test", description="Install what the tests need, build, and run all of them.")
    p.add_argument("--fast", action="store_true", help="leave out clang, sanitizers, MySQL, the browser and ops/up")
    p.add_argument("--all", action="store_true", help="with the pages on 100,000 runs and on a million points")
    p.add_argument("step", nargs="*", help="run only these steps, and what they need")
    args = p.parse_args()
    begin = time.monotonic()
    signal.signal(signal.SIGINT, signal.default_int_handler)    # a shell may have it ignored in the background
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    os.makedirs(LOGS, exist_ok=True)
    packages.ensure(packages.BUILD, packages.UI, packages.SERVE, packages.TEST, packages.MYSQL if HAS_MYSQL else [])
    with build.alone():
        build.node_modules()
    venv()
    on_mysql = "pytest mysql" in args.step or not (args.step or args.fast)
    every = steps(on_mysql and mysql())
    usual = [s for s in every if not (args.fast and s.slow) and (args.all or not s.large)]
    todo = with_needs(every, args.step) if args.step else usual
    try:
        run_all(todo)
    except KeyboardInterrupt:
        interrupted.set()
        with running_lock:
            left = list(running)
        for process in left:
            end(process)
        os._exit(130)
    bad = [s.name for s in todo if not s.good]
    skipped = sum(s.skipped for s in todo)
    say(f"\n{len(todo)} steps in {time.monotonic() - begin:.0f} s" + (f", {skipped} tests skipped" if skipped else "") +
        (f"; failed: {', '.join(bad)}" if bad else "") + f". Logs: {LOGS}")
    say(f"{sum(s.passed for s in todo)} passed, {sum(s.failed for s in todo)} failed")
    return 1 if bad else 0


main(test)
