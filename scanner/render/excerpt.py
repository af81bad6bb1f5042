"""SQL shown at the place a finding is about."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

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


def changed(old: str, new: str) -> Span:
    """The part of the new text that the old one has otherwise."""
    start = _alike(old, new)
    return start, len(new) - _alike(old[start:][::-1], new[start:][::-1])


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
