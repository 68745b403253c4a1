"""What a database is, as comparable rows; and the commands that change it."""

import re
import subprocess

from harness import cairn as harness
from harness.databases import IS_MYSQL
from pymysql.cursors import DictCursor


def tables(db):
    return db.rows(
        "SELECT table_name, engine, table_collation, row_format FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_name NOT LIKE 'cairn\\_%%' ORDER BY table_name"
    )


def columns(db):
    return db.rows(
        "SELECT table_name, ordinal_position, column_name, column_type, is_nullable, column_default,"
        "       character_set_name, collation_name, extra, generation_expression"
        "  FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND table_name NOT LIKE 'cairn\\_%%'"
        " ORDER BY table_name, ordinal_position"
    )


def foreign_keys(db):
    return db.rows(
        "SELECT k.table_name, k.constraint_name, k.ordinal_position, k.column_name,"
        "       k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule"
        "  FROM information_schema.key_column_usage k"
        "  JOIN information_schema.referential_constraints r USING (constraint_schema, constraint_name, table_name)"
        " WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL"
        " ORDER BY k.table_name, k.constraint_name, k.ordinal_position"
    )


def has_checks(db):
    """MySQL before 8.0.16 reads them and forgets them."""
    return not re.fullmatch(r"8\.0\.(\d|1[0-5])", db.value("SELECT VERSION()"))


def checks(db):
    if not has_checks(db):
        return []
    of = "information_schema.check_constraints" if not IS_MYSQL else (  # MySQL does not say of which table, and names are unique
        "(SELECT * FROM information_schema.table_constraints WHERE constraint_type = 'CHECK') t"
        " JOIN (SELECT constraint_schema, constraint_name, check_clause, 'Table' AS level"
        "         FROM information_schema.check_constraints) c USING (constraint_schema, constraint_name)"
    )
    return [
        (table, name, level, re.sub(r"\s+", " ", clause))
        for table, name, level, clause in db.rows(
            f"SELECT table_name, constraint_name, level, check_clause FROM {of}"
            " WHERE constraint_schema = DATABASE() ORDER BY table_name, constraint_name"
        )
    ]


def keys(db):
    """(table, name) -> (unique, columns in order, with prefix lengths and directions)."""
    found = {}
    for table, name, non_unique, column, part, order in db.rows(
        "SELECT table_name, index_name, non_unique, column_name, sub_part, collation"
        "  FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND table_name NOT LIKE 'cairn\\_%%'"
        " ORDER BY table_name, index_name, seq_in_index"
    ):
        found.setdefault((table, name), (not non_unique, []))[1].append((column, part, order))
    return found


def snapshot(db):
    """All of it, and the rows that a migration makes."""
    return {
        "tables": tables(db),
        "columns": columns(db),
        "foreign keys": foreign_keys(db),
        "checks": checks(db),
        "keys": keys(db),
        "triggers": db.rows(
            "SELECT trigger_name, event_object_table, event_manipulation, action_timing, action_statement"
            "  FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        ),
        "revision": db.rows("SELECT version_num FROM alembic_version"),
        "workspaces": db.rows("SELECT * FROM workspaces"),
        "experiments": db.rows(
            "SELECT experiment_id, name, artifact_location, lifecycle_stage, workspace FROM experiments"
        ),
        "migrations": db.rows(
            "SELECT area, number, name, checksum, finished IS NOT NULL FROM cairn_migrations ORDER BY area, number"
        ),
    }


def information(db):
    """All that information_schema has but names of the database, sizes and counters."""

    def rows(table, *without):
        with db.mariadb.connect(db.name) as link, link.cursor(DictCursor) as cursor:
            cursor.execute(f"SELECT * FROM information_schema.{table[0]} WHERE {table[1]} = DATABASE()")
            found = cursor.fetchall()
        kept = [{k: v for k, v in row.items() if not k.endswith("SCHEMA") and k not in without} for row in found]
        return sorted(kept, key=repr)

    return {
        "tables": rows(
            ("tables", "table_schema"), "TABLE_ROWS", "AVG_ROW_LENGTH", "DATA_LENGTH", "MAX_DATA_LENGTH", "INDEX_LENGTH",
            "MAX_INDEX_LENGTH", "DATA_FREE", "AUTO_INCREMENT", "CREATE_TIME", "UPDATE_TIME", "CHECK_TIME",
        ),
        "columns": rows(("columns", "table_schema")),
        "statistics": rows(("statistics", "table_schema"), "CARDINALITY"),
        "constraints": rows(("table_constraints", "table_schema")),
        "keys": rows(("key_column_usage", "table_schema")),
        "references": rows(("referential_constraints", "constraint_schema")),
        "checks": rows(("check_constraints", "constraint_schema")) if has_checks(db) else [],
        "triggers": rows(("triggers", "trigger_schema"), "CREATED"),
        "statements": {
            table: re.sub(r" AUTO_INCREMENT=\d+", "", db.rows(f"SHOW CREATE TABLE `{table}`")[0][1])
            for (table,) in db.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
        },
    }


class Admin:
    """`cairn db …` on one database."""

    def __init__(self, directory, db, **settings):
        self.db = db
        self.config = directory / f"{db.name}-{settings.get('db_user', 'cairn')}.conf"
        self.settings = {
            "db_socket": db.mariadb.socket,
            "db_user": "cairn",
            "db_password": db.mariadb.password,
            "db_name": db.name,
            "run_dir": directory / "run",
            "artifact_root": directory / "artifacts",
            "stage_dir": directory / "stage",
            **settings,
        }
        self.config.write_text("".join(f"{k} = {v}\n" for k, v in self.settings.items()))

    def run(self, *words):
        return harness.cairn(*words, "--config", self.config, check=False)

    def ok(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        return done.stdout

    def start(self, *words):
        return subprocess.Popen(
            [harness.BINARY, *(words or ("db", "migrate")), "--config", self.config],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=harness.environment(),
        )

    def tables(self):
        return self.db.value("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s", self.db.name)


def root(server):
    return server.connect(None, user="root", password="")
