"""Makes what the bench needs, and starts it."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "ops", "lib"))

import build
import packages
from common import ROOT, main, run

CACHE = os.path.realpath(os.environ.get("CAIRN_CACHE") or os.path.join(ROOT, "build", "cache"))
HERE = os.path.join(ROOT, "tests", "bench")
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wno-sign-conversion"]


def python():
    """That of the tests; ops/test makes it if it is not there."""
    requirements = os.path.join(ROOT, "tests", "requirements.txt")
    venv = os.path.join(CACHE, "venv-" + build.digest(requirements)[:12])
    if not os.path.exists(os.path.join(venv, "complete")):
        subprocess.run([os.path.join(ROOT, "ops", "test"), "scripts"], check=True)
    return os.path.join(venv, "bin", "python")


def load():
    where = os.path.join(ROOT, "build", "bench")
    os.makedirs(where, exist_ok=True)
    run(["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", *WARNINGS, "-o", os.path.join(where, "load"),
         os.path.join(HERE, "load.c")], os.path.join(build.LOGS, "bench.log"))


def prepare():
    packages.ensure(packages.BUILD, packages.SERVE)
    found = python()
    build.server("release", "-DCAIRN_TESTS=OFF")
    load()
    which = next((name for name in ("artifacts", "pages") if f"--{name}" in sys.argv), "bench")
    if which == "pages":
        packages.ensure(packages.UI, packages.TEST)
        build.ui()
    rest = [a for a in sys.argv[1:] if a != f"--{which}"]
    os.execv(found, [found, "-B", os.path.join(HERE, f"{which}.py"), *rest])


main(prepare)
