"""How any request is read and any error is told, whatever the route."""

import json
import re

import pytest

from harness.api import missing, unique

INVALID = "INVALID_PARAMETER_VALUE"
EXPERIMENT = "experiments/get?experiment_id=0"


# -- two doors to the same house


@pytest.mark.parametrize("route", ["experiments/get?experiment_id=0", "runs/get?run_id=nope", "experiments/get"])
def test_ajax_api_is_api(api, route):
    a, b = api.get(f"/api/2.0/mlflow/{route}"), api.get(f"/ajax-api/2.0/mlflow/{route}")
    assert (a.status, a.type, a.json) == (b.status, b.type, b.json)


def test_ajax_api_writes_too(api):
    made = api.post("/ajax-api/2.0/mlflow/experiments/create", {"name": unique("ajax")}).ok()["experiment_id"]
    assert api.get_experiment(made)["experiment_id"] == made
    run = api.post("/ajax-api/2.0/mlflow/runs/create", {"experiment_id": made}).ok()["run"]["info"]["run_id"]
    api.post("/ajax-api/2.0/mlflow/runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": 1}).ok()
    assert list(api.metrics(run)) == ["m"]


# -- the body


@pytest.mark.parametrize(
    "body",
    ["", " ", "notjson", "{", '{"name":}', '{"name":"x"', "{'name':'x'}", "\x00", '{"name":"x"} trailing'],
)
def test_a_body_that_is_no_json_is_empty(api, body):
    api.post("experiments/create", body).fails(400, INVALID, missing("name"))


@pytest.mark.improves("the peer answers 500 in HTML")
@pytest.mark.parametrize("body", ["[]", '[{"name":"x"}]', "1", "1.5", "true", '"x"', '"[]"'])
def test_a_body_that_is_no_object_is_refused(api, body):
    api.post("experiments/create", body).fails(400, INVALID)


@pytest.mark.parametrize("body", ["null"])
def test_null_is_empty(api, body):
    api.post("experiments/create", body).fails(400, INVALID, missing("name"))


def test_a_body_encoded_twice_is_read_twice(api):
    name = unique("twice")
    made = api.post("experiments/create", json.dumps(json.dumps({"name": name}))).ok()["experiment_id"]
    assert api.get_experiment(made)["name"] == name


def test_unknown_members_are_ignored(api):
    name = unique("unknown")
    made = api.post("experiments/create", {"name": name, "unknown": 1, "x": {"y": [None]}, "": 0}).ok()["experiment_id"]
    assert api.get_experiment(made)["name"] == name


def test_null_is_as_absent(api, experiment):
    body = {"experiment_id": experiment, "run_name": None, "user_id": None, "start_time": None, "tags": None}
    info = api.post("runs/create", body).ok()["run"]["info"]
    assert (info["user_id"], info["start_time"]) == ("", 0)


def test_members_may_be_in_camel_case(api, experiment):
    made = api.post("runs/create", {"experimentId": experiment, "startTime": 5, "runName": "camel"}).ok()["run"]["info"]
    assert (made["experiment_id"], made["start_time"], made["run_name"]) == (experiment, 5, "camel")


def test_a_member_in_both_cases_is_refused(api, run):
    api.post("runs/delete", {"run_id": run, "runId": run}).fails(
        400, INVALID, "Request specifies both 'run_id' and 'runId'; provide only one of them."
    )


def test_query_members_are_never_in_camel_case(api, run):
    api.get("runs/get", {"runId": run}).fails(400, INVALID, missing("run_id"))


def test_the_last_of_two_equal_members_counts(api):
    name = unique("last")
    made = api.post("experiments/create", f'{{"name":"{name}-first","name":"{name}"}}').ok()["experiment_id"]
    assert api.get_experiment(made)["name"] == name


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/json;x=y"])
def test_the_content_type_may_have_parameters(api, content_type):
    headers = {"Content-Type": content_type}
    assert api.request("POST", "experiments/search", data='{"max_results":1}', headers=headers).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_another_content_type_is_refused(api, content_type):
    headers = {"Content-Type": content_type}
    api.request("POST", "experiments/search", data='{"max_results":1}', headers=headers).fails(
        400, INVALID, "Bad Request. Content-Type must be one of ['application/json']."
    )


def test_no_content_type_is_refused(api):
    reply = api.raw("POST", "/api/2.0/mlflow/experiments/search", b'{"max_results":1}')
    reply.fails(400, INVALID, "Bad Request. Content-Type header is missing.")


def test_a_get_without_arguments_reads_the_body(api):
    reply = api.request("GET", "experiments/get", json={"experiment_id": "0"})
    assert reply.ok()["experiment"]["experiment_id"] == "0"


@pytest.mark.parametrize("name", ["é", "日本語", "🚀", "\u2028", "\u007f", "a\u0001b"])
def test_text_escaped_or_not(api, name):
    whole = unique("u") + name
    for body in (json.dumps({"name": whole + "1"}), json.dumps({"name": whole + "2"}, ensure_ascii=False)):
        made = api.post("experiments/create", body).ok()["experiment_id"]
        assert api.get_experiment(made)["name"][:-1] == whole


@pytest.mark.improves("the peer answers 500, or stores what no client can read")
@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"\xff\xfe"}',
        b'{"name":"\\ud83d"}',
        b'{"name":"a\\u0000b"}',
        b'{"name":' + b"[" * 100000 + b"]" * 100000 + b"}",
        b'{"a":' * 50000 + b"1" + b"}" * 50000,
        b'{"name":"x","artifact_location":1e400}',
        b"\xef\xbb\xbf" b'{"name":5}',
    ],
)
def test_hostile_bodies_are_refused(api, body):
    api.post("experiments/create", body).fails(400, INVALID)


def test_big_numbers_do_no_harm(api):
    reply = api.post("experiments/create", '{"name":"%s","unknown":%s}' % (unique("big"), "9" * 4000))
    assert reply.status in (200, 400)


# -- the reply


@pytest.mark.improves("the peer indents its replies")
def test_replies_are_compact_utf8(api):
    made = api.experiment(name=unique("é日本🚀"))
    reply = api.get("experiments/get", {"experiment_id": made})
    assert reply.text == json.dumps(reply.json, separators=(",", ":"), ensure_ascii=False)


def test_an_error_says_what_and_which_kind(api):
    error = api.get("experiments/get", {"experiment_id": "99999"}).fails(404, "RESOURCE_DOES_NOT_EXIST")
    assert error == {
        "error_code": "RESOURCE_DOES_NOT_EXIST",
        "message": "No Experiment with id=99999 exists",
        "sqlstate": "KAM00",
        "error_class": "RESOURCE_NOT_FOUND",
    }


@pytest.mark.parametrize("value", ['"', "\\", "\n", "\u0001", "</script>", "é", "日本", "🚀", "%s%n", "'; --", "\u2028"])
def test_an_error_repeats_what_was_sent_safely(api, value):
    api.get("experiments/get-by-name", {"experiment_name": f"no{value}pe"}).fails(
        404, "RESOURCE_DOES_NOT_EXIST", f"Could not find experiment with name 'no{value}pe'"
    )


@pytest.mark.improves("the peer answers in HTML")
@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/nope",
        "/api/2.0/mlflow/experiments/list",
        "/api/2.0/mlflow/experiments",
        "/api/2.0/mlflow/",
        "/api/2.0/mlflow/experiments/get/",
        "/api/2.0/mlflow//experiments/got",
        "/api/2.0/mlflow/Experiments/get",
        "/api/1.0/mlflow/experiments/get",
        "/api/3.0/mlflow/experiments/get",
        "/api/",
        "/api/2.0",
        "/ajax-api/2.0/mlflow/unified-traces",
        "/api/2.0/mlflow/experiments/get%2f",
        "/api/2.0/mlflow/%65xperiments/gett",
        "/api/2.0/mlflow/é",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_told_in_json(api, method, path):
    more = {"json": {}} if method == "POST" else {}
    api.request(method, path, **more).fails(404, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize("path", ["//api/2.0/mlflow/experiments/search", "/api//2.0/mlflow///experiments/search", "//ajax-api/2.0/mlflow/experiments/search"])
def test_slashes_that_follow_each_other_are_one(api, path):
    """The peer sends the client on with a 308."""
    reply = api.request("POST", path, json={"max_results": 1, "filter": "name = 'Default'"}, allow_redirects=True)
    assert [e["experiment_id"] for e in reply.ok()["experiments"]] == ["0"]
    if not api.server.is_peer:
        api.request("GET", path.replace("experiments/search", "runs/create")).fails(405, "ENDPOINT_NOT_FOUND")


@pytest.mark.improves("the peer answers in HTML")
@pytest.mark.parametrize(
    ("method", "route", "allow"),
    [
        ("PUT", "experiments/get", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "experiments/get", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "runs/create", {"POST", "OPTIONS"}),
        ("GET", "runs/log-metric", {"POST", "OPTIONS"}),
        ("PATCH", "experiments/search", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("POST", "/health", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_told_in_json(api, method, route, allow):
    more = {"json": {}} if method != "GET" else {}
    reply = api.request(method, route, **more)
    assert reply.status == 405 and reply.type == "application/json", str(reply)
    assert isinstance(reply.json["error_code"], str)
    told = {m.strip() for m in reply.headers["Allow"].split(",")}
    assert told >= allow - {"OPTIONS", "HEAD"}
    assert method not in told and told <= allow


@pytest.mark.improves("the peer does not read the query of a HEAD")
def test_head_follows_get(api):
    reply = api.request("HEAD", EXPERIMENT)
    assert (reply.status, reply.body, reply.type) == (200, b"", "application/json")
    assert api.request("HEAD", "experiments/get?experiment_id=99999").status == 404


def test_options_tells_the_methods(api):
    reply = api.request("OPTIONS", "experiments/search")
    assert reply.status == 204
    assert {"GET", "POST"} <= {m.strip() for m in reply.headers["Allow"].split(",")}


def test_a_big_reply_may_be_packed(api, run):
    value = "compress me " * 400
    api.post("runs/log-parameter", {"run_id": run, "key": "p", "value": value}).ok()
    packed = api.get("runs/get", {"run_id": run}, headers={"Accept-Encoding": "gzip"})
    plain = api.get("runs/get", {"run_id": run}, headers={"Accept-Encoding": "identity"})
    assert packed.json == plain.json
    if not api.server.is_peer:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert int(plain.headers["Content-Length"]) == len(plain.body)


# -- who may ask


@pytest.mark.parametrize("host", ["evil.com", "10.evil.com.", "127.0.0.1.evil.com", "localhost.evil.com:5000"])
def test_a_foreign_host_is_refused(api, host):
    if host.startswith("10.") and api.server.is_peer:
        pytest.skip("the peer lets 10.evil.com. in: its pattern is 10.*")
    reply = api.raw("GET", "/api/2.0/mlflow/" + EXPERIMENT, headers={"Host": host})
    assert reply.status == 403, str(reply)
    assert "Default" not in reply.text


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1", "[::1]:80", "192.168.1.1", "10.0.0.1:8080"])
def test_the_hosts_of_this_machine_and_its_network_are_let_in(api, host):
    assert api.raw("GET", "/api/2.0/mlflow/" + EXPERIMENT, headers={"Host": host}).status == 200


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_probes_come_with_any_host(api, path):
    assert api.raw("GET", path, headers={"Host": "evil.com"}).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_foreign_origin_may_not_write(api, method):
    headers = {"Origin": "http://evil.com", "Content-Type": "application/json", "Content-Length": "2"}
    name = unique("csrf")
    body = json.dumps({"name": name}).encode()
    del headers["Content-Length"]
    reply = api.raw(method, "/api/2.0/mlflow/experiments/create", body, headers)
    assert reply.status == 403, str(reply)
    assert api.get("experiments/get-by-name", {"experiment_name": name}).status == 404


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:5000", "own"])
def test_the_own_origin_may_write(api, origin):
    own = api.server.url if origin == "own" else origin
    headers = {"Origin": own}
    assert api.post("experiments/search", {"max_results": 1}, headers=headers).status == 200


def test_replies_carry_the_headers_that_keep_browsers_safe(api):
    for path in (EXPERIMENT, "experiments/get?experiment_id=99999"):
        reply = api.get(path)
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["X-Frame-Options"] == "SAMEORIGIN"


# -- limits of HTTP itself


def test_a_hundred_runs_fit_into_a_url(api):
    reply = api.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", {"run_id": ["a" * 32] * 100, "metric_key": "k" * 250})
    assert reply.ok() == {"metrics": []}


@pytest.mark.cairn_only("limits of our nginx")
def test_a_url_that_is_too_long_is_told_in_json(api):
    reply = api.raw("GET", "/api/2.0/mlflow/runs/get?run_id=" + "x" * 70000)
    assert reply.status in (400, 414) and reply.json["error_code"] == "BAD_REQUEST", str(reply)


@pytest.mark.cairn_only("limits of our nginx")
@pytest.mark.parametrize(
    "lines",
    [
        "GET /api/2.0/mlflow/experiments/get HTTP/1.1\r\nHost: localhost\r\nHost: x\r\n\r\n",
        "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "BOGUS\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_not_failed(api, lines):
    import socket

    with socket.create_connection(("127.0.0.1", api.server.port), timeout=60) as s:
        s.sendall(lines.encode())
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
    status = re.match(rb"HTTP/1\.[01] (\d+)", answer)
    assert status is None or 400 <= int(status[1]) < 500 or int(status[1]) == 505, answer


def test_chunked_bodies_are_read(api, run):
    def parts():
        yield b'{"run_id":"' + run.encode()
        yield b'","key":"p","value":"1"}'

    headers = {"Content-Type": "application/json"}
    if api.server.is_peer:
        pytest.skip("the peer sees no body here: WSGI without a length")
    assert api.request("POST", "runs/log-parameter", data=parts(), headers=headers).status == 200
    assert api.params(run) == {"p": "1"}
