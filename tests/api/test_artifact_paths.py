"""Paths that try to leave the store: by every verb, none may, and none may fail the server.

The truth is the file system: the store lies below a directory whose other
entries must be unread and untouched after each request.
"""

import hashlib
import json
import os
import shutil
import threading

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
    (root.parent / "secret").write_bytes(SECRET)
    shutil.rmtree(root)
    fill(root, root)
    return Outside(root)


def fill(directory, root):
    (directory / "deep").mkdir(parents=True)
    (directory / "inside").write_bytes(b"inside")
    for link, target in {"link": root.parent, "linkfile": root.parent / "secret", "deep/link": root.parent}.items():
        (directory / link).symlink_to(target)


class Outside:
    def __init__(self, root):
        self.root = root

    def state(self):
        """What lies beside the store: names, and bytes and times of what the server has no business with."""
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
                        files[file] = hashlib.sha256(f.read()).hexdigest(), os.stat(file).st_mtime_ns
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


# What each of PATHS is to the routes; one that is not named here is refused by all with 400.
NAMES = {  # odd, but names of files below the root
    "..%ef%bc%8fsecret", "..;/secret", "..%3b/secret", ".. /secret", "~root/x", "$HOME", "proc/self/environ", "%20", "link", "linkfile",
}  # fmt: skip
THROUGH_LINKS = {"link/secret", "deep/link/secret"}  # nothing is there, and nothing can be put there
NOT_TEXT = {"..%c0%afsecret", "%c0%ae%c0%ae/secret", "%c0%ae%c0%ae%c0%afsecret", "%e0%80%ae%e0%80%ae/secret", "%ff%fe"}
NO_URL = {"..%u2216secret", "%u002e%u002e/secret", "%", "%2", "%zz", "a%"}  # in a query these are names

# Where the peer does otherwise, and why Cairn does not.
IMPROVES = {
    **dict.fromkeys(["..%5csecret", "..\\secret", "%2e%2e%5csecret", "a\\..\\..\\secret", "..%255csecret"],
                    "the peer takes a backslash for a letter: its clients on Windows do not"),
    **dict.fromkeys(["http://127.0.0.1/x", "s3://b/x", "a/./b", "....//secret", "..././secret", "%2e", ".", "./"],
                    "the peer fails with 500 on what is not normal, or lists something else than what was named"),
    **dict.fromkeys(NOT_TEXT, "the peer makes other names of what is no UTF-8"),
    **dict.fromkeys(NO_URL, "the peer makes names of what is no URL"),
    **dict.fromkeys(["..%00/secret", "x%00.txt", "..%0d%0asecret", "a%0d%0aX-Injected:%201"], "the peer keeps control bytes in names"),
    **dict.fromkeys(["..;/secret", "..%3b/secret", ".. /secret"], "the peer fails with 500 on an upload of that name"),
    **dict.fromkeys(["link", "linkfile", *THROUGH_LINKS], "the peer follows links"),
    "%20": "the peer deletes the whole store for a blank",
}  # fmt: skip

IN_URL = ["get", "put", "delete", "mpu create", "mpu complete", "mpu abort", "presigned"]
IN_QUERY = ["list", "run get", "run list", "run upload", "model get", "model list", "archive", "model archive"]
HERE_ONLY = {"archive", "model archive"}
IN_BODY = ["run presigned upload", "run presigned download"]
WITHOUT_BYTES = {"mpu create", "mpu complete", "mpu abort", "presigned", *IN_BODY}


class Doors:
    """Every route that takes a path of an artifact."""

    def __init__(self, api, root):
        self.api = api
        self.experiment = api.experiment()
        self.run = api.run(self.experiment)
        self.model = api.post("logged-models", {"experiment_id": self.experiment, "name": "m"}).ok()["model"]["info"]["model_id"]
        fill(root / self.experiment / self.run / "artifacts", root)
        fill(root / self.experiment / "models" / self.model / "artifacts", root)

    def knock(self, door, path):
        own = STORE.rpartition("/")[0]
        url, query = path.replace(" ", "%20"), path.replace(" ", "%20").replace("#", "%23")
        models, ajax = f"/api/2.0/mlflow/logged-models/{self.model}", f"/ajax-api/2.0/mlflow/logged-models/{self.model}"
        method, target, body, kind = {
            "get": ("GET", f"{STORE}/{url}", None, None),
            "put": ("PUT", f"{STORE}/{url}", b"written from outside", None),
            "delete": ("DELETE", f"{STORE}/{url}", None, None),
            "mpu create": ("POST", f"{own}/mpu/create/{url}", {"path": "x", "num_parts": 1}, "json"),
            "mpu complete": ("POST", f"{own}/mpu/complete/{url}", {"path": "x", "upload_id": "u", "parts": []}, "json"),
            "mpu abort": ("POST", f"{own}/mpu/abort/{url}", {"path": "x", "upload_id": "u"}, "json"),
            "presigned": ("GET", f"{own}/presigned/{url}", None, None),
            "list": ("GET", f"{STORE}?path={query}", None, None),
            "run get": ("GET", f"/get-artifact?run_id={self.run}&path={query}", None, None),
            "run list": ("GET", f"/api/2.0/mlflow/artifacts/list?run_id={self.run}&path={query}", None, None),
            "run upload": ("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={self.run}&path={query}", b"from outside", "octet-stream"),
            "model get": ("GET", f"{ajax}/artifacts/files?artifact_file_path={query}", None, None),
            "model list": ("GET", f"{models}/artifacts/directories?artifact_directory_path={query}", None, None),
            "archive": ("GET", f"/api/cairn/1/artifacts/archive?run_id={self.run}&path={query}", None, None),
            "model archive": ("GET", f"/api/cairn/1/logged-models/{self.model}/artifacts/archive?path={query}", None, None),
            "run presigned upload": ("POST", "/api/2.0/mlflow/artifacts/presigned-upload-url", {"run_id": self.run, "path": path}, "json"),
            "run presigned download": ("POST", "/api/2.0/mlflow/artifacts/presigned-download-url", {"run_id": self.run, "path": path}, "json"),
        }[door]  # fmt: skip
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        return self.api.raw(method, target, body, {"Content-Type": f"application/{kind}"} if kind else None)


def expected(path, door):
    """The statuses that may come."""
    if path in NO_URL and door in IN_URL:
        return {400}
    if path in NOT_TEXT:
        return {404} if door in IN_URL else {400}
    if path in THROUGH_LINKS and door in ("put", "run upload"):
        return {400}
    if path in NAMES | THROUGH_LINKS | NO_URL:
        if door in WITHOUT_BYTES:
            return {200, 400, 404, 501}
        return {404} if door in ("get", "run get", "model get", *HERE_ONLY) else {200}
    return {400}


@pytest.fixture
def doors(api, outside):
    return Doors(api, outside.root)


@pytest.mark.parametrize("path", PATHS)
def test_every_door_says_what_the_table_says(api, outside, doors, path):
    if api.server.is_peer and path in IMPROVES:
        pytest.skip(IMPROVES[path])
    before = outside.state()
    # Puts come last: they make what the others must not find.
    for door in sorted(set(IN_URL + IN_QUERY) - (HERE_ONLY if api.server.is_peer else set()), key=lambda d: d in ("put", "run upload")):
        reply = doors.knock(door, path)
        assert not outside.leaks(reply), str(reply)
        assert "X-Injected" not in reply.headers
        if api.server.is_peer and reply.status == 308:
            continue  # to the path without its second slash
        assert reply.status in expected(path, door), f"{door}: {reply}"
    assert outside.state() == before


@pytest.mark.parametrize("path", ["..", "../secret", "a/../../secret", "%2e%2e/secret", "/etc/passwd", "a#b", "%252e%252e/x", "file:/etc/passwd"])
@pytest.mark.parametrize("door", IN_BODY)
def test_a_path_in_a_body_is_refused(outside, doors, path, door):
    before = outside.state()
    doors.knock(door, path).fails(400, "INVALID_PARAMETER_VALUE", "Invalid path")
    assert outside.state() == before


@pytest.mark.improves("the peer looks at a path, and then opens it by its name: who is quick comes between")
@pytest.mark.parametrize("target", ["a directory", "a file"])
def test_who_swaps_a_directory_for_a_link_gets_nowhere(api, outside, doors, target):
    """A process with access to the disk changes a step of the path all the time."""
    root = outside.root
    canaries = root.parent / "canaries"
    canaries.mkdir(exist_ok=True)
    for name in ("f", "n"):
        (canaries / name).write_bytes(SECRET)
    before = outside.state()
    aim = canaries if target == "a directory" else canaries / "f"
    stop, swaps = threading.Event(), [0]
    made = [root / "swap", root / doors.experiment / doors.run / "artifacts" / "swap"]

    def swap_for_ever():
        while not stop.is_set():
            for step in made:
                aside = step.with_name("aside")
                try:
                    for directory in (step, aside):
                        if directory.is_symlink():
                            directory.unlink(missing_ok=True)
                        else:
                            shutil.rmtree(directory, ignore_errors=True)
                    step.mkdir()
                    (step / "f").write_bytes(b"inside")
                    step.rename(aside)
                    step.symlink_to(aim)
                except OSError:
                    pass  # the server was there first
                swaps[0] += 1

    swapper = threading.Thread(target=swap_for_ever)
    swapper.start()
    try:
        seen = set()
        rounds = 0
        while rounds < 400 or swaps[0] < 1000:
            rounds += 1
            for door, path in (
                ("get", "swap/f"), ("put", "swap/n"), ("put", "swap/d/n"), ("list", "swap"), ("delete", "swap/f"), ("delete", "swap"),
                ("run get", "swap/f"), ("run list", "swap"), ("run upload", "swap/n"),
            ):  # fmt: skip
                reply = doors.knock(door, path)
                assert not outside.leaks(reply), str(reply)
                assert reply.status < 500, str(reply)
                seen.add((door, reply.status))
    finally:
        stop.set()
        swapper.join(30)
    assert len({status for _, status in seen}) > 1, seen
    assert outside.state() == before


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
