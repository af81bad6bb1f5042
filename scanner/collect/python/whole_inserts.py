"""Rows that are written to another table as they are, in a statement that is built for as many values as they have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.collect.python.values import Literal, ResultValue, TextValue, Value
from scanner.model import RowUse

_GAP = "\0"
_INSERT = re.compile(
    r"\s*(?:INSERT(?:\s+IGNORE)?|REPLACE)\s+INTO\s+(?P<table>[\w.]+)\s*(?:\((?P<columns>[^()]*)\)\s*)?"
    r"VALUES\s*\((?P<values>[^()]*)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\w\s,]+")


def written_whole(row: ResultValue, statements: Iterable[Value]) -> RowUse | None:
    """What ``f"INSERT INTO archive VALUES ({placeholders})"`` does with the row, however many values it has."""
    for statement in statements:
        pieces = statement.pieces if isinstance(statement, TextValue) else ()
        found = _INSERT.match("".join(each.text if isinstance(each, Literal) else _GAP for each in pieces))
        if found is None or found["values"].strip() != _GAP:
            continue
        if found["columns"] is None or row.start or row.behind:
            return RowUse("splatted", into=found["table"])
        if _PLAIN.fullmatch(found["columns"]):
            count = found["columns"].count(",") + 1
            return RowUse("splatted", count, least=count, into=found["table"])
        return RowUse("keywords", into=found["table"])
    return None
