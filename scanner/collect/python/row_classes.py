"""Instances that the program makes of a row value by value: ``Order(id=row["id"], total=Decimal(row["total"]))``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scanner.collect.python import syntax
from scanner.collect.python.frames import Frame
from scanner.collect.python.signatures import signature
from scanner.collect.python.uses import note
from scanner.collect.python.values import ClassValue, NamedTupleValue, ResultValue, Variants
from scanner.model import RowUse

_LEAST = 3  # values: of fewer it is no copy of the row
_DEPTH = 4  # of calls and operators around a value


def noted(call: syntax.Call, functions: Variants, frame: Frame) -> None:
    """Notes the class at the rows that its instances are made of."""
    classes = [each for each in functions if isinstance(each, ClassValue | NamedTupleValue)]
    if not classes or len(call.arguments) < _LEAST:
        return
    taken = Counter(row for argument in call.arguments for row in set(_rows(argument.value, frame)))
    for row in (row for row, count in taken.items() if count >= _LEAST):
        for each in classes:
            known = signature(each, frame)
            if known is not None and known.declared is not None:
                found = RowUse("by-name", into=known.name, fields=known.fields, declared=known.declared)
                note(row, found, frame, call.at)


def _rows(expression: syntax.Expression, frame: Frame, depth: int = 0) -> Iterator[ResultValue]:
    """The rows that a value is read of: by name, as an attribute or as a key."""
    match expression:
        case (
            syntax.Subscript(base=syntax.Name(id=name), index=syntax.Text())
            | syntax.Attribute(base=syntax.Name(id=name))
        ):
            yield from (each for each in frame.find(name) if isinstance(each, ResultValue) and each.shape == "row")
        case syntax.Call() if depth < _DEPTH:
            for inside in (expression.function, *(each.value for each in expression.arguments)):
                yield from _rows(inside, frame, depth + 1)
        case syntax.Attribute() if depth < _DEPTH:
            yield from _rows(expression.base, frame, depth + 1)
        case syntax.Choice() if depth < _DEPTH:
            yield from _rows(expression.body, frame, depth + 1)
            yield from _rows(expression.otherwise, frame, depth + 1)
        case syntax.Binary() if depth < _DEPTH:
            yield from _rows(expression.left, frame, depth + 1)
            yield from _rows(expression.right, frame, depth + 1)
