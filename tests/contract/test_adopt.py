"""A database of the peer's, taken over, served by both, and given back."""

import re
import signal
import threading
import time
from contextlib import contextmanager

import pytest
import requests
from harness import cairn as harness
from harness import peer
from harness.api import Api
from harness.databases import database_server
from harness.processes import wait_until
from schema import Admin, checks, columns, foreign_keys, information, keys, root, snapshot, tables

CHANGED = ["tags", "latest_metrics", "params", "metrics"]  # in this order
HUGE = 1.7976931348623157e308  # what an infinity is stored as
NOTHING = "the schema is what this Cairn expects\n"
ADOPTED = {  # the primary keys
    "params": ["run_uuid", "key"],
    "tags": ["run_uuid", "key"],
    "latest_metrics": ["run_uuid", "key"],
    "metrics": ["run_uuid", "key", "step", "timestamp", "value", "is_nan"],
}


@pytest.fixture(scope="module")
def stock(admin, peer_schema):
    """A database as `mlflow db upgrade` makes it, from a dump of one."""

    def make(name, **more):
        a = admin(name, character_set="utf8mb4", **more)  # in the server's own collation
        a.db.mariadb.load(a.db.name, peer_schema)
        peer.first_experiment(a.db)
        return a

    return make


def fill(db, runs, steps):
    """Rows in every table that is changed: 5 metrics, 4 params and 3 tags of each run."""
    db.execute(
        "INSERT INTO runs (run_uuid, name, source_type, status, lifecycle_stage, experiment_id, start_time, artifact_uri)"
        f" SELECT MD5(seq), seq, 'LOCAL', 'RUNNING', 'active', 0, seq, 'mlflow-artifacts:/' FROM seq_1_to_{runs}"
    )
    db.execute(
        "INSERT INTO metrics (`key`, value, timestamp, run_uuid, step, is_nan)"
        " SELECT CONCAT('m', k.seq), s.seq / 7, s.seq, MD5(r.seq), s.seq, 0"
        f"  FROM seq_1_to_{runs} r, seq_1_to_5 k, seq_1_to_{steps} s"
    )
    db.execute(
        "INSERT INTO latest_metrics (`key`, value, timestamp, run_uuid, step, is_nan)"
        f" SELECT `key`, value, timestamp, run_uuid, step, is_nan FROM metrics WHERE step = {steps}"
    )
    for table, count in (("params", 4), ("tags", 3)):
        db.execute(
            f"INSERT INTO {table} (`key`, value, run_uuid) SELECT CONCAT('k', k.seq), r.seq * k.seq, MD5(r.seq)"
            f"  FROM seq_1_to_{runs} r, seq_1_to_{count} k"
        )


def contents(db):
    """Count and checksum of the rows, whatever their order."""
    return {
        "params": db.rows("SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', run_uuid, `key`, value))) FROM params"),
        "tags": db.rows("SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', run_uuid, `key`, value))) FROM tags"),
        **{
            table: db.rows(
                "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', run_uuid, `key`, value, timestamp, step, is_nan)))"
                f" FROM {table}"
            )
            for table in ("metrics", "latest_metrics")
        },
    }


def primary(db):
    found = keys(db)
    return {table: [column for column, _, _ in found[table, "PRIMARY"][1]] for table in ADOPTED}


def schema(db):
    """What may be compared between a database made by us and one made by the peer."""
    return {"tables": tables(db), "columns": columns(db), "foreign": foreign_keys(db), "checks": checks(db), "keys": keys(db)}


@contextmanager
def transaction(db, statement):
    """Somebody reads, and forgets to commit."""
    link = db.mariadb.connect(db.name)
    link.begin()
    with link.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()
    try:
        yield link
    finally:
        link.close()


def read_until(child, line):
    seen = []
    while not seen or not seen[-1].startswith(line):
        got = child.stdout.readline()
        if not got:
            raise AssertionError(f"{line!r} was not said:\n{''.join(seen)}{child.stderr.read()}")
        seen.append(got)
    return seen


def try_to_kill(child):
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=60)
    return child.returncode == -signal.SIGKILL


def kill(child):
    assert try_to_kill(child)


def ends_well(child):
    said, error = child.communicate(timeout=100)
    assert (child.returncode, error) == (0, ""), said
    return said


def process_list(db):
    return db.rows(
        "SELECT id, state, info FROM information_schema.processlist"
        " WHERE db = DATABASE() AND info IS NOT NULL AND id <> CONNECTION_ID()"
    )


# -- the whole way, beside a peer that never stops


def replies(api):
    """What a client sees of everything: a list of (request, reply)."""
    seen = []
    found = api.post("experiments/search", {"max_results": 100}).ok()
    seen.append(("experiments", found))
    ids = sorted(e["experiment_id"] for e in found["experiments"])
    for body in (
        {},
        {"filter": "metrics.loss < 1000"},
        {"filter": "params.lr = '0.1'"},
        {"filter": "tags.team = 'red'"},
        {"order_by": ["metrics.loss ASC"]},
        {"order_by": ["params.lr DESC", "start_time ASC"]},
        {"run_view_type": "ALL"},
    ):
        seen.append((str(body), api.post("runs/search", {"experiment_ids": ids, "max_results": 1000, **body}).ok()))
    for run in seen[-1][1]["runs"]:
        run_id = run["info"]["run_id"]
        seen.append((f"get {run_id}", api.get_run(run_id)))
        for metric in run["data"].get("metrics", []):
            seen.append((f"history {run_id} {metric['key']}", api.history(run_id, metric["key"])))
    return seen


def same(theirs, ours):
    for (asked, one), (also, other) in zip(theirs, ours, strict=True):
        assert asked == also
        assert other == one, asked


def write(api, name, runs=3):
    """An experiment as a training makes it; numbers that are none among them."""
    experiment = api.experiment(name)
    made = []
    for n in range(runs):
        run = api.run(experiment, start_time=1000 + n, run_name=f"{name} {n}")
        api.post(
            "runs/log-batch",
            {
                "run_id": run,
                "metrics": [
                    {"key": "loss", "value": value, "timestamp": 10 + step, "step": step}
                    for step, value in enumerate([n + 2.5, "NaN", "Infinity", n + 0.25])
                ]
                + [{"key": "odd", "value": "NaN", "timestamp": 1, "step": 0}],
                "params": [{"key": "lr", "value": f"0.{n}"}, {"key": "name", "value": "Überschrift 表"}],
                "tags": [{"key": "team", "value": "red" if n else "blue"}],
            },
        ).ok()
        made.append(run)
    return experiment, made


@pytest.fixture(scope="module")
def story(admin, place, tmp_path_factory):
    """A database made by `mlflow db upgrade` and filled by `mlflow server`, which goes on."""
    a = admin("story", character_set="utf8mb4")  # in the server's own collation
    directory = tmp_path_factory.mktemp("story")
    peer.upgrade(a.db, directory)
    server = peer.Peer(directory, a.db)
    theirs = Api(server)
    write(theirs, "by the peer")
    theirs.post("runs/delete", {"run_id": write(theirs, "also by the peer")[1][0]}).ok()
    yield a, server, theirs, place
    server.stop()


@pytest.mark.timeout(400)
def test_a_database_of_the_peers_is_taken_over_and_given_back(story):
    a, server, theirs, place = story
    before, rows, seen = information(a.db), contents(a.db), replies(theirs)

    # Said, and not done.
    done = a.run("db", "adopt", "--dry-run")
    assert (done.returncode, done.stderr) == (1, "")
    assert re.findall(r"^would change (\w+): about \d+ rows, [\d.]+ MB and [\d.]+ MB of indexes$", done.stdout, re.M) == CHANGED
    assert re.search(r"^size: [\d.]+ MB now, about [\d.]+ MB then; free space for about [\d.]+ MB is needed", done.stdout, re.M)
    assert re.search(r"^time: .* an estimate", done.stdout, re.M)
    assert "would apply cairn/0002_indexes\n    CREATE INDEX cairn_runs_page\n" in done.stdout
    assert information(a.db) == before

    # Done, and it was what had been said.
    said = a.ok("db", "adopt")
    promised = re.findall(r"^    ALTER TABLE .*$", done.stdout, re.M)
    assert len(promised) == 4 and re.findall(r"^    ALTER TABLE .*$", said, re.M) == promised
    assert primary(a.db) == ADOPTED
    assert contents(a.db) == rows
    assert a.ok("db", "check") == NOTHING
    assert a.ok("db", "adopt").endswith("nothing to do: the tables are in Cairn's order\n")
    assert a.ok("db", "migrate").endswith("nothing to do\n")
    assert "in Cairn's order" in a.ok("db", "status")
    same(seen, replies(theirs))

    # Both serve, both write, both see; what the other wrote, changed and deleted in between too.
    (place / "adopted").mkdir(mode=0o700)
    cairn = harness.Cairn(place / "adopted", a.db)
    try:
        ours = Api(cairn)
        same(seen, replies(ours))
        _, mine = write(ours, "by us")
        same(replies(theirs), replies(ours))
        _, others = write(theirs, "by the peer, beside us")
        same(replies(theirs), replies(ours))
        for writer, run in ((theirs, mine[0]), (ours, others[0])):
            writer.log_metric(run, "loss", -7, timestamp=99, step=99).ok()
            writer.log_metric(run, "loss", 5, timestamp=1, step=1).ok()  # late, and not the last
            writer.log_metric(run, "new", "NaN", timestamp=99, step=0).ok()
            writer.post("runs/set-tag", {"run_id": run, "key": "team", "value": "red"}).ok()
            writer.post("runs/log-parameter", {"run_id": run, "key": "extra", "value": "x"}).ok()
            writer.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 5000}).ok()
        theirs.post("runs/delete", {"run_id": mine[1]}).ok()
        ours.post("runs/delete", {"run_id": others[1]}).ok()
        both = replies(theirs)
        same(both, replies(ours))

        experiments = [e["experiment_id"] for e in both[0][1]["experiments"]]
        for api in (ours, theirs):
            found = api.post("runs/search", {"experiment_ids": experiments, "order_by": ["metrics.loss ASC"]}).ok()["runs"]
            assert {r["info"]["run_id"] for r in found[:2]} == {mine[0], others[0]}
            assert mine[1] not in {r["info"]["run_id"] for r in found}
            for run in (mine[0], others[0]):
                points = [(p["timestamp"], p["step"], p["value"]) for p in api.history(run, "loss")]
                assert points == [(1, 1, 5), (10, 0, 2.5), (11, 1, "NaN"), (12, 2, HUGE), (13, 3, 0.25), (99, 99, -7)]
    finally:
        cairn.stop()
    assert cairn.problems() == []

    # Given back: not a trace, and the peer says what it said.
    rows = contents(a.db)
    done = a.run("db", "release", "--dry-run")
    assert done.returncode == 1 and "would drop the table cairn_migrations" in done.stdout
    assert primary(a.db) == ADOPTED
    a.ok("db", "release")
    assert information(a.db) == before
    assert contents(a.db) == rows
    same(both, replies(theirs))
    write(theirs, "after the release")
    assert a.ok("db", "release").endswith("nothing to do: the schema is MLflow's own\n")


@pytest.mark.timeout(240)
def test_a_database_of_ours_is_given_to_the_peer(admin, tmp_path):
    theirs, ours = admin("made_by_them"), admin("made_by_us")
    peer.upgrade(theirs.db, tmp_path)
    ours.ok("db", "migrate")
    ours.ok("db", "release")
    assert schema(ours.db) == schema(theirs.db)
    assert ours.tables() == theirs.tables()
    before = information(ours.db)
    (tmp_path / "again").mkdir()
    peer.upgrade(ours.db, tmp_path / "again")
    assert information(ours.db) == before
    ours.ok("db", "adopt")
    assert ours.ok("db", "check") == NOTHING


# -- interrupted


def events(child):
    return [line for line in ends_well(child).splitlines() if re.match(r"(changing|done|dropped) ", line)]


@pytest.mark.timeout(300)
def test_an_adoption_and_a_release_killed_anywhere_are_resumed(stock):
    a = stock("kill_any")
    fill(a.db, 20, 5)
    rows, before = contents(a.db), information(a.db)
    steps = {"adopt": events(a.start("db", "adopt"))}
    after = snapshot(a.db)
    steps["release"] = events(a.start("db", "release"))
    assert (len(steps["adopt"]), len(steps["release"])) == (15, 14)
    assert information(a.db) == before
    killed = 0
    for command, other in (("adopt", "release"), ("release", "adopt")):
        for step in steps[command]:
            child = a.start("db", command)
            read_until(child, re.sub(r" \(.*", "", step))
            killed += try_to_kill(child)  # the last steps end fast
            a.ok("db", command)
            if command == "adopt":
                assert snapshot(a.db) == after
                assert a.ok("db", "check") == NOTHING
            else:
                assert information(a.db) == before
            assert contents(a.db) == rows
            a.ok("db", other)
        a.ok("db", command)
    assert killed >= 14, killed


def test_an_adoption_killed_twice_in_the_middle_goes_on(stock):
    """Held at one table and killed, held at the next one and killed again."""
    a = stock("kill_twice")
    fill(a.db, 20, 5)
    rows = contents(a.db)
    for at in ("latest_metrics", "metrics"):
        with transaction(a.db, f"SELECT * FROM {at} LIMIT 1"):
            child = a.start("db", "adopt")
            read_until(child, f"changing {at}")
            wait_until(lambda: [p for p in process_list(a.db) if "metadata lock" in p[1]], 30, "an ALTER that waits")
            kill(child)
            wait_until(lambda: not process_list(a.db), 30, "the end of what the dead had asked for")
            done = [t for t, key in primary(a.db).items() if key == ADOPTED[t]]
            assert sorted(done) == sorted(CHANGED[: CHANGED.index(at)])
    said = a.ok("db", "adopt")
    assert re.findall(r"^will change (\w+)", said, re.M) == ["metrics"]
    assert a.ok("db", "check") == NOTHING and primary(a.db) == ADOPTED
    assert contents(a.db) == rows


@pytest.mark.timeout(240)
def test_an_adoption_killed_while_rows_are_copied_goes_on(stock):
    a = stock("kill_copy")
    fill(a.db, 400, 100)
    rows = contents(a.db)
    child = a.start("db", "adopt")
    wait_until(
        lambda: child.poll() is not None or [p for p in process_list(a.db) if "ALTER TABLE metrics" in p[2]],
        60, "the copy of metrics",
    )
    kill(child)
    said = a.ok("db", "adopt")  # waits for what the server is doing for the dead
    assert "another migration" in said and "will change metrics" not in said
    assert a.ok("db", "check") == NOTHING and primary(a.db) == ADOPTED
    assert contents(a.db) == rows


@pytest.mark.timeout(240)
def test_a_database_killed_while_rows_are_copied_goes_on(stock, place):
    server = database_server(place / "crashes")
    try:
        a = stock("crash", server=server)
        fill(a.db, 400, 100)
        rows = contents(a.db)
        child = a.start("db", "adopt")
        wait_until(
            lambda: child.poll() is not None or [p for p in process_list(a.db) if "ALTER TABLE metrics" in p[2]],
            60, "the copy of metrics",
        )
        server.kill()
        _, error = child.communicate(timeout=60)
        assert child.returncode == 1 and error.count("\n") == 1
        assert re.match(r"cairn: metrics, which is as it was: .*; run `cairn db adopt` again to go on from here\n", error)
        server.start()
        assert contents(a.db) == rows
        assert re.findall(r"^will change (\w+)", a.ok("db", "adopt"), re.M) == ["metrics"]
        assert a.ok("db", "check") == NOTHING and primary(a.db) == ADOPTED
        assert contents(a.db) == rows
        a.db.close()
    finally:
        server.stop()


def test_a_release_that_was_interrupted_is_not_served_and_can_be_undone(stock):
    a = stock("half_back")
    fill(a.db, 5, 2)
    a.ok("db", "adopt")
    after = snapshot(a.db)
    child = a.start("db", "release")
    read_until(child, "done tags")
    kill(child)
    said = a.run("db", "check").stderr
    assert re.fullmatch(r"cairn: The migration cairn/0002_indexes of the database `\w+` has not finished: .*\n", said)
    a.ok("db", "adopt")
    assert snapshot(a.db) == after and a.ok("db", "check") == NOTHING


# -- others at work


def test_one_at_a_time(stock):
    a = stock("one")
    fill(a.db, 5, 2)
    with transaction(a.db, "SELECT * FROM params LIMIT 1"):
        first = a.start("db", "adopt")
        read_until(first, "changing params")
        rest = [a.start("db", command) for command in ("adopt", "migrate")]
        for other in rest:
            assert other.stdout.readline() == f"another migration of `{a.db.name}` runs; waiting up to 60 s\n"
    ends_well(first)
    assert sorted(ends_well(other).splitlines()[-1] for other in rest) == [
        "nothing to do", "nothing to do: the tables are in Cairn's order",
    ]
    assert a.ok("db", "check") == NOTHING
    with transaction(a.db, "SELECT * FROM params LIMIT 1"):
        first = a.start("db", "release")
        read_until(first, "changing params")
        other = a.start("db", "adopt")
        assert other.stdout.readline() == f"another migration of `{a.db.name}` runs; waiting up to 60 s\n"
    ends_well(first)
    ends_well(other)
    assert a.ok("db", "check") == NOTHING and primary(a.db) == ADOPTED


def test_a_long_transaction_holds_nobody_up(stock):
    """The ALTER that waits for it lets others pass, and is done when it has ended."""
    a = stock("long")
    fill(a.db, 5, 2)
    with transaction(a.db, "SELECT * FROM tags LIMIT 1") as long:
        child = a.start("db", "adopt")
        for n in range(3):
            wait_until(lambda: [p for p in process_list(a.db) if "metadata lock" in p[1]], 30, "an ALTER that waits")
            begin = time.monotonic()
            a.db.execute("INSERT INTO tags VALUES (%s, 'x', MD5(1))", f"passes {n}")
            assert time.monotonic() - begin < 20
        assert child.poll() is None
        line = read_until(child, "    waiting: ")[-1]
        assert "others are in the way (Lock wait timeout exceeded" in line
        assert a.db.value("SELECT COUNT(*) FROM tags WHERE `key` LIKE 'passes%%'") == 3
        assert primary(a.db)["tags"] == ["key", "run_uuid"]
        long.rollback()
    ends_well(child)
    assert primary(a.db) == ADOPTED and a.ok("db", "check") == NOTHING


class Load:
    """Writes until it is told to stop, and counts the failures."""

    def __init__(self, server, run, repeat):
        self.api, self.run, self.repeat = Api(server), run, repeat
        self.written, self.failed = 0, []
        self.slowest = 0.0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.stop.is_set():
            n, begin = self.written, time.monotonic()
            body = {
                "run_id": self.run,
                "metrics": [{"key": f"load{k}", "value": n, "timestamp": n, "step": n} for k in range(3)],
                "params": [{"key": f"p{n}", "value": str(n)}],
                "tags": [{"key": "last", "value": str(n)}],
            }
            while (said := self.one(body)) is not None:
                self.failed.append(said)
                if not self.repeat or self.stop.is_set():
                    return
            self.slowest = max(self.slowest, time.monotonic() - begin)
            self.written += 1

    def one(self, body):
        try:
            reply = self.api.post("runs/log-batch", body)
        except (requests.RequestException, AssertionError) as e:
            return repr(e)
        return None if reply.status == 200 else str(reply)

    def end(self):
        self.stop.set()
        self.thread.join(60)


@pytest.mark.timeout(400)
def test_an_adoption_under_load_fails_no_write(stock, place, tmp_path):
    """Cairn: none. The peer: what its client repeats by itself, and no write is lost."""
    a = stock("load")
    fill(a.db, 300, 100)
    (place / "load").mkdir(mode=0o700)
    server = peer.Peer(tmp_path, a.db)
    cairn = harness.Cairn(place / "load", a.db)
    try:
        ours = [Load(cairn, Api(cairn).run("0"), repeat=False) for _ in range(4)]
        theirs = [Load(server, Api(server).run("0"), repeat=True) for _ in range(2)]
        loads = ours + theirs
        for load in loads:
            load.thread.start()
        wait_until(lambda: all(load.written >= 3 for load in loads), 60, "a load")
        with transaction(a.db, "SELECT 1 FROM metrics LIMIT 1"):  # somebody else's, in the way as well
            child = a.start("db", "adopt")
            read_until(child, "    waiting: ")
        ends_well(child)
        reached = [load.written for load in loads]
        wait_until(lambda: all(load.written > was for load, was in zip(loads, reached)), 60, "writes afterwards")
        for load in loads:
            load.end()
        assert [load.failed for load in ours] == [[]] * len(ours)
        for load in theirs:  # "Table definition has changed", or a deadlock: 503, and its client tries again
            for said in load.failed:
                assert re.search(r"-> 503 .*\((1412|1213), ", said, re.S), said.split("  -> ")[-1]
        print(
            "writes", [load.written for load in loads], "failed at the peer", [len(load.failed) for load in theirs],
            "slowest", [round(load.slowest, 2) for load in loads],
        )
        api = Api(cairn)
        for load in loads:
            assert load.written > 0
            for k in range(3):
                points = a.db.value("SELECT COUNT(*) FROM metrics WHERE run_uuid = %s AND `key` = %s", load.run, f"load{k}")
                assert points >= load.written
            assert len(api.params(load.run)) >= load.written
            assert int(api.tags(load.run)["last"]) >= load.written - 1
    finally:
        cairn.stop()
        server.stop()
    assert cairn.problems() == []
    assert primary(a.db) == ADOPTED and a.ok("db", "check") == NOTHING


# -- refused


REFUSED = {
    "empty": ([], False, r"The database `\w+` has no complete schema of MLflow's: run `cairn db migrate`\."),
    "older": (
        ["UPDATE alembic_version SET version_num = '0a8213491aaa'"],
        True,
        r"The database `\w+` is at revision 0a8213491aaa .*: run `mlflow db upgrade` of that version.*",
    ),
    "foreign": (["CREATE TABLE mail (id INT PRIMARY KEY)"], False, r"The database `\w+` has 1 tables and no revision of MLflow's schema: .*"),
    "key": (
        ["ALTER TABLE metrics DROP PRIMARY KEY, ADD PRIMARY KEY (`key`, run_uuid, step, timestamp, value, is_nan)"],
        True,
        r"The table `metrics` has the primary key \(`key`, `run_uuid`, .*\), which is neither MLflow's nor Cairn's: nothing was changed\.",
    ),
    "index": (
        ["ALTER TABLE params DROP INDEX index_params_run_uuid, ADD INDEX index_params_run_uuid (run_uuid, value(9))"],
        True,
        r"The table `params` has the index index_params_run_uuid \(.*\), which is neither .*: nothing was changed\.",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_schema_that_is_not_known_is_not_touched(admin, stock, name):
    statements, has_schema, text = REFUSED[name]
    a = (stock if has_schema else admin)(f"no_{name}")
    for statement in statements:
        a.db.execute(statement)
    before = information(a.db)
    for command in ("adopt", "release"):
        for words in (["--dry-run"], []):
            done = a.run("db", command, *words)
            assert (done.returncode, done.stdout) == (1, "")
            assert re.fullmatch(rf"cairn: {text}\n", done.stderr)
    assert information(a.db) == before


def test_the_user_of_the_grants_may_do_it(stock, tmp_path):
    a = stock("granted")
    before = information(a.db)
    script = (harness.ROOT / "sql" / "grants.sql").read_text()
    grant = re.search(r"GRANT [^;]*TO 'cairn_admin'@'localhost'", script).group(0)
    with root(a.db.mariadb) as link, link.cursor() as cursor:
        cursor.execute("CREATE USER adopts@localhost IDENTIFIED BY 'adopts'")
        cursor.execute(grant.replace("cairn.*", f"{a.db.name}.*").replace("'cairn_admin'@'localhost'", "adopts@localhost"))
    granted = Admin(tmp_path, a.db, db_user="adopts", db_password="adopts")
    granted.ok("db", "adopt")
    assert granted.ok("db", "check") == NOTHING
    granted.ok("db", "release")
    assert information(a.db) == before


def test_other_words_are_refused(stock):
    a = stock("words")
    for command in ("adopt", "release"):
        done = a.run("db", command, "--now")
        assert (done.returncode, done.stdout) == (2, "") and "unexpected word --now" in done.stderr
