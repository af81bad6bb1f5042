"""MySQL, Percona Server and MariaDB slow query logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from scanner.collect.mysql_slow_log.events import Event, Fragment, read, read_events
from scanner.errors import SourceError
from scanner.model import BlindSpot, Collected, Coverage, Observation, Unread
from scanner.text_files import READ_ERRORS, files_under, open_binary
from scanner.utility_statements import is_utility

__all__ = ["SOURCE", "Event", "collect", "read_events"]

SOURCE = "mysql_slow_log"


def collect(path: Path, *, database: str | None = None, service: str | None = None) -> Iterator[Collected]:
    """Yields an observation an entry of a log, or of every log below a directory, compressed or not.

    Memory is constant. Statements that cannot matter (SET, COMMIT …) and administrator commands are counted
    in the Coverage, which comes last. Raises SourceError when there is nothing there to read.
    """
    if not path.exists():
        raise SourceError(f"There is no slow log at {path}: give the file that slow_query_log_file names.")
    totals = _Totals()
    for file in files_under(path):
        yield from _collect_file(file, path, totals, database, service)
    yield from _blind_spots(path, totals)
    yield Coverage(
        SOURCE,
        str(path),
        entries=totals.entries,
        files=totals.files,
        lines=totals.lines,
        bytes=totals.bytes,
        administrator_commands=totals.administrator_commands,
        ignored=totals.ignored,
    )


@dataclass(slots=True)
class _Totals:
    entries: int = 0
    files: int = 0
    lines: int = 0
    bytes: int = 0
    administrator_commands: int = 0
    ignored: int = 0
    sampled: int = 1  # how many entries a logged one may stand for

    @property
    def seen(self) -> int:
        return self.entries + self.ignored + self.administrator_commands


def _collect_file(
    file: Path, root: Path, totals: _Totals, database: str | None, service: str | None
) -> Iterator[Collected]:
    totals.files += 1
    seen, size = totals.seen, totals.bytes
    fragments: list[Fragment] = []
    try:
        with open_binary(file) as stream:
            for item in read(cast(BinaryIO, _Counting(stream, totals))):
                if isinstance(item, Fragment):
                    fragments.append(item)
                elif _counts(item, totals):
                    yield _observation(item, database, service)
    except READ_ERRORS as error:
        if file == root and totals.seen == 0:
            raise SourceError(f"The slow log {file} cannot be read: {error}.") from error
        yield Unread(SOURCE, str(file), f"Reading stopped after {totals.bytes - size} bytes: {error}.")
    if fragments and totals.seen == seen and file == root:
        raise SourceError(f"{file} is no slow log: not one entry with a line '# Query_time:' was found in it.")
    yield from _unread(file, fragments)


@dataclass(slots=True)
class _Counting:
    """A stream that counts what is read of it."""

    stream: BinaryIO
    totals: _Totals

    def read(self, size: int) -> bytes:
        chunk = self.stream.read(size)
        self.totals.bytes += len(chunk)
        self.totals.lines += chunk.count(b"\n")
        return chunk


def _counts(event: Event, totals: _Totals) -> bool:
    """Counts an event; whether it is an observation."""
    totals.sampled = max(totals.sampled, event.sampled or 1)
    if event.administrator_command:
        totals.administrator_commands += 1
    elif is_utility(event.sql):
        totals.ignored += 1
    else:
        totals.entries += 1
        return True
    return False


def _observation(event: Event, database: str | None, service: str | None) -> Observation:
    return Observation(
        source=SOURCE,
        sql=event.sql,
        database=database,
        service=service,
        default_schema=event.database,
        calls=1,
        total_time_ms=None if event.query_time_s is None else event.query_time_s * 1000,
        rows=_rows(event),
        last_seen=event.time,
        user=event.user,
        host=event.host,
        truncated=event.truncated,
    )


def _rows(event: Event) -> int | None:
    """Rows returned or changed. A write returns none, and only some servers log how many it changed."""
    if event.rows_sent:
        return event.rows_sent
    return event.rows_affected if _WRITE.match(event.sql) else event.rows_sent


def _unread(file: Path, fragments: list[Fragment]) -> Iterator[Unread]:
    if fragments:
        size = sum(fragment.size for fragment in fragments)
        reason = f"{size} bytes are no entry: a part of one, or no slow log."
        yield Unread(SOURCE, f"{file}, byte {fragments[0].offset}", reason, len(fragments))


def _blind_spots(path: Path, totals: _Totals) -> Iterator[BlindSpot]:
    yield BlindSpot(
        SOURCE,
        str(path),
        "Queries faster than long_query_time, or that examined fewer rows than min_examined_row_limit, are "
        "not in a slow log: SET GLOBAL long_query_time = 0 for a while logs all.",
    )
    if totals.sampled > 1:
        yield BlindSpot(
            SOURCE,
            str(path),
            f"The server logged one of {totals.sampled} (log_slow_rate_limit): the true numbers of calls are "
            "higher, and rare queries may be missing.",
        )


_WRITE = re.compile(r"(?:\s|/\*.*?\*/)*(?:insert|update|delete|replace|load)\b", re.IGNORECASE | re.DOTALL)
