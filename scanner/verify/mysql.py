"""A scratch MySQL or MariaDB: statements are prepared, explained and run with made-up values, then rolled back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from scanner.dsn import mysql_arguments, place
from scanner.model import Database
from scanner.verify.scratch import refuse, unreachable
from scanner.verify.seen import Seen

_TABLES = (
    "SELECT count(*) FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    " AND table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')"
)
_TIMEOUT_S = 5
_REWRITTEN = 1003  # the note in which EXPLAIN EXTENDED writes the statement back
_READS = re.compile(r"\s*(?:SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)
_DATABASE = re.compile(r"`?scanner_verify_[0-9a-f]+_(?:before|after)`?\.")


@contextmanager
def databases(dsn: str, names: tuple[str, str], *, even_if_used: bool) -> Iterator[tuple[MysqlScratch, MysqlScratch]]:
    """Two new databases, dropped at the end. Raises UsageError and SourceError."""
    arguments = mysql_arguments(dsn)
    try:
        with closing(_connect(arguments)) as home, ExitStack() as stack:
            if not even_if_used:
                refuse(place(dsn), int(_rows(home, _TABLES)[0][0]))
            made = []
            for name in names:
                stack.callback(_rows, home, f"DROP DATABASE IF EXISTS {name}")  # an interrupt may come once it is made
                _rows(home, f"CREATE DATABASE {name}")
                inner = _connect(arguments | {"database": name})
                stack.callback(inner.close)
                made.append(MysqlScratch(inner))
            yield made[0], made[1]
    except pymysql.Error as error:
        raise unreachable(dsn, error) from None


def _connect(arguments: dict[str, Any]) -> Connection[Cursor]:
    return pymysql.connect(**arguments, autocommit=True, connect_timeout=10, read_timeout=_TIMEOUT_S)


def _rows(connection: Connection[Cursor], sql: str) -> list[tuple[Any, ...]]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


class MysqlScratch:
    """One of the databases."""

    def __init__(self, connection: Connection[Cursor]) -> None:
        self._connection = connection
        _rows(connection, "SET foreign_key_checks = 0")

    def run(self, statement: str) -> str | None:
        """Carries a statement out; the error, or None."""
        try:
            _rows(self._connection, statement)
        except pymysql.Error as error:
            return _said(error)
        return None

    def settle(self, database: Database) -> None:
        """Gives the session the sql_mode that the database's sessions have."""
        if database.sql_mode is not None:
            self.run(f"SET sql_mode = {self._connection.escape(','.join(sorted(database.sql_mode)))}")

    def look(self, sql: str) -> Seen:
        """What the engine makes of a statement; nothing of it stays."""
        count = sql.count("?")
        try:
            _rows(self._connection, f"PREPARE looked_at FROM {self._connection.escape(sql)}")
        except pymysql.Error as error:
            return Seen(_said(error))
        values = [f"@p{n}" for n in range(count)]
        using = f" USING {', '.join(values)}" if values else ""
        _rows(self._connection, "BEGIN")
        try:
            if values:
                _rows(self._connection, f"SET {', '.join(f'{name} = 1' for name in values)}")
            columns, failed, rows = self._run(f"EXECUTE looked_at{using}")
        finally:
            _rows(self._connection, "ROLLBACK")
        return Seen(None, columns, self._bound(sql) if _READS.match(sql) else None, failed, rows)

    def _run(self, sql: str) -> tuple[tuple[tuple[str, str], ...], str | None, int | None]:
        with closing(self._connection.cursor()) as cursor:
            try:
                cursor.execute(sql)
            except pymysql.Error as error:
                return (), _said(error), None
            columns = tuple((str(column[0]), str(column[1])) for column in cursor.description or ())
            return columns, None, cursor.rowcount

    def _bound(self, sql: str) -> str | None:
        with suppress(pymysql.Error):
            # MySQL 8 knows no EXTENDED and says it anyway, MariaDB says it only then.
            extended = (
                "EXTENDED " if "mariadb" in str(_rows(self._connection, "SELECT version()")[0][0]).lower() else ""
            )
            _rows(self._connection, f"EXPLAIN {extended}{sql.replace('?', 'NULL')}")
            notes = [str(row[2]) for row in _rows(self._connection, "SHOW WARNINGS") if row[1] == _REWRITTEN]
            return _DATABASE.sub("", notes[0]) if notes else None
        return None


def _said(error: pymysql.Error) -> str:
    code, *rest = error.args
    return f"{code}: {rest[0] if rest else ''}"
