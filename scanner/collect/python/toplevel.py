"""The top level of all files that matter, evaluated: what a project is made of, before any function is looked into."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from scanner.collect.python.alone import run_function
from scanner.collect.python.blocks import TOO_DEEP
from scanner.collect.python.evaluate import evaluate
from scanner.collect.python.flow import run
from scanner.collect.python.frames import World
from scanner.collect.python.libraries import has_meaning
from scanner.collect.python.orm import hooks
from scanner.collect.python.project import Project
from scanner.collect.python.readings import Readings
from scanner.model import Family, Unread

RECURSION = 4_000


def world_of(readings: Readings, paths: Iterable[str], family: Family | None) -> World:
    """The project, settled; its files are evaluated in this order."""
    project = Project(readings.layout, readings)
    world = World(project, evaluate, run, hooks.read_model, hooks.attribute, run_function, has_meaning, family)
    for path in paths:
        try:
            world.frame(path)
        except RecursionError:
            project.unread.append(Unread("python", path, TOO_DEEP))
    world.settle()
    return world


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Functions are evaluated while others wait for them, each in some fifty calls of the interpreter."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
