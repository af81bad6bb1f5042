"""SQL text → normalised SQL text."""

from __future__ import annotations

from scanner.fingerprint.lexer import Dialect, dialect_of, tokenize
from scanner.fingerprint.lists import collapse_lists
from scanner.fingerprint.literals import replace_literals
from scanner.fingerprint.reading import Reading
from scanner.fingerprint.text import render, renumber_holes
from scanner.model import Engine

_DEEPEST_BODY = 4


def normalise(sql: str, engine: Engine, *, sql_mode: frozenset[str] | None = None) -> str:
    """The statement without any literal, comment or chance of layout, as SQL of the engine's family.

    Takes any text and never raises. Literals and parameters of every driver become $1, $2 … (PostgreSQL) or
    ? (MySQL); lists and rows that only repeat become one. What a resolver needs stays: ordinals of GROUP BY
    and ORDER BY, the width of a row of VALUES, DEFAULT cells, alias lists, statements inside quotes, settings
    that hold names, and holes (HOLE_PATTERN) that are no values, numbered from 1. Normalised text is its own
    normalised text. A row whose width is not known (a digest's, or VALUES %s) has a hole as its only cell.
    """
    return normalise_holes(sql, engine, sql_mode=sql_mode)[0]


def normalise_holes(
    sql: str, engine: Engine, *, sql_mode: frozenset[str] | None = None
) -> tuple[str, dict[str, str]]:
    """As `normalise`; beside the text the new marker of every hole that is left."""
    return renumber_holes(_normalise(sql, dialect_of(engine, sql_mode), _DEEPEST_BODY))


def _normalise(sql: str, dialect: Dialect, depth: int) -> str:
    def inner(text: str) -> str | None:
        return _normalise(text, dialect, depth - 1) if depth else None

    reading = Reading(tokenize(sql, dialect), dialect, inner)
    replace_literals(reading)
    tokens = collapse_lists(reading.out) if reading.listing else reading.out
    while tokens and tokens[-1] == ";":
        tokens.pop()
    return render(tokens, numbered=dialect.postgres)
