"""The pages on 100,000 runs of 25 keys and on a metric of a million points, filled in SQL as the bench fills them."""

import sys
import types
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "bench"))
import fill

RUNS, POINTS, LONG = 100_000, 100_000, 1_000_000
SPIKE_STEP, SPIKE = 654_321, 50.0
NESTED, EACH = 5, 100  # an experiment of the fill, in which the first of so many runs is the parent of the others

pytestmark = [pytest.mark.large, pytest.mark.cairn_only("the pages are ours")]


def patient(db):
    """A fill takes longer than a statement of a test may."""
    link = db.mariadb.connect(db.name)
    link._read_timeout = link._write_timeout = 900
    db._link = link


def nest(db):
    """As many runs again, in an experiment of their own: studies and their trials."""
    of = f"FROM seq_0_to_{RUNS - 1}"
    db.execute(f"""
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
                  source_version, lifecycle_stage, artifact_uri, experiment_id)
SELECT MD5(CONCAT('nested', seq)), IF(seq MOD {EACH} = 0, CONCAT('study-', seq DIV {EACH}), CONCAT('trial-', seq)), 'UNKNOWN', '', '',
       'bench', 'FINISHED', 1700000000000 + 1000 * seq, 1700000500000 + 1000 * seq, '', 'active', '', {NESTED} {of}""")
    db.execute(f"""
INSERT INTO tags (`key`, value, run_uuid)
SELECT 'mlflow.parentRunId', MD5(CONCAT('nested', seq - seq MOD {EACH})), MD5(CONCAT('nested', seq)) {of} WHERE seq MOD {EACH} <> 0""")
    db.execute("ANALYZE TABLE runs, tags")


@pytest.fixture(scope="module")
def filled(server):
    """What the pages have to show, asked of the database and not of the server."""
    db = server.db
    patient(db)
    fill.fill(db, types.SimpleNamespace(runs=RUNS, points=POINTS, long=LONG, experiments=20, logged=10))
    patient(db)
    nest(db)
    series = fill.run_id(fill.SERIES, 0)
    db.execute("UPDATE metrics SET value = %s WHERE run_uuid = %s AND `key` = 'long' AND step = %s", SPIKE, series, SPIKE_STEP)
    here = f"FROM runs r JOIN latest_metrics m USING (run_uuid) WHERE r.experiment_id = {fill.SEARCHED} AND m.`key` = 'metric_0'"
    best = db.rows(f"SELECT r.name {here} ORDER BY m.value DESC LIMIT 3")
    return {
        "searched": str(fill.SEARCHED), "series": str(fill.SERIES), "run": series, "runs": RUNS, "points": POINTS, "long": LONG,
        "nested": {"experiment": str(NESTED), "each": EACH},
        "spike": {"step": SPIKE_STEP, "value": SPIKE},
        "best": [name for (name,) in best], "above": db.value(f"SELECT COUNT(*) {here} AND m.value > 0.9"),
    }


@pytest.mark.timeout(1500)
def test_large_data_is_shown_as_it_is(run_part, filled):
    run_part("large", filled, seconds=600)
