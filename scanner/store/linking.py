"""Which statements are one with others, or may have been made of them, wherever something changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from scanner.fingerprint import Templates, digest_text, digests_joined, is_template, most_called_first
from scanner.model import Database, Query
from scanner.store.contents import PARTIAL
from scanner.store.files import transaction
from scanner.store.reading import Statements

_CHUNK = 5_000  # statements
_CHANGED = "SELECT id FROM statement WHERE database = ? AND changed = 1"
_PARTIAL = f"SELECT statement FROM sighting WHERE kind = '{PARTIAL}'"
_ALL = "SELECT id FROM statement WHERE database = ?"
_UNSEEN = f"{_CHANGED} AND NOT EXISTS (SELECT 1 FROM sighting WHERE statement = statement.id)"
_FIRST = """
SELECT statement, min(content) FROM sighting
WHERE statement IN (SELECT value FROM json_each(?)) GROUP BY statement
"""
_ORIGINS = "SELECT statement, template FROM origin WHERE statement IN (SELECT value FROM json_each(?))"
_COARSE = """
SELECT id, coarse, EXISTS (SELECT 1 FROM sighting WHERE statement = id AND kind <> :kind)
FROM statement WHERE database = :database
"""


def link(connection: sqlite3.Connection, database: Database, number: int) -> None:
    """Joins digests and cut texts with their statements, and templates with what was made of them.

    It does so as `scanner.fingerprint` does.
    """
    with transaction(connection):
        _remove_unseen(connection, number)
        _join_digests(connection, database, number)
        _join_templates(connection, database, number)


def _remove_unseen(connection: sqlite3.Connection, number: int) -> None:
    gone = [(statement,) for (statement,) in connection.execute(_UNSEEN, (number,))]
    if gone:  # of two statements that a digest may be the other one is left
        connection.execute(
            "UPDATE statement SET changed = 1 WHERE id IN (SELECT statement FROM sighting WHERE kind = ?)", [PARTIAL]
        )
    for sql in (
        "UPDATE statement SET changed = 1 WHERE id IN (SELECT statement FROM origin WHERE template = ?)",
        "UPDATE statement SET changed = 1 WHERE id IN (SELECT part FROM digest WHERE statement = ?)",
        "UPDATE statement SET changed = 1 WHERE id IN (SELECT statement FROM digest WHERE part = ?)",
        "DELETE FROM origin WHERE template = ?",
        "DELETE FROM origin WHERE statement = ?",
        "DELETE FROM digest WHERE statement = ?",
        "DELETE FROM digest WHERE part = ?",
        "DELETE FROM edge WHERE statement = ?",
        "DELETE FROM named WHERE statement = ?",
        "DELETE FROM statement WHERE id = ?",
    ):
        connection.executemany(sql, gone)


def _join_digests(connection: sqlite3.Connection, database: Database, number: int) -> None:
    if database.engine.family != "mysql" or not _numbers(connection, _CHANGED, number):
        return
    found: set[tuple[int, int]] = set()
    if connection.execute(f"{_PARTIAL} LIMIT 1").fetchone():
        _fill_coarse(connection, database, number)
        rows = connection.execute(_COARSE, {"kind": PARTIAL, "database": number}).fetchall()
        digests = {each: text for each, text, is_full in rows if not is_full}
        found = set(digests_joined(digests, {each: text for each, text, is_full in rows if is_full}).items())
    known = set(connection.execute(f"SELECT * FROM digest WHERE part IN ({_ALL})", (number,)))
    connection.executemany("DELETE FROM digest WHERE part = ? AND statement = ?", known - found)
    connection.executemany("INSERT INTO digest VALUES (?, ?)", found - known)
    _mark(connection, (each for pair in known ^ found for each in pair))


def _fill_coarse(connection: sqlite3.Connection, database: Database, number: int) -> None:
    wanted = _numbers(connection, f"{_ALL} AND (changed = 1 OR coarse IS NULL)", number)
    for chunk in _chunks(wanted):
        rows = connection.execute(_FIRST, (json.dumps(chunk),)).fetchall()
        keys = ((digest_text(json.loads(content)["sql"], database.engine), each) for each, content in rows)
        connection.executemany("UPDATE statement SET coarse = ? WHERE id = ?", keys)


def _join_templates(connection: sqlite3.Connection, database: Database, number: int) -> None:
    statements = Statements(connection, database.name)
    changed = _numbers(connection, _CHANGED, number)
    for chunk in _chunks(changed):
        flags = ((is_template(query), each) for each, query in statements.plain(chunk).items())
        connection.executemany("UPDATE statement SET template = ? WHERE id = ?", flags)
    templates = statements.plain(_numbers(connection, f"{_ALL} AND template = 1", number))
    state = _state(templates.values())
    if not changed and state == _known_state(connection, number):
        return
    candidates = changed if state == _known_state(connection, number) else _numbers(connection, _ALL, number)
    _find_origins(connection, statements, templates, database, candidates)
    connection.execute("UPDATE database SET templates = ? WHERE id = ?", (state, number))


def _find_origins(
    connection: sqlite3.Connection,
    statements: Statements,
    templates: dict[int, Query],
    database: Database,
    candidates: list[int],
) -> None:
    numbers = {query.fingerprint: number for number, query in templates.items()}
    known = Templates(most_called_first(templates.values()), database)
    for chunk in _chunks(candidates):
        queries = statements.plain(chunk) if templates else {}
        found = {(each, numbers[made.fingerprint]) for each, query in queries.items() for made in known.of(query)}
        kept = set(connection.execute(_ORIGINS, (json.dumps(chunk),)))
        connection.executemany("DELETE FROM origin WHERE statement = ? AND template = ?", kept - found)
        connection.executemany("INSERT INTO origin VALUES (?, ?)", found - kept)
        _mark(connection, (each for each, _ in kept ^ found))


def _state(templates: Iterable[Query]) -> str:
    """What a change of would give other origins to any statement."""
    known = sorted((t.fingerprint, t.sql, sorted({str(o.holes) for o in t.located})) for t in templates)
    return blake2b(repr(known).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if known else ""


def _known_state(connection: sqlite3.Connection, number: int) -> str:
    row = connection.execute("SELECT templates FROM database WHERE id = ?", (number,)).fetchone()
    return row[0] or ""


def _mark(connection: sqlite3.Connection, statements: Iterable[int]) -> None:
    connection.executemany("UPDATE statement SET changed = 1 WHERE id = ?", ((each,) for each in set(statements)))


def _numbers(connection: sqlite3.Connection, sql: str, database: int) -> list[int]:
    return [number for (number,) in connection.execute(sql, (database,))]


def _chunks(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
