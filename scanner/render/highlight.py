"""SQL as HTML: its keywords and values told apart, and the place that a finding is about marked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers.sql import MySqlLexer, PostgresLexer
from pygments.token import Comment, Keyword, Literal, Name, _TokenType, is_token_subtype

from scanner.model import Engine, Query
from scanner.render.words import visible

_LONGEST = 20_000  # characters; a longer text is shown without colours, so that it costs a bounded time
_KEYWORD, _VALUE, _COMMENT = (
    Markup("<b>%s</b>"),
    Markup('<span class="v">%s</span>'),
    Markup('<span class="c">%s</span>'),
)
_ELEMENTS = ((Keyword, _KEYWORD), (Literal, _VALUE), (Name.Variable, _VALUE), (Comment, _COMMENT))

Span = tuple[int, int]
Part = tuple[str, Markup | None]  # text, and the element that holds it


def highlighted(sql: str, span: Span | None, engine: Engine, query: Query | None = None) -> Markup:
    """The SQL as HTML, in ``<mark>`` exactly the text of the span; each hole is the expression that fills it."""
    start, end = span or (len(sql), len(sql))
    parts = list(_parts(sql, engine))
    before, middle, after = _cut(parts, 0, start), _cut(parts, start, end), _cut(parts, end, len(sql))
    marked = Markup("<mark>%s</mark>") % _html(middle, query) if middle else Markup()
    return _html(before, query) + marked + _html(after, query)


def _parts(sql: str, engine: Engine) -> Iterator[Part]:
    """The whole text in parts."""
    tokens = list(_lexer(engine.family).get_tokens_unprocessed(sql)) if len(sql) <= _LONGEST else []
    if "".join(text for _, _, text in tokens) != sql:
        yield sql, None
        return
    for _, kind, text in tokens:
        yield text, None if text == "." else _element(kind)  # which is a number to the lexer


@cache
def _lexer(family: str) -> Lexer:
    return PostgresLexer() if family == "postgres" else MySqlLexer()


@cache
def _element(kind: _TokenType) -> Markup | None:
    return next((element for each, element in _ELEMENTS if is_token_subtype(kind, each)), None)


def _cut(parts: list[Part], start: int, end: int) -> list[Part]:
    """What stands between two offsets of the text."""
    found, offset = [], 0
    for text, element in parts:
        here = text[max(start - offset, 0) : max(end - offset, 0)]
        if here:
            found.append((here, element))
        offset += len(text)
    return found


def _html(parts: list[Part], query: Query | None) -> Markup:
    return Markup().join(_one(element, "".join(text for text, _ in same), query) for element, same in _runs(parts))


def _runs(parts: list[Part]) -> Iterator[tuple[Markup | None, Iterator[Part]]]:
    return groupby(parts, key=lambda part: part[1])


def _one(element: Markup | None, text: str, query: Query | None) -> Markup:
    shown = escape(visible(query.readable(text) if query else text))
    return element % shown if element else shown
