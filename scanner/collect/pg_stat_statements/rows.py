"""Rows of the view → observations, wherever the rows come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.collect.pg_stat_statements.sql import MARK
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


@dataclass(slots=True)
class Tally:
    """Counts the rows of one source while they pass, and sorts out those that are no observations."""

    place: str
    database: str | None
    service: str | None
    entries: int = 0
    ignored: int = 0
    hidden: int = 0
    lost: int = 0

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
            yield Observation(
                source=SOURCE,
                sql=row.query,
                database=self.database,
                services=(self.service,) if self.service else (),
                calls=row.calls,
                total_time_ms=row.total_time_ms,
                rows=row.rows,
                server_query_id=row.query_id,
                user=row.user,
            )

    def blind_spots(self, role: str = "the role that reads them") -> Iterator[BlindSpot]:
        """What the rows did not tell."""
        if self.hidden:
            yield BlindSpot(
                SOURCE,
                self.place,
                f"{self.hidden} queries of other roles show no text: GRANT pg_read_all_stats TO {role}.",
            )
        if self.lost:
            yield BlindSpot(
                SOURCE,
                self.place,
                f"{self.lost} queries have no text: the server has lost it, or the source left it out.",
            )

    def coverage(self, **counts: int) -> Coverage:
        """What was read."""
        return Coverage(SOURCE, self.place, entries=self.entries, ignored=self.ignored, **counts)
