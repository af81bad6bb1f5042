"""``F``, ``Q``, the aggregates and the other expressions of django.db.models."""

from __future__ import annotations

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_values import (
    AggregateValue,
    ArithmeticValue,
    CallValue,
    ConditionValue,
    PathValue,
)
from scanner.collect.python.orm.paths import joining
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import joined, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ConstantValue, MapperValue, TextValue, Unknown, Value

_AGGREGATES = {
    **{name: name.upper() for name in ("Count", "Sum", "Avg", "Min", "Max")},
    "Variance": "VAR_POP",
    "StdDev": "STDDEV_POP",
    "ArrayAgg": "ARRAY_AGG",
    "StringAgg": "STRING_AGG",
    "BoolAnd": "BOOL_AND",
    "BoolOr": "BOOL_OR",
    "JSONBAgg": "JSONB_AGG",
}
_EXPRESSIONS = frozenset(
    (
        *("Case", "When", "Value", "Exists", "Subquery", "OuterRef", "ExpressionWrapper", "Func", "Window"),
        *("RawSQL", "Prefetch"),
    )
)
_CALLS = (PathValue, CallValue, ArithmeticValue, AggregateValue)
_CONDITIONS = (ConditionValue, CallValue)


def builtin(dotted: str, given: Given, world: World) -> Value | None:
    """What a call of a name in django.db.models or django.contrib.postgres gives; None if it is no expression."""
    name = dotted.rsplit(".", 1)[-1]
    values = tuple(each[0] for each in given.positional)
    path = constant_text(given.positional[0]) if given.positional else None
    if name == "F":
        return PathValue(path) if path else Unknown("F(…)")
    if name == "Q":
        return ConditionValue("AND", tuple(given.named.items()), values)
    if name in _AGGREGATES:
        return _aggregate(name, values, path, given)
    if name not in _EXPRESSIONS and ".functions." not in dotted:
        return None
    if name == "RawSQL":  # a part of another statement, though it may look like one
        for value in values:
            if isinstance(value, TextValue):
                world.journal.ignore(value)
    return CallValue(name, values, tuple((key, each[0]) for key, each in given.named.items()))


def _aggregate(name: str, values: tuple[Value, ...], path: str | None, given: Given) -> Value:
    of: Value | None = PathValue(path) if path and path != "*" else None
    if values and isinstance(values[0], MapperValue):
        of = values[0]
    only = next((v for v in given.named.get("filter", ()) if isinstance(v, ConditionValue)), None)
    return AggregateValue(_AGGREGATES[name], of, given.named.get("distinct") == (ConstantValue("True"),), only)


def method(value: Value, name: str, given: Given) -> Value | None:
    """``F("total").desc()``."""
    if not isinstance(value, _CALLS) or name not in ("asc", "desc"):
        return None
    return CallValue(name, (value,), tuple((key, each[0]) for key, each in given.named.items()))


def negated(value: Value) -> Value | None:
    """``~Q(…)`` and ``~Exists(…)``."""
    return replace(value, negated=not value.negated) if isinstance(value, ConditionValue | CallValue) else None


def combined(left: Value, operator: str, right: Value, world: World) -> Value | None:
    """``Q | Q``, ``Q & Exists(…)``, ``F * 2``, ``query | query``."""
    if operator in ("|", "&"):
        word = "OR" if operator == "|" else "AND"
        if isinstance(left, QueryValue) and isinstance(right, QueryValue):
            return _merged(left, word, right, world)
        both = isinstance(left, _CONDITIONS) and isinstance(right, _CONDITIONS)
        return ConditionValue(word, inner=(left, right)) if both else None
    if operator in ("+", "*", "%", "/", "-", "?") and (isinstance(left, _CALLS) or isinstance(right, _CALLS)):
        return ArithmeticValue(left, "-" if operator == "?" else operator, right)
    return None


def _merged(left: QueryValue, word: str, right: QueryValue, world: World) -> QueryValue | None:
    """The rows that either query of one model has, or both."""
    if left.mapped != right.mapped or left.mapped.framework != "django":
        return None
    world.journal.derived(left)
    world.journal.derived(right)
    query = joining(left, right.joins)
    if not left.wheres or not right.wheres:
        return query if word == "AND" and left.wheres else replace(query, wheres=right.wheres if word == "AND" else ())
    sides = [joined(" AND ", side) for side in (left.wheres, right.wheres)]
    return replace(query, wheres=(pieces("(", joined(f" {word} ", sides), ")"),))
