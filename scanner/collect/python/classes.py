"""Attributes: of modules, classes and their bases, instances and rows."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.collect.python import loading
from scanner.collect.python.attributes import assigned, assigning
from scanner.collect.python.callables import MakeValue
from scanner.collect.python.evaluations import Outcome
from scanner.collect.python.frames import Frame, World
from scanner.collect.python.imports import member
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.values import (
    ClassValue,
    ConstantValue,
    DictValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    Literal,
    MapperValue,
    ModuleValue,
    NamedTupleValue,
    QueriesValue,
    TextValue,
    Value,
    Variants,
    bounded,
)

_NONE = (ConstantValue("None"),)


def attribute(base: Value, name: str, frame: Frame) -> Variants:
    """``base.name``; empty if nothing is known of it."""
    if isinstance(base, ModuleValue):
        return frame.world.resolved(member(base, name, frame.world))
    if isinstance(base, ExternalValue):
        return frame.world.mapper_attribute(base, name, frame) or (ExternalValue(f"{base.name}.{name}"),)
    if isinstance(base, InstanceValue | ClassValue):
        of = base.of if isinstance(base, InstanceValue) else base
        if name == "__name__" and isinstance(base, ClassValue):
            return (TextValue((Literal(of.name.rsplit(".", 1)[-1]),)),)
        own = dict(base.fields).get(name) if isinstance(base, InstanceValue) else None
        if own:
            return own
        found = frame.world.mapper_attribute(base, name, frame) or class_attribute(of, name, frame)
        return found or ((MakeValue(of),) if name == "_make" else ())
    if isinstance(base, NamedTupleValue):
        return (MakeValue(base),) if name == "_make" else ()
    if isinstance(base, MapperValue):
        return _mapper_value(base, name, frame)
    if isinstance(base, QueriesValue):
        return loading.member(base, name, frame)
    if isinstance(base, TextValue) and name == "value":  # of a member of an enumeration
        return (base,)
    return ()


def _mapper_value(base: MapperValue, name: str, frame: Frame) -> Variants:
    found = frame.world.mapper_attribute(base, name, frame)
    if found or not isinstance(base, QueryValue):
        return found
    return next((its for of in base.methods if (its := class_attribute(of, name, frame))), ())


def class_attribute(of: ClassValue, name: str, frame: Frame) -> Variants:
    """An attribute of the class or of the first base that has it, in its body or assigned by its methods."""
    world = frame.world
    for each, found, by_methods in world.for_good((class_attribute, of, name), lambda: list(_holding(of, name, world))):
        if not by_methods:
            return found or ()
        changed = any(is_change for _, is_change in assigning(each, name, world)) and _is_display(each, name, world)
        every = bounded((*(found or ()), *assigned(each, name, world, changed=changed))) or found
        if every is not None:
            return world.resolved(every)
    return ()


def _holding(of: ClassValue, name: str, world: World) -> Iterator[tuple[ClassValue, Variants | None, bool]]:
    """The classes to be asked in turn: what each has in its body, and whether methods may assign something, too."""
    for each in _lineage(of, world):
        found = world.classes[each].frame.names.get(name)
        is_data = found is None or not all(isinstance(value, FunctionValue | ClassValue) for value in found)
        if is_data and assigning(each, name, world):
            yield each, found, True
        elif found is not None:
            yield each, world.resolved(found), False
        if found is not None:
            return


def _is_display(of: ClassValue, name: str, world: World) -> bool:
    """Whether there is a list or dict that methods may change: a session, too, has a method ``add``."""
    for each in lineage(of, world.classes[of].frame):
        own = world.resolved(world.classes[each].frame.names.get(name, ()))
        if any(isinstance(v, ListValue | DictValue) for v in (*own, *assigned(each, name, world, changed=False))):
            return True
    return False


def inherited(of: ClassValue, name: str, frame: Frame) -> Variants:
    """An attribute of the first base that has it, as ``super().name``."""
    for each in lineage(of, frame)[1:]:
        found = frame.world.classes[each].frame.names.get(name)
        if found is not None:
            return frame.world.resolved(found)
    return ()


def completing(of: ClassValue, frame: Frame) -> tuple[ClassValue, ...]:
    """The subclasses that give a text to an attribute that the class has as None; only once all modules are known."""
    names = [
        name
        for each in lineage(of, frame)
        for name, values in frame.world.classes[each].frame.names.items()
        if values == _NONE
    ]
    if not names or not frame.world.is_settled:
        return ()
    return tuple(
        each
        for each in below(of, frame.world)
        if any(isinstance(value, TextValue) for name in names for value in written(each, name, frame))
    )


def written(of: ClassValue, name: str, frame: Frame) -> Variants:
    """As `class_attribute`, in bodies of classes alone."""
    bodies = (frame.world.classes[each].frame.names for each in lineage(of, frame))
    return frame.world.resolved(next((names[name] for names in bodies if name in names), ()))


def below(of: ClassValue, world: World) -> tuple[ClassValue, ...]:
    """The subclasses of a class that modules define, direct or not."""
    world.evaluations.ask("below", of.path, of.name)
    with world.evaluations.apart(Outcome()):
        return world.once((below,), lambda: _below(world)).get(of, ())


def _below(world: World) -> dict[ClassValue, tuple[ClassValue, ...]]:
    found: dict[ClassValue, tuple[ClassValue, ...]] = {}
    for each in world.settled.classes if world.settled else ():
        for base in lineage(each, world.classes[each].frame)[1:]:
            found[base] = (*found.get(base, ()), each)
    return found


def lineage(of: ClassValue, frame: Frame) -> list[ClassValue]:
    """The class and its bases within the project, depth first, each once."""
    return frame.world.once((lineage, of), lambda: _lineage(of, frame.world))


def _lineage(of: ClassValue, world: World) -> list[ClassValue]:
    return [each for each in ancestry(of, world) if isinstance(each, ClassValue) and each in world.classes]


def ancestry(of: ClassValue, world: World) -> list[ClassValue | ExternalValue]:
    """The class and all its bases, those of libraries too, depth first, each once."""
    return world.once((ancestry, of), lambda: _ancestry(of, world))


def _ancestry(of: ClassValue, world: World) -> list[ClassValue | ExternalValue]:
    order: dict[ClassValue | ExternalValue, None] = {}
    stack: list[ClassValue | ExternalValue] = [of]
    while stack:
        each = stack.pop()
        if each in order:
            continue
        order[each] = None
        info = world.classes.get(each) if isinstance(each, ClassValue) else None
        if info is None and isinstance(each, ClassValue):  # not yet
            world.guess()
        elif info is not None:
            bases = [base for variants in info.bases for base in world.resolved(variants)]
            known = [base for base in bases if isinstance(base, ClassValue | ExternalValue)]
            stack.extend(reversed(known))
    return list(order)
