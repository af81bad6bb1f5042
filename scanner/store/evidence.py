"""What is counted of all statements of a database, for every report to say."""

from __future__ import annotations

import sqlite3

from scanner.impact import Everything
from scanner.store.reading import Statements
from scanner.store.writing import Writer

_COUNT = "SELECT count(*) FROM statement WHERE database = ? AND id NOT IN (SELECT part FROM digest)"
_BUILT = r"""
SELECT DISTINCT statement FROM edge JOIN object ON object.id = object JOIN statement ON statement.id = statement
WHERE node LIKE '%\_\_hole\_%' ESCAPE '\' AND statement.database = ?
"""


def count(connection: sqlite3.Connection, database: int) -> int:
    """The queries of a database."""
    number: int = connection.execute(_COUNT, (database,)).fetchone()[0]
    return number


def everything(connection: sqlite3.Connection, writer: Writer, queries: int) -> Everything:
    """What a report says of all queries, from those whose table is known only at run time."""
    numbers = [number for (number,) in connection.execute(_BUILT, (writer.number,))]
    built = Statements(connection, writer.schema.database.name).parts(numbers, writer.schema)
    return Everything(queries, Everything.of(built).made_at_run_time)
