"""Attributes that a program sets on instances."""

from __future__ import annotations

from scanner.collect.python.frames import Frame
from scanner.collect.python.values import InstanceValue, Variants, bounded


def set_attribute(base: str, name: str, values: Variants, frame: Frame) -> None:
    """``base.name = values``; what methods assign to attributes of `self` is what other methods find there."""
    frame.names[f"{base}.{name}"] = values
    owner = None if frame.depth else frame.owner
    bases = frame.find(base) if owner else ()
    if owner is not None and any(isinstance(each, InstanceValue) and each.of == owner for each in bases):
        names = frame.world.classes[owner].frame.names
        names[name] = bounded((*names.get(name, ()), *values))
