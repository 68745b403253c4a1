"""Both servers at once, each on a fresh database; and empty databases."""

import pytest
from harness.mariadb import Database
from schema import Admin
from sides import Side


@pytest.fixture(scope="module")
def sides(servers):
    return Side(servers.peer()), Side(servers.cairn())


@pytest.fixture(scope="module")
def admin(mariadb, tmp_path_factory):
    """Makes an empty database and the commands for it."""
    made = []

    def make(name, character_set="utf8mb4 COLLATE utf8mb4_general_ci", server=mariadb, **settings):
        db = Database(server, f"schema_{name}")
        with server.connect(None) as link, link.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {db.name} CHARACTER SET {character_set}")
        made.append(db)
        return Admin(tmp_path_factory.mktemp(name), db, **settings)

    yield make
    for db in made:
        db.close()
