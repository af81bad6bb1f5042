"""Opening the file of a store: what is no store, or cannot be read, is refused in one sentence."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from scanner.errors import StoreError
from scanner.store.tables import FORMAT

_MAGIC = b"SQLite format 3\x00"


@contextlib.contextmanager
def reading(place: Path) -> Iterator[sqlite3.Connection]:
    """A finished scan, opened read-only. Raises StoreError, also for what is found damaged while it is read."""
    check_kind(place)
    try:
        with contextlib.closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            _check_format(connection, place)
            yield connection
    except (sqlite3.Error, zlib.error, ValueError, KeyError, TypeError) as error:
        message = f"The scan in {place} is damaged ({type(error).__name__}): scan again with scanner scan -o {place}."
        raise StoreError(message) from error


@contextlib.contextmanager
def replacing(place: Path) -> Iterator[sqlite3.Connection]:
    """A new file, which takes the place when it is whole; what stood there before stays until then. StoreError."""
    if place.exists() and place.stat().st_size:
        check_kind(place, "it is left as it is; choose another name, such as scan.db")
    try:
        with _beside(place) as made:
            with contextlib.closing(sqlite3.connect(made)) as connection, connection:
                yield connection
            os.replace(made, place)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"The scan could not be written to {place} ({error}): choose a place that can be written."
        ) from None


def check_kind(place: Path, advice: str = "make one with scanner scan -o scan.db") -> None:
    """Raises StoreError when there is no SQLite file."""
    try:
        with place.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise StoreError(f"The scan {place} could not be read: {error.strerror or error}.") from None
    if head != _MAGIC:
        raise StoreError(f"{place} is no scan: {advice}.")


@contextlib.contextmanager
def _beside(place: Path) -> Iterator[str]:
    handle, made = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    os.close(handle)
    try:
        yield made
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(made)


def _check_format(connection: sqlite3.Connection, place: Path) -> None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'scan'").fetchone()
    row = connection.execute("SELECT * FROM scan").fetchone() if known else None
    if row is None:
        raise StoreError(f"{place} is a database, but no scan: make one with scanner scan -o and another name.")
    if row[0] != FORMAT:
        age = "newer: install that version" if row[0] > FORMAT else "older: install that version"
        raise StoreError(f"{place} was written by scanner {row[1]}, which is {age}, or scan again.")
    if not row[3]:
        raise StoreError(f"The scan in {place} did not come to its end: go on with scanner scan -o {place}.")
