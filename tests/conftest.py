"""Fixtures: a private database server for each pytest process, a server under test for each module.

CAIRN_PEER=1    test `mlflow server` instead of Cairn (this is how the tests are checked)
CAIRN_DATABASE=mysql    on MySQL 8 instead of MariaDB
CAIRN_BUILD=x   test build/x/cairn (default dev), or the build directory of that path
CAIRN_TEST_KEEP=1    leave the private directories behind
"""

import os
import re
import shutil
import tempfile
import uuid
from importlib.metadata import version
from pathlib import Path

import pytest

pytest.register_assert_rewrite("harness.api")

from harness import cache, cairn, peer
from harness.api import Api, unique
from harness.databases import IS_MYSQL, KIND, database_server
from harness.seaweed import Seaweed

PEER = os.environ.get("CAIRN_PEER") == "1"
HERE = Path(__file__).resolve().parent


def pytest_configure(config):
    """The processes of one run write into this directory which endpoints they have asked."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["CAIRN_TEST_ASKED"] = tempfile.mkdtemp(prefix="cairn-asked-", dir="/tmp")


def pytest_sessionfinish(session, exitstatus):
    """A run of the whole api suite has to ask every endpoint of the table."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    asked = Path(os.environ.pop("CAIRN_TEST_ASKED"))
    names = {name for file in asked.iterdir() for name in file.read_text().split()}
    shutil.rmtree(asked)
    whole = any(Path(a).resolve() == HERE / "api" for a in session.config.args)
    chosen = session.config.option.keyword or session.config.option.markexpr or session.config.option.deselect
    if whole and not chosen and not PEER and exitstatus == pytest.ExitCode.OK:
        session.config.never_asked = sorted({e["name"] for e in cairn.describe()["endpoints"]} - names)
        if session.config.never_asked:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    never = getattr(config, "never_asked", None)
    if never:
        terminalreporter.section("endpoints that no test has asked", red=True)
        terminalreporter.write_line(", ".join(never))


def pytest_xdist_make_scheduler(config, log):
    """A module stays on one process: it has one server."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)


def pytest_collection_modifyitems(config, items):
    if "large" not in config.option.markexpr:
        large = [item for item in items if item.get_closest_marker("large")]
        config.hook.pytest_deselected(items=large)
        items[:] = [item for item in items if item not in large]
    for item in items:
        for name in ("improves", "cairn_only"):
            mark = item.get_closest_marker(name)
            if mark and PEER:
                item.add_marker(pytest.mark.skip(reason=f"{name}: {mark.args[0]}"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the server logged while it ran."""
    report = (yield).get_result()
    server = item.funcargs.get("server") if hasattr(item, "funcargs") else None
    if server is None:
        return
    if report.when == "setup":
        item.log_start = len(server.log())
    elif report.when == "call" and report.failed:
        report.sections.append(("log of the server", server.log()[getattr(item, "log_start", 0):][-20000:]))


@pytest.fixture(scope="session")
def place():
    """A directory with a short name: paths of unix sockets end at 107 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="cairn-", dir="/tmp"))
    yield directory
    if not os.environ.get("CAIRN_TEST_KEEP"):
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def mariadb(place):
    server = database_server(place / "m")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def peer_schema(mariadb, place):
    """The peer's schema as SQL, made once and kept: it takes the peer ten seconds and more."""
    with cache.alone(f"peer-schema-{KIND}-{version('mlflow')}.sql") as dump:
        if not dump.exists():
            db = mariadb.create_database("peer_template")
            peer.upgrade(db, place)
            part = dump.with_suffix(".part")
            part.write_bytes(mariadb.dump(db.name))
            part.rename(dump)
    return dump.read_bytes()


def note_asked(server):
    # Some have nothing but a refusal to give: they count as asked when they gave it.
    names = set(re.findall(r"event=(?:request|slow|failed) .*?endpoint=(\w+) ", server.log()))
    (Path(os.environ["CAIRN_TEST_ASKED"]) / uuid.uuid4().hex).write_text("\n".join(names))


class Servers:
    """Starts servers, each on a fresh database, and stops them all."""

    def __init__(self, place, mariadb, request):
        self.place, self.mariadb, self.request = place, mariadb, request
        self.started = []

    def _fresh(self, mariadb):
        name = uuid.uuid4().hex[:8]
        directory = self.place / name
        directory.mkdir(mode=0o700)
        return directory, (mariadb or self.mariadb).create_database(f"t_{name}")

    def cairn(self, mariadb=None, **settings):
        directory, db = self._fresh(mariadb)
        if IS_MYSQL:  # as a site has it that ran `mlflow server` there: its tables, in MySQL's own collation
            db.mariadb.load(db.name, self.request.getfixturevalue("peer_schema"))
            peer.first_experiment(db)
            settings = {"prepared_by": "adopt", **settings}
        return self._keep(cairn.Cairn(directory, db, **settings))

    def peer(self, *flags, mariadb=None):
        schema = self.request.getfixturevalue("peer_schema")
        directory, db = self._fresh(mariadb)
        db.mariadb.load(db.name, schema)
        return self._keep(peer.Peer(directory, db, *flags))

    def _keep(self, server):
        self.started.append(server)
        return server

    def stop(self):
        problems = []
        for server in reversed(self.started):
            server.stop()
            problems += server.problems()
            note_asked(server)
        if problems:
            logs = "\n".join(s.log()[-20000:] for s in self.started)
            pytest.fail("the server reported:\n" + "\n".join(problems) + "\n" + logs, pytrace=False)


@pytest.fixture(scope="module")
def servers(place, mariadb, request):
    servers = Servers(place, mariadb, request)
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def server(servers, request):
    """The server under test, alone on a fresh database. No worker dies but in a module that kills them."""
    server = servers.peer() if PEER else servers.cairn()
    yield server
    if not PEER and not getattr(request.module, "KILLS_WORKERS", False):
        assert server.deaths() == []


@pytest.fixture(scope="module")
def seaweed(place):
    """An S3 store with the bucket `cairn`."""
    store = Seaweed(place / unique("s3")[:8])
    store.create_bucket("cairn")
    yield store
    store.stop()


@pytest.fixture(scope="module")
def api(server):
    api = Api(server)
    yield api
    api.session.close()


@pytest.fixture
def experiment(api):
    return api.experiment()


@pytest.fixture
def run(api, experiment):
    return api.run(experiment)


@pytest.fixture
def client(server, tmp_path, monkeypatch):
    """The real client. Its state is global: it is pointed at this server, and nothing stays active behind a test."""
    import mlflow  # takes seconds: whoever asks for the client has imported it, without the warnings it gives

    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(server.url)
    yield mlflow.MlflowClient(server.url)
    while mlflow.active_run():
        mlflow.end_run()
