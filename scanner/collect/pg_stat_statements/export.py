"""pg_stat_statements from a file: the view, or a query on it, written as CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from scanner.collect.pg_stat_statements.rows import SOURCE, Row, Tally
from scanner.collect.pg_stat_statements.server import Server
from scanner.collect.pg_stat_statements.texts import is_cut
from scanner.errors import SourceError, reason_of
from scanner.model import BlindSpot, Collected, Unread
from scanner.records import Record, columns, records
from scanner.text_files import READ_ERRORS, decode, open_binary

# The names a value has had in the view, or has in a query that joins pg_roles and pg_database to it.
_NAMES = {
    "query": ("query",),
    "calls": ("calls",),
    "time": ("total_exec_time", "total_time"),
    "mean time": ("mean_exec_time", "mean_time"),
    "rows": ("rows",),
    "query id": ("queryid", "query_id"),
    "role": ("rolname", "usename", "username"),  # a userid is a number
    "server database": ("datname", "dbname", "database", "dbid"),
}


def collect_export(
    path: Path,
    *,
    database: str | None = None,
    server_database: str | None = None,
    elsewhere: Collection[str] = (),
) -> Iterator[Collected]:
    """Yields an observation a row of a CSV file (with a header) or a JSON file (an array, or objects).

    Where the file holds rows of several server databases, those of `server_database` are taken, else those of the
    database that psql was connected to or that is named `database`, if there are any, else all. The others are counted
    as ignored, and named unless they are read `elsewhere`. Raises SourceError when the file cannot be read or has no
    column `query`.
    """
    text, size, replaced = _load(path)
    export = _Export(path, _require_query(path, columns(text)))
    about = _About.of(text, export)
    wanted = about.wanted(server_database, database)
    tally = Tally(str(path), database, about.limit)
    for record in records(text):
        if record.values is None:
            export.note(record.line, "it has more or fewer values than the header, or is no JSON object")
        elif "server" in record.values:
            continue
        elif wanted is not None and (other := export.server_database(record)) != wanted:
            tally.others[other] += 1
        else:
            yield from tally.observe(export.row(record))
    yield from export.unread()
    yield from tally.blind_spots(about.server.role if about.server else None, elsewhere)
    for message in (*_missing(export.names, replaced), *about.limits(wanted, tally.all)):
        yield BlindSpot(SOURCE, str(path), message)
    yield tally.coverage(files=1, lines=text.count("\n"), bytes=size)


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of an export before its rows are taken."""

    databases: frozenset[str]  # of the server, of which there are rows
    server: Server | None  # None: an export that does not say
    limit: int | None  # characters at which its texts were cut off

    @classmethod
    def of(cls, text: str, export: _Export) -> _About:
        databases: set[str] = set()
        lengths: set[int] = set()  # of texts that are visibly cut off
        longest, server = 0, None
        for record in records(text):
            if record.values is None:
                continue
            if "server" in record.values:
                server = Server.of(_object(record.values["server"]))
                continue
            query = export.text(record, "query") or ""
            longest = max(longest, len(query))
            if is_cut(query):
                lengths.add(len(query))
            if "server database" in export.names:
                databases.add(export.server_database(record))
        # Where the longest text is cut off, others of this length only look whole.
        return cls(frozenset(databases), server, longest if longest in lengths else None)

    def wanted(self, server_database: str | None, database: str | None) -> str | None:
        """The server database whose rows are taken; None: all rows."""
        connected = self.server.database if self.server else None
        return server_database or connected or (database if database in self.databases else None)

    def limits(self, wanted: str | None, rows: int) -> Iterator[str]:
        if wanted is None and len(self.databases) > 1:
            listed = ", ".join(sorted(self.databases))
            yield (
                f"The export has rows of several server databases ({listed}), and all were taken: "
                "say which one is meant under databases of this source."
            )
        if self.server is None:
            yield (
                "The export tells neither evicted queries nor the settings of pg_stat_statements: "
                "one that scanner export-sql postgres makes does."
            )
        else:
            yield from self.server.limits(rows)


def _load(path: Path) -> tuple[str, int, int]:
    """The text, its size in bytes and the number of characters that were replaced in it."""
    try:
        with open_binary(path) as stream:
            data = stream.read()
    except READ_ERRORS as error:
        raise SourceError(f"The export {path} of pg_stat_statements cannot be read: {reason_of(error)}.") from error
    text, replaced = decode(data)
    if not text.strip():
        raise SourceError(f"The export {path} of pg_stat_statements is empty: write the view to it again.")
    return text, len(data), replaced


def _require_query(path: Path, present: tuple[str, ...]) -> dict[str, str]:
    """Which column holds what, of those that are there."""
    names = {
        value: next(name for name in known if name in present)
        for value, known in _NAMES.items()
        if not set(known).isdisjoint(present)
    }
    if "query" not in names and present:
        listed = ", ".join(present)[:300]
        raise SourceError(f"{path} is no export of pg_stat_statements: it has no column query, only {listed}.")
    return names


@dataclass(frozen=True, slots=True)
class _Export:
    """Reads values under the names they have in one file, and keeps what is wrong with them."""

    path: Path
    names: dict[str, str]
    problems: dict[str, list[int]] = field(default_factory=dict)  # reason → lines

    def server_database(self, record: Record) -> str:
        """The server's name of the database that a row is of."""
        return self.text(record, "server database") or "(dropped)"

    def row(self, record: Record) -> Row:
        """The record as a row of the view."""
        calls, time, mean = (self.number(record, value) for value in ("calls", "time", "mean time"))
        rows = self.number(record, "rows")
        if time is None and mean is not None and calls is not None:
            time = mean * calls
        return Row(
            query=self.text(record, "query"),
            calls=None if calls is None else int(calls),
            total_time_ms=time,
            rows=None if rows is None else int(rows),
            query_id=self.text(record, "query id"),
            user=self.text(record, "role"),
        )

    def text(self, record: Record, value: str) -> str | None:
        """The value as text; None where it is not given."""
        found = (record.values or {}).get(self.names.get(value, ""))
        return None if found is None else str(found)

    def number(self, record: Record, value: str) -> float | None:
        """The value as a number; a decimal comma is what spreadsheets of some countries write."""
        text = self.text(record, value)
        try:
            number = None if text is None else float(text.replace(",", "."))
            if number is None or isfinite(number):
                return number
        except ValueError:
            pass
        self.note(record.line, f"its {self.names[value]} is no number")
        return None

    def note(self, line: int, reason: str) -> None:
        """Keeps what is wrong with a record."""
        self.problems.setdefault(reason, []).append(line)

    def unread(self) -> Iterator[Unread]:
        """What was kept, told once a reason."""
        for reason, lines in self.problems.items():
            place = f"{self.path}:{lines[0]}"
            yield Unread(SOURCE, place, f"A row cannot be read as it should be: {reason}.", len(lines))


def _missing(names: dict[str, str], replaced: int) -> Iterator[str]:
    missing = [value for value in ("calls", "time", "rows", "role") if value not in names]
    if "mean time" in names and "calls" in names and "time" in missing:
        missing.remove("time")
    if missing:
        yield f"The export has no column for: {', '.join(missing)}."
    if replaced:
        yield f"{replaced} characters are not valid in the file's encoding and were replaced."


def _object(value: object) -> Mapping[str, object]:
    """A JSON object, or the text of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
