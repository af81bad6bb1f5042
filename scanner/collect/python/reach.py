"""Which functions of a project lead to a database, directly or through what they call."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from scanner.collect.python import syntax
from scanner.collect.python.executors import TELLING
from scanner.collect.python.statements import may_begin
from scanner.collect.python.values import FunctionValue

# Functions of one name: where there are more, a call by this name says nothing of which one it is.
_MAX_NAMESAKES = 6


@dataclass(frozen=True, slots=True)
class Reach(Container[FunctionValue]):
    """The functions that lead to a database, and those of them that are methods, by name."""

    functions: frozenset[FunctionValue]
    methods: Mapping[str, tuple[FunctionValue, ...]]

    def __contains__(self, function: object) -> bool:
        """Whether the function, or one it is written inside, leads to a database."""
        if not isinstance(function, FunctionValue):
            return False
        parts = function.name.split(".")
        around = (FunctionValue(function.path, ".".join(parts[:count])) for count in range(len(parts), 0, -1))
        return any(each in self.functions for each in around)


def is_relevant(function: syntax.Function) -> bool:
    """Whether a statement, a call that runs one or an ORM is in the body."""
    return any(_tells(node) for node in _nodes(function))


def returns_text(function: syntax.Function) -> bool:
    """Whether the function may return a text that it writes or puts together."""
    returned = [node.value for node in _nodes(function.body) if isinstance(node, syntax.Return)]
    return any(_is_text(node) for value in returned for node in _nodes(value))


def _is_text(node: object) -> bool:
    if isinstance(node, syntax.Attribute):
        return node.name in ("join", "format")
    return isinstance(node, syntax.Text | syntax.Joined)


def reaching(functions: Mapping[FunctionValue, syntax.Function], methods: Container[FunctionValue]) -> Reach:
    """The functions that lead to a database; what a function calls is told from its name."""
    named: dict[str, list[FunctionValue]] = defaultdict(list)
    mentioning: dict[str, list[FunctionValue]] = defaultdict(list)
    for value, function in functions.items():
        named[function.name].append(value)
        for name in {each for node in function.body for each in _mentioned(node)}:
            mentioning[name].append(value)
    found = {value for value, function in functions.items() if is_relevant(function)}
    waiting = deque(found)
    while waiting:
        value = waiting.popleft()
        name = functions[value].name
        near_only = len(named[name]) > _MAX_NAMESAKES
        for caller in mentioning[name]:
            if caller not in found and (caller.path == value.path or not near_only):
                found.add(caller)
                waiting.append(caller)
    by_name = {
        name: tuple(value for value in values if value in methods)
        for name, values in named.items()
        if any(value in found for value in values)
    }
    return Reach(frozenset(found), by_name)


def _mentioned(node: object) -> Iterator[str]:
    for each in _nodes(node):
        if isinstance(each, syntax.Attribute):
            yield each.name
        elif isinstance(each, syntax.Name):
            yield each.id


def _tells(node: object) -> bool:
    if isinstance(node, syntax.Text):
        return may_begin(node.value)
    return isinstance(node, syntax.Attribute) and node.name in TELLING


def _nodes(node: object) -> Iterator[object]:
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, tuple):
            stack.extend(each)
        elif is_dataclass(each):
            yield each
            stack.extend(getattr(each, field.name) for field in fields(each))
