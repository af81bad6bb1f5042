"""Entries of a slow log, added up: one observation for all that differ in nothing but values and counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime

from scanner.collect.mysql_slow_log.entries import Entry
from scanner.collect.mysql_slow_log.events import (
    BANNER_MARK,
    BLANK,
    ROWS_AFFECTED,
    SAMPLED,
    TRUNCATION_NOTICE,
    Event,
    Fragment,
    State,
    account_of,
    database_of,
    from_seconds,
    number,
    understood,
)
from scanner.collect.mysql_slow_log.reading import SOURCE, Tally
from scanner.model import Observation
from scanner.utility_statements import is_utility

# Statements with the same key are one query; None: each entry is an observation of its own.
Alike = Callable[[bytes], Hashable]

_MOST = 20_000  # sums held; with literals that cannot be told apart each entry is one
_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000
_WRITE = re.compile(r"(?:\s|/\*.*?\*/)*(?:insert|update|delete|replace|load)\b", re.IGNORECASE | re.DOTALL)
_END = (b";\n", b";\r\n")
_AFTER = b"; \t\r\n"


@dataclass(slots=True)
class _Sum:
    """What entries have in common, and what they come to."""

    sql: str
    user: str | None
    host: str | None
    database: str | None
    truncated: bool
    utility: bool  # to be counted, and no more
    write: bool
    calls: int = 0
    time_ns: int | None = None  # whole numbers: their sum does not depend on the order
    rows: int | None = None
    last_seen: datetime | None = None

    def add(self, seconds: float | None, rows: int | None, seen: datetime | None) -> None:
        self.calls += 1
        if seconds is not None:
            self.time_ns = round(seconds * _NS_PER_S) + (self.time_ns or 0)
        if rows is not None:
            self.rows = rows + (self.rows or 0)
        if seen is not None and (self.last_seen is None or seen > self.last_seen):
            self.last_seen = seen


class Sums:
    """Entries being added up."""

    def __init__(self, alike: Alike | None, database: str | None, service: str | None) -> None:
        self._alike = alike or _same
        self._most = 1 if alike is None else _MOST
        self._database = database
        self._service = service
        self._sums: dict[Hashable, _Sum] = {}

    def add(self, entry: Entry, state: State, tally: Tally) -> bool:
        """Adds an entry, or counts in `tally` what is no statement; whether the sums must be taken before the next."""
        header, body, _, cut = entry
        if header is not None and header[9] is not None and not cut and body.endswith(_END) and _is_statement(body):
            self._add_plain(header, body, state, tally)
        else:
            item = understood(entry, state)
            if isinstance(item, Fragment):
                tally.add_fragment(item.offset, item.size)
            elif item is not None:
                self._add_event(item, tally)
        return len(self._sums) >= self._most

    def take(self, tally: Tally) -> Iterator[Observation]:
        """Yields the observations, and counts them; then there are none."""
        sums, self._sums = self._sums, {}
        for each in sums.values():
            if each.utility:
                tally.ignored += each.calls
            else:
                tally.entries += each.calls
                yield self._observation(each)

    def _add_plain(self, header: tuple[bytes | None, ...], body: bytes, state: State, tally: Tally) -> None:
        """As `_add_event(understood(entry))`, which is slower."""
        time, account, before, query_time, _, rows_sent, _, after, use, timestamp = header
        if time is not None:
            state.time = time
        statement = body.strip(BLANK).rstrip(_AFTER)
        lines = (before or b"") + (after or b"")
        if use is None and not lines:
            database = state.database
        else:
            database = database_of(use, lines, "", state)
            if b"rate_limit" in lines:
                tally.sampled = max(tally.sampled, number(SAMPLED, lines) or 1)
        account = account.partition(b"Id:")[0] if account else None
        key = (self._alike(statement), account, database)
        found = self._sums.get(key)
        if found is None:
            user, host, _ = account_of(account) if account else (None, None, None)
            found = self._sums[key] = _new(statement.decode("utf-8", "replace"), user, host, database)
        rows = None if rows_sent is None else int(rows_sent)
        if not rows and found.write:
            rows = number(ROWS_AFFECTED, lines)
        found.add(None if query_time is None else float(query_time), rows, from_seconds(timestamp or b""))

    def _add_event(self, event: Event, tally: Tally) -> None:
        tally.sampled = max(tally.sampled, event.sampled or 1)
        if event.administrator_command:
            tally.administrator_commands += 1
            return
        statement = self._alike(event.sql.encode("utf-8", "surrogatepass"))
        key = (statement, event.user, event.host, event.database, event.truncated)
        found = self._sums.get(key)
        if found is None:
            found = _new(event.sql, event.user, event.host, event.database, truncated=event.truncated)
            self._sums[key] = found
        rows = event.rows_affected if found.write and not event.rows_sent else event.rows_sent
        found.add(event.query_time_s, rows, event.time)

    def _observation(self, found: _Sum) -> Observation:
        return Observation(
            source=SOURCE,
            sql=found.sql,
            database=self._database,
            service=self._service,
            default_schema=found.database,
            calls=found.calls,
            total_time_ms=None if found.time_ns is None else found.time_ns / _NS_PER_MS,
            rows=found.rows,
            last_seen=found.last_seen,
            user=found.user,
            host=found.host,
            truncated=found.truncated,
        )


def _is_statement(body: bytes) -> bool:
    """Whether it is a statement and nothing else, and not one that changes the database."""
    return (
        (body[1:2] in _FIRST_LETTERS or _SPECIAL.match(body) is None)
        and BANNER_MARK not in body
        and TRUNCATION_NOTICE not in body
    )


def _new(sql: str, user: str | None, host: str | None, database: str | None, *, truncated: bool = False) -> _Sum:
    # Rows returned or changed: a write returns none, and only some servers log how many it changed.
    return _Sum(sql, user, host, database, truncated, is_utility(sql), _WRITE.match(sql) is not None)


def _same(statement: bytes) -> Hashable:
    return statement


_FIRST_LETTERS = frozenset(bytes([letter]) for letter in b"SsIiDdRrWwCc(")  # most statements begin so
_SPECIAL = re.compile(rb"[\s\0]*+(?:\#|(?i:use)\b|;|\Z)")  # administrator commands; what changes the database; nothing
