"""Expressions and conditions of Django, as a program builds them."""

from __future__ import annotations

from dataclasses import field

from scanner.collect.python.light import dataclass
from scanner.collect.python.values import Gap, MapperValue, Value, Variants


@dataclass(frozen=True, slots=True)
class PathValue(MapperValue):
    """Django's ``F("path")``."""

    path: str


@dataclass(frozen=True, slots=True)
class ArithmeticValue(MapperValue):
    """``F("price") * factor``."""

    left: Value
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class AggregateValue(MapperValue):
    """Django's ``Count("path")`` and the like."""

    function: str
    of: Value | None  # None: of whole rows
    distinct: bool = False
    filter: ConditionValue | None = None


@dataclass(frozen=True, slots=True)
class CallValue(MapperValue):
    """Another expression of Django's: ``Lower("name")``, ``Exists(query)``, ``F("total").desc()``."""

    name: str
    positional: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    negated: bool = False

    def argument(self, name: str) -> Value | None:
        """The argument of this keyword."""
        return dict(self.named).get(name)


@dataclass(frozen=True, slots=True)
class OuterGap(Gap):
    """Django's ``OuterRef("path")``: a column of the query around, once there is one."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class ConditionValue(MapperValue):
    """Django's ``Q``: lookups and other conditions, all or any of them."""

    connector: str  # AND or OR
    lookups: tuple[tuple[str, Variants], ...] = ()
    inner: tuple[Value, ...] = field(default=())  # conditions, and expressions that are true or false
    negated: bool = False
