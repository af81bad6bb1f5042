"""Attributes that a program sets on instances."""

from __future__ import annotations

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.values import ClassValue, FunctionValue, InstanceValue, Variants, bounded


def set_attribute(base: str, name: str, values: Variants, frame: Frame) -> None:
    """``base.name = values``; what methods assign to attributes of `self` is what other methods find there."""
    frame.names[f"{base}.{name}"] = values
    owner = None if frame.depth else frame.owner
    bases = frame.find(base) if owner else ()
    if owner is not None and any(isinstance(each, InstanceValue) and each.of == owner for each in bases):
        known = frame.world.evaluations.unit.assigned
        known[(owner, name)] = bounded((*known.get((owner, name), ()), *values))


def assigning(of: ClassValue, name: str, world: World) -> tuple[tuple[FunctionValue, bool], ...]:
    """The methods that assign to an attribute of instances; True: by changing a list or dict."""
    return world.settled.assigning(of, name) if world.settled is not None and world.is_settled else ()


def assigned(of: ClassValue, name: str, world: World, *, changed: bool) -> Variants:
    """What the methods of a class, each by itself, assign to an attribute of its instances.

    `changed`: or come to by changing the list or dict that it holds.
    """
    methods = (each for each, is_change in assigning(of, name, world) if changed or not is_change)
    definitions = (world.functions.get(each) for each in methods)
    outcomes = (world.run_alone(each) for each in definitions if each is not None)
    return bounded(value for outcome in outcomes for value in outcome.assigned.get((of, name), ()))
