"""The real client, pointed at the server under test; nothing of it stays active behind a test."""

import os
import warnings

import pytest

from harness.api import unique

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
os.environ.setdefault("MPLBACKEND", "agg")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow


@pytest.fixture
def client(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(server.url)
    yield mlflow.MlflowClient(server.url)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def tracked(client):
    """An experiment that is the active one."""
    return mlflow.set_experiment(unique("work"))
