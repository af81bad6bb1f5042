"""A scan in memory → a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from scanner.impact import Everything
from scanner.model import Query
from scanner.scanning import DatabaseScan
from scanner.store.files import replacing
from scanner.store.reading import KeptScan
from scanner.store.tables import create
from scanner.store.writing import Writer, finish, saved_source


def save(databases: Iterable[DatabaseScan | KeptScan], path: str | Path) -> None:
    """Keeps a scan in one file; what stood there before stays until the new one is whole. Raises StoreError."""
    with replacing(Path(path)) as connection:
        create(connection)
        source = saved_source(connection)
        for position, database in enumerate(databases):
            _save(connection, database, position, source)
        finish(connection)


def _save(connection: sqlite3.Connection, database: DatabaseScan | KeptScan, position: int, source: int) -> None:
    parts = database.parts
    writer = Writer(connection, parts.schema, position)
    writer.keep_schema(parts.dependencies)
    writer.keep_evidence(database.evidence, Everything.of(parts))
    writer.keep_places((*database.evidence.mentions, *database.evidence.likely_places))
    numbers = {query.fingerprint: writer.statement(query.fingerprint) for query in parts.queries}
    for query in parts.queries:
        number = numbers[query.fingerprint]
        writer.sight(number, (o for o in query.observations if o.built_by is None), source)
        writer.built_by(number, [numbers[name] for name in _templates(query)])
        writer.index(number, query.sql, parts.references[query.fingerprint])


def _templates(query: Query) -> set[str]:
    return {o.built_by for o in query.observations if o.built_by is not None}
