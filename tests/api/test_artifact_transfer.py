"""How nginx moves bytes between a client and a store of the network: what each of them gets to see.

Worker and store are the test's own here, so that they can be as odd as they like; what real ones do is in the
tests of the stores.
"""

import http.client
import os
import re
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from harness.cairn import ROOT
from harness.fastcgi import Workers
from harness.processes import Process, connects, free_port, wait_until

pytestmark = pytest.mark.cairn_only("nginx is ours")
DOOR = "/api/2.0/mlflow-artifacts/artifacts/"
SIGNATURE = "AWS4-HMAC-SHA256 Credential=AKIA/secret-of-the-store"
BODY = bytes(range(256)) * 40


class Store:
    """An object store on a free port: keeps what is put, notes every request, answers as `odd` says."""

    def __init__(self, certificate=None):
        store = self
        self.objects, self.seen, self.odd, self.got_bytes = {}, [], None, 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def log_message(self, *args):
                pass

            def note(self):
                store.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if "Content_Length" not in headers and status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_GET(self):
                self.note()
                if store.odd:
                    return store.odd(self)
                body = store.objects.get(self.path)
                if body is None:
                    return self.reply(404, b"<Error><Code>NoSuchKey</Code></Error>", Content_Type="application/xml")
                if self.headers.get("If-None-Match") == '"etag"':
                    return self.reply(304, ETag='"etag"')
                more = dict(
                    ETag='"etag"', Last_Modified="Tue, 24 Nov 2026 01:00:00 GMT", Accept_Ranges="bytes",
                    Content_Type="text/html", Content_Disposition="inline", Content_Encoding="x", Cache_Control="public",
                    Set_Cookie="store=1", x_amz_request_id="R", x_amz_id_2="I", x_ms_request_id="M", Server="Store/1",
                    Access_Control_Allow_Origin="*", x_amz_server_side_encryption_aws_kms_key_id="arn:key",
                )  # fmt: skip
                wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
                if not wanted:
                    return self.reply(200, body, **more)
                first = int(wanted[1]) if wanted[1] else len(body) - int(wanted[2])
                last = min(int(wanted[2]), len(body) - 1) if wanted[1] and wanted[2] else len(body) - 1
                if first >= len(body):
                    return self.reply(416, b"<Error/>", Content_Range=f"bytes */{len(body)}")
                return self.reply(206, body[first : last + 1], Content_Range=f"bytes {first}-{last}/{len(body)}", **more)

            do_HEAD = do_DELETE = do_POST = do_GET

            def do_PUT(self):
                self.note()
                if store.odd:
                    return store.odd(self)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if len(body) == int(self.headers["Content-Length"]):
                    store.objects[self.path] = body
                    self.reply(store.put_status, b"", ETag='"etag"', x_amz_request_id="R", x_amz_version_id="V")

        self.put_status, self.handler = 200, Handler
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self.port = 0
        self.start()
        self.scheme, name = ("https", "localhost") if certificate else ("http", "127.0.0.1")
        self.authority = f"{name}:{self.port}"

    def start(self):
        links = self.links = []

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                link, address = super().get_request()
                links.append(link)
                return link, address

            def handle_error(self, request, address):  # a client that went away
                pass

        self.server = Server(("127.0.0.1", self.port), self.handler)
        self.port = self.server.server_port
        if self.context:
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        for link in self.links:  # those that nginx keeps
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Front:
    """nginx between a worker and a store of ours."""

    def __init__(self, directory, certificate=None, flags=()):
        self.directory, self.store, self.flags = directory, Store(certificate), flags
        for sub in ("run", "log", "conf", "tmp", "stage", "static"):
            (directory / sub).mkdir()
        self.refusal = None
        self.says = {}
        self.workers = Workers(directory / "run" / "artifact.sock", self.answer)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.configure()
        self.nginx = Process(
            "nginx",
            ["nginx", "-p", directory, "-e", directory / "log" / "nginx-error.log", "-c", directory / "conf" / "nginx.conf",
             "-g", "daemon off;" + (" user root;" if os.geteuid() == 0 else "")],
            directory / "log" / "nginx.out",
        )  # fmt: skip
        self.nginx.wait_ready(lambda: connects(("127.0.0.1", self.port)), 20)

    def configure(self):
        subprocess.run(
            [ROOT / "ops" / "nginx-conf", "--out", self.directory / "conf", "--listen", f"127.0.0.1:{self.port}",
             "--run-dir", self.directory / "run", "--stage-dir", self.directory / "stage", "--static-dir",
             self.directory / "static", "--log-dir", self.directory / "log", "--tmp-dir", self.directory / "tmp",
             "--destination", "remote", "--store", f"{self.store.scheme}://{self.store.authority}",
             *self.flags],
            check=True, capture_output=True, text=True,
        )  # fmt: skip

    def answer(self, request):
        """As cairn's workers: a download is signed, an upload is signed or refused."""
        params = request.params
        if self.refusal:
            status, headers, body = self.refusal
            if "UPLOAD_ASK" in params:
                return 403, {**headers, "X-Cairn-Status": status, "X-Cairn-Error": body}, b""
            return status, {"Content-Type": "application/json", **headers}, body.encode()
        headers = {
            "X-Store-Host": self.store.authority,
            "X-Store-Uri": params["REQUEST_URI"].replace(DOOR, "/bucket/"),
            "X-Store-Auth": SIGNATURE,
            "X-Store-Amz-Date": "20261124T010203Z",
            "X-Store-Amz-Sha": "UNSIGNED-PAYLOAD",
        }
        if params["REQUEST_METHOD"] == "PUT":
            headers["X-Accel-Redirect"] = "/_store_put"
        else:
            headers.update({"X-Accel-Redirect": "/_store", "Content-Type": "text/plain", "Content-Disposition": "attachment; filename=x"})
        return 200, {**headers, **self.says}, b""

    def ask(self, method, path, **kw):
        kw.setdefault("timeout", 30)
        return requests.request(method, self.url + DOOR + path, **kw)

    def log(self, name="nginx-error.log"):
        return (self.directory / "log" / name).read_text()

    def files(self):
        return [f for sub in ("tmp", "stage") for _, _, files in os.walk(self.directory / sub) for f in files]

    def stop(self):
        self.nginx.stop()
        self.workers.close()
        self.store.close()


@pytest.fixture(scope="module")
def started(tmp_path_factory, place):
    directory = place / "front"
    directory.mkdir()
    front = Front(directory)
    yield front
    front.stop()
    assert "secret-of-the-store" not in front.log() + front.log("access.log")


@pytest.fixture
def front(started):
    started.refusal, started.says = None, {}
    started.store.odd, started.store.put_status = None, 200
    started.store.objects.clear()
    started.store.seen.clear()
    started.workers.seen.clear()
    yield started
    assert started.files() == []


def is_error(reply, status, code):
    assert (reply.status_code, reply.headers["Content-Type"]) == (status, "application/json"), reply.text
    assert reply.json()["error_code"] == code
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "NoSuch" not in reply.text and "x-amz-request-id" not in reply.headers


# -- downloads


def test_a_download(front):
    front.store.objects["/bucket/a%20b"] = BODY
    reply = front.ask("GET", "a%20b", headers={"Cookie": "c=1", "Authorization": "Basic dXNlcg==", "x-amz-acl": "public"})
    assert (reply.status_code, reply.content) == (200, BODY)
    ((method, path, sent),) = front.store.seen
    assert (method, path) == ("GET", "/bucket/a%20b")
    assert sent == {
        "host": front.store.authority,
        "authorization": SIGNATURE,
        "x-amz-date": "20261124T010203Z",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    }
    assert reply.headers["Content-Type"] == "text/plain"
    assert reply.headers["Content-Disposition"] == "attachment; filename=x"
    assert reply.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert set(k.lower() for k in reply.headers) == {
        "server", "date", "content-type", "content-length", "connection", "content-disposition", "etag", "last-modified",
        "accept-ranges", "x-content-type-options", "x-frame-options", "referrer-policy", "content-security-policy", "x-request-id",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"), [("0-3", 206, 0, 3), ("10000-", 206, 10000, None), ("-2", 206, -2, None), ("99999-", 416, 0, 0)]
)
def test_a_range(front, asked, status, first, last):
    front.store.objects["/bucket/x"] = BODY
    reply = front.ask("GET", "x", headers={"Range": f"bytes={asked}"})
    assert reply.status_code == status
    assert front.workers.seen[0].params["HTTP_RANGE"] == f"bytes={asked}"
    if status == 206:
        assert reply.content == BODY[first : None if last is None else last + 1]
        assert reply.headers["Content-Range"].endswith(f"/{len(BODY)}")
    else:
        is_error(reply, 416, "BAD_REQUEST")


@pytest.mark.parametrize("more", [{"Range": "bytes=0-1,4-5"}, {"Range": "bytes=0-3", "If-Range": '"old"'}, {"Range": "lines=1-2"}])
def test_what_a_store_may_not_understand_gets_the_whole_file(front, more):
    front.store.objects["/bucket/x"] = BODY
    reply = front.ask("GET", "x", headers=more)
    assert (reply.status_code, reply.content) == (200, BODY)
    assert "range" not in front.store.seen[0][2] and "HTTP_RANGE" not in front.workers.seen[0].params


def test_what_the_client_has_is_not_sent_again(front):
    front.store.objects["/bucket/x"] = BODY
    etag = front.ask("GET", "x").headers["ETag"]
    reply = front.ask("GET", "x", headers={"If-None-Match": etag})
    assert (reply.status_code, reply.content) == (304, b"")
    assert front.workers.seen[-1].params["HTTP_IF_NONE_MATCH"] == etag


def test_head_is_made_of_a_get_whose_body_is_left(front):
    front.store.objects["/bucket/x"] = BODY
    head, get = front.ask("HEAD", "x"), front.ask("GET", "x")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Content-Disposition", "ETag", "Last-Modified"):
        assert head.headers[name] == get.headers[name]
    assert [method for method, _, _ in front.store.seen] == ["GET", "GET"]


def test_head_of_a_large_file_takes_little_of_it(front):
    sent, over = [], threading.Event()

    def large(handler):
        handler.reply(200, b"", Content_Length=str(1 << 30))
        try:
            for _ in range(1024):
                handler.wfile.write(bytes(1 << 20))
                sent.append(1)
        except OSError:
            handler.close_connection = True
        over.set()

    front.store.odd = large
    reply = front.ask("HEAD", "x")
    assert (reply.status_code, reply.headers["Content-Length"]) == (200, str(1 << 30))
    assert over.wait(30)
    assert len(sent) <= 64


STORE_SAYS = [
    (404, 404, "RESOURCE_DOES_NOT_EXIST"), (403, 400, "INVALID_STATE"), (401, 400, "INVALID_STATE"), (400, 400, "INVALID_STATE"),
    (301, 400, "INVALID_STATE"), (307, 400, "INVALID_STATE"), (409, 400, "INVALID_STATE"), (500, 503, "TEMPORARILY_UNAVAILABLE"),
    (503, 503, "TEMPORARILY_UNAVAILABLE"), (429, 503, "TEMPORARILY_UNAVAILABLE"), (504, 503, "TEMPORARILY_UNAVAILABLE"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "status", "code"), STORE_SAYS)
def test_a_store_that_refuses_a_download(front, said, status, code):
    front.store.odd = lambda h: h.reply(said, b"<Error><Code>NoSuch</Code></Error>", Location="http://127.0.0.1:1/", Set_Cookie="x=1")
    reply = front.ask("GET", "x", allow_redirects=False)
    is_error(reply, status, code)
    assert not {"Location", "Set-Cookie"} & set(reply.headers)
    assert reply.headers.get("Retry-After") == ("1" if status == 503 else None)


def test_a_store_cannot_choose_among_the_files_of_nginx(front):
    (front.directory / "static" / "index.html").write_text("page")
    front.store.odd = lambda h: h.reply(200, b"bytes", X_Accel_Redirect="/index.html", X_Accel_Limit_Rate="1", Refresh="0; url=//x")
    reply = front.ask("GET", "x")
    assert (reply.status_code, reply.content) == (200, b"bytes")
    assert "Refresh" not in reply.headers


@pytest.mark.parametrize("host", ["127.0.0.1:1", "169.254.169.254", "localhost", "", "evil.example", "127.0.0.1:1@evil.example"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_host_that_nginx_was_not_told_of_is_never_asked(front, host, method):
    front.says = {"X-Store-Host": host}
    reply = front.ask(method, "x", data=b"x" if method == "PUT" else None)
    if method == "GET":
        is_error(reply, 400, "INVALID_STATE")
    else:
        is_error(reply, 503, "TEMPORARILY_UNAVAILABLE")
    assert front.store.seen == []


@pytest.mark.parametrize("path", ["/_store", "/_store_put", "/_put", "/_put_ask", "/_put_buffered", "/_refused/400", "/_local/0/x"])
def test_inner_addresses_are_nobodys(front, path):
    for method in ("GET", "PUT"):
        reply = requests.request(method, front.url + path, data=b"x" if method == "PUT" else None, timeout=60)
        assert reply.status_code in (400, 404, 405), reply.text
    assert front.store.seen == [] and front.workers.seen == []


# -- uploads


def chunks(body):
    return (body[i : i + 1000] for i in range(0, len(body) or 1, 1000))


@pytest.mark.parametrize("body", [b"", b"x", BODY, os.urandom(3_000_000)], ids=["empty", "one byte", "10 kB", "3 MB"])
@pytest.mark.parametrize("how", ["length", "chunked"])
def test_an_upload(front, body, how):
    data = chunks(body) if how == "chunked" else body
    reply = front.ask("PUT", "d/a%20b", data=data, headers={"Cookie": "c=1", "Authorization": "Basic dXNlcg==", "x-amz-acl": "public"})
    assert (reply.status_code, reply.content) == (200, b""), reply.text
    assert front.store.objects == {"/bucket/d/a%20b": body}
    assert not {"ETag", "x-amz-request-id", "x-amz-version-id"} & set(reply.headers)
    ((method, _, sent),) = front.store.seen
    assert method == "PUT"
    assert sent == {
        "host": front.store.authority,
        "authorization": SIGNATURE,
        "x-amz-date": "20261124T010203Z",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        "content-length": str(len(body)),
    }
    (asked,) = front.workers.seen
    assert asked.params["UPLOAD_LENGTH"] == str(len(body)) and asked.body == b""
    assert asked.params["REQUEST_METHOD"] == "PUT" and asked.params["REQUEST_URI"] == DOOR + "d/a%20b"
    assert asked.params["HTTP_AUTHORIZATION"] == "Basic dXNlcg=="


def test_a_put_without_a_body_makes_an_empty_file(front):
    link = http.client.HTTPConnection("127.0.0.1", front.port, timeout=60)
    link.putrequest("PUT", DOOR + "x", skip_accept_encoding=True)
    link.endheaders()
    assert link.getresponse().status == 200
    link.close()
    assert front.store.objects == {"/bucket/x": b""}


def test_azure_gets_its_headers(front):
    front.says = {
        "X-Store-Ms-Date": "Tue, 24 Nov 2026 01:00:00 GMT", "X-Store-Ms-Version": "2021-12-02", "X-Store-Ms-Blob-Type": "BlockBlob",
        "X-Store-Amz-Date": "", "X-Store-Amz-Sha": "",
    }  # fmt: skip
    front.store.put_status = 201
    assert front.ask("PUT", "x", data=b"abc").ok
    assert front.ask("PUT", "x", data=chunks(b"abc")).ok
    assert front.ask("GET", "x").content == b"abc"
    for method, _, sent in front.store.seen:
        assert sent["x-ms-date"] == "Tue, 24 Nov 2026 01:00:00 GMT" and sent["x-ms-version"] == "2021-12-02"
        assert sent.get("x-ms-blob-type") == ("BlockBlob" if method == "PUT" else None)
        assert not [name for name in sent if name.startswith("x-amz")]


REFUSED = '{"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid path: $é \\"q\\" \'s\'"}'


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 429, 500, 501, 503, 507])
@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_refusal_is_the_workers_own(front, status, how):
    front.refusal = (status, {"WWW-Authenticate": 'Basic realm="mlflow"'} if status == 401 else {}, REFUSED)
    reply = front.ask("PUT", "x", data=chunks(BODY) if how == "chunked" else BODY)
    assert (reply.status_code, reply.content.decode()) == (status, REFUSED)
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers.get("WWW-Authenticate") == ('Basic realm="mlflow"' if status == 401 else None)
    assert front.store.seen == []
    assert len(front.workers.seen) == 1


def test_a_refusal_comes_before_the_body(front):
    """A client that would send 5 GiB hears at once that it need not."""
    front.refusal = (403, {}, REFUSED)
    with socket.create_connection(("127.0.0.1", front.port), timeout=60) as s:
        s.sendall(f"PUT {DOOR}x HTTP/1.1\r\nHost: localhost\r\nContent-Length: {5 << 30}\r\nExpect: 100-continue\r\n\r\n".encode())
        said = b""
        while b"\r\nServer:" not in said:
            said += s.recv(4096)
        assert said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").startswith(b"HTTP/1.1 403 ")


def test_a_client_that_sends_on_still_hears_the_refusal(front):
    """python-requests, which the mlflow client uses, reads no answer before it has sent all."""
    front.refusal = (403, {}, REFUSED)
    with open("/dev/zero", "rb") as zeros:
        reply = front.ask("PUT", "x", data=Limited(zeros, 400_000_000))
    assert (reply.status_code, reply.content.decode()) == (403, REFUSED)


class Limited:
    def __init__(self, file, length):
        self.file, self.length, self.left = file, length, length

    def __len__(self):
        return self.length

    def read(self, size):
        data = self.file.read(min(size, self.left))
        self.left -= len(data)
        return data


@pytest.mark.parametrize(("said", "status", "code"), [(404, 400, "INVALID_STATE") if s[0] == 404 else s for s in STORE_SAYS])
@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_store_that_refuses_an_upload(front, said, status, code, how):
    def refuse(h):
        h.rfile.read(int(h.headers["Content-Length"]))
        h.reply(said, b"<Error><Code>NoSuch</Code></Error>", Location="http://127.0.0.1:1/")

    front.store.odd = refuse
    reply = front.ask("PUT", "x", data=chunks(BODY) if how == "chunked" else BODY, allow_redirects=False)
    is_error(reply, status, code)
    assert front.store.objects == {}


def test_an_upload_that_is_cut_off_is_none(front):
    with socket.create_connection(("127.0.0.1", front.port), timeout=60) as s:
        s.sendall(f"PUT {DOOR}cut HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".encode() + bytes(500000))
        wait_until(lambda: front.store.seen, 10, "the store sees the upload")
    wait_until(lambda: f'request="PUT {DOOR}cut' in front.log("access.log"), 10, "nginx sees the end")
    assert front.store.objects == {}


def test_a_worker_that_is_away_makes_uploads_wait(front):
    front.workers.close()
    os.unlink(front.directory / "run" / "artifact.sock")
    try:
        is_error(front.ask("PUT", "x", data=b"abc"), 503, "TEMPORARILY_UNAVAILABLE")
        is_error(front.ask("PUT", "x", data=chunks(b"abc")), 503, "TEMPORARILY_UNAVAILABLE")
    finally:
        front.workers = Workers(front.directory / "run" / "artifact.sock", front.answer)
    assert front.ask("PUT", "x", data=b"abc").status_code == 200


def test_a_store_that_is_down_is_told_and_is_back_by_itself(front):
    front.store.close()
    for method, data in (("GET", None), ("PUT", BODY), ("PUT", chunks(BODY))):
        reply = front.ask(method, "x", data=data)
        is_error(reply, 503, "TEMPORARILY_UNAVAILABLE")
        assert reply.headers["Retry-After"] == "1"
    front.store.start()
    assert front.ask("PUT", "x", data=BODY).status_code == 200
    assert front.ask("GET", "x").content == BODY


def test_a_store_that_stops_in_the_middle_is_no_whole_file(front):
    def half(h):
        h.reply(200, BODY[:100], Content_Length=str(len(BODY)))
        h.close_connection = True

    front.store.odd = half
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        front.ask("GET", "x")


@pytest.mark.parametrize("secret", [True, False])
def test_a_uri_that_holds_a_signature_is_not_logged(place, secret):
    """Of a store that takes no signature in headers: Azure with a SAS."""
    directory = place / f"secret-{secret}"
    directory.mkdir()
    front = Front(directory, flags=["--secret-uris"] if secret else [])
    try:
        front.says = {"X-Store-Uri": "/bucket/x?sig=of-the-store"}
        assert front.ask("PUT", "x", data=BODY).status_code == 200
        assert front.ask("GET", "x").content == BODY
        front.store.close()
        for method, data in (("GET", None), ("PUT", BODY), ("PUT", chunks(BODY))):
            is_error(front.ask(method, "x", data=data), 503, "TEMPORARILY_UNAVAILABLE")
        wait_until(lambda: front.log("access.log").count("status=503") == 3, 10, "the access log")
        assert "of-the-store" not in front.log("access.log")
        assert ("of-the-store" in front.log()) != secret
    finally:
        front.stop()


# -- TLS


@pytest.fixture(scope="module")
def certificate(place):
    """One that vouches for itself, for localhost and for another name; with their keys."""
    made = {}
    for name in ("localhost", "elsewhere.example"):
        made[name] = place / f"{name}.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", place / "key.pem", "-out", place / "cert.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        made[name].write_text((place / "cert.pem").read_text() + (place / "key.pem").read_text())
    return made


@pytest.mark.parametrize(
    ("name", "trusted", "works"), [("localhost", True, True), ("localhost", False, False), ("elsewhere.example", True, False)]
)
def test_a_store_must_prove_who_it_is(place, certificate, name, trusted, works):
    directory = place / f"tls-{name}-{trusted}"
    directory.mkdir()
    front = Front(directory, certificate[name], ["--ca-file", certificate[name]] if trusted else [])
    try:
        put = front.ask("PUT", "x", data=BODY)
        if works:
            assert put.status_code == 200 and front.ask("GET", "x").content == BODY
        else:
            is_error(put, 503, "TEMPORARILY_UNAVAILABLE")
            is_error(front.ask("GET", "x"), 503, "TEMPORARILY_UNAVAILABLE")
            assert front.store.seen == []
    finally:
        front.stop()


# -- nginx-conf


def conf(directory, *flags):
    return subprocess.run(
        [ROOT / "ops" / "nginx-conf", "--out", directory, "--listen", f"unix:{directory}/h", "--run-dir", directory, "--stage-dir",
         directory, "--static-dir", directory, "--log-dir", directory, "--tmp-dir", directory, *flags],
        capture_output=True, text=True,
    )  # fmt: skip


WRONG = [
    ["--store", "ftp://host"], ["--store", "http://host/path"], ["--store", "http://u:p@host"], ["--store", "host"],
    ["--store", "http://host:99999"], ["--store", "http://h;}"], ["--store", "http://*"], ["--store", "http://a b"],
    ["--store", "https://*.host.example", "--resolver", "none"], ["--store", "http://host", "--resolver", "x;"],
    ["--destination", "remote"], ["--destination", "local"],
]  # fmt: skip


@pytest.mark.parametrize("flags", WRONG, ids=" ".join)
def test_what_is_no_store_is_refused(place, flags):
    more = [] if "--destination" in flags else ["--destination", "remote"]
    done = conf(place, *more, *flags)
    assert done.returncode != 0 and done.stderr.startswith("nginx-conf: ") and done.stderr.count("\n") == 1, done.stderr


def test_nginx_takes_every_kind_of_store(place):
    directory = place / "conf"
    directory.mkdir()
    done = conf(
        directory, "--artifact-root", "3:/some dir", "--artifact-root", str(directory), "--store", "https://b.s3.eu.example.com",
        "--store", "http://[::1]:8333", "--store", "https://*.blob.example.net:8443/", "--store", "http://localhost:9000", "--store",
        "http://localhost:9000", "--resolver", "127.0.0.1:53",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    checked = subprocess.run(["nginx", "-t", "-p", directory, "-e", directory / "e.log", "-c", directory / "nginx.conf"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    text = (directory / "cairn.conf").read_text()
    assert '"b.s3.eu.example.com" https://$cairn_store_host;' in text
    assert '"localhost:9000" http://cairn_store_3;' in text and text.count("server localhost:9000") == 1
    assert "location ^~ /_local/3/" in text and "location ^~ /_local/0/" in text


# -- the same on a local disk, with cairn's own workers


@pytest.fixture(scope="module")
def local(api):
    reply = api.request("PUT", DOOR + "d/%C3%A9 x.json", data=BODY)
    assert reply.status == 200, str(reply)
    return lambda method="GET", **headers: api.request(
        method, DOOR + "d/%C3%A9 x.json", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_local_multiple_ranges(local):
    reply = local(Range="bytes=0-1,10-12,-1")
    assert reply.status == 206
    kind, _, boundary = reply.type.partition("; boundary=")
    assert kind == "multipart/byteranges"
    parts = reply.body.split(b"--" + boundary.encode())
    assert [p.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for p in parts[1:-1]] == [BODY[:2], BODY[10:13], BODY[-1:]]
    assert all(b"Content-Type: text/plain" in p for p in parts[1:-1])
    assert b"bytes 10-12/%d" % len(BODY) in parts[2]


def test_local_conditions(local):
    whole = local()
    etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
    for more in ({"If_None_Match": etag}, {"If_None_Match": f'"other", {etag}'}, {"If_None_Match": "*"}, {"If_Modified_Since": modified}):
        for method in ("GET", "HEAD"):
            reply = local(method, **more)
            assert (reply.status, reply.body) == (304, b""), (more, str(reply))
            assert reply.headers["ETag"] == etag
    assert local(If_None_Match='"other"', If_Modified_Since=modified).body == BODY
    assert local(If_Modified_Since="Tue, 24 Nov 2015 01:00:00 GMT").body == BODY
    # nginx ends the connection after a 412 of its own, and does not say so.
    assert local(If_Match='"other"', Connection="close").status == 412
    assert local(Range="bytes=0-3", If_Range=etag).status == 206
    assert local(Range="bytes=0-3", If_Range='"other"').body == BODY


def test_local_head_of_a_range(local):
    reply = local("HEAD", Range="bytes=0-3")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (206, b"", "4")


def test_local_ranges_that_are_none(local):
    reply = local(Range=f"bytes={len(BODY)}-")
    reply.fails(416, "BAD_REQUEST")
    for odd in ("bytes=5-2", "bytes=", "bytes=a-b", "lines=1-2", "bytes=--1"):
        reply = local(Range=odd)
        assert reply.status == 416 or reply.body == BODY, odd


def test_local_headers(local):
    reply = local()
    assert reply.type == "text/plain" and "Content-Encoding" not in reply.headers
    assert reply.headers["Content-Disposition"] == "attachment; filename=\"e x.json\"; filename*=UTF-8''%C3%A9%20x.json"
    assert reply.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert local(Accept_Encoding="gzip").headers.get("Content-Encoding") is None
