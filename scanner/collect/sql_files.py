"""Files of SQL: reports, jobs, and the statements that aiosql and its like load by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scanner.errors import reason_of
from scanner.model import BlindSpot, Collected, Coverage, Family, Location, Observation, Unread
from scanner.statements import Statement, split
from scanner.text_files import READ_ERRORS, decode, open_binary, relative
from scanner.trees import Walk, source_files
from scanner.utility_statements import is_utility

_SUFFIXES = (".sql", ".psql", ".sql.gz", ".ddl", ".dml")
# aiosql, yesql: "-- name: get_user^", the sign says what becomes of the rows.
_NAME = re.compile(r"--\s*name:\s*(?P<name>[\w-]+)")


def collect(root: Path, *, family: Family, database: str | None = None) -> Iterator[Collected]:
    """Every statement of a file, or of the .sql files below a directory, with its place.

    DDL that only defines tables and statements that run no query are counted as ignored.
    """
    files = bytes_read = entries = ignored = lines = 0
    walk = Walk()
    for path in source_files(root, _is_sql, walk):
        place = relative(path, root)
        try:
            with open_binary(path) as file:
                content = file.read()
        except READ_ERRORS as error:
            yield Unread("sql_file", place, f"{place} could not be read ({reason_of(error)}).")
            continue
        text, broken = decode(content)
        if broken:
            message = f"{place} has {broken} characters that are not UTF-8; they were replaced."
            yield BlindSpot("sql_file", place, message)
        files, bytes_read, lines = files + 1, bytes_read + len(content), lines + text.count("\n")
        for statement in split(text, family):
            if statement.client or is_utility(statement.text):
                ignored += 1
                continue
            entries += 1
            yield _observation(statement, place, database)
    yield from (BlindSpot("sql_file", str(root), message) for message in walk.left_out())
    yield Coverage("sql_file", str(root), entries, files, lines, bytes_read, ignored=ignored)


def _is_sql(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


def _observation(statement: Statement, place: str, database: str | None) -> Observation:
    name = _NAME.search(statement.lead)
    location = Location(place, statement.line, statement.column, name["name"] if name else None)
    return Observation("sql_file", statement.text, database=database, location=location)
