"""What the server uses of the client library is in MariaDB's and in Oracle's.

Debian has no headers of Oracle's, so their names stand here: each was compiled against
mysql.h of MySQL 9.5. Who uses another looks there first."""

import re

from harness.cairn import ROOT

ORACLE = """
    mysql_autocommit mysql_close mysql_commit mysql_errno mysql_error mysql_fetch_fields mysql_fetch_lengths mysql_fetch_row
    mysql_free_result mysql_get_server_info mysql_get_server_version mysql_init mysql_insert_id mysql_library_end
    mysql_library_init mysql_next_result mysql_num_fields mysql_num_rows mysql_options mysql_ping mysql_real_connect
    mysql_real_query mysql_rollback mysql_set_character_set mysql_store_result mysql_thread_id mysql_use_result
    mysql_stmt_affected_rows mysql_stmt_attr_set mysql_stmt_bind_param mysql_stmt_bind_result mysql_stmt_close
    mysql_stmt_errno mysql_stmt_error mysql_stmt_execute mysql_stmt_fetch mysql_stmt_fetch_column mysql_stmt_free_result
    mysql_stmt_init mysql_stmt_insert_id mysql_stmt_next_result mysql_stmt_param_count mysql_stmt_prepare mysql_stmt_result_metadata
    mysql_stmt_store_result
    MYSQL MYSQL_BIND MYSQL_FIELD MYSQL_RES MYSQL_ROW MYSQL_STMT MYSQL_DATA_TRUNCATED MYSQL_NO_DATA
    MYSQL_OPT_CONNECT_TIMEOUT MYSQL_OPT_READ_TIMEOUT MYSQL_OPT_WRITE_TIMEOUT MYSQL_SET_CHARSET_NAME
    MYSQL_TYPE_DOUBLE MYSQL_TYPE_INT24 MYSQL_TYPE_LONG MYSQL_TYPE_LONGLONG MYSQL_TYPE_NULL MYSQL_TYPE_SHORT
    MYSQL_TYPE_STRING MYSQL_TYPE_TINY
""".split()
OF_MARIADB_ONLY = re.compile(r"^#ifdef MARIADB_PACKAGE_VERSION\n.*?^#else\n", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sources():
    return [p for p in sorted((ROOT / "fcgi").rglob("*.[ch]")) if "mysql" in p.read_text().lower()]


def test_only_names_that_oracles_library_has_too():
    files = [p for p in sources() if p.name in ("db.c", "db_rows.c", "db_internal.h")]
    assert len(files) == 3
    text = "".join(COMMENT.sub("", OF_MARIADB_ONLY.sub("", p.read_text())) for p in files)
    used = set(re.findall(r"\b(?:mysql_[a-z]\w*|mariadb_\w+|MYSQL\w*|MARIADB_\w+|my_bool)\b", text)) - {"mysql_h"}
    assert "mysql_stmt_execute" in used
    assert used - set(ORACLE) == set()


def test_nothing_else_knows_the_library():
    includes = re.compile(r"#include <(mysql|mariadb)")
    assert [p.name for p in sources() if includes.search(p.read_text())] == ["db_internal.h"]
    assert {p.name for p in (ROOT / "fcgi").rglob("*.[ch]") if '"db_internal.h"' in p.read_text()} <= {"db.c", "db_rows.c"}
