"""Runs the browser tests against the server under test, on data that the real client logged."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PARTS = ["pages", "work", "everyone", "workspace", "tree", "artifacts", "compare", "grid", "rows", "plots", "experiments", "shelf", "run", "charts", "axe"]


@pytest.mark.timeout(1200)
@pytest.mark.cairn_only("the pages are ours")
@pytest.mark.parametrize("part", PARTS)
def test_what_a_person_sees_and_does(run_part, seeded, part):
    run_part(part, seeded)


def test_without_a_server_the_tests_fail_and_say_why():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    done = subprocess.run(["node", "--test", HERE / "pages.test.mjs"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "CAIRN_URL is not set" in done.stdout
