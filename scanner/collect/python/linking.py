"""The facts of all files, evaluated together → observations."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.collect.python.alone import run_function
from scanner.collect.python.evaluate import evaluate
from scanner.collect.python.flow import run
from scanner.collect.python.frames import World
from scanner.collect.python.observations import models, observations
from scanner.collect.python.orm import hooks
from scanner.collect.python.project import Project
from scanner.collect.python.readings import Readings
from scanner.model import BlindSpot, Collected, Coverage, Family, Unread

_TOO_DEEP = "The file was read in part because an expression is nested too deeply."


def linked(readings: Readings, root: Path, family: Family | None) -> tuple[Collected, ...]:
    """What all files together can run, what of them could not be read or followed, and the coverage."""
    project = Project(readings.layout, readings)
    world = World(project, evaluate, run, hooks.read_model, hooks.attribute, family=family)
    with _no_garbage_collection():
        _modules(world, readings)
        _functions(world)
        found = (*observations(world), *models(world))
    facts = [readings.facts(path) for path in readings.paths]
    coverage = Coverage(
        "python",
        str(root),
        len(found),
        files=len(facts),
        lines=sum(each.lines for each in facts),
        bytes=sum(each.size for each in facts),
        ignored=len(world.record.ignored),
    )
    return (*found, *project.unread, *_saturated(world), coverage)


def _modules(world: World, readings: Readings) -> None:
    """Evaluates the top level of every file that may touch a database, and names those that cannot be opened."""
    for path in readings.paths:
        facts = readings.facts(path)
        if facts.relevant or facts.problem:
            try:
                world.frame(path)
            except RecursionError:
                world.project.unread.append(Unread("python", path, _TOO_DEEP))


def _functions(world: World) -> None:
    """Evaluates the bodies of all functions, once every module is known."""
    world.link()
    while world.pending:
        definition = world.pending.popleft()
        try:
            run_function(definition)
        except RecursionError:
            world.project.unread.append(Unread("python", definition.frame.module.path, _TOO_DEEP))


def _saturated(world: World) -> Iterator[BlindSpot]:
    for function in sorted(world.saturated, key=lambda each: (each.path, each.name)):
        message = f"{function.name} is called in more ways than were followed; the others are one with holes."
        yield BlindSpot("python", function.path, message)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Values and syntax make no circles; looking for some among millions would take half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # All at once to those that live long: else the next look goes through every one of them.
        gc.freeze()
        gc.unfreeze()
        if enabled:
            gc.enable()
