"""Entries of a slow log, added up: one observation for all that differ in nothing but values and counts."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from operator import add
from typing import NamedTuple, Protocol

from scanner.collect.mysql_slow_log.entries import Entry
from scanner.collect.mysql_slow_log.events import (
    ROWS_AFFECTED,
    SAMPLED,
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
from scanner.collect.mysql_slow_log.runs import Run
from scanner.model import Observation, Period
from scanner.utility_statements import is_utility


class Alike(Protocol):
    """Gives statements keys: those with the same key are one query."""

    def __call__(self, statement: bytes, /) -> Hashable:
        """The key of a statement."""

    def each(self, statements: Sequence[bytes], /) -> Iterable[Hashable]:
        """The keys of several."""


_MOST = 20_000  # sums held; with literals that cannot be told apart each entry is one
_MOST_BYTES = 32 << 20  # of their statements
_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000
_NS_PER_US = 1_000
_WRITE = re.compile(r"(?:\s|/\*.*?\*/)*(?:insert|update|delete|replace|load)\b", re.IGNORECASE | re.DOTALL)
_AFTER = b"; \t\r\n"
_COMMENT = ord("#")  # so begins a command of the administrator's, and no statement


class Row(NamedTuple):
    """A sum, on its way from one process to another: text, circumstances and counts as in Observation."""

    sql: str
    user: str | None
    host: str | None
    database: str | None
    truncated: bool
    calls: int
    time_ns: int | None
    rows: int | None
    last_seen: datetime | None


@dataclass(slots=True)
class _Sum:
    """What entries have in common, and what they come to."""

    text: _Text
    user: str | None
    host: str | None
    database: str | None
    truncated: bool
    calls: int = 0
    time_ns: int | None = None  # whole numbers: their sum does not depend on the order
    rows: int | None = None
    last_seen: datetime | None = None

    def add(self, calls: int, time_ns: int | None, rows: int | None, seen: datetime | None) -> None:
        self.calls += calls
        if time_ns is not None:
            self.time_ns = time_ns if self.time_ns is None else self.time_ns + time_ns
        if rows is not None:
            self.rows = rows if self.rows is None else self.rows + rows
        if seen is not None and (self.last_seen is None or seen > self.last_seen):
            self.last_seen = seen

    def row(self) -> Row:
        return Row(
            self.text.sql,
            self.user,
            self.host,
            self.database,
            self.truncated,
            self.calls,
            self.time_ns,
            self.rows,
            self.last_seen,
        )


@dataclass(frozen=True, slots=True)
class Statements:
    """What is said of all statements of a log."""

    alike: Alike | None = None  # None: each entry is an observation of its own
    database: str | None = None
    period: Period | None = None  # entries of other times are counted alone


class _Text(NamedTuple):
    """A statement that stands for all that are alike."""

    sql: str
    utility: bool  # to be counted, and no more
    write: bool


class Sums:
    """Entries being added up."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._alike = statements.alike or _Apart()
        self._most = 1 if statements.alike is None else _MOST
        self._texts: dict[Hashable, _Text] = {}
        self._size = 0  # of them, in bytes
        self._sums: dict[Hashable, _Sum] = {}

    def add(self, entry: Entry | Run, state: State, tally: Tally) -> bool:
        """Adds entries, or counts in `tally` what is no statement; whether the sums must be taken before the next."""
        if isinstance(entry, Run):
            self._add_run(entry, state, tally)
        else:
            item = understood(entry, state)
            if isinstance(item, Fragment):
                tally.add_fragment(item.offset, item.size)
            elif item is not None:
                self.add_event(item, tally)
        return self.full

    @property
    def full(self) -> bool:
        """Whether the sums must be taken before more is added."""
        return len(self._sums) >= self._most or self._size >= _MOST_BYTES

    def merge(self, rows: Iterable[Row]) -> Iterator[Observation]:
        """Adds sums that were made elsewhere, and counted there; yields what must be taken before the next."""
        keys: dict[str, Hashable] = {}  # one text stands in many rows
        for row in rows:
            alike = keys.get(row.sql)
            if alike is None:
                alike = keys[row.sql] = self._alike(_bytes(row.sql))
            self._sum(alike, row.sql, row.user, row.host, row.database, row.truncated).add(*row[5:])
            if self.full:
                yield from self.take(Tally())

    def take(self, tally: Tally) -> Iterator[Observation]:
        """Yields the observations, and counts them; then there are none."""
        return map(self.observation, self.rows(tally))

    def rows(self, tally: Tally) -> Iterator[Row]:
        """Yields the sums of statements that matter, and counts all; then there are none."""
        sums, self._sums = self._sums, {}
        if self._size >= _MOST_BYTES:
            self._texts, self._size = {}, 0
        for each in sums.values():
            if each.text.utility:
                tally.ignored += each.calls
            else:
                tally.entries += each.calls
                yield each.row()

    def _add_run(self, run: Run, state: State, tally: Tally) -> None:
        """As `add_event(understood(entry))` for each, which is several times slower."""
        columns = tuple(zip(*run.entries, strict=True))
        times, accounts, befores, query_times, rows_sent, afters, uses, timestamps, statements, _ = columns
        state.time = next(filter(None, reversed(times)), state.time)
        lines, databases = _circumstances(befores, afters, uses, state)
        keys = [*zip(self._alike.each(statements), accounts, databases, strict=True)]
        times_us = map(int, b" ".join(query_times).replace(b".", b"").split())
        counts = times_us, map(int, rows_sent), map(from_seconds, timestamps)
        entries = zip(map(self._sums.get, keys), keys, statements, lines, *counts, strict=True)
        is_timed = self._statements.period is not None
        for found, key, statement, line, time_us, rows, seen in entries:
            if is_timed and self._is_outside(seen, tally):
                continue
            if line and b"rate_limit" in line:
                tally.sampled = max(tally.sampled, number(SAMPLED, line) or 1)
            if statement[0] == _COMMENT:
                tally.administrator_commands += 1
                continue
            each = found or self._new_sum(key, statement)
            written = number(ROWS_AFFECTED, line) if each.text.write and not rows else rows
            each.add(1, time_us * _NS_PER_US, written, seen)

    def _new_sum(self, key: tuple[Hashable, bytes, str | None], statement: bytes) -> _Sum:
        alike, account, database = key
        user, host, _ = account_of(account)
        text = self._text(alike, statement.rstrip(_AFTER).decode("utf-8", "replace"))
        self._sums[key] = made = _Sum(text, user, host, database, truncated=False)
        return made

    def _is_outside(self, seen: datetime | None, tally: Tally) -> bool:
        period = self._statements.period
        if period is None:
            return False
        outside = seen is not None and seen not in period
        tally.outside += outside
        tally.undated += seen is None
        return outside

    def add_event(self, event: Event, tally: Tally) -> None:
        """Adds an entry that is understood, or counts it in `tally`."""
        if self._is_outside(event.time, tally):
            return
        tally.sampled = max(tally.sampled, event.sampled or 1)
        if event.administrator_command:
            tally.administrator_commands += 1
            return
        alike = self._alike(_bytes(event.sql))
        found = self._sum(alike, event.sql, event.user, event.host, event.database, event.truncated)
        # Rows returned or changed: a write returns none, and only some servers log how many it changed.
        rows = event.rows_affected if found.text.write and not event.rows_sent else event.rows_sent
        time_ns = None if event.query_time_s is None else round(event.query_time_s * _NS_PER_S)
        found.add(1, time_ns, rows, event.time)

    def _sum(
        self, alike: Hashable, sql: str, user: str | None, host: str | None, database: str | None, truncated: bool
    ) -> _Sum:
        key = (alike, user, host, database, truncated)
        found = self._sums.get(key)
        if found is None:
            found = self._sums[key] = _Sum(self._text(alike, sql), user, host, database, truncated)
        return found

    def _text(self, alike: Hashable, sql: str) -> _Text:
        """The same for all that are alike, so that it is normalised once."""
        text = self._texts.get(alike)
        if text is None:
            if len(self._texts) >= self._most:
                self._texts, self._size = {}, 0
            self._size += len(sql)
            text = self._texts[alike] = _Text(sql, is_utility(sql), _WRITE.match(sql) is not None)
        return text

    def observation(self, row: Row) -> Observation:
        """The observation that a sum is."""
        return Observation(
            source=SOURCE,
            sql=row.sql,
            database=self._statements.database,
            default_schema=row.database,
            calls=row.calls,
            total_time_ms=None if row.time_ns is None else row.time_ns / _NS_PER_MS,
            rows=row.rows,
            last_seen=row.last_seen,
            user=row.user,
            hosts=(row.host,) if row.host else (),
            truncated=row.truncated,
        )


def _circumstances(
    befores: Sequence[bytes], afters: Sequence[bytes], uses: Sequence[bytes], state: State
) -> tuple[Iterable[bytes], Iterable[str | None]]:
    """What more each header of a run says, and the database of each."""
    if not (any(befores) or any(afters) or any(uses)):
        return repeat(b"", len(uses)), repeat(state.database, len(uses))
    lines = [*map(add, befores, afters)]
    return lines, [database_of(use or None, line, "", state) for use, line in zip(uses, lines, strict=True)]


def _bytes(sql: str) -> bytes:
    return sql.encode("utf-8", "surrogatepass")


class _Apart:
    """Each statement is a query of its own."""

    def __call__(self, statement: bytes, /) -> Hashable:
        return statement

    def each(self, statements: Sequence[bytes], /) -> Iterable[Hashable]:
        return statements
