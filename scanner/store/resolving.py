"""What each statement names, wherever it or the schema changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from hashlib import blake2b

from scanner.model import Query
from scanner.scanning import named_by
from scanner.store.files import transaction
from scanner.store.reading import Statements
from scanner.store.writing import Writer

_CHUNK = 500  # statements of one transaction
_NEXT = f"SELECT id FROM statement WHERE database = ? AND changed = 1 LIMIT {_CHUNK}"
_PARTS = "SELECT part FROM digest WHERE part IN (SELECT value FROM json_each(?))"


def resolve_changed(
    connection: sqlite3.Connection, writer: Writer, schema_hash: str, tell: Callable[[int], None]
) -> None:
    """Makes every changed statement found by what it names; one that says the same as before is not resolved anew."""
    done = 0
    while numbers := [number for (number,) in connection.execute(_NEXT, (writer.number,))]:
        tell(done)
        with transaction(connection):
            _resolve(connection, writer, schema_hash, numbers)
        done += len(numbers)


def _resolve(connection: sqlite3.Connection, writer: Writer, schema_hash: str, numbers: list[int]) -> None:
    parts = {part for (part,) in connection.execute(_PARTS, (json.dumps(numbers),))}
    queries = Statements(connection, writer.schema.database.name).queries([n for n in numbers if n not in parts])
    for number in numbers:
        query = queries.get(number)
        state = None if query is None else _state(query, schema_hash)
        if query is None:
            writer.forget(number)
        elif state != connection.execute("SELECT resolved FROM statement WHERE id = ?", (number,)).fetchone()[0]:
            writer.index(number, query.sql, named_by(query, writer.schema))
        connection.execute("UPDATE statement SET changed = 0, resolved = ? WHERE id = ?", (state, number))


def _state(query: Query, schema_hash: str) -> str:
    """All that decides what the query names."""
    defaults = sorted({str(o.default_schema) for o in query.observations})
    known = repr((schema_hash, query.sql, defaults))
    return blake2b(known.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
