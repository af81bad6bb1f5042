"""Functions of many modules, evaluated: some of them by another process, beside this one."""

from __future__ import annotations

import gc
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scanner.collect.python.blocks import Answers, Block, block
from scanner.collect.python.facts import Facts
from scanner.collect.python.frames import Definition, World
from scanner.collect.python.layout import Layout
from scanner.collect.python.packing import pack, unpack
from scanner.collect.python.readings import Readings
from scanner.collect.python.toplevel import RECURSION, world_of
from scanner.model import Family
from scanner.workers import TaskError, Workers, local, wanted

# Fewer functions, or functions of less source, are evaluated sooner than another process knows what they are made of.
MUCH = 2_000_000  # bytes that are looked into
MANY = 2_000  # functions that are to be evaluated
_AHEAD = 2  # groups of modules that the other process is given at a time, so that it never waits
_GROUP = 4  # modules: on a slow machine the functions of some take half a minute, and a task has an end

# Evaluated functions of modules, packed, and the modules that were evaluated for them.
_Made = tuple[bytes, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """What another process needs to see the project as this one does."""

    root: Path
    paths: tuple[str, ...]
    facts: Mapping[str, Facts]
    linked: tuple[str, ...]  # the files that are looked into
    family: Family | None


# Starts another process, unless it runs, that comes to know the project while this one does; None: it would not help.
Another = Callable[[], Workers | None]


@contextmanager
def another(readings: Readings, linked: tuple[str, ...], family: Family | None) -> Iterator[Another]:
    """Whoever is called for help ends here."""
    helps = wanted() > 1 and sum(readings.facts(path).size for path in linked) >= MUCH

    @cache
    def start() -> Workers | None:
        if not helps:
            return None
        worker = ending.enter_context(local(1))
        worker.submit(_begin, Told(readings.layout.root, readings.paths, readings.everything(), linked, family))
        return worker

    with ExitStack() as ending:
        yield start


def bodies(world: World) -> dict[str, list[Definition]]:
    """The functions of each module, without those inside others."""
    found: dict[str, list[Definition]] = defaultdict(list)
    for outcome in world.modules.values():
        for (function, _), definition in outcome.inside.items():
            found[function.path].append(definition)
    return found


def blocks_of(stale: Mapping[str, list[Definition]], answers: Answers, start: Another) -> dict[str, Block]:
    """What the functions of these modules come to, whoever evaluates them."""
    worker = start() if sum(map(len, stale.values())) >= MANY else None
    if worker is None:
        return {path: block(path, each, answers) for path, each in stale.items()}
    made: dict[str, Block] = {}
    waiting, given = deque(stale), deque[tuple[list[str], Future[_Made]]]()
    is_there = True
    while waiting or given:
        while waiting and is_there and len(given) < _AHEAD:
            group = [waiting.pop() for _ in range(min(_GROUP, len(waiting)))]
            given.append((group, worker.submit(_evaluate, group)))
        if waiting and not (given and given[0][1].done()):
            path = waiting.popleft()
            made[path] = block(path, stale[path], answers)
            continue
        group, future = given.popleft()
        try:
            packed, evaluated = future.result()
        except (TaskError, OSError):
            is_there = False
            waiting.extend(group)
            continue
        made.update(unpack(packed))
        for path in evaluated:
            answers.world.frame(path)
    return made


_here: Answers | None = None  # in another process: of what it was told last


def _begin(told: Told) -> None:
    global _here  # the process does one thing after the other
    gc.disable()
    sys.setrecursionlimit(RECURSION)
    readings = Readings.told(Layout(told.root, told.paths), told.facts)
    _here = Answers(world_of(readings, told.linked, told.family), readings)


def _evaluate(paths: list[str]) -> _Made:
    if _here is None:
        raise RuntimeError
    before = set(_here.world.modules)
    for path in paths:
        _here.world.frame(path)
    found = bodies(_here.world)
    made = {path: block(path, found[path], _here) for path in paths}
    return pack(made), tuple(path for path in _here.world.modules if path not in before)
