"""The catalogue of a running MySQL, 5.7 to 9, or MariaDB, 10 and later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import pymysql
from pymysql.cursors import Cursor

from scanner.dsn import mysql_arguments, place
from scanner.errors import SourceError
from scanner.model import Database, Skipped
from scanner.mysql_server import begin, connect, engine_of, sentence
from scanner.schema.parse import read_statements
from scanner.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of object: where information_schema lists it, and which column of SHOW CREATE has the DDL."""

    name: str
    listed: str  # a query with one parameter, the database
    ddl: int  # 0-based


_KINDS = (
    _Kind(
        "SEQUENCE",
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = %s AND table_type = 'SEQUENCE' ORDER BY 1",
        1,
    ),
    _Kind(
        "TABLE",
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1",
        1,
    ),
    _Kind("VIEW", "SELECT table_name FROM information_schema.views WHERE table_schema = %s ORDER BY 1", 1),
    _Kind(
        "FUNCTION",
        "SELECT routine_name FROM information_schema.routines"
        " WHERE routine_schema = %s AND routine_type = 'FUNCTION' ORDER BY 1",
        2,
    ),
    _Kind(
        "PROCEDURE",
        "SELECT routine_name FROM information_schema.routines"
        " WHERE routine_schema = %s AND routine_type = 'PROCEDURE' ORDER BY 1",
        2,
    ),
    _Kind(
        "TRIGGER",
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = %s ORDER BY 1",
        2,
    ),
    _Kind("EVENT", "SELECT event_name FROM information_schema.events WHERE event_schema = %s ORDER BY 1", 3),
)
_TABLE_GRANTS = """
    SELECT privilege_type, table_name, grantee FROM information_schema.table_privileges
    WHERE table_schema = %s ORDER BY table_name, grantee, privilege_type"""
_COLUMN_GRANTS = """
    SELECT privilege_type, column_name, table_name, grantee FROM information_schema.column_privileges
    WHERE table_schema = %s ORDER BY table_name, grantee, privilege_type, column_name"""
_TRIGGER_PRIVILEGE = """
    SELECT 1 FROM information_schema.user_privileges WHERE privilege_type = 'TRIGGER' UNION ALL
    SELECT 1 FROM information_schema.schema_privileges
    WHERE privilege_type = 'TRIGGER' AND %s LIKE table_schema"""


def read_mysql(dsn: str, database: Database, timeout_s: float) -> Schema:
    """Reads the database that the URL names. Raises SourceError."""
    arguments = mysql_arguments(dsn)
    try:
        with closing(connect(arguments, timeout_s)) as connection, closing(connection.cursor()) as cursor:
            found = _described(cursor, database, arguments["database"])
            begin(cursor, found.engine, timeout_s)
            reader = _Reader(cursor, arguments["database"])
            statements = list(reader.statements())
    except pymysql.Error as error:
        raise SourceError(f"The schema at {place(dsn)} could not be read: {sentence(error)}.") from None
    # Names come in backticks: the server's sql_mode must not change how they are read.
    schema = read_statements(statements, replace(found, sql_mode=None))
    return replace(schema, database=found, skipped=(*schema.skipped, *reader.skipped))


def _described(cursor: Cursor, database: Database, name: str) -> Database:
    """The database with the server's version, and its name and modes where none are configured."""
    cursor.execute("SELECT version(), @@global.sql_mode")
    text, modes = cursor.fetchone() or ("", "")
    engine = engine_of(text)
    return replace(
        database,
        engine=engine if engine.version else replace(engine, version=database.engine.version),
        search_path=database.search_path or (name,),
        sql_mode=frozenset(filter(None, modes.split(","))) if database.sql_mode is None else database.sql_mode,
    )


@dataclass(slots=True)
class _Reader:
    """Asks for the DDL of every object of one database."""

    cursor: Cursor
    database: str
    skipped: list[Skipped] = field(default_factory=list)

    def statements(self) -> Iterator[str]:
        """The DDL, a statement a text; what cannot be had is added to `skipped`."""
        for kind in _KINDS:
            names = [name for (name,) in self._rows(kind.listed)]
            yield from (ddl for name in names if (ddl := self._ddl(kind, name)))
            if kind.name == "TRIGGER" and not names and not self._rows(_TRIGGER_PRIVILEGE):
                self._skip(kind, "the user has no TRIGGER privilege, so triggers are not shown")
        for privilege, table, grantee in self._rows(_TABLE_GRANTS):
            yield f"GRANT {privilege} ON {_quoted(table)} TO {grantee}"
        for privilege, column, table, grantee in self._rows(_COLUMN_GRANTS):
            yield f"GRANT {privilege} ({_quoted(column)}) ON {_quoted(table)} TO {grantee}"

    def _ddl(self, kind: _Kind, name: str) -> str | None:
        try:
            self.cursor.execute(f"SHOW CREATE {kind.name} {_quoted(name)}")
        except pymysql.OperationalError as error:
            self._skip(kind, f"{name}: {sentence(error)}")
            return None
        row = self.cursor.fetchone()
        ddl = row[kind.ddl] if row else None
        if ddl is None:
            self._skip(kind, f"the user may not see what {name} does")
        return ddl

    def _rows(self, sql: str) -> list[tuple[str, ...]]:
        self.cursor.execute(sql, [self.database])
        return list(self.cursor.fetchall())

    def _skip(self, kind: _Kind, reason: str) -> None:
        self.skipped.append(Skipped(0, f"SHOW CREATE {kind.name}", reason))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
