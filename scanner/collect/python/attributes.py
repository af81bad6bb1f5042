"""Attributes that a program sets on instances."""

from __future__ import annotations

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.values import ClassValue, InstanceValue, Variants, bounded


def set_attribute(base: str, name: str, values: Variants, frame: Frame) -> None:
    """``base.name = values``; what methods assign to attributes of `self` is what other methods find there."""
    frame.names[f"{base}.{name}"] = values
    owner = None if frame.depth else frame.owner
    bases = frame.find(base) if owner else ()
    if owner is not None and any(isinstance(each, InstanceValue) and each.of == owner for each in bases):
        known = frame.world.evaluations.unit.assigned
        known[(owner, name)] = bounded((*known.get((owner, name), ()), *values))


def is_assigned(of: ClassValue, name: str, world: World) -> bool:
    """Whether methods of a class may assign to an attribute of its instances; only once all modules are known."""
    return world.settled is not None and world.is_settled and bool(world.settled.assigning(of, name))


def assigned(of: ClassValue, name: str, world: World) -> Variants:
    """What the methods of a class, each by itself, assign to an attribute of its instances."""
    if world.settled is None or not world.is_settled:
        return ()
    definitions = (world.functions.get(each) for each in world.settled.assigning(of, name))
    outcomes = (world.run_alone(each) for each in definitions if each is not None)
    return bounded(value for outcome in outcomes for value in outcome.assigned.get((of, name), ()))
