"""What was recorded → observations, one a statement and place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.collect.python.frames import World
from scanner.collect.python.holes import marked
from scanner.collect.python.record import Run
from scanner.collect.python.rows import worst
from scanner.collect.python.statements import is_ignored
from scanner.model import Family, Location, Observation
from scanner.statements import split


def observations(
    world: World, *, database: str | None, service: str | None, family: Family | None
) -> Iterator[Observation]:
    """Yields every statement found, in the order of files and lines."""
    found = [each for run in world.record.runs() for each in _of(run, world, database, service, family)]
    found.sort(
        key=lambda each: (
            (each.location.path, each.location.line, each.location.column) if each.location else ()
        )
    )
    yield from dict.fromkeys(found)


def _of(
    run: Run, world: World, database: str | None, service: str | None, family: Family | None
) -> Iterator[Observation]:
    sql, holes = marked(run.text)
    place = run.text.place
    module = world.project.module(place.path) if place else None
    if place is None or module is None:
        return
    whole = Observation(
        "python", sql, database, service, location=module.location(place), executes=run.executes
    )
    statements = [statement.text for statement in split(sql, family or "postgres")]
    for statement in statements:
        if len(statements) > 1 and is_ignored(statement):
            continue
        location = (
            module.location(place)
            if len(statements) == 1
            else _within(statement, module.text, place.at, whole)
        )
        used = tuple(hole for hole in holes if hole.marker in statement)
        yield replace(whole, sql=statement, holes=used, location=location, row_use=worst(run.uses))


def _within(statement: str, source: str, at: int, whole: Observation) -> Location | None:
    """Where one statement of a script stands: the line of its first words after the script's beginning."""
    first = statement.split("\n", 1)[0]
    found = source.find(first, at)
    if whole.location is None or found < 0:
        return whole.location
    line = whole.location.line + source.count("\n", at, found)
    return replace(whole.location, line=line, column=found - (source.rfind("\n", 0, found) + 1))
