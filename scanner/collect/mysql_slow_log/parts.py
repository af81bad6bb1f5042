"""A large log read in parts, by workers."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from scanner.collect.mysql_slow_log.entries import Position, entries_in_runs, starts_with_time
from scanner.collect.mysql_slow_log.events import State
from scanner.collect.mysql_slow_log.reading import Tally
from scanner.collect.mysql_slow_log.sums import Row, Statements, Sums
from scanner.workers import TaskError, Workers

PART_BYTES = 32 << 20
_LAST_BYTES = 1 << 20
_WINDOW_BYTES = 1 << 20
_INHERITED = "\0"  # the database of the entries before the first that names one: that of the part before


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a log, from an entry that says its time to another."""

    path: str
    head: bytes  # of the log, by which it is known: another machine may have another log there
    start: int
    end: int
    statements: Statements


@dataclass(frozen=True, slots=True)
class Answer:
    """What a part holds."""

    rows: list[Row]
    tally: Tally
    state: State  # at its end

    def after(self, state: State) -> Answer:
        """The same for what the log says before the part."""
        rows = [row._replace(database=state.database) if row.database == _INHERITED else row for row in self.rows]
        end = self.state
        position = Position(end.position.offset, state.position.lines + end.position.lines)
        database = state.database if end.database == _INHERITED else end.database
        return Answer(rows, self.tally, State(position, database, end.time))


def bounds(stream: BinaryIO, start: int, size: int) -> list[int]:
    """Where the parts of a log of this size begin, from `start` on. The last, which may still grow, is small."""
    found = [start]
    while size - found[-1] > 2 * _LAST_BYTES:
        start = _entry_after(stream, min(found[-1] + PART_BYTES, size - _LAST_BYTES), size)
        if start >= size:
            break
        found.append(start)
    return found


def _entry_after(stream: BinaryIO, offset: int, size: int) -> int:
    """The first place after an offset where every reader of the log sees an entry begin that says its time."""
    stream.seek(offset)
    window = b""
    while chunk := stream.read(_WINDOW_BYTES):
        window += chunk
        for candidate in _LINE_BEFORE.finditer(window):
            if starts_with_time(window, candidate.end()):
                return offset + candidate.end() + 1
        kept = window[-_WINDOW_BYTES // 16 :]
        offset += len(window) - len(kept)
        window = kept
    return size


# It is no header's line, so that no header can reach across; and no comment, which could be taken for a header.
_LINE_BEFORE = re.compile(rb"\n(?!\#(?![ ]administrator))[^\n]*;\r?(?=\n\#[ ]Time:[ ])")


def read_part(part: Part) -> Answer:
    """Reads one part. Raises OSError when it is not there."""
    sums, state, tally = Sums(part.statements), State(Position(part.start)), Tally()
    state.database = _INHERITED
    rows: list[Row] = []
    with open(part.path, "rb") as file:
        if file.read(len(part.head)) != part.head:
            raise OSError(errno.ESTALE, "There is another log now", part.path)
        file.seek(part.start)
        rest = _Limited(file, part.end - part.start)
        for entry in entries_in_runs(rest, state.position):
            if sums.add(entry, state, tally):
                rows += sums.rows(tally)
    if rest.left:
        raise OSError(errno.ESTALE, "The log is shorter than it was", part.path)
    rows += sums.rows(tally)
    return Answer(rows, tally, state)


class _Limited:
    """The next bytes of a file, and no more."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.left = size

    def read(self, size: int) -> bytes:
        content = self._file.read(min(size, self.left))
        self.left -= len(content)
        return content


def answers(parts: Iterable[Part], workers: Workers) -> Iterator[Answer]:
    """Yields what the parts hold, in their order; few are held at a time. Raises OSError."""
    for part, answer in workers.in_order(read_part, parts):
        try:
            yield answer.result()
        except TaskError:
            yield read_part(part)
