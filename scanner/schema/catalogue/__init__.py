"""The schema of a running server.

The server is asked for its own DDL (PostgreSQL's ``pg_get_…def`` functions, MySQL's ``SHOW CREATE``), and the
reader of dumps reads it: a live schema and a dump of it are the same value.
"""

from __future__ import annotations

from scanner.dsn import family, place
from scanner.errors import SourceError
from scanner.model import Database
from scanner.schema.schema import Schema


def read(dsn: str, database: Database, timeout_s: float = 30) -> Schema:
    """Reads the catalogue behind a postgresql://, mysql:// or mariadb:// URL in one read-only transaction.

    No statement of it may take longer than `timeout_s` seconds. The server's version, and the search path or
    sql_mode where `database` has none, become the schema's. What the user may not see is named in `skipped`.
    Raises SourceError when the server cannot be read or is of another engine.
    """
    if family(dsn) != database.engine.family:
        raise SourceError(f"{place(dsn)} is no URL for the {database.engine.name} database {database.name!r}.")
    if database.engine.family == "postgres":
        from scanner.schema.catalogue.postgres import read_postgres

        return read_postgres(dsn, database, timeout_s)
    from scanner.schema.catalogue.mysql import read_mysql

    return read_mysql(dsn, database, timeout_s)
