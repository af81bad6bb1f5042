"""Calls of the project's own functions: their bodies are evaluated again with the arguments of the call.

So a helper that is handed a statement is an executor, a function that is handed rows uses them, and a
function that returns a text or a query gives it to its caller, without any list of helpers. Only functions
that have to do with a database are entered, to a bounded depth, once for each combination of arguments that
matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from scanner.collect.python import syntax
from scanner.collect.python.classes import class_attribute
from scanner.collect.python.executors import TELLING
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.given import Given
from scanner.collect.python.names import last_name
from scanner.collect.python.record import begins_as_sql
from scanner.collect.python.rows import inside
from scanner.collect.python.statements import may_begin
from scanner.collect.python.values import (
    ClassValue,
    ConstantValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    MapperValue,
    ModuleValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)

_MAX_DEPTH = 3
# Different ways to call one function; beyond them its calls tell nothing new.
_MAX_CALLS = 200


def invoked(function: FunctionValue, receiver: Value | None, given: Given, frame: Frame) -> Variants | None:
    """What the function returns for these arguments; None if it was not entered."""
    world = frame.world
    definition = world.functions.get(function)
    if definition is None or frame.depth >= _MAX_DEPTH:
        return None
    arguments = (value for each in ((receiver,), *given.every()) for value in each)
    if not definition.relevant and not any(map(_asks, arguments)):
        return None
    bound = bindings(definition, receiver, given)
    entry = (function, tuple(bound.items()))
    if entry not in world.returned:
        if world.entered[function] >= _MAX_CALLS:
            world.saturated.add(function)
            return None
        world.entered[function] += 1
        world.returned[entry] = ()  # what a recursive call is told
        inner = replace(definition.frame, names=bound, depth=frame.depth + 1, root=frame.root, returns=[])
        world.run(definition.function.body, inner)
        world.returned[entry] = bounded(inner.returns)
    return world.returned[entry]


def constructed(of: ClassValue, given: Given, frame: Frame) -> None:
    """``Class(…)`` of the project: rows handed to ``__init__`` are used there."""
    for each in class_attribute(of, "__init__", frame):
        if isinstance(each, FunctionValue):
            invoked(each, InstanceValue(of), given, frame)


def bindings(definition: Definition, receiver: Value | None, given: Given) -> dict[str, Variants]:
    """The values of the parameters. What does not matter is unknown, so that like calls are one."""
    function, frame = definition.function, definition.frame
    names = [parameter.name for parameter in function.parameters]
    bound: dict[str, Variants] = {}
    decorators = {last_name(decorator) for decorator in function.decorators}
    if frame.is_method and frame.owner and names and "staticmethod" not in decorators:
        own: Value = receiver or InstanceValue(frame.owner, stored=frame.world.model(frame.owner) is not None)
        if "classmethod" in decorators and isinstance(own, InstanceValue):
            own = own.of
        bound[names.pop(0)] = (own,)
    positions = dict(zip(names, given.positional, strict=False))
    for parameter in function.parameters:
        if parameter.name not in bound:
            values = given.named.get(parameter.name) or positions.get(parameter.name) or ()
            kept = tuple(value for value in values if _matters(value))
            bound[parameter.name] = kept or (Unknown(parameter.name),)
    return bound


def is_relevant(function: syntax.Function) -> bool:
    """Whether a statement, a call that runs one or an ORM is in the body."""
    return any(_tells(node) for node in _nodes(function))


def _tells(node: object) -> bool:
    if isinstance(node, syntax.Text):
        return may_begin(node.value)
    return isinstance(node, syntax.Attribute) and node.name in TELLING


def _nodes(node: object) -> Iterator[object]:
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, tuple):
            stack.extend(each)
        elif is_dataclass(each):
            yield each
            stack.extend(getattr(each, field.name) for field in fields(each))


def _asks(value: Value | None) -> bool:
    """Whether a function that is handed this has to do with a database."""
    if isinstance(value, InstanceValue):
        return value.stored
    if isinstance(value, ListValue | DictValue):
        return any(True for _ in inside(value))
    return isinstance(value, ResultValue | MapperValue) or (isinstance(value, TextValue) and begins_as_sql(value))


def _matters(value: Value) -> bool:
    if isinstance(value, ListValue):
        return any(_matters(each) for item in value.items for each in item)
    if isinstance(value, DictValue):
        return any(_matters(each) for _, item in value.entries for each in item)
    return not isinstance(value, Unknown | ModuleValue | ConstantValue)
