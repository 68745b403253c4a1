"""What is there besides the tracking API: health, version, what the server can do."""


def test_health_answers_ok(api):
    reply = api.get("/health")
    assert (reply.status, reply.text) == (200, "OK")


def test_version_is_the_mlflow_version_we_are_compatible_with(api):
    reply = api.get("/version")
    assert (reply.status, reply.text) == (200, "3.17.2")
