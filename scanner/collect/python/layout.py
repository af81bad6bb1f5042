"""Which files are modules of what name, and which of them an import means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath

# A dotted name: from the root's own name on.
Parts = tuple[str, ...]


class Layout:
    """The modules below a root by their names."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        self.root = root
        self.paths = tuple(paths)
        self._name = root.resolve().name
        self._by_last: dict[str, list[tuple[Parts, str]]] = defaultdict(list)
        self._packages: set[Parts] = set()
        self._parts = lru_cache(maxsize=None)(self._parts_of)
        self._modules = lru_cache(maxsize=None)(self._modules_of)
        self._found = lru_cache(maxsize=None)(self._find)
        for path in self.paths:
            if path.endswith(".py"):
                parts = self._parts(path)
                self._by_last[parts[-1]].append((parts, path))
                if path.endswith("__init__.py"):
                    self._packages.add(parts)

    def file(self, path: str) -> Path:
        """Where the file is; the root itself if that is a file."""
        return self.root / path if path != self.root.name or not self.root.is_file() else self.root

    def has(self, path: str) -> bool:
        """Whether this file is below the root."""
        return self._exact(self._parts(path)) == path

    def find(self, name: str, importer: str, level: int = 0) -> str | None:
        """The path of the module that ``import name`` in the importer means, or None for a library's.

        The root need not be on the import path: any folder that is no package may be. Of several modules
        whose names end alike, the one nearest to the importer is taken.
        """
        return self._found(name, importer, level)

    def last(self, name: str, importer: str, level: int = 0) -> str:
        """The last part of the name of any module that `find` may give: which it gives, its `namesakes` tell."""
        if not level or name:
            return name.rpartition(".")[2]
        inside = self._package(importer, level)
        return inside[-1] if inside else ""

    def namesakes(self, last: str) -> list[tuple[str, list[bool]]]:
        """The paths of the modules whose names end so; and which folders above each are packages."""
        return [
            (path, [parts[:length] in self._packages for length in range(len(parts))])
            for parts, path in self._by_last.get(last, ())
        ]

    def _package(self, importer: str, level: int) -> Parts:
        here = self._parts(importer)
        inside = here if importer.endswith("__init__.py") else here[:-1]
        return inside[: len(inside) - level + 1]

    def _find(self, name: str, importer: str, level: int) -> str | None:
        wanted = tuple(name.split(".")) if name else ()
        if level:
            return self._exact(self._package(importer, level) + wanted)
        here, found = self._parts(importer), self._modules(wanted)
        return max(found, key=lambda each: _nearness(each[0], here))[1] if found else None

    def _parts_of(self, path: str) -> Parts:
        parts = (self._name, *PurePosixPath(path.removesuffix(".py")).parts)
        return parts[:-1] if parts[-1] == "__init__" else parts

    def _modules_of(self, wanted: Parts) -> tuple[tuple[Parts, str], ...]:
        """Those whose names end so, with their paths."""
        return tuple(
            (parts, path)
            for parts, path in self._by_last.get(wanted[-1], ())
            if parts[-len(wanted) :] == wanted and parts[: -len(wanted)] not in self._packages
        )

    def _exact(self, parts: Parts) -> str | None:
        candidates = self._by_last.get(parts[-1], ()) if parts else ()
        return next((path for each, path in candidates if each == parts), None)


def _nearness(parts: Parts, here: Parts) -> tuple[int, int]:
    shared = 0
    for ours, theirs in zip(parts, here, strict=False):
        if ours != theirs:
            break
        shared += 1
    return shared, -len(parts)
