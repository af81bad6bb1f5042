"""Functions that make instances of mapped classes for others, which save them: ``Order.of(customer).save()``."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.collect.python import syntax
from scanner.collect.python.frames import Definition, World
from scanner.collect.python.gist import nodes
from scanner.collect.python.names import last_name
from scanner.collect.python.values import ClassValue, FunctionValue, Value


def makes_instances(function: FunctionValue, definition: Definition, receiver: Value | None, world: World) -> bool:
    """Whether it makes an instance of a mapped class, of `receiver` perhaps, and returns something: maybe that."""
    made = world.for_good((_made, function), lambda: tuple(_made(definition)))
    return any(isinstance(each, ClassValue) and world.model(each) is not None for each in (*made, receiver) if made)


def _made(definition: Definition) -> Iterator[Value]:
    """The classes that it makes instances of, where it returns something."""
    written = definition.function
    inside = tuple(nodes(written.body))
    if not any(isinstance(each, syntax.Return) for each in inside):
        return
    called = (each.function for each in inside if isinstance(each, syntax.Call))
    for name in dict.fromkeys(each.id for each in called if isinstance(each, syntax.Name)):
        if "classmethod" in map(last_name, written.decorators) and name == written.parameters[0].name:
            yield from filter(None, (definition.frame.owner,))
        else:
            yield from (value for value in definition.frame.find(name) if isinstance(value, ClassValue))
