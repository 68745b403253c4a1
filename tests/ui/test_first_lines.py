"""The lines of Python on empty pages, run as somebody would who has copied them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

HERE = Path(__file__).parent


def lines(server, *pages):
    environment = {**os.environ, "CAIRN_URL": server.url, "CAIRN_IDS": "{}"}
    done = subprocess.run(["node", HERE / "lines.mjs", *pages], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])  # before it the test runner of browser.mjs speaks


@pytest.mark.timeout(400)
@pytest.mark.cairn_only("the pages are ours")
def test_the_lines_of_empty_pages_fill_them(server, tmp_path):
    client = MlflowClient(server.url)
    name = 'まだ "空" \\\\ の実験'
    experiment = client.create_experiment(name)
    page = f"#/experiments/{experiment}"
    run = client.create_run(experiment, run_name="bare").info.run_id
    codes = lines(server, f"{page}/runs/{run}", f"{page}/runs?show=gallery", f"{page}/models")
    client.delete_run(run)
    codes += lines(server, page)
    client.restore_run(run)
    assert len(codes) == 6, codes

    for code in codes:
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{code}\n{done.stderr}"

    found = client.get_run(run)
    assert found.data.params == {"lr": "0.01"}
    assert found.data.metrics == {"loss": 0.25}
    assert {f.path for f in client.list_artifacts(run)} >= {"notes", "images"}
    assert [m.name for m in client.search_logged_models([experiment])] == ["echo"]
    others = [r for r in client.search_runs([experiment]) if r.info.run_id != run]
    assert {"foo": 1.0} in [r.data.metrics for r in others]
