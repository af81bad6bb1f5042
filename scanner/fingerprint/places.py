"""What a number, a NULL or a hole means at its place."""

from __future__ import annotations

from scanner.fingerprint.reading import Level, Reading
from scanner.fingerprint.words import (
    AFTER_ORDINAL,
    COMPARISONS,
    HOLE,
    MODIFIED_TYPES,
    POSTGRES_TYPE_KEYWORDS,
    PRECISIONS,
    RESERVED,
    SCALAR_TYPES,
)


def clause_inside(reading: Reading, opener: str) -> str:
    """The clause that a parenthesis after this word opens: BY, TYPE or none."""
    before = reading.back(2)
    if reading.levels[-1].clause == "BY" and opener in ("BY", ",", "(", "SETS", "ROLLUP", "CUBE"):
        return "BY"
    if opener == "ON" and before == "DISTINCT":
        return "BY"
    return "TYPE" if _takes_modifiers(reading, opener, before) else ""


def _takes_modifiers(reading: Reading, opener: str, before: str) -> bool:
    if opener in PRECISIONS or before == "::":
        return True
    if reading.dialect.postgres and opener in POSTGRES_TYPE_KEYWORDS:
        return True
    if opener not in MODIFIED_TYPES:
        return False
    if before in ("AS", "RETURNS") or (before == "," and reading.levels[-1].opener == "CONVERT"):
        return True
    # A column's definition: its name stands before the type.
    named = before[-1:].isalnum() or before[-1:] in ("_", "`", '"')
    return named and before.lower() not in RESERVED[reading.dialect.engine.family]


def is_ordinal(reading: Reading) -> bool:
    """Whether a number now read stands alone in a list of GROUP BY or ORDER BY."""
    following = reading.ahead()
    ends = following in ("", ",", ")", ";") or following.upper() in AFTER_ORDINAL
    return reading.back() in ("BY", ",", "(") and (ends or HOLE.match(following) is not None)


def keeps_null(reading: Reading) -> bool:
    """Whether a NULL now read is no value, or the NULL of a row type, which is read otherwise than a row."""
    ahead = [lexeme.upper() for lexeme in reading.tokens[reading.at + 1 : reading.at + 3]]
    if reading.statement in ("CREATE", "ALTER", "COPY") or "ON" in (reading.back(), *ahead[:1]):
        return True
    cast = ahead[:1] == ["::"] or (ahead[:1] == ["AS"] and reading.back() == "(" and reading.back(2) == "CAST")
    return reading.dialect.postgres and cast and ahead[1:] != [] and ahead[1] not in SCALAR_TYPES


def is_value_hole(reading: Reading, lexeme: str) -> bool:
    """Whether a hole now read can only be a value."""
    following = reading.ahead()
    if not HOLE.fullmatch(lexeme) or following in (".", "("):
        return False
    before = reading.back()
    if before in COMPARISONS or before == "IN":
        return True
    level = reading.levels[-1]
    cell = before in ("(", ",") and following in (",", ")")
    alone = before == "(" and following == ")"
    return cell and (level.opener in ("IN", "ANY", "SOME") or (_in_values_row(reading, level) and not alone))


def _in_values_row(reading: Reading, level: Level) -> bool:
    if level.opener in ("VALUES", "VALUE", "ROW"):
        return True
    return level.opener == "," and len(reading.levels) > 1 and reading.levels[-2].clause == "VALUES"
