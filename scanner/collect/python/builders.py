"""Calls that build values: which of the known methods and functions is called."""

from __future__ import annotations

from itertools import chain

from scanner.collect.python import syntax
from scanner.collect.python.binding import bind_again
from scanner.collect.python.classes import attribute
from scanner.collect.python.frames import Frame
from scanner.collect.python.functions import FUNCTIONS
from scanner.collect.python.given import Given
from scanner.collect.python.methods import DICT_CHANGES, LIST_CHANGES, LIST_READS, METHODS
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    ExternalValue,
    InstanceValue,
    ListValue,
    MapperValue,
    ModuleValue,
    NamedTupleValue,
    QueriesValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)


def members(receivers: Variants, name: str, frame: Frame) -> Variants:
    """The functions or classes that ``receiver.name`` may be; methods of results are left to `rows`."""
    kinds = (ExternalValue, ClassValue, InstanceValue, MapperValue, ModuleValue, NamedTupleValue, QueriesValue)
    found = (attribute(receiver, name, frame) for receiver in receivers if isinstance(receiver, kinds))
    return bounded(chain.from_iterable(found))


def built(
    expression: syntax.Call, receivers: Variants, functions: Variants, given: Given, frame: Frame
) -> Variants | None:
    """What the call gives if it builds a value, else None."""
    function = expression.function
    for each in functions:
        make = FUNCTIONS.get(_external_name(each, function))
        if make is not None:
            return make(given)
    if not functions and isinstance(function, syntax.Name):
        make = FUNCTIONS.get(function.id)
        return make(given) if make else None
    if isinstance(function, syntax.Attribute):
        return _method(function, receivers, given, frame)
    return None


def _external_name(function: Value, written: syntax.Expression) -> str:
    if isinstance(function, ExternalValue):
        return function.name
    return written.id if isinstance(written, syntax.Name) and isinstance(function, Unknown) else ""


def _method(function: syntax.Attribute, receivers: Variants, given: Given, frame: Frame) -> Variants | None:
    taken = LIST_READS.get(function.name)
    if taken is not None:
        lists = [value for value in receivers if isinstance(value, ListValue) and value.open]
        if lists:
            return bounded(chain.from_iterable(taken(value) for value in lists))
    changed = _changed(function.name, receivers, given)
    if changed is not None:
        bind_again(function.base, changed, frame)
    own = [value for value in receivers if isinstance(value, TextValue | DictValue)]
    make = METHODS.get(function.name)
    if make is None or not own:
        return None if changed is None else (Unknown("None"),)
    return bounded(chain.from_iterable(make(value, given) for value in own))


def _changed(method: str, receivers: Variants, given: Given) -> Variants | None:
    """The lists or dicts after a method that changes them; None if it is none or they are not known."""
    lists, dicts = LIST_CHANGES.get(method), DICT_CHANGES.get(method)
    found: list[Value] = []
    for value in receivers:
        if lists is not None and isinstance(value, ListValue):
            found.append(lists(value, given))
        elif dicts is not None and isinstance(value, DictValue):
            found.append(dicts(value, given))
        else:
            found.append(value)
    return bounded(found) if tuple(found) != receivers else None
