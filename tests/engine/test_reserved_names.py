"""The words that must be quoted to be a column's name are those that the engine refuses without."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pymysql

from scanner.fingerprint.words import RESERVED
from scanner.rollout.names import is_reserved


def refused(database, words) -> set[str]:
    found = set()
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        for word in words:
            try:
                cursor.execute(f"CREATE TEMPORARY TABLE t ({word} int)")
                cursor.execute("DROP TABLE t")
            except (psycopg.Error, pymysql.Error):
                found.add(word)
    return found


def test_postgres_refuses_them(postgres):
    words = RESERVED["postgres"] - ({"system_user"} if postgres.engine.version < (16,) else set())
    with postgres.fresh_database() as database:
        assert refused(database, words) == {word for word in words if is_reserved(word, database.engine)}


def test_mariadb_refuses_them(mariadb):
    words = RESERVED["mysql"]
    with mariadb.fresh_database() as database:
        assert refused(database, words) == {word for word in words if is_reserved(word, database.engine)}
