"""Parts that need a server to themselves: Home shows what happened last, and what others do happens later."""

import pytest


@pytest.mark.timeout(1200)
@pytest.mark.cairn_only("the pages are ours")
@pytest.mark.parametrize("part", ["budget", "shell"])
def test_what_a_person_sees_on_a_quiet_server(run_part, seeded, part):
    run_part(part, seeded)
