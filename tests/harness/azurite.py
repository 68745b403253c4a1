"""Azure's Blob service, as Microsoft's emulator has it: with an account and a directory of its own."""

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from azure.storage.blob import BlobServiceClient, generate_container_sas

from . import cache
from .processes import Process

HERE = Path(__file__).resolve().parent
NPM = HERE / "npm"


def install():
    """The program: what the lock file names, installed once."""
    digest = hashlib.sha256((NPM / "package-lock.json").read_bytes()).hexdigest()[:12]
    return cache.directory(f"npm-{digest}", fetch) / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


def fetch(place):
    for name in ("package.json", "package-lock.json"):
        shutil.copy(NPM / name, place)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, capture_output=True, text=True
    )
    assert done.returncode == 0, f"npm ci: {done.stdout}{done.stderr}"


class Azurite:
    """Killed and started again it has what it had, at the same port."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir(mode=0o700)
        self.account = "cairntest"
        self.key = base64.b64encode(secrets.token_bytes(64)).decode()
        self.port = 0
        self.process = None
        self.start()
        self.client = BlobServiceClient.from_connection_string(self.connection)

    def start(self):
        log = self.directory / "azurite.log"
        log.unlink(missing_ok=True)
        self.process = Process(
            "azurite",
            ["node", install(), "--blobHost", "127.0.0.1", "--blobPort", str(self.port),
             "--location", self.directory, "--skipApiVersionCheck"],
            log,
            env={"PATH": os.environ["PATH"], "HOME": str(self.directory),
                 "AZURITE_ACCOUNTS": f"{self.account}:{self.key}"},
            cwd=self.directory,
        )
        listens = re.compile(r"successfully listens on http://127\.0\.0\.1:(\d+)")
        self.process.wait_ready(lambda: listens.search(self.process.log()), 60)
        self.port = int(listens.search(self.process.log())[1])

    def asked(self):
        """What it was asked since it started: method and path with query."""
        return re.findall(r'"([A-Z]+ \S+) HTTP/1\.1" \d+', self.process.log())

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}/{self.account}"

    @property
    def connection(self):
        return f"AccountName={self.account};AccountKey={self.key};BlobEndpoint={self.endpoint}"

    def container(self, name):
        """A new one, as Microsoft's own client sees it."""
        return self.client.create_container(name)

    def sas(self, container, permissions):
        return generate_container_sas(
            self.account, container, account_key=self.key, permission=permissions,
            expiry=datetime.now(timezone.utc) + timedelta(hours=1),
        )

    def fill(self, container, names):
        """Many empty blobs: to put each would take minutes. They are written into the emulator's files."""
        self.client.get_blob_client(container, names[0]).upload_blob(b"")
        self.process.stop()
        file = self.directory / "__azurite_db_blob__.json"
        tables = json.loads(file.read_text())
        (blobs,) = (t for t in tables["collections"] if t["name"] == "$BLOBS_COLLECTION$")
        (first,) = (b for b in blobs["data"] if (b["containerName"], b["name"]) == (container, names[0]))
        for name in names[1:]:
            blobs["maxId"] += 1
            blobs["data"].append({**first, "name": name, "$loki": blobs["maxId"]})
        for index in blobs["binaryIndices"].values():
            index.update(dirty=True, values=list(range(len(blobs["data"]))))
        file.write_text(json.dumps(tables))
        self.start()

    def uri(self, container, prefix=""):
        return f"wasbs://{container}@{self.account}.blob.core.windows.net/{prefix}"

    def stop(self):
        self.client.close()
        self.process.stop()
