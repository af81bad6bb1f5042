"""A text with gaps → SQL with marked holes."""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.collect.python.values import Gap, HoleKind, TextValue
from scanner.model import Hole

_MAX_EXPRESSION = 80

_AFTER_RELATION_WORD = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|VIEW|ONLY|TRUNCATE)\s+(?:\w+\s*\.\s*)?[\"`\[]?$", re.IGNORECASE
)
_AFTER_DOT = re.compile(r"[\w\"`\]]\.[\"`\[]?$")
_IN_QUOTED_NAME = re.compile(r"[\"`][\w$]*$")
_IN_LIST = re.compile(
    r"\b(?:IN|VALUES|ANY|ALL)\s*\((?:[^()]|\([^()]*\))*$|\b(?:IN|VALUES)\s*$|\bINTO\s+[\w.\"`]+\s*\([^()]*$",
    re.IGNORECASE,
)
_AFTER_OPERATOR = re.compile(
    r"(?:[=<>]|\b(?:I?LIKE|BETWEEN|LIMIT|OFFSET|INTERVAL|REGEXP|SIMILAR\s+TO))\s*\(?\s*$", re.IGNORECASE
)
_WHERE_CLAUSES_STAND = re.compile(
    r"\b(?:WHERE|AND|OR|ON|HAVING|SET|BY|USING|NOT|RETURNING|WHEN)\s*\(?\s*$|\)\s*$", re.IGNORECASE
)
_BEFORE_OPERATOR = re.compile(r"[\"`]?\s*(?:[=<>]|!=|\b(?:IN|IS|I?LIKE|BETWEEN|NOT)\b)", re.IGNORECASE)
_BEFORE_CLAUSE = re.compile(
    r"\s*(?:$|\)|;|\b(?:WHERE|ORDER|GROUP|LIMIT|HAVING|UNION|ON|AND|OR|JOIN|LEFT|INNER|OFFSET|FOR|RETURNING)\b)",
    re.IGNORECASE,
)

_REPR_PARAMETER = re.compile(r"(?<=[\s=<>(,])%r(?!\w)")


@lru_cache(maxsize=1024)
def marked(text: TextValue) -> tuple[str, tuple[Hole, ...]]:
    """The text with ``__hole_1__`` and so on in its gaps; the same expression has the same marker.

    A ``%r`` where a value stands is written ``%s``: drivers that fill in the values with ``%`` take either.
    """
    markers: dict[str, str] = {}
    sql = "".join([_piece(piece, markers) if isinstance(piece, Gap) else piece.text for piece in text.pieces])
    sql = _REPR_PARAMETER.sub("%s", sql) if "%r" in sql else sql
    if not markers:
        return sql, ()
    kinds = {piece.expression: piece.kind for piece in text.pieces if isinstance(piece, Gap)}
    holes = tuple(
        Hole(marker, _shortened(expression), kinds[expression] or _kind(sql, marker))
        for expression, marker in markers.items()
    )
    return sql, holes


def _piece(gap: Gap, markers: dict[str, str]) -> str:
    return markers.setdefault(gap.expression, f"__hole_{len(markers) + 1}__")


def _shortened(expression: str) -> str:
    one_line = " ".join(expression.split())
    return one_line if len(one_line) <= _MAX_EXPRESSION else one_line[: _MAX_EXPRESSION - 1] + "…"


def _kind(sql: str, marker: str) -> HoleKind:
    start = sql.index(marker)
    before, after = sql[max(0, start - 400) : start], sql[start + len(marker) :]
    if _AFTER_RELATION_WORD.search(before) or _AFTER_DOT.search(before):
        return "identifier"
    if before.count("'") % 2 and "'" in after:
        return "value"
    if _IN_QUOTED_NAME.search(before) and after[:1] in '"`' and after[:1]:
        return "identifier"
    if _IN_LIST.search(before):
        return "list"
    if _AFTER_OPERATOR.search(before):
        return "value"
    if _WHERE_CLAUSES_STAND.search(before) and _BEFORE_OPERATOR.match(after):
        return "identifier"
    if not after.strip(" \n\t;)") or _WHERE_CLAUSES_STAND.search(before) or _BEFORE_CLAUSE.match(after):
        return "clause"
    return "unknown"
