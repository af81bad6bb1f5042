"""Names of functions and classes that work with a database: who calls or imports one is looked into, too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scanner.collect.python import syntax
from scanner.collect.python.files import star_of
from scanner.collect.python.gist import gist_of
from scanner.collect.python.reach import MAX_NAMESAKES

if TYPE_CHECKING:
    from scanner.collect.python.facts import Facts
    from scanner.collect.python.readings import Readings


def leading(paths: Collection[str], readings: Readings) -> frozenset[str]:
    """The names by which other files are looked into; those that many have say too little."""
    facts = [readings.facts(path) for path in paths]
    count = Counter(chain.from_iterable(each.defines for each in facts))
    names = frozenset(name for each in facts for name in each.working if count[name] <= MAX_NAMESAKES)
    return names.union(_starred(paths, readings))


def working(statements: Iterable[syntax.Statement]) -> frozenset[str]:
    """The functions of a file that work with a database, alone or through others of it, and the classes of these."""
    methods = list(_functions(statements))
    mentioning: dict[str, list[int]] = defaultdict(list)
    for number, (function, _) in enumerate(methods):
        for name in gist_of(function).mentions:
            mentioning[name].append(number)
    waiting = [number for number, (function, _) in enumerate(methods) if gist_of(function).tells]
    found = set(waiting)
    for number in waiting:
        callers = [each for each in mentioning[methods[number][0].name] if each not in found]
        found.update(callers)
        waiting.extend(callers)
    return frozenset(each.name for number in waiting for each in methods[number] if each is not None)


def defined(statements: Iterable[syntax.Statement]) -> tuple[str, ...]:
    """The names of the functions and classes of a file, each as often as there is one."""
    return tuple(
        name
        for statement in statements
        for name in (
            (statement.name, *(defined(statement.body) if isinstance(statement, syntax.Class) else ()))
            if isinstance(statement, syntax.Function | syntax.Class)
            else defined(chain.from_iterable(bodies(statement)))
        )
    )


def bodies(statement: syntax.Statement) -> Iterator[tuple[syntax.Statement, ...]]:
    """The statements inside a statement."""
    match statement:
        case syntax.If() | syntax.For() | syntax.While():
            yield from (statement.body, statement.otherwise)
        case syntax.With() | syntax.Function() | syntax.Class():
            yield statement.body
        case syntax.Try():
            yield from (statement.body, *statement.handlers, statement.otherwise, statement.final)


def _functions(
    statements: Iterable[syntax.Statement], around: syntax.Class | None = None
) -> Iterator[tuple[syntax.Function, syntax.Class | None]]:
    """The functions, without those inside others, each with the class that it is a method of."""
    for statement in statements:
        if isinstance(statement, syntax.Function):
            yield statement, around
        else:
            inside = statement if isinstance(statement, syntax.Class) else around
            yield from _functions(chain.from_iterable(bodies(statement)), inside)


def _starred(paths: Iterable[str], readings: Readings) -> Iterator[str]:
    """The modules whose names are those of a library, too, as `asks_for` has them."""
    for path in paths:
        if _gives_libraries(path, readings):
            file = PurePosixPath(path)
            names = (file.parent.stem, "") if file.stem == "__init__" else (file.stem,)
            yield from map(star_of, names)


def _gives_libraries(path: str, readings: Readings) -> bool:
    """Whether a star of a module may give what it has by stars from libraries."""
    found, waiting = {path}, [path]
    for each in waiting:
        for module, level in _stars(readings.facts(each)):
            there = readings.layout.find(module, each, level)
            if there is None and not level:
                return True
            if there is not None and there not in found:
                found.add(there)
                waiting.append(there)
    return False


def _stars(facts: Facts) -> Iterator[tuple[str, int]]:
    return ((module, level) for module, member, level in facts.imports if member == "*")
