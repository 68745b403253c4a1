"""What Cairn's filters and orders have beyond MLflow's (fcgi/search/README.md), on real rows."""

import random
import re
import time
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.cairn_only("MLflow's grammar has none of this")

INVALID = "INVALID_PARAMETER_VALUE"
ALL = "abced"  # the names, newest first
HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture(scope="module")
def data(api):
    """Five runs in one experiment, and f in another."""
    experiment, other = api.experiment(), api.experiment()
    name = api.get("experiments/get", {"experiment_id": experiment}).ok()["experiment"]["name"]
    now = int(time.time() * 1000)
    starts = {"a": now - HOUR, "b": now - 3 * DAY, "c": now - 10 * DAY, "d": 1000, "e": 2000}
    runs = {n: api.run(experiment, run_name=n, start_time=t, user_id="u") for n, t in starts.items()}
    runs["f"] = api.run(other, run_name="f", start_time=5)

    def batch(run, metrics=(), params=(), tags=()):
        body = {
            "run_id": runs[run],
            "metrics": [{"key": k, "step": s, "value": v, "timestamp": t} for k, s, v, t in metrics],
            "params": [{"key": k, "value": v} for k, v in params],
            "tags": [{"key": k, "value": v} for k, v in tags],
        }
        api.post("runs/log-batch", body).ok()

    m = [("m", 0, 1.0, 1), ("m", 1, 0.5, 2), ("m", 2, 5.0, 3), ("m", 3, 3.0, 4)]
    batch("a", m, [("lr", "0.1"), ("p", "v1.2"), ("m.min", "x")], [("t", "v"), ("or", "y")])
    m = [("m", 0, "NaN", 1), ("m", 1, 0.5, 2), ("m", 1000, 7, 3), ("m", 1000, 6, 4), ("m.min", 0, 42, 1)]
    batch("b", m, [("lr", "1e-2"), ("p", "V1.3")], [("t", "V")])
    batch("c", [("m", 0, -2, 1), ("m", -5, 8, 1)], [("lr", "abc"), ("p", "a b")], [("t", "50%")])
    batch("d", [("m", 0, "NaN", 0)], [("lr", "-.5"), ("p", "日本")], [("t", "")])
    batch("e", [("M", 0, -9, 1)], [("LR", "9")])  # other names: case matters
    batch("f", [("m", 0, 0.5, 0)], [("lr", "0.1")])
    for run, status, length in (("a", "FINISHED", HOUR // 2), ("b", "FAILED", 3 * HOUR), ("d", "FINISHED", 5000)):
        api.post("runs/update", {"run_id": runs[run], "status": status, "end_time": starts[run] + length}).ok()
    return SimpleNamespace(experiment=experiment, other=other, runs=runs, name=name)


def search(api, data, text, **more):
    return api.post("runs/search", {"experiment_ids": [data.experiment], "filter": text, **more})


def names(reply):
    return "".join(r["info"]["run_name"] for r in reply.ok().get("runs", []))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # words and parentheses
        ("metrics.m = 3 OR params.lr = 'abc'", "ac"),
        ("metrics.m = 3 or status = 'FAILED' Or run_name = 'e'", "abe"),
        ("(status = 'FINISHED')", "ad"),
        ("((status = 'FINISHED'))AND(run_name='a')", "a"),
        ("status = 'FINISHED' OR status = 'FAILED' AND run_name = 'a'", "ad"),
        ("(status = 'FINISHED' OR status = 'FAILED') AND run_name = 'a'", "a"),
        ("NOT status = 'FINISHED'", "bce"),
        ("NOT (status = 'FINISHED' OR run_name = 'e')", "bc"),
        ("NOT NOT status = 'FINISHED'", "ad"),
        ("not(run_name = 'a') and not(run_name = 'b')", "ced"),
        ("tags.or = 'y' OR tags.or IS NULL", ALL),
        # NOT finds what its clause does not, a negated comparator asks for a value
        ("NOT metrics.m > 0", "ced"),
        ("NOT end_time > 10000", "ced"),
        ("NOT params.p LIKE 'v%'", "bced"),
        ("params.p NOT LIKE 'v%'", "bcd"),
        ("params.p NOT ILIKE 'V%'", "cd"),
        ("NOT params.lr < 0.1", "ace"),
        # texts
        ("params.p REGEXP '^v[0-9]'", "a"),
        ("params.p REGEXP '(?i)^v[0-9]'", "ab"),
        ("params.p rlike '^v\\d\\.\\d$'", "a"),
        ("params.p RLIKE '日'", "d"),
        ("params.p NOT REGEXP 'v'", "bcd"),
        ("status REGEXP 'ED$' AND tags.t REGEXP '^[vV]$'", "ab"),
        ("run_name REGEXP '[a-c]'", "abc"),
        ("run_name BETWEEN 'b' AND 'd'", "bcd"),
        ("run_name NOT BETWEEN 'b' AND 'd'", "ae"),
        ("status IN ('FINISHED', 'FAILED')", "abd"),
        ("status NOT IN ('FINISHED', 'FAILED')", "ce"),
        ("params.p IN ('v1.2', 'a b')", "ac"),
        ("params.p IN ('V1.2')", ""),
        ("params.p NOT IN ('v1.2', 'a b')", "bd"),
        ("tags.t in ('v', '')", "ad"),
        ("run_name in ('a','e')", "ae"),
        # numbers
        ("metrics.m BETWEEN 3 AND 6", "ab"),
        ("metrics.m NOT BETWEEN 4 AND 6", "ac"),
        ("start_time BETWEEN 1000 AND 2000 AND run_name = 'e'", "e"),
        ("params.lr < 0.01", "d"),
        ("params.lr <= 0.01", "bd"),
        ("params.lr = 0.1", "a"),
        ("params.lr != 0.1", "bd"),
        ("params.lr >= -1", "abd"),
        ("params.lr BETWEEN 0.01 AND 1", "ab"),
        ("params.LR = 9", "e"),
        # series
        ("metrics.m@min < 1", "abc"),
        ("metrics.m@min = 0.5", "ab"),
        ("metrics.m@max > 6", "bc"),
        ("metrics.m@max = 5 AND metrics.m = 3", "a"),
        ("metrics.m@first = 1", "a"),
        ("first(metrics.m) = 0.5", "b"),
        ("metrics.m@first = 8", "c"),
        ("metrics.m@count >= 3", "ab"),
        ("count(metrics.m) = 0", "ed"),
        ("metrics.m@1 = 0.5", "ab"),
        ("metrics.m@1000 = 6", "b"),
        ("metrics.m@1000 = 7", ""),
        ("metrics.m@-5 > 0", "c"),
        ("metrics.m@2 BETWEEN 4 AND 6", "a"),
        ("min(metrics.m) < 0 OR MAX(metrics.`m`) = 5", "ac"),
        ("metrics.m@best = 8", "c"),
        ("best(metrics.m) > 6", "bc"),
        # a dot: MLflow's meaning for b, which has a metric of that name, ours for the others
        ("metrics.m.min = 42", "b"),
        ("metrics.m.min < 1", "ac"),
        ("metrics.m.min != 42", "ac"),
        ("metrics.`m.min` = 42", "b"),
        ("metrics.`m.min` < 1", ""),
        ('metrics."m.min" != 42', ""),
        ("metrics.`m`.min < 1", "abc"),
        ("metrics.m.max > 6", "bc"),
        ("metrics.m.max > 6 OR run_name = 'e'", "bce"),
        ("metrics.m.min BETWEEN 0 AND 1", "a"),
        ("metrics.m.first = 1", "a"),
        ("metrics.m.count < 5", "abc"),  # no points are no value
        ("metrics.m.best = 8", "c"),
        ("metrics.M.best = -9", "e"),
        ("metrics.m.MIN < 1", ""),
        ("metrics.m.min@max = 42", "b"),
        # times
        ("age < 2h", "a"),
        ("age <= 7d", "ab"),
        ("age > 1w", "ced"),
        ("age BETWEEN 2d AND 2w", "bc"),
        ("NOT age < 7d", "ced"),
        ("duration > 2h", "b"),
        ("duration <= 30m", "ad"),
        ("duration = 5s", "d"),
        ("duration BETWEEN 1s AND 0.5h", "ad"),
        ("NOT duration > 1ms", "ce"),
    ],
)
def test_a_filter_finds(api, data, text, found):
    assert names(search(api, data, text)) == found
    # the same within something longer
    assert names(search(api, data, f"run_name != 'x' AND ({text})")) == found
    assert names(search(api, data, f"NOT ({text})")) == "".join(n for n in ALL if n not in found)


def test_experiments_of_runs(api, data):
    def found(text):
        both = [data.experiment, data.other]
        return names(api.post("runs/search", {"experiment_ids": both, "filter": text}))

    assert found(f"experiment.name = '{data.name}'") == ALL
    assert found(f"experiment.name != '{data.name}'") == "f"
    assert found(f"experiment.name LIKE '{data.name[:-1]}%' AND status = 'FAILED'") == "b"
    assert found(f"experiment.name NOT LIKE '{data.name}' OR run_name = 'a'") == "af"
    assert found(f"experiment.name REGEXP '^{re.escape(data.name)}$'") == ALL
    assert found(f"experiment.name IN ('{data.name}', 'x')") == ALL
    assert found(f"experiment.id = '{data.other}'") == "f"
    assert found(f"experiment.id != {data.other}") == ALL
    assert found(f"experiment.id IN ('{data.other}')") == "f"


def test_experiments(api):
    prefix = "s/" + api.experiment()
    for name in ("Anna", "bert", "carl"):
        tags = [{"key": "team", "value": name[:1]}]
        api.post("experiments/create", {"name": f"{prefix}/{name}", "tags": tags}).ok()

    def found(text):
        body = {"max_results": 50, "filter": f"name LIKE '{prefix}/%' AND ({text})", "order_by": ["name"]}
        return [e["name"].split("/")[2] for e in api.post("experiments/search", body).ok().get("experiments", [])]

    assert found("tags.team = 'A' OR tags.team = 'c'") == ["Anna", "carl"]
    assert found("NOT tags.team = 'A'") == ["bert", "carl"]
    assert found("name REGEXP '/[ab][a-z]*$'") == ["bert"]
    assert found("tags.team IN ('A', 'b')") == ["Anna", "bert"]
    assert found("tags.team NOT IN ('A', 'b')") == ["carl"]
    assert found("name NOT LIKE '%r%'") == ["Anna"]
    assert found("age < 1h") == ["Anna", "bert", "carl"]
    assert found("age >= 1h") == []
    assert found("creation_time BETWEEN 0 AND 5") == []


LEAVES = [
    "status = 'FINISHED'", "run_name IN ('a', 'c')", "metrics.m > 0", "metrics.m@min < 0", "params.lr < 0.05",
    "tags.t IS NULL", "params.p NOT LIKE 'v%'", "end_time > 10000", "age < 7d", "duration > 1h", "params.p REGEXP '1'",
    "metrics.m@count BETWEEN 1 AND 2", "tags.t = 'v OR (NOT'", "first(metrics.m) >= 1", "start_time BETWEEN 0 AND 5000",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_words_are_the_algebra_of_sets(api, data, seed):
    """Whatever AND, OR, NOT and parentheses make of clauses, the runs found are what sets say."""
    rng = random.Random(seed)
    leaves = {leaf: set(names(search(api, data, leaf))) for leaf in LEAVES}

    def word(s):
        return rng.choice([s, s.lower(), s.title()])

    def expression(depth):
        """A text and its set; the strength of its outermost word: 1 OR, 2 AND, 3 the rest."""
        kind = rng.randrange(5) if depth else 0
        if kind < 2:
            leaf = rng.choice(list(leaves))
            return leaf, leaves[leaf], 3
        if kind == 2:
            text, found, strength = expression(depth - 1)
            return f"{word('NOT')} {text if strength == 3 else f'({text})'}", set(ALL) - found, 3
        strength = kind - 2
        left, right = expression(depth - 1), expression(depth - 1)
        texts = [t if s >= strength and rng.random() < 0.8 else f"({t})" for t, _, s in (left, right)]
        glue = rng.choice([" {} ", "\n{}\t", " {} "]).format(word("OR" if strength == 1 else "AND"))
        return glue.join(texts), left[1] | right[1] if strength == 1 else left[1] & right[1], strength

    for _ in range(80):
        text, found, _ = expression(5)
        assert set(names(search(api, data, text))) == found, text


def test_numbers_of_params_are_pythons(api):
    """A param is a number where float() reads one, apart from names, blanks and underscores."""
    experiment, values = api.experiment(), [
        "0", "-0.0", "1", "1.0", "+1", "1e0", "1E+0", ".5", "5.", "-3", "1e-3", "1e3", "00012", "0x10", "1_0", "", " ",
        ".", "-", "+", "e", "1e", "1e+", "--1", "1.2.3", "1,5", "12abc", "abc", "None", "True", "nan", "inf", "1 2", "١",
    ]  # fmt: skip
    runs = {}
    for n, value in enumerate(values):
        runs[n] = api.run(experiment, run_name=str(n))
        api.post("runs/log-parameter", {"run_id": runs[n], "key": "x", "value": value}).ok()

    def number(s):
        return float(s) if re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", s) else None

    numbers = {n: number(v) for n, v in enumerate(values) if number(v) is not None}
    assert 10 < len(numbers) < len(values) - 10
    assert all(float(values[n]) == x for n, x in numbers.items())
    tests = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "=": float.__eq__, "!=": float.__ne__}
    for sign, test in tests.items():
        for than in (0.0, 1.0, 0.5, 12.0, -3.0):
            body = {"experiment_ids": [experiment], "filter": f"params.x {sign} {than}", "max_results": 100}
            found = {int(r["info"]["run_name"]) for r in api.post("runs/search", body).ok().get("runs", [])}
            assert found == {n for n, x in numbers.items() if test(x, than)}, (sign, than)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (["min(metrics.m)"], "cabed"),  # -2, 0.5 twice, none
        (["min(metrics.m) DESC"], "abced"),
        (["max(metrics.m) desc"], "cbaed"),
        (["MAX(metrics.m) ASC"], "abced"),
        (["first(metrics.`m`) DESC"], "cabed"),
        (["count(metrics.m) DESC"], "abced"),
        (["count(metrics.m)", "start_time"], "decba"),
        (["metrics.m.min"], "cabed"),  # b has 42
        (["metrics.m.min DESC"], "baced"),
        (["metrics.`m`.min", "metrics.m.count DESC"], "cabed"),
        (["metrics.m.best DESC", "metrics.m.count"], "cbaed"),
        (["metrics.m@1000"], "baced"),
        (["metrics.m@1 DESC", "max(metrics.m) DESC"], "baced"),
        (["duration"], "dabce"),
        (["duration DESC"], "badce"),
        (["status", "min(metrics.m) DESC"], "badce"),
    ],
)
def test_an_order(api, data, order, found):
    assert names(search(api, data, "", order_by=order)) == found
    paged, token = "", None
    for _ in found:
        more = {"page_token": token} if token else {}
        reply = search(api, data, "", order_by=order, max_results=2, **more)
        paged += names(reply)
        token = reply.json.get("next_page_token")
        if not token:
            break
    assert paged == found


@pytest.mark.parametrize("pattern", ["(", "[", "*", "a{2,1}", "(?<n", "[z-a]", "(?P<n>x)(?P<n>y)"])
def test_a_pattern_that_is_none_is_refused(api, data, pattern):
    reply = search(api, data, f"run_name REGEXP '{pattern}'")
    reply.fails(400, INVALID, re.compile("^Invalid regular expression: "))
    assert names(search(api, data, "run_name REGEXP 'a'")) == "a"


def test_a_pattern_that_never_ends_ends(api, data):
    tag = {"run_id": data.runs["e"], "key": "long", "value": "a" * 4000 + "b"}
    api.post("runs/set-tag", tag).ok()
    start = time.monotonic()
    reply = search(api, data, "tags.long REGEXP '^(a+)+$'")
    assert time.monotonic() - start < 20
    assert reply.status in (200, 400)
    assert names(search(api, data, "tags.long REGEXP 'b$'")) == "e"


def test_hostile_texts_are_values(api, data):
    quotes = ["'", "''", "\\", "\\'", "' OR 1=1 -- ", "x') OR (1=1", "?", "%s", ";DROP TABLE runs;", "`", "\x00", "\u2028", "😀"]
    for text in quotes:
        literal = f'"{text}"'
        for clause in (
            f"params.p IN ({literal}) OR run_name = 'a'",
            f"params.p BETWEEN {literal} AND {literal} OR run_name = 'a'",
            f"tags.t NOT LIKE {literal} OR run_name = 'a'",
            f"experiment.name = {literal} OR run_name = 'a'",
            f"tags.{literal} = 'x' OR run_name = 'a'",
            f"min(metrics.{literal}) < 1 OR run_name = 'a'",
            f"params.`{text}` < 1 OR run_name = 'a'",
            f"run_name REGEXP {literal} OR run_name = 'a'",
        ):
            reply = search(api, data, clause)
            assert reply.status in (200, 400), str(reply)
            if reply.status == 200 and "NOT" not in clause and "REGEXP" not in clause:
                assert names(reply) == "a", clause
    assert names(search(api, data, "(run_name LIKE '%')")) == ALL


def nested(before, n, inner, after=""):
    return before * n + inner + after * n


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (nested("(", 99, "run_name = 'a'", ")"), "a"),
        (nested("NOT ", 98, "run_name = 'a'"), "a"),
        (nested("(NOT ", 48, "run_name = 'a'", ")"), "a"),
        (" OR ".join(f"run_name = '{n}'" for n in [*range(998), "a", "b"]), "ab"),
        (" AND ".join(["(metrics.m@min < 1 OR params.lr = 7)"] * 60), "abc"),
        (nested("(", 101, "run_name = 'a'", ")"), None),
        (nested("NOT ", 101, "run_name = 'a'"), None),
        (nested("NOT(", 5000, "run_name = 'a'", ")"), None),
        (nested("(", 60000, ""), None),
        (" OR ".join(["run_name = 'a'"] * 1001), None),
        (nested("run_name = 'a' OR ", 5000, "x"), None),
    ],
    ids=range(11),
)
def test_large_filters(api, data, text, found):
    reply = search(api, data, text)
    if found is None:
        reply.fails(400, INVALID)
    else:
        assert names(reply) == found


@pytest.mark.parametrize("text", ["status = 'A' OR", "NOT", "(status = 'A'", "age < 7", "age < 7d OR bogus.x = 1",
                                  "metrics.m@last > 1", "min(params.lr) > 1", "tags.t < 5", "metrics.m REGEXP 'x'",
                                  "status = 'A' OR status = 'B' -- c", "params.lr IN (1, 2)", "duration > 1y"])  # fmt: skip
def test_a_filter_is_refused(api, data, text):
    search(api, data, text).fails(400, INVALID)


@pytest.fixture(scope="module")
def directions(api):
    """Runs of experiments that say otherwise what is good; each has the values 1, 2 and 3."""
    says = {
        "plain": {},
        "ours": {"cairn.metric.direction.loss": "Maximize", "cairn.metric.direction.score": "min"},
        "primary": {"mlflow.experiment.primaryMetric.name": "score", "mlflow.experiment.primaryMetric.greaterIsBetter": "False"},
        "both": {
            "mlflow.experiment.primaryMetric.name": "loss", "mlflow.experiment.primaryMetric.greaterIsBetter": "true",
            "cairn.metric.direction.loss": "minimize",
        },
        "nonsense": {"cairn.metric.direction.loss": "up", "CAIRN.metric.direction.loss": "max", "cairn.metric.direction.Score": "min"},
    }
    experiments = []
    for name, tags in says.items():
        experiments.append(api.experiment())
        for key, value in tags.items():
            api.post("experiments/set-experiment-tag", {"experiment_id": experiments[-1], "key": key, "value": value}).ok()
        run = api.run(experiments[-1], run_name=name, start_time=len(experiments))
        points = [{"key": k, "value": v, "timestamp": 1, "step": v} for k in ("loss", "score") for v in (2, 1, 3)]
        api.post("runs/log-batch", {"run_id": run, "metrics": points}).ok()
    return experiments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("metrics.loss.best = 1", {"plain", "primary", "both", "nonsense"}),
        ("metrics.loss.best = 3", {"ours"}),
        ("metrics.score.best = 3", {"plain", "both", "nonsense"}),
        ("metrics.score.best = 1", {"ours", "primary"}),
        ("best(metrics.score) = 1 AND NOT metrics.loss@best = 1", {"ours"}),
    ],
)
def test_each_experiment_says_what_is_best(api, directions, text, found):
    reply = api.post("runs/search", {"experiment_ids": directions, "filter": text}).ok()
    assert {r["info"]["run_name"] for r in reply.get("runs", [])} == found


def test_the_best_first(api, directions):
    def ordered(*by):
        reply = api.post("runs/search", {"experiment_ids": directions, "order_by": by}).ok()
        return [r["info"]["run_name"] for r in reply["runs"]]

    assert ordered("metrics.score.best", "start_time") == ["ours", "primary", "plain", "both", "nonsense"]
    assert ordered("metrics.score.best DESC", "start_time") == ["plain", "both", "nonsense", "ours", "primary"]
    assert ordered("best(metrics.loss) DESC", "start_time")[0] == "ours"


def test_an_order_with_a_dot_has_values_then_nan_then_nothing(api, experiment):
    points = {
        "named": [("k.min", 5.0), ("k", -100.0)], "series": [("k", 7.0), ("k", 3.0), ("k", "NaN")], "nan": [("k.min", "NaN"), ("k", 1.0)],
        "infinite": [("k", "-Infinity")], "only nan": [("k", "NaN")], "nothing": [("K", 1.0)],
    }
    for start, (name, of) in enumerate(points.items()):
        run = api.run(experiment, run_name=name, start_time=start)
        metrics = [{"key": k, "value": v, "timestamp": 1, "step": i} for i, (k, v) in enumerate(of)]
        api.post("runs/log-batch", {"run_id": run, "metrics": metrics}).ok()

    def ordered(by):
        reply = api.post("runs/search", {"experiment_ids": [experiment], "order_by": [by, "start_time"]}).ok()
        return [r["info"]["run_name"] for r in reply["runs"]]

    assert ordered("metrics.k.min") == ["infinite", "series", "named", "nan", "only nan", "nothing"]
    assert ordered("metrics.k.min DESC") == ["named", "series", "infinite", "nan", "only nan", "nothing"]
    # exactly as written: MLflow's order
    assert ordered("metrics.`k.min` ASC") == ["named", "nan", "series", "infinite", "only nan", "nothing"]
    assert ordered("metrics.`k.min`") == ["named", "nan", "series", "infinite", "only nan", "nothing"]
