"""The modules of the scanned root and how they import each other."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import libcst

from scanner.collect.python import syntax
from scanner.collect.python.embedded import cells_of, python_of
from scanner.collect.python.files import decoded, too_large
from scanner.collect.python.named_sql import SUFFIX
from scanner.collect.python.reading import read
from scanner.collect.python.values import Place
from scanner.model import Location, Unread

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its slim syntax, and what is needed to tell offsets as lines."""

    path: str  # relative to the root, with forward slashes
    text: str
    statements: tuple[syntax.Statement, ...]
    line_starts: tuple[int, ...]
    cells: tuple[int, ...] = ()  # of a notebook: the lines on which its code cells begin

    def location(self, place: Place) -> Location:
        """The line and column of a place in this file, and in a notebook the cell."""
        line = bisect_right(self.line_starts, place.at)
        cell = bisect_right(self.cells, line)
        function = place.function or (f"cell {cell}" if cell else None)
        return Location(self.path, line, place.at - self.line_starts[line - 1], function)


class Project:
    """All Python files of a root, parsed when first asked for."""

    def __init__(self, root: Path, paths: tuple[str, ...]) -> None:
        self.root = root
        self.unread: list[Unread] = []
        self.queries = tuple(path for path in paths if path.endswith(SUFFIX))  # files of named statements
        self._modules: dict[str, Module | None] = {}
        self._by_last: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._packages: set[tuple[str, ...]] = set()
        for path in paths:
            if path.endswith(".py"):
                parts = self._parts(path)
                self._by_last[parts[-1]].append((parts, path))
                if path.endswith("__init__.py"):
                    self._packages.add(parts)

    def module(self, path: str) -> Module | None:
        """The module in this file; None, and an entry in `unread`, if it cannot be read."""
        if path not in self._modules:
            self._modules[path] = self._load(path)
        return self._modules[path]

    @property
    def loaded(self) -> tuple[Module, ...]:
        """The modules that were asked for and could be read, in the order of paths."""
        return tuple(module for _, module in sorted(self._modules.items()) if module is not None)

    def has(self, path: str) -> bool:
        """Whether this file is below the root."""
        return self._exact(self._parts(path)) == path

    def find(self, name: str, importer: str, level: int = 0) -> str | None:
        """The path of the module that ``import name`` in the importer means, or None for a library's.

        The root need not be on the import path: any folder that is no package may be. Of several modules
        whose names end alike, the one nearest to the importer is taken.
        """
        wanted = tuple(name.split(".")) if name else ()
        here = self._parts(importer)
        if level:
            inside = here if importer.endswith("__init__.py") else here[:-1]
            return self._exact(inside[: len(inside) - level + 1] + wanted)
        found = [
            (parts, path)
            for parts, path in self._by_last.get(wanted[-1], ())
            if parts[-len(wanted) :] == wanted and parts[: -len(wanted)] not in self._packages
        ]
        return max(found, key=lambda each: _nearness(each[0], here))[1] if found else None

    def _parts(self, path: str) -> tuple[str, ...]:
        """The dotted name of a module, from the root's own name on."""
        parts = (self.root.resolve().name, *PurePosixPath(path.removesuffix(".py")).parts)
        return parts[:-1] if parts[-1] == "__init__" else parts

    def _exact(self, parts: tuple[str, ...]) -> str | None:
        candidates = self._by_last.get(parts[-1], ()) if parts else ()
        return next((path for each, path in candidates if each == parts), None)

    def _load(self, path: str) -> Module | None:
        place = self.root / path if path != self.root.name or not self.root.is_file() else self.root
        try:
            text = decoded(place.read_bytes())
            source = python_of(path, text)
            reason = too_large(source.encode(errors="replace"))
            if reason:
                return self._unreadable(path, f"The file was not read because {reason}.")
            return Module(path, source, read(source), _line_starts(source), cells_of(path, text))
        except libcst.ParserSyntaxError as error:
            return self._unreadable(
                f"{path}:{error.raw_line}", "The file does not parse as Python; nothing of it was read."
            )
        except RecursionError:
            return self._unreadable(path, "The file was not read because an expression is nested too deeply.")
        except (UnicodeDecodeError, LookupError):
            return self._unreadable(f"{path}:1", "The file is not in the encoding it declares; declare the right one.")
        except OSError as error:
            return self._unreadable(path, f"The file cannot be opened: {error.strerror}.")

    def _unreadable(self, place: str, reason: str) -> Module | None:
        self.unread.append(Unread("python", place, reason))
        return None


def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in _LINE_END.finditer(text)))


def _nearness(parts: tuple[str, ...], here: tuple[str, ...]) -> tuple[int, int]:
    shared = 0
    for ours, theirs in zip(parts, here, strict=False):
        if ours != theirs:
            break
        shared += 1
    return shared, -len(parts)
