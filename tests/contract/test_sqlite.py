"""What `cairn export --format sqlite` writes, against what `mlflow db upgrade sqlite:///…` makes."""

import re
import sqlite3

import pytest
from harness import cairn as harness
from harness import peer


def normal(sql):
    """Without blanks, line ends and quotes that mean nothing. The peer's own constraints
    come in another order each time; that of columns is compared below."""
    sql = re.sub(r'^(CREATE TABLE) "(\w+)"', r"\1 \2", sql)  # renamed tables are quoted
    sql = re.sub(r"\s+", " ", sql).replace("ON DELETE cascade", "ON DELETE CASCADE")
    sql = re.sub(r" ?([(),]) ?", r"\1", sql)
    if not sql.startswith("CREATE TABLE"):
        return sql
    head, body = re.fullmatch(r"(CREATE TABLE \w+)\((.*)\)", sql).groups()
    return head, sorted(re.split(r",(?![^(]*\))", body))


def statements(db):
    """The text of everything in it."""

    return {(kind, name): normal(sql) for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")}


def tables(db):
    return sorted(name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))


def structure(db):
    """As SQLite itself understands those texts."""
    found = {}
    for table in tables(db):
        indexes = db.execute(f"SELECT name, \"unique\", origin, partial FROM pragma_index_list('{table}') ORDER BY name").fetchall()
        found[table] = {
            "columns": db.execute(f"PRAGMA table_xinfo('{table}')").fetchall(),
            "foreign keys": sorted(db.execute(f"PRAGMA foreign_key_list('{table}')").fetchall()),
            "indexes": {i: db.execute(f"PRAGMA index_xinfo('{i[0]}')").fetchall() for i in indexes},
        }
    return found


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("theirs")
    peer.upgrade(directory / "mlflow.db", directory)
    with sqlite3.connect(directory / "mlflow.db") as db:
        yield db


@pytest.fixture(scope="module")
def ours(admin, tmp_path_factory):
    made, directory = admin("exported"), tmp_path_factory.mktemp("ours")
    made.ok("db", "migrate")
    made.ok("export", directory, "--format", "sqlite")
    with sqlite3.connect(directory / "mlflow.db") as db:
        yield db


def test_every_statement_is_the_peers(ours, theirs):
    assert statements(ours) == statements(theirs)
    assert len(tables(ours)) == 65


def test_the_structure_is_the_peers(ours, theirs):
    assert structure(ours) == structure(theirs)


def test_the_rows_of_an_empty_database_are_the_peers(ours, theirs):
    def rows(db):
        found = {t: db.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables(db)}
        return {t: r for t, r in found.items() if r}

    mine, stock = rows(ours), rows(theirs)
    assert [row[:2] for row in mine.pop("experiments")] == [(0, "Default")]  # the peer's server makes it at its start
    assert mine == stock
    for pragma in ("page_size", "encoding", "journal_mode", "user_version", "application_id", "integrity_check", "foreign_key_check"):
        assert ours.execute(f"PRAGMA {pragma}").fetchall() == theirs.execute(f"PRAGMA {pragma}").fetchall(), pragma


def test_every_file_is_part_of_the_binary(ours):
    text = "".join(f.read_text() for f in sorted((harness.ROOT / "sql" / "sqlite").glob("*.sql")))
    assert sorted(re.findall(r"^CREATE TABLE (\w+)", text, re.M)) == tables(ours)
