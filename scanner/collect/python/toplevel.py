"""The top level of all files that matter, evaluated: what a project is made of, before any function is looked into."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from scanner.collect.python.alone import run_function
from scanner.collect.python.blocks import TOO_DEEP
from scanner.collect.python.evaluate import evaluate
from scanner.collect.python.files import star_of
from scanner.collect.python.flow import run
from scanner.collect.python.frames import World
from scanner.collect.python.gist import gist_of
from scanner.collect.python.imports import gives_libraries
from scanner.collect.python.libraries import has_meaning
from scanner.collect.python.orm import hooks
from scanner.collect.python.project import Project
from scanner.collect.python.reach import MAX_NAMESAKES
from scanner.collect.python.readings import Readings
from scanner.collect.python.values import ClassValue, FunctionValue
from scanner.model import Family, Unread

RECURSION = 4_000


def world_of(readings: Readings, family: Family | None) -> tuple[World, frozenset[str]]:
    """The project, settled, and the names of its functions and classes that work with a database.

    What a file calls or imports of these names tells whether it is looked into, and so does a star that may bring
    names of a mapper.
    """
    project = Project(readings.layout, readings)
    world = World(project, evaluate, run, hooks.read_model, hooks.attribute, run_function, has_meaning, family)
    leading = _modules(world, readings)
    world.settle()
    return world, leading


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Functions are evaluated while others wait for them, each in some fifty calls of the interpreter."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _modules(world: World, readings: Readings) -> frozenset[str]:
    """Evaluates the top level of every file that may touch a database, of what these import, and of who calls them."""
    seen: set[str] = set()
    leading: frozenset[str] = frozenset()
    while waiting := [each for each in readings.paths if each not in seen and readings.facts(each).is_linked(leading)]:
        seen.update(waiting)
        readings.parse(waiting)
        for path in waiting:
            try:
                world.frame(path)
            except RecursionError:
                world.project.unread.append(Unread("python", path, TOO_DEEP))
            new = dict.fromkeys(each for each in readings.imported(path) if each not in seen)
            seen.update(new)
            waiting.extend(new)
        leading = _leading(world).union(_starred(world))
    return leading


def _leading(world: World) -> frozenset[str]:
    """The names of functions that work with a database, alone or through others of their file, and of their classes.

    Names that many have say too little.
    """
    functions = world.functions.known
    mentioning: dict[tuple[str, str], list[FunctionValue]] = defaultdict(list)
    for value, each in functions.items():
        for name in gist_of(each.function).mentions:
            mentioning[value.path, name].append(value)
    waiting = [value for value, each in functions.items() if each.relevant]
    found: dict[FunctionValue | ClassValue, None] = dict.fromkeys(waiting)
    for value in waiting:
        callers = [each for each in mentioning[value.path, _last(value)] if each not in found]
        found.update(dict.fromkeys(callers))
        waiting.extend(callers)
    frames = (functions[value].frame for value in waiting)
    found.update((frame.owner, None) for frame in frames if frame.is_method and frame.owner is not None)
    count = Counter(_last(each) for each in functions) + Counter(_last(each) for each in world.classes.known)
    return frozenset(name for name in (_last(each) for each in found) if count[name] <= MAX_NAMESAKES)


def _last(value: FunctionValue | ClassValue) -> str:
    return value.name.rsplit(".", 1)[-1]


def _starred(world: World) -> Iterator[str]:
    """The modules whose names are those of a library, too, as `asks_for` has them."""
    for path in tuple(world.modules):
        frame = world.frame(path)
        if frame is not None and gives_libraries(frame):
            file = PurePosixPath(path)
            yield star_of((file.parent if file.stem == "__init__" else file).stem)
