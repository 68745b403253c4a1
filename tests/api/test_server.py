"""What is there besides experiments and runs: health, version, what the server can do."""

import pytest


def test_health_answers_ok(api):
    reply = api.get("/health")
    assert (reply.status, reply.text) == (200, "OK")


def test_version_is_the_mlflow_version_we_are_compatible_with(api):
    reply = api.get("/version")
    assert (reply.status, reply.text) == (200, "3.17.2")


@pytest.mark.parametrize("door", ["api", "ajax-api"])
def test_server_info_says_what_the_server_can_do(api, door):
    info = api.get(f"/{door}/3.0/mlflow/server-info").ok()
    assert info["store_type"] == "SqlStore"
    for name in ("workspaces_enabled", "trace_archival_enabled", "multipart_uploads_enabled", "multipart_downloads_enabled"):
        assert info[name] is False, name
    assert {"presigned_upload_run_id_supported", "presigned_upload_model_id_supported", "features_enabled"} <= set(info)


@pytest.mark.parametrize("door", ["api", "ajax-api"])
def test_no_logged_model_is_found(api, door):
    """list_artifacts of the client asks for one and fails if there is no answer."""
    body = {"experiment_ids": ["0"], "filter": "name = 'x'", "max_results": 1}
    assert api.post(f"/{door}/2.0/mlflow/logged-models/search", body).ok() == {}


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_a_probe_may_be_a_head(api, path):
    reply = api.request("HEAD", path)
    assert (reply.status, reply.body) == (200, b"")


def test_a_probe_has_one_address(api):
    assert api.get("/version/").status == 404
