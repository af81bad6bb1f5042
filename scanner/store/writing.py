"""Statements into a store, with all that they are found by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from scanner.dependencies import ObjectKey
from scanner.graph import named_nodes, relation_id
from scanner.impact import Everything, Evidence
from scanner.model import LikelyPlace, Mention, Observation, Unresolved
from scanner.resolve import References
from scanner.schema import Schema
from scanner.store.contents import Named, cells, hash_of, kind_of, pack, text_of
from scanner.store.words import Words

_INSERT_SIGHTING = "INSERT INTO sighting VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)"


def saved_source(connection: sqlite3.Connection) -> int:
    """The source of what comes from a scan that knows no sources any more: the next scan reads all anew."""
    number = connection.execute("INSERT INTO source (made_from, finished) VALUES ('a saved scan', 1)").lastrowid
    assert number is not None
    return number


def finish(connection: sqlite3.Connection) -> None:
    """From now on the scan can be asked."""
    connection.execute("UPDATE statement SET changed = 0")
    connection.execute("UPDATE scan SET finished = 1")


class Writer:
    """Writes what is known of one database. Transactions are the caller's."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema, position: int) -> None:
        self._connection = connection
        self.schema = schema
        self._words = Words(table.name for table in schema.tables)
        self._objects: dict[str, int] = {}
        name = schema.database.name
        connection.execute("INSERT OR IGNORE INTO database (name) VALUES (?)", (name,))
        connection.execute("UPDATE database SET position = ? WHERE name = ?", (position, name))
        (self.number,) = connection.execute("SELECT id FROM database WHERE name = ?", (name,)).fetchone()

    def keep_schema(self, dependencies: Mapping[ObjectKey, References]) -> None:
        """Keeps the schema, with what its objects name."""
        kept = pack(Schema, self.schema)
        self._connection.execute(
            "UPDATE database SET schema = ?, dependencies = ?, hash = ? WHERE id = ?",
            (kept, pack(Mapping[ObjectKey, References], dependencies), hash_of(kept), self.number),
        )

    def keep_evidence(self, evidence: Evidence, everything: Everything) -> None:
        """Keeps what reports say beside the queries and the places."""
        kept = pack(Evidence, replace(evidence, mentions=(), likely_places=(), everything=None))
        self._connection.execute(
            "UPDATE database SET evidence = ?, everything = ? WHERE id = ?",
            (kept, pack(Everything, everything), self.number),
        )

    def keep_places(self, places: Iterable[Mention | LikelyPlace]) -> None:
        """Keeps mentions and likely places, to be found by their table."""
        self._connection.execute("DELETE FROM place WHERE database = ?", (self.number,))
        rows = ((self.number, type(each).__name__, each.table, text_of(type(each), each)) for each in places)
        self._connection.executemany("INSERT INTO place (database, kind, name, content) VALUES (?, ?, ?, ?)", rows)

    def statement(self, fingerprint: str) -> int:
        """The number of a statement, which may be new."""
        key = (self.number, fingerprint)
        self._connection.execute("INSERT OR IGNORE INTO statement (database, fingerprint) VALUES (?, ?)", key)
        found = self._connection.execute("SELECT id FROM statement WHERE database = ? AND fingerprint = ?", key)
        number: int = found.fetchone()[0]
        return number

    def sight(self, statement: int, observations: Iterable[Observation], source: int) -> None:
        """Adds what was counted of a statement, of which nothing was known."""
        kept = ((kind_of(observation), cells(observation)) for observation in observations)
        rows = ((statement, source, each.identity, kind, *each[1:]) for kind, each in kept)
        self._connection.executemany(_INSERT_SIGHTING, rows)

    def built_by(self, statement: int, templates: Sequence[int]) -> None:
        """Says of which templates a statement may have been made."""
        rows = ((statement, template) for template in templates)
        self._connection.executemany("INSERT OR IGNORE INTO origin VALUES (?, ?)", rows)

    def index(self, statement: int, sql: str, named: Named) -> None:
        """Makes a statement found by what it names, or may name."""
        self.forget(statement)
        self._connection.execute("INSERT INTO named VALUES (?, ?)", (statement, pack(Named, named)))
        rows = {(self._object(node), kind, statement) for node, kind in self._nodes(sql, named)}
        self._connection.executemany("INSERT INTO edge VALUES (?, ?, ?)", sorted(rows))

    def forget(self, statement: int) -> None:
        """Makes a statement found by nothing."""
        self._connection.execute("DELETE FROM edge WHERE statement = ?", (statement,))
        self._connection.execute("DELETE FROM named WHERE statement = ?", (statement,))

    def _nodes(self, sql: str, named: Named) -> Iterable[tuple[str, str]]:
        if not isinstance(named, Unresolved):
            return named_nodes(named, self.schema)
        database = self.schema.database.name
        return ((relation_id(database, name), "mentions") for name in self._words.named_in(sql))

    def _object(self, node: str) -> int:
        number = self._objects.get(node)
        if number is None:
            self._connection.execute("INSERT OR IGNORE INTO object (node) VALUES (?)", (node,))
            found = self._connection.execute("SELECT id FROM object WHERE node = ?", (node,))
            number = self._objects[node] = int(found.fetchone()[0])
        return number
