"""A large log read in parts, by several processes."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import IO, BinaryIO

from scanner.collect.mysql_slow_log.entries import Position, entries, starts_with_time
from scanner.collect.mysql_slow_log.events import State
from scanner.collect.mysql_slow_log.reading import Tally
from scanner.collect.mysql_slow_log.sums import Row, Statements, Sums

PART_BYTES = 32 << 20
_LAST_BYTES = 1 << 20
_WINDOW_BYTES = 1 << 20
_INHERITED = "\0"  # the database of the entries before the first that names one: that of the part before
_CODE = "import sys; sys.path[:] = {path!r}; from scanner.collect.mysql_slow_log.parts import main; main()"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a log, from an entry that says its time to another."""

    path: str
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
    """Reads one part."""
    sums, state, tally = Sums(part.statements), State(Position(part.start)), Tally()
    state.database = _INHERITED
    rows: list[Row] = []
    with open(part.path, "rb") as file:
        file.seek(part.start)
        for entry in entries(_Limited(file, part.end - part.start), state.position):
            if sums.add(entry, state, tally):
                rows += sums.rows(tally)
    rows += sums.rows(tally)
    return Answer(rows, tally, state)


class _Limited:
    """The next bytes of a file, and no more."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int) -> bytes:
        content = self._file.read(min(size, self._left))
        self._left -= len(content)
        return content


def answers(parts: list[Part], processes: int) -> Iterator[Answer]:
    """Yields what the parts hold, in their order; few are held at a time."""
    with _Workers(processes) as workers:
        rest = iter(parts)
        waiting: deque[Future[Answer]] = deque(workers.submit(part) for part in islice(rest, processes + 1))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(workers.submit(part) for part in islice(rest, 1))


class _Workers:
    """Processes that read parts, each led by a thread."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)
        self._own = threading.local()
        self._processes: list[subprocess.Popen[bytes]] = []

    def submit(self, part: Part) -> Future[Answer]:
        return self._threads.submit(self._read, part)

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()

    def _read(self, part: Part) -> Answer:
        process = getattr(self._own, "process", None)
        try:
            if process is None:
                process = self._own.process = _started()
                self._processes.append(process)
            return _asked(process, part)
        except (OSError, EOFError, pickle.UnpicklingError):
            return read_part(part)  # no process, or it was ended


def _started() -> subprocess.Popen[bytes]:
    # Isolated, so that no module of the folder it is started in is imported in place of a library's.
    code = _CODE.format(path=[os.path.abspath(folder) for folder in sys.path])
    command = [sys.executable, "-I", "-c", code]
    return subprocess.Popen(  # noqa: S603  # this very Python, and a module of ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def _asked(process: subprocess.Popen[bytes], part: Part) -> Answer:
    assert process.stdin
    assert process.stdout
    _send(process.stdin, part)
    answer = pickle.load(process.stdout)  # noqa: S301  # of our own process
    assert isinstance(answer, Answer)
    return answer


def _send(stream: IO[bytes], value: object) -> None:
    stream.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    stream.flush()


def main() -> None:
    """Reads the parts that standard input names, until it ends."""
    with open(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # nothing else may be written there
        while True:
            try:
                part = pickle.load(sys.stdin.buffer)  # noqa: S301  # of the process that started this one
            except EOFError:
                return
            _send(out, read_part(part))
