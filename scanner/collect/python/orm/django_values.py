"""Expressions and conditions of Django, as a program builds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from scanner.collect.python.light import dataclass
from scanner.collect.python.values import Gap, MapperValue, Unknown, Value, Variants

# Sixty lines that each put an expression into itself make more of it than there is memory.
MAX_PARTS = 2_000


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
    weight: int = field(default=1, compare=False)  # how many values are in it, at every depth

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _weight((self.left, self.right)))
        if self.weight > MAX_PARTS:
            object.__setattr__(self, "left", PathValue("…"))
            object.__setattr__(self, "right", PathValue("…"))


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
    weight: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _weight((*self.positional, *(value for _, value in self.named))))
        if self.weight > MAX_PARTS:
            object.__setattr__(self, "positional", (PathValue("…"),))
            object.__setattr__(self, "named", ())

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
    weight: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        values = (value for _, variants in self.lookups for value in variants[:1])
        object.__setattr__(self, "weight", _weight((*self.inner, *values)))
        if self.weight > MAX_PARTS:
            object.__setattr__(self, "inner", (Unknown("a condition too long to follow"),))
            object.__setattr__(self, "lookups", ())


def _weight(values: Iterable[Value]) -> int:
    return 1 + sum(getattr(value, "weight", 1) for value in values)
