"""Functions evaluated by themselves, with parameters nobody has given."""

from __future__ import annotations

from scanner.collect.python import answers
from scanner.collect.python.classes import completing
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.light import replace
from scanner.collect.python.parameters import ANY, bindings
from scanner.collect.python.rows import inside
from scanner.collect.python.values import MAX_VARIANTS, ClassValue, FunctionValue, Value, Variants, bounded

# A function whose rows are asked for while another is evaluated may ask for those of a third, and so on.
_MAX_WAITING = 8


def run_function(definition: Definition) -> None:
    """Evaluates a body, unless that was done: parameters are unknown, but for `self` and `cls`.

    A method of a class that leaves a name to its subclasses is evaluated for each of them.
    """
    world, function = definition.frame.world, definition.function
    key = definition.frame.module.path, definition.frame.function, function.at
    if key in world.alone:
        return
    world.alone[key] = ()
    trail = world.record.trail
    around = trail[:]
    returns: list[Value] = []
    world.waiting += 1
    try:
        for receiver in _receivers(definition):
            trail.clear()
            inner = replace(definition.frame, names=bindings(definition, receiver, ANY), returns=returns)
            world.run(function.body, inner)
    finally:
        world.waiting -= 1
        trail[:] = around
    returned = bounded(returns)
    answers.returned(returned, definition)
    world.alone[key] = tuple(value for value in returned if any(True for _ in inside(value)))


def _receivers(definition: Definition) -> tuple[ClassValue | None, ...]:
    """The subclasses that set what the class of a method has as None; None: an instance of that class."""
    owner = definition.frame.owner if definition.frame.is_method else None
    if owner is None:
        return (None,)
    found = completing(owner, definition.frame)
    return found if 0 < len(found) <= MAX_VARIANTS else (*found[: MAX_VARIANTS - 1], None)


def rows_of(function: FunctionValue, frame: Frame) -> Variants:
    """The rows that a function which leads to a database returns whatever it is given."""
    world = frame.world
    definition = world.functions.get(function)
    if definition is None or function.closure or world.reach is None or function not in world.reach:
        return ()
    key = definition.frame.module.path, definition.frame.function, definition.function.at
    if key not in world.alone and world.waiting < _MAX_WAITING:
        run_function(definition)
    return world.alone.get(key, ())
