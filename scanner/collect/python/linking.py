"""The facts of all files, evaluated together → observations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.collect.python.alone import run_function
from scanner.collect.python.evaluate import evaluate
from scanner.collect.python.flow import run
from scanner.collect.python.frames import World
from scanner.collect.python.light import no_garbage_collection
from scanner.collect.python.observations import models, observations
from scanner.collect.python.orm import hooks
from scanner.collect.python.project import Project
from scanner.collect.python.readings import Readings
from scanner.model import BlindSpot, Collected, Family, Unread

_TOO_DEEP = "The file was read in part because an expression is nested too deeply."


@dataclass(frozen=True, slots=True)
class Linked:
    """What all files together can run."""

    found: tuple[Collected, ...]  # also what of them could not be read or followed
    statements: int  # how many of these are statements and models
    ignored: int  # statements that no added column can matter to
    asked: tuple[str, ...]  # paths of the files that this was made of: a change in others is none


def linked(readings: Readings, family: Family | None) -> Linked:
    """What the files can run, put together."""
    project = Project(readings.layout, readings)
    world = World(project, evaluate, run, hooks.read_model, hooks.attribute, family=family)
    with no_garbage_collection():
        _modules(world, readings)
        _functions(world)
        found = (*observations(world), *models(world))
    everything: tuple[Collected, ...] = (*found, *project.unread, *_saturated(world))
    return Linked(everything, len(found), len(world.record.ignored), project.asked)


def _modules(world: World, readings: Readings) -> None:
    """Evaluates the top level of every file that may touch a database, and names those that cannot be opened."""
    for path in readings.paths:
        if readings.facts(path).is_linked:
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
