"""Rows of the view → observations, wherever the rows come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from scanner.collect.pg_stat_statements.activity import NOBODY, Clients
from scanner.collect.pg_stat_statements.sql import MARK
from scanner.collect.pg_stat_statements.texts import as_statement, is_cut
from scanner.model import BlindSpot, Coverage, Observation
from scanner.utility_statements import is_utility

SOURCE = "pg_stat_statements"
# What the view shows instead of another role's text.
HIDDEN_TEXT = "<insufficient privilege>"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the view. None: not known."""

    query: str | None
    calls: int | None = None
    total_time_ms: float | None = None
    rows: int | None = None
    query_id: str | None = None
    user: str | None = None
    clients: Clients = NOBODY


@dataclass(slots=True)
class Tally:
    """Counts the rows of one source while they pass, and sorts out those that are no observations."""

    place: str
    database: str | None
    limit: int | None = None  # characters at which texts were cut off; None: not known
    entries: int = 0
    ignored: int = 0
    hidden: int = 0
    lost: int = 0
    cut: int = 0
    others: Counter[str] = field(default_factory=Counter)  # rows of server databases that are left out

    def observe(self, row: Row) -> Iterator[Observation]:
        """The observation that the row is, if it is one."""
        if row.query == HIDDEN_TEXT:
            self.hidden += 1
        elif not row.query:
            self.lost += 1
        elif MARK in row.query or is_utility(row.query):
            self.ignored += 1
        else:
            self.entries += 1
            truncated = len(row.query) == self.limit or is_cut(row.query)
            self.cut += truncated
            yield Observation(
                source=SOURCE,
                sql=as_statement(row.query),
                database=self.database,
                calls=row.calls,
                total_time_ms=row.total_time_ms,
                rows=row.rows,
                server_query_id=row.query_id,
                user=row.user,
                hosts=row.clients.hosts,
                application_names=row.clients.application_names,
                truncated=truncated,
            )

    @property
    def all(self) -> int:
        """The rows seen, of this database and of others."""
        return self.entries + self.ignored + self.hidden + self.lost + self.others.total()

    def blind_spots(self, role: str | None, elsewhere: Collection[str]) -> Iterator[BlindSpot]:
        """What the rows did not tell to this role; databases that are read `elsewhere` are not missed."""
        for message in (*self._without_text(role), *self._out_of_scope(elsewhere)):
            yield BlindSpot(SOURCE, self.place, message)

    def coverage(self, **counts: int) -> Coverage:
        """What was read."""
        ignored = self.ignored + self.others.total()
        return Coverage(SOURCE, self.place, entries=self.entries, ignored=ignored, **counts)

    def _without_text(self, role: str | None) -> Iterator[str]:
        if self.hidden:
            reader = role or "the role that reads them"
            yield f"{self.hidden} queries of other roles show no text: GRANT pg_read_all_stats TO {reader}."
        if self.lost:
            yield (
                f"{self.lost} queries have no text: the server has lost the file of its texts, or the export left them "
                "out. SELECT pg_stat_statements_reset() makes it collect them anew."
            )
        if self.cut:
            yield f"{self.cut} texts are cut off, and what followed is unknown: export them in their full length."

    def _out_of_scope(self, elsewhere: Collection[str]) -> Iterator[str]:
        left_out = [f"{name} ({count})" for name, count in sorted(self.others.items()) if name not in elsewhere]
        if left_out:
            yield (
                f"Queries of other databases of this server were left out: {', '.join(left_out)}. "
                "Name those that matter under databases of this source."
            )
