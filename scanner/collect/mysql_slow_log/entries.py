"""A slow log as a stream of bytes → its entries, in constant memory.

An entry is a run of header lines, `# Query_time:` one of them, and the statement up to the next such run.
The forms are those of MySQL's and Percona Server's File_query_log::write_slow and of MariaDB's
MYSQL_QUERY_LOG::write, of all versions since 5.0.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from scanner.collect.mysql_slow_log.runs import Plain, Run, plain_entries

CHUNK_BYTES = 1 << 18
# A longer statement is cut here: with max_allowed_packet one statement can be a gigabyte.
MAX_BODY_BYTES = 4 << 20
_MAX_HEADER_BYTES = 1 << 16


class Readable(Protocol):
    """A stream of bytes, as far as it is asked here."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""


class Header(NamedTuple):
    """What the lines before a statement say, as they say it."""

    time: bytes | None = None  # after `# Time:`
    account: bytes | None = None  # after `# User@Host:`
    before: bytes = b""  # lines before Query_time: Thread_id, Schema …
    query_time: bytes | None = None
    lock_time: bytes | None = None
    rows_sent: bytes | None = None
    rows_examined: bytes | None = None
    after: bytes = b""  # the rest of Query_time's line, and the lines after it
    use: bytes | None = None
    timestamp: bytes | None = None


@dataclass(slots=True)
class Position:
    """A place in the (decompressed) log: what stands before it has been read."""

    offset: int = 0
    lines: int = 0  # that end before it


class Entry(NamedTuple):
    """One entry as it stands in the log."""

    header: tuple[bytes, ...] | None  # the fields of Header; None: bytes before the first header
    body: bytes  # the statement with its semicolon, and whatever stands before the next header
    offset: int  # of the header's first byte in the (decompressed) log
    cut: bool  # the body was longer than MAX_BODY_BYTES


BANNER_MARK = b"started with:"  # of the lines that a server writes when it opens the log
TRUNCATION_NOTICE = b"[Your log message was truncated]"  # Amazon RDS, when a log is downloaded in portions
_LAST_LINE = b"\n# Query_time: "  # of a header, mostly: in a run nothing is looked for after the last one
# A statement or a server's banner ends so, with its line: no more of it can follow when the log grows.
FINISHED = (b";\n", b";\r\n", b"Argument\n", b"Argument\r\n")
# Every line is matched with the line break before it: so the search begins with a literal, which is fast.
_HEADER = re.compile(
    rb"""
    \n\#[ ](?=Time:|User@Host:|Thread_id:|Schema:|Query_time:)
    (?:Time:(?P<time>[^\n\#]*)\n?\#[ ])?                  # 5.0 could put the next line's text on this one
    (?:User@Host:(?P<account>[^\n]*)\n\#[ ])?
    (?P<before>(?:(?!Query_time:)[^\n]*\n\#[ ]?){0,20}+)  # Thread_id, Schema, QC_hit, ...
    Query_time:[ ]*(?P<query_time>\d{0,12}\.?\d{1,12})
    (?:[ ]+Lock_time:[ ]*(?P<lock_time>\d{0,12}\.?\d{1,12}))?
    (?:[ ]+Rows_sent:[ ]*(?P<rows_sent>\d{1,18}))?
    (?:[ ]+Rows_examined:[ ]*(?P<rows_examined>\d{1,18}))?
    (?P<after>[^\n]*(?:\n\#(?![ ](?:administrator[ ]command|Time|User@Host|Query_time):)[^\n]*)*+)
    (?:\n(?i:use)[ ](?P<use>`(?:[^`\n]|``)*+`|[^\n;]*);\r?(?=\n))?
    (?:\nSET[ ](?:(?:last_)?insert_id=\d+,)*timestamp=(?P<timestamp>\d+)[\d.]*;\r?(?=\n))?
    """,
    re.VERBOSE,
)
# A log that ends in a header before its Query_time.
_CUT_HEADER = re.compile(rb"(?<=;)\s*\n(#(?! administrator)[^\n]*(?:\n#[^\n]*)*\s*)\Z")


def entries(stream: Readable, at: Position | None = None) -> Iterator[Entry]:
    """Yields the entries in the order of the log; bytes before the first header come as an entry without one.

    `at` is where the stream stands, at the start of an entry; it is moved on to the start of each entry that is
    yielded, and to the end. Raises what reading the stream raises, after the entries that were whole before it.
    """
    return (item for item in _items(stream, at or Position(), in_runs=False) if isinstance(item, Entry))


def entries_in_runs(stream: Readable, at: Position) -> Iterator[Entry | Run]:
    """Yields the same, where it can be in runs. `at` is moved on to the start of each of these."""
    return _items(stream, at, in_runs=True)


def _items(stream: Readable, at: Position, *, in_runs: bool) -> Iterator[Entry | Run]:
    pending = b"\n"  # the start of the log counts as a line break
    dropped = lines_dropped = 0  # bytes left out of the entry at the start of `pending`, and the lines in them
    while chunk := stream.read(CHUNK_BYTES):
        buffer = _without_nul_runs(pending + chunk)
        ends = _ends(buffer) if in_runs and not dropped else ()
        start, header = 0, _HEADER.match(buffer)
        while True:
            found, end = _run(buffer, start, ends) if header is not None else ([], start)
            if found:
                yield Run(found, at.offset)
                at.offset += end - start
                at.lines += buffer.count(b"\n", start + 1, end + 1)
                start, header = end, _HEADER.match(buffer, end)
            following = _HEADER.search(buffer, header.end() if header else start)
            if following is None:
                break
            end = following.start()
            yield _entry(buffer, start, header, end + 1, at.offset, dropped)
            at.offset += end - start + dropped
            at.lines += buffer.count(b"\n", start + 1, end + 1) + lines_dropped
            dropped = lines_dropped = 0
            start, header = end, following
        pending = buffer[start:]
        if len(pending) > MAX_BODY_BYTES + 2 * CHUNK_BYTES:
            left_out = pending[MAX_BODY_BYTES:-_MAX_HEADER_BYTES]
            dropped += len(left_out)
            lines_dropped += left_out.count(b"\n")
            pending = pending[:MAX_BODY_BYTES] + pending[-_MAX_HEADER_BYTES:]
    cut = _CUT_HEADER.search(pending)
    end = cut.start(1) if cut else len(pending)
    yield _entry(pending, 0, _HEADER.match(pending), end, at.offset, dropped)
    at.offset += end - 1 + dropped
    at.lines += pending.count(b"\n", 1, end) + lines_dropped
    if cut:
        yield Entry(None, cut[1], at.offset, False)
        at.offset += len(cut[1])
        at.lines += cut[1].count(b"\n")


def _ends(buffer: bytes) -> Sequence[int]:
    """The places that no run reaches across: statements there need a closer look, or have no end here."""
    if len(buffer) > MAX_BODY_BYTES:
        return ()
    ends = [buffer.rfind(_LAST_LINE)]
    for mark in (BANNER_MARK, TRUNCATION_NOTICE):
        place = buffer.find(mark)
        while place >= 0:
            ends.append(place)
            place = buffer.find(mark, place + 1)
    return sorted(ends)


def _run(buffer: bytes, start: int, ends: Sequence[int]) -> tuple[list[Plain], int]:
    """The plain entries up to the next of these places, and where the last one ends: there is a header."""
    following = bisect(ends, start)
    if following == len(ends):
        return [], start
    found, end = plain_entries(buffer, start, ends[following])
    if found and _HEADER.match(buffer, end) is None:  # the last one goes on there
        return plain_entries(buffer, start, end - 1)
    return found, end


def starts_with_time(content: bytes, place: int) -> bool:
    """Whether an entry begins after this line break, and its first line says its time."""
    header = _HEADER.match(content, place)
    return header is not None and header["time"] is not None


def _without_nul_runs(buffer: bytes) -> bytes:
    """A log that was truncated while the server had it open begins with a hole, read as NUL bytes."""
    return buffer.replace(b"\0#", b"\n#") if b"\0" in buffer else buffer


def _entry(buffer: bytes, start: int, header: re.Match[bytes] | None, end: int, offset: int, dropped: int) -> Entry:
    body = buffer[header.end() if header else start : end]
    cut = dropped > 0 or len(body) > MAX_BODY_BYTES
    return Entry(header.groups() if header else None, body[:MAX_BODY_BYTES] if cut else body, offset, cut)
