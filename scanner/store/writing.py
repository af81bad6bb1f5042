"""Statements into a store, with all that they are found by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from scanner.dependencies import ObjectKey
from scanner.graph import named_nodes, relation_id
from scanner.impact import Everything, Evidence
from scanner.model import Mention, Observation, Unresolved
from scanner.resolve import References
from scanner.schema import Schema
from scanner.store.contents import Named, cells, pack, text_of
from scanner.store.tables import FORMAT, TABLES
from scanner.store.words import Words

_INSERT_SIGHTING = "INSERT INTO sighting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def create(connection: sqlite3.Connection) -> None:
    """The empty tables."""
    import scanner

    connection.executescript(TABLES)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("INSERT INTO scan VALUES (?, ?, ?, 0)", (FORMAT, scanner.__version__, now))


def finish(connection: sqlite3.Connection) -> None:
    """From now on the scan can be asked."""
    connection.execute("UPDATE scan SET finished = 1")


class Writer:
    """Writes what is known of one database. Transactions are the caller's."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema, position: int) -> None:
        self._connection = connection
        self._schema = schema
        self._words = Words(table.name for table in schema.tables)
        self._objects: dict[str, int] = {}
        name = schema.database.name
        connection.execute("INSERT OR IGNORE INTO database (name) VALUES (?)", (name,))
        connection.execute("UPDATE database SET position = ? WHERE name = ?", (position, name))
        (self.number,) = connection.execute("SELECT id FROM database WHERE name = ?", (name,)).fetchone()

    def keep_schema(self, dependencies: Mapping[ObjectKey, References]) -> None:
        """Keeps the schema, with what its objects name."""
        self._connection.execute(
            "UPDATE database SET schema = ?, dependencies = ? WHERE id = ?",
            (pack(Schema, self._schema), pack(Mapping[ObjectKey, References], dependencies), self.number),
        )

    def keep_evidence(self, evidence: Evidence, everything: Everything) -> None:
        """Keeps what reports say beside the queries; the mentions apart, to be found by their table."""
        from dataclasses import replace

        kept = pack(Evidence, replace(evidence, mentions=(), everything=None))
        self._connection.execute(
            "UPDATE database SET evidence = ?, everything = ? WHERE id = ?",
            (kept, pack(Everything, everything), self.number),
        )
        self._connection.execute("DELETE FROM mention WHERE database = ?", (self.number,))
        rows = ((self.number, mention.table, text_of(Mention, mention)) for mention in evidence.mentions)
        self._connection.executemany("INSERT INTO mention (database, name, content) VALUES (?, ?, ?)", rows)

    def statement(self, fingerprint: str) -> int:
        """The number of a statement, which may be new."""
        key = (self.number, fingerprint)
        self._connection.execute("INSERT OR IGNORE INTO statement (database, fingerprint) VALUES (?, ?)", key)
        found = self._connection.execute("SELECT id FROM statement WHERE database = ? AND fingerprint = ?", key)
        number: int = found.fetchone()[0]
        return number

    def sight(self, statement: int, observations: Iterable[Observation], source: int = 0) -> None:
        """Adds what was counted of a statement."""
        rows = ((statement, source, 0, *cells(observation)) for observation in observations)
        self._connection.executemany(_INSERT_SIGHTING, rows)

    def built_by(self, statement: int, templates: Sequence[int]) -> None:
        """Says of which templates a statement may have been made."""
        rows = ((statement, template) for template in templates)
        self._connection.executemany("INSERT OR IGNORE INTO origin VALUES (?, ?)", rows)

    def index(self, statement: int, sql: str, named: Named) -> None:
        """Makes a statement found by what it names, or may name."""
        self._connection.execute("DELETE FROM edge WHERE statement = ?", (statement,))
        self._connection.execute("INSERT OR REPLACE INTO named VALUES (?, ?)", (statement, pack(Named, named)))
        rows = {(self._object(node), kind, statement) for node, kind in self._nodes(sql, named)}
        self._connection.executemany("INSERT INTO edge VALUES (?, ?, ?)", sorted(rows))

    def _nodes(self, sql: str, named: Named) -> Iterable[tuple[str, str]]:
        if not isinstance(named, Unresolved):
            return named_nodes(named, self._schema)
        database = self._schema.database.name
        return ((relation_id(database, name), "mentions") for name in self._words.named_in(sql))

    def _object(self, node: str) -> int:
        number = self._objects.get(node)
        if number is None:
            self._connection.execute("INSERT OR IGNORE INTO object (node) VALUES (?)", (node,))
            found = self._connection.execute("SELECT id FROM object WHERE node = ?", (node,))
            number = self._objects[node] = int(found.fetchone()[0])
        return number
