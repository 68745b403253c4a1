"""Data that the real client logged, and how a part of the browser tests is run on it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "static"


def seed(script, server):
    done = subprocess.run([sys.executable, HERE / script, server.url], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{script} failed:\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def seeded(server):
    return {**seed("seed.py", server), "files": seed("seed_artifacts.py", server)}


@pytest.fixture(scope="module")
def run_part(server):
    """Runs PART.test.mjs, which gets the server and these ids; it has to pass, and to have tests."""
    assert (STATIC / "dist" / "index.html").is_file(), "the UI is not built: node static/build.mjs"
    assert (STATIC / "node_modules" / "playwright-core").is_dir(), "npm ci --ignore-scripts in static/ has not been run"

    def run(part, ids, seconds=1100):
        environment = {**os.environ, "CAIRN_URL": server.url, "CAIRN_IDS": json.dumps(ids)}
        command = ["node", "--test", "--test-reporter=tap", HERE / f"{part}.test.mjs"]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
        if done.returncode != 0:
            pytest.fail(f"node --test {part}.test.mjs failed:\n{done.stdout[-20000:]}", pytrace=False)
        passed = re.search(r"^# pass (\d+)$", done.stdout, re.M)
        assert passed and int(passed[1]) > 0, f"no test has run:\n{done.stdout[-2000:]}"

    return run
