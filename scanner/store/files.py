"""Opening the file of a store: what is no store, or cannot be read, is refused in one sentence."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from scanner.errors import StoreError, reason_of
from scanner.store.tables import FORMAT, create

SYNCHRONOUS = "NORMAL"  # no less is needed against a loss of power; against a kill OFF would do
WAIT_S = 600  # for another scan to end
_MAGIC = b"SQLite format 3\x00"


@contextlib.contextmanager
def reading(place: Path) -> Iterator[sqlite3.Connection]:
    """A finished scan, opened read-only. Raises StoreError, also for what is found damaged while it is read."""
    check_kind(place)
    try:
        with contextlib.closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = _format(connection, place)
            _check_format(row, place)
            _check_finished(row, place)
            yield connection
    except (sqlite3.Error, zlib.error, ValueError, KeyError, TypeError) as error:
        if isinstance(error, sqlite3.OperationalError) and _is_busy(error):
            raise StoreError(f"The scan in {place} is being written: ask again when that has ended.") from None
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
            raise _not_finished(place) from None  # what a killed scan was writing has yet to be taken back
        message = f"The scan in {place} is damaged ({type(error).__name__}): scan again with scanner scan -o {place}."
        raise StoreError(message) from error


@contextlib.contextmanager
def updating(place: Path, waiting: Callable[[], None]) -> Iterator[sqlite3.Connection]:
    """A store to be written to, new or not, by nobody else meanwhile: also nobody reads what is not finished.

    The lock goes with the process. `waiting` is called when there is another one. Raises StoreError.
    """
    if place.exists() and place.stat().st_size:
        check_kind(place, "it is left as it is; choose another name, such as scan.db")
    try:
        with contextlib.closing(sqlite3.connect(place, timeout=0, isolation_level=None)) as connection:
            _lock(connection, place, waiting)
            yield connection
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"The scan could not be written to {place} ({reason_of(error)}): choose a place that can be written."
        ) from error
    except (sqlite3.DatabaseError, zlib.error, json.JSONDecodeError) as error:
        raise StoreError(
            f"The scan in {place} is damaged ({type(error).__name__}): remove it, and scan again."
        ) from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, whatever ends the process."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back whatever was raised
        yield


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
            f"The scan could not be written to {place} ({reason_of(error)}): choose a place that can be written."
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


def _lock(connection: sqlite3.Connection, place: Path, waiting: Callable[[], None]) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            raise
        waiting()
        _wait(connection, place)
    if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() or _is_older(connection, place):
        create(connection)
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")


def _wait(connection: sqlite3.Connection, place: Path) -> None:
    connection.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            raise
        raise StoreError(
            f"Another scan has been writing to {place} for {WAIT_S} seconds: try again when it has ended."
        ) from None


def _is_busy(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_older(connection: sqlite3.Connection, place: Path) -> bool:
    """Whether it is a store of an older format, which has been emptied. Raises StoreError when it is none."""
    row = _format(connection, place)
    if row[0] >= FORMAT:
        _check_format(row, place)
        return False
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in tables:
        connection.execute(f'DROP TABLE "{name}"')
    return True


@contextlib.contextmanager
def _beside(place: Path) -> Iterator[str]:
    handle, made = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    os.close(handle)
    try:
        yield made
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(made)


def _format(connection: sqlite3.Connection, place: Path) -> tuple[int, str, str, int]:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'scan'").fetchone()
    row = connection.execute("SELECT * FROM scan").fetchone() if known else None
    if row is None:
        raise StoreError(f"{place} is a database, but no scan: make one with scanner scan -o and another name.")
    return (*row[:3], row[3] if row[0] == FORMAT else 0)


def _check_format(row: tuple[int, str, str, int], place: Path) -> None:
    if row[0] != FORMAT:
        age = "newer: install that version" if row[0] > FORMAT else "older: install that version"
        raise StoreError(f"{place} was written by scanner {row[1]}, which is {age}, or scan again.")


def _check_finished(row: tuple[int, str, str, int], place: Path) -> None:
    if not row[3]:
        raise _not_finished(place)


def _not_finished(place: Path) -> StoreError:
    return StoreError(f"The scan in {place} did not come to its end: go on with scanner scan -o {place}.")
