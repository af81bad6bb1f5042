"""A tree of Python source → observations of the SQL it can run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from scanner.collect.python.evaluate import evaluate
from scanner.collect.python.files import Walk, may_touch_database, python_files
from scanner.collect.python.flow import run, run_function
from scanner.collect.python.frames import World
from scanner.collect.python.observations import models, observations
from scanner.collect.python.orm import hooks
from scanner.collect.python.project import Project
from scanner.model import BlindSpot, Collected, Coverage, Family, Unread

_TOO_DEEP = "The file was read in part because an expression is nested too deeply."


def collect(
    root: Path, *, database: str | None = None, service: str | None = None, family: Family | None = None
) -> Iterator[Collected]:
    """Yields what the Python files below a root can run, then what could not be read, then the coverage.

    `root` may be one file. Locations are relative to it. Files are parsed, never imported or run. `database`
    and `service` are copied into every observation; `family` tells how identifiers are quoted and scripts
    split, and defaults to PostgreSQL's way. A file that cannot be read is an `Unread` and never ends the
    collection. A mapped class is an observation whose source is `observations.MODEL`.
    """
    walk = Walk()
    reading = _Reading(root, tuple(_relative(path, root) for path in python_files(root, walk)), family)
    reading.modules()
    reading.functions()
    count = 0
    for observation in chain(observations(reading.world), models(reading.world)):
        count += 1
        yield replace(observation, database=database, service=service)
    yield from reading.world.project.unread
    yield from _blind_spots(walk, reading.world, root)
    yield reading.coverage(count)


def _relative(path: Path, root: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()


def _blind_spots(walk: Walk, world: World, root: Path) -> Iterator[BlindSpot]:
    for function in sorted(world.saturated, key=lambda each: (each.path, each.name)):
        message = f"{function.name} is called in more ways than were followed; the others are one with holes."
        yield BlindSpot("python", function.path, message)
    yield from (BlindSpot("python", str(root), message) for message in walk.left_out())


class _Reading:
    """Evaluates all files in a common world."""

    def __init__(self, root: Path, paths: tuple[str, ...], family: Family | None) -> None:
        project = Project(root, paths)
        self.world = World(project, evaluate, run, hooks.read_model, hooks.attribute, family=family)
        self._root = root
        self._paths = paths
        self._lines = 0
        self._bytes = 0

    def modules(self) -> None:
        """Evaluates the top level of every file that may touch a database."""
        folder = self._root if self._root.is_dir() else self._root.parent
        for path in self._paths:
            try:
                data = (folder / path).read_bytes()
            except OSError as error:
                self._unread(path, f"The file cannot be opened: {error.strerror}.")
                continue
            self._lines += data.count(b"\n")
            self._bytes += len(data)
            if may_touch_database(data):
                self._module(path)

    def functions(self) -> None:
        """Evaluates the bodies of all functions, once every module is known."""
        self.world.link()
        while self.world.pending:
            definition = self.world.pending.popleft()
            try:
                run_function(definition)
            except RecursionError:
                self._unread(definition.frame.module.path, _TOO_DEEP)

    def coverage(self, entries: int) -> Coverage:
        """What was read, with the number of observations it gave."""
        return Coverage(
            "python",
            str(self._root),
            entries,
            files=len(self._paths),
            lines=self._lines,
            bytes=self._bytes,
            ignored=len(self.world.record.ignored),
        )

    def _module(self, path: str) -> None:
        try:
            self.world.frame(path)
        except RecursionError:
            self._unread(path, _TOO_DEEP)

    def _unread(self, path: str, reason: str) -> None:
        self.world.project.unread.append(Unread("python", path, reason))
