"""Which driver sends the statements of a project to PostgreSQL, where imports, addresses and requirements tell."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from scanner.collect.python.project import Module, Project
from scanner.collect.python.statements import first_word
from scanner.model import Driver

_REQUIRED = re.compile(r"(?<![\w-])(asyncpg|psycopg2|psycopg|aiopg|pg8000)(?![\w])", re.I)
_REQUIREMENTS = ("requirements*.txt", "requirements/*.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_|conftest)")
_NUMBERED = re.compile(r"\$\d")
_MAX_BYTES = 1_000_000


class Drivers:
    """What sends a project's statements; psycopg is its version 3."""

    def __init__(self, project: Project) -> None:
        self._modules = tuple(module for module in project.loaded if not _TESTS.search(module.path))
        self._required = required(project.root)
        self._hints = frozenset().union(*(module.facts.hints for module in self._modules))

    def of(self, module: Module, sql: str) -> Driver | None:
        """The driver that prepares this module's statement by itself on connections that are kept.

        None for any other driver, and where it is not known.
        """
        if "never" in self._hints or first_word(sql) == "COPY":
            return None
        here = _imported(module.facts.hints)
        if "sqlalchemy" not in here and "kept" not in self._hints:
            return None
        if "asyncpg" in here:
            return "asyncpg"
        if "psycopg" in here:
            return "psycopg"
        if "sqlalchemy" in here:
            return None if "no pool" in self._hints else self._behind_sqlalchemy
        return self._elsewhere(sql) if not here else None

    def _elsewhere(self, sql: str) -> Driver | None:
        """For a module that is handed its connection: the one driver of the project."""
        if "sqlalchemy" in self._known or "django" in self._known:
            return None
        drivers = (self._known | self._required) - {"psycopg_pool"}
        if drivers == {"asyncpg"} or ("asyncpg" in drivers and _NUMBERED.search(sql)):
            return "asyncpg"
        return "psycopg" if drivers == {"psycopg"} else None

    @cached_property
    def _behind_sqlalchemy(self) -> Driver | None:
        named = {name.removesuffix("_async") for name in _named(self._hints, "address")}
        found = named or (self._known | self._required) - {"sqlalchemy", "django", "psycopg_pool"}
        if found == {"asyncpg"}:
            return "sqlalchemy+asyncpg"
        return "sqlalchemy+psycopg" if found == {"psycopg"} else None

    @cached_property
    def _known(self) -> frozenset[str]:
        """What the project imports anywhere."""
        return _imported(self._hints)


def required(root: Path) -> frozenset[str]:
    """The drivers that the project at this root says it needs."""
    folder = root if root.is_dir() else root.parent
    files = (path for pattern in _REQUIREMENTS for path in folder.glob(pattern))
    return frozenset(name.lower() for path in files for name in _REQUIRED.findall(_text(path)))


def _imported(hints: frozenset[str]) -> frozenset[str]:
    found = _named(hints, "import")
    return found | {"psycopg"} if "psycopg_pool" in found else found


def _named(hints: frozenset[str], kind: str) -> frozenset[str]:
    return frozenset(hint.removeprefix(f"{kind} ") for hint in hints if hint.startswith(f"{kind} "))


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return ""
