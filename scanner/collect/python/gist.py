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
# What may bind or change attributes.
_BINDING = (syntax.Assign, syntax.For, syntax.With, syntax.Call)


def gist_of(function: syntax.Function) -> syntax.Gist:
    """As it was told when the function was read, else told now."""
    if function.gist is not None:
        return function.gist
    own = function.parameters[0].name if function.parameters else ""
    does_tell = writes = classes = False
    mentions, assigns, changes = dict[str, None](), dict[str, None](), dict[str, None]()
    for node in nodes(function.body):
        if isinstance(node, syntax.Name):
            mentions[node.id] = None
            continue
        does_tell = does_tell or _tells(node)
        if isinstance(node, syntax.Attribute):
            mentions[node.name] = None
        elif isinstance(node, _BINDING):
            assigns.update(dict.fromkeys(_assigned(node, own)))
            changes.update(dict.fromkeys(_changed(node, own)))
        elif isinstance(node, syntax.Return):
            writes = writes or _writes(node)
        elif isinstance(node, syntax.Class):
            classes = True
    return syntax.Gist(
        tells=does_tell or any(map(_tells, nodes((function.parameters, function.decorators, function.returns)))),
        writes=writes,
        mentions=tuple(mentions),
        assigns=tuple(assigns),
        changes=tuple(name for name in changes if name not in assigns),
        classes=classes,
    )


def tells(statements: Iterable[syntax.Statement]) -> bool:
    """Whether a statement, a call that runs one or an ORM is in a file."""
    return any(map(_tells, nodes(tuple(statements))))


def states(statements: Iterable[syntax.Statement]) -> bool:
    """Whether a text in a file may begin a statement."""
    return any(may_begin_written(node.value) for node in nodes(tuple(statements)) if isinstance(node, syntax.Text))


def _tells(node: object) -> bool:
    if isinstance(node, syntax.Text):
        return may_begin_written(node.value)
    if isinstance(node, syntax.Call):
        return bool(node.arguments) and _is_method(node.function) and last_name(node.function) in COPYING
    if not isinstance(node, syntax.Attribute):
        return False
    if node.name in OF_SESSIONS:
        return (last_name(node.base) or "").endswith(SESSIONS)
    return node.name in TELLING and node.name not in COPYING


def _is_method(function: syntax.Expression) -> bool:
    """Whether it is none of a module of Python's that copies values or files."""
    return isinstance(function, syntax.Attribute) and last_name(function.base) not in ("copy", "shutil")


def _writes(statement: syntax.Return) -> bool:
    return any(
        node.name in ("join", "format")
        if isinstance(node, syntax.Attribute)
        else isinstance(node, syntax.Text | syntax.Joined)
        for node in nodes(statement.value)
    )


def _assigned(node: object, own: str) -> Iterator[str]:
    """Attributes of the first parameter, whose name is `own`, that the node binds."""
    targets: tuple[syntax.Expression, ...] = ()
    if isinstance(node, syntax.Assign):
        targets = node.targets
    elif isinstance(node, syntax.For):
        targets = (node.target,)
    elif isinstance(node, syntax.With):
        targets = tuple(target for _, target in node.items if target is not None)
    elif isinstance(node, syntax.Call) and last_name(node.function) == "__init__":
        yield ANY_ATTRIBUTE
    yield from _own(targets, own)


def _changed(node: object, own: str) -> Iterator[str]:
    """Attributes of the first parameter whose list or dict the node changes."""
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute) and node.function.name in CHANGES:
        yield from _own((node.function.base,), own)


def _own(targets: Iterable[syntax.Expression], own: str) -> Iterator[str]:
    for each in single(targets):
        target = each.base if isinstance(each, syntax.Subscript) else each
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
    """The node and all inside it, but for docstrings and what was told of functions in it."""
    stack = [node]
    while stack:
        each = stack.pop()
        kind = type(each)
        if kind is tuple:
            stack.extend(each)
        elif (parts := _PARTS.get(kind)) is not None and not is_docstring(each):
            yield each
            stack.extend([getattr(each, name) for name in parts])


def is_docstring(node: object) -> bool:
    """Whether it is a text as a statement of its own: a docstring, or a comment in its place."""
    return type(node) is syntax.Evaluate and type(node.value) is syntax.Text


# Fields of nodes that hold no nodes.
_PLAIN = frozenset(
    ("alias", "at", "gist", "id", "is_dict", "keyword", "keyword_only", "keywords", "kind", "level", "member", "module")
) | {"name", "operator", "raises", "rest", "star"}
_PARTS: dict[type, tuple[str, ...]] = {
    kind: tuple(name for name in kind.__slots__ if name not in _PLAIN)
    for kind in vars(syntax).values()
    if isinstance(kind, type) and hasattr(kind, "__slots__") and kind is not syntax.Gist
}
