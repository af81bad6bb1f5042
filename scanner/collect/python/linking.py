"""The facts of all files, evaluated together → observations."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from scanner.collect.python.alone import run_function
from scanner.collect.python.blocks import TOO_DEEP, Answers, Block, block
from scanner.collect.python.evaluate import evaluate
from scanner.collect.python.flow import run
from scanner.collect.python.frames import Definition, World
from scanner.collect.python.light import no_garbage_collection
from scanner.collect.python.observations import define, models, observations
from scanner.collect.python.orm import hooks
from scanner.collect.python.project import Project
from scanner.collect.python.reach import MAX_NAMESAKES
from scanner.collect.python.readings import Readings
from scanner.collect.python.record import Record
from scanner.collect.python.values import FunctionValue
from scanner.model import BlindSpot, Collected, Family, Unread

_RECURSION = 4_000


@dataclass(frozen=True, slots=True)
class Linked:
    """What all files together can run."""

    blocks: dict[str, Block]  # of their functions, by module
    found: tuple[Collected, ...]  # also what of them could not be read or followed
    statements: int  # how many of these are statements and models
    ignored: int  # statements that no added column can matter to
    asked: tuple[str, ...]  # paths of the files that this was made of: a change in others is none
    leading: frozenset[str]  # unless they call one of these names


def linked(readings: Readings, family: Family | None, database: str | None, known: Mapping[str, Block]) -> Linked:
    """What the files can run against a database, put together; `known` are blocks of the scan before."""
    project = Project(readings.layout, readings)
    world = World(project, evaluate, run, hooks.read_model, hooks.attribute, run_function, family=family)
    with no_garbage_collection(), _deep_recursion():
        leading = _modules(world, readings)
        world.settle()
        record = Record()
        define(world.settled.classes if world.settled else (), world, record)
        for outcome in tuple(world.modules.values()):
            record.add(outcome.journal, set())
        blocks = _blocks(world, readings, known)
        for each in blocks.values():
            record.merge(each.record)
        found = (*observations(world, record, database), *models(world, record, database))
    everything: tuple[Collected, ...] = (*found, *project.unread, *_saturated(record.saturated))
    return Linked(blocks, everything, len(found), len(record.ignored), project.asked, leading)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Functions are evaluated while others wait for them, each in some fifty calls of the interpreter."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _modules(world: World, readings: Readings) -> frozenset[str]:
    """Evaluates the top level of every file that may touch a database, of what these import, and of who calls them.

    Gives the names of the functions that lead to a database: what a file calls tells whether it is looked into.
    """
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
        leading = _leading(world)
    return leading


def _leading(world: World) -> frozenset[str]:
    named: dict[str, list[Definition]] = defaultdict(list)
    for value, each in world.functions.known.items():
        named[value.name.rsplit(".", 1)[-1]].append(each)
    known = ((name, each) for name, each in named.items() if len(each) <= MAX_NAMESAKES)
    return frozenset(name for name, each in known if any(one.relevant for one in each))


def _blocks(world: World, readings: Readings, known: Mapping[str, Block]) -> dict[str, Block]:
    """What the functions of each module come to: as before, if everything that they asked for is."""
    answers = Answers(world, readings)
    blocks: dict[str, Block] = {}
    while waiting := {path: bodies for path, bodies in sorted(_bodies(world).items()) if path not in blocks}:
        for path, bodies in waiting.items():
            before = known.get(path)
            as_before = before is not None and before.is_whole and answers.of(before.asked) == before.answers
            blocks[path] = before if before is not None and as_before else block(path, bodies, answers)
    return blocks


def _bodies(world: World) -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = defaultdict(list)
    for outcome in world.modules.values():
        for (function, _), definition in outcome.inside.items():
            found[function.path].append(definition)
    return found


def _saturated(functions: Iterable[FunctionValue]) -> Iterator[BlindSpot]:
    for function in sorted(functions, key=lambda each: (each.path, each.name)):
        message = f"{function.name} is called in more ways than were followed; the others are one with holes."
        yield BlindSpot("python", function.path, message)
