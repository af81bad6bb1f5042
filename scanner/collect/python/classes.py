"""Attributes: of modules, classes and their bases, instances and rows."""

from __future__ import annotations

from scanner.collect.python import rows
from scanner.collect.python.frames import Frame
from scanner.collect.python.values import (
    ClassValue,
    ExternalValue,
    InstanceValue,
    ModuleValue,
    ResultValue,
    Value,
    Variants,
)


def attribute(base: Value, name: str, frame: Frame) -> Variants:
    """``base.name``; empty if nothing is known of it."""
    if isinstance(base, ModuleValue):
        return frame.world.resolved(frame.world.member(base, name))
    if isinstance(base, ExternalValue):
        return (ExternalValue(f"{base.name}.{name}"),)
    if isinstance(base, InstanceValue):
        return class_attribute(base.of, name, frame)
    if isinstance(base, ClassValue):
        return class_attribute(base, name, frame)
    if isinstance(base, ResultValue):
        return rows.attribute(base, name, frame)
    return ()


def class_attribute(of: ClassValue, name: str, frame: Frame) -> Variants:
    """An attribute of the class or of the first base that has it."""
    for each in lineage(of, frame):
        found = frame.world.classes[each].frame.names.get(name)
        if found is not None:
            return frame.world.resolved(found)
    return ()


def lineage(of: ClassValue, frame: Frame) -> list[ClassValue]:
    """The class and its bases within the project, depth first, each once."""
    order: dict[ClassValue, None] = {}
    stack = [of]
    while stack:
        each = stack.pop()
        info = frame.world.classes.get(each)
        if info is not None and each not in order:
            order[each] = None
            bases = (base for variants in info.bases for base in frame.world.resolved(variants))
            stack.extend(reversed([base for base in bases if isinstance(base, ClassValue)]))
    return list(order)
