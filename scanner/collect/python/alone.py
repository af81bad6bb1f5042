"""Functions evaluated by themselves, with parameters nobody has given."""

from __future__ import annotations

from scanner.collect.python import answers
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.light import replace
from scanner.collect.python.parameters import ANY, bindings
from scanner.collect.python.rows import inside
from scanner.collect.python.values import FunctionValue, Variants, bounded

# A function whose rows are asked for while another is evaluated may ask for those of a third, and so on.
_MAX_WAITING = 8


def run_function(definition: Definition) -> None:
    """Evaluates a body, unless that was done: parameters are unknown, but for `self` and `cls`."""
    world, function = definition.frame.world, definition.function
    key = definition.frame.module.path, definition.frame.function, function.at
    if key in world.alone:
        return
    world.alone[key] = ()
    trail = world.record.trail
    around = trail[:]
    trail.clear()
    inner = replace(definition.frame, names=bindings(definition, None, ANY), returns=[])
    world.waiting += 1
    try:
        world.run(function.body, inner)
    finally:
        world.waiting -= 1
        trail[:] = around
    returned = bounded(inner.returns)
    answers.returned(returned, definition)
    world.alone[key] = tuple(value for value in returned if any(True for _ in inside(value)))


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
