"""The modules of the scanned root."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scanner.collect.python import syntax
from scanner.collect.python.bound import bound_names
from scanner.collect.python.embedded import python_of
from scanner.collect.python.facts import Facts
from scanner.collect.python.files import decoded
from scanner.collect.python.layout import Layout
from scanner.collect.python.manifests import Manifests
from scanner.collect.python.named_sql import SUFFIX
from scanner.collect.python.readings import Readings
from scanner.collect.python.values import Place
from scanner.model import Location, Unread


@dataclass(frozen=True)
class Module:
    """One file: its slim syntax, and what is needed to tell offsets as lines."""

    path: str  # relative to the root, with forward slashes
    file: Path
    facts: Facts

    @cached_property
    def statements(self) -> tuple[syntax.Statement, ...]:
        """The slim syntax."""
        return self.facts.statements()

    @cached_property
    def bound(self) -> frozenset[str]:
        """Every name that anything in it binds, also as a local one."""
        return frozenset(bound_names(self.statements))

    @cached_property
    def text(self) -> str:
        """The Python that stands in the file now; empty if it is gone."""
        try:
            return python_of(self.path, decoded(self.file.read_bytes()))
        except (OSError, UnicodeDecodeError, LookupError):
            return ""

    def location(self, place: Place) -> Location:
        """The line and column of a place in this file, and in a notebook the cell; of one place the same object."""
        found = self._locations.get(place)
        if found is None:
            found = self._locations[place] = self._located(place)
        return found

    def _located(self, place: Place) -> Location:
        line = bisect_right(self._line_starts, place.at)
        cell = bisect_right(self.facts.cells, line)
        function = place.function or (f"cell {cell}" if cell else None)
        return Location(self.path, line, place.at - self._line_starts[line - 1], function)

    @cached_property
    def _locations(self) -> dict[Place, Location]:
        return {}

    @cached_property
    def _line_starts(self) -> array[int]:
        starts = array("I")
        starts.frombytes(self.facts.line_starts)
        return starts


class Project:
    """All Python files of a root, as modules when first asked for."""

    def __init__(self, layout: Layout, readings: Readings) -> None:
        self.root = layout.root
        self.paths = layout.paths
        self.has = layout.has
        self.find = layout.find
        self.last = layout.last
        self.queries = tuple(path for path in layout.paths if path.endswith(SUFFIX))  # files of named statements
        self.unread: list[Unread] = []
        self._layout = layout
        self._readings = readings
        self._modules: dict[str, Module | None] = {}

    def module(self, path: str) -> Module | None:
        """The module in this file; None, and an entry in `unread`, if it cannot be read."""
        if path not in self._modules:
            self._modules[path] = self._load(path)
        return self._modules[path]

    @property
    def manifests(self) -> Manifests:
        """What stands beside the modules."""
        return self._readings.manifests

    @property
    def asked(self) -> tuple[str, ...]:
        """The paths of the modules that were asked for, in order, also of those that cannot be read."""
        return tuple(sorted(self._modules))

    @property
    def loaded(self) -> tuple[Module, ...]:
        """The modules that were asked for and could be read, in the order of paths."""
        return tuple(module for _, module in sorted(self._modules.items()) if module is not None)

    def _load(self, path: str) -> Module | None:
        facts = self._readings.parsed(path)
        if facts.problem is None:
            return Module(path, self._layout.file(path), facts)
        place, reason = facts.problem
        self.unread.append(Unread("python", f"{path}{place}", reason))
        return None
