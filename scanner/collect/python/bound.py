"""The names that a program binds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.collect.python import syntax
from scanner.collect.python.gist import nodes, single


def bound_names(statements: Iterable[syntax.Statement]) -> Iterator[str]:
    """Every name that is bound in the statements or anywhere inside them, but for those that a star import gives."""
    for node in nodes(tuple(statements)):
        yield from _declared(node)
        yield from (target.id for target in single(_targets(node)) if isinstance(target, syntax.Name))


def _declared(node: object) -> Iterator[str]:
    match node:
        case syntax.Class() | syntax.Parameter():
            yield node.name
        case syntax.Function():
            yield from (node.name, node.rest, node.keywords)
        case syntax.Lambda():
            yield from (node.rest, node.keywords)
        case syntax.Import():
            yield node.alias.split(".")[0]


def _targets(node: object) -> Iterator[syntax.Expression]:
    match node:
        case syntax.Assign():
            yield from node.targets
        case syntax.For() | syntax.Comprehension() | syntax.Assigned():
            yield node.target
        case syntax.With():
            yield from (target for _, target in node.items if target is not None)
