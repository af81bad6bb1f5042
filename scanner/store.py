"""A scan on disk: one SQLite file, written whole beside its place and then moved there.

Tables: `scan` (one row: format, the scanner's version, when), `database` (schema and evidence as JSON) and `query`
(one row a query and database, most called first). Statements are normalised before they get here: no literal is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.codec import decode, encode
from scanner.errors import StoreError
from scanner.impact import Evidence
from scanner.model import Query
from scanner.scanning import DatabaseScan
from scanner.schema import Schema

FORMAT = 1  # raised when an older scanner could not read the file
_MAGIC = b"SQLite format 3\x00"
_TABLES = """
CREATE TABLE scan (format INTEGER, version TEXT, created TEXT);
CREATE TABLE database (name TEXT PRIMARY KEY, position INTEGER, schema BLOB, evidence BLOB);
CREATE TABLE query (
    database TEXT, fingerprint TEXT, position INTEGER, content BLOB, PRIMARY KEY (database, fingerprint)
) WITHOUT ROWID;
"""


def save(databases: Iterable[DatabaseScan], path: str | Path) -> None:
    """Keeps a scan in one file; what stood there before stays until the new one is whole. Raises StoreError."""
    place = Path(path)
    if place.exists() and place.stat().st_size:
        _check_kind(place, "it is left as it is; choose another name, such as scan.db")
    try:
        with _beside(place) as made:
            connection = sqlite3.connect(made)
            with contextlib.closing(connection), connection:
                connection.executescript(_TABLES)
                _write(connection, databases)
            os.replace(made, place)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"The scan could not be written to {place} ({error}): choose a place that can be written."
        ) from None


def load(path: str | Path) -> tuple[DatabaseScan, ...]:
    """A kept scan. Raises StoreError when the file is missing, damaged, of a newer scanner or something else."""
    place = Path(path)
    _check_kind(place)
    try:
        with contextlib.closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
            _check_format(connection, place)
            return tuple(_databases(connection))
    except (sqlite3.Error, zlib.error, ValueError, KeyError, TypeError) as error:
        message = f"The scan in {place} is damaged ({type(error).__name__}): scan again with scanner scan -o {place}."
        raise StoreError(message) from None


@contextlib.contextmanager
def _beside(place: Path) -> Iterator[str]:
    handle, made = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    os.close(handle)
    try:
        yield made
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(made)


def _write(connection: sqlite3.Connection, databases: Iterable[DatabaseScan]) -> None:
    import scanner

    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("INSERT INTO scan VALUES (?, ?, ?)", (FORMAT, scanner.__version__, now))
    for position, database in enumerate(databases):
        schema, evidence = _pack(Schema, database.schema), _pack(Evidence, database.evidence)
        connection.execute("INSERT INTO database VALUES (?, ?, ?, ?)", (database.name, position, schema, evidence))
        rows = ((database.name, q.fingerprint, i, _pack(Query, q)) for i, q in enumerate(database.queries))
        connection.executemany("INSERT INTO query VALUES (?, ?, ?, ?)", rows)


def _check_kind(place: Path, advice: str = "make one with scanner scan -o scan.db") -> None:
    try:
        with place.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise StoreError(f"The scan {place} could not be read: {error.strerror or error}.") from None
    if head != _MAGIC:
        raise StoreError(f"{place} is no scan: {advice}.")


def _check_format(connection: sqlite3.Connection, place: Path) -> None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'scan'").fetchone()
    row = connection.execute("SELECT format, version FROM scan").fetchone() if known else None
    if row is None:
        raise StoreError(f"{place} is a database, but no scan: make one with scanner scan -o and another name.")
    if row[0] > FORMAT:
        raise StoreError(
            f"{place} was written by scanner {row[1]}, which is newer: install that version, or scan again."
        )


def _databases(connection: sqlite3.Connection) -> Iterator[DatabaseScan]:
    rows = connection.execute("SELECT name, schema, evidence FROM database ORDER BY position").fetchall()
    for name, schema, evidence in rows:
        found = connection.execute("SELECT content FROM query WHERE database = ? ORDER BY position", (name,))
        queries = tuple(_unpack(Query, content) for (content,) in found)
        yield DatabaseScan(_unpack(Schema, schema), queries, _unpack(Evidence, evidence))


def _pack(hint: type, value: object) -> bytes:
    text = json.dumps(encode(hint, value), ensure_ascii=True, separators=(",", ":"))
    return zlib.compress(text.encode("ascii"), 6)


def _unpack(hint: type, content: bytes) -> Any:  # noqa: ANN401  (a value of the hinted type)
    return decode(hint, json.loads(zlib.decompress(content)))
