"""What is asked of every function of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scanner.collect.python import syntax
from scanner.collect.python.executors import CHANGES, COPYING, OF_SESSIONS, SESSIONS, TELLING
from scanner.collect.python.names import last_name
from scanner.collect.python.statements import may_begin_written

# What a constructor that calls that of a base may assign.
ANY_ATTRIBUTE = "*"


def gist_of(function: syntax.Function) -> syntax.Gist:
    """As it was told when the function was read, else told now."""
    if function.gist is not None:
        return function.gist
    body = list(nodes(_without_docstring(function.body)))
    rest = nodes((function.parameters, function.decorators, function.returns))
    return syntax.Gist(
        tells=any(map(_tells, body)) or any(map(_tells, rest)),
        writes=any(_writes(node) for node in body if isinstance(node, syntax.Return)),
        mentions=tuple(dict.fromkeys(name for node in body for name in _mentioned(node))),
        assigns=tuple(dict.fromkeys(name for node in body for name in _assigned(node, function))),
        classes=any(isinstance(node, syntax.Class) for node in body),
    )


def _without_docstring(body: tuple[syntax.Statement, ...]) -> tuple[syntax.Statement, ...]:
    first = body[0] if body else None
    return body[1:] if isinstance(first, syntax.Evaluate) and isinstance(first.value, syntax.Text) else body


def _tells(node: object) -> bool:
    if isinstance(node, syntax.Text):
        return may_begin_written(node.value)
    if isinstance(node, syntax.Call):
        return last_name(node.function) in COPYING and bool(node.arguments)
    if not isinstance(node, syntax.Attribute):
        return False
    if node.name in OF_SESSIONS:
        return (last_name(node.base) or "").endswith(SESSIONS)
    return node.name in TELLING and node.name not in COPYING


def _writes(statement: syntax.Return) -> bool:
    return any(
        node.name in ("join", "format")
        if isinstance(node, syntax.Attribute)
        else isinstance(node, syntax.Text | syntax.Joined)
        for node in nodes(statement.value)
    )


def _mentioned(node: object) -> Iterator[str]:
    if isinstance(node, syntax.Attribute):
        yield node.name
    elif isinstance(node, syntax.Name):
        yield node.id


def _assigned(node: object, function: syntax.Function) -> Iterator[str]:
    """Attributes of the first parameter that the node binds, or whose list or dict it changes."""
    targets: tuple[syntax.Expression, ...] = ()
    if isinstance(node, syntax.Assign):
        targets = node.targets
    elif isinstance(node, syntax.For):
        targets = (node.target,)
    elif isinstance(node, syntax.With):
        targets = tuple(target for _, target in node.items if target is not None)
    elif isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute):
        if node.function.name == "__init__":
            yield ANY_ATTRIBUTE
        elif node.function.name in CHANGES:
            targets = (node.function.base,)
    own = function.parameters[0].name if function.parameters else ""
    for target in single(targets):
        if isinstance(target, syntax.Attribute) and isinstance(target.base, syntax.Name) and target.base.id == own:
            yield target.name


def single(targets: Iterable[syntax.Expression]) -> Iterator[syntax.Expression]:
    """The targets of an assignment, those that it unpacks to one by one."""
    for target in targets:
        if isinstance(target, syntax.Items):
            yield from single(target.items)
        elif isinstance(target, syntax.Starred):
            yield from single((target.value,))
        else:
            yield target


def nodes(node: Any) -> Iterator[object]:  # noqa: ANN401  # a node, or tuples of them
    """The node and all inside it, but for what was told of functions in it."""
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, tuple):
            stack.extend(each)
        elif hasattr(each, "__slots__") and not isinstance(each, syntax.Gist):
            yield each
            stack.extend([getattr(each, name) for name in each.__slots__])
