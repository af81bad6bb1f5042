"""Blocks of all modules → what was found of the statements of each file, as before where it is made of the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from scanner.collect.python.blocks import Block, Part, digest
from scanner.collect.python.drivers import Drivers
from scanner.collect.python.frames import World
from scanner.collect.python.history import is_history
from scanner.collect.python.in_file import InFile, order, ordered
from scanner.collect.python.observations import observations
from scanner.collect.python.readings import Readings
from scanner.collect.python.runs import not_run, parts, runs, together
from scanner.collect.python.values import Place
from scanner.model import Observation


class Gathering:
    """The blocks of a project; the first is that of the top levels of its modules."""

    def __init__(self, world: World, readings: Readings, blocks: Sequence[Block], database: str | None) -> None:
        self._world = world
        self._database = database
        self._digests = readings.digests
        self._is_kept = readings.cache.file is not None
        self._drivers = Drivers(world.project)
        self._told = cache(self._telling)
        self._files: dict[str, list[Part]] = defaultdict(list)
        for each in blocks:
            for path, part in each.parts.items():
                self._files[path].append(part)
        saturated = {function for each in blocks for function in each.saturated}
        self._entered = frozenset(each for block in blocks for each in block.entered if each not in saturated)
        self._names: dict[str, list[str]] = defaultdict(list)  # of functions that were entered, by path
        for function in self._entered:
            self._names[function.path].append(function.name)

    def found(self, before: Mapping[str, InFile]) -> dict[str, InFile]:
        """What was found in each file; `before` is what was found by the last scan."""
        return {path: self._found(path, before.get(path)) for path in sorted(self._files)}

    def _found(self, path: str, before: InFile | None) -> InFile:
        made_of = self._made_of(path) if self._is_kept else ""
        return before if before is not None and before.made_of == made_of else self._in_file(path, made_of)

    def _in_file(self, path: str, made_of: str) -> InFile:
        written = together(path, (part.written for part in self._files[path]))
        inside, ignored = parts(written), dict.fromkeys(written.ignored)
        found: list[Observation] = []
        unexecuted: dict[Place, list[Observation]] = defaultdict(list)
        for run in (*runs(written, self._entered), *not_run(written, inside)):
            place = run.place or run.text.place
            if place is None:
                continue
            if is_history(place.path, self._world):  # it has run before the column is added, or adds it
                ignored[run.text] = None
                continue
            some = observations(run, place, self._world, self._drivers, self._database)
            (found if run.executes is not None else unexecuted[place]).extend(some)
        return InFile(
            made_of,
            tuple(ordered(each for each in found if order(each)[0] == path)),
            tuple(each for each in found if order(each)[0] != path),
            tuple((place, tuple(some)) for place, some in unexecuted.items()),
            frozenset(each for each in inside if each.path != path),
            len(ignored),
        )

    def _made_of(self, path: str) -> str:
        """What `_in_file` goes by, as a digest."""
        there = self._files[path]
        beside = sorted({path}.union(*(each.beside for each in there)))
        return digest([self._told(each) for each in beside], [each.digest for each in there])

    def _telling(self, path: str) -> str:
        """What a file says that a statement is of, or runs from: all but its functions."""
        return digest(path, self._digests.get(path), sorted(self._names.get(path, ())), self._drivers.said(path))
