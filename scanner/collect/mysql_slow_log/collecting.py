"""Slow logs → observations."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterator
from pathlib import Path
from typing import BinaryIO

from scanner.collect.mysql_slow_log.events import Event, Fragment, read
from scanner.collect.mysql_slow_log.reading import SOURCE, Reading, Tally, beginning, begun
from scanner.errors import SourceError
from scanner.model import BlindSpot, Checkpoint, Collected, Coverage, Observation, Unread
from scanner.text_files import READ_ERRORS, files_under, open_binary
from scanner.utility_statements import is_utility

CHECKPOINT_BYTES = 64 << 20  # between two checkpoints of one log


def collect(
    path: Path, *, database: str | None = None, service: str | None = None, since: Collection[Checkpoint] = ()
) -> Iterator[Collected]:
    """Yields an observation an entry of a log, or of every log below a directory, compressed or not.

    Memory is constant. Statements that cannot matter (SET, COMMIT …) and administrator commands are counted
    in the Coverage, which comes last. Raises SourceError when there is nothing there to read.

    `since` holds the checkpoints that an earlier call yielded, of each file the last one: a log is read from
    there on, whatever its name is now. What else is yielded is the same as without.
    """
    if not path.exists():
        raise SourceError(f"There is no slow log at {path}: give the file that slow_query_log_file names.")
    totals, files, lines, size = Tally(), 0, 0, 0
    for file in files_under(path):
        log = _Log(file, path, database, service)
        yield from log.collect(since)
        files += 1
        lines += log.reading.state.position.lines
        size += log.reading.state.position.offset
        totals.add(log.reading.tally)
    yield from _blind_spots(path, totals)
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

    def __init__(self, file: Path, root: Path, database: str | None, service: str | None) -> None:
        self._file = file
        self._alone = file == root
        self._database = database
        self._service = service
        self.reading = Reading()

    def collect(self, since: Collection[Checkpoint]) -> Iterator[Collected]:
        """Yields what stands in it after the checkpoint."""
        try:
            with open_binary(self._file) as stream:
                content = beginning(stream)
                self.reading = begun(since, content)
                yield from self._read(stream, content)
        except READ_ERRORS as error:
            position = self.reading.state.position.offset
            if self._alone and self.reading.tally.seen == 0:
                raise SourceError(f"The slow log {self._file} cannot be read: {error}.") from error
            yield Unread(SOURCE, str(self._file), f"Reading stopped after {position} bytes: {error}.")
        yield from self._unread()

    def _read(self, stream: BinaryIO, content: bytes) -> Iterator[Collected]:
        size = self._file.stat().st_size
        if self.reading.whole_at != size:
            if not _moved(stream, self.reading.state.position.offset):
                self.reading = Reading()  # it is shorter than it was: another log that begins alike
            unfinished = yield from self._read_on(stream, content)
            if unfinished is not None:
                yield from self._counted(unfinished)
                return
        yield self.reading.checkpoint(self._file, content, size)

    def _read_on(self, stream: BinaryIO, content: bytes) -> Generator[Collected, None, _Item | None]:
        """Yields what follows in the stream; returns its end, if more of that may come."""
        checked, last = self.reading.state.position.offset, None
        for item in read(stream, self.reading.state):
            if last is not None:
                yield from self._counted(last[0])
            last = None
            if item.unfinished:
                last = item, self.reading.checkpoint(self._file, content)
                continue
            if item.offset - checked >= CHECKPOINT_BYTES:
                checked = item.offset
                yield self.reading.checkpoint(self._file, content)
            yield from self._counted(item)
        if last is None:
            return None
        yield last[1]
        return last[0]

    def _counted(self, item: _Item) -> Iterator[Observation]:
        """Counts it; yields the observation that it is."""
        tally = self.reading.tally
        if isinstance(item, Fragment):
            tally.add_fragment(item.offset, item.size)
            return
        tally.sampled = max(tally.sampled, item.sampled or 1)
        if item.administrator_command:
            tally.administrator_commands += 1
        elif is_utility(item.sql):
            tally.ignored += 1
        else:
            tally.entries += 1
            yield _observation(item, self._database, self._service)

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


_Item = Event | Fragment


def _moved(stream: BinaryIO, position: int) -> bool:
    """Moves a stream to a position, if there is one in it; else it stands at the start."""
    if position and (stream.seek(position - 1) != position - 1 or not stream.read(1)):
        stream.seek(0)
        return False
    return True


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


def _blind_spots(path: Path, totals: Tally) -> Iterator[BlindSpot]:
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
