"""Texts whose parts are from different ways through the program: no run puts them together so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from scanner.collect.python.holes import marked
from scanner.collect.python.statements import is_lopsided
from scanner.collect.python.values import TextValue
from scanner.model import HOLE_PATTERN

_STRING = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r"(?P<dot>\.\s*)?(?<![\w%:])[`\"]?(?P<name>[A-Za-z_]\w*)[`\"]?(?P<behind>\s*[.(])?")
# What is built between FROM and the first condition may be the join that is missed.
_BUILT_SOURCES = re.compile(
    rf"\b(?:FROM|JOIN|UPDATE|USING)\b(?:(?!\b(?:WHERE|SET|GROUP|ORDER|HAVING|LIMIT)\b).)*?{HOLE_PATTERN}",
    re.IGNORECASE | re.DOTALL,
)


def is_mismatched(text: TextValue, here: Iterable[TextValue]) -> bool:
    """Whether parts of the text do not fit each other, where those of others that are put together here do.

    The values of another list of columns, or columns of a table that only another way joins.
    """
    if len(text.pieces) < 2 or len(text.places) < 2:
        return False
    sql = marked(text)[0]
    if is_lopsided(sql) and any(not is_lopsided(marked(other)[0]) for other in here):
        return True
    missed = _names(sql).missed
    return any(name in _names(marked(other)[0]).alone for name in missed for other in here)


class _Names:
    """Names of a statement: those that stand alone, and those that only stand before a dot."""

    def __init__(self, sql: str) -> None:
        found = [match for match in _NAME.finditer(_STRING.sub("''", sql)) if not match["dot"]]
        signs = {(match["name"].lower(), (match["behind"] or "").strip()) for match in found}
        self.alone = frozenset(name for name, sign in signs if not sign)
        qualifiers = frozenset(name for name, sign in signs if sign == ".")
        self.missed = frozenset[str]() if _BUILT_SOURCES.search(sql) else qualifiers - self.alone


@lru_cache(maxsize=1024)
def _names(sql: str) -> _Names:
    return _Names(sql)
