"""Scans of several machines → one store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from scanner.errors import StoreError
from scanner.impact import Evidence
from scanner.model import BlindSpot
from scanner.progress import Progress
from scanner.scanning import SCHEMA
from scanner.schema import Schema
from scanner.store.contents import unpack
from scanner.store.evidence import count, everything
from scanner.store.files import reading, replacing
from scanner.store.linking import link
from scanner.store.resolving import resolve_changed
from scanner.store.tables import ADD_UP, create
from scanner.store.writing import Writer, finish, saved_source

_Item = TypeVar("_Item")
_DATABASES = """
INSERT OR IGNORE INTO database (name, position, schema, dependencies, hash)
SELECT name, (SELECT count(*) FROM main.database) + position, schema, dependencies, hash FROM other.database
"""
_PAIRS = """
INSERT INTO temp.pair SELECT theirs.id, own.id, theirs.hash = own.hash
FROM other.database theirs JOIN main.database own ON own.name = theirs.name
"""
_STATEMENTS = """
INSERT OR IGNORE INTO statement (database, fingerprint, resolved)
SELECT pair.own, fingerprint, iif(pair.same, resolved, NULL) FROM other.statement JOIN pair ON pair.theirs = database
"""
_MAPPED = """
INSERT INTO temp.mapped SELECT theirs.id, own.id, pair.same AND own.id NOT IN (SELECT statement FROM main.named)
FROM other.statement theirs JOIN pair ON pair.theirs = theirs.database
JOIN main.statement own ON own.database = pair.own AND own.fingerprint = theirs.fingerprint
"""
_SIGHTINGS = f"""
INSERT INTO sighting
SELECT own, ?, 1, identity, kind, content, calls, total_time_ns, rows, last_seen_us
FROM other.sighting JOIN mapped ON mapped.theirs = statement WHERE true {ADD_UP}
"""
_OBJECTS = "INSERT OR IGNORE INTO object (node) SELECT node FROM other.object"
_EDGES = """
INSERT INTO edge SELECT own.id, kind, mapped.own FROM other.edge JOIN mapped ON mapped.theirs = statement
JOIN other.object theirs ON theirs.id = object JOIN main.object own ON own.node = theirs.node WHERE mapped.is_new
"""
_NAMED = """
INSERT INTO named SELECT own, content FROM other.named JOIN mapped ON mapped.theirs = statement WHERE mapped.is_new
"""
_PLACES = """
INSERT INTO place (database, kind, name, content) SELECT own, kind, name, content FROM other.place
JOIN pair ON pair.theirs = database WHERE NOT EXISTS (
    SELECT 1 FROM main.place known WHERE known.database = own AND known.kind = place.kind AND known.name = place.name
    AND known.content = place.content
) ORDER BY place.id
"""


def merge(paths: Sequence[str | Path], output: str | Path, tell: Progress) -> None:
    """Puts scans together: counts are added, what one of them could not see is said. Any grouping gives the same.

    Where schemas differ that of the first scan is taken, and the report says so. Raises StoreError.
    """
    with replacing(Path(output)) as connection:
        connection.isolation_level = None
        create(connection)
        source = saved_source(connection)
        found: dict[str, list[Evidence]] = {}
        for path in map(Path, paths):
            tell(f"Adding {path}", 0)
            for name, evidence in _add(connection, path, source):
                found.setdefault(name, []).append(evidence)
        _put_together(connection, found, tell)
        finish(connection)


def _add(connection: sqlite3.Connection, path: Path, source: int) -> list[tuple[str, Evidence]]:
    with reading(path) as other:
        rows = other.execute("SELECT name, evidence, hash, schema FROM database ORDER BY position").fetchall()
        connection.execute("ATTACH ? AS other", (str(path),))
        try:
            evidence = [(name, _noted(connection, name, unpack(Evidence, row), *more)) for name, row, *more in rows]
            _copy(connection, source)
        finally:
            connection.execute("DETACH other")
        return evidence


def _noted(connection: sqlite3.Connection, name: str, evidence: Evidence, hashed: str, schema: bytes) -> Evidence:
    """The evidence, with what is to be said of a schema that is another than that of the scans before."""
    known = connection.execute("SELECT hash, schema FROM database WHERE name = ?", (name,)).fetchone()
    if known is None or known[0] == hashed:
        return evidence
    ours, theirs = (unpack(Schema, content).engine for content in (known[1], schema))
    if ours.family != theirs.family:
        raise StoreError(f"{name} is {ours} in one of the scans and {theirs} in another: give them different names.")
    message = "The merged scans have different schemas: all queries are resolved against that of the first."
    return replace(evidence, blind_spots=(*evidence.blind_spots, BlindSpot(SCHEMA, name, message)))


def _copy(connection: sqlite3.Connection, source: int) -> None:
    connection.execute("CREATE TEMP TABLE pair (theirs INTEGER PRIMARY KEY, own INTEGER, same INTEGER)")
    connection.execute("CREATE TEMP TABLE mapped (theirs INTEGER PRIMARY KEY, own INTEGER, is_new INTEGER)")
    for sql in (_DATABASES, _PAIRS, _STATEMENTS, _MAPPED):
        connection.execute(sql)
    connection.execute(_SIGHTINGS, (source,))
    for sql in (_OBJECTS, _EDGES, _NAMED, _PLACES, "DROP TABLE temp.pair", "DROP TABLE temp.mapped"):
        connection.execute(sql)


def _put_together(connection: sqlite3.Connection, found: dict[str, list[Evidence]], tell: Progress) -> None:
    rows = connection.execute("SELECT name, schema, hash, position FROM database ORDER BY position").fetchall()
    writers = {}
    for name, content, hashed, position in rows:
        schema: Schema = unpack(Schema, content)
        writers[name] = writer = Writer(connection, schema, position)
        link(connection, schema.database, writer.number)
        resolve_changed(connection, writer, hashed, partial(tell, f"Resolving the statements of {name}"))
    counts = {name: count(connection, writer.number) for name, writer in writers.items()}
    for name, writer in writers.items():
        evidence = _joined(found[name], sum(counts.values()) - counts[name])
        writer.keep_evidence(evidence, everything(connection, writer, counts[name]))


def _joined(found: Sequence[Evidence], out_of_scope: int) -> Evidence:
    return Evidence(
        consumers=_each_once(consumer for each in found for consumer in each.consumers),
        rollout=found[0].rollout,
        blind_spots=_each_once(spot for each in found for spot in each.blind_spots),
        unread=_each_once(unread for each in found for unread in each.unread),
        coverage=tuple(coverage for each in found for coverage in each.coverage),
        out_of_scope=out_of_scope,
    )


def _each_once(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))
