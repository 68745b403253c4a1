"""The harness itself: what it promises to notice it notices."""

import re

import pytest

from harness.cairn import TROUBLE
from harness.processes import Died, Process, wait_until


@pytest.mark.parametrize(
    "line",
    [
        "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
        "==1==ERROR: LeakSanitizer: detected memory leaks",
        "/x/fcgi/out.c:10:5: runtime error: signed integer overflow",
        "cairn: fcgi/out.c:99: out_end: Assertion `out->depth' failed.",
    ],
)
def test_a_report_of_a_sanitizer_is_trouble(line):
    assert TROUBLE.search(f"level=info event=request\n{line}\n")


@pytest.mark.cairn_only("its log")
def test_an_ordinary_log_is_no_trouble(server, api):
    api.get("experiments/get?experiment_id=99999").fails(404, "RESOURCE_DOES_NOT_EXIST")
    assert re.search("event=", server.log())
    assert server.problems() == []


def test_a_child_that_ends_early_is_told_with_its_log(tmp_path):
    child = Process("short", ["sh", "-c", "echo why it ended; exit 3"], tmp_path / "log")
    with pytest.raises(Died, match="why it ended"):
        child.wait_ready(lambda: False, 10)
    assert child.stop() == 3


def test_a_child_that_does_not_listen_is_killed(tmp_path):
    ready = tmp_path / "ready"
    child = Process("deaf", ["sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep 0.1; done"], tmp_path / "log")
    child.wait_ready(ready.exists, 10)
    assert child.stop(grace=0.2) == -9
    with pytest.raises(Died):
        wait_until(child.alive, 0.1, "a dead child")
