"""``F``, ``Q`` and the aggregates of django.db.models."""

from __future__ import annotations

from scanner.collect.python.given import Given
from scanner.collect.python.orm.queries import (
    AggregateValue,
    ArithmeticValue,
    ConditionValue,
    PathValue,
)
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    Unknown,
    Value,
)

_AGGREGATES = {"Count": "COUNT", "Sum": "SUM", "Avg": "AVG", "Min": "MIN", "Max": "MAX"}


def builtin(name: str, given: Given) -> Value | None:
    """``F``, ``Q`` and the aggregates of django.db.models."""
    path = constant_text(given.positional[0]) if given.positional else None
    if name == "F":
        return PathValue(path) if path else Unknown("F(…)")
    if name == "Q":
        inner = [v for each in given.positional for v in each[:1] if isinstance(v, ConditionValue)]
        return ConditionValue("AND", tuple(given.named.items()), tuple(inner))
    function = _AGGREGATES.get(name)
    if function is None:
        return None
    only = next((v for v in given.named.get("filter", ()) if isinstance(v, ConditionValue)), None)
    return AggregateValue(function, path, given.named.get("distinct") == (ConstantValue("True"),), only)


def combined(left: Value, operator: str, right: Value) -> Value | None:
    """``Q | Q`` and ``Q & Q``."""
    if isinstance(left, ConditionValue) and isinstance(right, ConditionValue):
        return ConditionValue("OR" if operator == "|" else "AND", inner=(left, right))
    computed = (PathValue, ArithmeticValue)
    if operator in ("+", "*", "%") and (isinstance(left, computed) or isinstance(right, computed)):
        return ArithmeticValue(left, operator, right)
    return None
