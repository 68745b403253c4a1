"""Talk to the server under test: JSON in, JSON out, and the bytes when they matter."""

import http.client
import json as jsonlib
import secrets

import requests

API = "/api/2.0/mlflow/"


class Reply:
    def __init__(self, status, headers, body, said):
        self.status = status
        self.headers = headers
        self.body = body
        self.said = said

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        try:
            return jsonlib.loads(self.body)
        except ValueError:
            raise AssertionError(f"{self}: the body is not JSON") from None

    @property
    def type(self):
        return self.headers.get("Content-Type", "")

    def ok(self):
        """The JSON of a reply that must be a success."""
        assert self.status == 200, str(self)
        assert self.type == "application/json", str(self)
        return self.json

    def fails(self, status, code, message=None):
        """The error of a reply that must be one; the message may be the text or a pattern."""
        assert self.type == "application/json", str(self)
        error = self.json
        assert (self.status, error.get("error_code")) == (status, code), str(self)
        assert isinstance(error.get("message"), str) and error["message"], str(self)
        if hasattr(message, "search"):
            assert message.search(error["message"]), f"{message.pattern!r} is not in {error['message']!r}"
        elif message is not None:
            assert error["message"] == message
        return error

    def __str__(self):
        return f"{self.said}\n  -> {self.status} {self.type}\n     {self.body[:1500]!r}"


def missing(name):
    return (
        f"Missing value for required parameter '{name}'. "
        "See the API docs for more information about request parameters."
    )


def wrong(name, value, type_name):
    """The text for a value of the wrong type; `value` is what was sent."""
    return (
        f"Invalid value {jsonlib.dumps(value, separators=(',', ':'))} for parameter '{name}' supplied:  "
        f"Hint: Value was of type '{type_name}'. "
        "See the API docs for more information about request parameters."
    )


class Api:
    """Requests by the short name of the route (`runs/create`) or by its whole path (`/health`)."""

    def __init__(self, server):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False

    def path(self, route):
        return route if route.startswith("/") else API + route

    def request(self, method, route, **kw):
        kw.setdefault("timeout", 60)
        kw.setdefault("allow_redirects", False)
        r = self.session.request(method, self.server.url + self.path(route), **kw)
        said = f"{method} {r.request.path_url} {str(r.request.body)[:500]}"
        reply = Reply(r.status_code, r.headers, r.content, said)
        self.must_be_sound(reply)
        return reply

    def must_be_sound(self, reply):
        """What holds for every reply of Cairn, whatever the request was."""
        if self.server.is_peer:
            return
        assert reply.status != 500 and reply.status != 502, str(reply)
        if reply.status >= 400 and reply.body:
            assert reply.type == "application/json", str(reply)
            error = reply.json
            assert isinstance(error.get("error_code"), str) and isinstance(error.get("message"), str), str(reply)

    def post(self, route, body=None, **kw):
        if isinstance(body, (str, bytes)):
            data = body.encode() if isinstance(body, str) else body
            headers = {"Content-Type": "application/json", **kw.pop("headers", {})}
            return self.request("POST", route, data=data, headers=headers, **kw)
        return self.request("POST", route, json={} if body is None else body, **kw)

    def get(self, route, params=None, **kw):
        return self.request("GET", route, params=params, **kw)

    def raw(self, method, target, body=None, headers=None, timeout=60):
        """The request target exactly as written: no normalising of dots, no encoding."""
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=timeout)
        try:
            link.putrequest(method, target, skip_host=bool(headers and "Host" in headers))
            for name, value in (headers or {}).items():
                link.putheader(name, value)
            if body is not None and "Transfer-Encoding" not in (headers or {}):
                link.putheader("Content-Length", str(len(body)))
            link.endheaders(body)
            r = link.getresponse()
            return Reply(r.status, r.headers, r.read(), f"{method} {target}")
        finally:
            link.close()

    # -- what nearly every test begins with

    def experiment(self, name=None, **more):
        return self.post("experiments/create", {"name": name or unique("exp"), **more}).ok()["experiment_id"]

    def get_experiment(self, experiment_id):
        return self.get("experiments/get", {"experiment_id": experiment_id}).ok()["experiment"]

    def run(self, experiment_id="0", **more):
        run = self.post("runs/create", {"experiment_id": experiment_id, "start_time": 1, **more}).ok()["run"]
        return run["info"]["run_id"]

    def get_run(self, run_id):
        return self.get("runs/get", {"run_id": run_id}).ok()["run"]

    def log_metric(self, run_id, key, value, timestamp=1, step=0, **more):
        body = {"run_id": run_id, "key": key, "value": value, "timestamp": timestamp, "step": step, **more}
        return self.post("runs/log-metric", body)

    def history(self, run_id, key, **more):
        return self.get("metrics/get-history", {"run_id": run_id, "metric_key": key, **more}).ok().get("metrics", [])

    def metrics(self, run_id):
        return {m["key"]: m for m in self.get_run(run_id)["data"].get("metrics", [])}

    def params(self, run_id):
        return {p["key"]: p["value"] for p in self.get_run(run_id)["data"].get("params", [])}

    def tags(self, run_id):
        return {t["key"]: t["value"] for t in self.get_run(run_id)["data"].get("tags", [])}


def unique(prefix):
    return f"{prefix}-{secrets.token_hex(6)}"
