"""Entries of a slow log → events with typed fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO

from scanner.collect.mysql_slow_log.entries import (
    BANNER_MARK,
    TRUNCATION_NOTICE,
    Entry,
    Header,
    Position,
    entries,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a slow log. None: the log does not say."""

    sql: str  # without its semicolon; of an administrator command its name: "Quit"
    offset: int  # of the entry's first byte in the (decompressed) log
    # UTC. SET timestamp= is the start of the statement; `# Time:` (its end) is taken where there is none, and
    # as UTC where it has no offset.
    time: datetime | None = None
    user: str | None = None  # "[name]" for a thread without account, as of replication
    host: str | None = None  # name or address of the client
    thread_id: int | None = None
    database: str | None = None  # the one in use
    query_time_s: float | None = None
    lock_time_s: float | None = None
    rows_sent: int | None = None
    rows_examined: int | None = None
    rows_affected: int | None = None
    administrator_command: bool = False
    truncated: bool = False
    sampled: int | None = None  # Percona's log_slow_rate_limit: one of so many was logged


@dataclass(frozen=True, slots=True)
class Fragment:
    """Bytes of a log that are no whole entry."""

    offset: int
    size: int


@dataclass(slots=True)
class State:
    """Where the reading of a log stands, and what an entry there leaves out when it has not changed."""

    position: Position = field(default_factory=Position)
    database: str | None = None
    time: bytes | None = None  # as `# Time:` has it

    def copy(self) -> State:
        """The same, to come back to."""
        return replace(self, position=replace(self.position))


def read_events(stream: BinaryIO) -> Iterator[Event]:
    """Yields the events of a slow log in order. Raises only what reading the stream raises."""
    state = State()
    items = (understood(entry, state) for entry in entries(stream, state.position))
    return (item for item in items if isinstance(item, Event))


def understood(entry: Entry, state: State) -> Event | Fragment | None:
    """The event that an entry is, or what is left of one that was cut; None: nothing, as where a log begins.

    An entry that does not name its database or its time has those of the entry before it: the server writes
    `use` and, before 5.7, `# Time:` only when they change. They are kept in `state`.
    """
    body, opened_anew = _without_banner(entry.body)
    header = None if entry.header is None else Header(*entry.header)
    if header is None:
        header, body = _cut_header(body)
    item: Event | Fragment | None = None
    if header is not None and (body or header.use or header.timestamp):
        item = _event(header, body, entry, state)
    elif header is not None or body:
        item = Fragment(entry.offset, sum(map(len, filter(None, (*(header or ()), body)))))
    if opened_anew:
        state.database = None
    return item


def _without_banner(body: bytes) -> tuple[bytes, bool]:
    """The three lines a server writes when it opens the log are no part of the statement before them."""
    if BANNER_MARK in body:
        banner = _BANNER.search(body)
        if banner:
            return body[: banner.start()].strip(BLANK), True
    return body.strip(BLANK), False


def _cut_header(body: bytes) -> tuple[Header | None, bytes]:
    """A log cut in the middle of a header still has the whole statement."""
    cut = _CUT_HEADER.match(body)
    if cut is None:
        return None, body
    return Header(after=cut["after"], use=cut["use"], timestamp=cut["timestamp"]), body[cut.end() :].strip(BLANK)


def _event(header: Header, body: bytes, entry: Entry, state: State) -> Event:
    time, account, before, query_time, lock_time, rows_sent, rows_examined, after, use, timestamp = header
    user, host, thread_id = account_of(account) if account else (None, None, None)
    state.time = state.time if time is None else time
    lines = before + after
    administrator_command = body.startswith(_ADMINISTRATOR)
    if administrator_command:
        body = body.removeprefix(_ADMINISTRATOR)
    sql, truncated = _statement(header, body)
    return Event(
        sql=sql,
        offset=entry.offset,
        time=from_seconds(timestamp) if timestamp is not None else _from_text(state.time),
        user=user,
        host=host,
        thread_id=number(_THREAD_ID, lines) if thread_id is None else thread_id,
        database=database_of(use, lines, sql, state),
        query_time_s=None if query_time is None else float(query_time),
        lock_time_s=None if lock_time is None else float(lock_time),
        rows_sent=None if rows_sent is None else int(rows_sent),
        rows_examined=None if rows_examined is None else int(rows_examined),
        rows_affected=number(ROWS_AFFECTED, lines) if lines else None,
        administrator_command=administrator_command,
        truncated=truncated or entry.cut,
        sampled=number(SAMPLED, lines) if lines else None,
    )


@lru_cache(maxsize=4096)
def account_of(line: bytes) -> tuple[str | None, str | None, int | None]:
    """User, host and thread of `root[root] @ localhost [127.0.0.1]  Id: 7`."""
    match = _ACCOUNT.match(line)
    if match is None:
        return None, None, None
    user, host, address, thread_id = match.groups()
    return _text(user), _text(host or address), int(thread_id) if thread_id else None


def _statement(header: Header, body: bytes) -> tuple[str, bool]:
    """The SQL, and whether a part of it is missing: the server ends every statement with a semicolon."""
    notice = body.find(TRUNCATION_NOTICE)
    if notice >= 0:
        return body[:notice].strip(BLANK).decode("utf-8", "replace"), True
    if not body:  # the line taken for a part of the header was the statement
        use = header.use is not None
        return f"use {_text(header.use)}" if use else f"SET timestamp={_text(header.timestamp)}", False
    return body.rstrip(b"; \t\r\n").decode("utf-8", "replace"), not body.endswith(b";")


@lru_cache(maxsize=1024)
def from_seconds(seconds: bytes) -> datetime | None:
    """Reads the time of SET timestamp=."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_text(time: bytes | None) -> datetime | None:
    """Reads `071015 21:43:52`, `131128  1:05:31`, and RFC 3339 with `Z`, with an offset, with neither."""
    text = (time or b"").strip().decode("ascii", "replace")
    old = _OLD_TIME.match(text)
    try:
        if old:
            year, *rest = map(int, old.groups())
            return datetime(2000 + year, *rest, tzinfo=UTC)  # type: ignore[misc, arg-type]
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def database_of(use: bytes | None, lines: bytes, sql: str, state: State) -> str | None:
    """The database in use for a statement, and from now on."""
    schema = _SCHEMA.search(lines) if use is None and lines else None
    if schema:
        return _text(schema[1])
    if use is not None:
        state.database = _text(_unquoted(use.strip()))
    elif sql[:3].lower() == "use":
        change = _USE.match(sql)
        state.database = _text(_unquoted(change[1].encode())) if change else state.database
    return state.database


def _unquoted(name: bytes) -> bytes:
    quote = name[:1]
    return name[1:-1].replace(quote * 2, quote) if quote in (b"`", b'"') and name.endswith(quote) else name


def number(pattern: re.Pattern[bytes], lines: bytes) -> int | None:
    """The number that a header names so."""
    match = pattern.search(lines)
    return int(match[1]) if match else None


def _text(value: bytes | None) -> str | None:
    return value.decode("utf-8", "replace") if value else None


BLANK = b" \t\r\n\0"
_ADMINISTRATOR = b"# administrator command: "
_BANNER = re.compile(rb"(?:\A|\n)[^\n]*, Version: [^\n]*started with:")
_CUT_HEADER = re.compile(
    rb"(?P<after>[^\n]*(?:\n#(?! administrator)[^\n]*)*+)"
    rb"(?:\n(?i:use) (?P<use>`(?:[^`\n]|``)*+`|[^\n;]*);\r?)?"
    rb"\nSET (?:(?:last_)?insert_id=\d+,)*timestamp=(?P<timestamp>\d+)[\d.]*;\r?\n"
)
_ACCOUNT = re.compile(
    rb"[ ]*([^\[\n]+|\[[^\]\n]*\])(?:\[[^\]\n]*\])?[ ]*@[ ]*([^ \n]*)[ ]*\[([^\]\n]*)\](?:[ ]*Id:[ ]*(\d{1,18}))?"
)
_SCHEMA = re.compile(rb"Schema:[ ]*(?![A-Za-z_]+:[ ])([^\s]*)")
_THREAD_ID = re.compile(rb"Thread_id:[ ]*(\d{1,18})")
ROWS_AFFECTED = re.compile(rb"Rows_affected:[ ]*(\d{1,18})")
SAMPLED = re.compile(rb"Log_slow_rate_limit:[ ]*(\d{1,18})")
_OLD_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)\s+(\d+):(\d+):(\d+)")
_USE = re.compile(r"""use\s+(`(?:[^`]|``)+`|"(?:[^"]|"")+"|[^`";\s]+)""", re.IGNORECASE)
