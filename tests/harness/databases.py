"""Which server the tests run on: MariaDB, or MySQL 8 with CAIRN_DATABASE=mysql."""

import os

from .mariadb import MariaDB
from .mysql import MySQL

KIND = os.environ.get("CAIRN_DATABASE", "mariadb")
IS_MYSQL = KIND == "mysql"


def database_server(directory):
    return {"mariadb": MariaDB, "mysql": MySQL}[KIND](directory)
