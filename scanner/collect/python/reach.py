"""Which functions of a project lead to a database, directly or through what they call."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Mapping
from dataclasses import dataclass

from scanner.collect.python import syntax
from scanner.collect.python.gist import gist_of
from scanner.collect.python.values import FunctionValue

# Functions of one name: where there are more, a call by this name says nothing of which one it is.
MAX_NAMESAKES = 6


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
    return gist_of(function).tells


def returns_text(function: syntax.Function) -> bool:
    """Whether the function may return a text that it writes or puts together."""
    return gist_of(function).writes


def reaching(functions: Mapping[FunctionValue, syntax.Function], methods: Container[FunctionValue]) -> Reach:
    """The functions that lead to a database; what a function calls is told from its name."""
    named: dict[str, list[FunctionValue]] = defaultdict(list)
    mentioning: dict[str, list[FunctionValue]] = defaultdict(list)
    for value, function in functions.items():
        named[function.name].append(value)
        for name in gist_of(function).mentions:
            mentioning[name].append(value)
    found = {value for value, function in functions.items() if is_relevant(function)}
    waiting = deque(found)
    while waiting:
        value = waiting.popleft()
        name = functions[value].name
        near_only = len(named[name]) > MAX_NAMESAKES
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
