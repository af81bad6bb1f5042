"""One source of a scan → its rows in the store, a chunk at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scanner.fingerprint import Gathering
from scanner.model import Checkpoint, Collected, Database, Observation
from scanner.scanning import Note
from scanner.store.contents import cells, from_text, kind_of, text_of
from scanner.store.files import transaction
from scanner.store.tables import ADD_UP

# Given how far the files of a source were read: what it says from there on.
Collect = Callable[[Iterable[Checkpoint]], Iterator[Collected]]

_ADD = f"INSERT INTO sighting VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?) {ADD_UP}"
_TAIL = """
SELECT statement, identity, kind, content, calls, total_time_ns, rows, last_seen_us
FROM sighting WHERE source = ? AND settled = 0
"""
_CHANGED = "UPDATE statement SET changed = 1 WHERE id = ?"


class Source:
    """One source in the store: what it was made of, and what was read of it."""

    def __init__(self, connection: sqlite3.Connection, made_from: str) -> None:
        self._connection = connection
        key = (made_from,)
        connection.execute("INSERT OR IGNORE INTO source (made_from, finished) VALUES (?, 0)", key)
        found = connection.execute("SELECT id, state, finished FROM source WHERE made_from = ?", key).fetchone()
        self.number: int = found[0]
        self._state: str | None = found[1] if found[2] else None

    def is_unchanged(self, state: str | None) -> bool:
        """Whether all that it says was read when its files looked like this."""
        return state is not None and state == self._state

    @property
    def notes(self) -> list[Note]:
        """What it could not see, and what was read of it."""
        rows = self._connection.execute(
            "SELECT content FROM note WHERE source = ? ORDER BY position", (self.number,)
        ).fetchall()
        return [from_text(Note, text) for (text,) in rows]

    def read(self, collect: Collect, databases: Mapping[str, Database], state: str | None) -> None:
        """Reads it from where the last reading ended; what was read before stays read, whenever this is broken off.

        What stands before a checkpoint is added to what is settled, together with the checkpoint. The rest is the
        source's end, which replaces the end that was read before.
        """
        read = _Read(databases)
        before: Checkpoint | None = None
        for item in collect(self._checkpoints()):
            if isinstance(item, Checkpoint):
                self._settle(read.until(item), item, before)
                before = item
            else:
                read.take(item)
        read.end.merge(read.chunk)
        with transaction(self._connection):
            self._replace_end(read.end)
            self.keep_notes(read.notes)
            self.finished(state)

    def keep_notes(self, notes: Iterable[Note]) -> None:
        """What it said beside its observations, in place of what it said before."""
        self._connection.execute("DELETE FROM note WHERE source = ?", (self.number,))
        rows = ((self.number, position, text_of(Note, note)) for position, note in enumerate(notes))
        self._connection.executemany("INSERT INTO note VALUES (?, ?, ?)", rows)

    def finished(self, state: str | None) -> None:
        """All of it was read while its files looked like this."""
        self._connection.execute("UPDATE source SET state = ?, finished = 1 WHERE id = ?", (state, self.number))

    def _checkpoints(self) -> list[Checkpoint]:
        rows = self._connection.execute("SELECT content FROM checkpoint WHERE source = ?", (self.number,)).fetchall()
        return [from_text(Checkpoint, text) for (text,) in rows]

    def _settle(self, chunk: Gathering, checkpoint: Checkpoint, before: Checkpoint | None) -> None:
        """Of each file the farthest checkpoint stays."""
        with transaction(self._connection):
            self._connection.execute("UPDATE scan SET finished = 0")
            self._connection.execute("UPDATE source SET finished = 0 WHERE id = ?", (self.number,))
            for statement, observation in _numbered(self._connection, chunk):
                kept = cells(observation)
                values = (statement, self.number, kept.identity, kind_of(observation), *kept[1:])
                self._connection.execute(_ADD, values)
                self._connection.execute(_CHANGED, (statement,))
            row = (self.number, text_of(Checkpoint, checkpoint))
            if before is not None and before.place == checkpoint.place:
                gone = (self.number, text_of(Checkpoint, before))
                self._connection.execute("DELETE FROM checkpoint WHERE source = ? AND content = ?", gone)
            self._connection.execute("INSERT OR IGNORE INTO checkpoint VALUES (?, ?)", row)

    def _replace_end(self, end: Gathering) -> None:
        """Statements of which nothing changed are not touched."""
        known = set(self._connection.execute(_TAIL, (self.number,)))
        found = set()
        for statement, observation in _numbered(self._connection, end):
            kept = cells(observation)
            found.add((statement, kept.identity, kind_of(observation), *kept[1:]))
        for row in known - found:
            key = (row[0], self.number, row[1])
            self._connection.execute(
                "DELETE FROM sighting WHERE statement = ? AND source = ? AND settled = 0 AND identity = ?", key
            )
        for row in found - known:
            values = (row[0], self.number, *row[1:])
            self._connection.execute("INSERT INTO sighting VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)", values)
        self._connection.executemany(_CHANGED, {(row[0],) for row in known ^ found})
        if known != found:
            self._connection.execute("UPDATE scan SET finished = 0")


@dataclass(slots=True)
class _Read:
    """What has been read of a source and is not settled."""

    databases: Mapping[str, Database]
    chunk: Gathering = field(init=False)
    end: Gathering = field(init=False)
    notes: list[Note] = field(default_factory=list)
    place: str | None = None  # of the last checkpoint

    def __post_init__(self) -> None:
        self.chunk, self.end = Gathering(self.databases), Gathering(self.databases)

    def take(self, item: Observation | Note) -> None:
        if isinstance(item, Observation):
            self.chunk.add(item)
        else:
            self.notes.append(item)

    def until(self, checkpoint: Checkpoint) -> Gathering:
        """What stands before the checkpoint. Before the first of a file stands the end of the one before."""
        taken, self.chunk = self.chunk, Gathering(self.databases)
        if checkpoint.place != self.place:
            self.place = checkpoint.place
            self.end.merge(taken)
            return self.chunk
        return taken


def _numbered(connection: sqlite3.Connection, gathering: Gathering) -> Iterator[tuple[int, Observation]]:
    databases = dict(connection.execute("SELECT name, id FROM database"))
    for fingerprint, observation in gathering.sightings():
        key = (databases[observation.database], fingerprint)
        connection.execute("INSERT OR IGNORE INTO statement (database, fingerprint) VALUES (?, ?)", key)
        found = connection.execute("SELECT id FROM statement WHERE database = ? AND fingerprint = ?", key).fetchone()
        yield found[0], observation
