"""What a running server says of a table before it is changed: read only, and bounded in time."""

from __future__ import annotations

from scanner.dsn import family, place
from scanner.errors import SourceError
from scanner.model import Database, Forecast, TableName


def forecast(dsn: str, database: Database, table: TableName, timeout_s: float = 10) -> Forecast:
    """What the server behind the URL says of the table now.

    What it does not answer is said in `unseen`, a server that cannot be reached too. Raises SourceError for what is no
    URL of a server of the database's engine.
    """
    if family(dsn) != database.engine.family:
        raise SourceError(f"{place(dsn)} is no URL for the {database.engine.name} database {database.name!r}.")
    if database.engine.family == "postgres":
        from scanner.forecast.postgres import of_postgres

        return of_postgres(dsn, database, table, timeout_s)
    from scanner.forecast.mysql import of_mysql

    return of_mysql(dsn, table, timeout_s)
