"""Finds a class of the project by the name under which a migration imports it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from scanner.errors import SourceError
from scanner.migrations.module import Module
from scanner.migrations.values import Class, Name

_MAX_UP = 8  # folders above a migration that may be the root of its imports


def find_class(migration: Path, name: Name) -> object:
    """The class of this dotted name, as the files beside and above the migration define it; None: not found."""
    module, _, attribute = name.dotted.rpartition(".")
    if not module:
        return None
    file = _file(migration, module)
    found = _scope(file).get(attribute) if file is not None else None
    if isinstance(found, Name) and found.dotted != name.dotted and file is not None:
        return find_class(file, found)
    return found if isinstance(found, Class) else None


def _file(migration: Path, module: str) -> Path | None:
    stripped = module.lstrip(".")
    up = len(module) - len(stripped)
    parents = list(migration.parents)
    roots = parents[up - 1 : up] if up else parents[:_MAX_UP]
    for root in roots:
        base = root.joinpath(*stripped.split("."))
        for candidate in (base.with_suffix(".py"), base / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


@lru_cache(maxsize=256)
def _scope(file: Path) -> dict[str, object]:
    try:
        return Module(file, lines=False).scope
    except SourceError:
        return {}
