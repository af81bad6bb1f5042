"""The values of the parameters of a function in a call, or without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import is_
from typing import cast

from scanner.collect.python import syntax
from scanner.collect.python.abstract import implementing
from scanner.collect.python.classes import lineage
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.given import Given
from scanner.collect.python.names import last_name
from scanner.collect.python.values import (
    ClassValue,
    ConstantValue,
    DictValue,
    InstanceValue,
    ListValue,
    MapperValue,
    ModuleValue,
    TextValue,
    Unknown,
    Value,
    Variants,
)

_WORD = re.compile(r"\w+")
_OF_CLASSES = frozenset(("classmethod", "declared_attr", "directive"))
ANY = Given((), {}, open=True)  # the arguments of a call that is not known


def bindings(definition: Definition, receiver: Value | None, given: Given) -> dict[str, Variants]:
    """The values of the parameters. What does not matter is unknown, so that like calls are one."""
    frame = definition.frame
    parameters, positional, named = list(definition.function.parameters), list(given.positional), dict(given.named)
    bound: dict[str, Variants] = {}
    decorators = set(map(last_name, definition.function.decorators))
    if has_receiver(definition) and frame.owner and parameters:
        bound[parameters.pop(0).name] = (_own(frame.owner, receiver, positional, frame, decorators),)
    for each in parameters:
        if each.name in named:
            bound[each.name] = _known(named.pop(each.name), each, frame)
        elif positional and not each.keyword_only:
            bound[each.name] = _known(positional.pop(0), each, frame)
        else:
            bound[each.name] = _by_default(each, given, frame)
    function = definition.function
    if function.rest:
        bound[function.rest] = (ListValue(tuple(_kept(values) for values in positional), given.open),)
    if function.keywords:
        entries = tuple((name, _kept(values)) for name, values in named.items())
        bound[function.keywords] = (DictValue(entries, given.open),)
    return bound


def _own(
    owner: ClassValue, receiver: Value | None, positional: list[Variants], frame: Frame, decorators: set[str]
) -> Value:
    """What `self` or `cls` is; ``Class.method(self, …)`` gives it as an argument."""
    first = positional[0][0] if positional else None
    if isinstance(first, InstanceValue) and owner in lineage(first.of, frame):
        receiver = positional.pop(0)[0]
    if not isinstance(receiver, InstanceValue | ClassValue | MapperValue):
        receiver = InstanceValue(owner, stored=frame.world.model(owner) is not None)
    if isinstance(receiver, ClassValue) and not decorators.intersection(_OF_CLASSES):
        return InstanceValue(receiver, stored=frame.world.model(receiver) is not None)
    return receiver.of if isinstance(receiver, InstanceValue) and decorators.intersection(_OF_CLASSES) else receiver


def _known(values: Variants, parameter: syntax.Parameter, frame: Frame) -> Variants:
    kept = tuple(each for value in values if (each := _canonical(value)) is not None)
    return kept or _by_annotation(parameter, frame)


def _by_default(parameter: syntax.Parameter, given: Given, frame: Frame) -> Variants:
    """The default; where arguments may have been given that are not known, also anything else."""
    if parameter.default is None:
        return _by_annotation(parameter, frame)
    kept = _known(frame.evaluate(parameter.default), parameter, frame)
    if not given.open:
        return kept
    texts = tuple(value for value in kept if isinstance(value, TextValue))
    return (*texts, *_by_annotation(parameter, frame))


def _by_annotation(parameter: syntax.Parameter, frame: Frame) -> Variants:
    """An instance of the project's class that the annotation names; else unknown."""
    of = _class_of(parameter.annotation, frame)
    if of is None:
        return (Unknown(parameter.name),)
    of = implementing(of, frame)
    return (InstanceValue(of, stored=frame.world.model(of) is not None),)


def _class_of(annotation: syntax.Expression | None, frame: Frame) -> ClassValue | None:
    """The class behind ``X``, ``"X"``, ``X | None`` and ``Optional[X]``."""
    if isinstance(annotation, syntax.Subscript):
        return _class_of(annotation.index, frame) if last_name(annotation.base) == "Optional" else None
    if isinstance(annotation, syntax.Binary):
        return _class_of(annotation.left, frame) or _class_of(annotation.right, frame)
    if isinstance(annotation, syntax.Text):
        found = tuple(value for name in _WORD.findall(annotation.value) for value in frame.find(name))
    elif isinstance(annotation, syntax.Name | syntax.Attribute):
        found = frame.evaluate(annotation)
    else:
        return None
    return next((value for value in found if isinstance(value, ClassValue)), None)


def _kept(values: Variants) -> Variants:
    kept = tuple(each for value in values if (each := _canonical(value)) is not None) or (Unknown("…"),)
    return values if _are_same(kept, values) else kept


def _canonical(value: Value) -> Value | None:
    """The value without what does not matter, and the same object if all of it does; None if nothing of it does."""
    if isinstance(value, ListValue | DictValue):
        if value.kept is False:
            kept = _canonical_display(value)
            value.kept = kept is value or kept  # never itself: it would be a circle
        return value if value.kept is True else cast("Value", value.kept)
    if isinstance(value, ConstantValue):
        return value if value.source in ("None", "True", "False") else None
    return None if isinstance(value, Unknown | ModuleValue) else value


def _canonical_display(value: ListValue | DictValue) -> ListValue | DictValue:
    if isinstance(value, ListValue):
        items = tuple(map(_kept, value.items))
        return value if _are_same(items, value.items) else ListValue(items, value.open)
    kept = tuple(_kept(item) for _, item in value.entries)
    if _are_same(kept, [item for _, item in value.entries]):
        return value
    return DictValue(tuple((name, item) for (name, _), item in zip(value.entries, kept, strict=True)), value.open)


def _are_same(ones: Sequence[object], others: Sequence[object]) -> bool:
    return len(ones) == len(others) and all(map(is_, ones, others))


def has_receiver(definition: Definition) -> bool:
    """Whether its first parameter is `self` or `cls`."""
    return definition.frame.is_method and "staticmethod" not in map(last_name, definition.function.decorators)


def accepts(definition: Definition, given: Given) -> bool:
    """Whether a call of a method may give it as many arguments, and with these names."""
    function = definition.function
    taken = function.parameters[has_receiver(definition) :]
    by_place = [each for each in taken if not each.keyword_only]
    filled = {each.name for each in by_place[: len(given.positional)]}.union(given.named)
    return (
        (given.open or all(each.default is not None or each.name in filled for each in taken))
        and (len(given.positional) <= len(by_place) or bool(function.rest))
        and ({each.name for each in taken}.issuperset(given.named) or bool(function.keywords))
    )
