"""Runs the browser tests against the server under test, on data that the real client logged."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "static"


@pytest.fixture(scope="module")
def seeded(server):
    assert (STATIC / "dist" / "index.html").is_file(), "the UI is not built: node static/build.mjs"
    assert (STATIC / "node_modules" / "playwright-core").is_dir(), "npm ci --ignore-scripts in static/ has not been run"
    ids = seed("seed.py", server)
    return json.dumps({**ids, "files": seed("seed_artifacts.py", server)})


def seed(script, server):
    done = subprocess.run([sys.executable, HERE / script, server.url], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{script} failed:\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.timeout(400)
@pytest.mark.cairn_only("the pages are ours")
@pytest.mark.parametrize("part", ["pages", "work", "everyone", "workspace", "artifacts", "compare", "grid", "rows", "shell", "budget", "plots", "experiments", "shelf", "run", "charts", "axe"])
def test_what_a_person_sees_and_does(server, seeded, part):
    environment = {**os.environ, "CAIRN_URL": server.url, "CAIRN_IDS": seeded}
    command = ["node", "--test", "--test-reporter=tap", HERE / f"{part}.test.mjs"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=380)
    if done.returncode != 0:
        pytest.fail(f"node --test {part}.test.mjs failed:\n{done.stdout[-20000:]}", pytrace=False)
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.M)
    assert passed and int(passed[1]) > 0, f"no test has run:\n{done.stdout[-2000:]}"


def test_without_a_server_the_tests_fail_and_say_why():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    done = subprocess.run(["node", "--test", HERE / "pages.test.mjs"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "CAIRN_URL is not set" in done.stdout
