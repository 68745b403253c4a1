"""The filter and order languages, text by text: the same runs in the same order, or the same words.

Both servers have the same rows, for those that the peer made are copied, so that
runs are told by their ids and ties by the database.
"""

import itertools
import os
import random
import re
import subprocess

import pytest
import requests
from languages import FILTERS, ORDERS, PIECES
from superset import OURS, may_be_ours

if os.environ.get("CAIRN_PEER") == "1":
    pytest.skip("needs both servers", allow_module_level=True)

pytestmark = pytest.mark.timeout(300)
API = "/api/2.0/mlflow/"
SETS = re.compile(r"\{('[^{}]*')\}")
# Where the peer fails over what a client wrote, we say so; the words are ours then.
SQL_OF_THE_PEER = re.compile(r"^\(pymysql\.")


class Side:
    def __init__(self, server):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False

    def post(self, route, body):
        return self.session.post(self.server.url + API + route, json=body, timeout=60)

    def make(self, route, **body):
        reply = self.post(route, body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def search(self, what, **body):
        reply = self.post(f"{what}/search", {"max_results": 1000, **body})
        said = reply.json()
        if reply.status_code != 200:
            words = SETS.sub(lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", said["message"])
            return reply.status_code, said["error_code"], words
        ids = [r["info"]["run_id"] for r in said.get("runs", [])]
        ids += [e["experiment_id"] for e in said.get("experiments", [])]
        return 200, ids, said.get("next_page_token")


def fill(peer, rng):
    """Keys that differ in case, values that differ in case, blanks and accents, NaN, gaps."""
    experiments = {"Alpha": {"team": "Red"}, "beta": {"team": "red", "x": "1"}, "al_pha%": {"Team": "b"}, "日本": {}}
    for name, tags in experiments.items():
        peer.make("experiments/create", name=name, tags=[{"key": k, "value": v} for k, v in tags.items()])
    for i in range(45):
        run = peer.make(
            "runs/create",
            experiment_id=str(1 + i % 3),
            user_id=rng.choice(["root", "Root", "alice", ""]),
            start_time=1500 if i % 7 == 0 else 1000 + i // 3 * 10,
            run_name=rng.choice(["parent", "Parent", f"child {i}", "x_y", "100%", "it's", 'a"b', "日本語", "tail "]),
        )["run"]["info"]["run_id"]
        metrics, params, tags = [], [], []
        if i % 5:
            values = [0.0, 1.0, -1.0, 0.5, 1e-3, "NaN", "Infinity", "-Infinity", float(i)]
            metrics.append((rng.choice("mmmM"), rng.choice(values)))
        if i % 3:
            metrics += [("n", i % 4), ("val/acc", i)]
        if i % 6:
            values = ["1", "A", "a", "a ", "10", "it's", "it''s", 'a"b', "%", "x_y", "é", "e", "日本", "b\\s"]
            params.append((rng.choice("ppP"), rng.choice(values)))
        if i % 2:
            params.append(("lr", str(i / 10)))
        if i % 3 != 1:
            tags.append((rng.choice("ttT"), rng.choice(["v", "V", "", "v ", "w%", "w_", "ü", "u"])))
        if i % 4 == 0:
            tags.append(("a b", "x"))
        peer.make(
            "runs/log-batch",
            run_id=run,
            metrics=[{"key": k, "value": v, "timestamp": 5} for k, v in metrics],
            params=[{"key": k, "value": v} for k, v in params],
            tags=[{"key": k, "value": v} for k, v in tags],
        )
        if i % 3 == 0:
            dataset = {"name": f"ds{i % 2}", "digest": rng.choice("xyz"), "source_type": "code", "source": "{}"}
            context = [{"key": "mlflow.data.context", "value": rng.choice(["training", "Training", "eval"])}]
            peer.make("runs/log-inputs", run_id=run, datasets=[{"dataset": dataset, "tags": context if i % 2 else []}])
        if i % 2:
            peer.make("runs/update", run_id=run, status=rng.choice(["FINISHED", "FAILED"]), end_time=2000 + i)
        if i % 17 == 5:
            peer.make("runs/delete", run_id=run)


def copy(source, target):
    """All rows of one database into the other, whose tables are there already."""
    mariadb = source.mariadb
    rows = subprocess.run(
        [
            "mariadb-dump", "--no-defaults", f"--socket={mariadb.socket}", "--user=root",
            "--no-create-info", "--skip-triggers", "--complete-insert", "--replace",
            f"--ignore-table={source.name}.alembic_version", source.name,
        ],
        check=True,
        capture_output=True,
    ).stdout  # fmt: skip
    mariadb.load(target.name, rows)


@pytest.fixture(scope="module")
def sides(servers):
    peer, ours = Side(servers.peer()), Side(servers.cairn())
    fill(peer, random.Random(1))
    copy(peer.server.db, ours.server.db)
    return peer, ours


def same(theirs, ours):
    if theirs == ours:
        return True
    failed = theirs[0] >= 500 or (theirs[1] == "BAD_REQUEST" and SQL_OF_THE_PEER.match(theirs[2]))
    return failed and ours[:2] == (400, "INVALID_PARAMETER_VALUE")


def compare(sides, searches):
    """searches: pairs of what and body. At least one must find something, and one be refused.

    Returns the filters that the peer refuses and Cairn does not."""
    bad, found, refused, only_ours = [], 0, 0, set()
    for what, body in searches:
        body = {**body, **({"experiment_ids": ["1", "2", "3"]} if what == "runs" else {})}
        theirs, ours = (side.search(what, **body) for side in sides)
        found += theirs[0] == 200 and bool(theirs[1])
        refused += theirs[0] != 200
        if theirs[0] == 400 and ours[0] == 200 and may_be_ours(body.get("filter")):
            only_ours.add((what, body["filter"]))
        elif not same(theirs, ours):
            bad.append(f"{what} {body}\n    peer  {str(theirs)[:400]}\n    Cairn {str(ours)[:400]}")
    assert found and refused
    if bad:
        pytest.fail(f"{len(bad)} searches differ\n\n" + "\n".join(bad), pytrace=False)
    return only_ours


def test_filters(sides):
    assert compare(sides, itertools.product(("runs", "experiments"), ({"filter": f} for f in FILTERS))) == OURS


def test_orders(sides):
    lists = [o if isinstance(o, list) else [o] for o in ORDERS]
    compare(sides, itertools.product(("runs", "experiments"), ({"order_by": o} for o in lists)))


def test_tokens(sides):
    tokens = ["", "eyJvZmZzZXQiOiAyfQ==", "eyJvZmZzZXQiOiAiIDdfMCAifQ==", "eyJvZmZzZXQiOiAyfQ", "xx", "*", "eHg=", "J/8KIg==",
              "eyJvZmZzZXQiOiAwfQ==", "eyJvZmZzZXQiOiAyLjl9", "eyJvZmZzZXQiOiAieCJ9", "eyJvZmZzZXQiOiAtMX0=", "WzFd", "bnVsbA==",
              "eyJhIjogW3RydWUsIG51bGwsIDEuMF0sICJvZmZzZXQiOiAiIn0=", "eyJvZmZzZXQiOiAxMDB9"]  # fmt: skip
    compare(sides, itertools.product(("runs", "experiments"), ({"page_token": t, "max_results": 3} for t in tokens)))


@pytest.mark.parametrize("seed", range(3))
def test_texts_made_at_random(sides, seed):
    rng = random.Random(seed)

    def clause():
        sign = rng.choice(PIECES["signs"])
        return f"{rng.choice(PIECES['entities'])}{rng.choice(PIECES['keys'])} {sign} " + rng.choice(PIECES["values"])

    def broken(text):
        at = rng.randrange(len(text) + 1)
        return text[:at] + rng.choice(PIECES["noise"]) + text[at + rng.randrange(2) :]

    def search():
        what = rng.choice(["runs", "runs", "experiments"])
        kind = rng.random()
        if kind < 0.4:
            return what, {"filter": " AND ".join(rng.sample(PIECES[what], rng.randrange(1, 4)))}
        if kind < 0.6:
            return what, {"filter": rng.choice(PIECES["glue"]).join(clause() for _ in range(rng.randrange(1, 3)))}
        if kind < 0.9:
            return what, {"filter": broken(rng.choice(PIECES[what]))}
        return what, {"order_by": [broken(rng.choice([o for o in ORDERS if isinstance(o, str)]))]}

    compare(sides, [search() for _ in range(200)])
