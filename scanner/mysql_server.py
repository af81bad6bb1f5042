"""A running MySQL or MariaDB, asked in one read-only transaction with time limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.converters import encoders
from pymysql.cursors import Cursor, SSCursor

from scanner.dsn import mysql_arguments
from scanner.errors import SourceError
from scanner.model import Engine

Values = Mapping[str, str | None]  # of one row, by the column's name, lower case; as the server writes them


class Server:
    """A server that is being asked."""

    def __init__(self, connection: Connection[Any], engine: Engine) -> None:
        self._connection = connection
        self.engine = engine

    def rows(self, statement: str) -> Iterator[Values]:
        """The rows of a statement as they come, in constant memory. Raises SourceError with what the server says."""
        cursor = self._connection.cursor(SSCursor)
        try:
            cursor.execute(statement)
            names = [column[0].lower() for column in cursor.description or ()]
            for row in cursor:
                yield dict(zip(names, map(_text, row), strict=True))
        except pymysql.Error as error:
            raise SourceError(f"{sentence(error)}.") from None


@contextmanager
def asked(dsn: str, timeout_s: float) -> Iterator[Server]:
    """A server that is asked in one read-only transaction, its times in UTC.

    No statement may take longer than `timeout_s` seconds. Raises SourceError for what is no URL, and with what the
    server says.
    """
    arguments = mysql_arguments(dsn, of_database=False)
    try:
        connection = connect(arguments, timeout_s, conv=encoders, use_unicode=False)
    except pymysql.Error as error:
        raise SourceError(f"{sentence(error)}.") from None
    try:
        yield _begun(connection, timeout_s)
    finally:
        connection.close()


def _begun(connection: Connection[Any], timeout_s: float) -> Server:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version()")
            (version,) = cursor.fetchone() or (b"",)
            engine = engine_of(version.decode())
            begin(cursor, engine, timeout_s)
            cursor.execute("SET SESSION time_zone = '+00:00'")
    except pymysql.Error as error:
        raise SourceError(f"{sentence(error)}.") from None
    return Server(connection, engine)


def connect(arguments: Mapping[str, Any], timeout_s: float, **options: Any) -> Connection[Any]:  # noqa: ANN401
    """A connection that waits for nothing longer than a statement may take. Raises pymysql.Error."""
    seconds = max(2, round(timeout_s))
    return pymysql.connect(
        **arguments, charset="utf8mb4", connect_timeout=min(seconds, 30), read_timeout=seconds + 5, **options
    )


def engine_of(version: str) -> Engine:
    """MySQL or MariaDB, by what ``version()`` says."""
    number = re.match(r"\d+(?:\.\d+)*", version)
    found = tuple(map(int, number[0].split("."))) if number else ()
    return Engine("mariadb" if "mariadb" in version.lower() else "mysql", found)


def begin(cursor: Cursor, engine: Engine, timeout_s: float) -> None:
    """Begins the transaction in which no statement may take longer."""
    if engine.name == "mariadb":
        cursor.execute("SET SESSION sql_mode = '', max_statement_time = %s", [timeout_s])
    else:
        cursor.execute("SET SESSION sql_mode = '', max_execution_time = %s", [round(timeout_s * 1000)])
    cursor.execute("START TRANSACTION READ ONLY")


def sentence(error: pymysql.Error) -> str:
    """What the server says is wrong, without its number and a full stop."""
    return " ".join(str(error.args[-1] if error.args else error).split()).rstrip(".")


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
