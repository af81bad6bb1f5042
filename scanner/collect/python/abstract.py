"""Classes that leave methods to others: the one class that has them stands for an instance of theirs."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.classes import ancestry, below, lineage, written
from scanner.collect.python.executors import TELLING
from scanner.collect.python.frames import Frame
from scanner.collect.python.names import last_name
from scanner.collect.python.values import ClassValue, FunctionValue, Value


def implementing(of: ClassValue, frame: Frame) -> ClassValue:
    """The only class below that has the methods which this one declares, and works with a database; else itself.

    One that does not is there for tests.
    """
    if not frame.world.is_settled:
        return of
    return frame.world.once((implementing, of), lambda: _implementing(of, frame))


def _implementing(of: ClassValue, frame: Frame) -> ClassValue:
    declared = [name for each in lineage(of, frame) for name in _declared(each, frame)]
    if not declared:
        return of
    found = [each for each in below(of, frame.world) or _alike(of, declared, frame) if _has(each, declared, frame)]
    return found[0] if len(found) == 1 else of


def _alike(of: ClassValue, names: list[str], frame: Frame) -> list[ClassValue]:
    """The classes that have a method which a protocol declares; what a driver has, too, may be the driver's."""
    bases = ancestry(of, frame.world)
    is_protocol = any(each.name.endswith("Protocol") for each in bases)
    if frame.world.settled is None or not is_protocol or not TELLING.isdisjoint(names):
        return []
    methods = (frame.world.functions.get(each) for name in names for each in frame.world.settled.methods(name))
    return list(dict.fromkeys(each.frame.owner for each in methods if each is not None and each.frame.owner))


def _declared(of: ClassValue, frame: Frame) -> list[str]:
    names = frame.world.classes[of].frame.names
    return [name for name, values in names.items() if any(_is_declared(value, frame) for value in values)]


def _has(of: ClassValue, names: list[str], frame: Frame) -> bool:
    settled = frame.world.settled
    found = [written(of, name, frame) for name in names]
    own = [value for values in found for value in values if isinstance(value, FunctionValue)]
    works = settled is not None and any(map(settled.reaches, own))
    return works and all(found) and not any(_is_declared(value, frame) for value in own)


def _is_declared(value: Value, frame: Frame) -> bool:
    """Whether it is a method that says only what others are to have: nothing is in its body, or it raises."""
    definition = frame.world.functions.get(value) if isinstance(value, FunctionValue) else None
    if definition is None or not definition.frame.is_method:
        return False
    if "abstractmethod" in map(last_name, definition.function.decorators):
        return True
    body = definition.function.body
    return all(isinstance(each, syntax.Evaluate) and (each.raises or _says_nothing(each.value)) for each in body)


def _says_nothing(value: syntax.Expression) -> bool:
    return isinstance(value, syntax.Text) or value == syntax.Opaque()
