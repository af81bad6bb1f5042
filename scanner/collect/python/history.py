"""Migrations: what they run has run before the change, or is the change itself."""

from __future__ import annotations

import re

from scanner.collect.python import syntax
from scanner.collect.python.frames import World
from scanner.collect.python.names import last_name
from scanner.collect.python.project import Module

_NUMBERED = re.compile(r"(?:^|/)(?:\w+[_-])?migrations/(?:versions/)?\d[^/]*\.py$")
_ALEMBIC = frozenset(("revision", "down_revision"))


def is_history(path: str, world: World) -> bool:
    """Whether the file is a migration: of Django, of Alembic, or numbered in a folder of migrations."""
    module = world.project.module(path)
    return module is not None and world.once((is_history, path), lambda: _is_migration(module), module)


def _is_migration(module: Module) -> bool:
    if _NUMBERED.search(module.path):
        return True
    assigned: set[str] = set()
    for statement in module.statements:
        if isinstance(statement, syntax.Class) and statement.name == "Migration" and statement.bases:
            return last_name(statement.bases[0].value) == "Migration"
        if isinstance(statement, syntax.Assign):
            assigned.update(target.id for target in statement.targets if isinstance(target, syntax.Name))
    return assigned >= _ALEMBIC
