"""A configuration → a store: what has changed since the last scan is read, the rest is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from scanner.config import Config, DatabaseConfig, SourceConfig
from scanner.dependencies import dependencies
from scanner.fingerprint import most_called_first
from scanner.mentions import Named, find_named
from scanner.model import MODEL_SOURCE, Checkpoint, Collected, Query
from scanner.progress import Progress
from scanner.scanning import Note, evidence_of, observed, schema_of
from scanner.schema import Schema
from scanner.store.contents import hash_of, pack, unpack
from scanner.store.evidence import count, everything
from scanner.store.files import transaction, updating
from scanner.store.linking import link
from scanner.store.reading import Statements
from scanner.store.resolving import resolve_changed
from scanner.store.states import made_from, schema_made_from, schema_state, source_state, tree_state
from scanner.store.taking import Source
from scanner.store.writing import Writer
from scanner.workers import Workers

_MODELS = f"""
SELECT DISTINCT statement FROM sighting JOIN statement ON statement.id = statement
WHERE kind = '{MODEL_SOURCE}' AND database = ?
"""
_FORGET_DATABASE = (
    "DELETE FROM edge WHERE statement IN (SELECT id FROM statement WHERE database = ?)",
    "DELETE FROM named WHERE statement IN (SELECT id FROM statement WHERE database = ?)",
    "DELETE FROM sighting WHERE statement IN (SELECT id FROM statement WHERE database = ?)",
    "DELETE FROM origin WHERE statement IN (SELECT id FROM statement WHERE database = ?)",
    "DELETE FROM digest WHERE statement IN (SELECT id FROM statement WHERE database = ?)",
    "DELETE FROM place WHERE database = ?",
    "DELETE FROM statement WHERE database = ?",
    "DELETE FROM database WHERE id = ?",
)


def update(config: Config, path: str | Path, tell: Progress, workers: Workers | None = None) -> None:
    """Brings a store up to date, or makes it. Whenever this is broken off, the next time goes on.

    Another scan of the same file is waited for. Raises StoreError.
    """
    with updating(Path(path), lambda: tell(f"Waiting for another scan of {path}", 0)) as connection:
        _Update(connection, config, tell, workers).run()


class _Update:
    def __init__(self, connection: sqlite3.Connection, config: Config, tell: Progress, workers: Workers | None) -> None:
        self._connection = connection
        self._config = config
        self._workers = workers
        self._tell = tell
        self._sources = {each: made_from(each, config) for each in config.sources}
        self._notes: dict[str, list[Note]] = {entry.name: [] for entry in config.databases}
        self._writers: dict[str, Writer] = {}
        self._hashes: dict[str, str] = {}  # of the schemas
        self._code: list[str | None] = []  # states of the sources that may mention a table

    def run(self) -> None:
        """Schemas, sources, what statements have to do with each other, what they name, and the rest of a report."""
        with transaction(self._connection):
            self._forget_what_is_not_configured()
        for position, entry in enumerate(self._config.databases):
            self._read_schema(entry, position)
        for source, made in self._sources.items():
            self._read_source(source, made)
        for entry in self._config.databases:
            writer = self._writers[entry.name]
            self._tell(f"Joining the statements of {entry.name}", 0)
            link(self._connection, writer.schema.database, writer.number)
            step = partial(self._tell, f"Resolving the statements of {entry.name}")
            resolve_changed(self._connection, writer, self._hashes[entry.name], step)
        self._keep_evidence()

    def _forget_what_is_not_configured(self) -> None:
        made = {*self._sources.values(), *map(schema_made_from, self._config.databases)}
        for number, known in self._connection.execute("SELECT id, made_from FROM source").fetchall():
            if known not in made:
                self._forget_source(number)
        names = {entry.name for entry in self._config.databases}
        for number, name in self._connection.execute("SELECT id, name FROM database").fetchall():
            if name not in names:
                self._connection.execute("UPDATE scan SET finished = 0")
                for sql in _FORGET_DATABASE:
                    self._connection.execute(sql, (number,))

    def _forget_source(self, number: int) -> None:
        self._connection.execute("UPDATE scan SET finished = 0")
        seen = "SELECT statement FROM sighting WHERE source = ?"
        self._connection.execute(f"UPDATE statement SET changed = 1 WHERE id IN ({seen})", (number,))
        for table in ("sighting", "checkpoint", "note"):
            self._connection.execute(f"DELETE FROM {table} WHERE source = ?", (number,))
        self._connection.execute("DELETE FROM source WHERE id = ?", (number,))

    def _read_schema(self, entry: DatabaseConfig, position: int) -> None:
        source, state = Source(self._connection, schema_made_from(entry)), schema_state(entry)
        row = self._connection.execute("SELECT schema, hash FROM database WHERE name = ?", (entry.name,)).fetchone()
        if row is not None and row[0] is not None and source.is_unchanged(state):
            schema, notes = unpack(Schema, row[0]), tuple(source.notes)
            self._hashes[entry.name] = row[1]
            self._writers[entry.name] = Writer(self._connection, schema, position)
        else:
            schema, notes = schema_of(entry, self._tell)
            self._hashes[entry.name] = hash_of(pack(Schema, schema))
            with transaction(self._connection):
                writer = self._writers[entry.name] = Writer(self._connection, schema, position)
                if row is None or row[1] != self._hashes[entry.name]:
                    self._keep_schema(writer)
                source.keep_notes(notes)
                source.finished(state)
        self._notes[entry.name] += notes

    def _keep_schema(self, writer: Writer) -> None:
        """All statements mean something else now."""
        writer.keep_schema(dependencies(writer.schema))
        self._connection.execute("UPDATE scan SET finished = 0")
        self._connection.execute("UPDATE statement SET changed = 1 WHERE database = ?", (writer.number,))

    def _read_source(self, config: SourceConfig, made: str) -> None:
        source, state = Source(self._connection, made), source_state(config)
        if not source.is_unchanged(state):
            databases = {name: writer.schema.database for name, writer in self._writers.items()}
            source.read(partial(self._observed, config), databases, state)
        self._code += [made, tree_state(config)]
        self._notes[config.database] += source.notes

    def _observed(self, source: SourceConfig, since: Iterable[Checkpoint]) -> Iterator[Collected]:
        database = self._writers[source.database].schema.database
        return observed(source, database, self._config, self._workers, self._tell, tuple(since))

    def _keep_evidence(self) -> None:
        counts = {name: count(self._connection, writer.number) for name, writer in self._writers.items()}
        places = self._changed_places()
        with transaction(self._connection):
            for entry in self._config.databases:
                others = sum(counts.values()) - counts[entry.name]
                writer = self._writers[entry.name]
                named = Named((), ()) if places is None else places[0][entry.name]  # those that are kept stay
                evidence = evidence_of(entry, self._notes[entry.name], named, others, self._config.root)
                writer.keep_evidence(evidence, everything(self._connection, writer, counts[entry.name]))
                if places is not None:
                    writer.keep_places((*named.mentions, *named.likely_places))
            if places is not None:
                self._connection.execute("UPDATE scan SET mentions = ?", (places[1],))
            self._connection.execute("UPDATE scan SET finished = 1")

    def _changed_places(self) -> tuple[dict[str, Named], str] | None:
        """The places that name tables, and what they were found in; None when that is as it was."""
        found_in = hash_of(repr((self._code, self._hashes)).encode())
        if self._connection.execute("SELECT mentions FROM scan").fetchone()[0] == found_in:
            return None
        self._tell("Looking for other places that name tables", 0)
        schemas = {name: writer.schema for name, writer in self._writers.items()}
        return find_named(self._config, schemas, self._models()), found_in

    def _models(self) -> list[Query]:
        found: list[Query] = []
        for name, writer in self._writers.items():
            found += Statements(self._connection, name).queries(self._numbers(_MODELS, writer)).values()
        return most_called_first(found)

    def _numbers(self, sql: str, writer: Writer) -> list[int]:
        return [number for (number,) in self._connection.execute(sql, (writer.number,))]
