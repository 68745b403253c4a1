"""URIs that clients give for where artifacts are: kept as a text or refused, and never opened.

A listener of the test's own stands for every host that such a URI names: nobody may
connect to it. Files of this machine stand for themselves: their bytes may not come back.
"""

import re
import socket

import pytest

from harness.api import unique
from harness.cairn import cairn

INVALID = "INVALID_PARAMETER_VALUE"
STORE = "/api/2.0/mlflow-artifacts/artifacts"

FOREIGN = re.compile("cannot use the '[a-z0-9-]+' scheme")
PARAMS = re.compile("can't include fragments or params")
QUERY = re.compile("Invalid query string")
CLIMBS = re.compile(r"can't include '\.\.'")
CONTROL = re.compile("can't include control characters")
BACKSLASH = re.compile("can't include backslashes")
PASSWORD = re.compile("can't include a password")
RUNS = re.compile("cannot be a runs:/ URI")
LENGTH = re.compile("Invalid artifact path length")

# What the peer refuses, and so does Cairn, with the same words. HOST is the listener.
REFUSED = [
    ("http://HOST/x", FOREIGN),
    ("HTTP://HOST/x", FOREIGN),
    ("https://HOST/x", FOREIGN),
    ("http://169.254.169.254/latest/meta-data", FOREIGN),
    ("http://[::1]/x", FOREIGN),
    ("http://2130706433/x", FOREIGN),
    ("http://localhost@HOST/x", FOREIGN),
    ("https://HOST/api/2.0/mlflow-artifacts/artifacts/../../..", FOREIGN),
    ("http:///#/../../../etc/", PARAMS),
    ("ftp://HOST/x", FOREIGN),
    ("sftp://u:p@HOST/x", FOREIGN),
    ("hdfs://HOST/x", FOREIGN),
    ("viewfs://HOST/x", FOREIGN),
    ("r2://u@HOST/x", FOREIGN),
    ("b2://HOST/x", FOREIGN),
    ("abfss://c@HOST/x", FOREIGN),
    ("mlflow-artifacts://HOST/x", FOREIGN),
    ("mlflow-artifacts:/x#/../etc", PARAMS),
    ("mlflow-artifacts:/x?a=../..", QUERY),
    ("mlflow-artifacts:/x?a=%2e%2e", QUERY),
    ("s3://b/x#f", PARAMS),
    ("s3://b/x?y=..", QUERY),
    ("dbfs:/x?y=/../etc", QUERY),
    ("runs:/../../etc", RUNS),
    ("s3://b/" + "x" * 2100, LENGTH),
]

# What the peer keeps, and Cairn refuses.
REFUSED_HERE = [
    ("mlflow-artifacts:/../../etc", CLIMBS),
    ("mlflow-artifacts:/x/%2e%2e/%2e%2e/etc", CLIMBS),
    ("mlflow-artifacts:/x/%252e%252e/etc", CLIMBS),
    ("mlflow-artifacts:/..%2fetc", CLIMBS),
    ("mlflow-artifacts:/x\\..\\..\\etc", CLIMBS),
    ("mlflow-artifacts:/x;/../../etc", PARAMS),
    ("mlflow-artifacts:/a\nb", CONTROL),
    ("mlflow-artifacts:/a%0d%0ab", CONTROL),
    ("s3://b/x;/../../etc", PARAMS),
    ("s3://b/../c", CLIMBS),
    ("s3://key:secret@b/x", PASSWORD),
    ("dbfs:/../etc", CLIMBS),
    ("file:///x/../../etc", CLIMBS),
    ("file:///x/%2e%2e/%2e%2e/etc", CLIMBS),
    ("../../etc", CLIMBS),
    ("\\\\HOST\\share", BACKSLASH),
    ("file:\\\\HOST\\share", BACKSLASH),
    ("\t/etc", CONTROL),
]

# What is kept as it is: no place of this server's.
OPAQUE = [
    "/etc", "//etc", "file:///etc", "file:/etc", "FILE:///etc", "file://localhost/etc", "file://HOST/etc", "/proc/self",
    "file:///proc/self", "s3://b/x", "s3://HOST/x", "s3://169.254.169.254/x", "gs://HOST/x", "wasbs://c@HOST/x", "wasb://c@HOST/x",
    "adl://HOST/x", "dbfs:/x", "databricks://HOST/x", "unknown://HOST/x", "gopher://HOST/x", "dict://HOST/x", "ldap://HOST/x",
    "data:text/plain,x", "jar:file:///etc!/x", "javascript:alert(1)", "unix:/run/x.sock", "models:/m/1", "C:/x", "C:\\Windows", "s3:",
]  # fmt: skip


class Listener:
    """Stands for the hosts that URIs name."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.name = "127.0.0.1:%d" % self.socket.getsockname()[1]

    def was_asked(self):
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.socket.close()


def create(api, listener, location):
    return api.post("experiments/create", {"name": unique("s"), "artifact_location": location.replace("HOST", listener.name)})


@pytest.mark.parametrize(("location", "message"), REFUSED, ids=[uri[:60] for uri, _ in REFUSED])
def test_a_location_is_refused(api, listener, location, message):
    create(api, listener, location).fails(400, INVALID, message)
    assert not listener.was_asked()


@pytest.mark.improves("the peer keeps what climbs, hides or tells secrets, and opens some of it")
@pytest.mark.parametrize(("location", "message"), REFUSED_HERE, ids=[uri for uri, _ in REFUSED_HERE])
def test_a_location_is_refused_here(api, listener, location, message):
    create(api, listener, location).fails(400, INVALID, message)
    assert not listener.was_asked()


@pytest.mark.improves("the peer answers 500 to a NUL, once it is stored")
def test_a_location_with_a_nul(api, listener):
    create(api, listener, "mlflow-artifacts:/x\0y").fails(400, INVALID)


def all_that_opens(api, experiment):
    """What each route says that reads or writes artifacts of a run and of a model."""
    run = api.run(experiment)
    model = api.post("logged-models", {"experiment_id": experiment, "name": "m"}).ok()["model"]["info"]["model_id"]
    text = {"Content-Type": "text/plain"}
    yield api.get("artifacts/list", {"run_id": run})
    yield api.get("artifacts/list", {"run_id": run, "path": "passwd"})
    yield api.get("/get-artifact", {"run_id": run, "path": "passwd"})
    yield api.request("POST", "/ajax-api/2.0/mlflow/upload-artifact", params={"run_uuid": run, "path": "w"}, data=b"w", headers=text)
    yield api.get(f"logged-models/{model}/artifacts/directories")
    yield api.get(f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files", {"artifact_file_path": "passwd"})
    yield api.post("artifacts/presigned-upload-url", {"run_id": run, "path": "w"})
    yield api.post("artifacts/presigned-upload-url", {"model_id": model, "path": "w"})
    yield api.post("artifacts/presigned-download-url", {"run_id": run, "path": "passwd"})


@pytest.mark.improves("the peer opens directories of its own machine, and hosts, and answers 500 where it cannot")
@pytest.mark.parametrize("location", OPAQUE)
def test_a_location_is_kept_and_never_opened(api, listener, location):
    experiment = create(api, listener, location).ok()["experiment_id"]
    assert api.get_experiment(experiment)["artifact_location"] == location.replace("HOST", listener.name)
    for reply in all_that_opens(api, experiment):
        assert reply.status in (400, 404, 501), str(reply)
        assert b"root:" not in reply.body and b"PATH=" not in reply.body
    assert not listener.was_asked()


@pytest.mark.cairn_only("the peer's gc is another program")
def test_gc_opens_none_of_them(api, server, listener):
    experiments = [create(api, listener, location).ok()["experiment_id"] for location in OPAQUE]
    for experiment in experiments:
        api.run(experiment)
        api.post("experiments/delete", {"experiment_id": experiment}).ok()
    said = cairn("gc", "--config", server.config, "--delete", "--experiment-ids", ",".join(experiments)).stdout
    assert said.count("are not in this server's store and stay") == 2 * len(OPAQUE)
    assert f"{len(OPAQUE)} runs, 0 logged models, {len(OPAQUE)} experiments; 0 files" in said
    assert not listener.was_asked()


@pytest.mark.cairn_only("where the root is, only the test of Cairn knows")
@pytest.mark.parametrize("form", ["{}/own", "file://{}/own", "file://localhost{}/own", "mlflow-artifacts:/own", "mlflow-artifacts:///own"])
def test_a_location_below_the_root_is_served(api, server, form):
    experiment = api.experiment(artifact_location=form.format(server.artifact_root))
    run = api.run(experiment)
    at = f"own/{run}/artifacts/d/a.txt"
    assert api.request("PUT", f"{STORE}/{at}", data=b"mine").status == 200
    assert api.get("artifacts/list", {"run_id": run, "path": "d"}).ok()["files"] == [{"path": "d/a.txt", "is_dir": False, "file_size": 4}]
    assert api.get("/get-artifact", {"run_id": run, "path": "d/a.txt"}).body == b"mine"


@pytest.mark.cairn_only("where the root is, only the test of Cairn knows")
@pytest.mark.parametrize("form", ["{}-beside", "file://{}/..", "{}/../secret", "{}beside"])
def test_a_location_beside_the_root_is_not(api, server, form):
    reply = api.post("experiments/create", {"name": unique("s"), "artifact_location": form.format(server.artifact_root)})
    if reply.status == 200:
        run = api.run(reply.json["experiment_id"])
        api.get("artifacts/list", {"run_id": run}).fails(400, INVALID, re.compile("which this server does not read"))
    else:
        reply.fails(400, INVALID, CLIMBS)
