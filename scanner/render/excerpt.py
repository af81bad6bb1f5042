"""SQL shown at the place a finding is about."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import Query
from scanner.render.words import visible

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Visible text in three parts; without a place everything is in `before`."""

    before: str
    marked: str = ""
    after: str = ""

    def __str__(self) -> str:
        return self.before + self.marked + self.after


def marked(sql: str, span: Span | None, query: Query | None = None) -> Excerpt:
    """The SQL with the span's text apart and each hole as the expression that fills it: ``{columns}``."""
    start, end = span or (len(sql), len(sql))
    parts = (sql[:start], sql[start:end], sql[end:])
    return Excerpt(*(visible(query.readable(part) if query else part) for part in parts))


def moved(sql: str, span: Span, query: Query) -> Span:
    """The span in `Query.readable` of what it is in the SQL."""
    start, end = (len(query.readable(sql[:offset])) for offset in span)
    return start, end
