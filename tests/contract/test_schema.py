"""Our tables against those that `mlflow db upgrade` makes, and each server on the other's database."""

import re
import signal

import pytest
from harness import cairn as harness
from harness import peer
from harness.api import Api
from harness.databases import IS_MYSQL, database_server
from harness.mariadb import Database
from harness.processes import wait_until
from schema import Admin, checks, columns, foreign_keys, has_checks, keys, root, snapshot, tables

REVISION = "dc11669786a5"

# Keys that are not MLflow's, each with its reason. Everything else must be the same.
BY_RUN = "the rows of a run lie together; the same columns, so as unique as before"
REORDERED = {
    ("params", "PRIMARY"): BY_RUN,
    ("tags", "PRIMARY"): BY_RUN,
    ("latest_metrics", "PRIMARY"): BY_RUN,
    ("metrics", "PRIMARY"): BY_RUN,
}
COVERED = "the primary key begins with its columns"
DROPPED = {
    ("params", "index_params_run_uuid"): COVERED,
    ("tags", "index_tags_run_uuid"): COVERED,
    ("latest_metrics", "index_latest_metrics_run_uuid"): COVERED,
    ("metrics", "index_metrics_run_uuid"): COVERED,
    ("metrics", "index_metrics_run_uuid_key_step"): COVERED,
}
ADDED = {
    ("runs", "cairn_runs_page"): "a page of runs, newest first, without sorting",
    ("runs", "cairn_runs_status"): "what is going on, what has ended lately, and counts of both",
    ("params", "cairn_params_value"): "runs by the value of a parameter",
    ("tags", "cairn_tags_value"): "runs by the value of a tag, as those below a parent",
    ("latest_metrics", "cairn_latest_metrics_value"): "runs by the value of a metric, and in its order",
}


@pytest.fixture(scope="module")
def theirs(admin, tmp_path_factory):
    """A database made by the peer, as it left it: a dump would turn implicit keys into explicit ones."""
    made = admin("theirs")
    peer.upgrade(made.db, tmp_path_factory.mktemp("upgrade"))
    return made


@pytest.fixture(scope="module")
def ours(admin):
    made = admin("ours")
    made.ok("db", "migrate")
    return made


# -- the same schema


def test_the_tables_are_the_peers(ours, theirs):
    assert tables(ours.db) == tables(theirs.db)
    assert len(tables(ours.db)) == 65


def test_the_columns_are_the_peers(ours, theirs):
    assert columns(ours.db) == columns(theirs.db)


def test_the_foreign_keys_are_the_peers(ours, theirs):
    assert foreign_keys(ours.db) == foreign_keys(theirs.db)


def test_the_checks_are_the_peers(ours, theirs):
    assert checks(ours.db) == checks(theirs.db)


def test_the_keys_are_the_peers_but_for_those_listed(ours, theirs):
    mine, stock = keys(ours.db), keys(theirs.db)
    assert set(mine) - set(stock) == set(ADDED)
    assert set(stock) - set(mine) == set(DROPPED)
    changed = {key for key in set(mine) & set(stock) if mine[key] != stock[key]}
    assert changed == set(REORDERED)
    for key in changed:  # another order of the same columns
        assert mine[key][0] == stock[key][0]
        assert sorted(mine[key][1]) == sorted(stock[key][1])
    for table, name in DROPPED:  # what was dropped is the beginning of the primary key
        dropped = stock[table, name][1]
        assert mine[table, "PRIMARY"][1][: len(dropped)] == dropped


def test_the_trigger_does_what_the_peers_does(ours, theirs):
    said = []
    for db in (ours.db, theirs.db):
        assert db.rows(
            "SELECT trigger_name, event_object_table, event_manipulation, action_timing"
            "  FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        ) == [("prevent_secrets_aad_mutation", "secrets", "UPDATE", "BEFORE")]
        db.execute(
            "INSERT INTO secrets (secret_id, secret_name, encrypted_value, wrapped_dek, kek_version,"
            " masked_value, created_at, last_updated_at) VALUES ('s-1', 'one', 'x', 'y', 1, '*', 1, 1)"
        )
        db.execute("UPDATE secrets SET masked_value = '**' WHERE secret_id = 's-1'")
        for change in ("secret_name = 'two'", "secret_id = 's-2'"):
            with pytest.raises(Exception) as refused:
                db.execute(f"UPDATE secrets SET {change} WHERE secret_id = 's-1'")
            said.append((db is ours.db, change, refused.value.args))
        db.execute("DELETE FROM secrets")
    assert [s[1:] for s in said if s[0]] == [s[1:] for s in said if not s[0]]


def test_the_first_rows_are_there(ours, theirs):
    assert ours.db.rows("SELECT * FROM alembic_version") == theirs.db.rows("SELECT * FROM alembic_version")
    assert ours.db.rows("SELECT * FROM alembic_version") == [(REVISION,)]
    assert ours.db.rows("SELECT * FROM workspaces") == theirs.db.rows("SELECT * FROM workspaces")
    rows = ours.db.rows(
        "SELECT experiment_id, name, artifact_location, lifecycle_stage, workspace,"
        "       creation_time = last_update_time,"
        "       ABS(creation_time - UNIX_TIMESTAMP() * 1000) < 600000 FROM experiments"
    )
    assert rows == [(0, "Default", "mlflow-artifacts:/0", "active", "default", 1, 1)]


@pytest.mark.parametrize("root, location", [("s3://b/a", "s3://b/a/0"), ("mlflow-artifacts:/x/", "mlflow-artifacts:/x/0")])
def test_the_first_experiment_is_under_the_artifact_root(admin, root, location):
    a = admin("root_" + re.sub(r"\W", "", root), default_artifact_root=root)
    a.ok("db", "migrate")
    assert a.db.value("SELECT artifact_location FROM experiments") == location


def test_the_servers_defaults_do_not_matter(admin, ours):
    a = admin("latin1", character_set="latin1 COLLATE latin1_german2_ci")
    a.ok("db", "migrate")
    for what in (tables, columns, foreign_keys, checks, keys):
        assert what(a.db) == what(ours.db)
    done = a.run("db", "check")
    assert (done.returncode, done.stdout) == (1, "default character set is latin1, should be utf8mb4\n1 differences\n")


def test_every_file_is_part_of_the_binary(ours):
    files = {str(f.relative_to(harness.ROOT / "sql"))[:-4] for f in (harness.ROOT / "sql").glob("*/*.sql")}
    files = {f for f in files if not f.startswith("sqlite/")}  # test_sqlite.py: what is exported
    listed = re.findall(r"^  (\w+/\w+) +applied", ours.ok("db", "status"), re.M)
    assert sorted(listed) == sorted(files)


# -- each server on the other's database


def log_and_find(api, name):
    """What a client does first; the run's id."""
    experiment = api.experiment(name)
    run = api.run(experiment)
    api.log_metric(run, "m", 0.5, step=1).ok()
    api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "v"}).ok()
    api.post("runs/set-tag", {"run_id": run, "key": "t", "value": "w"}).ok()
    must_find(api, name, run)
    return run


def must_find(api, name, run):
    experiment = api.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]
    for wanted in ("metrics.m > 0.4", "params.p = 'v'", "tags.t = 'w'"):
        body = {"experiment_ids": [experiment["experiment_id"]], "filter": wanted, "order_by": ["metrics.m DESC"]}
        found = api.post("runs/search", body).ok()["runs"]
        assert [r["info"]["run_id"] for r in found] == [run], wanted
        assert [(m["key"], m["value"]) for m in found[0]["data"]["metrics"]] == [("m", 0.5)]
    assert [p["value"] for p in api.history(run, "m")] == [0.5]


def peer_on(db, directory):
    server = peer.Peer(directory, db)
    return server, Api(server)


@pytest.mark.timeout(240)
def test_the_peer_takes_our_database_for_its_own(admin, tmp_path):
    a = admin("to_peer")
    a.ok("db", "migrate")
    before = snapshot(a.db)
    (tmp_path / "upgrade").mkdir()
    peer.upgrade(a.db, tmp_path / "upgrade")
    assert snapshot(a.db) == before

    (tmp_path / "peer").mkdir()
    server, api = peer_on(a.db, tmp_path / "peer")
    try:
        assert api.get_experiment("0")["name"] == "Default"
        log_and_find(api, "by the peer")
    finally:
        server.stop()
    after = snapshot(a.db)
    del before["experiments"], after["experiments"]
    assert after == before
    assert a.ok("db", "check") == "the schema is what this Cairn expects\n"


@pytest.mark.timeout(240)
def test_we_serve_a_database_of_the_peers(admin, tmp_path, place):
    a = admin("from_peer")
    peer.upgrade(a.db, tmp_path)
    before = {"columns": columns(a.db), "keys": keys(a.db), "foreign": foreign_keys(a.db), "checks": checks(a.db)}

    said = a.run("db", "status")
    assert said.returncode == 1 and "made by MLflow" in said.stdout and "in MLflow's order" in said.stdout
    said = a.ok("db", "migrate")
    assert "`cairn db adopt`" in said and "mlflow/" not in said and "will apply cairn/0002_indexes" in said
    assert a.ok("db", "check") == "the schema is what this Cairn expects\n"

    after = {"columns": columns(a.db), "keys": keys(a.db), "foreign": foreign_keys(a.db), "checks": checks(a.db)}
    assert set(after["keys"]) - set(before["keys"]) == set(ADDED)
    for key in ADDED:
        del after["keys"][key]
    assert after == before

    (tmp_path / "peer").mkdir()
    (place / "both").mkdir(mode=0o700)
    server, theirs = peer_on(a.db, tmp_path / "peer")
    cairn = harness.Cairn(place / "both", a.db)
    try:
        ours = Api(cairn)
        must_find(theirs, "by us", log_and_find(ours, "by us"))
        must_find(ours, "by them", log_and_find(theirs, "by them"))
    finally:
        cairn.stop()
        server.stop()
    assert cairn.problems() == []


# -- migrating


def test_a_migration_says_what_it_will_do_first(admin):
    a = admin("plan")
    done = a.run("db", "migrate", "--dry-run")
    assert (done.returncode, done.stderr) == (1, "")
    assert a.tables() == 0
    plan = [line for line in done.stdout.splitlines() if "apply" in line or line.startswith("    ")]
    assert plan[0] == "would apply cairn/0001_migrations"
    assert {f"    CREATE TABLE {t[0]}" for t in tables_of(a)} <= set(plan)

    done = a.ok("db", "migrate").splitlines()
    first = next(i for i, line in enumerate(done) if line.startswith("done "))
    assert [line.replace("will", "would") for line in done[1:first]] == plan
    assert all(line.startswith("done ") for line in done[first:])
    assert a.tables() == 69


def tables_of(a):
    return [(line.split()[-1],) for line in a.run("db", "migrate", "--dry-run").stdout.splitlines() if "CREATE TABLE" in line]


def test_migrating_again_changes_nothing(ours):
    before = snapshot(ours.db)
    said = ours.ok("db", "migrate")
    assert said.endswith("nothing to do\n")
    assert ours.ok("db", "migrate", "--dry-run") == said
    assert snapshot(ours.db) == before
    assert ours.ok("db", "check") == "the schema is what this Cairn expects\n"


RESUMES = "run `cairn db migrate`, which waits for one that runs and resumes one that was interrupted."


@pytest.mark.parametrize("seed", range(3))
def test_a_migration_killed_anywhere_is_resumed(admin, ours, seed):
    """Killed as soon as so many tables are there, again and again, then left to finish."""
    a = admin(f"kill_{seed}")
    killed = 0
    for goal in range(1 + seed * 3, 68, 9):
        child = a.start()
        wait_until(lambda: child.poll() is not None or a.tables() >= goal, 30, f"{goal} tables")
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=60)
        killed += child.returncode == -signal.SIGKILL
        known = a.run("db", "check")  # never half a schema that counts as whole
        assert known.returncode == 0 or known.stderr.endswith("run `cairn db migrate`.\n") or RESUMES in known.stderr
    assert killed >= 3
    a.ok("db", "migrate")
    assert snapshot(a.db) == snapshot(ours.db)
    assert a.ok("db", "check") == "the schema is what this Cairn expects\n"


@pytest.mark.parametrize("at", ["mlflow/0001_tracking", "mlflow/0006_gateway", "mlflow/0008_head", "cairn/0002_indexes"])
def test_a_migration_that_was_not_recorded_as_finished_runs_again(admin, ours, at):
    """As after a kill between its last statement and the record of it."""
    a = admin("again_" + at[-7:].replace("_", ""))
    a.ok("db", "migrate")
    area, number = at.split("/")[0], int(at.split("/")[1][:4])
    a.db.execute("UPDATE cairn_migrations SET finished = NULL WHERE area = %s AND number = %s", area, number)
    done = a.run("db", "status")
    assert done.returncode == 1 and re.search(rf"{at} +not finished", done.stdout)
    done = a.run("db", "check")
    assert done.stderr.startswith(f"cairn: The migration {at} of the database") and done.stderr.count("\n") == 1
    said = a.ok("db", "migrate")
    assert f"will resume {at}\n" in said and said.count("done ") == 1
    assert snapshot(a.db) == snapshot(ours.db)


def test_a_migration_waits_for_what_a_killed_one_had_begun(admin, ours):
    a = admin("frozen")
    freeze = a.db.mariadb.connect(None)
    with freeze.cursor() as cursor:
        first = a.start()
        wait_until(lambda: first.poll() is not None or a.tables() >= 20, 30, "20 tables")
        cursor.execute("FLUSH TABLES WITH READ LOCK")  # its next statement waits in the server
        assert first.poll() is None, "the migration ended before it was frozen"
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=60)
        second = a.start()
        line = second.stdout.readline()
        assert line == f"another migration of `{a.db.name}` runs; waiting up to 60 s\n"
        cursor.execute("UNLOCK TABLES")
    freeze.close()
    said, error = second.communicate(timeout=60)
    assert (second.returncode, error) == (0, ""), said
    assert snapshot(a.db) == snapshot(ours.db)


def test_of_two_migrations_at_once_one_does_the_work(admin, ours):
    a = admin("twice")
    both = [a.start(), a.start()]
    said = [child.communicate(timeout=60) for child in both]
    assert [child.returncode for child in both] == [0, 0], said
    assert [error for _, error in said] == ["", ""]
    assert sum("done mlflow/0008_head" in out for out, _ in said) == 1
    assert sum(out.endswith("nothing to do\n") for out, _ in said) == 1
    assert snapshot(a.db) == snapshot(ours.db)


# -- what is refused, in one line

REFUSED = {
    "empty": ([], r"The database `\w+` has no schema yet: run `cairn db migrate`\."),
    "older": (
        ["CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)", "INSERT INTO alembic_version VALUES ('0a8213491aaa')"],
        rf"The database `\w+` is at revision 0a8213491aaa of MLflow's schema and this Cairn knows {REVISION}"
        r" \(MLflow 3\.17\.2\): run `mlflow db upgrade` of that version, or use a Cairn that knows 0a8213491aaa\.",
    ),
    "foreign": (
        ["CREATE TABLE mail (id INT PRIMARY KEY)", "CREATE TABLE runs (id INT PRIMARY KEY)"],
        r"The database `\w+` has 2 tables and no revision of MLflow's schema: Cairn needs a database of its own, or one of MLflow 3\.17\.2\.",
    ),
    "newer": (
        [None, "INSERT INTO cairn_migrations VALUES ('cairn', 9999, 'wonders', '', '9.9', 1, 2)"],
        r"The database `\w+` has the migration cairn/9999_wonders of Cairn 9\.9, which this Cairn \(\S+\) does not know: use the newer one\.",
    ),
    "lacking": (
        [None, "DELETE FROM cairn_migrations WHERE area = 'cairn' AND number = 2"],
        r"The database `\w+` lacks the migration cairn/0002_indexes: run `cairn db migrate`\.",
    ),
    "unfinished": (
        [None, "UPDATE cairn_migrations SET finished = NULL WHERE area = 'mlflow' AND number = 3"],
        r"The migration mlflow/0003_registry of the database `\w+` has not finished: run `cairn db migrate`, which waits"
        r" for one that runs and resumes one that was interrupted\.",
    ),
}


@pytest.fixture(params=sorted(REFUSED))
def unfit(request, admin):
    a = admin(f"unfit_{request.param}_{request.node.originalname[-5:]}")
    statements, text = REFUSED[request.param]
    for statement in statements:
        if statement is None:
            a.ok("db", "migrate")
        else:
            a.db.execute(statement)
    return a, request.param, text


def test_a_schema_that_is_not_known_is_not_served(unfit):
    a, _, text = unfit
    for sub in ("run", "artifacts", "stage"):
        (a.config.parent / sub).mkdir()
    done = a.run("serve")
    assert done.returncode != 0 and done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if re.search(text, line)]
    assert len(lines) == 1, done.stderr


def test_a_schema_that_is_not_known_is_not_checked(unfit):
    a, _, text = unfit
    done = a.run("db", "check")
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert re.fullmatch(rf"cairn: {text}\n", done.stderr)


def test_a_schema_that_is_not_ours_is_not_migrated(unfit):
    a, name, text = unfit
    if name in ("empty", "lacking", "unfinished"):
        a.ok("db", "migrate")
        assert a.ok("db", "check") == "the schema is what this Cairn expects\n"
        return
    before = (columns(a.db), keys(a.db))
    for words in (["--dry-run"], []):
        done = a.run("db", "migrate", *words)
        assert (done.returncode != 0, done.stdout) == (True, "")
        assert re.fullmatch(rf"cairn: {text}\n", done.stderr)
    assert (columns(a.db), keys(a.db)) == before


def test_a_database_that_is_missing_or_away_is_one_line(admin, tmp_path):
    a = admin("missing")
    missing = Admin(tmp_path, Database(a.db.mariadb, "not_there"))
    away = Admin(tmp_path, Database(a.db.mariadb, "away"), db_socket=tmp_path / "nothing.sock")
    stranger = Admin(tmp_path, Database(a.db.mariadb, "stranger"), db_password="wrong")
    for one, text in (
        (missing, r"Unknown database 'not_there'; create it first, as sql/grants\.sql shows"),
        (away, r"Can't connect to .*"),
        (stranger, r"Access denied for user .*"),
    ):
        for words in (["db", "migrate"], ["db", "status"], ["db", "check"]):
            done = one.run(*words)
            assert (done.returncode != 0, done.stdout) == (True, "")
            assert re.fullmatch(rf"cairn: no connection to the database `\w+` on \S+: {text}\n", done.stderr)


# -- the check

BROKEN = {
    "ALTER TABLE runs DROP COLUMN source_version": ["column runs.source_version is missing: varchar(50)"],
    "ALTER TABLE runs MODIFY end_time INT": ["column runs.end_time is int, should be bigint"],
    "ALTER TABLE runs MODIFY name VARCHAR(250) NOT NULL": [
        "column runs.name is varchar(250) not null, should be varchar(250)"
    ],
    "ALTER TABLE runs MODIFY user_id VARCHAR(256) CHARACTER SET latin1": [
        "column runs.user_id is varchar(256) character set latin1, should be varchar(256)"
    ],
    "ALTER TABLE webhooks ALTER status SET DEFAULT 'OFF'": [
        "column webhooks.status is varchar(20) not null default OFF, should be varchar(20) not null default ACTIVE"
    ],
    "ALTER TABLE runs ADD mood INT": ["column runs.mood is not known here: int"],
    "ALTER TABLE jobs MODIFY progress LONGTEXT": ["column jobs.progress is longtext, should be json"],
    "ALTER TABLE spans DROP KEY index_spans_experiment_id_duration, DROP COLUMN duration_ns, ADD duration_ns BIGINT": [
        "column spans.duration_ns is bigint, should be bigint generated",
        "index spans.index_spans_experiment_id_duration is missing: experiment_id, duration_ns",
    ],
    "DROP INDEX cairn_params_value ON params": ["index params.cairn_params_value is missing: key, value(64)"],
    "DROP INDEX cairn_runs_page ON runs": [
        "index runs.cairn_runs_page is missing: experiment_id, lifecycle_stage, start_time, run_uuid"
    ],
    "ALTER TABLE scorers DROP KEY index_scorers_experiment_id_scorer_name, ADD KEY other (experiment_id)": [
        "unique key scorers.index_scorers_experiment_id_scorer_name is missing: experiment_id, scorer_name"
    ],
    "CREATE UNIQUE INDEX mine ON runs (name)": ["unique key runs.mine is not known here: name"],
    "CREATE INDEX of_the_house ON runs (name)": [],
    "CREATE TABLE of_the_house (id INT)": [],
    "ALTER TABLE tags DROP FOREIGN KEY tags_ibfk_1": [
        "foreign key tags.tags_ibfk_1 is missing: (run_uuid) to runs (run_uuid)"
    ],
    "ALTER TABLE job_locks DROP FOREIGN KEY fk_job_locks_job_id,"
    " ADD CONSTRAINT fk_other FOREIGN KEY (job_id) REFERENCES jobs (id)": [
        "foreign key job_locks.fk_job_locks_job_id is missing: (job_id) to jobs (id) on delete cascade",
        "foreign key job_locks.fk_other is not known here: (job_id) to jobs (id)",
    ],
    "ALTER TABLE runs DROP CONSTRAINT source_type": ["check runs.source_type is missing"],
    f"ALTER TABLE metrics DROP CONSTRAINT {'metrics_chk_1' if IS_MYSQL else 'CONSTRAINT_1'}": ["checks without a name metrics is 1, should be 2"],
    "DROP TRIGGER prevent_secrets_aad_mutation": [
        "trigger secrets.prevent_secrets_aad_mutation is missing, or this user may not see triggers"
    ],
    "DROP TABLE webhook_events": ["table webhook_events is missing"],
    "ALTER TABLE inputs DROP PRIMARY KEY, ADD PRIMARY KEY (source_type, source_id)": [
        "primary key inputs is source_id, source_type, "
        "should be destination_id, destination_type, source_id, source_type"
    ],
    "ALTER TABLE experiments MODIFY experiment_id INT NOT NULL": [
        "column experiments.experiment_id is int not null, should be int not null auto_increment"
    ],
}


def test_the_check_prepares_every_constant_statement(admin):
    a = admin("prepared")
    a.ok("db", "migrate")
    a.db.execute("ALTER TABLE runs RENAME COLUMN deleted_time TO gone_time")
    done = a.run("db", "check")
    refused = re.findall(r"^statement (\w+): Unknown column '(?:\w+\.)?deleted_time' in '?\w+", done.stdout, re.M)
    assert (done.returncode, done.stderr) == (1, "")
    assert sorted(refused) == used("deleted_time") and len(refused) >= 3
    assert done.stdout.endswith(f"{len(refused)} of this Cairn's statements do not fit the schema\n")
    # every constant statement, also of those that no schema breaks
    a.db.execute("ALTER TABLE runs RENAME COLUMN gone_time TO deleted_time")
    assert a.ok("db", "check") == "the schema is what this Cairn expects\n"


def used(column):
    """Names of the constant statements with that word, from the sources; those that are used as constants."""
    found = set()
    for file in (harness.ROOT / "fcgi").rglob("*.c"):
        text = file.read_text()
        for name, sql in re.findall(r"static const char (\w+)\[\] =(.*?);\n", text, re.S):
            if re.search(rf"\b{column}\b", sql) and re.search(rf"db_(exec|select)\([^;]*?\b{name}\b", text):
                found.add(name)
    return sorted(found)


def test_the_check_finds_what_differs_and_nothing_else(admin):
    a = admin("broken")
    a.ok("db", "migrate")
    a.db.execute("SET foreign_key_checks = 0")
    broken = {change: lines for change, lines in BROKEN.items() if has_checks(a.db) or "DROP CONSTRAINT" not in change}
    for change in broken:
        a.db.execute(change)
    done = a.run("db", "check")
    assert (done.returncode, done.stderr) == (1, "")
    expected = [line for lines in broken.values() for line in lines]
    refused = [line for line in done.stdout.splitlines() if line.startswith("statement ")]
    assert sorted(line.split()[1].strip(":") for line in refused) == used("source_version")  # that column is gone
    expected += refused + [f"{len(expected)} differences", f"{len(refused)} of this Cairn's statements do not fit the schema"]
    assert sorted(done.stdout.splitlines()) == sorted(expected)


# -- users


def test_the_grants_are_enough_and_no_more(admin, ours, tmp_path):
    a = admin("grants")
    script = (harness.ROOT / "sql" / "grants.sql").read_text()
    script = script.replace("cairn.*", f"{a.db.name}.*").replace("EXISTS cairn ", f"EXISTS {a.db.name} ")
    script = script.replace("'cairn'@", "'served'@").replace("'cairn_admin'@", "'migrates'@")
    with root(a.db.mariadb) as link, link.cursor() as cursor:
        for statement in re.sub(r"--.*", "", script).split(";"):
            if statement.strip():
                cursor.execute(statement)
    migrates = Admin(tmp_path, a.db, db_user="migrates", db_password="change me too")
    migrates.ok("db", "migrate")
    assert snapshot(a.db) == snapshot(ours.db)
    served = Admin(tmp_path, a.db, db_user="served", db_password="change me")
    done = served.run("db", "check")
    if IS_MYSQL:  # who may make no triggers may see none
        unseen = "trigger secrets.prevent_secrets_aad_mutation is missing, or this user may not see triggers"
        assert (done.returncode, done.stdout, done.stderr) == (1, f"{unseen}\n1 differences\n", "")
    else:
        assert (done.returncode, done.stdout) == (0, "the schema is what this Cairn expects\n")
    assert served.ok("db", "migrate").endswith("nothing to do\n")
    a.db.execute("DROP INDEX cairn_runs_page ON runs")
    a.db.execute("DELETE FROM cairn_migrations WHERE area = 'cairn' AND number = 2")
    done = served.run("db", "migrate")
    assert done.returncode != 0 and done.stderr.count("\n") == 1
    assert re.match(r"cairn: cairn/0002_indexes, CREATE INDEX cairn_runs_page: .*1142.*denied", done.stderr)
    migrates.ok("db", "migrate")
    assert snapshot(a.db) == snapshot(ours.db)


@pytest.fixture(scope="module")
def logged(place):
    """A server with a binary log."""
    server = database_server(place / "logged")
    server.stop()
    server._argv.append(f"--log-bin={server.directory}/binlog")
    server.start()
    with root(server) as link, link.cursor() as cursor:
        cursor.execute("CREATE USER plain@localhost IDENTIFIED BY 'plain'")
        cursor.execute("GRANT ALL ON `schema\\_%`.* TO plain@localhost")
    yield server
    server.stop()


def test_a_binary_log_that_distrusts_triggers_is_one_line(admin, logged, ours):
    a = admin("binlog", server=logged, db_user="plain", db_password="plain")
    done = a.run("db", "migrate")
    assert done.returncode != 0 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("cairn: mlflow/0006_gateway, CREATE TRIGGER prevent_secrets_aad_mutation")
    assert "set log_bin_trust_function_creators = ON in the server" in done.stderr
    a.db.execute("SET GLOBAL log_bin_trust_function_creators = ON")
    assert "will resume mlflow/0006_gateway" in a.ok("db", "migrate")
    assert snapshot(a.db) == snapshot(ours.db)


def test_the_doctor_knows_what_a_binary_log_can_lose(admin, logged):
    a = admin("doctored", server=logged)
    for flush, sync, said in (
        (2, 1, "warn  durability: innodb_flush_log_at_trx_commit is 2: a crash"),
        (1, 0, "warn  durability: sync_binlog is 0: a crash"),
        (1, 1, "ok    durability: what was answered is on the disk"),
    ):
        a.db.execute(f"SET GLOBAL innodb_flush_log_at_trx_commit = {flush}")
        a.db.execute(f"SET GLOBAL sync_binlog = {sync}")
        done = a.run("doctor")
        assert f"\n{said}" in done.stdout
        assert f"\nok    database: {'MySQL 8.' if IS_MYSQL else ''}" in done.stdout
