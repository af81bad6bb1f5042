"""SQL text → normalised SQL text."""

from __future__ import annotations

from functools import lru_cache

from scanner.fingerprint.lexer import Dialect, dialect_of, tokenize
from scanner.fingerprint.lists import collapse_lists
from scanner.fingerprint.literals import replace_literals
from scanner.fingerprint.reading import Reading
from scanner.fingerprint.shapes import shape_of
from scanner.fingerprint.text import render, renumber_holes
from scanner.model import Engine

_DEEPEST_BODY = 4
_LONG = 2_000  # characters; a longer statement is not remembered
_SHAPES = 4096  # remembered: logs repeat a few hundred


def normalise(sql: str, engine: Engine, *, sql_mode: frozenset[str] | None = None) -> str:
    """The statement without any literal, comment or chance of layout, as SQL of the engine's family.

    Takes any text and never raises. Literals and parameters of every driver become $1, $2 … (PostgreSQL) or
    ? (MySQL); lists and rows that only repeat become one. What a resolver needs stays: ordinals of GROUP BY
    and ORDER BY, the width of a row of VALUES, DEFAULT cells, alias lists, statements inside quotes, settings
    that hold names, and holes (HOLE_PATTERN) that are no values, numbered from 1. Normalised text is its own
    normalised text. A row whose width is not known (a digest's, or VALUES %s) has a hole as its only cell.
    """
    return normalise_holes(sql, engine, sql_mode=sql_mode)[0]


def normalise_holes(sql: str, engine: Engine, *, sql_mode: frozenset[str] | None = None) -> tuple[str, dict[str, str]]:
    """As `normalise`; beside the text the new marker of every hole that is left."""
    dialect = dialect_of(engine, sql_mode)
    return _kept(sql, dialect) if len(sql) < _LONG else _normalised(sql, dialect)


def _normalised(sql: str, dialect: Dialect) -> tuple[str, dict[str, str]]:
    tokens = tokenize(sql, dialect)
    shape = shape_of(tokens, dialect)
    return renumber_holes(written(tokens, dialect) if shape is None else _of_shape(shape, dialect))


# A part of a log shows a statement once for each user and host.
_kept = lru_cache(maxsize=_SHAPES)(_normalised)


@lru_cache(maxsize=_SHAPES)
def _of_shape(shape: tuple[str, ...], dialect: Dialect) -> str:
    return written(list(shape), dialect)


def written(tokens: list[str], dialect: Dialect, depth: int = _DEEPEST_BODY) -> str:
    """The normalised text of tokens, its holes as they were."""

    def inner(text: str) -> str | None:
        return written(tokenize(text, dialect), dialect, depth - 1) if depth else None

    reading = Reading(tokens, dialect, inner)
    replace_literals(reading)
    normal = collapse_lists(reading.out) if reading.listing else reading.out
    while normal and normal[-1] == ";":
        normal.pop()
    return render(normal, numbered=dialect.postgres)
