"""Whether a BEFORE trigger may give a column of the row that is written a value."""

from __future__ import annotations

from itertools import repeat

from scanner.bodies.parts import plain_name
from scanner.bodies.procedural import TOKEN

# Before NEW as a whole, where it is read; anywhere else the row may be set.
_READS = frozenset(("RETURN", "("))
_ROWS = frozenset(("NEW", "OLD", "NULL", ";"))


def may_fill(body: str, column: str) -> bool:
    """Whether the text names the column of NEW, sets NEW as a whole, or returns another row."""
    tokens = (token[0] for token in TOKEN.finditer(body))
    words = [each for each in tokens if not each.isspace() and not each.startswith(("--", "/*"))]
    return any(map(_may_fill, ["", *words], words, [*words[1:], ";"], repeat(column)))


def _may_fill(before: str, word: str, behind: str, column: str) -> bool:
    first, dot, rest = word.partition(".")
    if first.upper() == "NEW" and dot:
        return plain_name(rest.partition(".")[0] or behind) == column
    if word.upper() == "NEW":
        return before.upper() not in _READS
    return word.upper() == "RETURN" and behind.upper() not in _ROWS
