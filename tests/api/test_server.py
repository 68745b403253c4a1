"""What is there besides experiments and runs: health, version, what the server can do."""

import re

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
    for name in ("workspaces_enabled", "trace_archival_enabled", "multipart_downloads_enabled"):
        assert info[name] is False, name
    assert info["multipart_uploads_enabled"] is not api.server.is_peer  # the peer has none on a local disk
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


# -- the pages


@pytest.fixture
def index(api):
    if api.server.is_peer:
        pytest.skip("the peer has another UI")
    if not (api.server.static_dir / "index.html").exists():
        pytest.skip("the UI is not built: node static/build.mjs")
    reply = api.get("/")
    assert (reply.status, reply.type.split(";")[0]) == (200, "text/html")
    return reply


def test_the_page_may_run_nothing_but_what_we_ship(index):
    policy = index.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert index.headers["X-Content-Type-Options"] == "nosniff"
    assert index.headers["Cache-Control"] == "no-cache"
    assert not re.search(r"(?:src|href)=[\"']?https?:", index.text)


def test_what_the_page_loads_is_there_for_ever(api, index):
    assets = re.findall(r"(?:src|href)=\"/?(assets/[^\"]+)\"", index.text)
    assert assets
    for asset in assets:
        reply = api.get("/" + asset)
        assert reply.status == 200, str(reply)
        assert "immutable" in reply.headers["Cache-Control"]
        assert reply.type.split(";")[0] in ("text/javascript", "text/css", "image/svg+xml", "image/png", "font/woff2"), reply.type


def test_a_page_that_is_not_there(api, index):
    assert api.get("/assets/nope.js").status == 404
    assert "immutable" not in api.get("/assets/nope.js").headers.get("Cache-Control", "")
