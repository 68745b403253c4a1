"""Fills a database: the same rows, whoever's schema it is. The values come from hashes, so two fills are equal."""

SEARCHED, SERIES, CREATED, LOGGED = 1, 2, 3, 4   # experiments
POINTS_RUNS = 10
IDS = {SEARCHED: "searched", SERIES: "series", LOGGED: "logged"}


def run_id(experiment, n):
    """What MD5(CONCAT(…)) makes of it in SQL."""
    import hashlib

    return hashlib.md5(f"{IDS[experiment]}{n}".encode()).hexdigest()


def sql_id(experiment, column):
    return f"MD5(CONCAT('{IDS[experiment]}', {column}))"


def hashed(*columns):
    """A number from 0 to 1."""
    return f"CRC32(CONCAT_WS('.', {', '.join(columns)})) / 4294967296"


def experiments(count):
    return [f"""
INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
SELECT seq, CONCAT('bench-', seq), CONCAT('mlflow-artifacts:/', seq), 'active', 1700000000000 + seq, 1700000000000 + seq
  FROM seq_1_to_{count}""", f"""
INSERT INTO experiment_tags (experiment_id, `key`, value)
SELECT seq, 'mlflow.note.content', CONCAT('experiment number ', seq) FROM seq_1_to_{count}"""]


def runs(experiment, count):
    identity = sql_id(experiment, "seq")
    return [f"""
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
                  source_version, lifecycle_stage, artifact_uri, experiment_id)
SELECT {identity}, CONCAT('run-', seq), 'UNKNOWN', '', '', 'bench', 'FINISHED', 1700000000000 + 1000 * seq,
       1700000500000 + 1000 * seq, '', 'active',
       CONCAT('mlflow-artifacts:/{experiment}/', {identity}, '/artifacts'), {experiment}
  FROM seq_0_to_{count - 1}"""]


def values(experiment, count):
    """Ten params, ten metrics and five tags for each run. metric_0 is even in [0, 1), param_0 one of ten texts."""
    identity, of_each = sql_id(experiment, "r.seq"), f"FROM seq_0_to_{count - 1} r JOIN seq_0_to_9 k"
    metric = f"{hashed('r.seq', 'k.seq')}, 1700000000000 + r.seq, {identity}, 10, 0 {of_each}"
    return [f"""
INSERT INTO params (`key`, value, run_uuid)
SELECT CONCAT('param_', k.seq), IF(k.seq = 0, CONCAT('v', r.seq MOD 10), CONCAT('value ', MD5(r.seq * 10 + k.seq))),
       {identity} {of_each}""", f"""
INSERT INTO latest_metrics (`key`, value, timestamp, run_uuid, step, is_nan)
SELECT CONCAT('metric_', k.seq), {metric}""", f"""
INSERT INTO metrics (`key`, value, timestamp, run_uuid, step, is_nan)
SELECT CONCAT('metric_', k.seq), {metric}""", f"""
INSERT INTO tags (`key`, value, run_uuid)
SELECT ELT(k.seq + 1, 'mlflow.runName', 'mlflow.user', 'mlflow.source.name', 'mlflow.source.type', 'team'),
       ELT(k.seq + 1, CONCAT('run-', r.seq), 'bench', 'train.py', 'LOCAL', CONCAT('team-', r.seq MOD 20)), {identity}
  FROM seq_0_to_{count - 1} r JOIN seq_0_to_4 k"""]


def series(points, long):
    identity = sql_id(SERIES, "r.seq")
    columns = "`key`, value, timestamp, run_uuid, step, is_nan"
    out = [f"""
INSERT INTO metrics ({columns})
SELECT 'loss', {hashed("p.seq")}, 1700000000000 + 100 * p.seq, MD5('{IDS[SERIES]}{n}'), p.seq, 0
  FROM seq_0_to_{points - 1} p""" for n in range(POINTS_RUNS)]
    return [*out, f"""
INSERT INTO metrics ({columns})
SELECT 'long', {hashed("p.seq")}, 1700000000000 + 100 * p.seq, MD5('{IDS[SERIES]}0'), p.seq, 0
  FROM seq_0_to_{long - 1} p""", f"""
INSERT INTO latest_metrics ({columns})
SELECT 'long', {hashed(str(long - 1))}, 1700000000000 + 100 * {long - 1}, MD5('{IDS[SERIES]}0'), {long - 1}, 0""", f"""
INSERT INTO latest_metrics ({columns})
SELECT 'loss', {hashed(str(points - 1))}, 1700000000000 + 100 * {points - 1}, {identity}, {points - 1}, 0
  FROM seq_0_to_{POINTS_RUNS - 1} r"""]


def fill(db, sizes):
    statements = [
        *experiments(max(sizes.experiments, LOGGED)),
        *runs(SEARCHED, sizes.runs),
        *values(SEARCHED, sizes.runs),
        *runs(SERIES, POINTS_RUNS),
        *series(sizes.points, sizes.long),
        *runs(LOGGED, sizes.logged),
    ]
    db.execute("SET SESSION foreign_key_checks = 0, unique_checks = 0")
    for statement in statements:
        db.execute(statement)
    for table in ("experiments", "experiment_tags", "runs", "params", "tags", "metrics", "latest_metrics"):
        db.execute(f"ANALYZE TABLE {table}")
    db.close()
