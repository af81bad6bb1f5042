"""Functions evaluated by themselves, with parameters nobody has given."""

from __future__ import annotations

from scanner.collect.python import answers
from scanner.collect.python.classes import completing
from scanner.collect.python.evaluations import Outcome
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.light import replace
from scanner.collect.python.parameters import ANY, bindings
from scanner.collect.python.rows import inside
from scanner.collect.python.values import MAX_VARIANTS, ClassValue, FunctionValue, Value, Variants, bounded


def run_function(definition: Definition) -> Outcome:
    """What a body comes to, evaluated once: parameters are unknown, but for `self` and `cls`.

    It returns rows alone. A method of a class that leaves a name to its subclasses is evaluated for each of them.
    """
    world = definition.frame.world
    key = definition.frame.module.path, definition.frame.function, definition.function.at
    return world.evaluations.alone(key, lambda outcome, _: _run(definition, outcome))


def _run(definition: Definition, outcome: Outcome) -> None:
    world = definition.frame.world
    world.evaluations.ask("module", definition.frame.module.path)
    returns: list[Value] = []
    for receiver in _receivers(definition):
        inner = replace(definition.frame, names=bindings(definition, receiver, ANY), returns=returns)
        world.run(definition.function.body, inner)
    returned = bounded(returns)
    answers.returned(returned, definition)
    outcome.returned = tuple(value for value in returned if any(True for _ in inside(value)))


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
    if definition is None or function.closure or world.settled is None or not world.settled.reaches(function):
        return ()
    return run_function(definition).returned
