"""The real client, as these tests import it."""

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
def tracked(client):
    """An experiment that is the active one."""
    return mlflow.set_experiment(unique("work"))
