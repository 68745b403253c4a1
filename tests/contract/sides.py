"""Two servers asked the same; their replies made comparable."""

import json
import re
import time

import requests

from harness.api import API

TIMES = {
    "creation_time", "last_update_time", "end_time", "start_time", "creation_timestamp_ms", "last_updated_timestamp_ms",
}  # fmt: skip
SETS = re.compile(r"\{('[^{}]*')\}")


class Side:
    """One server and the ids it has given."""

    def __init__(self, server):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        self.ids = {}

    def fill(self, value):
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda m: self.ids.get(m[1], m[0]), value)
        if isinstance(value, list):
            return [self.fill(v) for v in value]
        if isinstance(value, tuple):
            return tuple(self.fill(v) for v in value)
        if isinstance(value, dict):
            return {k: self.fill(v) for k, v in value.items()}
        return value

    def send(self, step):
        method, route, data, options = step
        options = dict(options)
        save = options.pop("save", None)
        if options.pop("pause", False):
            time.sleep(0.003)  # the servers keep milliseconds; the order of creation must be seen
        data = self.fill(data)
        path = self.fill(route) if route.startswith("/") else API + route
        kw = {"headers": options.get("headers", {})}
        if method in ("GET", "HEAD", "OPTIONS"):
            kw["params"] = data
            if "json" in options:
                kw["json"] = options["json"]
        elif isinstance(data, (dict, list)):
            kw["json"] = data
        else:
            kw["data"] = data.encode() if isinstance(data, str) else data
            if method == "POST":
                kw["headers"] = {"Content-Type": "application/json", **kw["headers"]}
        url = self.server.url + path
        # As it is: requests would tidy the dots of a path away.
        request = self.session.prepare_request(requests.Request(method, url, **kw))
        query = request.url.partition("?")[2] if "?" not in path else path.partition("?")[2]
        request.url = self.server.url + path.partition("?")[0] + (f"?{query}" if query else "")
        reply = self.session.send(request, timeout=60, allow_redirects=False)
        if save:
            body = reply.json()
            made = next((body[kind]["info"] for kind in ("run", "model") if kind in body), body)
            self.ids[save] = made.get("run_id") or made.get("model_id") or body["experiment_id"]
        return reply


class Normal:
    """Replaces what is of one server only: ids, times, generated names."""

    def __init__(self, ids):
        self.ids = ids

    def known(self, value, otherwise):
        return next((f"<{name}>" for name, known in self.ids.items() if known == value), otherwise)

    def text(self, text):
        text = re.sub(r"\b[0-9a-f]{32}\b", lambda m: self.known(m[0], "<run>"), text)
        text = re.sub(r"\b[a-z]+-[a-z]+-\d{1,4}\b", "<name>", text)
        text = re.sub(
            r"((?:with id=|with id |The experiment |Got value |mlflow-artifacts:/|: '))(\d+)\b",
            lambda m: m[1] + self.known(m[2], m[2] if "artifacts" not in m[1] else "<experiment>"),
            text,
        )
        return SETS.sub(lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", text)

    def value(self, value, key=None):
        if isinstance(value, dict):
            return {k: self.value(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(v, key) for v in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, (int, float)) and key in TIMES:
            return "<now>" if value > 1_750_000_000_000 else value
        if isinstance(value, float) and value != value:
            return "NaN"
        if key == "experiment_id":
            return value if value == "0" else self.known(value, "<experiment>")
        return self.text(value) if isinstance(value, str) else value


def normal(reply, names):
    """What is compared: the status, and the body as far as clients read it."""
    kind = reply.headers.get("Content-Type", "").split(";")[0]
    said = {"status": reply.status_code, "type": kind}
    if kind == "application/json" and reply.content:
        said["body"] = names.value(json.loads(reply.content))
    else:
        said["body"] = reply.text
    for header in ("Content-Disposition", "Content-Range", "Accept-Ranges"):
        if header in reply.headers:
            said[header] = reply.headers[header]
    if reply.request.method == "OPTIONS" and "Allow" in reply.headers:
        said["Allow"] = sorted(reply.headers["Allow"].replace(" ", "").split(","))
    return said


def differences(theirs, ours, at=""):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = []
        if at.startswith(".body") and set(theirs) == set(ours) and list(theirs) != list(ours):
            found.append((f"{at} (order)", list(theirs), list(ours)))
        for key in sorted(set(theirs) | set(ours)):
            if key not in theirs or key not in ours:
                found.append((f"{at}.{key}", theirs.get(key, "(absent)"), ours.get(key, "(absent)")))
            else:
                found += differences(theirs[key], ours[key], f"{at}.{key}")
        return found
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [d for n, (t, o) in enumerate(zip(theirs, ours)) for d in differences(t, o, f"{at}[{n}]")]
    same = theirs == ours and isinstance(theirs, bool) == isinstance(ours, bool)
    return [] if same else [(at, theirs, ours)]
