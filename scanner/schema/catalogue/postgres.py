"""The catalogue of a running PostgreSQL, 13 to 18."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg

from scanner.dsn import place
from scanner.errors import SourceError
from scanner.model import Database, Engine
from scanner.schema.catalogue.postgres_ddl import STATEMENTS
from scanner.schema.parse import read_statements
from scanner.schema.schema import Schema

Connection = psycopg.Connection[tuple[str, ...]]


def read_postgres(dsn: str, database: Database, timeout_s: float) -> Schema:
    """Reads every schema but the system's own. Raises SourceError."""
    try:
        with closing(_connect(dsn, timeout_s)) as connection:
            found = _described(connection, database)
            statements = list(_ddl(connection))
    except psycopg.Error as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise SourceError(f"The schema at {place(dsn)} could not be read: {reason}.") from None
    return read_statements(statements, found)


def _connect(dsn: str, timeout_s: float) -> Connection:
    scheme, _, rest = dsn.partition("://")
    connection = psycopg.connect(
        f"{scheme.partition('+')[0]}://{rest}",
        connect_timeout=max(2, round(timeout_s)),
        application_name="query-dependency-scanner",
    )
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(round(timeout_s * 1000))])
    return connection


def _described(connection: Connection, database: Database) -> Database:
    """The database with the server's version, and the user's search path if none is configured."""
    row = connection.execute("SELECT current_setting('server_version_num')::int, current_schemas(false)::text[]")
    number, path = row.fetchone() or (0, [])
    version = (int(number) // 10000, int(number) % 10000)
    search_path = database.search_path or tuple(path)
    return replace(database, engine=Engine("postgres", version), search_path=search_path)


def _ddl(connection: Connection) -> Iterator[str]:
    """The DDL of every object; with an empty search path the server qualifies all names, as for pg_dump."""
    connection.execute("SELECT set_config('search_path', '', true)")
    for sql in STATEMENTS:
        yield from (text for (text,) in connection.execute(sql))
