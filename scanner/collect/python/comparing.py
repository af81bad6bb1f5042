"""Comparisons of rows, of their lengths and of the names of their columns."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.frames import Frame
from scanner.collect.python.rows import NONE, number
from scanner.collect.python.uses import note, use
from scanner.collect.python.values import ListValue, ResultValue, Value, Variants
from scanner.model import RowUse
from scanner.model.observation import RowUseKind

# Of sets: what is in one, the other, or both.
_OF_SETS = frozenset(("?", "&", "|"))


def compared(comparison: syntax.Binary, lefts: Variants, rights: Variants, frame: Frame, at: int | None) -> None:
    """``row == (1, 2)``, ``(1, 2) in rows``, ``row is None``, ``len(row) == 2``."""
    operator = comparison.operator
    if operator in ("in", "not in") and NONE in lefts:
        _asked(rights, frame, at)
        return
    if operator in ("==", "!=") and with_others(lefts, rights, frame, at):
        return
    demanded = frame.demanded.get(comparison) if frame.demanded else None
    for one, sign, other in ((lefts, operator, rights), (rights, _TURNED.get(operator, operator), lefts)):
        for value in filter(None, map(_compared, one)):
            if value.shape == "width":
                _measured(value, sign, other, demanded, frame, at)
            elif value.shape in ("row", "rows") and operator in _EQUALS:
                if operator in ("is", "is not") or NONE in other:
                    use(value, "tested", frame, at)
                else:
                    is_demanded = operator in ("==", "!=") and demanded == (operator == "==")
                    use(value, "required" if is_demanded else "compared", frame, at, count=_width(other))
            elif value.shape == "names" and operator in ("==", "!=") and _width(other) is not None:
                is_demanded = demanded == (operator == "==")
                use(value, "required" if is_demanded else "compared", frame, at, count=_width(other))


def combined(operator: str, lefts: Variants, rights: Variants, frame: Frame, at: int | None) -> None:
    """``set(rows) - set(others)``."""
    if operator in _OF_SETS:
        with_others(lefts, rights, frame, at)


def with_others(lefts: Variants, rights: Variants, frame: Frame, at: int | None) -> bool:
    """Notes that rows are compared with rows, if they are."""
    sides = [[found for value in values if (found := _rows(value))] for values in (lefts, rights)]
    for each in (*sides[0], *sides[1]) if all(sides) else ():
        note(each, RowUse("compared", into="other rows"), frame, at)
    return all(sides)


def _rows(value: Value) -> ResultValue | None:
    """The rows in a list or set; ``{tuple(row) for row in rows}``."""
    if isinstance(value, ListValue) and value.open and len(value.items) == 1:
        value = value.items[0][0]
    is_whole = isinstance(value, ResultValue) and value.shape in ("row", "rows") and not value.turned
    return value if is_whole and isinstance(value, ResultValue) else None


def _asked(rights: Variants, frame: Frame, at: int | None) -> None:
    """``None in row``: of a row with names it is asked for a name."""
    for value in rights:
        if isinstance(value, ResultValue) and value.shape == "row" and value.namesakes is None and not value.turned:
            note(value, RowUse("folded", into="None in"), frame, at)


def _compared(value: Value) -> ResultValue | None:
    """What is compared; ``[column.name for column in cursor.description]`` are its names."""
    if isinstance(value, ListValue) and value.open and len(value.items) == 1:
        names = (each for each in value.items[0] if isinstance(each, ResultValue) and each.shape == "names")
        return next(names, None)
    return value if isinstance(value, ResultValue) else None


def _measured(
    value: ResultValue, operator: str, other: Variants, demanded: bool | None, frame: Frame, at: int | None
) -> None:
    """``len(row) <= 3``: true, or false, for the lengths from `least` to `count`."""
    given = number(other[0]) if len(other) == 1 else None
    if given is None or operator not in _RANGES:
        return
    inside, from_zero, below = _RANGES[operator]
    kind: RowUseKind = "required" if demanded == inside else "measured"
    count, least = given - below, 0 if from_zero else given
    note(value, RowUse(kind, count, least=least), frame, at)


_EQUALS = frozenset(("==", "!=", "in", "not in", "is", "is not"))
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
# Of a comparison with n: whether it holds for the lengths up to n, or for n alone, and not for others; whether they
# begin with 0; how far below n they end.
_RANGES = {
    "==": (True, False, 0),
    "!=": (False, False, 0),
    "<=": (True, True, 0),
    "<": (True, True, 1),
    ">": (False, True, 0),
    ">=": (False, True, 1),
}


def _width(values: Variants) -> int | None:
    """How many values a tuple has, or each tuple of a list."""
    for value in values:
        if isinstance(value, ListValue) and not value.open:
            inner = next((each for item in value.items for each in item if isinstance(each, ListValue)), None)
            return len(value.items if inner is None else inner.items)
    return None
