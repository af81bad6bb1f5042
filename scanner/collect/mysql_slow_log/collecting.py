"""Slow logs → observations."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from scanner.collect.mysql_slow_log.entries import FINISHED, Entry, entries, entries_in_runs
from scanner.collect.mysql_slow_log.parts import Part, answers, bounds
from scanner.collect.mysql_slow_log.reading import SOURCE, Reading, Tally, beginning, begun
from scanner.collect.mysql_slow_log.settings import UNKNOWN, sampling
from scanner.collect.mysql_slow_log.sums import Alike, Statements, Sums
from scanner.errors import SourceError, reason_of
from scanner.model import BlindSpot, Checkpoint, Collected, Coverage, Period, Unread
from scanner.text_files import READ_ERRORS, STDIN, exists, files_under, open_binary
from scanner.workers import Workers

CHECKPOINT_BYTES = 64 << 20  # between two checkpoints of one log


def collect(
    path: Path,
    *,
    database: str | None = None,
    alike: Alike | None = None,
    period: Period | None = None,
    since: Collection[Checkpoint] = (),
    workers: Workers | None = None,
) -> Iterator[Collected]:
    """Yields an observation an entry of a log, compressed or not: of a file, of every log below a directory, of every
    one that matches a pattern, or of standard input (``-``).

    With `alike`, which gives statements that are one query the same key, entries that differ in nothing but values
    and counts are one observation, again for each part of a log. Memory is constant. Statements that cannot matter
    (SET, COMMIT …) and administrator commands are counted in the Coverage, which comes last. Raises SourceError
    when there is nothing there to read.

    With a `period`, entries that began at another time are counted alone; one that says no time is taken.

    `since` holds the checkpoints that an earlier call yielded, of each file the last one: a log is read from
    there on, whatever its name is now. What else is yielded is the same as without. `workers` read the parts of
    a large log.
    """
    found = list(files_under(path))
    if not exists(path) and not found:
        raise SourceError(f"There is no slow log at {path}: give the file that slow_query_log_file names.")
    totals, files, lines, size = Tally(), 0, 0, 0
    for file in found:
        log = _Log(file, Statements(alike, database, period), workers, alone=file == path)
        yield from log.collect(since)
        files += 1
        lines += log.reading.state.position.lines
        size += log.reading.state.position.offset
        totals.add(log.reading.tally)
    yield from _blind_spots(path, totals, period)
    yield Coverage(
        SOURCE,
        str(path),
        entries=totals.entries,
        files=files,
        lines=lines,
        bytes=size,
        administrator_commands=totals.administrator_commands,
        ignored=totals.ignored,
    )


class _Log:
    """One log being read."""

    def __init__(self, file: Path, statements: Statements, workers: Workers | None, *, alone: bool) -> None:
        self._file = file
        self._statements = statements
        self._sums = Sums(statements)
        self._workers = workers
        self._alone = alone  # it was asked for by name
        self._content = b""  # its beginning
        self.reading = Reading()

    def collect(self, since: Collection[Checkpoint]) -> Iterator[Collected]:
        """Yields what stands in it after the checkpoint."""
        try:
            with open_binary(self._file) as stream:
                if self._file == STDIN:
                    yield from self._read_through(stream)
                else:
                    self._content = beginning(stream)
                    self.reading = begun(since, self._content)
                    yield from self._read(stream)
        except READ_ERRORS as error:
            position = self.reading.state.position.offset
            if self._alone and self.reading.tally.seen == 0:
                raise SourceError(f"The slow log {self._file} cannot be read: {reason_of(error)}.") from error
            yield Unread(SOURCE, str(self._file), f"Reading stopped after {position} bytes: {reason_of(error)}.")
        yield from self._unread()

    def _read(self, stream: BinaryIO) -> Iterator[Collected]:
        size = self._file.stat().st_size
        if self.reading.whole_at != size:
            if not _moved(stream, self.reading.state.position.offset):
                self.reading = Reading()  # it is shorter than it was: another log that begins alike
            yield from self._checkpoint(self.reading.whole_at)  # the very one that was kept
            if self._workers is not None and isinstance(stream, BufferedReader):  # which is not compressed
                yield from self._read_parts(stream, size, self._workers)
            if not (yield from self._read_through(stream)):
                return
        yield from self._checkpoint(size)

    def _read_through(self, stream: BinaryIO) -> Generator[Collected, None, bool]:
        """Yields what follows in the stream; returns whether it ends with a whole entry."""
        unfinished = yield from self._read_on(stream)
        if unfinished is not None:
            yield from self._added(unfinished)
            yield from self._taken()
        return unfinished is None

    def _read_parts(self, stream: BinaryIO, size: int, workers: Workers) -> Iterator[Collected]:
        """Yields what stands before the last part, where the stream stands then."""
        places = bounds(stream, self.reading.state.position.offset, size)
        parts = (Part(str(self._file), self._content, *each, self._statements) for each in pairwise(places))
        checked = places[0]
        for answer in answers(parts, workers):
            answer = answer.after(self.reading.state)
            yield from self._sums.merge(answer.rows)
            self.reading.state = answer.state
            self.reading.tally.add(answer.tally)
            if answer.state.position.offset - checked >= CHECKPOINT_BYTES:
                checked = answer.state.position.offset
                yield from self._sums.take(Tally())
                yield from self._checkpoint()
        yield from self._sums.take(Tally())
        stream.seek(self.reading.state.position.offset)

    def _read_on(self, stream: BinaryIO) -> Generator[Collected, None, Entry | None]:
        """Yields what follows in the stream; returns its end, if more of that may come."""
        state, last, before = self.reading.state, None, None
        checked = state.position.offset
        read = entries if self._statements.alike is None else entries_in_runs
        for entry in read(stream, state.position):
            if last is not None:
                yield from self._added(last)
            last = None
            if isinstance(entry, Entry) and _is_open(entry):
                last, before = entry, state.copy()
            else:
                if entry.offset - checked >= CHECKPOINT_BYTES:
                    checked = entry.offset
                    yield from self._taken()
                    yield from self._checkpoint()
                if self._sums.add(entry, state, self.reading.tally):
                    yield from self._taken()
        yield from self._taken()
        if last is not None and before is not None:
            self.reading.state, state = before, self.reading.state
            yield from self._checkpoint()
            self.reading.state = state
        return last

    def _added(self, entry: Entry) -> Iterator[Collected]:
        if self._sums.add(entry, self.reading.state, self.reading.tally):
            yield from self._taken()

    def _taken(self) -> Iterator[Collected]:
        return self._sums.take(self.reading.tally)

    def _checkpoint(self, whole_at: int | None = None) -> Iterator[Checkpoint]:
        if self._file != STDIN:  # which no one can come back to
            yield self.reading.checkpoint(self._file, self._content, whole_at)

    def _unread(self) -> Iterator[Unread]:
        tally = self.reading.tally
        if not tally.fragments:
            return
        if self._alone and tally.seen == 0:
            raise SourceError(
                f"{self._file} is no slow log: not one entry with a line '# Query_time:' was found in it."
            )
        reason = f"{tally.fragment_bytes} bytes are no entry: a part of one, or no slow log."
        yield Unread(SOURCE, f"{self._file}, byte {tally.first_fragment}", reason, tally.fragments)


def _is_open(entry: Entry) -> bool:
    """Whether more of it may come."""
    return not entry.body.endswith(FINISHED) and (entry.header is not None or bool(entry.body.strip()))


def _moved(stream: BinaryIO, position: int) -> bool:
    """Moves a stream to a position, if there is one in it; else it stands at the start."""
    if position and (stream.seek(position - 1) != position - 1 or not stream.read(1)):
        stream.seek(0)
        return False
    return True


def _blind_spots(path: Path, totals: Tally, period: Period | None) -> Iterator[BlindSpot]:
    for message in (*totals.beside(period), UNKNOWN):
        yield BlindSpot(SOURCE, str(path), message)
    if totals.sampled > 1:
        yield BlindSpot(SOURCE, str(path), sampling(totals.sampled))
