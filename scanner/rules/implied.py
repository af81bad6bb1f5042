"""The value that a new column gets where nobody gives it one."""

from __future__ import annotations

from scanner.compare import Comparison
from scanner.model import Column
from scanner.resolve import ErrorKind

_NUMBERS = ("int", "serial", "bool", "dec", "num", "float", "double", "real", "bit", "year", "fixed")


def implied_value(comparison: Comparison, column: Column) -> str | None:
    """The literal every row gets that leaves the column out; None when it is NULL, computed or not known.

    MySQL and MariaDB put '' or 0 into a NOT NULL column without a default, where they do not refuse the row.
    """
    if column.default is not None:
        return column.default if _is_constant(column.default) else None
    if comparison.postgres or column.nullable or column.has_default or _is_refused(comparison, column):
        return None
    kind = column.type.lower()
    return "0" if any(word in kind for word in _NUMBERS) else None if kind.startswith("enum") else "''"


def _is_constant(default: str) -> bool:
    return "(" not in default and default.upper() not in ("NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME")


def _is_refused(comparison: Comparison, column: Column) -> bool:
    return any(e.column == column.name for e in comparison.new_errors(ErrorKind.REQUIRED_COLUMN))
