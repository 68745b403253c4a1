"""Paths that try to leave the store: by every verb, none may, and none may fail the server.

The truth is the file system: the store lies below a directory whose other
entries must be unread and untouched after each request.
"""

import hashlib
import os
import shutil

import pytest

STORE = "/api/2.0/mlflow-artifacts/artifacts"
SECRET = b"the secret beside the store"

PATHS = [
    "..", "../secret", "../../secret", "../../../../../../../../etc/passwd", "a/../../secret", "./../secret", "a/..", "a/../..",
    "..%2fsecret", "..%2Fsecret", "%2e%2e/secret", "%2e%2e%2fsecret", "%2E%2E%2Fsecret", ".%2e/secret", "%2e./secret",
    "%252e%252e/secret", "%252e%252e%252fsecret", "%25252e%25252e%25252fsecret", "%252525252e%252525252e/secret",
    "..%5csecret", "..\\secret", "%2e%2e%5csecret", "a\\..\\..\\secret", "..%255csecret", "C:\\Windows\\win.ini", "C:/x", "%43:%5cx",
    "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "%2Fetc/passwd", "%252fetc%252fpasswd", "///etc/passwd", "/%2fetc/passwd",
    "file:///etc/passwd", "file:%2f%2f%2fetc%2fpasswd", "file:/etc/passwd", "http://127.0.0.1/x", "s3://b/x",
    "..%c0%afsecret", "%c0%ae%c0%ae/secret", "%c0%ae%c0%ae%c0%afsecret", "%e0%80%ae%e0%80%ae/secret", "..%ef%bc%8fsecret",
    "..%00/secret", "a%00/../../secret", "x%00.txt", "..%0d%0asecret", "a%0d%0aX-Injected:%201", "%ff%fe", "a%23/../../secret",
    "a%3f/../../secret", "..;/secret", "..%3b/secret", "a;/../../secret", "link", "link/secret", "linkfile", "deep/link/secret",
    "..%u2216secret", "%u002e%u002e/secret", "..%09/secret", ".. /secret", "../secret%20", "a/%2e%2e/%2e%2e/secret", "a//../../secret",
    "%", "%2", "%zz", "a%", "~root/x", "$HOME", "%2e", ".", "./", "a/./b", "....//secret", "..././secret", "proc/self/environ",
    "%20", "x" * 255 + "/../../secret", "/".join([".."] * 200), "%2e%2e/" * 100 + "etc/passwd",
]  # fmt: skip


@pytest.fixture
def outside(server):
    """A secret beside the store, and links that lead to it; a DELETE may take a link itself."""
    root = server.artifact_root
    secret = root.parent / "secret"
    secret.write_bytes(SECRET)
    shutil.rmtree(root)
    (root / "deep").mkdir(parents=True)
    (root / "inside").write_bytes(b"inside")
    for link, target in {"link": root.parent, "linkfile": secret, "deep/link": root.parent}.items():
        (root / link).symlink_to(target)
    return Outside(root)


class Outside:
    def __init__(self, root):
        self.root = root

    def state(self):
        """What lies beside the store: names, and the bytes of what the server has no business with."""
        top = self.root.parent
        own = {"artifacts", "log", "run", "tmp", "stage"}
        files = {}
        for path, dirs, names in os.walk(top):
            if path == str(top):
                dirs[:] = [d for d in dirs if d not in own]
            for name in names:
                file = os.path.join(path, name)
                if not name.endswith(".log"):
                    with open(file, "rb") as f:
                        files[file] = hashlib.sha256(f.read()).hexdigest()
        return files, sorted(os.listdir(top))

    def leaks(self, reply):
        return any(word in reply.body for word in (SECRET, b"root:x:", b"db_password", b"PATH="))


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out(api, outside, path):
    if api.server.is_peer and path in ("link/secret", "deep/link/secret", "%20"):
        pytest.skip("the peer deletes through a link out of the store, and the whole store for a blank")
    before = outside.state()
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        for door in ("/api", "/ajax-api"):
            target = f"{door}/2.0/mlflow-artifacts/artifacts/{path.replace(' ', '%20')}"
            body = b"written from outside" if method == "PUT" else None
            reply = api.raw(method, target, body)
            assert not outside.leaks(reply), str(reply)
            assert "X-Injected" not in reply.headers
            if not api.server.is_peer:
                assert reply.status < 500, str(reply)
                assert reply.status not in (301, 302, 307, 308), str(reply)
    assert outside.state() == before


@pytest.mark.parametrize("path", PATHS)
def test_no_list_leads_out(api, outside, path):
    reply = api.raw("GET", f"{STORE}?path={path.replace(' ', '%20').replace('#', '%23')}")
    assert not outside.leaks(reply), str(reply)
    assert "db_password" not in reply.text and "secret" not in [f["path"] for f in reply_files(reply)]
    if not api.server.is_peer:
        assert reply.status < 500, str(reply)


def reply_files(reply):
    return reply.json.get("files", []) if reply.type == "application/json" else []


@pytest.mark.parametrize("path", ["..", "../secret", "a/../../secret", "%2e%2e/secret", "/etc/passwd", "//etc/passwd", "a%23b", "%252e%252e/x"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_such_a_path_is_refused_as_the_peer_does(api, method, path):
    if api.server.is_peer and method == "DELETE" and path.startswith("/"):
        pytest.skip("the peer redirects to a path without the second slash")
    reply = api.raw(method, f"{STORE}/{path}", b"x" if method == "PUT" else None)
    reply.fails(400, "INVALID_PARAMETER_VALUE", "Invalid path")


@pytest.mark.cairn_only("nginx's internal locations are ours")
@pytest.mark.parametrize(
    "path", ["/_local/inside", "/_local/../secret", "/_upload", "/_err/400", "/_local/", "/%5flocal/inside", "//_local/inside"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_internal_places_are_not_there(api, outside, method, path):
    reply = api.raw(method, path, b"x" if method != "GET" else None)
    assert reply.status in (400, 404, 405), str(reply)
    assert b"inside" not in reply.body


@pytest.mark.cairn_only("a client must not name the file that is moved into the store")
@pytest.mark.parametrize("header", ["Body-File", "BODY_FILE", "X-File", "X-Accel-Redirect"])
def test_no_header_names_a_file(api, outside, header):
    body = b"the real body"
    reply = api.raw("PUT", f"{STORE}/named.txt", body, {header: str(outside.root.parent / "secret")})
    assert reply.status == 200
    assert (outside.root / "named.txt").read_bytes() == body
    assert (outside.root.parent / "secret").read_bytes() == SECRET
