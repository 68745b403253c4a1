"""Searches over so many runs that the page is taken from an index of values instead of a sort."""

import random

import pytest

RUNS = 2300


@pytest.fixture(scope="module")
def large(server):
    """Runs with ties, NaN and without the metric; rows go in by SQL, for thousands of requests are slow."""
    rng = random.Random(7)
    db = server.db
    db.execute("INSERT INTO experiments (name, lifecycle_stage, workspace, artifact_location) VALUES ('large', 'active', 'default', 'x:/1')")
    experiment = db.value("SELECT experiment_id FROM experiments WHERE name = 'large'")
    runs = []
    for i in range(RUNS):
        run = {"id": f"{rng.getrandbits(128):032x}", "start": rng.randrange(50), "value": None, "nan": False}
        kind = rng.random()
        if kind < 0.8:
            run["value"] = float(rng.randrange(300))
        elif kind < 0.9:
            run["nan"] = True
        runs.append(run)
    db.execute(
        "INSERT INTO runs (run_uuid, name, user_id, source_type, status, start_time, lifecycle_stage, artifact_uri, experiment_id) VALUES "
        + ",".join(f"('{r['id']}', 'n', '', 'UNKNOWN', 'FINISHED', {r['start']}, 'active', 'x:/1', {experiment})" for r in runs)
    )
    db.execute(
        "INSERT INTO latest_metrics (run_uuid, `key`, value, timestamp, step, is_nan) VALUES "
        + ",".join(
            f"('{r['id']}', 'm', {0 if r['nan'] else r['value']}, 1, 0, {int(r['nan'])})" for r in runs if r["nan"] or r["value"] is not None
        )
    )
    return str(experiment), runs


def expected(runs, descending):
    def key(run):
        group = 1 if run["nan"] else 2 if run["value"] is None else 0
        value = 0 if group else run["value"]
        return group, -value if descending else value, -run["start"], run["id"]

    return [run["id"] for run in sorted(runs, key=key)]


def search(api, experiment, order, size, pages=None, **more):
    found, token = [], None
    while pages is None or pages > 0:
        body = {"experiment_ids": [experiment], "order_by": [order], "max_results": size, **more}
        if token:
            body["page_token"] = token
        reply = api.post("runs/search", body).ok()
        found += [run["info"]["run_id"] for run in reply.get("runs", [])]
        token = reply.get("next_page_token")
        pages = None if pages is None else pages - 1
        if not token:
            break
    return found


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_all_pages_by_a_metric(api, large, direction):
    experiment, runs = large
    assert search(api, experiment, f"metrics.m {direction}", 230) == expected(runs, direction == "DESC")


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_a_filter_on_the_way(api, large, direction):
    experiment, runs = large
    some = [run for run in runs if run["value"] is not None and run["value"] > 100 and run["start"] < 25]
    more = {"filter": "metrics.m > 100 AND attributes.start_time < 25"}
    assert search(api, experiment, f"metrics.m {direction}", 100, **more) == expected(some, direction == "DESC")


def test_a_metric_that_nobody_has(api, large):
    experiment, runs = large
    by_time = [run["id"] for run in sorted(runs, key=lambda run: (-run["start"], run["id"]))]
    assert search(api, experiment, "metrics.none DESC", 100, pages=2) == by_time[:200]


def test_a_late_page_by_time(api, large):
    experiment, runs = large
    by_time = [run["id"] for run in sorted(runs, key=lambda run: (run["start"], run["id"]))]
    assert search(api, experiment, "attributes.start_time ASC", 500) == by_time


@pytest.mark.parametrize(
    "text, matches",
    [
        ("metrics.m < 250", lambda r: r["value"] is not None and r["value"] < 250),
        ("metrics.m < 30", lambda r: r["value"] is not None and r["value"] < 30),
        ("metrics.m != 7", lambda r: r["nan"] or r["value"] is not None and r["value"] != 7),
        ("metrics.m >= 0 AND metrics.m < 60", lambda r: r["value"] is not None and r["value"] < 60),
        ("metrics.m = 7 AND attributes.start_time < 25", lambda r: r["value"] == 7 and r["start"] < 25),
        ("metrics.m < 200 AND attributes.start_time >= 47", lambda r: r["value"] is not None and r["value"] < 200 and r["start"] >= 47),
        ("params.none IS NULL AND metrics.m < 150", lambda r: r["value"] is not None and r["value"] < 150),
    ],
)
@pytest.mark.parametrize("size", [7, 200])
def test_filters_that_many_or_few_match(api, large, text, matches, size):
    """Many: a walk along the latest runs; few, or only the latest: another way. The pages tell no difference."""
    experiment, runs = large
    by_time = [run["id"] for run in sorted(filter(matches, runs), key=lambda run: (-run["start"], run["id"]))]
    pages = 12
    assert search(api, experiment, "attributes.start_time DESC", size, pages=pages, filter=text) == by_time[: pages * size]
