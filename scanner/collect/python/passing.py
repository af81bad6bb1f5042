"""Whether a function may run a statement that it is handed, told from its parameters and where they go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.collect.python import syntax
from scanner.collect.python.executors import TELLING
from scanner.collect.python.frames import Definition
from scanner.collect.python.gist import nodes
from scanner.collect.python.names import last_name

# What runs statements is called so, or is of a class that is.
_RUNNER = re.compile(r"cur(?:s|$)|conn|session|transaction|txn|^tx$", re.IGNORECASE)
_MAX_CALLS = 3  # methods that hand a parameter on to each other


def may_run(definition: Definition, names: Iterable[str], calls: int = 0) -> bool:
    """Whether one of these parameters goes into a call, other than one of a method that leaves it alone."""
    return calls == _MAX_CALLS or any(
        _takes(call, definition, calls) for call in _calls_with(set(names), definition.function)
    )


def runs_statements(parameter: syntax.Parameter, function: syntax.Function) -> bool:
    """Whether it is a cursor, a connection or the like: by its name, its class, or what is called of it."""
    if any(map(_RUNNER.search, (parameter.name, *_words(parameter.annotation)))):
        return True
    used = (node for node in nodes(function.body) if isinstance(node, syntax.Attribute) and node.name in TELLING)
    return any(isinstance(each.base, syntax.Name) and each.base.id == parameter.name for each in used)


def _words(annotation: syntax.Expression | None) -> Iterator[str]:
    for node in nodes(annotation):
        if isinstance(node, syntax.Name | syntax.Attribute | syntax.Text):
            yield last_name(node) if not isinstance(node, syntax.Text) else node.value


def _calls_with(names: set[str], function: syntax.Function) -> Iterator[syntax.Call]:
    for node in nodes(function.body):
        if isinstance(node, syntax.Call):
            given = (inside for argument in node.arguments for inside in nodes(argument.value))
            if any(isinstance(each, syntax.Name) and each.id in names for each in given):
                yield node


def _takes(call: syntax.Call, definition: Definition, calls: int) -> bool:
    world, name = definition.frame.world, last_name(call.function)
    if name in TELLING or world.settled is None:
        return True
    own = [world.functions[each] for each in world.settled.methods(name)]
    return not own or any(may_run(each, _parameters(each.function), calls + 1) for each in own)


def _parameters(function: syntax.Function) -> set[str]:
    names = {each.name for each in function.parameters} | {function.rest, function.keywords}
    return names - {"self", "cls", ""}
