"""The facts of all files, evaluated together → observations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scanner.collect.python.blocks import TOO_DEEP, Answers, Block, of_record
from scanner.collect.python.frames import World
from scanner.collect.python.gathering import Gathering
from scanner.collect.python.in_file import Found, InFile
from scanner.collect.python.light import no_garbage_collection
from scanner.collect.python.observations import define, models
from scanner.collect.python.readings import Readings
from scanner.collect.python.record import Record, Tables
from scanner.collect.python.sharing import Another, another, blocks_of, bodies
from scanner.collect.python.toplevel import deep_recursion, world_of
from scanner.collect.python.values import FunctionValue
from scanner.model import BlindSpot, Collected, Family, Unread


@dataclass(frozen=True, slots=True)
class Linked:
    """What all files together can run."""

    blocks: dict[str, Block]  # of their functions, by module
    found: Found
    asked: tuple[str, ...]  # paths of the files that this was made of: a change in others is none
    leading: frozenset[str]  # unless they call or import one of these names


def linked(
    readings: Readings,
    family: Family | None,
    database: str | None,
    known: Mapping[str, Block],
    before: Mapping[str, InFile],
) -> Linked:
    """What the files can run against a database, put together; `known` and `before` are of the scan before.

    Raises DamagedError if these are not what was kept.
    """
    paths, leading = readings.linked
    with (
        no_garbage_collection(),
        deep_recursion(),
        another(readings, paths, family) as start,
    ):
        if not known:
            start()
        world = world_of(readings, paths, family)
        top = Record()
        define(world.settled.classes if world.settled else (), world, top)
        for outcome in tuple(world.modules.values()):
            top.add(outcome.journal, set())
        blocks = _blocks(world, readings, known, start)
        every = (of_record(top), *(blocks[path] for path in sorted(blocks)))
        tables = Tables()
        for each in every:
            tables.merge(each.tables)
        files = Gathering(world, readings, every, database).found(before)
        others: tuple[Collected, ...] = (
            *models(world, tables, database),
            *world.project.unread,
            *(Unread("python", path, TOO_DEEP) for path in blocks if not blocks[path].is_whole),
            *_saturated({function for each in every for function in each.saturated}),
        )
    return Linked(blocks, Found(files, others), world.project.asked, leading)


def _blocks(world: World, readings: Readings, known: Mapping[str, Block], start: Another) -> dict[str, Block]:
    """What the functions of each module come to: as before, if everything that they asked for is."""
    answers = Answers(world, readings)
    blocks: dict[str, Block] = {}
    while waiting := {path: bodies for path, bodies in sorted(bodies(world).items()) if path not in blocks}:
        kept = {path: known[path] for path in waiting if path in known and _is_as_before(known[path], answers)}
        stale = {path: bodies for path, bodies in waiting.items() if path not in kept}
        made = {**kept, **blocks_of(stale, answers, start)}
        blocks.update((path, made[path]) for path in waiting)
    return blocks


def _is_as_before(block: Block, answers: Answers) -> bool:
    return block.is_whole and answers.of(block.asked) == block.answers


def _saturated(functions: Iterable[FunctionValue]) -> Iterator[BlindSpot]:
    for function in sorted(functions, key=lambda each: (each.path, each.name)):
        message = f"{function.name} is called in more ways than were followed; the others are one with holes."
        yield BlindSpot("python", function.path, message)
