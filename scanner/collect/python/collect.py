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
    collection.
    """
    walk = Walk()
    paths = tuple(_relative(path, root) for path in python_files(root, walk))
    reading = _Reading(root, paths, family)
    for path in paths:
        reading.file(path)
    reading.functions()
    world = reading.world
    found = 0
    for observation in chain(observations(world), models(world)):
        found += 1
        yield replace(observation, database=database, service=service)
    yield from world.project.unread
    for function in sorted(world.saturated, key=lambda each: (each.path, each.name)):
        message = (
            f"{function.name} is called in more ways than were followed; the others stand as one with holes."
        )
        yield BlindSpot("python", function.path, message)
    if walk.skipped:
        shown = ", ".join(walk.skipped[:5]) + (" …" if len(walk.skipped) > 5 else "")
        yield BlindSpot(
            "python", str(root), f"{len(walk.skipped)} vendored or generated trees were skipped: {shown}."
        )
    yield Coverage(
        "python",
        str(root),
        found,
        len(paths),
        reading.lines,
        reading.bytes,
        ignored=len(world.record.ignored),
    )


def _relative(path: Path, root: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()


class _Reading:
    """Evaluates one file after the other in a common world."""

    def __init__(self, root: Path, paths: tuple[str, ...], family: Family | None) -> None:
        self.world = World(
            Project(root, paths), evaluate, run, hooks.read_model, hooks.attribute, family=family
        )
        self.lines = 0
        self.bytes = 0
        self._folder = root if root.is_dir() else root.parent

    def file(self, path: str) -> None:
        try:
            data = (self._folder / path).read_bytes()
        except OSError as error:
            self._unread(path, f"The file cannot be opened: {error.strerror}.")
            return
        self.lines += data.count(b"\n")
        self.bytes += len(data)
        if may_touch_database(data):
            self._evaluate(path)

    def _evaluate(self, path: str) -> None:
        try:
            self.world.frame(path)
        except RecursionError:
            self._unread(path, _TOO_DEEP)

    def functions(self) -> None:
        """Evaluates the bodies of all functions, once every module is known."""
        while self.world.pending:
            definition = self.world.pending.popleft()
            try:
                run_function(definition)
            except RecursionError:
                self._unread(definition.frame.module.path, _TOO_DEEP)

    def _unread(self, path: str, reason: str) -> None:
        self.world.project.unread.append(Unread("python", path, reason))
