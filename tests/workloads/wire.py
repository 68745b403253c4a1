"""A client of another language, as seen on the wire: its headers, its forms, one connection kept."""

import gzip
import http.client
import json
from urllib.parse import quote

import pytest


class Wire:
    def __init__(self, server, headers):
        self.link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.headers = headers

    def send(self, verb, path, query=None, body=None):
        """The status and the JSON of the reply; the body is sent exactly as given."""
        target = f"/api/2.0/mlflow/{path}"
        if query:
            target += "?" + "&".join(f"{k}={quote(str(v), safe='')}" for k, v in query.items())
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = self.headers.get("Content-Type", "application/json")
        self.link.request(verb, target, body.encode() if body is not None else None, headers)
        reply = self.link.getresponse()
        told = reply.read()
        if reply.headers.get("Content-Encoding") == "gzip":
            told = gzip.decompress(told)
        return reply.status, json.loads(told)

    def get(self, path, /, **query):
        status, told = self.send("GET", path, query)
        assert status == 200, told
        return told

    def refused(self, verb, path, status, code, query=None, body=None):
        got, told = self.send(verb, path, query, body)
        assert (got, told.get("error_code")) == (status, code), told
        return told["message"]


@pytest.fixture
def wire(server):
    made = []

    def make(headers):
        made.append(Wire(server, headers))
        return made[-1]

    yield make
    for one in made:
        one.link.close()
