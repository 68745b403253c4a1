"""Both servers at once, each on a fresh database."""

import pytest
from sides import Side


@pytest.fixture(scope="module")
def sides(servers):
    return Side(servers.peer()), Side(servers.cairn())
